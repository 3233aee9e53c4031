"""Two functions, of which one is wanted."""


def clamp(value: int, low: int, high: int) -> int:
    """The nearest value in low..high."""
    if low > high:
        raise ValueError("low is above high")
    return max(low, min(value, high))


def twice(value: int) -> int:
    """Twice the value."""
    return value * 2
