def total(rows):
    ‸
