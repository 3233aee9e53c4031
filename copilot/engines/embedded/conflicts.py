"""Merge-conflict markers: the text with one side or the other, or without markers that lost their partner.

Absent on purpose: whether the outcome parses (`repair.py`), and any merging of the two sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from copilot.engines.embedded.ground import Slip
from copilot.syntax.lexemes import lexemes

_OURS: Final = -8.0
_THEIRS: Final = -7.2
_MARKER: Final = re.compile(rb"^(<{7}|\|{7}|={7}|>{7})(?:[ \t][^\r\n]*)?(?:\r\n|\r|\n|$)", re.MULTILINE)


def conflicts(text: bytes, language: str) -> list[list[Slip]]:
    """For each conflict in order: our side, then theirs, as replacements of it. A marker alone is taken out."""
    found = list(_regions(text))
    said = [each for each in lexemes(text, language) if each.kind == "string"] if found else []
    return [
        list(_sides(text, region))
        for region in found
        if not any(s.start < region[0].start() and region[-1].end() < s.end for s in said)
    ]


def _regions(text: bytes) -> Iterator[list[re.Match[bytes]]]:
    """The markers that belong together."""
    group: list[re.Match[bytes]] = []
    for marker in _MARKER.finditer(text):
        kind = marker.group(1)[:1]
        if kind == b"<" and group:
            yield group
            group = []
        if kind == b"=" and not group and not _lone(text, marker):
            continue
        group.append(marker)
        if kind == b">":
            yield group
            group = []
    if group:
        yield group


def _lone(text: bytes, marker: re.Match[bytes]) -> bool:
    """True for a `=======` that stands for a conflict: a `>>>>>>>` follows."""
    return any(other.group(1)[:1] == b">" for other in _MARKER.finditer(text, marker.end()))


def _sides(text: bytes, region: list[re.Match[bytes]]) -> Iterator[Slip]:
    kinds = b"".join(marker.group(1)[:1] for marker in region)
    start, end = region[0].start(), region[-1].end()
    if kinds in {b"<=>", b"<|=>"}:
        middle = region[-2]
        ours = text[region[0].end() : region[1].start()]
        theirs = text[middle.end() : region[-1].start()]
        yield Slip(start, end, ours, "conflict", _OURS)
        if theirs != ours:
            yield Slip(start, end, theirs, "conflict", _THEIRS)
        return
    kept, last = [], start
    for marker in region:
        kept.append(text[last : marker.start()])
        last = marker.end()
    yield Slip(start, end, b"".join(kept), "conflict", _OURS)
