"""业务异常. Every refusal has a class of its own, so that a channel can translate it for the customer."""

from __future__ import annotations


class BankError(Exception):
    """Base of every refusal; `code` is what the channels show."""

    code = "B0000"


class CurrencyMismatch(BankError):
    """Two amounts in different currencies were combined."""

    code = "B0101"


class InvalidIdentifier(BankError):
    """An IBAN, a card number or a resident ID fails its check."""

    code = "B0201"


class UnknownAccount(BankError):
    """No account has this number. 账号不存在."""

    code = "B0301"


class AccountNotOperable(BankError):
    """The account is frozen, dormant or closed."""

    code = "B0302"


class InsufficientFunds(BankError):
    """The available balance does not cover the amount. 余额不足."""

    code = "B0303"


class LimitExceeded(BankError):
    """A single, daily or monthly limit would be exceeded. 超过限额."""

    code = "B0401"


class UnbalancedPosting(BankError):
    """Debits and credits of one posting differ. 借贷不平."""

    code = "B0501"


class RateUnavailable(BankError):
    """No exchange or interest rate is known for this pair, tenor or date."""

    code = "B0601"


class TamperedRecord(BankError):
    """The audit trail's hash chain is broken."""

    code = "B0901"
