import datetime


class Account:
    """One account."""

    def __init__(self, number, owner):
        self.number = number
        self.owner = owner
        self.entries = []

    def post(self, amount):
        self.entries.append((datetime.date.today(), amount))

    def balance(self):
        return sum(amount for _, amount in self.entries)


def transfer(source, target, amount):
    if amount <= 0:
        raise ValueError("amount must be positive")
    source.post(-amount)
    target.post(amount)
