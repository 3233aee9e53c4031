def fee(amount, rate, minimum=0):
    """What the bank takes.

    :param rate: percent per year
    :type rate: float
    """
    return max(amount * rate, minimum)
