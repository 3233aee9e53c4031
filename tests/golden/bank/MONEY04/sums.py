from dataclasses import dataclass
from decimal import Decimal

usd_balance = Decimal("1")
cny_balance = Decimal("2")


def gesamt(bestand_eur, bestand_usd):
    return bestand_eur + bestand_usd  # flag


def total_of(account):
    return account.usd_amount + account.cny_amount  # flag


def by_key(row):
    return row["amount_usd"] - row["amount_eur"]  # flag


def dict_of(balances):
    return balances["USD"] + balances["CNY"]  # flag


def method(wallet):
    return wallet.balance("USD") + wallet.balance("EUR")  # flag


def getter(wallet):
    return wallet.get("USD", 0) + wallet.get("HKD", 0)  # flag


def summed(usd, eur, jpy):
    return sum([usd, eur, jpy])  # flag


def compared(limit_cny, amount_usd):
    if amount_usd > limit_cny:  # flag
        raise ValueError("over the limit")


def accumulated(usd_fee, total_cny):
    total_cny += usd_fee  # flag
    return total_cny


def converted(usd_amount, cny_amount, rate):
    return usd_amount * rate + cny_amount  # near: converted first


def helper(usd_amount, cny_amount):
    return to_cny(usd_amount) + cny_amount  # near


def same(usd_fee, usd_amount):
    return usd_fee + usd_amount  # near


def alias(rmb_fee, cny_amount):
    return rmb_fee + cny_amount  # near: the same money


def names(usd_name, cny_name):
    return usd_name + cny_name  # near: no amounts


def total(rows):
    return sum(r.amount for r in rows)


def mixed_rows(rows):
    result = Decimal(0)
    for row in rows:  # each has row.currency
        result += row.amount
    return {"currency": rows[0].currency, "amount": result}


def balance_total(accounts):
    total = Decimal("0")
    for account in accounts:
        print(account.currency)
        total += account.balance
    return total


def per_currency(accounts):
    totals = {}
    for account in accounts:
        totals[account.currency] = totals.get(account.currency, 0) + account.balance  # near
    return totals


def filtered(accounts, currency):
    return sum(a.balance for a in accounts if a.currency == currency)  # near


@dataclass(frozen=True)
class Money:
    amount: Decimal
    currency: str

    def __add__(self, other):
        return Money(self.amount + other.amount, self.currency)  # flag

    def __sub__(self, other):
        if self.currency != other.currency:
            raise ValueError("another currency")
        return Money(self.amount - other.amount, self.currency)  # near

    def __lt__(self, other):
        return self.amount < other.amount  # flag

    def __eq__(self, other):
        return (self.amount, self.currency) == (other.amount, other.currency)  # near


class Wallet:
    def __init__(self, currency):
        self.currency = currency
        self.balance = Decimal(0)

    def deposit(self, money):
        self.balance += money.amount  # flag

    def withdraw(self, money):
        self._same(money)
        self.balance -= money.amount  # near


def transfer(source, target, amount):
    # both have a currency
    source.balance -= amount
    target.balance += amount
    log.info(source.currency)


def compare(a: Decimal, b: Decimal):
    return a is b  # flag


def against_float(amount: Decimal):
    return amount == 0.1  # flag
