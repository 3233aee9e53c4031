"""Answered code laid over the code that was shown: a whole file, the fragment, a part of it, or a diff.

`replacement` gives the new text of a shown span, and nothing outside that span can change. Absent on purpose: reading
the raw answer (`answers.py`) and judging the result (the checks).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

from copilot import edits as texts
from copilot.syntax.lines import line_start, next_line
from copilot.tasks import answers
from copilot.types import Document, Edit, Span

_HUNK: Final = re.compile(r"@@+ (?:-(\d+)(?:,\d+)? \+\d+(?:,\d+)? )?@@+|@@")
_FILE: Final = re.compile(r"(?:---|\+\+\+|diff|index|new file|deleted file|similarity|rename) ")
_ALIKE: Final = 0.4
"""Share of lines that an answer has in common with what was shown, below which it is not a version of it."""

_NEAR: Final = 0.6
_CLEARLY: Final = 0.05
"""How alike two lines must be to be versions of each other, and how much more than any other."""

_MOST_LINES: Final = 2_000


def replacement(text: str, document: Document, span: Span, *, finished: bool = False) -> str | None:
    """The new text of the whole lines `span` of the document that a raw answer means, lines ending in LF.

    None when the answer holds no code, leaves something out, is truncated, or cannot be laid over the span without
    doubt. Equal text is returned too: that it changes nothing is for the checks.
    """
    whole = texts.lf(document.text.decode("utf-8", "replace"))
    shown = texts.lf(document.text[span.start : span.end].decode("utf-8", "replace"))
    answer = answers.plain(text)
    diff = _diff(answer, document.language)
    if diff is not None:
        start = document.text.count(b"\n", 0, span.start)
        return patched(diff, shown, start)
    told = answers.code(
        text, document.language, original=whole, fits=lambda code: _likeness(code, shown) >= _ALIKE, finished=finished
    )
    return None if told is None else placed(told, shown, whole)


def edit(document: Document, span: Span, new: str) -> Edit | None:
    """The least whole-line edit that makes `span` read `new`; None when it reads so already."""
    text = texts.with_newline(new, document.newline).encode()
    after = texts.apply(document, [Edit(document.path, span, new)]) if text else None
    if after is None or after.text == document.text:
        return None
    return texts.difference(document, after)


def lines_around(document: Document, span: Span, above: int = 0, below: int = 0) -> Span:
    """`span` widened to whole lines, and by so many lines above and below."""
    text = document.text
    start, end = line_start(text, span.start), span.end
    for _ in range(above):
        if start == 0:
            break
        start = line_start(text, start - (2 if text[start - 2 : start] == b"\r\n" else 1))
    if end == 0 or text[end - 1 : end] not in (b"\n", b"\r") or end <= span.start:
        end = next_line(text, end)
    for _ in range(below):
        end = next_line(text, end)
    return Span(start, end)


def placed(code: str, shown: str, whole: str = "") -> str | None:
    """What `shown` (a piece of the file `whole`) becomes when `code` is a version of it, of a part, or of the file."""
    code = code.strip("\n") + "\n"
    if not code.strip() or not shown.strip():
        return None
    if len(code) > 200_000 or code.count("\n") > _MOST_LINES or shown.count("\n") > _MOST_LINES:
        return None
    if whole and shown != whole and (inner := _cut(code, shown, whole)) is not None:
        code = inner
    new, old = code.split("\n")[:-1], shown.removesuffix("\n").split("\n")
    at = whole.find(shown) if whole else -1
    if at >= 0:
        new = _without_neighbours(new, old, whole[:at].split("\n"), whole[at + len(shown) :].split("\n"))
    span = _window(new, old, _likeness(code, shown))
    if span is None:
        return None
    first, last = span
    # Blank lines at the edges are the file's, not the model's.
    while first < last and not old[first].strip():
        first += 1
    while last > first and not old[last - 1].strip():
        last -= 1
    fitted = _indented(new, old[first:last] or [""])
    out = [*old[:first], *fitted, *old[last:]]
    return "\n".join(out) + ("\n" if shown.endswith("\n") else "")


def _stripped(rows: Sequence[str]) -> list[str]:
    return [row.strip() for row in rows]


def _likeness(code: str, shown: str) -> float:
    """Share of lines in common, blank ones and indentation aside."""
    one = [row.strip() for row in code.split("\n")[:_MOST_LINES] if row.strip()]
    two = [row.strip() for row in shown.split("\n")[:_MOST_LINES] if row.strip()]
    return SequenceMatcher(None, one, two, autojunk=False).ratio() if one and two else 0.0


def _cut(code: str, shown: str, whole: str) -> str | None:
    """The piece of a whole file's new version that stands where `shown` stands, None when it is no version of it."""
    at = whole.find(shown)
    if at < 0:
        return None
    head, tail = _stripped(whole[:at].split("\n")[:-1]), _stripped(whole[at + len(shown) :].split("\n"))
    rows = code.split("\n")
    told = _stripped(rows)
    while tail and not tail[-1]:
        tail.pop()
    while told and not told[-1]:
        told.pop()
        rows.pop()
    before = [row for row in head if row]
    behind = [row for row in tail if row]
    start = _matched(told, before)
    end = _matched(told[::-1], behind[::-1])
    if (before and not start) or (behind and not end) or not (before or behind) or start + end >= len(rows):
        return None
    return "\n".join(rows[start : len(rows) - end]).strip("\n") + "\n"


def _without_neighbours(new: list[str], old: list[str], above: list[str], below: list[str]) -> list[str]:
    """`new` without the lines round the fragment that a model repeated with it."""
    rows = [(at, row.strip()) for at, row in enumerate(new) if row.strip()]
    edges = [row.strip() for row in old if row.strip()]
    before, after = [r.strip() for r in above if r.strip()], [r.strip() for r in below if r.strip()]
    first, last = 0, len(rows)
    told = [row for _, row in rows]
    if edges and told and told[-1] != edges[-1]:
        shared = _overlap(after, told)
        last -= shared
    if edges and told and told[0] != edges[0]:
        first = _overlap([*reversed(before)], [*reversed(told)])
    if first >= last:
        return new
    return new[rows[first][0] : rows[last - 1][0] + 1] if first or last < len(rows) else new


def _overlap(following: list[str], told: list[str]) -> int:
    """How many last rows of `told` are the first ones of `following`; rows of brackets alone are chance."""
    for count in range(min(len(following), len(told), _MOST_LINES), 0, -1):
        if told[-count:] == following[:count] and any(char.isalnum() for row in following[:count] for char in row):
            return count
    return 0


def _matched(told: list[str], wanted: list[str]) -> int:
    """How many first lines of `told` are exactly `wanted` (blank lines aside); 0 when they are not."""
    at = 0
    for row in wanted:
        while at < len(told) and not told[at]:
            at += 1
        if at >= len(told) or told[at] != row:
            return 0
        at += 1
    return at


def _window(new: list[str], old: list[str], likeness: float) -> tuple[int, int] | None:
    """The lines of `old` that `new` is a version of: its first and its last line say where.

    An edge that the model rewrote beyond recognition is taken for the fragment's own when most of the rest is the same.
    """
    one, two = _stripped(new), _stripped(old)
    first, last = _counterpart(one[0], two), _counterpart(one[-1], two, last=True)
    filled = [at for at, row in enumerate(two) if row]
    if first is None and likeness >= _ALIKE and last == filled[-1]:
        first = filled[0]
    if last is None and likeness >= _ALIKE and first == filled[0]:
        last = filled[-1]
    return (first, last + 1) if first is not None and last is not None and first <= last else None


def _counterpart(row: str, rows: list[str], *, last: bool = False) -> int | None:
    """Which line of `rows` is `row`, or clearly the nearest to it; None in doubt. The edges of `rows` win a tie."""
    same = [at for at, other in enumerate(rows) if other == row]
    edge = max((at for at, other in enumerate(rows) if other), default=0) if last else 0
    if len(same) == 1 or edge in same:
        return edge if edge in same else same[0]
    if same:
        return None
    matcher = SequenceMatcher(None, b=row, autojunk=False)
    found: list[tuple[float, int]] = []
    for at, other in enumerate(rows):
        matcher.set_seq1(other)
        if other and matcher.real_quick_ratio() >= _NEAR and matcher.quick_ratio() >= _NEAR:
            found.append((matcher.ratio(), at))
    found.sort(reverse=True)
    if not found or found[0][0] < _NEAR or (len(found) > 1 and found[0][0] - found[1][0] < _CLEARLY):
        return None
    return found[0][1]


def _indented(new: list[str], old: list[str]) -> list[str]:
    """`new` moved so that its outermost line stands where that of `old` stands."""
    here, there = _margin(old), _margin(new)
    if here == there:
        return [row.rstrip() if not row.strip() else row for row in new]
    return [here + row[len(there) :] if row.strip() and row.startswith(there) else row.strip() and row for row in new]


def _margin(rows: Sequence[str]) -> str:
    """The indentation of the outermost line."""
    margins = [row[: len(row) - len(row.lstrip())] for row in rows if row.strip()]
    return min(margins, key=len, default="")


def _diff(answer: str, language: str | None) -> str | None:
    """The unified diff that an answer is, None when it is none."""
    found = [block for block in answers.blocks(answer) if block.closed]
    for block in found:
        if language != "diff" and _is_diff(block.text, tagged=block.language == "diff"):
            return block.text
    return answer if not found and _is_diff(answer, tagged=False) else None


def _is_diff(text: str, *, tagged: bool) -> bool:
    rows = text.split("\n")
    marked = any(row.startswith(("+", "-")) and not _FILE.match(row) for row in rows)
    return marked and (tagged or any(_HUNK.match(row) for row in rows))


def patched(diff: str, shown: str, offset: int = 0) -> str | None:
    """`shown` after the hunks of a unified diff; None when one does not fit exactly one place.

    Line numbers only choose among several places, because models count badly; `offset` lines stand above `shown`.
    """
    rows = shown.removesuffix("\n").split("\n")
    floor = moved = 0
    hunks = _hunks(diff)
    if not hunks:
        return None
    for line, old, new in hunks:
        places = [at for at in range(floor, len(rows) - len(old) + 1) if _fits(rows[at : at + len(old)], old)]
        if not places or not old:
            return None
        if len(places) > 1:
            if line is None:
                return None
            wanted = line - 1 - offset + moved
            if wanted not in places:
                return None
            places = [wanted]
        at = places[0]
        kept = rows[at : at + len(old)]
        rows[at : at + len(old)] = _merged(kept, old, new)
        floor = at + len(new)
        moved += len(new) - len(old)
    return "\n".join(rows) + ("\n" if shown.endswith("\n") else "")


def _fits(there: list[str], old: list[str]) -> bool:
    return [row.rstrip() for row in there] == [row.rstrip() for row in old]


def _merged(there: list[str], old: list[str], new: list[str]) -> list[str]:
    """`new`, with context lines as they stand in the file (a model may have lost their trailing blanks)."""
    exact = {row.rstrip(): kept for row, kept in zip(old, there, strict=True)}
    return [exact.get(row.rstrip(), row) for row in new]


def _hunks(diff: str) -> list[tuple[int | None, list[str], list[str]]]:
    """`(line, old lines, new lines)` of each hunk; a diff without a hunk header is one hunk."""
    found: list[tuple[int | None, list[str], list[str]]] = []
    started = False
    for row in diff.rstrip("\n").split("\n"):
        hunk = _HUNK.match(row)
        if hunk is not None:
            found.append((int(hunk[1]) if hunk[1] else None, [], []))
            started = True
            continue
        if row.startswith("\\") or (_FILE.match(row) and not started):
            continue
        if _FILE.match(row) and row.startswith(("diff ", "index ")):
            return []  # a second file
        if not found:
            found.append((None, [], []))
        _, old, new = found[-1]
        if row.startswith("-"):
            old.append(row[1:])
        elif row.startswith("+"):
            new.append(row[1:])
        else:
            context = row.removeprefix(" ")
            old.append(context)
            new.append(context)
    return found if all(old != new for _, old, new in found) else []
