def fee(amount, rate):
    '''What the bank takes.

    Args:
        amount:
        rate:

    Returns:
        ``amount * rate``.
    '''
    return amount * rate
