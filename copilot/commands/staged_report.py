"""What one run of the commit hook found, as one summary for a person or one JSON object."""

from __future__ import annotations

import argparse
import re
import shlex
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from copilot.commands import session
from copilot.messages import say
from copilot.tasks.staged_file import Label
from copilot.tasks.staged_proof import Catch, counted
from copilot.types import Declined, Suggestion
from copilot.verify import evidence

_COUNTED: Final = re.compile(r"(.+): (\d+)")
_LINES: Final = 5
"""So many changed behaviours, and so many changed calls, are shown each in a line."""


@dataclass(frozen=True, slots=True)
class Tested:
    """Tests that were written for `symbol` of `file`, their labels, and the proof they came with."""

    file: str
    symbol: str
    path: Path
    labels: dict[str, Label]
    answer: Suggestion
    uses: str


@dataclass(frozen=True, slots=True)
class Caught:
    """A behaviour that differs; `meant`: the test file of the commit that speaks of it."""

    file: str
    symbol: str
    catch: Catch
    meant: str


@dataclass(slots=True)
class Report:
    """Everything that is said at the end. `moved`: (file, how it was called, how it is; empty: not any more)."""

    tested: list[Tested] = field(default_factory=list)
    caught: list[Caught] = field(default_factory=list)
    moved: list[tuple[str, str, str]] = field(default_factory=list)
    known: list[tuple[str, str, str]] = field(default_factory=list)
    skipped: list[tuple[str, str, str]] = field(default_factory=list)
    uncompared: list[tuple[str, str]] = field(default_factory=list)
    rejected: Counter[str] = field(default_factory=Counter)
    strict: str = ""
    complete: bool = True
    started: float = field(default_factory=time.monotonic)

    @property
    def written(self) -> list[Path]:
        """The files that were written."""
        return list(dict.fromkeys(one.path for one in self.tested))

    def decline(self, answer: Declined) -> None:
        """Count why proposals were rejected; an engine's own counts (`reason: count; …`) are summed up."""
        for attempt in answer.attempts:
            self.rejected[evidence.refused(attempt.checks[-1]).reason] += 1
        if answer.attempts:
            return
        counts = [_COUNTED.fullmatch(part) for part in answer.detail.split("; ")]
        for one in counts:
            if one is not None:
                self.rejected[one[1]] += int(one[2])
        if None in counts:
            self.rejected[answer.reason] += 1


def label(value: Label) -> str:
    """A label for a person."""
    return {
        Label.PROVES: say("proves your change"),
        Label.GUARDS: say("guards behaviour"),
        Label.TODAY: say("guards behaviour"),
        Label.UNKNOWN: say("not compared with the parent"),
    }[value]


def show(report: Report, options: argparse.Namespace) -> None:
    """JSON on stdout where it is asked for; else the summary on stderr, nothing where there is nothing to say."""
    root = options.root or Path()
    if options.json:
        session.print_json(_plain(report, root))
        return
    for line in _lines(report, root):
        session.warn(line)


def _lines(report: Report, root: Path) -> list[str]:
    lines = []
    for one in report.tested:
        counts = ", ".join(f"{label(value)}: {count}" for value, count in counted(one.labels).items())
        lines.append(
            say(
                "{symbol}: wrote {path} ({counts}) [{origin}] {proof}",
                symbol=_of(one.file, one.symbol, one.uses),
                path=_relative(one.path, root),
                counts=counts,
                origin=one.answer.origin,
                proof=evidence.proof(one.answer.checks[2:]),
            )
        )
        lines += [f"  {finding.message}" for finding in one.answer.findings]
        if left_out := evidence.left_out(one.answer.left_out):
            lines.append(f"  {left_out}")
    for caught in report.caught[:_LINES]:
        lines.append(
            say(
                "behaviour changed in {symbol}: {call} was {was}, is {now}",
                symbol=_of(caught.file, caught.symbol),
                call=caught.catch.call,
                was=caught.catch.was,
                now=caught.catch.now,
            )
            + (say(" ({path} of this commit speaks of it)", path=caught.meant) if caught.meant else "")
        )
    if len(report.caught) > _LINES:
        lines.append(say("and {count} more behaviours that changed", count=len(report.caught) - _LINES))
    for file, was, now in report.moved[:_LINES]:
        lines.append(
            say("{file}: the call changed: was {was}, is {now}", file=file, was=was, now=now)
            if now
            else say("{file}: {was} is gone", file=file, was=was)
        )
    if len(report.moved) > _LINES:
        lines.append(say("and {count} more calls that changed", count=len(report.moved) - _LINES))
    lines += [
        say("{symbol}: tests of this version are in {path}", symbol=_of(file, symbol), path=path)
        for file, symbol, path in report.known
    ]
    lines += [say("no tests for {name}: {reason}", name=_of(f, s), reason=why) for f, s, why in report.skipped]
    lines += [
        say("{symbol}: what the parent did was not compared in the time", symbol=_of(file, symbol))
        for file, symbol in report.uncompared
    ]
    if report.rejected:
        counts = "; ".join(f"{reason}: {count}" for reason, count in report.rejected.most_common())
        lines.append(say("rejected: {counts}", counts=counts))
    if not report.complete:
        lines.append(say("the repository is larger than the sandbox takes: some files were not there"))
    if report.strict:
        lines.append(report.strict)
    if report.written:
        names = " ".join(shlex.quote(_relative(path, root)) for path in report.written)
        lines.append(say("Look at what was written, then: git add {names}", names=names))
    if any(not one.meant for one in report.caught):
        lines.append(
            say(
                "Meant? Commit again together with a test that says so. Not meant? Correct the code, and delete the new tests."
            )
        )
    return lines


def _of(file: str, symbol: str, uses: str = "") -> str:
    name = f"{_shown(file)}:{symbol}" if symbol else _shown(file)
    return say("{name} (uses {other})", name=name, other=uses) if uses else name


def _relative(path: Path, root: Path) -> str:
    return _shown(path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path))


def _shown(name: str) -> str:
    """A name that can be printed, whatever bytes it has."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _plain(report: Report, root: Path) -> dict[str, Any]:
    return {
        "written": [_relative(path, root) for path in report.written],
        "tested": [
            {
                "file": _shown(one.file),
                "symbol": one.symbol,
                "uses": one.uses,
                "path": _relative(one.path, root),
                "tests": [{"name": name, "label": value.name.lower()} for name, value in one.labels.items()],
                **session.suggestion(one.answer),
            }
            for one in report.tested
        ],
        "catching": [
            {
                "file": _shown(one.file),
                "symbol": one.symbol,
                "test": one.catch.test,
                "call": one.catch.call,
                "was": one.catch.was,
                "now": one.catch.now,
                "meant": one.meant,
            }
            for one in report.caught
        ],
        "calls": [{"file": _shown(file), "was": was, "now": now or None} for file, was, now in report.moved],
        "known": [{"file": _shown(f), "symbol": s, "path": _shown(path)} for f, s, path in report.known],
        "skipped": [{"file": _shown(f), "symbol": s, "reason": _shown(why)} for f, s, why in report.skipped],
        "uncompared": [{"file": _shown(f), "symbol": s} for f, s in report.uncompared],
        "rejected": {_shown(reason): count for reason, count in report.rejected.items()},
        "complete": report.complete,
        "strict": report.strict,
        "seconds": round(time.monotonic() - report.started, 2),
    }
