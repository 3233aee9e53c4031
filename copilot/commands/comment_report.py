"""The report of `bank-copilot comment` over many files: what was documented, what was left and why, and the coverage."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from copilot.commands import session
from copilot.documenting import Left
from copilot.messages import say, visible
from copilot.verify import evidence

_MOST: Final = 8
"""Lines of a list for a person; JSON has them all."""


@dataclass(frozen=True, slots=True)
class Row:
    """One file that was looked at. `before` and `after`: documented and all public definitions; `missing` and `stale` are
    lines `12: name or sentence`.
    """

    path: str
    before: tuple[int, int]
    after: tuple[int, int]
    titles: tuple[str, ...] = ()
    left: tuple[Left, ...] = ()
    missing: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    written: bool = False
    diff: str = ""


@dataclass(slots=True)
class Report:
    """What a run did. `dry`: nothing was to be written; `checked`: nothing was to be proposed."""

    dry: bool
    checked: bool
    rows: list[Row] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    interrupted: bool = False

    @property
    def changed(self) -> int:
        """Files with a change."""
        return sum(bool(row.titles) for row in self.rows)

    @property
    def missing(self) -> int:
        """Definitions without (whole) documentation, where `--check` looked."""
        return sum(len(row.missing) for row in self.rows)

    @property
    def stale(self) -> int:
        """Contradictions that are left."""
        return sum(len(row.stale) for row in self.rows)


def show(told: Report, options: argparse.Namespace) -> None:
    """The report on stderr, or the one JSON object."""
    if options.json:
        session.print_json(plain(told))
        return
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    if told.checked:
        for row in told.rows:
            for line in row.missing:
                sys.stdout.write(visible(f"{row.path}:{line}: {say('not documented')}") + "\n")
            for line in row.stale:
                sys.stdout.write(visible(f"{row.path}:{line}") + "\n")
    for line in _lines(told):
        session.warn(line)


def _lines(told: Report) -> Iterable[str]:
    if told.interrupted:
        yield say("interrupted: what is said below was done, nothing is half written")
    yield say("files looked at: {count}; skipped: {skipped}", count=len(told.rows), skipped=len(told.skipped))
    yield from _counted(Counter(reason for _, reason in told.skipped))
    if told.checked:
        yield say("without documentation: {missing}; stale: {stale}", missing=told.missing, stale=told.stale)
    else:
        yield from _done(told)
    before, after = _coverage(told, "before"), _coverage(told, "after")
    if before[1]:
        yield say(
            "public definitions with documentation: {before} before, {after} after ({documented} of {all})",
            before=_share(before),
            after=_share(after),
            documented=after[0],
            all=after[1],
        )


def _done(told: Report) -> Iterable[str]:
    made = sum(len(row.titles) for row in told.rows)
    if told.dry and made:
        yield say(
            "changes: {count}, in files: {files}; nothing is written without --write", count=made, files=told.changed
        )
    elif made:
        yield say("changes: {count}, in files: {files}", count=made, files=told.changed)
    else:
        yield say("nothing to change")
    left = [one for row in told.rows for one in row.left]
    plainly = [one for one in left if not one.gate]
    refused = [one for one in left if one.gate]
    if plainly:
        yield say("left as they are: {count}", count=len(plainly))
        yield from _counted(Counter(one.reason.replace(one.name, "…") for one in plainly))
    if refused:
        yield say("refused by a check: {count}", count=len(refused))
        yield from _counted(Counter(_gate(one) for one in refused))
    asks = [f"{row.path}:{line}" for row in told.rows for line in row.stale]
    if asks:
        yield say("for a person to look at: {count}", count=len(asks))
        yield from (f"  {line}" for line in asks[:_MOST])
        if len(asks) > _MOST:
            yield "  " + say("and {count} more", count=len(asks) - _MOST)


def _gate(one: Left) -> str:
    if one.gate == "unchanged meanwhile":
        return say("the file has changed meanwhile")
    return say("not proven: {claim}", claim=evidence.claim(one.gate))


def _counted(counts: Counter[str]) -> Iterable[str]:
    for reason, count in counts.most_common(_MOST):
        yield f"  {count:>5}  {reason}"


def _coverage(told: Report, when: str) -> tuple[int, int]:
    pairs = [getattr(row, when) for row in told.rows]
    return sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)


def _share(pair: tuple[int, int]) -> str:
    return f"{pair[0] / pair[1]:.0%}" if pair[1] else "-"


def plain(told: Report) -> dict[str, Any]:
    """The report as JSON."""
    return {
        "files": [
            {
                "path": row.path,
                "made": list(row.titles),
                "left": [{"name": one.name, "reason": one.reason, "gate": one.gate} for one in row.left],
                "missing": list(row.missing),
                "stale": list(row.stale),
                "written": row.written,
                "diff": row.diff,
            }
            for row in told.rows
        ],
        "skipped": [{"path": path, "reason": reason} for path, reason in told.skipped],
        "coverage": {
            when: dict(zip(("documented", "public"), _coverage(told, when), strict=True))
            for when in ("before", "after")
        },
        "written": [row.path for row in told.rows if row.written],
        "interrupted": told.interrupted,
    }
