"""Versions."""
import sys
from functools import total_ordering
import requests


class Outer:
    @total_ordering
    class Version:
        major: int
        minor: int

        def __str__(self) -> str:
            return f'{self.major}.{self.minor}'

        def __eq__(self, other: object) -> bool:
            if not isinstance(other, Outer.Version):
                return NotImplemented
            return (self.major, self.minor) == (other.major, other.minor)

        def __lt__(self, other: object) -> bool:
            if not isinstance(other, Outer.Version):
                return NotImplemented
            return (self.major, self.minor) < (other.major, other.minor)
