"""What a model is shown of a change: which rows first, how many, and how they are written.

Hunks are cut into pieces that fit a question, ranked by what a fault there would cost, and taken while the budget lasts; what
is left out is known and told in the coverage. Rows are shown with the rest of their routine, every line with its number,
deleted ones with that of the old file. Absent on purpose: asking, and what stands elsewhere (`around`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

from copilot.context.provenance import is_test
from copilot.review import guards
from copilot.review.diff import FileDiff, Row
from copilot.review.looking import Seen
from copilot.review.remark import Covered
from copilot.syntax.languages import language_of
from copilot.syntax.outline import Symbol, outline
from copilot.types import Document, Span

_BYTES_A_TOKEN: Final = 3.4
_TOKENS_A_LINE: Final = 5
"""For its mark and its number."""
_QUESTION: Final = 500
"""Tokens of a question beside the code."""
_LONGEST: Final = 400
"""Characters of a line that is shown."""
_DATA: Final = frozenset({"yaml", "xml", None})
_GRAVE: Final = re.compile(
    rb"(?i)pay|transfer|balance|amount|ledger|refund|\bfees?\b|interest|loan|credit|account|settle|remit|limit|currency|deposit"
    rb"|withdraw|auth|login|token|permission|\brole|password|passwd|secret|crypt|sign|session|audit|transaction|lock|\bsql\b"
    + "|支付|转账|余额|金额|账户|权限|密码|额度|利率|审计".encode()
)
_GUARD, _CONDITION, _IN_PATH, _IN_TEXT, _CODE = 8, 2, 3, 2, 4


class Piece(NamedTuple):
    """Rows `first` to `last` (numbers of `Row`) of a hunk. `file`: the place of its file in the change."""

    file: int
    hunk: int
    first: int
    last: int
    risk: float
    tokens: int


@dataclass(frozen=True, slots=True)
class Question:
    """Pieces of one file that are asked together. `files`: as in `Piece.file`."""

    diff: FileDiff
    pieces: tuple[Piece, ...]


class Line(NamedTuple):
    """A line as it is shown: `mark` is `+`, `-` or a blank; `number` is of the old file for `-`, else of the new one."""

    mark: str
    number: int
    text: str


_GAP: Final = Line(" ", 0, "...")


def tokens(text: bytes) -> int:
    """About how many tokens a text is, with what stands before each of its lines."""
    return int(len(text) / _BYTES_A_TOKEN) + _TOKENS_A_LINE * (text.count(b"\n") + 1)


def pieces(number: int, one: FileDiff, most: int) -> Iterator[Piece]:
    """The pieces of a file's hunks, in order; each is about `most` tokens at most and has a changed row."""
    path = _path(one)
    held: list[Row] = []
    size = 0
    for row in one.rows:
        own = tokens(row.text[: 3 * _LONGEST])
        if held and (row.hunk != held[0].hunk or size + own > most):
            yield from _piece(number, held, path, size)
            held, size = [], 0
        held.append(row)
        size += own
    yield from _piece(number, held, path, size)


def _piece(number: int, rows: Sequence[Row], path: tuple[float, float], size: int) -> Iterator[Piece]:
    texts = {kind: b"\n".join(row.text for row in rows if row.kind == kind) for kind in ("added", "deleted")}
    if not any(row.kind != "context" for row in rows):
        return
    factor, added = path
    risk = _CODE + added + _IN_TEXT * bool(_GRAVE.search(texts["added"] + b"\n" + texts["deleted"]))
    if texts["deleted"]:
        gone = texts["deleted"].decode("utf-8", "replace")
        risk += _GUARD * any(kind.words.search(gone) for kind in guards.kinds())
        risk += _CONDITION * guards.called_for(gone)
    yield Piece(number, rows[0].hunk, rows[0].number, rows[-1].number, risk * factor, size)


def _path(one: FileDiff) -> tuple[float, float]:
    """What the path multiplies the risk with (tests and data matter less than code), and what it adds before."""
    factor = 0.25 if is_test(PurePosixPath(one.path)) else 0.5 if language_of(Path(one.path)) in _DATA else 1.0
    return factor, _IN_PATH * bool(_GRAVE.search(one.path.encode("utf-8", "surrogateescape")))


def chosen(
    files: Iterable[tuple[FileDiff, Covered]], *, question: int, most: int, leave: Callable[[FileDiff], bool]
) -> list[Question]:
    """The questions about a change, those of the riskiest pieces first.

    `question` and `most`: tokens of one and of all, where a file's first piece pays for what its question says beside the code,
    so that many small files are no endless review. Pieces are taken by risk; one that does not fit any more is left out, a
    later smaller one may fit. Files that the rules skipped, and those to `leave` out, are not asked about.
    """
    diffs: dict[int, FileDiff] = {}
    every: list[Piece] = []
    for number, (one, covered) in enumerate(files):
        found = list(pieces(number, one, question)) if covered.status != "skipped" and not leave(one) else []
        if found:
            diffs[number] = one
            every += found
    left = most
    taken: dict[int, list[Piece]] = {}
    for piece in sorted(every, key=lambda each: (-each.risk, each.file, each.first)):
        cost = piece.tokens + (0 if piece.file in taken else _QUESTION)
        if cost <= left:
            left -= cost
            taken.setdefault(piece.file, []).append(piece)
    asked = [each for number, mine in taken.items() for each in _packed(diffs[number], mine, question)]
    return sorted(asked, key=lambda each: -max(piece.risk for piece in each.pieces))


def _packed(one: FileDiff, mine: Iterable[Piece], most: int) -> Iterator[Question]:
    held: list[Piece] = []
    for piece in sorted(mine, key=lambda each: each.first):
        if held and sum(each.tokens for each in held) + piece.tokens > most:
            yield Question(one, tuple(held))
            held = []
        held.append(piece)
    yield Question(one, tuple(held))


def lines(file: Seen, asked: Iterable[Piece], extra: int, *, whole: bool) -> list[Line]:
    """The rows of pieces and, as far as about `extra` tokens reach, the routines around them, in the file's order; a gap
    between them, and deleted lines that are not asked about and too many, are a line with number 0. `whole`: False where the texts are only what the patch shows.
    """
    rows = [row for piece in asked for row in file.diff.rows[piece.first - 1 : piece.last]]
    if file.after is None:
        return [_line(row) for row in rows]
    text = file.after.text.split(b"\n")
    wanted: list[tuple[int, int]] = []
    for low, high in (_range(file.diff.rows[piece.first - 1 : piece.last]) for piece in asked):
        wide = _routine(file.after, low, high) if whole else (low, high)
        cost = tokens(b"\n".join(text[wide[0] - 1 : low - 1])) + tokens(b"\n".join(text[high : wide[1]]))
        wanted.append(wide if cost <= extra else (low, high))
        extra -= cost if cost <= extra else 0
    added = {row.new: row for row in file.diff.rows if row.new is not None}
    ranges = _joined(wanted)
    gone = _gone(file.diff, ranges, {row.number for row in rows}, extra)
    found: list[Line] = []
    for low, high in ranges:
        if found:
            found.append(_GAP)
        for number in range(low, high + 2):
            found += gone.get(number, ())
            if number > high or number > len(text):
                continue
            there = added.get(number)
            mark = "+" if there is not None and there.kind == "added" else " "
            if there is not None or whole:
                found.append(Line(mark, number, _shown(text[number - 1])))
    return found


def _gone(
    one: FileDiff, ranges: Sequence[tuple[int, int]], asked: AbstractSet[int], extra: int
) -> dict[int, list[Line]]:
    """The deleted lines to show before each new line: rows that are `asked` about, and others as far as about `extra` tokens
    reach. Those left out are a gap.
    """
    found: dict[int, list[Line]] = {}
    for row in one.rows:
        if row.kind != "deleted":
            continue
        if row.number not in asked:
            if not any(low <= row.at[1] <= high + 1 for low, high in ranges):
                continue
            extra -= tokens(row.text[: 3 * _LONGEST])
        shown = found.setdefault(row.at[1], [])
        if row.number in asked or extra >= 0:
            shown.append(_line(row))
        elif not shown or shown[-1] != _GAP:
            shown.append(_GAP)
    return found


def _range(rows: Sequence[Row]) -> tuple[int, int]:
    """The new lines of rows; of rows that are all deleted, none: `(n, n - 1)`, where `n` is the line they stood before."""
    new = [row.new for row in rows if row.new is not None]
    return (new[0], new[-1]) if new else (rows[0].at[1], rows[0].at[1] - 1)


def _joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(high, found[-1][1])
        else:
            found.append((low, high))
    return found


def _routine(doc: Document, low: int, high: int) -> tuple[int, int]:
    """The lines of the routine around the first and the last of the lines, widened by that; the same lines without one."""
    for line in (low, high):
        around = symbol(doc, line)
        if around is not None and around.kind in ("function", "method", "constructor"):
            first = doc.text.count(b"\n", 0, around.span.start) + 1
            last = doc.text.count(b"\n", 0, max(around.span.start, around.span.end - 1)) + 1
            low, high = min(low, first), max(high, last)
    return low, high


def symbol(doc: Document, line: int) -> Symbol | None:
    """The definition around a line (from 1), judged by the first thing on it."""
    starts = line_starts(doc.text)
    if not 1 <= line < len(starts):
        return None
    row = doc.text[starts[line - 1] : starts[line] - 1]
    start = starts[line - 1] + len(row) - len(row.lstrip())
    return outline(doc).at(Span(start, start))


@lru_cache(maxsize=8)
def line_starts(text: bytes) -> tuple[int, ...]:
    """Where each line begins, and one behind where a next one would."""
    return tuple(accumulate((len(row) + 1 for row in text.split(b"\n")), initial=0))


def _line(row: Row) -> Line:
    mark = {"added": "+", "deleted": "-"}.get(row.kind, " ")
    return Line(mark, (row.old if row.kind == "deleted" else row.new) or 0, _shown(row.text))


def is_whole(row: Row) -> bool:
    """Whether a row is shown to its end."""
    return len(_text(row.text)) <= _LONGEST


def _text(data: bytes) -> str:
    try:
        return data.decode().rstrip("\r")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace").rstrip("\r")


def _shown(text: bytes) -> str:
    told = _text(text)
    return told if len(told) <= _LONGEST else told[: _LONGEST - 1] + "…"


def written(shown: Iterable[Line]) -> str:
    """The lines as text: a mark, a number, a bar and the line."""
    return "".join(f"{each.mark}{each.number or '':>5} | {each.text}\n" for each in shown)
