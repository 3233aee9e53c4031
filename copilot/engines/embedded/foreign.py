"""Words and operators of another language where this one has its own: `&&`, `else if`, `elif`, `=<`, `new X(`, `{ … }`.

Absent on purpose: comments of another language (`foreign_comments.py`) and headers that end as elsewhere (`headers.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from copilot.engines.embedded import java_slips
from copilot.engines.embedded.ground import LONGEST_LINE, Ground, Slip
from copilot.syntax.lexemes import Lexeme

_SURE: Final = -3.0
"""For what is a slip of this kind or nothing."""

_LIKELY: Final = 0.0
_FAR: Final = 0.12

_WORDS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "python": {
        "&&": ("and",), "||": ("or",), "!": ("not ",), "elseif": ("elif",), "elsif": ("elif",), "elsewhen": ("elif",),
        "elif": ("if",), "function": ("def", "lambda"), "func": ("def",), "fn": ("def", "lambda"), "fun": ("def",),
        "catch": ("except",), "throw": ("raise",), "foreach": ("for",), "switch": ("match",), "until": ("while not",),
        "public": ("def",), "private": ("def",), "static": ("def",), "void": ("def",), "sub": ("def",),
        "default": ("else",), "<>": ("!=",), "require": ("import",), "include": ("import",), "using": ("import", "with"),
        "?": (":",), "null": ("None",), "endif": ("",), "end": ("",), "begin": ("",), "$": ("",), ":=": ("=",),
        "xor": ("^",), "mod": ("%",), "div": ("//",), "instanceof": ("in",), "unless": ("if not",),
    },
    "java": {
        "and": ("&&",), "or": ("||",), "not": ("!",), "elif": ("else if",), "elseif": ("else if",),
        "elsif": ("else if",), "raise": ("throw",), "except": ("catch",), "def": ("public", "", "void"), "function": ("void", ""),
        "func": ("void", ""), "fn": ("void", ""), "None": ("null",), "foreach": ("for",), "string": ("String",),
        "let": ("var", ""), "const": ("final",), "is": ("==",), "in": (":",), "pass": (";",), "bool": ("boolean",),
        "lambda": ("",), "isinstance": ("instanceof",), "match": ("switch",), "until": ("while",), ":=": ("=",),
        "auto": ("var",), "$": ("",),
    },
}  # fmt: skip

_ALWAYS: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("=", "<"): ("<=",), ("=", ">"): (">=", "->"), ("=", "!"): ("!=",), ("!", "="): ("!=",),
    ("=", "="): ("==", "="), ("<", "="): ("<=",), (">", "="): (">=",), ("==", "="): ("==",), ("!=", "="): ("!=",),
    ("+", "="): ("+=",), ("-", "="): ("-=",), ("*", "="): ("*=",), ("/", "="): ("/=",), ("=", "+"): ("+=",),
    ("=", "*"): ("*=",), ("<", ">"): ("!=",), ("-", ">"): ("->",), ("=", "=="): ("==",), ("!", "=="): ("!=",),
}  # fmt: skip
_PAIRS: Final[dict[str, dict[tuple[str, str], tuple[str, ...]]]] = {
    "python": {
        **_ALWAYS,
        ("&", "&"): ("and",), ("|", "|"): ("or",), ("*", "*"): ("**",), ("/", "/"): ("//",), ("else", "if"): ("elif",),
        ("el", "if"): ("elif",), ("else", "elif"): ("elif",), ("not", "not"): ("not",), (":", ":"): (":",),
        ("not", "="): ("!=",), ("end", "if"): ("",), ("then", ":"): (":",), ("(", "|"): ("(",),
        ("is", "equal"): ("==",), ("def", "function"): ("def",), ("def", "def"): ("def",), ("public", "def"): ("def",),
        (":", "="): ("=", ":"), ("+", "+"): ("+",), ("-", "-"): ("-",),
    },
    "java": {
        **_ALWAYS,
        ("&", "&"): ("&&",), ("|", "|"): ("||",), ("is", "not"): ("!=",), (":", ":"): ("::",), ("+", "+"): ("++", "+"),
        (":", "="): ("=",), ("-", "-"): ("--", "-"), ("else", "elif"): ("else if",), ("el", "if"): ("else if",),
        ("not", "in"): ("",),
    },
}  # fmt: skip

_TYPES: Final = frozenset(
    [
        "int",
        "float",
        "double",
        "char",
        "bool",
        "boolean",
        "string",
        "String",
        "str",
        "long",
        "short",
        "byte",
        "var",
        "let",
        "const",
        "auto",
        "final",
        "public",
        "private",
        "protected",
        "static",
        "void",
        "mut",
        "val",
        "readonly",
        "unsigned",
    ]
)

_FUNCTIONS: Final = frozenset(["function", "func", "fn", "fun", "def"])


def foreign(at: Ground) -> Iterator[Slip]:
    """What is said in another language's words, in this one's."""
    yield from _words(at)
    yield from _pairs(at)
    if at.language == "python":
        yield from _declarations(at)
        yield from _steps(at)
        yield from _blocks(at)
        yield from _printed(at)
        yield from _ternary(at)
        yield from _raised(at)
    else:
        yield from java_slips.openings(at)


def _words(at: Ground) -> Iterator[Slip]:
    words = _WORDS[at.language]
    for index, distance in at.near.items():
        token = at.tokens[index] if index < len(at.tokens) else None
        if token is None:
            continue
        sure = _SURE if at.uses[token.text] <= 1 else _LIKELY
        for rank, word in enumerate(words.get(token.text, ())):
            cost = sure + 1.0 * rank + _FAR * distance
            if token.text == "elif" and at.language == "python":
                cost = 6.0 + _FAR * distance  # an `elif` without its `if`
            if word:
                start, end = token.start, token.end
                if (word.endswith(" ") or word == "!") and at.text[end : end + 1] == b" ":
                    end += 1
                yield Slip(
                    start, end, word.encode(), "replace", cost + min(1.0, 0.2 * at.change(index, 1, [word.split()[0]]))
                )
            else:
                yield Slip(*at.gap(index, index), b"", "delete", cost)
        if token.text == "new" and at.language == "python":
            yield Slip(*at.gap(index, index), b"", "delete", _SURE - 1.0 + _FAR * distance)


def _pairs(at: Ground) -> Iterator[Slip]:
    pairs = _PAIRS[at.language]
    for index, distance in at.near.items():
        if index + 1 >= len(at.tokens):
            continue
        one, two = at.tokens[index], at.tokens[index + 1]
        if at.text[one.end : two.start].strip(b" \t"):
            continue
        if one.text == two.text and at.text[one.end : two.start] and one.text in {"+", "-", ":", "not"}:
            continue
        for rank, word in enumerate(pairs.get((one.text, two.text), ())):
            change = at.change(index, 2, word.split()) if word else 0.0
            yield Slip(
                one.start,
                two.end,
                word.encode(),
                "replace",
                _SURE + 1.5 * rank + min(1.0, 0.2 * change) + _FAR * distance,
            )


def _first_of_line(at: Ground, index: int) -> bool:
    return index == 0 or at.tokens[index - 1].kind == "newline"


def _declarations(at: Ground) -> Iterator[Slip]:
    """`final int n = 0`, `var x = y`, `int i;` and parameters `int n` with the words for types taken out."""
    for index, distance in at.near.items():
        if index >= len(at.tokens) or at.tokens[index].text not in _TYPES:
            continue
        last = index
        while last + 1 < len(at.tokens) and at.tokens[last + 1].text in _TYPES | _FUNCTIONS:
            last += 1
        after = at.tokens[last + 1] if last + 1 < len(at.tokens) else None
        if after is None or after.kind not in {"name", "keyword"}:
            continue
        follower = at.tokens[last + 2].text if last + 2 < len(at.tokens) else ""
        cost = _SURE - 1.0 + _FAR * distance
        if _first_of_line(at, index):
            if at.tokens[last].text == "def" and follower == "(":
                yield Slip(at.tokens[index].start, at.tokens[last].start, b"", "delete", cost - 1.0)
            elif after.text in {"def", "class"} or follower in {"=", ",", "+="} or follower == "[":
                yield Slip(at.tokens[index].start, after.start, b"", "delete", cost)
            elif follower == "(":
                yield Slip(at.tokens[index].start, after.start, b"def ", "replace", cost)
            elif follower in {"\n", ";", ""} and at.tokens[last + 2 : last + 3]:
                yield Slip(after.end, after.end, b" = None", "insert", cost + 4.0)
        else:
            yield Slip(at.tokens[index].start, after.start, b"", "delete", cost)


def _steps(at: Ground) -> Iterator[Slip]:
    """`x++` and `--x` as statements; elsewhere they cannot be said in one word."""
    for index, distance in at.near.items():
        if index >= len(at.tokens) or at.tokens[index].text not in {"++", "--"}:
            continue
        token = at.tokens[index]
        sign = token.text[0].encode()
        after = at.tokens[index + 1] if index + 1 < len(at.tokens) else None
        if after is None or after.kind == "newline" or after.text == ";":
            yield Slip(token.start, token.end, b" " + sign + b"= 1", "replace", _SURE - 2.0 + _FAR * distance)
        elif _first_of_line(at, index) and after.kind == "name":
            _, end = at.line(token.start)
            yield Slip(
                token.start, end, at.text[token.end : end].rstrip(b" ;") + b" " + sign + b"= 1", "replace", _SURE
            )
        yield Slip(token.start, token.end, sign, "replace", 1.0 + _FAR * distance)


_OPENER: Final = re.compile(rb"[ \t]*:?[ \t]*\{[ \t]*(?=#|$)")


def _blocks(at: Ground) -> Iterator[Slip]:
    """A block between braces, `if x {` … `}`, as one after a colon."""
    for index, distance in at.near.items():
        if index >= len(at.tokens) or at.tokens[index].text not in {"{", "}"}:
            continue
        pair = _pair(at, index)
        if pair is None:
            continue
        opener, closer = pair
        start, end = at.line(opener.start)
        line = at.text[start:end]
        found = _OPENER.search(line)
        if found is None or not re.match(rb"\s*(?:\}\s*)?[a-z]\w*\b", line) or b"=" in line[: found.start()][-2:]:
            continue
        head, close = at.line(closer.start)
        own = at.text[head:close].strip()
        middle = at.text[end : (head if own == b"}" else closer.start)]
        if own == b"}":
            tail = b"" if close >= len(at.text) else at.text[close : close + 1]
            middle = middle.rstrip(b"\r\n \t") + (tail if middle.strip() else b"")
            stop = min(len(at.text), close + 1)
        else:
            stop = closer.end + len(at.text[closer.end : close]) - len(at.text[closer.end : close].lstrip())
        new = b":" + line[found.end() :] + middle
        cost = _SURE - 4.0 + _FAR * distance
        yield Slip(start + found.start(), stop, new, "replace", cost)


def _pair(at: Ground, index: int) -> tuple[Lexeme, Lexeme] | None:
    """The brace at `index` with the one that belongs to it."""
    step = 1 if at.tokens[index].text == "{" else -1
    depth, here = 0, index
    while 0 <= here < len(at.tokens):
        depth += {"{": 1, "}": -1}.get(at.tokens[here].text, 0) * step
        if depth == 0:
            one, two = at.tokens[index], at.tokens[here]
            return (one, two) if step == 1 else (two, one)
        here += step
    return None


def _printed(at: Ground) -> Iterator[Slip]:
    """`print x` of Python 2."""
    for index, distance in at.near.items():
        if index >= len(at.tokens) or at.tokens[index].text not in {"print", "exec"} or not _first_of_line(at, index):
            continue
        token = at.tokens[index]
        after = at.tokens[index + 1] if index + 1 < len(at.tokens) else None
        if after is None or after.text == "(" or after.kind in {"newline", "operator"}:
            continue
        last = index + 1
        while last + 1 < len(at.tokens) and at.tokens[last + 1].kind != "newline":
            last += 1
        words = at.text[after.start : at.tokens[last].end]
        if words.count(b")") == words.count(b"(") + 1:
            yield Slip(token.end, after.start, b"(", "replace", _SURE - 3.0)
        else:
            yield Slip(token.end, at.tokens[last].end, b"(" + words + b")", "replace", _SURE + _FAR * distance)


_TERNARY: Final = re.compile(
    rb"([=(,]|\breturn)[ ]*([^=?(),]+(?:\([^()]*\))?[^=?(),]*?|[^?=]*==[^?]*?)[ ]*\?[ ]*([^:?]+?)[ ]*:[ ]*([^:\r\n#]+?)[ ]*(?=[)\r\n#;,]|$)"
)


def _ternary(at: Ground) -> Iterator[Slip]:
    """`c ? a : b`."""
    for complaint in at.complaints[:2]:
        start, end = at.line(min(complaint, len(at.text)))
        found = _TERNARY.search(at.text[start:end]) if end - start <= LONGEST_LINE else None
        if found:
            new = found.group(3) + b" if " + found.group(2).strip() + b" else " + found.group(4)
            yield Slip(start + found.start(2), start + found.end(4), new, "replace", _SURE - 2.0)


_CAUGHT: Final = re.compile(rb"^\s*except[ \t]+([\w.]+|\([^()\r\n]*\))[ \t]*(,|[ \t])[ \t]*(\w+)[ \t]*:", re.MULTILINE)
_RAISED: Final = re.compile(rb"^\s*raise[ \t]+([\w.]+)([ \t]*,[ \t]*)([^\r\n#]+?)[ \t]*(?=#|\r|\n|$)", re.MULTILINE)


def _raised(at: Ground) -> Iterator[Slip]:
    """`except E, e:` and `raise E, text` of Python 2; `catch (E e)`."""
    for complaint in at.complaints[:2]:
        start, end = at.line(min(complaint, len(at.text)))
        line = at.text[start:end]
        if len(line) > LONGEST_LINE:
            continue
        if (found := _CAUGHT.search(line)) and found.group(3) != b"as":
            yield Slip(start + found.end(1), start + found.start(3), b" as ", "replace", _SURE - 2.0)
        if found := _RAISED.search(line):
            new = b"(" + found.group(3) + b")"
            yield Slip(start + found.end(1), start + found.end(3), new, "replace", _SURE - 2.0)
        if found := re.search(rb"\b(?:except|catch)\s*\(\s*([\w.]+)\s+(\w+)\s*\)", line):
            new = b"except " + found.group(1) + b" as " + found.group(2)
            yield Slip(start + found.start(), start + found.end(), new, "replace", _SURE - 2.0)
