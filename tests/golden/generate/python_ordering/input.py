"""Versions."""
import sys
import requests


class Outer:
    class Version:
        major: int
        minor: int

        def __str__(self) -> str:
            return f'{self.major}.{self.minor}'
