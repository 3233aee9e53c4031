def total(rows):
    amount = ‸
    return amount
