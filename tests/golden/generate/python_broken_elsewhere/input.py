def broken(:
    return (1,


class Account:
    owner: str

    def name(self) -> str:
        return self.owner


def also broken
