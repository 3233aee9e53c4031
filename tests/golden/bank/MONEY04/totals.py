from dataclasses import dataclass
from decimal import Decimal


@dataclass
class Position:
    isin: str
    currency: str
    amount: Decimal


@dataclass
class Fee:
    kind: str
    amount: Decimal


def total(positions: list[Position]) -> Decimal:
    return sum((p.amount for p in positions), Decimal(0))  # flag


def total_listed(positions: list[Position]) -> Decimal:
    return sum([p.amount for p in positions])  # flag


def looped(positions: list[Position]) -> Decimal:
    result = Decimal(0)
    for p in positions:
        result += p.amount  # flag
    return result


def of_one(positions: list[Position], ccy: str) -> Decimal:
    return sum(p.amount for p in positions if p.currency == ccy)  # near: of one currency


def by_currency(positions: list[Position]) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = {}
    for p in positions:
        totals[p.currency] = totals.get(p.currency, Decimal(0)) + p.amount  # near: for each currency
    return totals


def converted(positions: list[Position], rates) -> Decimal:
    return sum(p.amount * rates[p.isin] for p in positions)  # near: converted


def fees(items: list[Fee]) -> Decimal:
    return sum((f.amount for f in items), Decimal(0))  # near: the class has no currency


def rows(items) -> Decimal:
    return sum(r.amount for r in items)  # near: of a class that nobody knows
