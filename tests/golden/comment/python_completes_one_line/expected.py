def fee(amount, rate):
    '''What the bank takes.

    Args:
        amount: Goes into ``amount * rate``.
        rate: Goes into ``amount * rate``.

    Returns:
        ``amount * rate``.
    '''
    return amount * rate
