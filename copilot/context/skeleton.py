"""Candidates as snippets: one a file, with the lines of it that matter in the order of the file.

The best candidate of a file gives its snippet's place; further ones of the same file join it while there is room, each in
little; what is left of the room is for more members of the likeliest types. Absent on purpose: which candidates there are, and their order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from copilot.context import excerpt, measures, rank, symbols
from copilot.context.excerpt import Part, Sources
from copilot.context.found import Found
from copilot.context.index import Index
from copilot.context.place import Place
from copilot.context.symbols import Unit
from copilot.messages import say
from copilot.types import Snippet, Span

if TYPE_CHECKING:
    from copilot.context.corpus import Corpus

FILE_BYTES: Final = 1_800
"""Bytes of one file's snippet."""

_SIZES: Final = ((1, 600, 2), (3, 400, 2), (10, 250, 0), (999, 150, 0))
"""Up to which rank a candidate may have how many bytes at first, and a function how many lines of its body."""

_HELD_BACK: Final = 3
"""The part of the room, one in so many, that is kept for more of the likeliest types."""

_FILES: Final = 6
"""Files that are opened: what is left of the room is for more of these."""

_FURTHER: Final = 5
"""Types that are shown with more of their members in what is left."""

_LEAST: Final = 60
_SURE: Final = 2
_BEST: Final = 3
_WORD: Final = re.compile(r"[^\W\d]\w*")

Key = tuple[int, int]


@dataclass(slots=True)
class _File:
    unit: Unit
    why: str
    text: bytes
    parts: list[Part] = field(default_factory=list)
    size: int = 0
    keys: list[Key] = field(default_factory=list)


@dataclass(slots=True)
class _Type:
    """A type that is shown with some of its members, in `size` bytes."""

    file: _File
    unit: Unit
    members: Sequence[Unit]
    weights: Mapping[str, float]
    size: int


def snippets(
    ranked: Sequence[Found],
    place: Place,
    corpus: Corpus | None,
    sources: Sources,
    budget: int,
    *,
    most: int,
    skip: Mapping[Key, str],
) -> list[tuple[tuple[Key, ...], Snippet]]:
    """`(candidates shown, snippet)` of the best candidates, best file first, within `budget` bytes.

    `skip`: candidates that are shown already, with the text that shows them; such a one comes again only with
    members that the place asks for and the text lacks.
    """
    index = sources.index
    seen = measures.around(place, corpus)
    chosen: dict[int, _File] = {}
    types: list[_Type] = []
    left = budget
    for position, found in enumerate(ranked[:most]):
        unit = found.unit
        if unit.file not in chosen and len(chosen) >= _FILES:
            continue
        shown = skip.get(unit.key)
        if shown is not None and not _asked(found, position):
            continue
        bytes_, lines = next((size, lines) for last, size, lines in _SIZES if position < last)
        if position == 0 and "receiver" in found.values:
            bytes_ = FILE_BYTES  # one of its members comes next
        free = left - (budget // _HELD_BACK if position >= _SURE else 0)
        room = min(bytes_, free, FILE_BYTES - (chosen[unit.file].size if unit.file in chosen else 0))
        if room < _LEAST:
            continue
        text = sources.text(unit)
        members = excerpt.usable(text, symbols.members(index, unit)) if unit.is_type else []
        weights = rank.members(measures.members_measured(seen, found, members))
        if shown is not None:
            members = _lacking(place, members, weights, shown)
            if not members:
                continue
        parts = excerpt.parts(text, unit, members, weights, room, lines)
        size = sum(end - start + 1 for start, end in parts)
        if not parts or size > room + _LEAST:
            continue
        known = chosen.setdefault(unit.file, _File(unit, why(found, index), text))
        known.parts += parts
        known.keys.append(unit.key)
        known.size += size
        left -= size
        if members and len(parts) <= len(members):
            types.append(_Type(known, unit, members, weights, size))
        if left < _LEAST:
            break
    for row in types[:_FURTHER]:
        room = min(left, FILE_BYTES - row.file.size)
        if room >= _LEAST:
            parts = excerpt.parts(row.file.text, row.unit, row.members, row.weights, row.size + room, 0)
            more = sum(end - start + 1 for start, end in parts) - row.size
            if more > 0:
                row.file.parts += parts
                row.file.size += more
                left -= more
    return [(tuple(f.keys), _snippet(f, sources)) for f in chosen.values()]


def _asked(found: Found, position: int) -> bool:
    """Whether a type that is shown already may come again."""
    return found.unit.is_type and ("receiver" in found.values or "asked" in found.values or position < _SURE)


def _lacking(place: Place, members: Sequence[Unit], weights: Mapping[str, float], shown: str) -> list[Unit]:
    """The members of a type to show beside a text that lacks what the place asks for: behind a dot those that it does
    not show, else all, so that one snippet tells enough; none when it lacks nothing.
    """
    known = set(_WORD.findall(shown))
    if all(name in known for name in sorted(weights, key=lambda name: (-weights[name], name))[:_BEST]):
        return []
    return [member for member in members if not place.receiver or member.name not in known]


def _snippet(file: _File, sources: Sources) -> Snippet:
    text = excerpt.joined(file.text, file.parts)
    path = Path(file.unit.path) if file.unit.package else sources.root / file.unit.path
    span = Span(min(start for start, _ in file.parts), max(end for _, end in file.parts))
    return excerpt.as_snippet(path, span, text, file.why)


def why(found: Found, index: Index) -> str:
    """The source that speaks loudest, as a sentence; of a dependency, which one."""
    unit = found.unit
    reason = _reason(next((name for name in _TELLING if name in found.values), ""), unit.name)
    if not unit.package:
        return reason
    rows: list[tuple[Any, ...]] = index.select("SELECT name, version FROM packages WHERE id=?", (unit.package,))
    held = " ".join(part for part in (rows[0] if rows else ()) if part)
    return f"{reason} ({held})" if held else reason


_TELLING: Final = (
    "receiver", "import", "hand", "base", "asked", "draft", "told", "used", "after", "dotted", "module", "star", "field", "spelt", "window", "typed",
    "beside", "package", "hop",
)  # fmt: skip
"""Sources, the most telling first."""


def _reason(source: str, name: str) -> str:
    """What a source means, as a sentence for the developer."""
    match source:
        case "receiver":
            return say("{name} is what stands before the dot", name=name)
        case "import":
            return say("{name} is imported in this file", name=name)
        case "hand":
            return say("{name} is the type of a variable in use", name=name)
        case "asked":
            return say("{name} is probably what stands before the dot", name=name)
        case "told" | "used" | "spelt":
            return say("{name} is probably the type of a name in use", name=name)
        case "base":
            return say("{name} is a base of this class", name=name)
        case "field":
            return say("{name} is the type of a field of this class", name=name)
        case "draft":
            return say("a likely next line uses {name}", name=name)
        case "after" | "dotted":
            return say("{name} is used like this elsewhere", name=name)
        case "module":
            return say("{name} lies in a module that is imported here", name=name)
        case "star":
            return say("{name} comes with a wildcard import", name=name)
        case "window":
            return say("similar lines use {name}", name=name)
        case "typed":
            return say("{name} begins with what is typed", name=name)
        case "beside":
            return say("files of this folder import {name}", name=name)
        case "package":
            return say("{name} lies in the same package", name=name)
        case "hop":
            return say("{name} stands in the signature of what is used here", name=name)
        case _:
            return say("{name}, or a member of it, is named nearby", name=name)
