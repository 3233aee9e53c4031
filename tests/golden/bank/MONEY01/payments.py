"""Money as float, as it stands in payment code."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Optional

import numpy as np
import pandas as pd
import sqlalchemy as sa
from django.db import models
from pydantic import BaseModel, Field
from sqlalchemy import Column, Float, Integer, Numeric
from sqlalchemy.orm import Mapped, mapped_column


def transfer(source: str, target: str, amount: float) -> None:  # flag
    ledger.post(source, target, amount)


def monthly_interest(principal: Decimal, annual_rate: Decimal) -> float:  # flag
    return principal * annual_rate / 12


@dataclass
class Payment:
    payment_id: str
    amount: float  # flag
    currency: str


class RefundRequest(BaseModel):
    order_no: str
    refund_amount: Optional[float] = None  # flag
    handling_fee: float = Field(0, ge=0)  # flag


class Account(models.Model):
    account_no = models.CharField(max_length=32)
    balance = models.FloatField(default=0)  # flag
    interest_rate = models.FloatField()  # near: a rate is no money


class Invoice(Base):
    __tablename__ = "invoice"
    id = Column(Integer, primary_key=True)
    total_amount = Column(Float, nullable=False)  # flag
    tax = sa.Column(sa.Float)  # flag
    unit_price: Mapped[float] = mapped_column()  # flag
    paid_amount = Column(Numeric(18, 2))  # near: a column of decimals


def read_amount(row):
    amount = float(row["amount"])  # flag
    return amount


def charge(order):
    fee = order.amount * 0.006  # flag
    return fee


class Wallet:
    def __init__(self, owner):
        self.owner = owner
        self.balance = 0.0  # flag


def pay(client, order):
    return client.pay(order_no=order.no, amount=float(order.amount))  # flag


def body(order):
    return {
        "order": order.no,
        "amount": float(order.total),  # flag
    }


def balances_of(rows) -> dict[str, float]:  # flag
    return {row.account: row.total for row in rows}


def sum_of_balances(balances: list[float]) -> Decimal:  # flag
    return Decimal(str(sum(balances)))


def load_statement(path):
    frame = pd.read_csv(path)
    frame["amount"] = frame["amount"].astype(float)  # flag
    return frame


def add_bonus(account):
    account.balance += 0.5  # flag


def compare(entry, limit):
    return float(entry.amount) > limit  # flag


def 计算手续费(金额: float):  # flag
    return 金额


def rate_of(amount: Decimal, fee_rate: float) -> Decimal:  # near: the rate is a float, the amount is none
    return (amount * Decimal(str(fee_rate))).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def retry(count: int, delay: float = 0.5) -> None:  # near: seconds
    total_seconds = count * 0.5  # near: a duration
    sleep(total_seconds)


def utilisation(used_amount: Decimal, limit: Decimal) -> float:  # near: a ratio
    usage_ratio = float(used_amount / limit)  # near: a ratio of two amounts
    return usage_ratio


def amount_in_cents(amount_cents: int) -> int:  # near: whole cents
    return amount_cents


def price_change_pct(old: Decimal, new: Decimal) -> float:  # near: a percentage
    price_weight = 0.3  # near: a weight
    return price_weight


def show(order):
    logger.info("amount %s", float(order.amount))  # near: only shown
    # amount: float was the old type  # near: a comment
    return 'amount: float'


def parse(text: str) -> Decimal:
    amount = Decimal(text)  # near: a decimal
    balance_count = 1.0  # near: a count
    return amount


def test_a_float_amount_is_refused():
    with raises(TypeError):
        transfer("a", "b", amount=12.5)  # near: a test that it is refused
