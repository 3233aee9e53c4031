class P:
    _a: int
    _b: str
