"""Programs: one with a parser, one that reads its words itself, one that is given them."""

import argparse
import sys


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(description="Convert an amount.")
    made.add_argument("amount", type=int)
    made.add_argument("--currency", choices=["EUR", "CNY"], default="EUR")
    made.add_argument("-v", "--verbose", action="store_true")
    return made


def main() -> int:
    """The program."""
    options = parser().parse_args()
    if options.amount < 0:
        sys.exit("amount must not be negative")
    if options.verbose:
        print("converting", options.amount)
    print(options.amount * 2, options.currency)
    return 0


def run(argv: list[str] | None = None) -> None:
    """The same with words from a caller."""
    options = parser().parse_args(argv)
    if options.amount == 0:
        raise SystemExit(3)
    print("twice", options.amount * 2)


def simple() -> None:
    """Reads its words itself."""
    if len(sys.argv) < 2:
        print("usage: simple NAME")
        sys.exit(2)
    if sys.argv[1] == "--version":
        print("1.0")
        return
    print("hello", sys.argv[1])
