"""Python's headers (`if`, `for`, `def` …) that end wrongly or lack their word.

Absent on purpose: what stands under them (`layout.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from copilot.engines.embedded.ground import Ground, Slip, lines_near, rewritten
from copilot.syntax.lexemes import Lexeme, lexemes

_WORDS: Final = frozenset(
    ["if", "elif", "else", "for", "while", "with", "def", "class", "try", "except", "finally", "async", "match", "case"]
)
_ENDS: Final = frozenset([";", "::", ".", ",", "{", "then", "do", "->", "=>", ":", "=", "begin"])
_BARE: Final = frozenset({"else", "try", "finally"})


def headers(at: Ground) -> Iterator[Slip]:
    """A header that ends with something else than a colon; one without its first word; one whose colon stands twice."""
    if at.language != "python":
        return
    for rank, (start, end) in enumerate(lines_near(at, 2)):
        line = at.text[start:end]
        tokens = [token for token in lexemes(line, "python") if token.kind != "newline"]
        if not tokens:
            continue
        if tokens[0].text in _WORDS:
            yield from _ending(at, start, tokens, rank)
        elif len(tokens) == 1 and tokens[0].text == ":":
            place = start + tokens[0].start
            yield Slip(place, place, b"else", "insert", -5.0 + 0.8 * rank)
            yield Slip(place, place, b"try", "insert", -4.0 + 0.8 * rank)
        elif tokens[-1].text == ":" and len(tokens) > 1 and tokens[0].kind in {"name", "keyword", "number", "string"}:
            yield from _opening(at, start, end, tokens, rank)


def _ending(at: Ground, start: int, tokens: list[Lexeme], rank: int) -> Iterator[Slip]:
    last = len(tokens)
    while last > 1 and tokens[last - 1].text in _ENDS:
        last -= 1
    tail = [token.text for token in tokens[last:]]
    if tail == [":"]:
        return
    depth = sum((t.text in "([{") - (t.text in ")]}") for t in tokens[:last] if t.kind == "operator")
    if depth > 0:
        return
    if tokens[0].text not in _BARE and last == 1:
        return
    begin = start + tokens[last - 1].end
    end = start + tokens[-1].end
    if "lambda" in {t.text for t in tokens} and not tail:
        return
    cost = (-2.0 if tail else 1.0) + 0.8 * rank
    if tail or at.deeper_after(start):
        cost += 0.3 * rewritten(at, begin, end, b":")
        yield Slip(begin, end, b":", "replace" if tail else "insert", cost)


def _opening(at: Ground, start: int, end: int, tokens: list[Lexeme], rank: int) -> Iterator[Slip]:
    """`i in range(3):` and `x > 0:` and `f(x):` without `for`, `if`, `def`."""
    if not at.deeper_after(start) or any(token.text == "lambda" for token in tokens):
        return
    depth, inner = 0, 0
    for token in tokens[:-1]:
        depth += (token.text in "([{" and token.kind == "operator") - (token.text in ")]}" and token.kind == "operator")
        inner += depth == 0 and token.text == ":"
    if depth or inner:
        return
    place = start + tokens[0].start
    words = [token.text for token in tokens]
    costs: dict[str, float] = {
        "if": 0.0,
        "while": 1.5,
        "elif": 2.0,
        "for": 6.0,
        "def": 6.0,
        "class": 6.0,
        "with": 5.0,
        "except": 5.0,
    }
    if words[0] == "not":
        costs["if"] -= 1.0
    if (
        "in" in words
        and tokens[0].kind == "name"
        and all(
            w == "," or t.kind == "name" or w in "()" for t, w in zip(tokens[: words.index("in")], words, strict=False)
        )
    ):
        costs["for"] = -1.0
        if (
            not all(at.uses[w] > 1 for w in words[: words.index("in")] if w.isidentifier())
            or "range" in words
            or "enumerate" in words
        ):
            costs["for"] = -3.0
    if (words[1:2] == ["("] and words[-2] == ")") or "->" in words:
        costs["def"] = -1.0 if "self" in words or "->" in words or (len(words) > 3 and words[3] in {",", ":"}) else 2.0
        if "->" in words or words[2:3] == ["self"]:
            costs["def"] = -4.0
    if len(words) == 2 and words[0][:1].isupper():
        costs["class"] = -6.0 if re.match(rb"\s*(?:def|class|@|async|\"\"\")", at.text[end:]) else 1.0
        costs["except"] = 1.0
    if "as" in words:
        costs["with"] = -1.0
        costs["except"] = -0.5 if words[0][:1].isupper() else 3.0
    if any(words[0].startswith(word) and words[0] != word for word in _WORDS) and at.uses[words[0]] == 1:
        costs = {word: cost + 4.0 for word, cost in costs.items()}  # rather a header's word that lost its blank
    for word, cost in costs.items():
        yield Slip(
            place,
            place,
            word.encode() + b" ",
            "insert",
            cost + 0.8 * rank + 0.15 * rewritten(at, place, place, word.encode() + b" "),
        )
