def ‸fee(amount, rate):
    """Compute the fee.

    Args:
        amount: The amount.
    """
    return amount * rate
