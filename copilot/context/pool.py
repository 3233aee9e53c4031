"""The candidates of one place while the sources are asked: what each source says of a definition is kept here.

Absent on purpose: the sources (`candidates`, `guesses`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from copilot.context import symbols, windows
from copilot.context.found import Found
from copilot.context.index import Index
from copilot.context.measures import shared
from copilot.context.place import Place
from copilot.context.receivers import Meanings
from copilot.context.symbols import Unit

if TYPE_CHECKING:
    from copilot.context.corpus import Corpus

_RRF: Final = 20
_BASES: Final = 4
_STRETCH: Final = 50
"""Of a class with many members the frequent ones differ little, and the rare ones hardly less."""


class Pool:
    """The candidates of one place while the sources are asked."""

    def __init__(self, place: Place, index: Index, meanings: Meanings, corpus: Corpus | None) -> None:
        self.place, self.index, self.meanings, self.corpus = place, index, meanings, corpus
        self._behind: dict[str, dict[str, float]] = {}
        self._elsewhere: dict[str, dict[str, float]] = {}
        self.found: dict[tuple[int, int], Found] = {}
        self._owners: dict[tuple[int, int], Unit] = {}

    def add(self, unit: Unit, source: str, value: float, member: Unit | None = None) -> Found | None:
        """Count a definition for a source; a member of a type counts for the type. None: not for others."""
        if (unit.package == 0 and unit.path == self.place.path) or (unit.parent < 0 and unit.name.startswith("__")):
            return None  # every module has an `__all__` or `__version__` of its own
        if unit.parent >= 0 and not unit.is_type:
            owner = self._owner(unit)
            if owner is None:
                return None
            return self.add(owner, source, value, unit)
        found = self.found.setdefault(unit.key, Found(unit))
        found.say(source, value)
        if member is not None:
            said = found.members.setdefault(member.name, {})
            said[source] = max(said.get(source, 0.0), value)
        return found

    def add_type(self, unit: Unit, source: str, value: float, spelled: str = "") -> None:
        """A type with its bases; members that stand behind `spelled.` elsewhere are likelier than others."""
        for depth, owner in enumerate(self.meanings.lineage(unit)[:_BASES]):
            found = self.add(owner, source, value * 0.8**depth)
            if found is not None and spelled:
                found.called.add(spelled)
            if spelled:
                self.add_members(owner, spelled, value)

    def add_members(self, owner: Unit, word: str, value: float) -> None:
        """The members of a type that stand behind `word.` here or elsewhere."""
        shares = self.behind(word)
        if not shares:
            return
        for member in self.meanings.own_members(owner):
            found = self.add(member, "after", value * shares[member.name]) if member.name in shares else None
            share = self._elsewhere[word].get(member.name, 0.0)
            said = found.members.get(member.name) if found is not None else None
            if said is not None and share:
                said["elsewhere"] = max(said.get("elsewhere", 0.0), math.log1p(_STRETCH * share))

    def behind(self, word: str) -> dict[str, float]:
        """The names that stand behind `word.` in the repository."""
        if word not in self._behind:
            found = windows.after_dot(self.corpus, word, self.place.path) if self.corpus is not None else {}
            self._elsewhere[word] = found
            own: Mapping[str, int] = self.place.behind_dots.get(word, {})
            top = max(own.values(), default=1)
            # What this file does with a name is likelier to come again than what others do.
            self._behind[word] = found | {name: 1 + count / top for name, count in own.items()}
        return self._behind[word]

    def ranked(self, source: str, weight: float) -> None:
        """Add the reciprocal ranks of a source to the fused score."""
        order = sorted((f for f in self.found.values() if source in f.values), key=lambda f: -f.values[source])
        for rank, found in enumerate(order):
            found.rrf += weight / (_RRF + rank)

    def _owner(self, unit: Unit) -> Unit | None:
        key = (unit.file, unit.parent)
        if key not in self._owners:
            self._owners |= symbols.by_keys(self.index, [key])
        return self._owners.get(key)


def in_order(names: Iterable[str], found: dict[str, list[Unit]]) -> Iterable[tuple[str, list[Unit]]]:
    """The definitions of each name, in the order of the names."""
    return ((name, found[name]) for name in names if name in found)


def kin(place: Place, units: Iterable[Unit]) -> list[Unit]:
    """Definitions of other files in the language at hand, the nearest first."""
    return nearest((u for u in units if u.language == place.language), place.path)


def nearest(units: Iterable[Unit], path: str) -> list[Unit]:
    """Those of other files than `path`: of the repository first, of near folders."""
    others = (u for u in units if u.path != path)
    return sorted(others, key=lambda u: (u.package, -shared(path, u.path), u.path, u.n))
