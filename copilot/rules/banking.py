"""The predicates of the bank's rules: about money (here), time, shared state and fairness (each in its module)."""

from __future__ import annotations

from collections.abc import Callable

from copilot.rules import clock, features, sharing
from copilot.rules.flow import Flow
from copilot.rules.kind_names import DECIMAL, TEXT, UNKNOWN, spelled
from copilot.rules.matching import Arguments, Captures
from copilot.rules.money import Money, bare
from copilot.rules.wording import is_amount
from copilot.syntax.outline import imports
from copilot.syntax.parsing import Node


def predicates(flow: Flow) -> dict[str, Callable[[Arguments, Captures], bool]]:
    """Those of one document, by name."""
    about = Money(flow)
    return {
        **_of_money(flow, about),
        **clock.predicates(flow, about),
        **sharing.predicates(flow, about),
        **features.predicates(flow, about),
    }


def _decimal_makers(flow: Flow) -> frozenset[str]:
    """What Python's `decimal.Decimal` is called in a file."""
    found = set()
    for one in imports(flow.document) if b"ecimal" in flow.text else ():
        if one.module == "decimal":
            if one.name is None:
                found.add(f"{one.alias or one.module}.Decimal")
            elif one.name in {"Decimal", "*"}:
                found.add(one.alias or "Decimal")
    return frozenset(found)


def _is_first(node: Node) -> bool:
    at = node.prev_named_sibling
    while at is not None and at.type.endswith("comment"):
        at = at.prev_named_sibling
    return at is None


def _of_money(flow: Flow, money: Money) -> dict[str, Callable[[Arguments, Captures], bool]]:
    """The predicates about money, of one document.

    (#money? @name)                   says money by its name (an expression: its last name does)
    (#decimal-file?)                  the file speaks of decimals
    (#makes-decimal? @callee)         is what Python's `Decimal` is called here
    (#money-in? @value)               arithmetic with money in it that makes no ratio
    (#kind? @value "float" …)         is of one of these kinds (`kinds.py`; "unknown" for one that is not told)
    (#typed? @type "float" …)         the text of a type names one of these kinds
    (#purpose-money? @site)           the name that takes it says no rate, share or count
    (#decimal? @value)                is a BigDecimal, or made like one of money
    (#routine-money? @name)           a routine that gives money by its name
    (#first? @value)                  is the first argument, comments aside
    (#copied? @value)                 its floats come from money that is found at its declaration (`#own?`: do not)
    (#outermost? @site)               no declaration, argument or return around it says the same: one finding a place
    (#untested? @site)                stands in no test
    (#unshown? @site)                 does not only go to a log or a meter
    (#amounts? @left @right)          one is a BigDecimal and the other may be, or both are made like amounts
    (#unjoined? @left @right)         neither is text
    (#mixed-sum? @value)              adds up members of a class that has a currency, and nobody asks for it
    (#like-itself? @other)            is a parameter of the type of the class around
    (#other-currency? @left @right)   each has a currency, another
    """
    kinds = money.kinds

    def is_kind(given: Arguments, captures: Captures) -> bool:
        told = kinds.kind(captures[given[0][0]][0]) or "unknown"
        return any(told == wanted for wanted, _ in given[1:])

    def is_typed(given: Arguments, captures: Captures) -> bool:
        told = spelled(flow.read(captures[given[0][0]][0]))
        return any(told == wanted for wanted, _ in given[1:])

    def differs(given: Arguments, captures: Captures) -> bool:
        if not money.mixed:
            return False
        left, right = (money.currency(captures[name][0]) for name, _ in given[:2])
        return bool(left and right and left != right)

    def are_amounts(given: Arguments, captures: Captures) -> bool:
        left, right = (captures[name][0] for name, _ in given[:2])
        told = {kinds.kind(left), kinds.kind(right)}
        if DECIMAL in told:
            return told <= {DECIMAL, UNKNOWN}
        return told == {UNKNOWN} and all(node.type != "identifier" and money.decimal(node) for node in (left, right))

    def unjoined(given: Arguments, captures: Captures) -> bool:
        return all(kinds.kind(captures[name][0]) != TEXT for name, _ in given)

    makers: list[frozenset[str]] = []

    def is_maker(given: Arguments, captures: Captures) -> bool:
        if not makers:
            makers.append(_decimal_makers(flow))
        return flow.read(captures[given[0][0]][0]) in makers[0]

    return {
        "decimal-file?": lambda *_: "Decimal" in money.words or "decimal" in money.words,
        "makes-decimal?": is_maker,
        "amounts?": are_amounts,
        "unjoined?": unjoined,
        "money?": lambda given, captures: money.named(captures[given[0][0]][0]),
        "money-in?": lambda given, captures: money.within(captures[given[0][0]][0]),
        "kind?": is_kind,
        "typed?": is_typed,
        "outermost?": lambda given, captures: not money.told(captures[given[0][0]][0]),
        "first?": lambda given, captures: _is_first(captures[given[0][0]][0]),
        "own?": lambda given, captures: not money.copied(captures[given[0][0]][0]),
        "routine-money?": lambda given, captures: money.is_money(bare(flow.read(captures[given[0][0]][0]))),
        "purpose-money?": lambda given, captures: is_amount(money.purpose(captures[given[0][0]][0])),
        "decimal?": lambda given, captures: money.decimal(captures[given[0][0]][0]),
        "untested?": lambda given, captures: not money.tested(captures[given[0][0]][0]),
        "unshown?": lambda given, captures: not money.shown(captures[given[0][0]][0]),
        "other-currency?": differs,
        "mixed-sum?": lambda given, captures: money.sums.is_mixed(captures[given[0][0]][0]),
        "like-itself?": lambda given, captures: money.like_itself(captures[given[0][0]][0]),
    }
