class P:
    _a: int
    _b: str

    @property
    def b(self) -> str:
        return self._b
