"""Which lines of an answer fill the hole at a caret: one, or those of the block that begins there.

Several lines are taken where the text and the tree say that a block is missing: on a blank line, and behind an opener
whose block is empty. They end where the block ends (the indentation falls back, a bracket closes that the answer did
not open), before what already stands below, and at `MOST` lines. Text in, text out; absent on purpose: reading the raw
answer (`answers.py`) and proof (`complete.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from copilot.context.gather import between
from copilot.syntax import tree
from copilot.syntax.lines import indent_unit
from copilot.syntax.window import window
from copilot.tasks.resting import without_rest
from copilot.types import Document, Span

MOST: Final = 12
"""Lines that one completion may bring."""

_REACH: Final = 4_000
"""Bytes around the caret in which its line is looked for; a longer line is data."""

_BEGUN: Final = re.compile(r"[^\W\d]\w{2,}\Z")
_PAIRS: Final = {")": "(", "]": "[", "}": "{"}
_HEADER: Final = re.compile(
    r"(?:(?:async\s+)?(?:def|for|with)|class|if|elif|else|while|try|except|finally|match|case)\b.*:|.*\)\s*(?:->.*)?:",
    re.DOTALL,
)
_DEFINES: Final = re.compile(r"(?:async\s+def|def|class)\b|@\w")
_GOES_ON: Final = re.compile(r"(?:elif|else|except|finally|case)\b|[)\]}]")


@dataclass(frozen=True, slots=True)
class Place:
    """A caret. `line`: what stands before it on its line, `rest` behind it; `ahead` and `below`: the text further off.

    `several`: more than one line may be taken; `opener`: the line opens a block, which is empty. `margin` is the
    indentation of the block's lines, None where the answer says it; `header` that of the statement which opens it.
    """

    language: str | None
    line: str
    rest: str
    ahead: str
    below: str
    several: bool
    opener: bool
    margin: str | None
    header: str = ""

    @property
    def following(self) -> str:
        """The next line below that is not blank, without its indentation."""
        return next((row.strip() for row in self.below.splitlines() if row.strip()), "")


@dataclass(frozen=True, slots=True)
class Taken:
    """What to insert. `ended`: an answer that goes on would give the same. `closer`: the line that closes the block
    from outside and was left out; the file may lack it.
    """

    text: str
    ended: bool
    closer: str = ""


def place(document: Document, caret: int) -> Place:
    """The place of a caret."""
    ahead = between(document, max(caret - _REACH, 0), caret).decode("utf-8", "ignore").replace("\r\n", "\n")
    below = between(document, caret, caret + _REACH).decode("utf-8", "ignore").replace("\r\n", "\n")
    line = re.split(r"[\r\n]", ahead)[-1]
    rest = re.split(r"[\r\n]", below, maxsplit=1)[0]
    below = below[len(rest) :]
    header = _header_indent(ahead.split("\n")[-_HEADER_LINES:])
    opener = _opens(line, document.language) and _is_empty(header, rest, below)
    blank = not line.strip() and not rest.strip()
    several = (opener or blank) and not _in_text(document, caret)
    margin: str | None = line if blank and line else None
    if opener:
        margin = header + indent_unit(between(document, 0, 16_000))
    elif blank and not line:
        above = [row for row in ahead.split("\n") if row.strip()][-_HEADER_LINES:]
        if above and _opens(above[-1], document.language) and _is_empty(_header_indent(above), "", below):
            margin = _header_indent(above) + indent_unit(between(document, 0, 16_000))
    return Place(document.language, line, rest, ahead, below, several, opener, margin, header)


def _opens(line: str, language: str | None) -> bool:
    bare = line.strip()
    if language == "python":
        return _HEADER.fullmatch(bare) is not None
    return bare.endswith("{") and not bare[:-1].rstrip().endswith(("=", "(", ",", "[", "]"))


def _header_indent(rows: list[str]) -> str:
    """The indentation of the statement that the last row ends: where its brackets began."""
    depth = 0
    for row in reversed(rows):
        bare = _QUOTED.sub("", row)
        depth += sum(map(bare.count, ")]")) - sum(map(bare.count, "(["))
        if depth <= 0:
            return _indent(row)
    return _indent(rows[-1])


_QUOTED: Final = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")
_HEADER_LINES: Final = 40


def _is_empty(header: str, rest: str, below: str) -> bool:
    """True when the block behind a header with that indentation holds nothing."""
    if rest.strip():
        return rest.strip() == "}"
    following = next((row for row in below.splitlines() if row.strip()), "")
    return not following.strip() or following.strip()[0] == "}" or len(_indent(following)) <= len(header)


def _in_text(document: Document, caret: int) -> bool:
    """True inside a string or a comment."""
    here = window(document, caret)
    caret -= here.shift
    known = tree.of(here.document)
    if known is None:
        return False
    node = tree.node_at(known, Span(caret, caret))
    kind = node.type
    return ("string" in kind or "comment" in kind) and node.start_byte < caret < node.end_byte


def taken(answer: str, at: Place, *, fenced: bool) -> Taken:
    """What the code of an answer says for a place; empty text when nothing is left of it."""
    rows = answer.split("\n")
    if at.several:
        found = _block(rows, at, fenced=fenced)
        if found is not None:
            return found
    text, row = _first_line(rows, at)
    text = without_rest(text, at.line, at.rest, at.language)
    whole = (at.line + text + at.rest).strip()
    if not text.strip() or (whole == at.following and sum(c.isalnum() for c in whole) > 3):
        return Taken("", ended=False)
    return Taken(text, ended=row < len(rows) - 1)


def _block(rows: list[str], at: Place, *, fenced: bool) -> Taken | None:
    """The lines of the block that begins at the place; None where one line is the answer."""
    start = _past_repeated(rows, at)
    while start < len(rows) and not rows[start].strip():
        start += 1
    if start == len(rows):
        return Taken("", ended=False)
    told = rows[start:]
    if _repeats(told[0].strip(), at.following):
        return Taken("", ended=True)
    if at.opener and start == 0 and not fenced and len(_indent(told[0])) < 2 and not told[0].startswith("\t"):
        return None  # the answer goes on behind the opener, on its line
    laid = _laid_out(told, at, fenced=fenced)
    if laid is None:
        return Taken("", ended=True)
    kept, ended, closer = _until_end(laid, at)
    if not kept and closer and not laid[0].strip().removesuffix(closer).strip():
        return Taken("", ended=True)
    kept = kept or [laid[0].rstrip()]  # nothing whole: its first line, for the checks to judge
    if at.opener:
        text = "\n" + "\n".join(kept)
        if at.rest.strip():
            text += "\n" + at.header
        return Taken(text, ended, closer)
    kept[0] = kept[0][len(at.line) :] if kept[0].startswith(at.line) else kept[0].lstrip()
    return Taken("\n".join(kept), ended, closer)


def _past_repeated(rows: list[str], at: Place) -> int:
    """The row behind those that repeat the text right above the place (its own line included)."""
    above = [row.strip() for row in at.ahead.split("\n")[-60:] if row.strip()]
    filled = [(number, row.strip()) for number, row in enumerate(rows) if row.strip()]
    for count in range(min(len(above), len(filled)), 0, -1):
        same = [row for _, row in filled[:count]]
        if same == above[-count:] and sum(char.isalnum() for char in "".join(same)) > 3:
            return filled[count - 1][0] + 1
    return 0


def _laid_out(rows: list[str], at: Place, *, fenced: bool) -> list[str] | None:
    """The rows with the indentation they have in the file; None when the block ends before it begins."""
    first = _indent(rows[0])
    following = next((_indent(row) for row in rows[1:] if row.strip()), None)
    if at.opener:
        header, margin = at.header, at.margin or ""
        if first.startswith(header) and len(first) > len(header):
            return rows
        return _moved(rows, first, margin) if fenced else None
    margin = at.margin if at.margin is not None else first
    if first == margin:
        return rows
    if first:
        return _moved(rows, first, margin) if at.line or fenced or len(first) < len(margin) else rows
    deeper = len(following or "") > len(margin) or (following == margin and not _opens(rows[0], at.language))
    if following is None or deeper or (not fenced and not following):
        return [margin + rows[0], *rows[1:]]  # as a model goes on at the caret: the first line only is bare
    return _moved(rows, "", margin)


def _moved(rows: list[str], first: str, margin: str) -> list[str]:
    return [margin + row[len(first) :] if row.strip() and row.startswith(first) else row for row in rows]


def _until_end(rows: list[str], at: Place) -> tuple[list[str], bool, str]:
    """The rows up to the block's end, whether the end was seen, and the line that closes it from outside."""
    base = _indent(rows[0])
    below = at.following
    scan = _Scan(at.language)
    whole = 0
    ended, closer = False, ""
    for number, row in enumerate(rows):
        if number >= MOST or (number and scan.is_code and _is_end(rows, number, base, at, below)):
            ended = True
            break
        if scan.see(row) < 0:
            ended, closer = True, row.strip()
            break
        if row.strip() and scan.is_closed and not _expects_more(row, at.language):
            whole = number + 1
    kept = [row if row.strip() else "" for row in rows[:whole]]
    if kept:
        kept[-1] = kept[-1].rstrip()
    return kept, ended, closer


def _repeats(row: str, following: str) -> bool:
    """True for the line that stands below already; a line of brackets is chance."""
    return row == following and sum(char.isalnum() for char in row) > 3


def _expects_more(row: str, language: str | None) -> bool:
    """True for a row that is nothing without the next: a header, a decorator, a line that is continued."""
    bare = row.strip()
    return _opens(row, language) or bare.startswith("@") or bare.endswith("\\")


def _is_end(rows: list[str], number: int, base: str, at: Place, below: str) -> bool:
    """True when the block ends before this row."""
    row = rows[number]
    bare = row.strip()
    if not bare:
        following = [other for other in rows[number : number + 2] if not other.strip()]
        return len(following) == 2 and number + 1 < len(rows) - 1
    if not row.startswith(base) and bare[0] not in _PAIRS:
        return True
    if _repeats(bare, below):
        return True
    beside = _indent(row) == base
    if beside and not base and not _GOES_ON.match(bare) and not rows[number - 1].lstrip().startswith("@"):
        return True  # at the top of a file a block is one statement
    if beside and at.language != "python" and bare[0] not in _PAIRS and _is_member(rows[0]):
        return True
    is_definition = at.language == "python" and _DEFINES.match(bare) and not rows[number - 1].strip().startswith("@")
    return beside and bool(is_definition) and _DEFINES.match(rows[0].strip()) is not None


def _is_member(row: str) -> bool:
    """True for the header of a method, in a language with braces."""
    found = _MEMBER.match(row.strip()[:400])
    return found is not None and found[1] not in _CONTROLS


_MEMBER: Final = re.compile(r"([\w<>\[\],.?@]+)\s+(?:[\w<>\[\],.?@]+\s+)*\w+\s*\(.*\)[^;{=]*\{")
_CONTROLS: Final = frozenset({"else", "return", "new", "throw", "case", "await", "yield"})

_MARKS: Final = re.compile(r"\"\"\"|'''|\"(?:\\.|[^\"\\])*\"?|'(?:\\.|[^'\\])*'?|[()\[\]{}]|/\*|//|#|\\.")


class _Scan:
    """Brackets and long strings over rows. `depth` counts brackets the rows opened; strings and comments do not count."""

    def __init__(self, language: str | None) -> None:
        self.depth = 0
        self._long = ""
        self._python = language == "python"

    @property
    def is_code(self) -> bool:
        """False inside a string or comment over several lines, and inside Python's brackets."""
        return not self._long and not (self._python and self.depth > 0)

    @property
    def is_closed(self) -> bool:
        """True when no bracket, string or comment is open."""
        return not self._long and self.depth == 0

    def see(self, row: str) -> int:
        """Read one row; returns the lowest depth on it."""
        at, lowest = 0, self.depth
        while at < len(row):
            if self._long:
                end = row.find(self._long, at)
                if end < 0:
                    break
                at, self._long = end + len(self._long), ""
                continue
            mark = _MARKS.search(row, at)
            if mark is None:
                break
            at, word = mark.end(), mark[0]
            if word in ('"""', "'''"):
                self._long = word
            elif word == "/*" and not self._python:
                self._long = "*/"
            elif (word == "//" and not self._python) or (word == "#" and self._python):
                break
            elif word in "([{":
                self.depth += 1
            elif word in ")]}":
                self.depth -= 1
                lowest = min(lowest, self.depth)
        return lowest


def _indent(row: str) -> str:
    return row[: len(row) - len(row.lstrip(" \t"))]


def _first_line(rows: list[str], at: Place) -> tuple[str, int]:
    """What an answer says for the caret's line, of which `line` is already there, and the row it stands on."""
    line, typed = at.line, at.line.strip()
    again = _repeated(rows, at)
    if again is not None:
        return again
    known = {row.strip() for row in at.ahead.splitlines()[-40:-1]} if typed else set()
    # A model that repeats the code above the caret: go on where the caret's line is reached.
    for number, row in enumerate(rows):
        if _begins_with(row.strip(), typed):
            return _behind(row, typed, line), number
        if row.strip() and row.strip() not in known:
            break
        if row.strip() in known and number == len(rows) - 1:
            return "", number
    if not typed:
        number = next((number for number, row in enumerate(rows) if row.strip()), 0)
        row = rows[number]
        return (row.lstrip() if line else row).rstrip(), number
    row = rows[0].rstrip()
    begun = _BEGUN.search(line)
    if begun is not None and row.startswith(begun[0]):
        return row[len(begun[0]) :], 0  # the model wrote the word from its start
    return (row.lstrip() if line[-1].isspace() else row), 0


def _repeated(rows: list[str], at: Place) -> tuple[str, int] | None:
    """As `_first_line` for an answer that begins with the lines above, as they stand, and then the caret's line."""
    typed = at.line.strip()
    above = [row.strip() for row in at.ahead.split("\n")[-40:-1]]
    for number in range(min(len(rows) - 1, len(above)), 0, -1):
        if (
            [row.strip() for row in rows[:number]] == above[-number:]
            and typed
            and rows[number].strip().startswith(typed)
        ):
            return _behind(rows[number], typed, at.line), number
    return None


def _begins_with(row: str, typed: str) -> bool:
    """Whether a row says the caret's line again; of a short one only if it is a word of its own."""
    if not row.startswith(typed):
        return False
    return len(typed) > 2 or (len(typed) == 2 and typed.isalpha() and not row[2:3].isalnum())


def _behind(row: str, typed: str, line: str) -> str:
    left = row.strip()[len(typed) :]
    return (left.lstrip() if line[-1].isspace() else left).rstrip()
