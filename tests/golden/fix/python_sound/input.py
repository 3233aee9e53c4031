def fee(amount):
    return amount * 2
