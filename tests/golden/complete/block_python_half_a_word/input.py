def total(rows):
    retu‸
