"""Reference numbers with a check digit."""

_WEIGHTS = (7, 3, 1)


class WrongChecksum(ValueError):
    """The check digit does not match."""


class WrongFormat(ValueError):
    """There is something else than digits."""


def check_digit(number: str) -> str:
    """Modulus 10 with weights 7, 3, 1 from the right.

    >>> check_digit("12345")
    '3'
    """
    total = sum(int(digit) * _WEIGHTS[index % 3] for index, digit in enumerate(reversed(number)))
    return str(-total % 10)


def validate(reference: str) -> str:
    """The reference without blanks.

    >>> validate("123 453")
    '123453'
    """
    compact = reference.replace(" ", "")
    if not compact.isdigit():
        raise WrongFormat("a reference has digits only")
    if check_digit(compact[:-1]) != compact[-1]:
        raise WrongChecksum("the check digit is wrong")
    return compact


def is_valid(reference: str) -> bool:
    """Whether `validate` accepts it.

    >>> is_valid("123453")
    True
    """
    try:
        validate(reference)
    except ValueError:
        return False
    return True


def group_of(reference: str) -> str:
    """Who issued it."""
    if reference.startswith("1"):
        return "retail"
    if reference.startswith("2"):
        return "corporate"
    if reference.startswith("9"):
        return "internal"
    return "unknown"
