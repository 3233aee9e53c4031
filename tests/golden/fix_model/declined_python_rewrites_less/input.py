def total(rows:
    amount = 0‸
    for row in rows:
        amount += row
    return amount
