"""Comments written as in another language (`//`, `/* */`, `--`, `#`, `<!-- -->`) or without their marker.

Absent on purpose: words and operators (`foreign.py`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Final

from copilot.engines.embedded.ground import LONGEST_LINE, Ground, Slip, lines_near
from copilot.syntax.lexemes import KEYWORDS, lexemes

_LEAST: Final = -4.0
"""For a marker that means nothing else where it stands."""

_DIVIDED: Final = 8.0
"""For a `//` that may be the operator."""

_WORDS: Final = re.compile(rb"[^\W\d]\w*(?:,? [\w'-]+){2,}[.!?:]?$")
"""A line of words only, at least three: a comment without its marker, never code put out of use."""


def comments(at: Ground) -> Iterator[Slip]:
    """A comment written as in another language, or without its marker."""
    for rank, (start, end) in enumerate(lines_near(at)):
        line = at.text[start:end]
        if not line.strip() or len(line) > LONGEST_LINE:
            continue
        markers = (
            (rb"//+", rb"--+(?=\s)", rb"<!--", rb"%+(?=\s)", rb"\*+(?=\s)", rb";;?(?=\s)")
            if at.language == "python"
            else (rb"#+", rb"--+(?=\s)", rb"<!--", rb"%+(?=\s)")
        )
        own = b"#" if at.language == "python" else b"//"
        for order, marker in enumerate(markers):
            for found in re.finditer(marker, line):
                lead = line[: found.start()]
                alone = not lead.strip()
                if order > 2 and not alone:
                    continue
                tail = line[found.end() :]
                if tail.endswith(b"-->"):
                    tail = tail[:-3].rstrip()
                if not tail.strip() and not alone:
                    continue
                cost = _LEAST + 0.8 * rank + (0.0 if alone else 0.6) + (2.0 if order > 1 else 0.0)
                cost -= 1.0 if _prose(tail, at) else -3.0
                if not alone and order == 0 and at.language == "python":
                    cost += 1.5 * (lead.rstrip() == lead) + _DIVIDED * _divides(tail, at)
                yield Slip(start + found.start(), end, own + tail, "comment", cost)
        if at.language == "python":
            yield from _block(at, start, line, rank)
        else:
            yield from _docstring(at, start, line, rank)
        words = line.split()
        if _WORDS.match(line.strip()) and words[0].decode("utf-8", "replace") not in KEYWORDS[at.language]:
            place = start + len(line) - len(line.lstrip())
            yield Slip(place, place, own + b" ", "comment", 5.0 + rank)


def _divides(tail: bytes, at: Ground) -> bool:
    """True when what follows `//` begins as a divisor does: a number, a parenthesis, a name that the text uses elsewhere."""
    first = next(iter(lexemes(tail, at.language)), None)
    return first is not None and (first.kind == "number" or first.text == "(" or at.uses[first.text] > 1)


def _prose(tail: bytes, at: Ground) -> bool:
    """True for text that reads as words, not as code."""
    tokens = lexemes(tail, at.language)
    words = sum(
        one.kind in {"name", "keyword", "alien"} and two.kind in {"name", "keyword", "alien"}
        for one, two in itertools.pairwise(tokens)
    )
    wide = any(byte >= 0x80 for byte in tail)
    return words > 0 or wide or any(token.kind in {"open", "alien"} for token in tokens)


def _block(at: Ground, start: int, line: bytes, rank: int) -> Iterator[Slip]:
    """`/* … */` over one line or several."""
    opened = line.find(b"/*")
    if opened == -1:
        return
    closed = at.text.find(b"*/", start + opened)
    if closed == -1:
        tail = line[opened + 2 :].lstrip(b"*")
        yield Slip(start + opened, start + len(line), b"#" + tail, "comment", _LEAST + rank)
        return
    block = at.text[start + opened + 2 : closed]
    rows = [row.strip().lstrip(b"*").strip() for row in block.replace(b"\r\n", b"\n").split(b"\n")]
    indent = line[:opened] if not line[:opened].strip() else b""
    text = (b"\n" + indent).join(b"# " + row for row in rows if row)
    after = at.text[closed + 2 : at.line(closed)[1]]
    if after.strip():  # code goes on behind it: the comment cannot stay in between
        if b"\n" not in block:
            end = at.line(closed)[1]
            new = after.strip() + b"  " + (text or b"#")
            yield Slip(start + opened, end, new, "comment", _LEAST - 1.0 + rank)
        return
    yield Slip(start + opened, closed + 2, text or b"#", "comment", _LEAST - 2.0 + rank)


_QUOTED: Final = re.compile(rb'"""(.*?)"""', re.DOTALL)


def _docstring(at: Ground, start: int, line: bytes, rank: int) -> Iterator[Slip]:
    """A docstring in Java, as a block comment."""
    opened = line.find(b'"""')
    if opened == -1 or line[:opened].strip():
        return
    found = _QUOTED.match(at.text, start + opened)
    if found:
        yield Slip(found.start(), found.end(), b"/**" + found.group(1) + b"*/", "comment", 1.0 + rank)
