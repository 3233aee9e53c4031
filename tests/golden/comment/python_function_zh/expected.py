from decimal import Decimal


def calc_late_fee(amount: Decimal, days: int, *, rate: Decimal = Decimal("0.0005")) -> Decimal:
    """计算滞纳金。

    Args:
        amount (Decimal): 金额。若 ``amount <= 0`` 则抛出 ``ValueError``。
        days (int): 天数。若 ``days < 0 or days > 365`` 则抛出 ``ValueError``。
        rate (Decimal): 利率。参与 ``amount * rate * days`` 的计算。默认值为
            ``Decimal("0.0005")``。

    Returns:
        Decimal: ``amount * rate * days``。

    Raises:
        ValueError: 若 ``amount <= 0``，消息为 ``"amount must be positive"``；或若
            ``days < 0 or days > 365``。
    """
    if amount <= 0:
        raise ValueError("amount must be positive")
    if days < 0 or days > 365:
        raise ValueError
    return amount * rate * days
