"""What a review says: remarks at rows of a change, and what was and was not looked at.

A remark's `fingerprint` knows no line number: rule, file (by the name that the target branch knows), symbol, the text of its
line and, of several such, which one by their order. So it stays the same when lines move, and a remark that was dismissed stays
so; where one of several comes or goes, who remembers them keeps their names (`alike`).
"""

from __future__ import annotations

import contextlib
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

from copilot.messages import say
from copilot.syntax.lines import feeds, line_end
from copilot.types import Document, Edit, Severity, Span

MODEL: Final = "model."
"""A rule of a model's findings is this and its kind."""

Side = Literal["new", "old"]
Confidence = Literal["high", "medium", "low"]

_SHOWN: Final = 200
_SEVERITIES: Final = {severity: n for n, severity in enumerate(Severity)}
_CONFIDENCES: Final[dict[Confidence, int]] = {"high": 0, "medium": 1, "low": 2}


class Rewritten(NamedTuple):
    """Lines `first` to `last` of the new file (from 1; `last` is `first - 1` where nothing goes), what they are and what is
    put in their place: each line with its own line end.
    """

    first: int
    last: int
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding of a review. `line` and `end_line` count from 1 in the file of `side`; `row` is the number of the first
    line's row in the patch (0: the patch does not show it). `evidence`: the text of that line, without blanks around.
    `symbol`: the qualified name of the definition around, empty at the top. `detail`: the name of what found it, where that
    is not the rule itself. `origin`: `rules`, `removed`, `tool:<name>` or `model`. `fix`: proven edits of the new file
    (`gates.fixed`), and `patch` the same as whole lines. `known`: the file by the name that the target branch knows.
    `folded`: told in the summary alone. `columns`: where it begins on its first and ends on its last line, in code points
    from 1, the end exclusive; (0, 0) where only lines are known. `beside`: of a deleted line, the line of the new file that
    it stood before, 0 where that file is gone. `also`: other tools that say the same, as `name (rule)`.
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
    columns: tuple[int, int] = (0, 0)
    patch: tuple[Rewritten, ...] = ()
    beside: int = 0
    also: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[int, int]:
        """The lines of the new file that show it, for a form that knows no deleted lines: of one, the line that it stood before."""
        return (self.line, self.end_line) if self.side == "new" else (max(1, self.beside),) * 2


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
    model: int | None = None
    """Hunks that a model saw and answered about; None where none was asked."""
    away: bool = False
    """Whether a model was asked about hunks of it and did not answer enough to tell what it may have found."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What became of asking a model: its questions, how many of them got an answer, what the answers claim and what was kept.
    `dropped`: why the others were not, with how many (and `fix`: fixes that did not stand, of findings that were kept). `why`: what the unanswered questions say, each reason once. `name`: of
    the model that answered last.
    """

    questions: int = 0
    answered: int = 0
    claims: int = 0
    kept: int = 0
    dropped: tuple[tuple[str, int], ...] = ()
    why: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """Remarks in the order in which they matter, and the coverage of every file of the change, in its order. `elsewhere`:
    how many findings of other tools stand on no line that the change touches; `unplaced`: how many name no line, or no file that is
    here. `model`: None where none was asked.
    """

    remarks: tuple[Remark, ...]
    coverage: tuple[Covered, ...]
    elsewhere: int = 0
    unplaced: int = 0
    model: Asking | None = None

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


def span(doc: Document, one: Remark) -> Span:
    """The bytes that show a remark in the new file's text: from column to column where these are known, else its lines without
    the blanks around. A line that the text does not have is its last.
    """
    text, starts = doc.text, feeds(doc.text)
    first, last = (starts[min(line, len(starts) - 1) - 1] for line in one.place)
    if one.side == "new" and one.columns != (0, 0):
        begin, end = _offset(text, first, one.columns[0]), _offset(text, last, one.columns[1])
        return Span(begin, max(begin, end))
    shown = text[first : line_end(text, last)]
    begin = first + len(shown) - len(shown.lstrip())
    return Span(begin, max(begin, first + len(shown.rstrip())))


def _offset(text: bytes, start: int, column: int) -> int:
    """The offset of a column of the line that begins at `start`."""
    return start + len(text[start : line_end(text, start)].decode("utf-8", "replace")[: column - 1].encode())


def told(one: Remark) -> str:
    """Its message for a form that knows no deleted lines: of one, with its line."""
    if one.side == "new":
        return one.message
    return say("deleted line {line}: {message}", line=one.line, message=one.message)


def readable(path: str) -> str:
    """A path that can be written as UTF-8. A name that is none is read as GB18030, or with marks for what is neither."""
    raw = path.encode("utf-8", "surrogateescape")
    for encoding in ("utf-8", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return raw.decode("utf-8", "replace")


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
        "hunks_model": sum(one.model or 0 for one in coverage),
    }
