"""What a review says: remarks at rows of a change, and what was and was not looked at.

A remark's `fingerprint` knows no line number: rule, file (by the name that the target branch knows), symbol, the text of its
line and, of several such, which one. So it stays the same when lines move, and a remark that was dismissed stays so.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from copilot.types import Edit, Severity

Side = Literal["new", "old"]
Confidence = Literal["high", "medium", "low"]

_SHOWN: Final = 200
_SEVERITIES: Final = {severity: n for n, severity in enumerate(Severity)}
_CONFIDENCES: Final[dict[Confidence, int]] = {"high": 0, "medium": 1, "low": 2}


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding of a review. `line` and `end_line` count from 1 in the file of `side`; `row` is the number of the first
    line's row in the patch (0: the patch does not show it). `evidence`: the text of that line, without blanks around.
    `symbol`: the qualified name of the definition around, empty at the top. `detail`: the name of what found it, where that
    is not the rule itself. `origin`: `rules`, `removed`, `tool:<name>` or `model`. `fix`: proven edits of the new file.
    `known`: the file by the name that the target branch knows. `folded`: told in the summary alone.
    """

    rule: str
    severity: Severity
    confidence: Confidence
    path: str
    side: Side
    line: int
    end_line: int
    message: str
    row: int = 0
    evidence: str = ""
    symbol: str = ""
    detail: str = ""
    origin: str = "rules"
    fix: tuple[Edit, ...] = ()
    known: str = ""
    fingerprint: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Covered:
    """How far one file was looked at, and why no further. `hunks` of the patch, and how many of them were `seen`."""

    path: str
    status: Literal["reviewed", "partly", "skipped"]
    why: str = ""
    hunks: int = 0
    seen: int = 0
    lines: int = 0
    """Changed lines, added and deleted."""


@dataclass(frozen=True, slots=True)
class Review:
    """Remarks in the order in which they matter, and the coverage of every file of the change, in its order."""

    remarks: tuple[Remark, ...]
    coverage: tuple[Covered, ...]

    @property
    def complete(self) -> bool:
        """Whether everything was looked at."""
        return all(each.status == "reviewed" for each in self.coverage)


def fingerprinted(remarks: Iterable[Remark]) -> list[Remark]:
    """The remarks with their fingerprints (32 hex digits), in the order of files and lines."""
    count: Counter[tuple[str, ...]] = Counter()
    found = []
    for one in sorted(remarks, key=lambda one: (one.known, one.side, one.line, one.rule, one.message)):
        key = one.rule, one.known, one.symbol, " ".join(one.evidence.split())
        told = "\0".join((*key, str(count[key])))
        count[key] += 1
        found.append(replace(one, fingerprint=hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32]))
    return found


def ordered(remarks: Iterable[Remark], most: int) -> tuple[Remark, ...]:
    """One remark a rule and place, what matters most first; those beyond `most` are folded."""
    places: dict[tuple[str, str, str, int], Remark] = {}
    for one in sorted(remarks, key=_weight):
        places.setdefault((one.rule, one.path, one.side, one.line), one)
    kept = fingerprinted(places.values())
    return tuple(replace(one, folded=n >= most) for n, one in enumerate(sorted(kept, key=_weight)))


def _weight(one: Remark) -> tuple[int, int, str, int, str]:
    return _SEVERITIES[one.severity], _CONFIDENCES[one.confidence], one.path, one.line, one.rule


def shown(text: bytes) -> str:
    """A line as evidence: decoded, without blanks around, cut."""
    return text.decode("utf-8", "replace").strip()[:_SHOWN]


def totals(coverage: Sequence[Covered]) -> dict[str, int]:
    """Files by status, hunks (all and seen) and changed lines of a coverage."""
    by = Counter(one.status for one in coverage)
    return {
        "files": len(coverage),
        "reviewed": by["reviewed"],
        "partly": by["partly"],
        "skipped": by["skipped"],
        "hunks": sum(one.hunks for one in coverage),
        "hunks_seen": sum(one.seen for one in coverage),
        "lines": sum(one.lines for one in coverage),
    }
