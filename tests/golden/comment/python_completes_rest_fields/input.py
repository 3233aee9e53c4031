class Limits:
    """What an account may do.

    .. attribute :: daily
        :type: int

        In yuan.
    """

    daily: int = 5
    monthly: int = 90


class Rates:
    """What is charged.

    :ivar low: Below the limit.
    """

    low = 1
    high = "a" \
        "b"
