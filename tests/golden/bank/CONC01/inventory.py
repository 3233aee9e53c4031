def pay(db: Session, uid: int, amt: Decimal):
    w = db.query(Wallet).filter(Wallet.uid == uid).one()
    if w.available < amt:
        raise HTTPException(400)
    w.available = w.available - amt  # flag
    db.commit()


async def apay(session, uid, amt):
    w = await session.get(Wallet, uid)
    remaining = w.balance - amt
    w.balance = remaining  # flag
    await session.commit()


class InventoryService:
    def take(self, sku, n):
        inv = self.repo.get(sku)
        inv.stock -= n  # flag
        self.repo.save(inv)


def quota(user_id, cost):
    q = Quota.objects.get(user_id=user_id)
    q.used = q.used + cost  # flag
    q.save(update_fields=["used"])


def raw(cur, no, amt):
    row = cur.execute("SELECT bal FROM acct WHERE no=?", (no,)).fetchone()
    new_bal = row[0] - amt
    cur.execute("UPDATE acct SET bal=? WHERE no=?", (new_bal, no))  # flag


def mongo(col, no, amt):
    doc = col.find_one({"no": no})
    doc["balance"] -= amt  # flag
    col.replace_one({"no": no}, doc)


def fstring(cur, no, amt):
    cur.execute("SELECT limit_left FROM cust WHERE no = %s", (no,))
    (limit_left,) = cur.fetchone()
    cur.execute(f"UPDATE cust SET limit_left = {limit_left - amt} WHERE no = '{no}'")  # flag


async def red(redis, sku):
    stock = int(await redis.get(f"stock:{sku}"))
    if stock <= 0:
        return False
    await redis.set(f"stock:{sku}", stock - 1)  # flag


BALANCES = {}


def dictionary(no, amt):
    if BALANCES[no] >= amt:
        BALANCES[no] = BALANCES[no] - amt  # flag


def upd(pk, amt):
    acct = get_object_or_404(Account, pk=pk)
    Account.objects.filter(pk=pk).update(balance=acct.balance + amt)  # flag


def repo_call(repo, no, amt):
    bal = repo.get_balance(no)
    repo.update_balance(no, bal - amt)  # flag


# good
def g1(db, uid, amt):
    w = db.query(Wallet).filter(Wallet.uid == uid).with_for_update().one()
    w.balance -= amt
    db.commit()


def g2(pk, amt):
    acct = Account.objects.get(pk=pk)
    acct.balance = F("balance") - amt
    acct.save()


def g3(redis, sku):
    return redis.decrby(f"stock:{sku}", 1)


def g4(pk, amt):
    with redis_lock(f"acct:{pk}"):
        acct = Account.objects.get(pk=pk)
        acct.balance -= amt
        acct.save()


def g5(col, no, amt):
    col.update_one({"no": no, "balance": {"$gte": amt}}, {"$inc": {"balance": -amt}})


def g6(cur, no, amt):
    cur.execute("SELECT bal FROM acct WHERE no=%s FOR UPDATE", (no,))
    bal = cur.fetchone()[0]
    cur.execute("UPDATE acct SET bal=%s WHERE no=%s", (bal - amt, no))


def g7(pk):
    acct = Account.objects.get(pk=pk)
    return {"balance": acct.balance - acct.hold}


def g8(session, pk, amt):
    acct = session.get(Account, pk)
    session.query(Account).filter(Account.id == pk, Account.balance >= amt).update({"balance": Account.balance - amt})
    session.commit()


class Pager:
    def __init__(self, limit):
        self.limit = limit

    def next(self):
        self.limit = self.limit - 1
        return self.limit


def g9(page_limit):
    opts = {}
    opts["limit"] = page_limit + 1
    return opts
