# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: BLE001

"""What came of a call, described by expressions and their values: what a test can assert."""

from __future__ import annotations

from typing import Any, NamedTuple

from .express import Expr, Inexpressible, express, facets
from .stage import PRINTED


class Outcome(NamedTuple):
    """`kind` is value, facets, raises or nothing; `shown` are (expression, expected) pairs, `call` in the place of the call."""

    kind: str
    wrap: str
    shown: tuple[tuple[str, Expr], ...]
    error: tuple[str, str, str]
    reason: str = ""

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal keys mean that no assertion could tell the two outcomes apart."""
        return self.kind, self.wrap, tuple((e, v.text) for e, v in self.shown), self.error


def nothing(reason: str) -> Outcome:
    """No outcome, and why."""
    return Outcome("nothing", "%s", (), ("", "", ""), reason)


def described(value: Any, wrap: str, changed: list[tuple[str, Expr]], call: str, text: str) -> Outcome:
    """The outcome of a call that returned `value`; `text` is the whole test, `changed` what else it did."""
    try:
        twin = value
        same = value == twin  # not so for NaN
        if not isinstance(same, bool) or not same:
            return nothing("does not equal itself (NaN)")
    except Exception:
        return nothing("cannot be compared")
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return nothing("is infinite")
    state = tuple(changed)
    if call.startswith(f"{type(value).__name__}("):
        return _made(value, call, [row for row in changed if row[0].startswith(PRINTED)])
    try:
        return Outcome("value", wrap, (("call", express(value)), *state), ("", "", ""))
    except Inexpressible:
        pass
    if isinstance(value, (list, tuple)) and len(value) > 2:
        rows = _sampled(value)
        if rows:
            return Outcome("facets", wrap, (*rows, *state), ("", "", ""))
    if wrap == "%s" and value is not None:
        rows = _telling(value, text)[:4]
        if rows:
            return Outcome("facets", wrap, (*rows, *state), ("", "", ""))
    if state:
        return Outcome("facets", wrap, state, ("", "", ""))
    return nothing("its result has no text")


def _made(value: Any, call: str, printed: list[tuple[str, Expr]]) -> Outcome:
    """A new object by its attributes; a few of those that only repeat an argument if there are no others."""
    rows = _telling(value, call)
    own = [row for row in rows if not _repeats(row, call)]
    chosen = [*(own[:5] or rows[:3]), *printed]
    return Outcome("facets", "%s", tuple(chosen), ("", "", "")) if chosen else nothing("shows nothing")


def _telling(value: Any, text: str) -> list[tuple[str, Expr]]:
    """Attributes of a result; those whose value does not stand in the text of the test come first."""
    return sorted(facets(value, "result", 12), key=lambda row: _repeats(row, text))


def _repeats(row: tuple[str, Expr], text: str) -> bool:
    return row[1].text.replace('"', "'") in text.replace('"', "'")


def _sampled(value: Any) -> list[tuple[str, Expr]]:
    """A sequence too long to be written: how long it is, its first and its last item."""
    try:
        rows = [("result[0]", express(value[0])), ("result[-1]", express(value[-1]))]
    except Inexpressible:
        rows = [*facets(value[0], "result[0]", 4), *facets(value[-1], "result[-1]", 4)]
    return [("len(result)", Expr(str(len(value)))), *rows] if rows else []
