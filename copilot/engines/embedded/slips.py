"""The single slips that make a program unreadable to its parser, undone: every candidate with what it costs.

A cost is a negative log likelihood: how rare the slip is, plus how much less ordinary the text gets (`likelihood.py`),
plus how far from the parser's complaint it lies. Lower is better. Absent on purpose: trying the candidates
(`repair.py`), and anything that needs to know what the program means.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from copilot.engines.embedded import brace_slips, foreign, foreign_comments, headers, layout, line_slips
from copilot.engines.embedded.ground import Ground, Slip
from copilot.syntax.lexemes import KEYWORDS, Lexeme, lexemes, mark_of

INSERTED: Final = {
    "python": [
        ":",
        ",",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "=",
        "==",
        ".",
        "+",
        "-",
        "*",
        "/",
        "%",
        "->",
        "in",
        "as",
        "is",
        "if",
        "and",
        "or",
        "not",
        "for",
        "import",
        "def",
        "return",
        "else",
        "<",
        ">",
        "|",
    ],
    "java": [
        ";",
        "{",
        "}",
        "(",
        ")",
        ",",
        "[",
        "]",
        ".",
        "=",
        "==",
        "+",
        "-",
        "*",
        "/",
        "<",
        ">",
        "->",
        ":",
        "?",
        "&&",
        "||",
        "!",
        "new",
        "return",
        "else",
        "case",
        "@",
        "int",
        "String",
    ],
}
"""Tokens that get forgotten."""

_INSERT: Final = 1.0
_DELETE: Final = 4.0
_REPLACE: Final = 3.0
_MISSPELT: Final = 0.0
_GLUED: Final = 2.0
_UNSEEN: Final = 3.0
_LEFT_OVER: Final = 4.0
"""For an opening bracket that belongs to a closing one behind it."""

_BOTH_KNOWN: Final = 6.0
_CONTENT: Final = {"name": 7.0, "keyword": 2.0, "string": 9.0, "number": 7.0, "alien": -3.0}
_LEADING: Final = frozenset(
    [
        "class",
        "def",
        "return",
        "import",
        "from",
        "while",
        "elif",
        "raise",
        "public",
        "private",
        "static",
        "final",
        "void",
    ]
)
_VALUES: Final = frozenset({"True", "False", "None", "true", "false", "null", "this", "super"})
_CLOSERS: Final = ")]}"
_PAIRS: Final = {"(": ")", "[": "]", "{": "}"}
_LOOKALIKES: Final = {
    "(": ")[{<]}", ")": "(]}>[{", "[": "](){}", "]": "[)(}{", "{": "}([:)]", "}": "{)](:[", ":": ";,={.", ";": ":,",
    ",": ".;:", ".": ",", "<": "([", ">": ")]", "-": "=", "+": "=",
}  # fmt: skip
_OF_LINES: Final = (
    line_slips.quotes,
    line_slips.full_width,
    layout.indentation,
    brace_slips.braces,
    foreign.foreign,
    foreign_comments.comments,
    headers.headers,
)


def candidates(at: Ground) -> list[Slip]:
    """All single slips undone, cheapest first, each text once."""
    best: dict[tuple[int, int, bytes], Slip] = {}
    for make in (_forgotten, _swallowed, _stray, _mistaken, *_OF_LINES):
        for slip in make(at):
            key = (slip.start, slip.end, slip.new)
            if slip.new != at.text[slip.start : slip.end] and (key not in best or slip.cost < best[key].cost):
                best[key] = slip
    return sorted(best.values(), key=lambda slip: slip.cost)


def _far(distance: int) -> float:
    return 0.12 * distance


def _forgotten(at: Ground) -> Iterator[Slip]:
    """A token that is not there."""
    for index, distance in at.near.items():
        edge = "newline" in {each.kind for each in at.tokens[max(0, index - 1) : index + 1]} or index >= len(at.tokens)
        for word in INSERTED[at.language]:
            if word == "}" and edge and at.language == "java":
                continue  # stands on a line of its own: `brace_slips.py`
            cost = _INSERT + at.change(index, 0, [word]) + _far(distance)
            if word in _PAIRS and index < len(at.tokens) and at.tokens[index].text == _PAIRS[word]:
                cost -= 3.0  # `[]` and `()` with nothing in them
            if word in _CLOSERS and index < len(at.tokens) and at.tokens[index].kind == "newline":
                cost -= 1.5  # where a line ends is where closers get forgotten
            start, end, new = _placed(at, index, word)
            yield Slip(start, end, new, "insert", cost)


def _swallowed(at: Ground) -> Iterator[Slip]:
    """An opening bracket that is not there between two names, so that they read as one: `printtotal)`."""
    for index, distance in at.near.items():
        token = at.tokens[index] if index < len(at.tokens) else None
        if token is None or token.kind != "name" or not token.text.isascii() or at.uses[token.text] > 1:
            continue
        for split in range(1, len(token.text)):
            head, tail = token.text[:split], token.text[split:]
            known = at.knows(head), at.knows(tail) or tail in {"self", "cls"}
            camel = head[-1].islower() and tail[0].isupper() and head[0].isupper()
            if (not known[1] and not camel and not (tail.isdigit() and known[0])) or (len(tail) == 1 and not known[0]):
                continue
            if head.endswith("_") and not known[0]:
                continue
            for word in "([":
                marks = [mark_of("name", head), word, mark_of("name", tail)]
                cost = _INSERT + at.change(index, 1, marks) + _far(distance) - 0.5 * _BOTH_KNOWN * sum(known)
                cost -= _LEFT_OVER if _left_over(at, token.start) == _PAIRS[word] else 0.0
                place = token.start + split
                yield Slip(place, place, word.encode(), "insert", cost)


def _left_over(at: Ground, offset: int) -> str:
    """The first closing bracket behind `offset` on its line that nothing opens; empty when there is none."""
    _, end = at.line(offset)
    depth = {")": 0, "]": 0, "}": 0}
    openers = {opener: closer for closer, opener in zip(")]}", "([{", strict=True)}
    for token in lexemes(at.text[offset:end], at.language):
        if token.text in openers:
            depth[openers[token.text]] += 1
        elif token.text in depth:
            depth[token.text] -= 1
            if depth[token.text] < 0:
                return token.text
    return ""


def _placed(at: Ground, index: int, word: str) -> tuple[int, int, bytes]:
    """Where and with which blanks `word` goes before lexeme `index`."""
    left = at.tokens[index - 1].end if index else 0
    right = at.tokens[index].start if index < len(at.tokens) else len(at.text)
    gap = at.text[left:right]
    blank = gap.strip(b" \t") == b"" and gap
    if word in {",", ";", ":", ")", "]", "."} or (word == "}" and at.language == "python"):
        last = index >= len(at.tokens) or at.tokens[index].kind == "newline"
        tail = b" " if word in {",", ";"} and not gap and not last else b""
        return left, left, word.encode() + tail
    if word in {"(", "[", "@", "!"} or (word == "{" and at.language == "python"):
        attached = index and at.tokens[index - 1].kind == "name" and word in {"(", "["}
        place = left if attached and not gap else right
        return place, place, word.encode()
    if word == "=" and not gap:
        return left, left, b"="
    if word.isalpha() and (b"\n" in gap or not index or at.tokens[index - 1].kind == "newline"):
        return right, right, word.encode() + b" "  # opens the line
    if word == "{" and index < len(at.tokens) and at.tokens[index].kind == "newline":
        return left, left, b" {"
    if not gap:
        wordy = word.isalpha() or len(word) > 1 or word in "=+*/<>"
        return left, left, f" {word} ".encode() if wordy else word.encode()
    if blank and len(gap) >= 2:
        return left + 1, left + 1, word.encode()
    if blank:
        return left, left, b" " + word.encode()
    if word.isalpha() and right:
        return right, right, word.encode() + b" "
    return left, left, b" " + word.encode()


def _stray(at: Ground) -> Iterator[Slip]:
    """A token too many. What a person wrote is seldom too much: names and values go last."""
    for index, distance in at.near.items():
        if index >= len(at.tokens) or at.tokens[index].kind == "newline":
            continue
        token = at.tokens[index]
        rare = _CONTENT.get(token.kind, 0.0) if token.text not in _VALUES else _CONTENT["name"]
        content = token.kind in _CONTENT and (token.kind != "keyword" or token.text in _VALUES)
        twin = index and at.tokens[index - 1].text == token.text and token.text not in _PAIRS and not content
        rare += 5.0 if token.text in _PAIRS else 0.0  # a closer is forgotten more often than an opener is typed twice
        # What leaves takes its own surprise with it; half of that is no evidence.
        gain = at.change(index, 1, [])
        cost = _DELETE + (0.0 if twin else rare) + max(gain, 0.6 * gain) - (2.5 if twin else 0) + _far(distance)
        yield Slip(*at.gap(index, index, twin=bool(twin)), b"", "delete", cost)


def _mistaken(at: Ground) -> Iterator[Slip]:
    """A token that should be another: a look-alike, a misspelt keyword, a word of another language."""
    for index, distance in at.near.items():
        if index >= len(at.tokens):
            continue
        token = at.tokens[index]
        if token.kind == "number" and token.text.endswith("."):
            yield Slip(token.end - 1, token.end, b",", "replace", _REPLACE - 5.0 + _far(distance))
        for head, tail in _glued(token, at.language):
            cost = _GLUED + at.change(index, 1, [head, mark_of("name", tail)]) + _far(distance)
            first = not index or at.tokens[index - 1].kind == "newline"
            if at.uses[token.text] == 1:
                cost -= (
                    _BOTH_KNOWN
                    if at.knows(tail) or tail in KEYWORDS[at.language] or (first and head in _LEADING)
                    else 0.0
                )
            yield Slip(token.start, token.end, f"{head} {tail}".encode(), "replace", cost)
        for other in _alternatives(token, at.language):
            wordy = other.isalpha()
            prior = _misspelt(at, token) if wordy else _REPLACE
            cost = prior + at.change(index, 1, [other]) + _far(distance)
            start = token.start
            if other == ":" and token.text == "{" and at.text[start - 1 : start] == b" ":
                start -= 1
            yield Slip(start, token.end, other.encode(), "replace", cost)


def _misspelt(at: Ground, token: Lexeme) -> float:
    """A word that is a keyword already is rarely another misspelt; one seen nowhere else probably is."""
    if token.kind == "keyword":
        return _MISSPELT + 1.5
    alone = sum(each.text == token.text for each in at.tokens) == 1
    return _MISSPELT - (_UNSEEN if alone else 0.0)


def _glued(token: Lexeme, language: str) -> Iterator[tuple[str, str]]:
    """Readings of a name as a keyword and a name that lost the blank between them."""
    if token.kind == "name":
        for split in range(2, len(token.text)):
            head, tail = token.text[:split], token.text[split:]
            if head in KEYWORDS[language] and (tail[0].isalpha() or tail[0] == "_"):
                yield head, tail


def _alternatives(token: Lexeme, language: str) -> Sequence[str]:
    if token.kind in {"name", "keyword"}:
        return _respelt(token.text, language)
    if token.text == "=":
        return ("==", ":", "-") if language == "python" else ("==", "-")
    if token.text == "!":
        return ("!=",)
    return _LOOKALIKES.get(token.text, "")


@cache
def _respelt(word: str, language: str) -> tuple[str, ...]:
    """Keywords (and, for Java, `String`) that `word` may be a misspelling of."""
    if len(word) < 2:
        return ()
    return tuple(other for other in sorted(KEYWORDS[language]) if other != word and slight(word, other))


def slight(word: str, other: str) -> bool:
    """True when `word` may be `other` misspelt: one letter more, less, other or swapped; two in a long word."""
    if abs(len(word) - len(other)) > 2 or len(other) < 2:
        return False
    return distance(word, other) <= (1 if len(other) < 6 else 2) and (len(other) > 2 or set(word) <= set(other))


def distance(word: str, other: str) -> int:
    """Optimal string alignment distance: insert, delete, replace, or swap two neighbours (Damerau 1964)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(word, 1):
        previous, before, row = before, row, [i]
        for j, right in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and word[i - 2] == right:
                cost = min(cost, previous[j - 2] + 1)
            row.append(cost)
    return row[-1]
