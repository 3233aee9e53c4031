import abc
from abc import abstractmethod
from typing import Any


class Gateway(abc.ABC):
    @property
    @abstractmethod
    def name(self) -> str:
        """Its name."""

    @name.setter
    @abstractmethod
    def name(self, value: str) -> None: ...

    @classmethod
    @abstractmethod
    def connect(cls, url: str, *, retries: int = 3) -> "Gateway": ...

    @abstractmethod
    async def send(self, message: bytes, /, *parts: bytes, **options: Any) -> None:
        raise NotImplementedError

    @staticmethod
    @abstractmethod
    def parse(raw): ...

    def close(self) -> None:
        """Close."""


class Swift(Gateway):
    def close(self) -> None:
        super().close()

    @staticmethod
    def parse(raw):
        return raw
