"""Tasks and views that call a gateway."""

@shared_task(bind=True, acks_late=True, autoretry_for=(requests.RequestException,), max_retries=5)
def send_payout(self, payout_id):  # flag
    payout = Payout.objects.select_related("beneficiary").get(pk=payout_id)
    resp = requests.post(settings.GATEWAY_URL + "/v1/credit-transfers", json={"amount": str(payout.amount)}, timeout=10)
    resp.raise_for_status()
    return resp.json()["transfer_id"]


@app.task(acks_late=True)
def disburse_loan(loan_id):  # flag
    loan = Loan.objects.get(pk=loan_id)
    bank.transfer(loan.account, loan.amount)


@router.post("/ueberweisungen", status_code=201)
async def ueberweisung(auftrag: Auftrag, dienst: Buchungsdienst = Depends()):  # flag
    return await dienst.buche(auftrag.soll, auftrag.haben, auftrag.betrag)


def on_refund_message(channel, method, properties, body):  # flag
    refund = json.loads(body)
    psp.refund(refund["charge"], refund["amount"])
    channel.basic_ack(method.delivery_tag)


class TopUpView(APIView):
    def post(self, request):  # flag
        wallet = Wallet.objects.get(owner=request.user)
        wallets.credit(wallet, request.data["amount"])
        return Response(status=201)


@shared_task(bind=True, acks_late=True, max_retries=5)
def send_keyed_payout(self, payout_id):  # near: the bank at the other end tells it apart
    payout = Payout.objects.get(pk=payout_id)
    requests.post(settings.GATEWAY_URL + "/v1/credit-transfers", json={"amount": str(payout.amount)},
                  headers={"Idempotency-Key": str(payout_id)}, timeout=10)


@shared_task
def send_payout_report(day):  # near: a report
    report = build_report(day)
    requests.post(settings.REPORT_URL, json=report, timeout=10)


@shared_task
def notify_payout(payout_id):  # near: a message
    payout = Payout.objects.get(pk=payout_id)
    mailer.send(payout.owner.email, "paid")


@app.task(acks_late=True)
def disburse_approved_loan(loan_id):  # near: by its state, under a lock
    with transaction.atomic():
        loan = Loan.objects.select_for_update().get(pk=loan_id)
        if loan.status != "APPROVED":
            return
        loan.status = "DISBURSING"
        loan.save()
    bank.transfer(loan.account, loan.amount)
