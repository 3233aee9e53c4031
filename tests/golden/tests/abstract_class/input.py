"""Fees: an abstract rule and one that is real."""

from abc import ABC, abstractmethod


class Rule(ABC):
    @staticmethod
    @abstractmethod
    def parse(text: str) -> list[str]: ...

    @classmethod
    @abstractmethod
    def make(cls) -> "Rule": ...

    @staticmethod
    def cents(amount: float) -> int:
        return round(amount * 100)
