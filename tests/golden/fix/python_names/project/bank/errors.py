"""Errors."""


class LimitExceeded(Exception):
    """More than allowed."""
