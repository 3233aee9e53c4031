"""The single slips that make a program unreadable to its parser, undone: every candidate with what it costs.

A cost is a negative log likelihood: how rare the slip is, plus how much less ordinary the text gets (`likelihood.py`),
plus how far from the parser's complaint it lies. Lower is better. Absent on purpose: trying the candidates
(`repair.py`), and anything that needs to know what the program means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from copilot.engines.embedded.likelihood import ORDER, Likelihood
from copilot.syntax.lexemes import FULL_WIDTH, KEYWORDS, Lexeme, lexemes, mark_of

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
_FOREIGN: Final = 0.0
_CLOSERS: Final = ")]}"
_PAIRS: Final = {"(": ")", "[": "]", "{": "}"}
_LOOKALIKES: Final = {
    "(": ")[{<]}", ")": "(]}>[{", "[": "](){}", "]": "[)(}{", "{": "}([:)]", "}": "{)](:[", ":": ";,={.", ";": ":,",
    ",": ".;:", ".": ",", "<": "([", ">": ")]", "-": "=", "+": "=",
}  # fmt: skip
_FOREIGN_WORDS: Final[dict[str, dict[str, str]]] = {
    "python": {
        "&&": "and", "||": "or", "!": "not ", "elseif": "elif", "elsif": "elif", "elsewhen": "elif", "function": "def",
        "func": "def", "fn": "def", "catch": "except", "throw": "raise", "foreach": "for", "switch": "match",
        "var": "", "let": "", "const": "", "new": "", "public": "", "private": "", "static": "", "void": "def",
        "++": " += 1", "--": " -= 1", "<>": "!=", "===": "==", "!==": "!=", "require": "import", "include": "import",
        "using": "import", "?": ":", "$": "",
    },
    "java": {
        "and": "&&", "or": "||", "not": "!", "elif": "else if", "elseif": "else if", "raise": "throw", "except": "catch",
        "def": "", "None": "null", "foreach": "for", "function": "", "string": "String", "func": "", "let": "var",
        "const": "final", "#": "//", "is": "==", "in": ":", "pass": ";",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slip:
    """Replace bytes `start..end` by `new`. `kind` is `insert`, `delete`, `replace`, `quote`, `indent` or `comment`."""

    start: int
    end: int
    new: bytes
    kind: str
    cost: float


@dataclass(frozen=True, slots=True)
class Ground:
    """What the candidates of one repair share: the text, its lexemes, the model and where the parser complained.

    `near` are the indexes of the lexemes worth touching, with their distance to a complaint.
    """

    text: bytes
    language: str
    tokens: list[Lexeme]
    model: Likelihood
    near: dict[int, int]
    complaints: tuple[int, ...]

    def change(self, at: int, removed: int, added: Sequence[str]) -> float:
        """By how much the text gets more surprising when `removed` lexemes at `at` become the marks `added`."""
        lead = ["NL="] * max(0, ORDER - 1 - at)
        before = lead + [token.mark for token in self.tokens[max(0, at - ORDER + 1) : at]]
        after = [token.mark for token in self.tokens[at + removed : at + removed + ORDER - 1]]
        old = before + [token.mark for token in self.tokens[at : at + removed]] + after
        new = [*before, *added, *after]
        return self.model.surprise(new, ORDER - 1, len(new)) - self.model.surprise(old, ORDER - 1, len(old))

    def line(self, offset: int) -> tuple[int, int]:
        """`line_at` of this text."""
        return line_at(self.text, offset)


def line_at(text: bytes, offset: int) -> tuple[int, int]:
    """Start and end (without the line end) of the line that holds `offset`."""
    start = max(text.rfind(b"\n", 0, offset), text.rfind(b"\r", 0, offset)) + 1
    found = _LINE_END.search(text, offset)
    return start, found.start() if found else len(text)


_LINE_END: Final = re.compile(rb"[\r\n]")


def ground(text: bytes, language: str, complaints: Sequence[int], reach: int = 10) -> Ground:
    """The common ground for the complaints at these byte offsets; `reach` is how many lexemes to either side count."""
    tokens = lexemes(text, language)
    near: dict[int, int] = {}
    starts = [token.start for token in tokens]
    complaints = (*complaints, *unreadable(tokens, complaints))
    for complaint in complaints:
        middle = _index(starts, complaint)
        for index in range(max(0, middle - reach), min(len(tokens), middle + reach) + 1):
            near[index] = min(abs(index - middle), near.get(index, 1 << 30))
    return Ground(text, language, tokens, Likelihood(language, [t.mark for t in tokens]), near, tuple(complaints))


def unreadable(tokens: Sequence[Lexeme], complaints: Sequence[int]) -> list[int]:
    """Where an alien character or a string that does not end stands: no grammar accepts it. The nearest few."""
    found = [token.start for token in tokens if token.kind in {"alien", "open"}]
    return sorted(found, key=lambda at: min(abs(at - complaint) for complaint in complaints))[:4]


def _index(starts: Sequence[int], offset: int) -> int:
    low, high = 0, len(starts)
    while low < high:
        middle = (low + high) // 2
        if starts[middle] < offset:
            low = middle + 1
        else:
            high = middle
    return low


def candidates(at: Ground) -> list[Slip]:
    """All single slips undone, cheapest first, each text once."""
    best: dict[tuple[int, int, bytes], Slip] = {}
    for make in (_forgotten, _stray, _mistaken, _quotes, _full_width, _comments, _indentation):
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
        for word in INSERTED[at.language]:
            cost = _INSERT + at.change(index, 0, [word]) + _far(distance)
            start, end, new = _placed(at, index, word)
            yield Slip(start, end, new, "insert", cost)


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
    if word.isalpha() and b"\n" in gap:
        return right, right, word.encode() + b" "  # opens the line
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
    """A token too many."""
    for index, distance in at.near.items():
        if index >= len(at.tokens) or at.tokens[index].kind == "newline":
            continue
        token = at.tokens[index]
        rare = {"name": 4.0, "keyword": 2.0, "string": 6.0, "number": 3.0, "alien": -3.0}.get(token.kind, 0.0)
        twin = index and at.tokens[index - 1].text == token.text
        # What leaves takes its own surprise with it; half of that is no evidence.
        gain = at.change(index, 1, [])
        cost = _DELETE + rare + max(gain, 0.6 * gain) - (2.5 if twin else 0) + _far(distance)
        yield Slip(token.start, token.end, b"", "delete", cost)


def _mistaken(at: Ground) -> Iterator[Slip]:
    """A token that should be another: a look-alike, a misspelt keyword, a word of another language."""
    foreign = _FOREIGN_WORDS[at.language]
    for index, distance in at.near.items():
        if index >= len(at.tokens):
            continue
        token = at.tokens[index]
        if token.text in foreign:
            word = foreign[token.text]
            end = token.end
            if not word and at.text[end : end + 1] == b" ":
                end += 1
            yield Slip(token.start, end, word.encode(), "replace", _FOREIGN + _far(distance))
        if at.language == "python" and token.text == "else" and index + 1 < len(at.tokens):
            after = at.tokens[index + 1]
            if after.text == "if":
                yield Slip(token.start, after.end, b"elif", "replace", _FOREIGN + _far(distance))
        for head, tail in _glued(token, at.language):
            cost = _GLUED + at.change(index, 1, [head, mark_of("name", tail)]) + _far(distance)
            yield Slip(token.start, token.end, f"{head} {tail}".encode(), "replace", cost)
        for other in _alternatives(token, at.language):
            wordy = other.isalpha()
            prior = _misspelt(at, token) if wordy else _REPLACE
            cost = prior + at.change(index, 1, [other]) + _far(distance)
            yield Slip(token.start, token.end, other.encode(), "replace", cost)


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


def _rewritten(at: Ground, start: int, end: int, new: bytes) -> float:
    """By how much the whole lines around `start..end` get more surprising when read anew after the change."""
    first, last = at.line(start)[0], at.line(end)[1]
    old = at.text[first:last]
    fresh = at.text[first:start] + new + at.text[end:last]
    return _alone(at, fresh) - _alone(at, old)


def _alone(at: Ground, text: bytes) -> float:
    marks = ["NL="] * (ORDER - 1) + [token.mark for token in lexemes(text, at.language)] + ["NL="]
    return at.model.surprise(marks, ORDER - 1, len(marks))


def _lines(at: Ground, around: int = 1) -> list[tuple[int, int]]:
    """The lines that hold a complaint, and `around` lines before and after each, once each, nearest first."""
    found: dict[tuple[int, int], None] = {}
    for complaint in at.complaints:
        found.setdefault(at.line(min(complaint, len(at.text))))
    for complaint in at.complaints:
        above = below = at.line(min(complaint, len(at.text)))
        for _ in range(around):
            if above[0]:
                above = at.line(above[0] - 1)
                found.setdefault(above)
            if below[1] < len(at.text):
                width = 2 if at.text[below[1] : below[1] + 2] == b"\r\n" else 1
                below = at.line(below[1] + width)
                found.setdefault(below)
    return list(found)


_BOUNDARY: Final = re.compile(rb"(?<=[^\w\s])|(?=[^\w\s])|(?<=\w)(?=\s)|(?<=\s)(?=\w)|$")


def _quotes(at: Ground) -> Iterator[Slip]:
    """A quote that is missing or too many, on the lines of the complaint; and runs that should be three."""
    for rank, (start, end) in enumerate(_lines(at)):
        line = at.text[start:end]
        marks = [quote for quote in (b'"', b"'") if quote in line]
        if not marks or len(line) > 400:
            continue
        far = 0.8 * rank
        for run in re.finditer(rb"\"+|'+", line):
            at_start, at_end = start + run.start(), start + run.end()
            quote = run.group()[:1]
            if len(run.group()) in {2, 4, 5}:
                cost = 2.0 + far + _rewritten(at, at_start, at_end, quote * 3)
                yield Slip(at_start, at_end, quote * 3, "quote", cost)
            if len(run.group()) in {1, 2, 4}:
                fewer = quote * (len(run.group()) - 1)
                yield Slip(at_start, at_end, fewer, "quote", 4.0 + far + _rewritten(at, at_start, at_end, fewer))
            for other in (b'"', b"'"):
                if other != quote and len(run.group()) == 1:
                    cost = 4.0 + far + _rewritten(at, at_start, at_end, other)
                    yield Slip(at_start, at_end, other, "quote", cost)
        for quote in marks:
            for place in {match.start() for match in _BOUNDARY.finditer(line)}:
                if place < len(line) - len(line.lstrip()):
                    continue
                where = start + place
                yield Slip(where, where, quote, "quote", 2.0 + far + _rewritten(at, where, where, quote))
    yield from _open_blocks(at)


def _open_blocks(at: Ground) -> Iterator[Slip]:
    """The end of a triple-quoted string (or, in Java, of a block comment) that runs on: after one of its first lines."""
    for token in at.tokens:
        body = token.text.lstrip("rRbBfFuU")
        if token.kind not in {"string", "open"} or body[:3] not in {'"""', "'''"} or "\n" not in body:
            continue
        if token.kind == "string" and not any(abs(token.end - c) < 200 or token.start <= c for c in at.complaints):
            continue
        place = token.start + 3
        for row in range(30):
            start, end = at.line(place)
            if end > token.end:
                break
            stripped = end - len(at.text[start:end]) + len(at.text[start:end].rstrip())
            yield Slip(stripped, stripped, body[:3].encode(), "quote", 4.0 + 0.3 * row)
            if end >= len(at.text):
                break
            place = end + 1


def _full_width(at: Ground) -> Iterator[Slip]:
    """All characters of a Chinese input method on a line, turned into ASCII at once (strings and comments kept)."""
    for token in at.tokens:
        if token.kind == "alien" and token.text in FULL_WIDTH:
            start, end = at.line(token.start)
            pieces, last = [], start
            for other in at.tokens:
                if start <= other.start < end and other.kind == "alien" and other.text in FULL_WIDTH:
                    pieces += [at.text[last : other.start], FULL_WIDTH[other.text].encode()]
                    last = other.end
            yield Slip(start, last, b"".join(pieces), "replace", 0.0)


def _comments(at: Ground) -> Iterator[Slip]:
    """A comment written as in another language, or without its marker."""
    for rank, (start, end) in enumerate(_lines(at)):
        line = at.text[start:end]
        if at.language == "python":
            yield from _foreign_comment(at, start, line, rank)
        else:
            found = re.match(rb"\s*#+", line) or re.search(rb"[;{})]\s*#+", line)
            if found:
                place = line.index(b"#", found.start())
                yield Slip(start + place, start + found.end(), b"//", "comment", 0.5 + rank)
        prose = [token.kind for token in lexemes(line, at.language)]
        if len(prose) >= 3 and prose[:3] == ["name"] * 3:
            place = start + len(line) - len(line.lstrip())
            marker = b"# " if at.language == "python" else b"// "
            yield Slip(place, place, marker, "comment", 5.0 + rank)


def _foreign_comment(at: Ground, start: int, line: bytes, rank: int) -> Iterator[Slip]:
    for token in lexemes(line, "python"):
        if token.text == "//":
            yield Slip(start + token.start, start + token.end, b"#", "comment", 0.5 + rank)
    opened = line.find(b"/*")
    if opened == -1:
        return
    closed = at.text.find(b"*/", start + opened)
    if closed == -1:
        return
    block = at.text[start + opened + 2 : closed]
    rows = [row.strip().lstrip(b"*").strip() for row in block.replace(b"\r\n", b"\n").split(b"\n")]
    indent = line[:opened] if not line[:opened].strip() else b""
    text = (b"\n" + indent).join(b"# " + row for row in rows if row)
    yield Slip(start + opened, closed + 2, text or b"#", "comment", 0.3 + rank)


def _indentation(at: Ground) -> Iterator[Slip]:
    """A line, or a line and the block under it, that belongs to another of the levels in use above it."""
    if at.language == "python":
        for rank, (start, end) in enumerate(_lines(at)):
            if at.text[start:end].strip():
                yield from _levels(at, start, end, rank)


def _levels(at: Ground, start: int, end: int, rank: int) -> Iterator[Slip]:
    line = at.text[start:end]
    own = len(line) - len(line.lstrip(b" \t"))
    above = at.text[:start].splitlines()[-60:]
    full = [row for row in above if row.strip()]
    if not full:
        if own:
            yield Slip(start, start + own, b"", "indent", 1.0 + rank)
        return
    levels: dict[bytes, int] = {}
    for back, row in enumerate(reversed(full)):
        levels.setdefault(row[: len(row) - len(row.lstrip(b" \t"))], back)
    last = full[-1][: len(full[-1]) - len(full[-1].lstrip(b" \t"))]
    levels.setdefault(last + unit(at.text), 0)
    opener = full[-1].split(b"#")[0].rstrip().endswith(b":")
    block = _block_end(at.text, end, own)
    for level, back in levels.items():
        off = abs(len(level) - own)
        if not off:
            continue
        cost = 2.5 + 0.15 * off + rank + (0.0 if (level == last + unit(at.text)) == opener else 1.5) + 0.05 * back
        cost += 0.8 if len(level) == 0 and own else 0.0
        new = level + line[own:]
        yield Slip(start, end, new, "indent", cost + 0.3 * at_level(at, start, end, new))
        if block > end:
            moved = _moved(at.text[start:block], own, level)
            yield Slip(start, block, moved, "indent", cost + 0.7)
    if opener and rank == 0:
        body = last + unit(at.text) + b"pass\n"
        yield Slip(start, start, body, "indent", 6.0)


def at_level(at: Ground, start: int, end: int, new: bytes) -> float:
    """Surprise of a line, read with its neighbours, at its new level, against its old one."""
    first = at.line(start - 1)[0] if start else start
    last = at.line(end + 1)[1] if end < len(at.text) else end
    before = _alone(at, at.text[first:last])
    return _alone(at, at.text[first:start] + new + at.text[end:last]) - before


def _block_end(text: bytes, end: int, own: int) -> int:
    """End of the last following line that is indented at least as deep as `own` columns."""
    last = end
    for match in re.compile(rb"([ \t]*)([^\r\n]*)(\r\n|\r|\n|$)").finditer(text, end + 1):
        if match.start() >= len(text):
            break
        if match.group(2) and len(match.group(1)) < own:
            break
        if match.group(2):
            last = match.end(2)
    return last


def _moved(block: bytes, own: int, level: bytes) -> bytes:
    rows = block.splitlines(keepends=True)
    return b"".join(level + row[own:] if row[:own].strip() == b"" and row.strip() else row for row in rows)


def unit(text: bytes) -> bytes:
    """One level of indentation as the text uses it: the first indented line's, else four blanks."""
    found = re.search(rb"^[^\s#][^\r\n]*:[ \t]*(?:#[^\r\n]*)?\r?\n([ \t]+)\S", text, re.MULTILINE)
    return found.group(1) if found else b"    "
