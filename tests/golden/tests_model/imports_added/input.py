from decimal import Decimal


def ‸share(total: Decimal, parts: int) -> Decimal:
    """A part of the total, in cents."""
    if parts < 1:
        raise ValueError("no part")
    return (total / parts).quantize(Decimal("0.01"))
