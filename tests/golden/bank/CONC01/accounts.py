"""Amounts that are read, changed and written back."""

import threading

from django.db import transaction
from django.db.models import F
from sqlalchemy import select, text, update

_lock = threading.Lock()


def withdraw(number, amount):
    account = Account.objects.get(number=number)
    if account.balance < amount:
        raise InsufficientFunds(number)
    account.balance -= amount  # flag
    account.save()


@transaction.atomic
def deposit(number, amount):
    account = Account.objects.get(number=number)
    account.balance = account.balance + amount  # flag
    account.save(update_fields=["balance"])


def transfer(session, source_id, target_id, amount):
    source = session.get(Account, source_id)
    target = session.get(Account, target_id)
    new_balance = source.balance - amount
    source.balance = new_balance  # flag
    target.balance += amount
    session.commit()


def reserve(sku, count):
    item = Stock.objects.filter(sku=sku).first()
    Stock.objects.filter(sku=sku).update(quantity=item.quantity - count)  # flag


def take(cur, number, amount):
    cur.execute("SELECT balance FROM account WHERE number = %s", (number,))
    balance = cur.fetchone()[0]
    if balance < amount:
        raise InsufficientFunds(number)
    cur.execute("UPDATE account SET balance = %s WHERE number = %s", (balance - amount, number))  # flag


def use_quota(redis, customer, amount):
    left = int(redis.get(f"quota:{customer}"))
    if left >= amount:
        redis.set(f"quota:{customer}", left - amount)  # flag


async def spend(db, wallet_id, amount):
    wallet = await db.wallets.find_one({"_id": wallet_id})
    await db.wallets.update_one({"_id": wallet_id}, {"$set": {"balance": wallet["balance"] - amount}})  # flag


class Customer(Model):
    def lend(self, amount):
        self.credit_limit = self.credit_limit - amount  # flag
        self.save()


def book(session, number, amount):
    row = session.execute(select(Account).where(Account.number == number)).scalar_one()
    after = row.balance - amount
    session.execute(update(Account).where(Account.number == number).values(balance=after))  # flag
    session.commit()


def withdraw_locked(number, amount):
    with transaction.atomic():
        account = Account.objects.select_for_update().get(number=number)
        account.balance -= amount  # near: the row is locked
        account.save()


def withdraw_in_one(number, amount):
    changed = Account.objects.filter(number=number, balance__gte=amount).update(balance=F("balance") - amount)  # near: F()
    if not changed:
        raise InsufficientFunds(number)


def withdraw_alone(number, amount):
    with _lock:
        account = Account.objects.get(number=number)
        account.balance -= amount  # near: under a lock
        account.save()


def transfer_locked(session, source_id, amount):
    source = session.get(Account, source_id, with_for_update=True)
    source.balance -= amount  # near: the row is locked
    session.commit()


def take_in_one(cur, number, amount):
    cur.execute("SELECT balance FROM account WHERE number = %s", (number,))
    before = cur.fetchone()[0]
    cur.execute(
        "UPDATE account SET balance = balance - %s WHERE number = %s AND balance >= %s", (amount, number, amount)  # near
    )
    return before - amount


def spend_versioned(session, wallet_id, amount):
    wallet = session.get(Wallet, wallet_id)
    done = session.execute(
        update(Wallet)
        .where(Wallet.id == wallet_id, Wallet.version == wallet.version)
        .values(balance=wallet.balance - amount, version=wallet.version + 1)  # near: a version
    )
    return done.rowcount == 1


def grant(number, limit):
    customer = Customer.objects.get(number=number)
    customer.credit_limit = limit  # near: set, not computed
    customer.save()


def total(accounts):
    report = Report()
    for account in accounts:
        report.balance += account.balance  # near: a sum, nothing is stored
    return report


class Cart:
    def take(self, count):
        self.quantity -= count  # near: in memory only
        return self.quantity


def column(session, number, amount):
    session.execute(
        update(Account).where(Account.number == number).values(balance=Account.balance - amount)  # near: computed there
    )
