class Base:
    def __init__(self, bank: str, code: int = 0) -> None:
        self.bank = bank
        self.code = code


class Branch(Base):
    city: str

    def __init__(self, bank: str, city: str, code: int = 0) -> None:
        super().__init__(bank, code)
        self.city = city
