def fee(amount):
    """
    What the bank takes.
    @param amount: the base
    """
    return amount * 2
