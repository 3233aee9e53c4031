"""Loan accounts: schedules, early repayment, arrears.

金额一律用 Decimal，绝不用 float。
"""

from __future__ import annotations

import decimal
import logging.handlers as handlers, json
from abc import ABC, abstractmethod
from collections.abc import Iterator as Iter, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar, Final, Protocol

from . import money
from ..calendar.holidays import *
from .errors import InsufficientFunds, ScheduleError as BadSchedule

try:
    import orjson
except ImportError:
    orjson = None

CENT: Final = decimal.Decimal("0.01")
MAX_TERM_MONTHS = 480
_default_rate = decimal.Decimal("0.0345")
registry: dict[str, "Loan"] = {}
low, high = 0, 100
type Key = tuple[str, int]


class DayCount(str, Enum):
    """How days of a period are counted."""

    ACT_360 = "act/360"
    thirty_360 = "30/360"

    def fraction(self, days: int) -> decimal.Decimal:
        return decimal.Decimal(days) / 360


class Clock(Protocol):
    def today(self) -> "date": ...


@dataclass(frozen=True, slots=True)
class Instalment:
    # the docstring below comes after a comment
    """One row of a schedule."""

    number: int
    due: "date"
    principal: money.Amount
    interest: money.Amount = money.ZERO
    tags: list[str] = field(default_factory=list)
    CURRENCY: ClassVar[str] = "CNY"

    @property
    def total(self) -> money.Amount:
        """Principal and interest."""
        return self.principal + self.interest


class Account(ABC):
    limit = 0

    def __init__(self, number: str, /, owner: str, *, currency: str = "CNY", **extra: object) -> None:
        self._number = number
        self.owner: str = owner
        self.low, self.high = 0, 10
        if currency != "CNY":
            self.currency = currency

        def on_change(event):
            self.changed = event

        self.limit = 5
        super().__init__()

    @abstractmethod
    def post(self, amount, note=None, *entries: Entry) -> None:
        '''Book an amount (借记).'''

    @staticmethod
    @money.rounded(places=2)
    async def rates(*, source: str, timeout: float = 1.5): yield 1

    class Frozen(Exception):
        def __str__(self): return f"frozen {self.args[0]}"


class Loan(Account, money.Interest[str], metaclass=ABCMeta):
    f"""Not a docstring: {CENT}"""

    def schedule(self, months, rate=_default_rate, *args, callback=lambda x, y=1: x):
        """Rows of the plan.

        Args:
            months: how many
        """
        local = months
        LOCAL = 1
        for row in self.rows(months)[0].split(rate):
            Instalment(row, 1, 2).total
        return json.dumps({"a": self._number.strip().lower()})


def early_repayment(loan: Loan, on: "date" = None) -> tuple[Instalment, ...]:
    def penalty(days: int) -> int:
        return days

    return penalty(loan.days(on))
