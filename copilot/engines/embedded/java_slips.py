"""Java: texts between single quotes, conditions without parentheses, blocks that open as elsewhere or lack their word.

Absent on purpose: braces by layout (`brace_slips.py`) and single words (`foreign.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from copilot.engines.embedded.ground import Ground, Slip, lines_near
from copilot.syntax.lexemes import lexemes

_SURE: Final = -3.0
_FAR: Final = 0.12


def openings(at: Ground) -> Iterator[Slip]:
    """All of them."""
    yield from _characters(at)
    yield from _conditions(at)
    yield from _openings(at)


def _characters(at: Ground) -> Iterator[Slip]:
    """A text of several characters between single quotes."""
    for index, distance in at.near.items():
        token = at.tokens[index] if index < len(at.tokens) else None
        if token is not None and token.kind == "string" and token.text[:1] == "'" and len(token.text) > 3:
            body = token.text[1:-1]
            if '"' not in body and not body.startswith("\\"):
                yield Slip(token.start, token.end, f'"{body}"'.encode(), "quote", _SURE + _FAR * distance)


def _conditions(at: Ground) -> Iterator[Slip]:
    """`if x > 0 {` and `if x > 0:` with the parentheses that belong there."""
    for index, distance in at.near.items():
        token = at.tokens[index] if index < len(at.tokens) else None
        if token is None or token.text not in {"if", "while", "for", "switch", "catch"}:
            continue
        after = at.tokens[index + 1] if index + 1 < len(at.tokens) else None
        if after is None or after.text == "(":
            continue
        last = index + 1
        while last < len(at.tokens) and at.tokens[last].kind != "newline" and at.tokens[last].text != "{":
            last += 1
        end = at.tokens[last - 1]
        if end.text == ":" or last - 1 == index:
            continue
        if token.text == "for" and "in" in {t.text for t in at.tokens[index:last]}:
            continue
        words = at.text[after.start : end.end]
        if words.count(b"(") == words.count(b")"):
            yield Slip(after.start, end.end, b"(" + words + b")", "insert", _SURE + _FAR * distance)


def _openings(at: Ground) -> Iterator[Slip]:
    """Lines that open a block as elsewhere (`if (x):`, `else then`) or lack their first word."""
    for rank, (start, end) in enumerate(lines_near(at, 2)):
        line = at.text[start:end]
        tokens = [token for token in lexemes(line, "java") if token.kind != "newline"]
        if len(tokens) < 2:
            continue
        words = [token.text for token in tokens]
        last = len(tokens)
        while last > 1 and words[last - 1] in {":", "{", "then", "do", "->"}:
            last -= 1
        tail = words[last:]
        deeper = at.deeper_after(start)
        if (
            tail
            and tail != ["{"]
            and words[0] not in {"case", "default"}
            and (deeper or "{" in tail)
            and "switch" not in words
        ):
            begin = start + tokens[last - 1].end
            yield Slip(begin, start + tokens[-1].end, b" {", "replace", _SURE - 2.0 + 0.8 * rank)
        place = start + tokens[0].start
        if words[-1] == "{" and deeper:
            costs: dict[str, float] = {}
            if words[0] == "(" and words[-2] == ")":
                if words.count(";") == 2 or ":" in words:
                    costs = {"for": -6.0}
                elif len(words) == 5 and tokens[1].text[:1].isupper():
                    costs = {"catch": -4.0}
                else:
                    costs = {"if": -5.0, "while": -4.5, "switch": 0.0}
            elif len(words) == 2 and tokens[0].text[:1].isupper():
                costs = {"class": -8.0, "interface": -4.0, "enum": -3.0}
            elif (
                "class" not in words
                and "(" not in words
                and words[-2][:1].isupper()
                and tokens[0].text in {"public", "final", "abstract"}
            ):
                spot = start + tokens[-2].start
                yield Slip(spot, spot, b"class ", "insert", -4.0 + 0.8 * rank)
            elif len(words) == 2 and words[0] == "}":
                spot = start + tokens[1].start
                yield Slip(spot, spot, b"else ", "insert", -5.0 + 0.8 * rank)
                yield Slip(spot, spot, b"finally ", "insert", -3.0 + 0.8 * rank)
            for word, cost in costs.items():
                yield Slip(place, place, word.encode() + b" ", "insert", cost + 0.8 * rank)
        for one, two, three in zip(tokens, tokens[1:], tokens[2:], strict=False):
            if (
                two.text == "["
                and three.text == "]"
                and one.text not in {"new", "("}
                and "{" in words
                and one.kind in {"keyword", "name"}
            ):
                before = words[tokens.index(one) - 1] if tokens.index(one) else ""
                if before in {"return", "=", "(", ","}:
                    yield Slip(start + one.start, start + one.start, b"new ", "insert", -3.0 + 0.8 * rank)
            if one.text == "." and two.text in {",", ")"}:
                yield Slip(start + one.end, start + one.end, b"class", "insert", 0.0 + 0.8 * rank)
