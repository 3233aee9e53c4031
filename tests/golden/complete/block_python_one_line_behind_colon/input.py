def total(rows):‸
