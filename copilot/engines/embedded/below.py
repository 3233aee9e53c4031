"""What stands below the caret's line, as a witness for what belongs on it.

How deep it must be indented to lead over to the next line, whether a line that was copied led over to the same words where it
stood, and which names the code below uses although nothing above binds them. Absent on purpose: text, and weights (`rank`).
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from copilot.context.lexemes import kept_words
from copilot.context.tokens import NEWLINE, TAB, indent_word, is_structure
from copilot.engines.embedded.caret import Caret

if TYPE_CHECKING:
    from copilot.context.corpus import Segment

_FOLLOWING: Final = 12
"""Words below the line that are compared with what followed a source."""

_NEAR: Final = 80
"""Words above or below within which a name is looked for."""

_CLOSERS: Final = 4
"""Words within which the line ends behind a bracket that is already there."""

_STEP: Final = 4
_RETURNED: Final = 12
_NO_TYPES: Final = frozenset({"return", "new", "else", "throw"})
BUILTINS: Final = frozenset(dir(builtins))
_BINDERS: Final = frozenset({"def", "class", "for", "as", "import", "interface", "enum"})


@dataclass(frozen=True, slots=True)
class Expected:
    """Names that are due: `unused` ones are bound just above and not read yet, `unbound` ones are read below, bound nowhere."""

    unused: AbstractSet[str] = frozenset()
    unbound: AbstractSet[str] = frozenset()


NOTHING: Final = Expected()


@dataclass(frozen=True, slots=True)
class Below:
    """`step`: how much deeper the next line is indented than the caret's (in levels, -3..3), None where nothing follows;
    `indent`: the same as a word; `words`: the first words below, without the first indent.
    """

    step: int | None
    indent: str
    words: tuple[str, ...]


def below(caret: Caret) -> Below:
    """The witness of a place."""
    after = caret.after.words
    if len(after) < 3:
        return Below(None, "", ())
    line = caret.line
    blank = line[: len(line) - len(line.lstrip())]
    width = len(blank) + (TAB - 1) * blank.count("\t")
    ahead = _width(after[1]) - width
    step = round(ahead / _STEP) or (1 if ahead > 0 else -1 if ahead < 0 else 0)
    return Below(max(min(step, 3), -3), indent_word(ahead), tuple(after[2 : 2 + _FOLLOWING]))


def _width(indent: str) -> int:
    return int(indent[2:-1] or 0) if indent.startswith("<I") else 0


def expected(caret: Caret, language: str | None) -> Expected:
    """The names that are due at a place."""
    known = kept_words(language)
    return Expected(unused(caret, known), unbound(caret, known | BUILTINS))


def led(segment: Segment, end: int, newline: int, indent: int, following: Sequence[int]) -> int:
    """How many words behind the line that goes on at `end` are those that stand below the caret's line, its indent counted."""
    if not following:
        return 0
    words = segment.words[end : end + _CLOSERS + 1 + len(following)].tolist()
    if newline not in words[:_CLOSERS]:
        return 0
    words = words[words.index(newline) + 1 :]
    count = int(words[:1] == [indent])
    for found, wanted in zip(words[1:], following, strict=False):
        if found != wanted:
            break
        count += 1
    return count


def unbound(caret: Caret, known: AbstractSet[str]) -> frozenset[str]:
    """Names that the next lines read and that stand nowhere above: likely to be bound here. `known`: words that need none."""
    words = caret.after.words[2 : 2 + _NEAR]
    above = caret.before.known()
    bound: set[str] = set()
    found: set[str] = set()
    for ahead, word, follows in zip(["", *words], words, [*words[1:], ""], strict=False):
        if not word.isidentifier() or word in known or word in above or word in bound or ahead == ".":
            continue
        if follows == "=" or ahead in _BINDERS:
            bound.add(word)
        else:
            found.add(word)
    return frozenset(found)


def unused(caret: Caret, known: AbstractSet[str]) -> frozenset[str]:
    """Names bound in the lines just above, parameters too, that nothing reads yet."""
    words = caret.before.words[-_NEAR:]
    waiting: set[str] = set()
    depth = 0
    for n, (ahead, word, follows) in enumerate(zip(["", *words], words, [*words[1:], ""], strict=False)):
        if (word in (":", "{") and ahead in (")", "]")) or (word == ":" and follows == NEWLINE):
            waiting |= set(parameters(words, n, known))
        depth = 0 if is_structure(word) else max(depth + (word in "([{") - (word in ")]}"), 0)
        if not word.isidentifier() or word in known:
            continue
        if ahead != "." and ((follows == "=" and not depth) or ahead in _BINDERS):
            waiting.add(word)
        else:
            waiting.discard(word)
    return frozenset(waiting)


def parameters(words: Sequence[str], end: int, known: AbstractSet[str]) -> list[str]:
    """The parameters of the function whose body begins behind word `end`, in order; none where no signature ends there."""
    n = end - 1
    while n >= 0 and words[n] != ")":
        if is_structure(words[n]) or words[n] in ("(", "=", ";") or end - n > _RETURNED:
            return []
        n -= 1
    found: list[str] = []
    depth = 0
    while n >= 0:
        word, ahead, follows = words[n], words[n - 1] if n else "", words[n + 1] if n + 1 < len(words) else ""
        depth += (word in (")", "]")) - (word in ("(", "["))
        if not depth:
            break
        bound = follows in (",", ")", ":", "=") and (ahead in ("(", ",", "*", "**", NEWLINE) or ahead.startswith("<I"))
        typed = follows in (",", ")") and (ahead.isidentifier() or ahead in (">", "]", "..."))
        if depth == 1 and word.isidentifier() and word not in known and (bound or typed):
            found.append(word)
        n -= 1
    kind, name = words[n - 2 : n] if n > 1 else ("", "")
    typed = words[end] == "{" and kind not in _NO_TYPES and (kind.isidentifier() or kind in (">", "]"))
    return found[::-1] if name.isidentifier() and (kind == "def" or typed) else []


def strange(line: Sequence[str], start: int, at_hand: Callable[[str], bool]) -> int:
    """How many names from word `start` of a line on are read without being at hand: neither members, nor keywords of a call,
    nor bound by the line itself.
    """
    return len(strange_at(line, start, at_hand))


def strange_at(line: Sequence[str], start: int, at_hand: Callable[[str], bool]) -> list[int]:
    """Where those names stand."""
    found: list[int] = []
    for n in range(start, len(line)):
        word, ahead = line[n], line[n - 1] if n else ""
        if not word.isidentifier() or ahead == "." or ahead in _BINDERS or line[n + 1 : n + 2] == ["="]:
            continue
        if not at_hand(word):
            found.append(n)
    return found
