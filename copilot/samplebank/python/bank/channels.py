"""Clearing channels 清算渠道. A channel sends payments to other banks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from decimal import Decimal

from bank.payments import Payment, PaymentStatus, advance


class ClearingChannel(ABC):
    """What every channel can do."""

    @abstractmethod
    def send(self, payment: Payment) -> Payment:
        """Send an accepted payment; returns it settled or rejected."""

    @abstractmethod
    def cut_off(self) -> str:
        """The last time of day for same-day settlement, as HH:MM."""

    @abstractmethod
    def maximum(self) -> Decimal:
        """The largest single amount in yuan."""


class HighValueChannel(ClearingChannel):
    """大额支付: no upper bound, workdays only."""

    def send(self, payment: Payment) -> Payment:
        """Settles at once."""
        return advance(payment, PaymentStatus.SETTLED)

    def cut_off(self) -> str:
        """17:15 on workdays."""
        return "17:15"

    def maximum(self) -> Decimal:
        """Practically unlimited."""
        return Decimal("999999999999.99")


class BatchChannel(ClearingChannel):
    """小额批量支付: collected and sent every hour."""

    def __init__(self) -> None:
        self._waiting: list[Payment] = []

    def send(self, payment: Payment) -> Payment:
        """Queue the payment for the next batch."""
        if payment.amount.amount > Decimal("50000.00"):
            raise ValueError("amount is above the limit of the batch channel")
        self._waiting.append(payment)
        return payment

    def flush(self) -> list[Payment]:
        """Send what waits."""
        sent = [advance(payment, PaymentStatus.SETTLED) for payment in self._waiting]
        self._waiting.clear()
        return sent
