def fee(amount):
    if amount > 100
        return 1
    return len(amuont)
