class Base:
    def __init__(self, bank: str, code: int = 0) -> None:
        self.bank = bank
        self.code = code


class Branch(Base):
    city: str
