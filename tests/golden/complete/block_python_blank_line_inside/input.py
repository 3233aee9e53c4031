def total(rows):
    ‸


def other():
    pass
