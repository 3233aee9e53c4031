"""Finds what is sensitive in one text. Clean text, nearly all of it, passes a few searches in C and no pattern at all.

The text is looked at as Latin-1 with every other character replaced: one byte a code point, so that offsets agree, and
everything that is looked for is ASCII. Two translations fold it, one for words and digits, one for runs of token
characters; a pattern runs only on the lines or runs where a fold was found.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from typing import Final

from copilot.guard import connections, keys, logins, numbers, passwords, providers
from copilot.guard.found import Found
from copilot.guard.kinds import GRAVITY


def _folded(byte: int) -> int:
    if chr(byte) in "0123456789":
        return ord("0")
    return ord("-") if chr(byte) in " _-" else ord(chr(byte).lower()) if byte < 128 else byte


_FOLD: Final = bytes(map(_folded, range(256)))
"""Digits to 0, separators to a hyphen, letters to lower case."""
_TOKEN: Final = bytes(
    ord("a" if byte < 128 and (chr(byte).isalnum() or chr(byte) in "_-") else " ") for byte in range(256)
)
"""Characters of tokens to a, everything else to a space."""

_DIGITS: Final = (b"0" * 12, b"0000-0000")
"""One run of 12 digits, and what every grouped form of a card or identity number holds."""
_PASSWORDS: Final = (b"pass", b"pwd")
_SECRETS: Final = (b"secret",)
_RUN: Final = b"a" * 20


def detect(text: str, but: Container[str] = ()) -> list[Found]:
    """Everything sensitive in `text` of any kind `but` these, in order; what overlaps is joined."""
    data = text.encode("latin-1", "replace")
    fold = data.translate(_FOLD)
    found: list[Found] = []
    for literals, detector in _BY_LINE:
        for literal in literals:
            if literal in fold:
                found += _by_line(data, fold, literals, detector)
                break
    for word in passwords.WORDS:
        at = fold.find(word)
        while at != -1:
            found += passwords.at(data, at)
            at = fold.find(word, at + len(word))
    if b"private-k" in fold:
        found += keys.blocks(data)
    if b"putty-user-k" in fold:
        found += keys.putty(data)
    if b"getconnection" in fold:
        found += connections.calls(data)
    if b"accountkey" in fold or b"accesskey=" in fold:
        found += providers.azure(data)
    if b"@" in data:
        found += connections.at_signs(data)
    token = data.translate(_TOKEN)
    at = token.find(_RUN)
    while at != -1:
        end = token.find(b" ", at)
        end = len(data) if end == -1 else end
        if not providers.is_name(data, at, end):
            found += providers.tokens(data, at, end)
        at = token.find(_RUN, end)
    if b"Q~" in data:
        found += providers.entra(data)
    if b"access_token$" in data:
        found += providers.braintree(data)
    if b"identified" in fold:
        found += logins.identified(data)
    if b"chpasswd" in data:
        found += logins.piped(data)
    if b" -p" in data or b" -u" in data or b" -a " in data or b" --user" in data:
        found += logins.options(data)
    if b":5432:" in data or b":*:" in data:
        found += logins.pgpass(data)
    if b"$" in data and (b"$2" in data or b"$apr1$" in data or b"$6$" in data or b"$5$" in data or b"$argon2" in data):
        found += logins.hashes(data)
    if not text.isascii():
        found += logins.chinese(text)
    if b"LTAI" in data:
        found += providers.short(data)
    return joined([one for one in found if one.kind not in but]) if found else found


_BY_LINE: Final = (
    (_DIGITS, numbers.numbers),
    (_PASSWORDS, connections.parameters),
    (_SECRETS, providers.assigned),
)


def _by_line(
    data: bytes, fold: bytes, literals: tuple[bytes, ...], detector: Callable[[bytes, int, int], Iterator[Found]]
) -> Iterator[Found]:
    """What a detector finds on the lines that hold one of the literals."""
    lines: dict[int, int] = {}
    for literal in literals:
        at = fold.find(literal)
        while at != -1:
            start, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
            end = len(data) if end == -1 else end
            if end - at > 4:  # not Python's statement `pass`
                lines[start] = end
            at = fold.find(literal, end)
    for start, end in lines.items():
        yield from detector(data, start, end)


def joined(found: list[Found]) -> list[Found]:
    """In order; what overlaps becomes one place, named after the kind that comes first in `kinds.TABLE`.

    (A password of digits that is a card, too, is replaced by a word: digits would be a password again.)
    """
    found.sort(key=lambda one: (one.start, -one.end))
    places = found[:1]
    for one in found[1:]:
        last = places[-1]
        if one.start >= last.end:
            places.append(one)
            continue
        grave, other = sorted((last, one), key=lambda other: GRAVITY[other.kind])
        also = {*last.also, *one.also, other.kind} - {grave.kind}
        places[-1] = Found(last.start, max(last.end, one.end), grave.rule, grave.kind, tuple(sorted(also)))
    return places
