"""Slips of whole lines: quotes, comment markers, indentation, punctuation of a Chinese input method.

Absent on purpose: single tokens (`slips.py`) and braces (`brace_slips.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from copilot.engines.embedded.ground import Ground, Slip, alone, lines_near, rewritten
from copilot.syntax.lexemes import FULL_WIDTH, lexemes

_BOUNDARY: Final = re.compile(rb"(?<=[^\w\s])|(?=[^\w\s])|(?<=\w)(?=\s)|(?<=\s)(?=\w)|$")


def quotes(at: Ground) -> Iterator[Slip]:
    """A quote that is missing or too many, on the lines of the complaint; and runs that should be three."""
    for rank, (start, end) in enumerate(lines_near(at)):
        line = at.text[start:end]
        marks = [quote for quote in (b'"', b"'") if quote in line]
        if not marks or len(line) > 400:
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
                yield Slip(where, where, quote, "quote", cost)
    yield from _open_blocks(at)


def _mixed(at: Ground, line: bytes, place: int, quote: bytes) -> float:
    """What speaks against a quote at `place`: others beside it, or a string that then holds quotes of the other kind."""
    cost = 4.0 if quote in line[max(0, place - 1) : place + 1] else 0.0
    other = "'" if quote == b'"' else '"'
    for token in lexemes(line[:place] + quote + line[place:], at.language):
        if token.kind == "string" and token.start <= place < token.end and other in token.text[1:-1]:
            cost += 2.5
    return cost


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


def comments(at: Ground) -> Iterator[Slip]:
    """A comment written as in another language, or without its marker."""
    for rank, (start, end) in enumerate(lines_near(at)):
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


def indentation(at: Ground) -> Iterator[Slip]:
    """A line, or a line and the block under it, that belongs to another of the levels in use above it."""
    if at.language == "python":
        for rank, (start, end) in enumerate(lines_near(at)):
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
    before = alone(at, at.text[first:last])
    return alone(at, at.text[first:start] + new + at.text[end:last]) - before


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
