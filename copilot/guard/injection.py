"""Text in a repository that speaks to an assistant instead of to people: a tripwire, not the defence.

The defence is structure: repository text enters a prompt as data in a fence that it cannot close (`prompts/README.md`),
and an answer has no power beyond a suggestion. This module hears phrases in English and Chinese (`phrases`), so that the
bank learns of an attempt, and takes them out of what is retrieved from other files (`without`). The developer's own text
is never changed.

A signal that hardly occurs otherwise ("ignore all previous instructions") is enough; weaker ones ("you are now a …", a
role's marker, an address to an AI) need another one near. Code and documentation *about* prompts hold single weak ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, partial
from typing import Final

from copilot.guard.found import Found
from copilot.guard.phrases import CHINESE, ENGLISH, REACH, Signal
from copilot.guard.triggers import Row

_ENOUGH: Final = 3
_NEAR: Final = 400
"""Characters between signals that belong together."""

_COMMENT: Final = re.compile(r"(?:^|(?<=\s))(?:#|//|--(?=\s)|/\*|<!--|;;)")
_ONLY_COMMENT: Final = re.compile(r"\s*(?:#|//|--(?=\s)|/?\*|<!--|;;)")
_QUOTE: Final = re.compile(r"""["'`]""")
_PROSE: Final = re.compile(r"\s*(?:[-*>|]\s+)?[\w'\"(]+[,;:]?(?:\s+[\w'\"(-]+)")
_MOST_LINES: Final = 12
"""Lines of a comment or paragraph that go with a phrase, to each side."""


@cache
def _pattern(source: bytes) -> re.Pattern[bytes]:
    return re.compile(source)


def _hits(signal: Signal, data: bytes, start: int, end: int) -> Iterator[Found]:
    for found in _pattern(signal.source).finditer(data, start, end):
        yield Found(*found.span(), signal.name, "injection")


ROWS: Final = tuple(Row(signal.literals, REACH, partial(_hits, signal), signal.look) for signal in ENGLISH)
WIDE_ROWS: Final = tuple(Row(signal.literals, REACH, partial(_hits, signal), signal.look) for signal in CHINESE)
_WEIGHTS: Final = {signal.name: signal.weight for signal in (*ENGLISH, *CHINESE)}


def weighed(found: Iterable[Found]) -> Iterator[Found]:
    """Signals that stand near each other and together weigh enough, as one place; what weighs less is dropped."""
    group: list[Found] = []
    for one in sorted(found):
        if group and one.start > max(other.end for other in group[-8:]) + _NEAR:
            yield from _group(group)
            group = []
        group.append(one)
    yield from _group(group)


def _group(group: list[Found]) -> Iterator[Found]:
    if sum(_WEIGHTS[name] for name in {one.rule for one in group}) >= _ENOUGH:
        yield Found(group[0].start, max(one.end for one in group), "assistant-addressed", "injection")


def without(text: str, places: Iterable[tuple[int, int]]) -> str:
    """`text` less the comments, strings and paragraphs that hold the places `[start, end)`. Code keeps its lines."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    for start, end in places:
        first = last = 0
        for number in range(len(lines)):
            if starts[number] <= start:
                first = number
            if starts[number] < end:
                last = number
        for number in range(first, last + 1):
            column = start - starts[number] if number == first else 0
            lines[number] = _line_without(lines[number], min(max(column, 0), len(lines[number])))
        _around(lines, first, -1)
        _around(lines, last, 1)
    return "\n".join(lines)


def _line_without(line: str, column: int) -> str:
    """The code of a line: what stands before its comment, with an empty string in the place of the one at `column`."""
    comment = next((found for found in _COMMENT.finditer(line) if found.start() <= max(column, 0)), None)
    if comment is not None or (comment := _COMMENT.match(line.lstrip())) is not None:
        return line[: comment.start()].rstrip() if comment.string is line else ""
    before = list(_QUOTE.finditer(line, 0, column))
    if before and (closing := line.find(before[-1][0], column)) != -1:
        return line[: before[-1].end()] + line[closing:]
    return ""


def _around(lines: list[str], at: int, step: int) -> None:
    """Empty the comment lines or the prose next to a line that was emptied: the same comment, the same paragraph."""
    if lines[at].strip():
        return
    for number in range(at + step, at + step * _MOST_LINES, step):
        if not 0 <= number < len(lines) or not lines[number].strip():
            return
        if not (_ONLY_COMMENT.match(lines[number]) or _is_prose(lines[number])):
            return
        lines[number] = ""


def _is_prose(line: str) -> bool:
    """True for a line of words: no code of any language that we read looks so."""
    return _PROSE.match(line) is not None and not re.search(r"[;{}=()\[\]]", line)
