def total(rows):
    return sum_am‸
