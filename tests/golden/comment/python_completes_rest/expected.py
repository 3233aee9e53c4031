def fee(amount, rate, minimum=0):
    """What the bank takes.

    :param amount: Goes into ``amount * rate``.
    :param rate: percent per year
    :type rate: float
    :param minimum: Passed to ``max``. Default ``0``.
    :return: The result of ``max(amount * rate, minimum)``.
    """
    return max(amount * rate, minimum)
