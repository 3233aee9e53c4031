"""The predicates of the bank's rules about money, time, shared state and fairness, together."""

from __future__ import annotations

from collections.abc import Callable

from copilot.rules import clock, fairness, money, sharing
from copilot.rules.flow import Flow
from copilot.rules.money import Arguments, Captures, Money


def predicates(flow: Flow) -> dict[str, Callable[[Arguments, Captures], bool]]:
    """Those of one document, by name."""
    about = Money(flow)
    return {
        **money.predicates(flow, about),
        **clock.predicates(flow, about),
        **sharing.predicates(flow, about),
        **fairness.predicates(flow, about),
    }
