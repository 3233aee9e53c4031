"""Amounts of money.

金额一律使用 Decimal, 禁止使用 float. Amounts are kept at the minor unit of their currency and rounded
half-even, the bank's policy for every amount that is booked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import Enum

from bank.errors import CurrencyMismatch


class Currency(Enum):
    """ISO 4217 codes in use; the value is the number of decimals of the minor unit."""

    CNY = "CNY"
    EUR = "EUR"
    USD = "USD"
    JPY = "JPY"
    HKD = "HKD"

    @property
    def decimals(self) -> int:
        """Digits after the decimal point.

        >>> Currency.JPY.decimals, Currency.CNY.decimals
        (0, 2)
        """
        return 0 if self is Currency.JPY else 2

    @property
    def quantum(self) -> Decimal:
        """The smallest bookable amount, e.g. `Decimal("0.01")`."""
        return Decimal(1).scaleb(-self.decimals)


def quantise(amount: Decimal, currency: Currency) -> Decimal:
    """Round to the minor unit, half to even (银行家舍入).

    >>> quantise(Decimal("2.345"), Currency.CNY)
    Decimal('2.34')
    >>> quantise(Decimal("100.5"), Currency.JPY)
    Decimal('100')
    """
    return amount.quantize(currency.quantum, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, order=False)
class Money:
    """An amount in one currency. Arithmetic never mixes currencies."""

    amount: Decimal
    currency: Currency

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError("amount must be a Decimal")
        object.__setattr__(self, "amount", quantise(self.amount, self.currency))

    @classmethod
    def of(cls, amount: str | int, currency: str = "CNY") -> Money:
        """Money from text, as it stands in a message or a file.

        >>> Money.of("12.50", "EUR")
        Money(amount=Decimal('12.50'), currency=<Currency.EUR: 'EUR'>)
        """
        return cls(Decimal(amount), Currency(currency))

    @classmethod
    def zero(cls, currency: Currency) -> Money:
        """No money at all."""
        return cls(Decimal(0), currency)

    def _same(self, other: Money) -> None:
        if self.currency is not other.currency:
            raise CurrencyMismatch(f"{self.currency.value} and {other.currency.value}")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.amount <= other.amount

    def times(self, factor: Decimal) -> Money:
        """The amount multiplied by a factor and rounded."""
        return Money(self.amount * factor, self.currency)

    def is_negative(self) -> bool:
        """True below zero."""
        return self.amount < 0

    def __str__(self) -> str:
        return f"{self.amount:,.{self.currency.decimals}f} {self.currency.value}"


def total(amounts: Iterable[Money], currency: Currency) -> Money:
    """The sum of amounts in one currency; zero when there are none.

    >>> str(total([Money.of("1.10"), Money.of("2.20")], Currency.CNY))
    '3.30 CNY'
    """
    result = Money.zero(currency)
    for amount in amounts:
        result = result + amount
    return result


def split(amount: Money, parts: int) -> list[Money]:
    """Split without losing a cent: the first parts take the remainder. 分摊时不丢分.

    >>> [str(part) for part in split(Money.of("10.00"), 3)]
    ['3.34 CNY', '3.33 CNY', '3.33 CNY']
    """
    if parts <= 0:
        raise ValueError("parts must be positive")
    quantum = amount.currency.quantum
    units = int(amount.amount / quantum)
    share, rest = divmod(units, parts)
    return [
        Money((share + (1 if index < rest else 0)) * quantum, amount.currency)
        for index in range(parts)
    ]
