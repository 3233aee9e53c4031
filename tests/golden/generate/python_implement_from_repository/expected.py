from collections.abc import Iterator

from bank.ports import Repository, DEFAULT

from shop.model import Customer
from bank.model import Page


class Customers(Repository[Customer]):
    """Customers in memory."""

    def get(self, key: str) -> Customer | None:
        raise NotImplementedError

    def pages(self, page: Page = DEFAULT) -> Iterator[Customer]:
        raise NotImplementedError
