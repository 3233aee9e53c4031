def total(rows):
    amount = 0
    ‸
    return amount
