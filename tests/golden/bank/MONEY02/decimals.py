"""Decimals made from floats."""

import decimal
import math
import time
from decimal import Decimal
from decimal import Decimal as D

RATE = 0.0035
SCALE = 100


def literal():
    return Decimal(0.1)  # flag


def negative():
    return decimal.Decimal(-2.35)  # flag


def cast(row):
    return Decimal(float(row["amount"]))  # flag


def alias():
    return D(19.99)  # flag


def parameter(amount: float):
    return Decimal(amount)  # flag


def local(principal):
    rate = 0.045
    return principal * Decimal(rate)  # flag


def constant(principal):
    return principal * Decimal(RATE)  # flag


def arithmetic(units: int):
    return Decimal(units * 1.05)  # flag


def divided(cents: int):
    return Decimal(cents / 100)  # flag


def declared():
    return Decimal.from_float(0.3)  # flag


def each(prices: list[float]):
    return sum(Decimal(price) for price in prices)  # flag


def mapped(prices: list[float]):
    return list(map(Decimal, prices))  # flag


def rounded(amount: float):
    return Decimal(round(amount, 2))  # flag


def default(fee=0.5):
    total = Decimal(  # flag
        fee,
    )
    return total


def context(value: float):
    return decimal.getcontext().create_decimal(value)  # flag


def helper() -> float:
    return 1.1


def returned():
    return Decimal(helper())  # flag


class Quote:
    def __init__(self, bid: float):
        self.bid = bid
        self.step = 0.25

    def mid(self):
        return Decimal(self.step)  # flag


def computed(principal: Decimal, months: int):
    growth = math.pow(1.003, months)
    return principal * Decimal(growth)  # flag


def text():
    return Decimal("0.1")  # near: text


def whole():
    return Decimal(100)  # near: a whole number


def through_text(amount: float):
    return Decimal(str(amount))  # near: the shortest text of the float


def formatted(amount: float):
    return Decimal(f"{amount:.2f}")  # near: text


def unknown(row):
    return Decimal(row["amount"])  # near: nobody knows what it is


def typed(amount: str):
    return Decimal(amount)  # near: text


def of_int(cents: int):
    return Decimal(cents) / Decimal(100)  # near: a whole number


def floor_divided(cents: int):
    return Decimal(cents // SCALE)  # near: whole


def rebound(amount: float):
    amount = str(amount)
    return Decimal(amount)  # near: text by then


def pair():
    return Decimal((0, (1, 9, 9), -2))  # near: sign, digits, exponent


def elapsed():
    # Decimal(0.1) in a comment  # near
    return time.time() - 0.1, "Decimal(0.1)"
