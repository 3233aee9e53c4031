"""Constants only."""

LIMIT = 3


def _hidden() -> int:
    return LIMIT
