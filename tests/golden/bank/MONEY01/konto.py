from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, NamedTuple, TypedDict

import numpy as np
import pandas as pd
from django.db import models
from pydantic import BaseModel, confloat, condecimal
from sqlalchemy import Column, Float, Numeric, Double
from sqlalchemy.orm import mapped_column, Mapped
from marshmallow import Schema, fields
from rest_framework import serializers
import graphene


class Konto:
    def __init__(self, saldo: float, limit: Decimal) -> None:  # flag
        self.saldo = saldo
        self.limit = limit

    def gebuehr(self, betrag: Decimal):
        return float(betrag) * 0.0015  # flag

    def verfuegbar(self) -> float:  # flag
        return self.saldo


@dataclass
class Buchung:
    buchungs_nr: str
    betrag: float  # flag
    zinssatz: float  # near: a rate


@dataclass
class Darlehen:
    darlehensbetrag: float = 0.0  # flag
    restschuld: float = 0.0  # flag
    laufzeit_monate: float = 12.0  # near: months


class TransferIn(BaseModel):
    amount: confloat(gt=0)  # flag
    fee: Annotated[float, "CNY"]  # flag
    rate: confloat(gt=0)  # near: a rate
    total: condecimal(gt=0)


class Loan(models.Model):
    daikuan_jine = models.FloatField()  # flag
    nian_lilv = models.FloatField()  # near: a rate
    keyong_edu = models.DecimalField(max_digits=18, decimal_places=2)


class Card(models.Model):
    xinyong_edu = models.FloatField(default=0)  # flag


class LoanRow(Base):
    __tablename__ = "loan"
    outstanding_principal = Column(Float, nullable=False)  # flag
    accrued_interest: Mapped[float] = mapped_column(Double)  # flag
    ltv_ratio = Column(Float)  # near: a ratio
    amount = Column(Numeric(18, 2))


class PaymentSchema(Schema):
    amount = fields.Float(required=True)  # flag
    weight = fields.Float()  # near


class RefundSerializer(serializers.Serializer):
    refund_amount = serializers.FloatField()  # flag
    score = serializers.FloatField()


class OrderType(graphene.ObjectType):
    total_amount = graphene.Float()  # flag


class Quote(TypedDict):
    premium: float  # flag
    confidence: float


class Zahlung(NamedTuple):
    iban: str
    zahlbetrag: float  # flag


def parse(row: dict) -> Decimal:
    amount = float(row["amount"])  # flag
    return Decimal(str(amount))


def monthly(principal: Decimal, annual_rate: Decimal, months: int) -> Decimal:
    r = float(annual_rate) / 12
    payment = float(principal) * r / (1 - (1 + r) ** -months)  # flag
    return Decimal(str(payment))


def accumulate(entries):
    balance = 0.0  # flag
    for entry in entries:
        balance += entry.amount
    return balance


def interest(principal, days):
    return principal * 0.036 * days / 360  # flag


def to_frame(rows):
    df = pd.DataFrame(rows)
    df["amount"] = df["amount"].astype(float)  # flag
    return df


def to_numeric(df):
    df["balance"] = pd.to_numeric(df["balance"])
    return df.astype({"fee": "float64"})  # flag


def sum_jine(rows) -> float:  # flag
    return sum(r.jine for r in rows)


def zinsen(kapital: Decimal, tage: int) -> float:  # flag
    return kapital * tage


def split_amount(total: Decimal, parts: list[float]) -> list[Decimal]:  # near: parts are weights
    return [total * Decimal(str(p)) for p in parts]


def schedule(amounts: list[float]) -> None:  # flag
    print(len(amounts))


def wechselkurs(waehrung: str) -> float:  # near: an exchange rate
    return 1.08


def zinsquote(account) -> "float":  # near: a quota
    return account.rate


async def reserve(acct_no: str, *, hold_amount: float = 0) -> None:  # flag
    await gateway.hold(acct_no, hold_amount)


def read_csv(path):
    return pd.read_csv(path, dtype={"acct": str, "amount": float})  # flag


def excel(sheet):
    return {"jine": float(sheet.cell(1, 2).value)}  # flag


def sleep_until(payment_timeout: float) -> None:  # near: seconds
    wait(payment_timeout)


def totals(accounts):
    return math.fsum(a.balance for a in accounts)


def parse_amt(text):
    amt = float(text.replace(",", ""))  # flag
    return amt


def fee_for(amount: Decimal) -> Decimal:
    fee = amount * Decimal(0.0015)
    return fee


def net(gross_pay: Decimal):
    tax = np.float64(gross_pay) * 0.2  # flag
    return gross_pay - Decimal(tax)


def lambda_fee(a):
    calc_fee = lambda amount: amount * 0.003
    return calc_fee(a)


def round_half(amount):
    return int(amount * 100 + 0.5) / 100


wallet = Table("wallet", meta, Column("no", String(20)), Column("balance", Float), Column("rate", Float))  # flag
