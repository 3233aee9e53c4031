class AccountService:
    def __init__(self, session):
        self.session = session

    def debit(self, account_id, amount):
        account = self.session.query(Account).filter_by(id=account_id).first()
        if account.balance < amount:
            raise InsufficientFunds()
        account.balance -= amount  # flag
        self.session.commit()

    async def credit(self, account_id, amount):
        result = await self.session.execute(select(Account).where(Account.id == account_id))
        account = result.scalar_one()
        account.balance = account.balance + amount  # flag
        await self.session.commit()

    def hold(self, account_id, amount):
        account = self.repository.find_by_id(account_id)
        account.available_balance = account.available_balance - amount  # flag
        account.frozen += amount
        self.repository.update(account)


def apply_coupon(user_id):
    quota = CouponQuota.objects.filter(user_id=user_id).first()
    remaining = quota.remaining
    if remaining > 0:
        quota.remaining = remaining - 1  # flag
        quota.save()


def transfer(conn, src, dst, amt):
    cur = conn.cursor()
    cur.execute("SELECT balance FROM accounts WHERE id = %s", (src,))
    src_balance = cur.fetchone()["balance"]
    if src_balance < amt:
        raise ValueError
    new_src = src_balance - amt
    cur.execute("UPDATE accounts SET balance = %(b)s WHERE id = %(id)s", {"b": new_src, "id": src})  # flag
    conn.commit()


@transaction.atomic
def withdraw(request):
    acct = Account.objects.get(user=request.user)
    amount = Decimal(request.POST["amount"])
    if acct.balance >= amount:
        acct.balance = acct.balance - amount  # flag
        acct.save()


async def sell(db, sku, n):
    row = await db.fetchrow("SELECT stock FROM goods WHERE sku = $1", sku)
    left = row["stock"] - n
    await db.execute("UPDATE goods SET stock = $1 WHERE sku = $2", left, sku)  # flag


def dyn(table, key, amt):
    item = table.get_item(Key={"id": key})["Item"]
    item["balance"] = item["balance"] - amt  # flag
    table.put_item(Item=item)


# good
def g1(session, account_id, amount):
    account = session.query(Account).filter_by(id=account_id).with_for_update().first()
    account.balance -= amount
    session.commit()


def g2(conn, src, amt):
    cur = conn.cursor()
    cur.execute("UPDATE accounts SET balance = balance - %s WHERE id = %s AND balance >= %s", (amt, src, amt))
    if cur.rowcount != 1:
        raise ValueError


class Locked:
    def debit(self, account_id, amount):
        with self._lock:
            account = self.repository.find_by_id(account_id)
            account.balance -= amount
            self.repository.update(account)


def g3(user_id):
    CouponQuota.objects.filter(user_id=user_id, remaining__gt=0).update(remaining=F("remaining") - 1)


def g4(account, amount):
    account.balance -= amount
    return account


def g5(session):
    total = 0
    for a in session.query(Account):
        total += a.balance
    return total


def g6(serializer):
    limit = serializer.validated_data["limit"]
    serializer.instance.limit = limit
    serializer.instance.save()


@with_row_lock("account")
def g7(account_id, amount):
    account = Account.objects.get(pk=account_id)
    account.balance -= amount
    account.save()
