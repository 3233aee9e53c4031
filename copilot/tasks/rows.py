"""Rows of code, read one by one: indentation, what opens a block, brackets and strings that reach over rows.

By text alone, for any language; a language that is not known has brackets and quotes. Absent on purpose: what an answer
means (`infill`), and trees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from copilot.context.lexemes import pattern
from copilot.context.tokens import closed_string, lex

PAIRS: Final = {")": "(", "]": "[", "}": "{"}

_HEADER: Final = re.compile(
    r"(?:(?:async\s+)?(?:def|for|with)|class|if|elif|else|while|try|except|finally|match|case)\b.*:|.*\)\s*(?:->.*)?:",
    re.DOTALL,
)
_CASELESS: Final = frozenset({"sql", "cobol"})
_HASHED: Final = frozenset({"python", "yaml", "shell", None})
"""Languages whose comments begin with `#`."""

_BACKTICKED: Final = frozenset({"javascript", "typescript", "tsx", "go"})
"""Languages that have strings in backticks, over several rows."""

_TERMINATED: Final = {"java": ";{},:", "c": ";{},:", "cpp": ";{},:", "csharp": ";{},:", "sql": ";", "cobol": "."}
"""What a statement's last row ends with, where a language says so."""

_MARKS: Final = re.compile(
    r"\"\"\"|'''|\"(?:\\.|[^\"\\])*\"?|'(?:\\.|[^'\\])*'?|[()\[\]{}`]|/\*|\*/|//|--|\*>|#|\\.",
)
_QUOTED: Final = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")
_HEADER_ROWS: Final = 40
_COLUMNS: Final = 72
_FIXED: Final = re.compile(r"[ \d]{6}[ -]")


def indent(row: str) -> str:
    """The blanks and tabs that open a row."""
    return row[: len(row) - len(row.lstrip(" \t"))]


def opens(row: str, language: str | None) -> bool:
    """True for a row behind which a block begins."""
    bare = row.strip()
    if language == "python":
        return _HEADER.fullmatch(bare) is not None
    return bare.endswith("{") and not bare[:-1].rstrip().endswith(("=", "(", ",", "[", "]"))


def continues(row: str, language: str | None) -> bool:
    """True for a row whose statement surely goes on in the next one."""
    bare = row.rstrip()
    if bare.endswith("\\"):
        return True
    ends = _TERMINATED.get(language or "")
    return (
        ends is not None
        and bool(bare)
        and bare[-1] not in ends
        and not bare.lstrip().startswith(("@", "//", "*", "--"))
    )


def header_indent(rows: list[str]) -> str:
    """The indentation of the statement that the last row ends: where its brackets began."""
    depth = 0
    for row in reversed(rows[-_HEADER_ROWS:]):
        bare = _QUOTED.sub("", row)
        depth += sum(map(bare.count, ")]")) - sum(map(bare.count, "(["))
        if depth <= 0:
            return indent(row)
    return indent(rows[-1])


def is_in_brackets(rows: list[str]) -> bool:
    """True when a round or square bracket of these rows (the caret's line last) is open at their end."""
    depth = 0
    for row in reversed(rows[-_HEADER_ROWS:]):
        bare = _QUOTED.sub("", row)
        depth += sum(map(bare.count, ")]")) - sum(map(bare.count, "(["))
        if depth < 0:
            return True
    return False


def same(row: str, language: str | None) -> str:
    """What a row says, for comparing: without its margin, and in one case where a language has none."""
    bare = row.strip()
    return bare.casefold() if language in _CASELESS else bare


def brackets(text: str, language: str | None) -> Iterator[tuple[str, int]]:
    """`(bracket, where)`, those of strings and comments left out."""
    for match in pattern(language).finditer(text):
        word = match[match.lastindex or 0]
        if word in PAIRS or word in PAIRS.values():
            yield word, match.start(match.lastindex or 0)


def left_open(text: str, language: str | None) -> int:
    """Brackets that a text leaves open; negative: it closes more than it opens."""
    return sum(1 if bracket in PAIRS.values() else -1 for bracket, _ in brackets(text, language))


def open_quotes(text: str, language: str | None) -> int:
    """Strings of one row that have no end."""
    return sum(word[:1] in ("'", '"') and not closed_string(word) for word in lex(text, language).words)


def is_past_columns(text: str) -> bool:
    """True when a row in COBOL's fixed form goes on behind column 72, where nothing is read."""
    return any(len(row) > _COLUMNS and _FIXED.match(row) for row in text.split("\n"))


class Scan:
    """Brackets and long strings over rows. `depth` counts brackets the rows opened; strings and comments do not count."""

    def __init__(self, language: str | None) -> None:
        self.depth = 0
        self.long = ""
        self._language = language
        self._python = language == "python"

    @property
    def is_code(self) -> bool:
        """False inside a string or comment over several lines, and inside Python's brackets."""
        return not self.long and not (self._python and self.depth > 0)

    @property
    def is_closed(self) -> bool:
        """True when no bracket, string or comment is open."""
        return not self.long and self.depth == 0

    def see(self, row: str) -> int:
        """Read one row; returns the lowest depth on it."""
        at, lowest = 0, self.depth
        while at < len(row):
            if self.long:
                end = row.find(self.long, at)
                if end < 0:
                    break
                at, self.long = end + len(self.long), ""
                continue
            mark = _MARKS.search(row, at)
            if mark is None:
                break
            at, word = mark.end(), mark[0]
            if word in ('"""', "'''") or (word == "`" and self._language in _BACKTICKED):
                self.long = word
            elif word == "/*" and not self._python:
                self.long = "*/"
            elif self._is_comment(word):
                break
            elif word in "([{":
                self.depth += 1
            elif word in ")]}":
                self.depth -= 1
                lowest = min(lowest, self.depth)
        return lowest

    def _is_comment(self, word: str) -> bool:
        if word == "#":
            return self._language in _HASHED
        if word == "--":
            return self._language == "sql"
        if word == "*>":
            return self._language == "cobol"
        return word == "//" and self._language not in _HASHED and self._language not in ("sql", "cobol")
