"""Text behind a disguise: full-width characters, odd blanks, invisible ones, and one layer of encoding.

Two steps, each giving a `View`: a text in plain characters with the way back to the offsets of the original, on which
every detector runs again. `plain` replaces full-width digits, letters and signs by ASCII, odd blanks by a blank, and
leaves invisible characters out; `decoded` reads Base64, hexadecimal, percent signs, backslash and XML escapes where what
comes out is text. Clean text costs a look for a few characters and one search by an automaton (re2) for runs that decode
to text; what is inside a decoded text is not decoded again.
"""

from __future__ import annotations

import base64
import binascii
import re
import string
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final, NamedTuple

from copilot.guard.characters import encoded

_BLANKS: Final = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_HYPHENS: Final = "\u00ad\u2010\u2011\u2012\u2013\u2014\u2212"
_INVISIBLE: Final = "\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u180e\ufeff"
_DOTS: Final = {"\u00b7": ".", "\u2022": ".", "\u30fb": "."}
_WIDE: Final = {chr(0xFF00 + code - 0x20): chr(code) for code in range(0x21, 0x7F)}
_TABLE: Final = {**_WIDE, **_DOTS, **dict.fromkeys(_BLANKS, " "), **dict.fromkeys(_HYPHENS, "-")}
_SIGNS: Final = ("\u00a0", *_BLANKS[2:], "\u00ad", "\u2010", "\u2011", "\u2012", "\u2212", *_INVISIBLE)
_HINTS: Final = (*(chr(0xFF10 + digit) for digit in range(10)), *_SIGNS)
_MAPPED: Final = re.compile("[" + "".join(map(re.escape, _TABLE)) + "]")
_FAR: Final = 1 << 62
_LEFT_OUT: Final = re.compile("[" + _INVISIBLE + "]+")


class View(NamedTuple):
    """A text, encoded for the detectors, and where it comes from: segments `(start in the view, start, end in the
    original)`, in order.

    A segment as long as what it stands for is that, character by character; any other stands for it as a whole.
    """

    data: bytes
    segments: list[tuple[int, int, int]]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that `[start, end)` of the view stands for."""
        return self._at(start)[0], self._at(end - 1)[1]

    def _at(self, at: int) -> tuple[int, int]:
        number = bisect_right(self.segments, (at, _FAR, 0)) - 1
        begins, start, end = self.segments[number]
        following = self.segments[number + 1][0] if number + 1 < len(self.segments) else len(self.data)
        if following - begins == end - start:
            return start + at - begins, start + at - begins + 1
        return start, end


def plain(text: str) -> View | None:
    """The text in plain characters; None where it has no digit or sign that hides one."""
    if not any(hint in text for hint in _HINTS):
        return None
    mapped = _MAPPED.sub(lambda found: _TABLE[found[0]], text)
    segments: list[tuple[int, int, int]] = []
    parts: list[str] = []
    at = size = 0
    for gap in _LEFT_OUT.finditer(mapped):
        if gap.start() > at:
            segments.append((size, at, gap.start()))
            parts.append(mapped[at : gap.start()])
            size += gap.start() - at
        at = gap.end()
    segments.append((size, at, len(mapped)))
    return View(encoded("".join((*parts, mapped[at:]))), segments)


# Encoded runs. The first three characters of four of Base64, when the bytes are printable ASCII; and digits alone.
_FOUR: Final = rb"[I-Za-f][C-HS-Xi-nyz0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/_-]"
_RUNS: Final = (
    rb"(?:" + _FOUR + rb"){4}|(?:[MNO][DTjz][AEIMQUYcgk][w-z0-5]){3}|(?:[2-7][0-9A-Fa-f]){11}"
    rb"|%[2-7][0-9A-Fa-f]|\\x[2-7][0-9A-Fa-f]|\\u00[2-7][0-9A-Fa-f]|&#(?:x[2-7][0-9A-Fa-f]|[3-9][0-9]|1[01][0-9]);"
)
_ESCAPE: Final = re.compile(
    rb"((?:%[0-9A-Fa-f]{2})+)|((?:\\x[0-9A-Fa-f]{2})+)|\\u([0-9A-Fa-f]{4})|&#x([0-9A-Fa-f]{1,6});|&#([0-9]{1,7});"
)
_HEX: Final = re.compile(rb"[0-9A-Fa-f]*")
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]*")
_GOES_ON: Final = re.compile(
    rb"""[ \t"'+,\\]{0,8}(?:\r?\n|\\n)[ \t"'+]{0,40}([A-Za-z0-9+/]{40,}|[A-Za-z0-9+/]{4,}(?==|["'\\]|[ \t]{0,8}\r?(?:\n|\Z)))"""
)
_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")
_SIGNS_64: Final = (string.ascii_letters + string.digits + "+/_-").encode()
_SIGNS_16: Final = string.hexdigits.encode()
_PRINTABLE: Final = frozenset(map(ord, string.printable))
_BEFORE: Final = 64
_AFTER: Final = 24
_WRAPPED: Final = 56
"""Characters of a line of Base64 that may go on in the next."""
_LARGEST: Final = 1 << 17
"""Bytes of one encoded run that are read."""


class _Piece(NamedTuple):
    """Decoded text that stands for `[start, end)`."""

    start: int
    end: int
    text: str


@cache
def _automaton() -> Callable[[bytes], Iterator[re.Match[bytes]]]:
    import re2  # not with the module: what only reads settings does without

    options = re2.Options()
    options.never_capture = True
    options.log_errors = False
    options.encoding = re2.Options.Encoding.LATIN1
    made: Callable[[bytes], Iterator[re.Match[bytes]]] = re2.compile(_RUNS, options).finditer
    return made


def decoded(data: bytes) -> View | None:
    """What is encoded in `data`, each with some of its line around it; None where nothing is."""
    pieces: list[_Piece] = []
    done = 0
    for found in _automaton()(data):
        if found.start() < done:
            continue
        sign = data[found.start() : found.start() + 1]
        if sign in {b"%", b"\\", b"&"}:
            start = data.rfind(b"\n", done, found.start()) + 1
            end = data.find(b"\n", found.start(), found.start() + 4096)
            done = min(len(data), found.start() + 4096) if end == -1 else end
            pieces += _escapes(data, max(start, found.start()), done)
        else:
            done, piece = _run(data, found.start(), done)
            if piece is not None:
                pieces.append(piece)
    return _view(data, pieces) if pieces else None


def _escapes(data: bytes, start: int, end: int) -> Iterator[_Piece]:
    for found in _ESCAPE.finditer(data, start, end):
        if found[1] or found[2]:
            code = found[0].replace(b"%", b"").replace(b"\\x", b"")
            yield _Piece(*found.span(), bytes.fromhex(code.decode()).decode("utf-8", "replace"))
        else:
            number = int(found[3] or found[4], 16) if found[3] or found[4] else int(found[5])
            yield _Piece(*found.span(), chr(number) if number < 0x110000 else "?")


def _run(data: bytes, at: int, floor: int) -> tuple[int, _Piece | None]:
    """The end of the run around `at`, and the text that it encodes, hexadecimal or Base64; None where it is no text."""
    start = at - _tail(data, at, floor, _SIGNS_16)
    end = _HEX.match(data, at, at + _LARGEST).end()  # type: ignore[union-attr]
    if end - start >= 22 and not data[end : end + 1].isalnum():
        start += (end - start) % 2
        raw = bytes.fromhex(data[start:end].decode())
        if (text := _text(raw)) is not None:
            return end, _Piece(start, end, text)
    start = at - _tail(data, at, floor, _SIGNS_64)
    end = _BASE64.match(data, at, at + _LARGEST).end()  # type: ignore[union-attr]
    run = data[start:end]
    while end - at >= _WRAPPED and (more := _GOES_ON.match(data, end)) is not None and len(run) < _LARGEST:
        run += more[1]
        end = more.end()
    best: tuple[int, int, str] | None = None
    for skip in range(4):
        code = run[skip:].translate(_URL_SAFE)
        code = code[: len(code) - (len(code) % 4 == 1)]
        try:
            text = _text(base64.b64decode(code + b"=" * (-len(code) % 4)))
        except binascii.Error:
            continue
        if text is not None:
            score = sum(character in _DIGITS for character in text)
            if best is None or score > best[0]:
                best = score, skip, text
        if best is not None and skip == 0:
            break
    if best is None:
        return end, None
    while data[end : end + 1] == b"=":
        end += 1
    return end, _Piece(start + best[1], end, best[2])


_DIGITS: Final = frozenset("0123456789")


def _tail(data: bytes, at: int, floor: int, signs: bytes) -> int:
    """How many of `signs` stand right before `at`."""
    before = data[max(floor, at - _LARGEST) : at]
    return len(before) - len(before.rstrip(signs))


def _text(raw: bytes) -> str | None:
    """Bytes as text; None where they are no text."""
    printable = sum(map(_PRINTABLE.__contains__, raw[:256]))
    size = min(len(raw), 256)
    if printable >= 0.9 * size:
        return raw.decode("utf-8", "replace")
    if size < 12 or printable * 4 < size:
        return None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return raw.decode("utf-8", "replace") if error.start >= len(raw) - 3 else None


def _view(data: bytes, pieces: list[_Piece]) -> View:
    """All pieces with what stands before and after them on their lines, each stretch a line of its own."""
    parts: list[bytes] = []
    segments: list[tuple[int, int, int]] = []
    size, at = 0, -1

    def put(text: bytes, start: int, end: int) -> None:
        nonlocal size
        if text:
            segments.append((size, start, end))
            parts.append(text)
            size += len(text)

    for number, piece in enumerate(pieces):
        before = max(piece.start - _BEFORE, data.rfind(b"\n", max(0, piece.start - _BEFORE), piece.start) + 1, 0)
        if at >= before:  # goes on where the last one ended
            put(data[at : piece.start], at, piece.start)
        else:
            put(b"\n", piece.start, piece.start)
            put(data[before : piece.start], before, piece.start)
        put(encoded(piece.text), piece.start, piece.end)
        at = piece.end
        following = pieces[number + 1].start if number + 1 < len(pieces) else len(data)
        line = data.find(b"\n", at, at + _AFTER)
        after = min(following, line if line != -1 else min(len(data), at + _AFTER))
        put(data[at:after], at, after)
        at = after
    return View(b"".join(parts), segments)
