import contextlib


@contextlib.contextmanager
def db_cursor():
    conn = psycopg2.connect(DSN)
    cur = conn.cursor()
    try:
        yield cur
        conn.commit()
    finally:
        conn.close()


def move(a, b):
    with db_cursor() as cur:
        cur.execute("UPDATE acct SET x = 1")
        cur.execute("UPDATE acct SET y = 1")


def snapshot(session, account, amt):
    session.execute(insert(Entry).values(balance=account.balance - amt))
    session.add(Entry(balance=account.balance - amt))
    session.commit()


def paginate(request):
    limit = request.limit + 1
    request.limit = limit
    return request


def statement(account):
    line = Line()
    line.balance = account.balance - account.hold
    line.save()


class Account:
    def withdraw(self, amount):
        if amount > self.balance:
            raise ValueError
        self.balance -= amount
        return self.balance


@app.post("/payments/{pid}/receipt")
async def send_receipt(pid: int):
    mailer.send(pid)


@app.task
def payment_report(day):
    report.create(day)


@app.post("/transfers/confirm")
async def confirm(body: ConfirmBody):
    transfer = await repo.get(body.transfer_id)
    if transfer.state != "PENDING":
        raise HTTPException(409)
    await svc.execute_transfer(transfer)
