def fee(amount):
    """What the bank takes.

    Args:
        amount: The base.

    Returns:
        The fee.
    """
    return amount * 2
