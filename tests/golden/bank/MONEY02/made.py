import decimal
import json
import math
import random
import struct
import time
from decimal import Decimal
from decimal import Decimal as D, getcontext, Context

import numpy as np
import pandas as pd

RATE = 0.0365
FEE: float = 1.5


def literal():
    return Decimal(0.1)  # flag


def alias(x):
    return D(1.005)  # flag


def module_constant():
    return Decimal(RATE)  # flag


def typed_constant():
    return D(FEE)  # flag


def product(amount: Decimal):
    return amount * Decimal(1 / 3)  # flag


def parsed(text):
    return Decimal(float(text))  # flag


def parameter(amount: float) -> Decimal:
    return Decimal(amount)  # flag


def local(row):
    betrag = float(row["betrag"])
    return Decimal(betrag)  # flag


def from_float(x):
    return Decimal.from_float(x)  # flag


def context(x: float):
    return Context(prec=20).create_decimal(x)  # flag


def context_float(x):
    return getcontext().create_decimal_from_float(x)  # flag


def mapped(values: list[float]):
    return list(map(Decimal, values))  # flag


def comprehension(values: list[float]):
    return [Decimal(v) for v in values]  # flag


def total(values: list[float]):
    return Decimal(sum(values))  # flag


def rounded(price: float):
    return Decimal(round(price, 2))  # flag


def division(total_cents: int):
    return Decimal(total_cents / 100)  # flag


def power():
    return Decimal(10 ** -2)


def power_rate(months: int):
    return Decimal((1 + 0.05) ** months)  # flag


def frame(df):
    return Decimal(df["amount"].sum())


def np_value(x):
    return Decimal(np.float64(x))  # flag


def negative():
    return Decimal(-0.01)  # flag


def keyword():
    return Decimal(value=2.5)  # flag


def conditional(vip: bool):
    return Decimal(0.95 if vip else 1)  # flag


def defaulted(fee=0.5):
    return Decimal(fee)  # flag


def class_attr():
    return decimal.Decimal(3.14)  # flag


class Tariff:
    RATE = 0.0015
    price: float = 9.9

    def fee(self, amount: Decimal) -> Decimal:
        return amount * Decimal(self.RATE)  # flag

    def cost(self) -> Decimal:
        return Decimal(self.price)  # flag


def quantized(x: float):
    return Decimal(x).quantize(Decimal("0.01"), rounding=decimal.ROUND_HALF_UP)  # flag


def as_text(x: float):
    return Decimal(str(x))  # near: the text of it


def as_repr(x: float):
    return Decimal(repr(x))  # near


def formatted(x: float):
    return Decimal(f"{x:.2f}")  # near: text


def formatted_old(x: float):
    return Decimal("%.2f" % x)  # near


def whole(cents: int):
    return Decimal(cents) / 100  # near


def tupled():
    return Decimal((0, (1, 2), -2))


def rounded_whole(x: float):
    return Decimal(round(x))  # near: whole


def floor(x: float):
    return Decimal(math.floor(x))  # near: whole


def json_floats(text):
    return json.loads(text, parse_float=Decimal)  # near: made of the text


def json_then(text):
    body = json.loads(text)
    return Decimal(body["amount"])


def scaled(amount: Decimal, n: float):
    return amount * Decimal(n)  # flag


def mixed(amount):
    fee = amount * 0.1
    return Decimal(fee)  # flag


def walrus(row):
    if (x := float(row["x"])) > 0:
        return Decimal(x)  # flag
    return None


def reassigned(x: float):
    x = str(x)
    return Decimal(x)  # near: text by now


def unpacked(raw):
    (value,) = struct.unpack("<d", raw)
    return Decimal(value)


def dictionary():
    rates = {"A": 0.1, "B": 0.2}
    return Decimal(rates["A"])  # flag


def looked(kind):
    rates = {"A": 0.1, "B": 0.2}
    return Decimal(rates.get(kind, 0.3))  # flag


def tuple_rates():
    return [Decimal(r) for r in (0.1, 0.2, 0.3)]  # flag


def lambda_made():
    return lambda: Decimal(0.5)  # flag


def helper_typed(x) -> float:
    return x


def uses_helper(x):
    return Decimal(helper_typed(x))  # flag


def to_decimal(value):
    if isinstance(value, float):
        return Decimal(value)  # flag
    return Decimal(str(value))


def optional(x: "float | None"):
    return Decimal(x or 0)  # flag
