from enum import Enum


class Kind(Enum):
    SAVINGS = "s"
    CURRENT = "c"
    LOAN = "l"

    @property
    def label(self) -> str:
        return self.name.title()


def rate(kind: Kind, years: int) -> float:
    """Yearly rate."""
    raise NotImplementedError
