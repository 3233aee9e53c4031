"""Payments are accepted, booked and limited."""

from __future__ import annotations

from datetime import date

from bank.accounts import AccountBook
from bank.ledger import Ledger
from bank.limits import LimitProfile
from bank.money import Currency, Money
from bank.payments import Payment, PaymentService, PaymentStatus

IBAN = "DE53999999990000000042"
DAY = date(2026, 5, 6)


def test_accepted_payment_is_booked(book: AccountBook, profile: LimitProfile) -> None:
    ledger = Ledger()
    service = PaymentService(book, ledger, profile)
    payment = service.submit(Payment("P1", "6001", IBAN, Money.of("300"), DAY))
    assert payment.status is PaymentStatus.ACCEPTED
    assert book.find("6001").balance == Money.of("700")
    assert ledger.balance("6001", Currency.CNY) == Money.of("300")


def test_daily_limit(book: AccountBook, profile: LimitProfile) -> None:
    service = PaymentService(book, Ledger(), profile)
    service.submit(Payment("P1", "6001", IBAN, Money.of("500"), DAY))
    payment = service.submit(Payment("P2", "6001", IBAN, Money.of("400"), DAY))
    assert payment.status is PaymentStatus.REJECTED
    assert payment.reason == "B0401"


def test_wrong_iban_is_rejected(book: AccountBook, profile: LimitProfile) -> None:
    service = PaymentService(book, Ledger(), profile)
    payment = service.submit(Payment("P1", "6001", "DE54999999990000000042", Money.of("1"), DAY))
    assert payment.reason == "B0201"
