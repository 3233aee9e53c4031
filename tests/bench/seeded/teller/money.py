"""Amounts in a currency: rounding, splitting, converting, reading and writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation

MINOR_UNITS = {"EUR": 2, "USD": 2, "CHF": 2, "GBP": 2, "JPY": 0, "KWD": 3}


class UnknownCurrency(ValueError):
    """The currency is not one the bank deals in."""


def minor_units(currency: str) -> int:
    """How many decimals the currency has."""
    code = currency.strip().upper()
    if code not in MINOR_UNITS:
        raise UnknownCurrency(f"unknown currency {code}")
    return MINOR_UNITS[code]


def rounded(amount: Decimal, currency: str, commercial: bool = False) -> Decimal:
    """The amount in whole minor units: to even halves, or commercially, away from zero.

    >>> rounded(Decimal("2.345"), "EUR")
    Decimal('2.34')
    >>> rounded(Decimal("2.345"), "EUR", commercial=True)
    Decimal('2.35')
    """
    step = Decimal(1).scaleb(-minor_units(currency))
    return amount.quantize(step, rounding=ROUND_HALF_UP if commercial else ROUND_HALF_EVEN)


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Split cents by weights without losing one: what is left goes to the largest remainders, the first ones first.

    >>> split(100, [1, 1, 1])
    [34, 33, 33]
    """
    whole = sum(weights)
    if whole <= 0:
        raise ValueError("weights must add up to more than zero")
    parts = [total * weight // whole for weight in weights]
    left = total - sum(parts)
    order = sorted(range(len(weights)), key=lambda at: (-(total * weights[at] % whole), at))
    for at in order[:left]:
        parts[at] += 1
    return parts


@dataclass(frozen=True)
class Rate:
    """Units of `quote` for one unit of `base`, and the bank's margin on either side in basis points."""

    base: str
    quote: str
    mid: Decimal
    margin_bp: int = 50

    def bid(self) -> Decimal:
        """What the bank pays for one unit of base."""
        return self.mid * (1 - Decimal(self.margin_bp) / 10000)

    def ask(self) -> Decimal:
        """What the bank takes for one unit of base."""
        return self.mid * (1 + Decimal(self.margin_bp) / 10000)


def convert(amount: Decimal, source: str, target: str, rate: Rate) -> Decimal:
    """Convert a customer's money: base is bought at the bid, sold at the ask."""
    if source == target:
        return rounded(amount, target)
    if (source, target) == (rate.base, rate.quote):
        return rounded(amount * rate.bid(), target)
    if (source, target) == (rate.quote, rate.base):
        return rounded(amount / rate.ask(), target)
    raise UnknownCurrency(f"no rate from {source} to {target}")


def parse_amount(text: str) -> Decimal:
    """Read an amount as a statement prints it: 1.234,56 or 1,234.56, a minus or CR/DR behind it.

    Raises ValueError for anything else.
    """
    clean = text.strip().upper().replace(" ", "")
    sign = 1
    if clean.endswith("DR") or clean.endswith("-"):
        sign = -1
    clean = clean.removesuffix("CR").removesuffix("DR").rstrip("-")
    if clean.startswith("-"):
        sign, clean = -sign, clean[1:]
    if "," in clean and clean.rfind(",") > clean.rfind("."):
        clean = clean.replace(".", "").replace(",", ".")
    else:
        clean = clean.replace(",", "")
    try:
        return sign * Decimal(clean)
    except InvalidOperation:
        raise ValueError(f"not an amount: {text!r}") from None


def written(amount: Decimal, currency: str) -> str:
    """The amount as a letter shows it.

    >>> written(Decimal("-1234.5"), "EUR")
    '-1,234.50 EUR'
    """
    places = minor_units(currency)
    return f"{rounded(amount, currency):,.{places}f} {currency.strip().upper()}"
