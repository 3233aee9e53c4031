def fee(amount):
    if amount >
    return amount * 2
