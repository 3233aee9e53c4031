"""Finds what is sensitive in one text. Clean text, nearly all of it, passes three searches in C and hardly a pattern.

The text is looked at as bytes, one a code point, so that offsets agree (`characters`), and once more as what a disguise
hides (`disguise`). One pass finds the literals of all detectors (`triggers`), and each runs only where its own stand; a
second looks for runs of token characters. To add a detector, add a row to `_ROWS`; one that must see the characters
themselves (full-width digits, Chinese words, invisible ones) goes to `_WIDE`, and is woken only by text that is not ASCII.

A text that is still being written is reviewed piece by piece (`flow`), which is right only if every rule keeps this
promise (tests/unit/test_guard_contract.py tries each kind of value in it). What decides about a value stands

- on the value's own line, within `BEHIND` characters before it and `AHEAD` after its beginning, or in the run of token
  characters (no blank, quote, bracket, comma or semicolon) that the value is, `LONGEST` characters at most;
- or before it, within `BEHIND` characters, on earlier lines: never on later ones.

A rule over many lines (a block of a key) is the exception: it begins with a literal of its own, finds what has no end yet as
a place that reaches the end of the text, and says in `keys.unsettled` where one begins that may still come of it.

Columns of a table are the other one: a header farther behind than `BEHIND` is not remembered while a text is written.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from functools import cache, lru_cache
from typing import Final

from copilot.guard import connections, disguise, injection, keys, logins, passwords, personal, providers, unicode
from copilot.guard.characters import encoded
from copilot.guard.found import Found
from copilot.guard.kinds import GRAVITY
from copilot.guard.packs import NONE, Packs
from copilot.guard.placeholders import SURROGATE
from copilot.guard.triggers import Row, Triggers

_TOKEN: Final = bytes(
    ord("a" if byte < 128 and (chr(byte).isalnum() or chr(byte) in "_-") else " ") for byte in range(256)
)
"""Characters of tokens to a, everything else to a space."""

BEHIND: Final = 1024
AHEAD: Final = 1024
LONGEST: Final = 32_768

_RUN: Final = b"a" * 20

_ROWS: Final = (
    Row((b"pass", b"pwd"), "line", connections.parameters, re.compile(rb"[^\n]{5}")),  # not Python's statement `pass`
    Row((b"secret",), "line", providers.assigned),
    Row((b"private-k",), "whole", keys.blocks),
    Row((b"putty-user-k",), "whole", keys.putty),
    Row((b"getconnection",), "whole", connections.calls),
    Row(connections.POSITIONAL, "place", connections.positional),
    Row((b"accountkey", b"accesskey="), "whole", providers.azure),
    Row(providers.UNLINED, "place", providers.unlined),
    Row((b"ltai",), "whole", providers.short),
    Row((b"q~",), "whole", providers.entra, re.compile(rb"Q~")),
    Row((b"access-token$",), "whole", providers.braintree),
    Row(passwords.WORDS, "name", passwords.at, passwords.LOOK),
    *logins.ROWS,
    *personal.ROWS,
    *injection.ROWS,
)
_WIDE: Final = (
    Row(unicode.HIDDEN, "whole", unicode.hidden),
    Row(unicode.ALIKE, "whole", unicode.alike),
    Row(logins.CHINESE, "whole", logins.chinese),
    *injection.WIDE_ROWS,
)
"""For text that is not ASCII: literals are looked for in its UTF-8, and a detector "whole" is given the text itself."""


@cache
def _triggers() -> tuple[Triggers, Triggers]:
    return Triggers(_ROWS), Triggers(_WIDE)


def detect(text: str, but: Container[str] = (), packs: Packs = NONE, path: str = "") -> list[Found]:
    """Everything sensitive in `text` of any kind `but` these, in order; what overlaps is joined. `path`: of its file, for
    rules of `packs` that ask for it.
    """
    data = encoded(text)
    found = _narrow_found(data)
    if not text.isascii():
        found += _wide_found(_triggers()[1], text)
        if (view := disguise.plain(text)) is not None:
            found += _behind(view, data)
    if (view := disguise.decoded(data)) is not None:
        found += _behind(view, data)
    if packs is not NONE:
        found += packs.found(text, path)
    if any(one.kind == "injection" for one in found):
        signals = [one for one in found if one.kind == "injection"]
        found = [one for one in found if one.kind != "injection"] + list(injection.weighed(signals))
    return joined([one for one in found if one.kind not in but]) if found else found


def _narrow_found(data: bytes) -> list[Found]:
    """What the rows of `_ROWS` and the searches beside them find."""
    found = _triggers()[0].found(data, data)
    if b"@" in data:
        found += connections.at_signs(data)
    found += _tokens(data)
    return found


def _behind(view: disguise.View, data: bytes) -> Iterator[Found]:
    """What a disguise hides, as places of the text `data`; a part of a surrogate, cut where the disguise ends, is none."""
    for one in _narrow_found(view.data):
        start, end = view.origin(one.start, one.end)
        own = SURROGATE.match(data, start)
        if start < end and (own is None or own.end() < end):
            yield one._replace(start=start, end=end)


@lru_cache(maxsize=64)
def retrieved(text: str) -> str:
    """Text of another file as a prompt may show it: less the comments, strings and paragraphs that address an assistant.

    Remembered: snippets stand still while somebody types.
    """
    places = [(one.start, one.end) for one in detect(text) if "injection" in {one.kind, *one.also}]
    return injection.without(text, places) if places else text


def _wide_found(wide: Triggers, text: str) -> Iterator[Found]:
    """What the rows of `_WIDE` find, in code points."""
    data = text.encode("utf-8", "replace")
    byte = point = 0
    for one in sorted(wide.found(data, text)):
        if one.kind == "injection":  # found in the bytes
            point, byte = point + len(data[byte : one.start].decode("utf-8", "ignore")), one.start
            yield one._replace(start=point, end=point + len(data[byte : one.end].decode("utf-8", "ignore")))
        else:
            yield one


def _tokens(data: bytes) -> Iterator[Found]:
    """What stands in runs of at least 20 characters of tokens, which code holds few of."""
    token = data.translate(_TOKEN)
    at = token.find(_RUN)
    while at != -1:
        end = token.find(b" ", at)
        end = len(data) if end == -1 else end
        if not providers.is_name(data, at, end):
            yield from providers.tokens(data, at, end)
        at = token.find(_RUN, end)


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
