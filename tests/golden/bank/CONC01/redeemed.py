"""Amounts read and written back by the same key, or through another name."""

from django.db.models import F
from sqlalchemy.orm import Session
import redis


class PointsBook:
    def __init__(self, client: redis.Redis) -> None:
        self.client = client
    def _key(self, holder_id: int) -> str:
        return f"points:balance:{holder_id}"
    def redeem(self, holder_id: int, points: int) -> int:
        key = self._key(holder_id)
        current = int(self.client.get(key) or 0)
        if current < points:
            raise ValueError("not enough points")
        left = current - points
        self.client.set(key, left)  # flag
        return left


def reserve(session: Session, facility_id: int, amount):
    facility = session.get(Facility, facility_id)
    if facility.drawn + amount > facility.committed:
        raise OverLimit
    facility.drawn += amount  # flag
    session.commit()


def withdraw(db, number, amount):
    (balance,) = db.execute("SELECT balance FROM account WHERE number = ?", (number,)).fetchone()
    if balance < amount:
        raise ValueError
    new_balance = balance - amount
    db.execute("UPDATE account SET balance = ? WHERE number = ?", (new_balance, number))  # flag


def deduct(cursor, uid, jine):
    cursor.execute("SELECT yue FROM zhanghu WHERE id = %s", (uid,))
    yue = cursor.fetchone()[0]
    if yue < jine:
        raise YueBuZu()
    cursor.execute("UPDATE zhanghu SET yue = %s WHERE id = %s", (yue - jine, uid))  # flag


def update_balance(account_id, delta):
    acc = accounts.find_one({"_id": account_id})
    acc["saldo"] = acc["saldo"] + delta  # flag
    accounts.replace_one({"_id": account_id}, acc)


def redeem(client, holder, points):  # near: one command
    left = client.decrby(f"points:{holder}", points)
    if left < 0:
        client.incrby(f"points:{holder}", points)
        raise NotEnough


def redeem(client, holder, points):  # near: under a lock
    with client.lock(f"lock:{holder}"):
        current = int(client.get(f"points:{holder}") or 0)
        if current < points:
            raise NotEnough
        client.set(f"points:{holder}", current - points)


def withdraw(session, number, amount):  # near: locked while it is read
    account = session.query(Account).filter_by(number=number).with_for_update().one()
    account.balance -= amount
    session.commit()


def withdraw(number, amount):  # near: the database computes and checks
    n = Account.objects.filter(number=number, balance__gte=amount).update(balance=F("balance") - amount)
    if not n:
        raise NotEnough


def cache_balance(cache, account_id, balance):  # near: nothing is reckoned
    cache.set(f"balance:{account_id}", balance)


def page(client, offset, limit):  # near: a page, no amount
    first = client.get("rows")
    client.set("offset", offset + limit)
    return first
