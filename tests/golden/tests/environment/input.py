"""Settings from the environment."""

import os


def mode() -> str:
    """Which money."""
    value = os.environ.get("LEDGER_MODE", "test")
    if value == "live":
        return "real money"
    if value not in ("test", "demo"):
        raise ValueError(f"unknown mode {value}")
    return "play money"


def timeout_s() -> int:
    """Twice what is set."""
    return int(os.getenv("LEDGER_TIMEOUT", "30")) * 2


def is_verbose() -> bool:
    """Set at all."""
    return "LEDGER_VERBOSE" in os.environ
