"""Interest and instalments of loans and deposits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    """Rounded commercially to cents."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def simple_interest(principal: Decimal, rate_pct: Decimal, days: int, basis: int = 365) -> Decimal:
    """Interest for some days at a yearly rate in per cent.

    >>> simple_interest(Decimal(10000), Decimal("3.65"), 10)
    Decimal('10.00')
    """
    if days < 0:
        raise ValueError("days must not be negative")
    return cents(principal * rate_pct * days / (100 * basis))


def compound(principal: Decimal, rate_pct: Decimal, years: int, periods: int = 1) -> Decimal:
    """What a deposit has grown to."""
    factor = 1 + rate_pct / 100 / periods
    return cents(principal * factor ** (years * periods))


def effective_rate(nominal_pct: Decimal, periods: int) -> Decimal:
    """The yearly rate in per cent that a nominal rate comes to, with three decimals."""
    grown = (1 + nominal_pct / 100 / periods) ** periods
    return ((grown - 1) * 100).quantize(Decimal("0.001"))


def annuity(principal: Decimal, rate_pct: Decimal, months: int) -> Decimal:
    """The monthly payment that repays a loan, interest included.

    >>> annuity(Decimal(1200), Decimal(0), 12)
    Decimal('100.00')
    """
    if months <= 0:
        raise ValueError("a loan runs for at least one month")
    monthly = rate_pct / 1200
    if monthly == 0:
        return cents(principal / months)
    return cents(principal * monthly / (1 - (1 + monthly) ** -months))


@dataclass(frozen=True)
class Instalment:
    """One line of a repayment plan."""

    number: int
    interest: Decimal
    repaid: Decimal
    left: Decimal


def plan(principal: Decimal, rate_pct: Decimal, months: int) -> Iterator[Instalment]:
    """The repayment plan; the last instalment takes what rounding left over."""
    payment = annuity(principal, rate_pct, months)
    left = principal
    for number in range(1, months + 1):
        interest = cents(left * rate_pct / 1200)
        repaid = left if number == months else payment - interest
        left -= repaid
        yield Instalment(number, interest, repaid, left)


def tiered_interest(balance: Decimal, tiers: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    """Yearly interest where each tier (from, rate in per cent) pays on its own slice only."""
    total = Decimal(0)
    ordered = sorted(tiers)
    for at, (start, rate) in enumerate(ordered):
        end = ordered[at + 1][0] if at + 1 < len(ordered) else balance
        if balance > start:
            total += (min(balance, end) - start) * rate / 100
    return cents(total)


def prepayment_fee(left: Decimal, months_left: int, rate_pct: Decimal = Decimal(1)) -> Decimal:
    """What early repayment costs: half the rate in the last year, nothing once it is repaid."""
    if left <= 0:
        return Decimal("0.00")
    rate = rate_pct / 2 if months_left <= 12 else rate_pct
    return cents(left * rate / 100)


def loan_to_value(loan: Decimal, value: Decimal) -> Decimal:
    """The loan in per cent of the collateral, rounded up to a tenth at the half."""
    if value <= 0:
        raise ValueError("the collateral has no value")
    return (loan / value * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def affordable(income: Decimal, outgoings: Decimal, payment: Decimal, share_pct: int = 35) -> bool:
    """Whether a payment stays within the free income and within a share of the whole."""
    return payment <= income - outgoings and payment * 100 <= income * share_pct
