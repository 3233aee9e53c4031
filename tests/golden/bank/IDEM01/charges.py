@router.post("/accounts/{account_id}/deposit", response_model=AccountOut)
async def deposit(account_id: int, payload: DepositIn, session: AsyncSession = Depends(get_session)):  # flag
    account = await session.get(Account, account_id, with_for_update=True)
    account.balance += payload.amount
    await session.commit()
    return account


@csrf_exempt
@login_required
def transfer_view(request):  # flag
    data = json.loads(request.body)
    if request.method == "POST":
        services.transfer_money(data["from"], data["to"], data["amount"])
    return JsonResponse({"status": "processed"})


@app.task(bind=True, autoretry_for=(Exception,))
def execute_refund(self, payment_id, amount):  # flag
    payment = Payment.objects.get(pk=payment_id)
    gateway.refund(payment.external_charge, amount)


class WithdrawalView(generics.CreateAPIView):
    def perform_create(self, serializer):  # flag
        serializer.save(user=self.request.user)


def callback(ch, method, properties, body):  # flag
    order = json.loads(body)
    pay_supplier(order["supplier"], order["amount"])
    ch.basic_ack(method.delivery_tag)


async def handle_charge(request):  # flag
    body = await request.json()
    await charge_customer(body["customer"], body["amount"])
    return web.json_response({})


app.router.add_post("/charge", handle_charge)


@broker.subscriber("payouts")
async def on_payout(msg: Payout):  # flag
    await bank.send_payout(msg.iban, msg.amount)


def run():  # flag
    for message in kafka_consumer:
        wallet.credit(message.value["user"], message.value["amount"])


# good
@router.post("/g1")
async def transfer_g1(payload: T, request: Request):
    key = request.headers["Idempotency-Key"]
    return await svc.transfer(key, payload)


@app.task
def refund_g2(refund_id):
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    if refund.status != "pending":
        return
    gateway.refund(refund)


def on_message(msg):
    if redis.sismember("done", msg.id) or Processed.seen(msg.id):
        return
    wallet.credit(msg.user, msg.amount)


@router.post("/fees/estimate")
async def estimate_transfer(payload: T):
    return fees.estimate(payload.amount)


@router.get("/payments")
async def payments():
    return await svc.payments()


@app.task
def export_payments(day):
    exporter.write(day)


@router.post("/g3")
async def pay_g3(payload: P, db=Depends(db)):
    try:
        db.add(Payment(request_id=payload.request_id, amount=payload.amount))
        db.commit()
    except IntegrityError:
        db.rollback()
        return {"duplicate": True}
    return await svc.pay(payload.request_id)


@router.post("/login")
async def login(payload: L):
    return auth.login(payload.user)
