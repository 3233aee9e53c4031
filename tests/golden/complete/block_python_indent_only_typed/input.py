def total(rows):
‸
