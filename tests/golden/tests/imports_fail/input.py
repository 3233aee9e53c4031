"""Needs what is not installed."""

import a_package_that_nobody_has


def size() -> int:
    """Never reached."""
    return len(dir(a_package_that_nobody_has))
