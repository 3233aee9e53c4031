r"""Private keys: PEM, OpenSSH, PGP, SSH2, PuTTY.

Keys of one line (age, the private members of JSON Web Keys) are found like provider keys, in `providers`.

A block is found whole, from its first marker to its last, in whatever way its lines are written: real line ends, the
two characters `\n` of JSON and environment files, quotes and plus signs of concatenated literals. A block without an
end runs to the end of the text, one without a beginning (the text after a cursor that stands inside a key) starts where
its lines start: full ones, only the first and the last may be shorter. Markers alone are code that reads keys, not a key:
material must stand between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from copilot.guard.found import Found

_MARK: Final = re.compile(rb"-{4,5} ?(BEGIN|END) (?:[A-Z0-9]{1,16} ){0,4}PRIVATE KEY(?: BLOCK)? ?-{4,5}")
_LONGEST_MARK: Final = 96
_RUN: Final = re.compile(rb"[A-Za-z0-9+/]{40,76}")
_BREAKS: Final = re.compile(rb"""(?<![ \t])[ \t]*+(?:(?:\\+(?:r|n|t|/|u000[adAD])|[\r\n"'`+,;\\#*|>-])++[ \t]*+)++""")
_HEADERS: Final = re.compile(rb"(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset):[^\n\\]*")
_MATERIAL: Final = re.compile(rb"[A-Za-z0-9/=]+")
_OPENS_LINE: Final = re.compile(rb"[ \t]*(?:\r|\n|\\+[rn])")
_PUTTY: Final = re.compile(
    rb"PuTTY-User-Key-File-\d:[^\n\\\x22\x27]{0,80}(?:\\+[rn]|[\r\n]){1,4}[ \t>*#]{0,16}Encryption:"
)
_PUTTY_END: Final = re.compile(rb"Private-MAC:[ \t]*[0-9a-fA-F]*")
_NEAR: Final = 4096
"""Bytes looked at to tell material from code."""
_FULL: Final = 40
"""Characters that every line of a block has but the first (a cursor stood in it) and the last."""
_CUT_LINES: Final = 2
_WORDS: Final = re.compile(rb"""[ \t\rA-Za-z0-9/=+"'`,;\\#*|>-]*\n?""")
"""A last line of which only material and its dressing may be made."""
_PUTTY_NEAR: Final = 160
"""Bytes at most that tell the head of PuTTY's file from its mention."""
_SOON: Final = 512
"""Bytes after a marker within which its key begins; headers may stand before it."""


def blocks(data: bytes) -> Iterator[Found]:
    """Blocks between markers that name a private key. Linear: each byte is looked at a bounded number of times."""
    at, opened, floor = 0, None, 0
    while (hint := data.find(b"PRIVATE KEY", at)) != -1:
        mark = _MARK.search(data, max(floor, hint - _LONGEST_MARK), hint + 32)
        at = hint + 11
        if mark is None or mark.end() < at:
            continue
        at = mark.end()
        if mark[1] == b"BEGIN":
            if opened is not None and _begins_material(data, opened.end(), mark.start()):
                yield Found(opened.start(), mark.start(), "private-key-block", "private-key")
            opened = mark
            floor = at
            continue
        if opened is not None and _has_material(data, opened.end(), mark.start()):
            yield Found(opened.start(), mark.end(), "private-key-block", "private-key")
        else:
            start = _start_of_material(data, floor, mark.start())
            if mark.start() - start >= 16:
                yield Found(start, mark.end(), "private-key-block", "private-key")
        opened, floor = None, at
    if opened is not None and _begins_material(data, opened.end(), len(data)):
        yield Found(opened.start(), len(data), "private-key-open", "private-key")


def putty(data: bytes) -> Iterator[Found]:
    """PuTTY's key files."""
    at = 0
    while (start := _PUTTY.search(data, at)) is not None:
        end = _PUTTY_END.search(data, start.end())
        yield Found(start.start(), end.end() if end else len(data), "private-key-putty", "private-key")
        if end is None:
            return
        at = end.end()


def _bare(data: bytes, start: int, end: int) -> bytes:
    """Text without line structure and headers. Blanks between words stay: prose and code have them, base64 has none."""
    return _BREAKS.sub(b"", _HEADERS.sub(b"", data[start:end])).strip(b" \t")


def _long_run(data: bytes, start: int, end: int) -> bool:
    """True when a line of base64 begins soon: not a ruler, a path or a hex digest."""
    for found in _RUN.finditer(data, start, min(end, start + _SOON + 76)):
        run = found[0]
        if (
            len(set(run)) >= 12
            and re.search(rb"[A-Z]", run)
            and re.search(rb"[a-z]", run)
            and re.search(rb"[0-9+]", run)
        ):
            return True
    return False


def _has_material(data: bytes, start: int, end: int) -> bool:
    """True when key material stands between two markers: a line of base64, or nothing else at all."""
    if _long_run(data, start, end):
        return True
    bare = _bare(data, start, min(end, start + _NEAR))
    return len(bare) >= 16 and _MATERIAL.fullmatch(bare) is not None


def _begins_material(data: bytes, start: int, end: int) -> bool:
    """True when what follows an opening marker is key material, also when the text ends right inside its first line."""
    if _long_run(data, start, end):
        return True
    if not _OPENS_LINE.match(data, start, end):
        return False  # the marker is a literal of its own: `text.startswith("-----BEGIN …")`
    bare = _bare(data, start, min(end, start + _NEAR))
    return len(bare) >= 4 and _MATERIAL.fullmatch(bare) is not None


def _start_of_material(data: bytes, floor: int, end: int) -> int:
    """Where the lines of material begin that lead up to a closing marker."""
    floor = max(floor, end - 16_384)
    start, short = end, 0
    at = end
    for line in _lines_before(data, floor, end):
        bare = _bare(data, line, at)
        at = line
        if line == end or not bare:
            continue
        if _MATERIAL.fullmatch(bare) is None:
            break
        # From the end: a checksum, the last line, then full ones; one more that a cursor cut, and nothing before it.
        if len(bare) >= _FULL:
            short = max(short, 1)
        elif not (bare.startswith(b"=") and not short):
            short += 1
        start = line
        if short == _CUT_LINES:
            break
    return start


def _lines_before(data: bytes, floor: int, end: int) -> Iterator[int]:
    """Where lines begin, last first, down to `floor`: real ones and those that escapes end."""
    feed = escape = at = end
    while True:
        feed = data.rfind(b"\n", floor, at) if feed >= at else feed
        escape = data.rfind(b"\\n", floor, at) if escape >= at else escape
        at = max(feed, escape)
        if at < floor:
            break
        yield at + (1 if feed > escape else 2)
    yield floor


def unsettled(data: bytes) -> int:
    """Where something begins that is a key only if the text goes on so; the length of `data` where nothing does.

    What is a key already, and may be longer, is found by the detectors themselves and reaches the end. `data` ends with a
    line.
    """
    end = start = len(data)
    floor = max(data.rfind(b"\n", 0, end - 1) + 1, 0)
    hint = data.rfind(b"PRIVATE KEY")
    mark = None
    if hint != -1:
        mark = max(_MARK.finditer(data, max(0, hint - _LONGEST_MARK), hint + 32), key=re.Match.end, default=None)
    if mark is not None and mark[1] == b"BEGIN":
        after = mark.end()
        bare = _bare(data, after, min(end, after + _NEAR))
        if end - after < _SOON + 80 or not bare or _MATERIAL.fullmatch(bare):
            start = mark.start()
    after = mark.end() if mark is not None else 0
    if _WORDS.fullmatch(data, max(floor, after)):
        start = min(start, _start_of_material(data, after, end))
    putty = data.find(b"PuTTY-User-Key-File-", max(0, end - _PUTTY_NEAR))
    return start if putty == -1 else min(start, putty)
