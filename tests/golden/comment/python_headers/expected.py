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

    Args:
        x:
        y ("typing.Sequence[int]"): Default ``(1, 2)``.
        *args:

    Returns:
        ``x``.
    """
    # about the body
    return x


def typed(a, b):
    # type: (int, int) -> int
    """Return ``a + b``.

    Args:
        a:
        b:

    Returns:
        ``a + b``.
    """
    return a + b


def one(a):
    """Return ``a + 1``.

    Args:
        a:

    Returns:
        ``a + 1``.
    """
    return a + 1  # kept


def two(a):
    """Return ``b``.

    Args:
        a:

    Returns:
        ``b``.
    """
    b = a; return b


class Empty: pass


class Shape(typing.Protocol):
    """Shape interface with ``area`` and ``scale``."""
    def area(self) -> float:
        """Return the area.

        Returns:
            float: The area.
        """
        ...

    def scale(self, by: float) -> None:
        ...


def outer(a):
    """Return ``inner``.

    Args:
        a:

    Returns:
        ``inner``.
    """
    def inner(b):
        return a + b
    return inner
