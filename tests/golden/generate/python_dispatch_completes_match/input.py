from enum import Enum


class Kind(Enum):
    SAVINGS = "s"
    CURRENT = "c"
    LOAN = "l"

    @property
    def label(self) -> str:
        return self.name.title()


def rate(kind: Kind | None) -> float:
    match kind:
        case Kind.SAVINGS:
            return 1.0
        case _:
            raise ValueError(kind)
