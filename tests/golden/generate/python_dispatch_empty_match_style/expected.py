from enum import Enum


class Kind(Enum):
    SAVINGS = "s"
    CURRENT = "c"
    LOAN = "l"

    @property
    def label(self) -> str:
        return self.name.title()


def one(kind: Kind) -> int:
    match kind:
        case Kind.SAVINGS | Kind.CURRENT | Kind.LOAN:
            return 1


class Tariff:
    def two(self, kind: Kind):
        match kind:
            case Kind.SAVINGS:
                raise NotImplementedError
            case Kind.CURRENT:
                raise NotImplementedError
            case Kind.LOAN:
                raise NotImplementedError
            case _:
                raise ValueError(f"unexpected Kind: {kind!r}")
