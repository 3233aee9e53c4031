"""Lines of a text by byte offset: where one starts and ends, its indentation, and places given as line and column.

A line ends at LF, CRLF or CR and nowhere else. Plain bytes in and out. Absent on purpose: positions in an editor's
units over a text that changes (`lsp/text.py`, which never looks at the whole file).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Final

_END: Final = re.compile(rb"[\r\n]")


def line_start(text: bytes, offset: int) -> int:
    """The offset after the line end before `offset`."""
    return max(text.rfind(b"\n", 0, offset), text.rfind(b"\r", 0, offset)) + 1


def line_end(text: bytes, offset: int) -> int:
    """The offset of the next line end, or the text's length."""
    found = _END.search(text, offset)
    return found.start() if found is not None else len(text)


def line_at(text: bytes, offset: int) -> tuple[int, int]:
    """Start and end (without the line end) of the line that holds `offset`."""
    return line_start(text, offset), line_end(text, offset)


def next_line(text: bytes, offset: int) -> int:
    """The offset after the next line end, or the text's length."""
    end = line_end(text, offset)
    return min(len(text), end + (2 if text[end : end + 2] == b"\r\n" else 1))


def line_indent(text: bytes, offset: int) -> str:
    """The blanks and tabs that open the line of `offset`."""
    start = line_start(text, offset)
    end = start
    while end < len(text) and text[end] in b" \t":
        end += 1
    return text[start:end].decode()


@lru_cache(maxsize=8)  # by the bytes' hash, which they keep: one text is asked about many times over
def feeds(text: bytes) -> Sequence[int]:
    """Where each line starts and, last, where the text ends: lines as git counts them, which end at LF alone."""
    starts = list(accumulate([len(row) + 1 for row in text.split(b"\n")], initial=0))
    starts[-1] = len(text)  # behind the last row there is no line end
    return starts[:-1] if starts[-2] == starts[-1] else starts


def rows(text: bytes) -> list[bytes]:
    """The lines with their ends; a text that ends in a line end has a last empty line."""
    found = text.splitlines(keepends=True)  # of bytes: LF, CRLF and CR only
    return found if found and not found[-1].endswith((b"\n", b"\r")) else [*found, b""]


def indent_unit(text: bytes) -> str:
    """One level of indentation: a tab, or the smallest step of the first indented lines; four blanks by default."""
    widths = []
    for line in text[:65536].splitlines():
        body = line.lstrip(b" \t")
        if not body or body.startswith((b"*", b"#")):
            continue
        lead = line[: len(line) - len(body)]
        if lead.startswith(b"\t"):
            return "\t"
        if lead:
            widths.append(len(lead))
    smallest = min(widths, default=4)
    return " " * (smallest if smallest in (2, 3, 4, 8) else 4)
