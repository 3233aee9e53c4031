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
    if kind is Kind.SAVINGS:
        raise NotImplementedError
    elif kind is Kind.CURRENT:
        raise NotImplementedError
    elif kind is Kind.LOAN:
        raise NotImplementedError
    else:
        raise ValueError(f"unexpected Kind: {kind!r}")
