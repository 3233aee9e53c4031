"""Options that are read from keyword arguments."""


def label(name: str, **options: object) -> str:
    """With a separator."""
    separator = options.pop("separator", "-")
    if options.pop("upper", False):
        name = name.upper()
    if options:
        raise TypeError(f"unexpected option: {', '.join(options)}")
    return str(separator).join(name)


def price(amount: int, **extra: int) -> int:
    """With what is added."""
    return amount + extra["fee"] - extra.get("discount", 0)
