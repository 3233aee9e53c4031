"""Arithmetic across currencies, and amounts compared as they should not be."""

from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal("0")


def total(usd_amount: Decimal, cny_amount: Decimal) -> Decimal:
    return usd_amount + cny_amount  # flag


def net(order):
    return order.amount_usd - order.fee_eur  # flag


def accumulate(rows):
    total_cny = Decimal("0")
    for row in rows:
        total_cny += row.usd_amount  # flag
    return total_cny


def over(balance_usd, limit_rmb):
    return balance_usd > limit_rmb  # flag


def from_map(balances):
    return balances["USD"] + balances["CNY"]  # flag


def named(accounts):
    dollars = accounts.balance("USD")
    yuan = accounts.balance("CNY")
    return dollars + yuan  # flag


def summed(usd_total, eur_total):
    return sum([usd_total, eur_total])  # flag


def largest(usd_fee, jpy_fee):
    return max(usd_fee, jpy_fee)  # flag


def objects():
    return Money(10, "USD") + Money(5, "EUR")  # flag


@dataclass
class Money:
    amount: Decimal
    currency: str

    def __add__(self, other):
        return Money(self.amount + other.amount, self.currency)  # flag


def identity(amount: Decimal):
    return amount is ZERO  # flag


def literal(amount: Decimal):
    return amount == 0.1  # flag


def one_currency(usd_amount, usd_fee):
    return usd_amount + usd_fee  # near: one currency


def converted(usd_amount, cny_amount, usd_cny_rate):
    return cny_amount + usd_amount * usd_cny_rate  # near: converted


def exchanged(usd_amount, cny_amount):
    return cny_amount + convert(usd_amount, "USD", "CNY")  # near: converted


def rate(usd_amount, cny_amount):
    return cny_amount / usd_amount  # near: a rate of exchange


def equal(amount: Decimal, other: Decimal):
    return amount == other  # near: Python compares values


def missing(amount):
    return amount is None  # near: a check for none


def zero(amount: Decimal):
    return amount == 0  # near: a whole number is exact


def rmb(rmb_amount, cny_fee):
    return rmb_amount + cny_fee  # near: two names of one currency


class Cash:
    def __add__(self, other):
        if self.currency != other.currency:
            raise ValueError(self.currency)
        return Cash(self.amount + other.amount, self.currency)  # near: checked


def table():
    # usd_amount + cny_amount  # near
    return {"usd_amount": 1, "cny_amount": 2}


def how_many(usd_accounts, eur_accounts):
    return len(usd_accounts) + len(eur_accounts)  # near: counts
