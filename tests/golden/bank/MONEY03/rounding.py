"""Rounding of money without a mode."""

import decimal
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, localcontext

import numpy as np
from PIL import Image

CENT = Decimal("0.01")


def interest(principal: Decimal, rate: Decimal) -> Decimal:
    return (principal * rate).quantize(CENT)  # flag


def to_cents(amount):
    return amount.quantize(Decimal("0.01"))  # flag


def fee(amount):
    return round(amount * Decimal("0.006"), 2)  # flag


def total(order):
    order.total_amount = round(order.total_amount, 2)  # flag


def qualified(value: Decimal):
    return value.quantize(decimal.Decimal(".01"))  # flag


def exponent(balance: Decimal):
    return balance.quantize(Decimal(10) ** -2)  # flag


def whole_yuan(price):
    return round(price)  # flag


def several(rows):
    return [round(row.amount, 2) for row in rows]  # flag


def shared(total_amount: Decimal, n: int) -> Decimal:
    share_amount = total_amount / n  # flag
    return share_amount


def frame(df):
    df["fee"] = df["fee"].round(2)  # flag
    return df


def array(prices):
    return np.round(prices, 2)  # flag


def wrapped(principal: Decimal, rate: Decimal) -> Decimal:
    return (  # flag
        principal * rate / Decimal("360")
    ).quantize(
        CENT
    )


def summed(entries):
    return sum(entry.amount for entry in entries).quantize(CENT)  # flag


def with_mode(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)  # near: mode given


def positional(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_EVEN)  # near: mode given


def in_context(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, context=Context(rounding=ROUND_HALF_UP))  # near: a context has a mode


def in_local_context(amount: Decimal) -> Decimal:
    with localcontext() as context:
        context.rounding = ROUND_HALF_UP
        return amount.quantize(CENT)  # near: the context around has a mode


def elapsed(start, end):
    return round(end - start, 2)  # near: seconds


def ratio(used_amount, limit):
    return round(used_amount / limit, 4)  # near: a ratio


def rate(fee_rate):
    return round(fee_rate, 6)  # near: a rate


def picture(image: Image):
    return image.quantize(256)  # near: colours


def percent(used_amount, total_amount):
    usage_pct = round(used_amount * 100, 1)  # near: a percentage
    return usage_pct


def usage_of(interest: Decimal, principal: Decimal) -> Decimal:
    effective_rate = interest / principal  # near: a rate
    return effective_rate


def divided(amount: Decimal, parts: int) -> Decimal:
    share_amount = amount / parts  # near: rounded below
    return share_amount.quantize(CENT, rounding=ROUND_HALF_UP)
