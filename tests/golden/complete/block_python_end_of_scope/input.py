def total(rows):
    amount = 0
    for row in rows:
        ‸
    return amount
