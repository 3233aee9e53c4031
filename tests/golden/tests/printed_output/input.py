"""What is printed is recorded; what goes to standard error is not."""

import sys


class Statement:
    """Lines of an account."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.cents = 0

    def book(self, cents: int) -> None:
        """Add an amount and say so."""
        if cents == 0:
            print("nothing to book", file=sys.stderr)
            raise ValueError("cents must not be zero")
        self.cents += cents
        print(f"{self.owner}: {self.cents / 100:.2f}")


def table(rows: int) -> int:
    """Print the squares and return their sum."""
    total = 0
    for row in range(rows):
        sys.stdout.write(f"{row} squared is {row * row}\n")
        total += row * row
    return total
