"""How far a Python text is sound: up to which logical line it parses, and the stretch that shows a fault on its own.

A text is cut behind a logical line and closed with what its open blocks still need. Absent on purpose: Java
(`copilot/verify/firstfault.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from copilot.syntax.lines import line_at
from copilot.types import Span
from copilot.verify.syntax import python_error


def first_bad(text: bytes, ends: Sequence[int]) -> int:
    """The index of the first logical line up to which a Python text does not parse; the last if each is fine alone."""
    low, high = -1, len(ends) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if clean(text[: ends[middle]]):
            low = middle
        else:
            high = middle
    return max(0, high)


def closing(piece: bytes) -> bytes:
    """What makes a text that stops in the middle of its blocks whole: a body for the last header, handlers for `try`."""
    added = b""
    opened: list[bytes] = []
    lines = [line for line in piece.splitlines() if line.strip() and not line.lstrip().startswith(b"#")]
    for line in lines:
        indent = line[: len(line) - len(line.lstrip())]
        word = line.strip()
        opened = [each for each in opened if len(each) < len(indent) or (each == indent and not _HANDLER.match(word))]
        opened = [each for each in opened if len(each) <= len(indent)]
        if re.match(rb"try\s*:", word):
            opened.append(indent)
    if lines and (lines[-1].rstrip().endswith(b":") or _HEADER.match(lines[-1])):
        last = lines[-1]
        added += b"\n" + last[: len(last) - len(last.lstrip())] + b"    pass"
    for indent in reversed(opened):
        added += b"\n" + indent + b"except Exception:\n" + indent + b"    pass"
    return added + b"\n"


_HANDLER: Final = re.compile(rb"(?:except|finally)\b")
_HEADER: Final = re.compile(rb"\s*(?:if|elif|else|for|while|with|def|class|try|except|finally|async)\b")


def clean(piece: bytes) -> bool:
    """True when nothing is wrong up to here: the fault at the end of the piece comes from further up."""
    return python_error(piece + closing(piece)) is None


_ITEM: Final = re.compile(rb"^(?:def|class|async|@|import|from)\b|^@", re.MULTILINE)


def window(text: bytes, target: Span) -> tuple[int, int]:
    """The stretch of a Python text that shows the fault at `target` on its own: whole top-level items, more if needed."""
    starts = [match.start() for match in _ITEM.finditer(text)]
    before = [start for start in starts if start <= target.start]
    after = [start for start in starts if start > target.end]
    for back, ahead in ((1, 0), (2, 1), (6, 3)):
        first = before[-back] if len(before) >= back else 0
        last = after[ahead] if len(after) > ahead else len(text)
        if python_error(text[first:last]) is not None and not clean(text[first : line_at(text, target.start)[1]]):
            return first, last
    return 0, len(text)
