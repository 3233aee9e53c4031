# -*- coding: utf-8 -*-
# Licence text.

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
    # about the body
    return x


def typed(a, b):
    # type: (int, int) -> int
    return a + b


def one(a): return a + 1  # kept


def two(a): b = a; return b


class Empty: pass


class Shape(typing.Protocol):
    def area(self) -> float: ...

    def scale(self, by: float) -> None:
        ...


def outer(a):
    def inner(b):
        return a + b
    return inner
