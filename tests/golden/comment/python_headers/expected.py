# -*- coding: utf-8 -*-
# Licence text.

"""Input: ``pick``, ``typed``, ``one``, ``two``, ``Empty`` and others."""

import typing
from typing import overload


@overload
def pick(x: int) -> int: ...
@overload
def pick(x: str) -> str: ...
@typing.no_type_check
def pick(
    x,  # what
    # a comment inside
    y: "typing.Sequence[int]" = (1, 2),
    *args,
):  # after the colon
    """Return ``x``.

    Changes nothing outside.

    Args:
        x: Handed back.
        y ("typing.Sequence[int]"): Ignored by this implementation. Default ``(1, 2)``.
        *args: Ignored by this implementation.

    Returns:
        ``x``.
    """
    # about the body
    return x


def typed(a, b):
    # type: (int, int) -> int
    """Return ``a + b``.

    Changes nothing outside.

    Args:
        a: Goes into ``a + b``.
        b: Goes into ``a + b``.

    Returns:
        ``a + b``.
    """
    return a + b


def one(a):
    """Return ``a + 1``.

    Changes nothing outside.

    Args:
        a: Goes into ``a + 1``.

    Returns:
        ``a + 1``.
    """
    return a + 1  # kept


def two(a):
    """Return ``b``.

    Changes nothing outside.

    Args:
        a: Kept as ``b``.

    Returns:
        ``b``.
    """
    b = a; return b


class Empty:
    """Empty, without public members."""
    pass


class Shape(typing.Protocol):
    """Shape interface with ``area`` and ``scale``."""
    def area(self) -> float:
        """Return the area, as each implementation defines it.

        Returns:
            float: Determined by each implementation.
        """
        ...

    def scale(self, by: float) -> None:
        """Defined by each implementation.

        Args:
            by (float): Interpreted by each implementation.
        """
        ...


def outer(a):
    """Return ``inner``.

    Args:
        a: Goes into ``a + b``.

    Returns:
        ``inner``.
    """
    def inner(b):
        return a + b
    return inner
