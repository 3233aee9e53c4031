"""Where the caret stands, in words: what is typed of the current word, what already stands behind it, the open file.

Lexing the open file is cached by path: a keystroke lexes again from the line that changed. Absent on purpose: any
judgement about what to propose, and numpy.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from copilot.context.lexemes import kept_words
from copilot.context.tokens import NEWLINE, TAB, Tokens, closed_string, indent_word, lex, relex, shape

_KEPT: Final = 16
_lexed: OrderedDict[tuple[Path, bool], tuple[str, Tokens]] = OrderedDict()
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

    before: Tokens
    after: Tokens
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
    lexed = _of(path, language, before, ahead=False)
    if lexed.ends in ("comment", "long"):
        return "place"
    line = before[max(before.rfind("\n"), before.rfind("\r")) + 1 :]
    tail = _of(path, language, below, ahead=True)
    following = next((row for row in below.splitlines()[:8] if row.strip()), "")
    typed, column = "", 0
    extra: tuple[str, ...] = ()
    words = Tokens(list(lexed.words), list(lexed.shapes), lexed.spaces[:], lexed.lines, lexed.ends)
    if not line.strip():
        indent = lexed.restarts[-1][3] if lexed.restarts else 0
        extra = (indent_word(len(line) + (TAB - 1) * line.count("\t") - indent),)
    else:
        column = _since_newline(lexed.words)
        last = lexed.words[-1]
        partial = lexed.ends == "string" or (line.endswith(last) and bool(_WORD.match(last[-1])))
        if partial and last != NEWLINE and not (lexed.ends != "string" and closed_string(last)):
            typed = last
            column -= 1
            words.words.pop()
            words.shapes.pop()
            words.spaces.pop()
    recent = _recent(lexed, words.words[lexed.restarts[-1][0] if lexed.restarts else 0 :], language)
    return Caret(words, tail, extra, typed, rest, line, following, column, recent)


def _recent(lexed: Tokens, line: list[str], language: str | None) -> tuple[str, ...]:
    """The recent names at the end of the last line's words."""
    names = list(lexed.restarts[-1][4]) if lexed.restarts else []
    for word in line:
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


def _of(path: Path, language: str | None, text: str, *, ahead: bool) -> Tokens:
    key = (path, ahead)
    with _lock:
        known = _lexed.get(key)
    if known is not None and known[0] == text:
        return known[1]
    tokens = lex(text, language) if known is None else relex(known[1], known[0], text, language)
    with _lock:
        _lexed[key] = (text, tokens)
        _lexed.move_to_end(key)
        while len(_lexed) > _KEPT:
            _lexed.popitem(last=False)
    return tokens
