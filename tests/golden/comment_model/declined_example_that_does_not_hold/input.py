def ‸fee(amount: int, rate: float = 0.01) -> int:
    if amount < 0:
        raise ValueError("negative")
    return int(amount * rate)
