"""Foreign exchange 外汇: quotes, cross rates and conversion."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bank.errors import RateUnavailable
from bank.money import Currency, Money


@dataclass(frozen=True)
class Quote:
    """What the bank pays (bid, 买入价) and asks (ask, 卖出价) for one unit of `base`."""

    base: Currency
    quote: Currency
    bid: Decimal
    ask: Decimal

    def __post_init__(self) -> None:
        if self.bid <= 0 or self.ask < self.bid:
            raise ValueError("a quote needs 0 < bid <= ask")

    @property
    def mid(self) -> Decimal:
        """The middle rate. 中间价."""
        return (self.bid + self.ask) / 2

    def inverse(self) -> Quote:
        """The same market seen from the other currency."""
        return Quote(self.quote, self.base, 1 / self.ask, 1 / self.bid)


class RateTable:
    """Quotes by currency pair. A pair is found in either direction."""

    def __init__(self, quotes: list[Quote]) -> None:
        self._quotes = {(quote.base, quote.quote): quote for quote in quotes}

    def quote(self, base: Currency, other: Currency) -> Quote:
        """The quote of a pair. Raises RateUnavailable."""
        if (base, other) in self._quotes:
            return self._quotes[base, other]
        if (other, base) in self._quotes:
            return self._quotes[other, base].inverse()
        raise RateUnavailable(f"{base.value}/{other.value}")

    def cross(self, base: Currency, other: Currency, via: Currency) -> Quote:
        """A quote through a third currency. 套算汇率."""
        first, second = self.quote(base, via), self.quote(via, other)
        return Quote(base, other, first.bid * second.bid, first.ask * second.ask)


def sell_to_bank(amount: Money, quote: Quote) -> Money:
    """What a customer gets for foreign money: the bank's bid. 结汇."""
    if amount.currency is not quote.base:
        raise RateUnavailable(f"quote is for {quote.base.value}")
    return Money(amount.amount * quote.bid, quote.quote)


def buy_from_bank(amount: Money, quote: Quote) -> Money:
    """What a customer pays for foreign money: the bank's ask. 售汇."""
    if amount.currency is not quote.base:
        raise RateUnavailable(f"quote is for {quote.base.value}")
    return Money(amount.amount * quote.ask, quote.quote)


def spread_in_pips(bid: Decimal, ask: Decimal, pip: Decimal = Decimal("0.0001")) -> Decimal:
    """The distance of bid and ask in pips. 点差.

    >>> spread_in_pips(Decimal("1.0850"), Decimal("1.0853"))
    Decimal('3')
    """
    if pip <= 0:
        raise ValueError("pip must be positive")
    return ((ask - bid) / pip).normalize()
