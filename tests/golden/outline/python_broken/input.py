"""Half-typed code is the normal state of a file in an editor."""
from decimal import Decimal
from accounts import

class Ledger(Base:
    """Entries of one day."""

    def __init__(self, day, entries=None):
        self.day = day
        self.entries = entries or [

    def post(self, entry: Entry) -> None:
        """Append."""
        self.entries.append(entry

    def balance(self) -> Decimal:
        return sum(e.amount for e in self.entries


def close(ledger: Ledger, *, force=False -> Report
    if force
        return ledger.close(

def reopen(ledger):
    return ledger.
