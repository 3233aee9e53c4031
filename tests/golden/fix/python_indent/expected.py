def total(rows):
    amount = 0
    for row in rows:
        if row.open:
           amount += row.amount
        amount -= row.fee
    return amount


def count(rows):
    number = 0
    for row in rows:
        number += 1
    return number
