def total(rows):
    amount = 0
    if rows:
        ‸
    return amount
