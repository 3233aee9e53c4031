"""DEL01: a guard that a change takes away and neither moves nor replaces.

Deleted lines are read in the text before the change (`guards`). A guard is not gone where its routine still has one of that
name, got another of its kind, or is covered by its class now; where the same guard was added to a routine that calls it or
that it calls; and where nothing is left to be guarded. What a file itself does not settle waits until all files are read,
since a guard may have moved to another one. Deleted lines are never left out for a budget: they cost a search for words.
Absent on purpose: the judgement whether a guard was needed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from copilot.context.provenance import is_test
from copilot.messages import say
from copilot.review.diff import Row
from copilot.review.guards import Guard, alike, called_for, guards
from copilot.review.looking import Seen
from copilot.review.remark import Remark
from copilot.review.scopes import calls_in, spans_of, speaks_of
from copilot.review.sketch import touched
from copilot.syntax.lines import line_start
from copilot.types import Document

RULE: Final = "DEL01"

_TELLING: Final = 12
"""Characters of a line that is not found elsewhere by chance."""
_LONG: Final = 24
"""Characters of a guard's line that names what it guards: the same line elsewhere is the same guard."""
_OWN: Final = 16
"""Characters of a validation's name that is its own, not a word like `validate`."""
_LIVES_ON: Final = 0.5
"""Share of a routine's lines that stand elsewhere now, from which on it was moved or renamed."""
_VALIDATORS: Final = frozenset({"@field_validator", "@model_validator", "@root_validator", "@validator", "@validates"})
"""Marks of routines that guard nothing of their own but the class around."""


class _Gone(NamedTuple):
    """A deleted guard that its own file does not settle. `beside`: the new line that it stood before. `stands`: its routine is still there; `owned`: the class still is that it guarded
    (a validator's); `calls`: what its routine calls now;
    `lost`: hashes of the other telling lines of a routine that is not there any more, as far as the file lacks them now, of
    `lines` in all.
    """

    guard: Guard
    path: str
    known: str
    row: int
    beside: int
    stands: bool
    owned: bool
    calls: frozenset[str]
    lost: tuple[int, ...]
    lines: int


class _Added(NamedTuple):
    """A guard on an added line, and what the routine around it calls."""

    guard: Guard
    known: str
    calls: frozenset[str]


@dataclass(slots=True)
class Ledger:
    """What was gathered over the files of a change; `lines`: hashes of all added lines that tell something."""

    gone: list[_Gone] = field(default_factory=list)
    added: dict[str, list[_Added]] = field(default_factory=lambda: defaultdict(list))
    lines: set[int] = field(default_factory=set)


def gather(ledger: Ledger, seen: Seen) -> None:
    """Note what one file takes away and adds."""
    diff, after = seen.diff, seen.after
    deleted = {row.old: row for row in diff.rows if row.kind == "deleted" and row.old is not None}
    added = {row.new for row in diff.rows if row.kind == "added" and row.new is not None}
    ledger.lines.update(_hashes(row.text for row in diff.rows if row.kind == "added"))
    known = diff.old or diff.new
    new: list[Guard] = []
    guarding = after is not None and added and not is_test(PurePosixPath(diff.path))
    if after is not None and guarding and _may_guard(row.text for row in diff.rows if row.kind == "added"):
        light = _light(seen, after, 1)
        new = guards(light, added)
        for guard in new:
            calls = frozenset(calls_in(light, guard.symbol)) if guard.symbol else frozenset[str]()
            ledger.added[guard.kind.name].append(_Added(guard, known, calls))
    if seen.before is None or not deleted or is_test(PurePosixPath(diff.old)):
        return
    if not _may_guard(row.text for row in diff.rows if row.kind == "deleted"):
        return
    found = guards(_light(seen, seen.before, 0), deleted.keys()) if diff.new == "" or after is not None else []
    had, have = (alike(each, found) for each in (seen.before, after)) if found and after is not None else ([], [])
    for guard in found:  # a new text that cannot be read is told by the coverage
        if after is not None and _is_kept(guard, after, had, have, new):
            continue
        ledger.gone.append(_left(guard, seen.before, after, diff.path, known, deleted[guard.line]))


def joined(one: Ledger, others: Iterable[Ledger]) -> Ledger:
    """What is gone from the files of one ledger, with what was added to those of the others."""
    whole = Ledger(one.gone)
    for each in others:
        for kind, added in each.added.items():
            whole.added[kind] += added
        whole.lines |= each.lines
    return whole


def _light(seen: Seen, doc: Document, side: int) -> Document:
    """A side of a file under the cheap tree, in which whatever the change touches stands."""
    return touched(doc, seen.diff, side).light if seen.before is not None and seen.after is not None else doc


def _may_guard(lines: Iterable[bytes]) -> bool:
    return called_for(b"\n".join(lines).decode("latin-1"))


def _hashes(lines: Iterable[bytes]) -> Iterator[int]:
    return (hash(bare) for bare in (b" ".join(line.split()) for line in lines) if len(bare) >= _TELLING)


def _is_kept(guard: Guard, after: Document, had: list[Guard], have: list[Guard], new: list[Guard]) -> bool:
    """Whether the text after the change still has the guard, or another that covers the same. `had` and `have`: all guards
    of its name before and after; `new`: those on added lines.
    """

    def same(each: Guard) -> bool:
        return (each.kind, each.symbol, each.key, each.subject) == (guard.kind, guard.symbol, guard.key, guard.subject)

    if sum(map(same, have)) >= sum(map(same, had)):
        return True
    fresh = [each for each in new if each.kind == guard.kind]
    if any(each.symbol == guard.symbol and each.subject == guard.subject for each in fresh):
        return True
    if guard.subject and not speaks_of(after, guard.symbol, guard.subject):
        return True  # what it spoke of is gone, too
    guarded = _guarded(guard)
    if not guard.subject and any(
        _is_around(each.symbol, guarded) or each.symbol == guarded != guard.symbol for each in fresh if not each.subject
    ):
        return True
    calls = calls_in(after, guard.symbol) if guard.symbol else set()
    fallen = _name(guard.symbol)
    return any(
        (_name(each.symbol) in calls and (each in fresh or each.key == guard.key))
        or (fallen and each in fresh and fallen in calls_in(after, each.symbol))
        for each in (*have, *new)
        if each.kind == guard.kind and each.symbol and each.symbol != guard.symbol
    )


def _guarded(guard: Guard) -> str:
    """The symbol that a guard is for: its own, of a validator the class around."""
    return guard.symbol.rpartition(".")[0] if guard.key in _VALIDATORS else guard.symbol


def _is_around(outer: str, inner: str) -> bool:
    """Whether one symbol holds the other, either way: a class's annotation covers its methods, all methods' the class."""
    return outer != inner and (
        f"{inner}.".startswith(f"{outer}." if outer else "") or f"{outer}.".startswith(f"{inner}." if inner else "")
    )


def _name(qualified: str) -> str:
    return qualified.rpartition(".")[2]


def _left(guard: Guard, before: Document, after: Document | None, path: str, known: str, row: Row) -> _Gone:
    stands = after is not None and (not guard.symbol or bool(spans_of(after, guard.symbol)))
    calls = (
        frozenset(calls_in(after, guard.symbol)) if after is not None and stands and guard.symbol else frozenset[str]()
    )
    lost: list[int] = []
    own: list[int] = []
    if not stands:
        now = set(_hashes(after.text.split(b"\n"))) if after is not None else set[int]()
        own = list(_hashes(_others(before, guard)))
        lost = [each for each in own if each not in now]
    beside = row.at[1] if after is not None else 0
    owned = guard.key in _VALIDATORS and after is not None and bool(spans_of(after, _guarded(guard)))
    return _Gone(guard, path, known, row.number, beside, stands, owned, calls, tuple(lost), len(own))


def _others(doc: Document, guard: Guard) -> Iterator[bytes]:
    """The lines of the routine around a guard without the guard's own."""
    for span in spans_of(doc, guard.symbol):
        first = doc.text.count(b"\n", 0, span.start) + 1
        rows = doc.text[line_start(doc.text, span.start) : span.end].split(b"\n")
        yield from (row for n, row in enumerate(rows, first) if n != guard.line)


def settled(ledger: Ledger) -> Iterator[Remark]:
    """A remark for each guard that is gone, on its deleted line."""
    used: Counter[tuple[str, str]] = Counter()
    for gone in ledger.gone:
        if not gone.stands and not gone.owned and not _lives_on(gone, ledger):
            continue  # nothing is left that it guarded
        if _is_moved(gone, ledger, used):
            continue
        guard = gone.guard
        yield Remark(
            rule=RULE,
            severity=guard.kind.severity,
            confidence="medium" if guard.kind.name == "validation" else "high",
            path=gone.path,
            side="old",
            line=guard.line,
            end_line=guard.line,
            message=say(
                "this takes away the {kind} `{guard}`, and nothing takes its place: say why it is not needed, or bring it back",
                kind=guard.kind.title,
                guard=guard.text[:80],
            ),
            row=gone.row,
            evidence=guard.text[:200],
            symbol=guard.symbol,
            detail=guard.kind.name,
            origin="removed",
            known=gone.known,
            beside=gone.beside,
        )


def _is_named(guard: Guard) -> bool:
    """Whether a validation has a name of its own (`validateDisbursementDate`), by which it is known wherever it goes."""
    return guard.kind.name == "validation" and guard.key.isidentifier() and len(guard.key) >= _OWN


def _lives_on(gone: _Gone, ledger: Ledger) -> bool:
    """Whether most lines of a routine that is gone by its name stand in the change or its file all the same."""
    if not gone.lines:
        return False
    missing = sum(each not in ledger.lines for each in gone.lost)
    return (gone.lines - missing) / gone.lines >= _LIVES_ON


def _is_moved(gone: _Gone, ledger: Ledger, used: Counter[tuple[str, str]]) -> bool:
    guard = gone.guard
    name = _name(guard.symbol)
    for each in ledger.added[guard.kind.name]:
        other = each.guard
        near = name in each.calls or _name(other.symbol) in gone.calls or _name(other.symbol) == name != ""
        if near and other.key == guard.key and (other.symbol, each.known) != (guard.symbol, gone.known):
            return True
        if _is_named(guard) and other.key == guard.key:
            return True
        same = other.text == guard.text
        if same and (not gone.stands or ("(" in guard.text and len(guard.text) >= _LONG and not guard.subject)):
            key = (guard.kind.name, guard.text)
            if used[key] < sum(one.guard.text == guard.text for one in ledger.added[guard.kind.name]):
                used[key] += 1
                return True
    return False
