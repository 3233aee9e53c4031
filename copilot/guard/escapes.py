r"""The inside of JSON strings as whoever reads the JSON sees it: `\n`, `\"`, `\u0041` as the characters they stand for.

One escape is one character here (half of a pair beyond the basic plane, too), so that places in the plain text are places
of the written one: its `units` have the same numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_UNIT: Final = re.compile(r"\\u[0-9a-fA-F]{4}|\\.|[^\\]|\\\Z", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_CUT: Final = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?\Z")
_SHORT: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def plain(written: str) -> str:
    """The text with each escape as one character."""
    return _ESCAPE.sub(_character, written) if "\\" in written else written


def _character(escape: re.Match[str]) -> str:
    name = escape[1]
    if len(name) == 1:
        return _SHORT.get(name, name)
    code = int(name[1:], 16)
    return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)


def units(written: str) -> Iterator[str]:
    """The text in pieces, one for each character of `plain`."""
    return (unit[0] for unit in _UNIT.finditer(written))


def unfinished(written: str) -> int:
    """How many characters at the end are the beginning of an escape whose rest is still to come."""
    at = written.rfind("\\", max(0, len(written) - 6))
    if at < 0 or not _CUT.match(written, at):
        return 0
    before = len(written[:at]) - len(written[:at].rstrip("\\"))
    return 0 if before % 2 else len(written) - at
