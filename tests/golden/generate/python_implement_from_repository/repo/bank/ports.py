from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Generic, TypeVar

from .model import Page

T = TypeVar("T")
DEFAULT = Page()


class Repository(ABC, Generic[T]):
    @abstractmethod
    def get(self, key: str) -> T | None: ...

    @abstractmethod
    def pages(self, page: Page = DEFAULT) -> Iterator[T]: ...
