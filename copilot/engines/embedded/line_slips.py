"""Quotes that are missing or too many, and the punctuation of a Chinese input method.

Absent on purpose: single tokens (`slips.py`), braces (`brace_slips.py`), depth (`layout.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from copilot.engines.embedded.ground import LONGEST_LINE, Ground, Slip, lines_near, rewritten
from copilot.syntax.lexemes import FULL_WIDTH, lexemes

_BOUNDARY: Final = re.compile(rb"(?<=[^\w\s])|(?=[^\w\s])|(?<=\w)(?=\s)|(?<=\s)(?=\w)|$")

_BEGINS: Final = re.compile(rb"(?:[(\[{,=:+]|\breturn)[ ]*(?:\b[rbfu])?$")
_ENDS: Final = re.compile(rb"[ ]*(?:[)\]},;:+]|$)")


def quotes(at: Ground) -> Iterator[Slip]:
    """A quote that is missing or too many, on the lines of the complaint; and runs that should be three."""
    for rank, (start, end) in enumerate(lines_near(at)):
        line = at.text[start:end]
        marks = [quote for quote in (b'"', b"'") if quote in line]
        if not marks or len(line) > LONGEST_LINE:
            continue
        far = 0.8 * rank
        for run in re.finditer(rb"\"+|'+", line):
            at_start, at_end = start + run.start(), start + run.end()
            quote = run.group()[:1]
            if len(run.group()) in {2, 4, 5}:
                cost = 2.0 + far + rewritten(at, at_start, at_end, quote * 3)
                yield Slip(at_start, at_end, quote * 3, "quote", cost)
            if len(run.group()) in {1, 2, 4}:
                fewer = quote * (len(run.group()) - 1)
                yield Slip(at_start, at_end, fewer, "quote", 4.0 + far + rewritten(at, at_start, at_end, fewer))
            for other in (b'"', b"'"):
                if other != quote and len(run.group()) == 1:
                    cost = 4.0 + far + rewritten(at, at_start, at_end, other)
                    yield Slip(at_start, at_end, other, "quote", cost)
        for quote in marks:
            for place in {match.start() for match in _BOUNDARY.finditer(line)}:
                if place < len(line) - len(line.lstrip()):
                    continue
                where = start + place
                cost = 2.0 + far + rewritten(at, where, where, quote) + _mixed(at, line, place, quote)
                cost -= 2.0 * bool(_BEGINS.search(line[:place]) or _ENDS.match(line, place))
                yield Slip(where, where, quote, "quote", cost)
    yield from _unlike(at)
    yield from _open_blocks(at)


def _unlike(at: Ground) -> Iterator[Slip]:
    """A string that begins with one quote and ends with the other."""
    usual = b'"' if at.text.count(b'"') >= at.text.count(b"'") else b"'"
    for token in at.tokens:
        quote = re.match(r"[rbfuRBFU]{0,2}([\"'])", token.text)
        if token.kind != "open" or quote is None or token.text[quote.start(1) :][:3] in {'"""', "'''"}:
            continue
        other = "'" if quote.group(1) == '"' else '"'
        line = at.text[token.start : token.end]
        first = quote.end(1)
        for found in list(re.finditer(re.escape(other.encode()) + rb"(?=\s*(?:[,)\]}:;+.]|$))", line[first:]))[:3]:
            place = token.start + first + found.start()
            body = line[first : first + found.start()]
            cost = -1.0 + (0.0 if body and quote.group(1).encode() not in body else 2.0)
            wrong = quote.group(1).encode() != usual
            yield Slip(place, place + 1, quote.group(1).encode(), "quote", cost + 0.5 * wrong)
            yield Slip(token.start + first - 1, token.start + first, other.encode(), "quote", cost + 0.5 * (not wrong))


def _mixed(at: Ground, line: bytes, place: int, quote: bytes) -> float:
    """What speaks against a quote at `place`: others beside it, or a string that then holds quotes of the other kind."""
    cost = 4.0 if quote in line[max(0, place - 1) : place + 1] else 0.0
    other = "'" if quote == b'"' else '"'
    for token in lexemes(line[:place] + quote + line[place:], at.language):
        if token.kind == "string" and token.start <= place < token.end and other in token.text[1:-1]:
            cost += 2.5
    return cost


def _open_blocks(at: Ground) -> Iterator[Slip]:
    """The end of a triple-quoted string that runs on: after one of its first lines."""
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
            yield Slip(stripped, stripped, body[:3].encode(), "quote", 2.0 + 1.2 * row)
            if end >= len(at.text):
                break
            place = end + 1


def full_width(at: Ground) -> Iterator[Slip]:
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
