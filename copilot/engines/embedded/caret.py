"""Where the caret stands, in words: what is typed of the current word, what already stands behind it, the open file.

What was lexed of the open file is kept by path: a keystroke lexes its line. Absent on purpose: any judgement about what to
propose, and numpy.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from copilot.context.lexemes import kept_words
from copilot.context.pieces import Lexed, lexed
from copilot.context.tokens import NEWLINE, TAB, closed_string, indent_word, shape

_KEPT: Final = 16
_lexed: OrderedDict[tuple[Path, str | None, bool], tuple[str, Lexed]] = OrderedDict()
_lock = threading.Lock()

_CLOSERS: Final = re.compile(r"[\s)\]}>,;:'\"]*")
"""Text behind the caret that an editor or the line itself may already have put there."""

_WORD: Final = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Caret:
    """The place to complete at.

    `before`: the words up to the caret without the word being typed; `extra`: the indent word of a line that has no
    word yet; `typed`: the letters of the current word (an open string with its quote); `rest`: what stands behind the
    caret on its line; `line`: the text of the line before the caret; `column`: words already on the line; `recent`:
    the names used last, latest first.
    """

    before: Lexed
    after: Lexed
    extra: tuple[str, ...]
    typed: str
    rest: str
    line: str
    next_line: str
    column: int
    recent: tuple[str, ...]


def caret(path: Path, language: str | None, before: str, after: str) -> Caret | str:
    """The caret between two texts, or why nothing is completed there (a word for the reason: place, inside, rest)."""
    cut = len(after) - len(after.lstrip("\r\n")) if after[:1] in "\r\n" else _line_end(after)
    rest = "" if after[:1] in ("\r", "\n") else after[:cut]
    below = after[len(rest) :]
    if before[-1:] and rest and _WORD.match(before[-1]) and _WORD.match(rest):
        return "inside"
    if not _CLOSERS.fullmatch(rest):
        return "rest"
    words = _of(path, language, before, ahead=False)
    if words.ends in ("comment", "long"):
        return "place"
    line = before[max(before.rfind("\n"), before.rfind("\r")) + 1 :]
    tail = _of(path, language, below, ahead=True)
    following = next((row for row in below.splitlines()[:8] if row.strip()), "")
    typed, column = "", 0
    extra: tuple[str, ...] = ()
    if not line.strip():
        extra = (indent_word(len(line) + (TAB - 1) * line.count("\t") - words.indent),)
    else:
        column = _since_newline(words.words)
        last = words.words[-1]
        partial = words.ends == "string" or (line.endswith(last) and bool(_WORD.match(last[-1])))
        if partial and last != NEWLINE and not (words.ends != "string" and closed_string(last)):
            typed = last
            column -= 1
            words = words.without_last()
    recent = _recent(words, language)
    return Caret(words, tail, extra, typed, rest, line, following, column, recent)


def _recent(words: Lexed, language: str | None) -> tuple[str, ...]:
    """The recent names at the end of the last line's words."""
    names = list(words.recent)
    for word in words.words[words.done :]:
        shape(word, names, kept_words(language))
    return tuple(names)


def _line_end(text: str) -> int:
    ends = [at for at in (text.find("\n"), text.find("\r")) if at != -1]
    return min(ends, default=len(text))


def _since_newline(words: list[str]) -> int:
    """Words on the last line, its indent not counted."""
    count = 0
    for word in reversed(words):
        if word == NEWLINE or word.startswith("<I") or word == "<F>":
            break
        count += 1
    return count


def _of(path: Path, language: str | None, text: str, *, ahead: bool) -> Lexed:
    key = (path, language, ahead)
    with _lock:
        known = _lexed.get(key)
    if known is not None and known[0] == text:
        return known[1]
    words = lexed(text, language, known[1] if known is not None else None)
    with _lock:
        _lexed[key] = (text, words)
        _lexed.move_to_end(key)
        while len(_lexed) > _KEPT:
            _lexed.popitem(last=False)
    return words
