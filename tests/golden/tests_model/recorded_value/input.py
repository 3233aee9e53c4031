def ‸fee(amount: int, rate: float = 0.01) -> int:
    """The fee: for 250 at ten percent it is 30."""
    if amount < 0:
        raise ValueError("negative")
    return int(amount * rate)
