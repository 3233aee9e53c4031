"""Money."""


class Money:
    """An amount in a currency."""
