@router.post("/{loan_id}/repayments", status_code=status.HTTP_201_CREATED)
def create_repayment(loan_id: int, body: RepaymentIn, svc=Depends(loan_service)):  # flag
    return svc.repay(loan_id, body.amount)


@bp.post("/topup")
@jwt_required()
def topup():  # flag
    payload = request.json
    wallet_service.top_up(current_user.id, Decimal(payload["amount"]))
    return "", 204


@api_view(["POST"])
@permission_classes([IsAuthenticated])
def capture_payment(request, payment_id):  # flag
    payment = get_object_or_404(Payment, pk=payment_id)
    gateway.capture(payment.charge_ref_code, request.data["amount"])
    return Response()


class PayoutHandler(tornado.web.RequestHandler):
    async def post(self):  # flag
        body = json.loads(self.request.body)
        await payouts.send(body["iban"], body["amount"])


@dramatiq.actor(max_retries=5)
def send_payout(account_id, cents):  # flag
    bank.payout(account_id, cents)


def process_withdrawals():  # flag
    consumer = KafkaConsumer("withdrawals")
    for msg in consumer:
        bank.withdraw(msg.value["acct"], msg.value["amt"])


def lambda_handler(event, context):  # flag
    for record in event["Records"]:
        body = json.loads(record["body"])
        ledger.refund(body["account"], body["amount"])


# near
@router.post("/{loan_id}/repayments/keyed")
def create_keyed(loan_id: int, body: RepaymentIn, key: Annotated[str, Header(alias="Idempotency-Key")]):
    return svc.repay(loan_id, body.amount, key)


@celery.task
def capture_once(payment_id):
    p = Payment.objects.get(pk=payment_id)
    if p.captured_at is not None:
        return
    gateway.capture(p)


@bp.post("/charge")
def charge():
    ref = request.json["client_reference"]
    if Charge.query.filter_by(client_reference=ref).first():
        return "", 200
    charges.charge(ref, request.json["amount"])


@router.post("/transfers/{transfer_id}/cancel")
def cancel_transfer(transfer_id: int):
    return svc.cancel(transfer_id)


@router.post("/wallets")
def create_wallet(body: WalletIn):
    return wallets.create(body.owner)
