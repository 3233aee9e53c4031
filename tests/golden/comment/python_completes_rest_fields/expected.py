class Limits:
    """What an account may do.

    .. attribute :: daily
        :type: int

        In yuan.

    .. attribute :: monthly
        :type: int

        Default ``90``.
    """

    daily: int = 5
    monthly: int = 90


class Rates:
    """What is charged.

    :ivar low: Below the limit.
    :ivar high: A longer text.
    """

    low = 1
    high = "a" \
        "b"
