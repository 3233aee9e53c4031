from bank.ports import Repository

from shop.model import Customer


class Customers(Repository[Customer]):
    """Customers in memory."""
