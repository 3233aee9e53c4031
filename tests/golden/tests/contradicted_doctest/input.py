"""A function that does not do what its doctest says, beside one that does."""


def rounded(cents: int) -> int:
    """Cents to the next lower ten.

    >>> rounded(125)
    120
    """
    return (cents + 5) // 10 * 10


def doubled(cents: int) -> int:
    """Twice the cents.

    >>> doubled(125)
    250
    """
    return cents * 2
