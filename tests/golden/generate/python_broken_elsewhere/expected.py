def broken(:
    return (1,


class Account:
    owner: str

    def __init__(self, owner: str) -> None:
        self.owner = owner

    def name(self) -> str:
        return self.owner


def also broken
