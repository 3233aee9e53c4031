def total(rows):
    return sum(‸)
