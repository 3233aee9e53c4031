from fastapi import FastAPI, Depends
from flask import Flask

app = FastAPI()
flask_app = Flask(__name__)


@app.post("/wallet/{uid}/withdraw", status_code=201)
def wallet_withdraw(uid: int, req: WithdrawReq, db: Session = Depends(get_db)):  # flag
    wallet = db.get(Wallet, uid)
    wallet.balance -= req.amount
    db.commit()
    return {"ok": True}


@app.put("/pay")
async def pay(req: PayReq):  # flag
    pay_no = uuid4().hex
    await svc.pay(pay_no, req.payer, req.payee, req.amount)
    return {"no": pay_no}


@flask_app.route("/api/transfer", methods=["GET", "POST"])
def do_transfer():  # flag
    form = request.form
    bank.transfer(form["from"], form["to"], Decimal(form["amount"]))
    return redirect("/")


class RefundViewSet(viewsets.ModelViewSet):
    def create(self, request, *args, **kwargs):  # flag
        refund_service.refund(request.data["order"], request.data["amount"])
        return Response(status=201)

    @action(detail=True, methods=["post"])
    def charge(self, request, pk=None):  # flag
        card_service.charge(pk, request.data["amount"])
        return Response()


@celery_app.task(name="tasks.repay_loan", acks_late=True)
def repay_loan(loan_id, amount):  # flag
    loan_service.repay(loan_id, amount)


@app.task
def settle_merchant(merchant_id):  # flag
    m = Merchant.objects.get(pk=merchant_id)
    m.settle()
    m.save()


def handle_payment_event(event):  # flag
    wallet.credit(event["user"], event["amount"])


class DepositConsumer:
    def on_message(self, channel, method, props, body):  # flag
        msg = json.loads(body)
        self.ledger.deposit(msg["acct"], msg["amt"])
        channel.basic_ack(method.delivery_tag)


@login_required
def pay_bill(request):  # flag
    if request.method == "POST":
        bill = Bill.objects.get(pk=request.POST["bill"])
        bank.pay(request.user, bill.amount)
    return render(request, "bill.html")


# good
@app.post("/pay2")
async def pay2(req: PayReq, x_request_id: str = Header(...)):
    await svc.pay(x_request_id, req.payer, req.amount)


@app.post("/pay3")
@idempotent
async def pay3(req: PayReq):
    await svc.pay(req.payer, req.amount)


@celery_app.task
def repay_once(loan_id, period, amount):
    if Repayment.objects.filter(loan=loan_id, period=period).exists():
        return
    loan_service.repay(loan_id, amount)


def handle_refund_event(event):
    _, created = RefundLog.objects.get_or_create(event=event["id"])
    if created:
        wallet.credit(event["user"], event["amount"])


@app.post("/payment-methods")
def add_payment_method(req: CardReq):
    return cards.add(req)


@app.post("/transfer/validate")
def transfer_validate(req: TransferReq):
    return svc.validate(req)


@app.task
def send_payment_reminder(user_id):
    mailer.send(user_id)


@app.task
def cleanup_sessions():
    Session.objects.filter(old=True).delete()


@flask_app.route("/transfers")
def transfers():
    return render_template("t.html", rows=bank.transfers())


@app.post("/withdraw2")
def withdraw2(req: W2, db=Depends(get_db)):
    try:
        db.execute(insert(Req).values(no=req.request_no))
    except IntegrityError:
        return {"dup": True}
    svc.withdraw(req.acct, req.amount)
