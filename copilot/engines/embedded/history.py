"""Places to complete at that a repository's own history holds: lines that a later state added, with carets on them.

From these a workspace learns how often the engine is right there (`calibrate`), and the benchmarks measure it. A third
each at a line's start, at a word's start, and with 1-3 letters typed; no imports, comments, long strings, migrations, no
renamed file, and no line that its own hunk only moved or indented. Absent on purpose: git (`copilot.git`).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from copilot.context.tokens import LONG, is_structure, lex

KINDS: Final = ("start", "mid", "part")
LONGEST_HUNK: Final = 60
A_FILE: Final = 6

_NO_START: Final = ("import", "from", "package", "@", "}", ")", "]", "{")
_HUNK: Final = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")
_FOREIGN: Final = re.compile(r"(^|/)(migrations|_vendor|vendor|node_modules)/")


@dataclass(frozen=True, slots=True)
class Place:
    """A caret in the file `name` (relative, POSIX) with the rest of its line as it was: `gold`."""

    name: str
    language: str
    before: str
    after: str
    gold: str
    kind: str


def added_lines(patch: str) -> dict[str, list[int]]:
    """Lines (from 0, in the new file) that a patch without context adds, by path, in hunks of at most 60 lines."""
    found: dict[str, list[int]] = {}
    for part in re.split(r"^diff --git ", patch, flags=re.MULTILINE)[1:]:
        target = re.search(r"^\+\+\+ b/(.*?)\t?$", part, re.MULTILINE)
        if target is None or re.search(r"^(rename|copy) from ", part, re.MULTILINE) or _FOREIGN.search(target[1]):
            continue
        lines = [number for hunk in re.split(r"^(?=@@ )", part, flags=re.MULTILINE)[1:] for number in _of_hunk(hunk)]
        if lines:
            found[target[1]] = lines
    return found


def _of_hunk(hunk: str) -> Iterator[int]:
    head, _, body = hunk.partition("\n")
    match = _HUNK.match(head)
    if match is None or int(match[2] or "1") > LONGEST_HUNK:
        return
    rows = body.split("\n")
    gone = {folded(row[1:]) for row in rows if row.startswith("-")}
    fresh = (row[1:] for row in rows if row.startswith("+"))
    for n, row in enumerate(fresh):
        if folded(row) not in gone:
            yield int(match[1]) - 1 + n


def on_lines(
    name: str, language: str, text: str, lines: list[int], chance: random.Random, most: int = A_FILE
) -> list[Place]:
    """At most `most` places on some of the lines of a file."""
    text = text.replace("\r\n", "\n")
    words = code_lines(text, language)
    rows = text.split("\n")
    found: list[Place] = []
    for number in chance.sample(lines, len(lines)):
        if len(found) == most:
            break
        if number in words and number < len(rows):
            place = _on_line(name, language, rows, number, words[number], chance)
            found += [place] if place is not None else []
    return found


def code_lines(text: str, language: str) -> dict[int, list[str]]:
    """The words of each line (from 0) that a place can be on."""
    by_line: dict[int, list[str]] = {}
    lexed = lex(text, language)
    for word, line in zip(lexed.words, lexed.lines, strict=True):
        by_line.setdefault(line, []).append(word)
    plain = {line: [w for w in words if not is_structure(w)] for line, words in by_line.items() if LONG not in words}
    return {line: words for line, words in plain.items() if words and words[0] not in _NO_START}


def _on_line(
    name: str, language: str, rows: list[str], number: int, words: list[str], chance: random.Random
) -> Place | None:
    kind = chance.choice(KINDS)
    line = rows[number]
    ends, at = [], 0
    for word in words:
        at = line.find(word, at) + len(word)
        ends.append(at)
    if kind == "start":
        column = ends[0] - len(words[0])
    elif kind == "mid":
        n = chance.randrange(len(words))
        column = ends[n] - len(words[n])
    else:
        names = [n for n, word in enumerate(words) if word.isidentifier() and len(word) > 1]
        if not names:
            return None
        n = chance.choice(names)
        column = ends[n] - len(words[n]) + chance.randint(1, min(3, len(words[n]) - 1))
    before = "\n".join([*rows[:number], line[:column]])
    return Place(name, language, before, "\n" + "\n".join(rows[number + 1 :]), line[column : ends[-1]], kind)


def folded(text: str) -> str:
    """Spacing counts as none or one blank."""
    return re.sub(r"[ \t]+", " ", text.strip())
