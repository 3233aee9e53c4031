from decimal import Decimal


def calc_late_fee(amount: Decimal, days: int, *, rate: Decimal = Decimal("0.0005")) -> Decimal:
    """Calculate the late fee: ``amount * rate * days``.

    :param amount: Rejected with ``ValueError`` if ``amount <= 0``.
    :type amount: Decimal
    :param days: Rejected with ``ValueError`` if ``days < 0 or days > 365``.
    :type days: int
    :param rate: Goes into ``amount * rate * days``. Default ``Decimal("0.0005")``.
    :type rate: Decimal
    :return: ``amount * rate * days``.
    :rtype: Decimal
    :raises ValueError: If ``amount <= 0``, with the message
        ``"amount must be positive"``, or if ``days < 0 or days > 365``.
    """
    if amount <= 0:
        raise ValueError("amount must be positive")
    if days < 0 or days > 365:
        raise ValueError
    return amount * rate * days
