"""Which types a name probably has where nothing at hand declares one: from the rest of the repository.

Three witnesses: how the same name is declared or made in other files (`told`), types whose name it spells (`spelt`),
and types that define what is used behind its dot (`used`). Each gives types with a share of certainty. Deterministic.
Absent on purpose: what is declared (`receivers`), ranking.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from copilot.context import symbols, windows
from copilot.context.index import Index
from copilot.context.measures import recency, spelled
from copilot.context.place import kept
from copilot.context.pool import Pool, nearest
from copilot.context.symbols import Unit

if TYPE_CHECKING:
    from copilot.context.corpus import Corpus

_WORD: Final = re.compile(r"[^\W\d]\w*")
_DEFINERS: Final = 60
"""A member that so many types define tells nothing about the type."""

_KEPT: Final = 3
_GUESSED: Final = 14
_MEMBERS: Final = 12
"""Types that a witness names, names that are asked about, and members behind each that count."""

_SHORT: Final = 2
_ENDINGS: Final = (("ies", "y"), ("ses", "s"), ("s", ""))
"""Plurals: an element of `orders` is an `Order`."""

_DECLARED: Final = 8
"""Words behind `name:` in which a type may stand."""

_NO_TYPE: Final = frozenset({"Optional", "Union", "List", "Sequence", "Iterable", "Iterator", "Type", "Any", "None", "Dict", "Mapping", "Set",
                              "Tuple", "Callable", "Final", "ClassVar", "Annotated", "Literal", "True", "False", "Map", "String"})  # fmt: skip

Types = list[tuple[Unit, float]]


def add(pool: Pool) -> None:
    """Types that names near the caret probably have, where none is declared; above all what stands before the dot."""
    place, meanings = pool.place, pool.meanings
    receiver = _WORD.findall(place.receiver)[-1:]
    known = meanings.expression(place.receiver) if place.receiver else []
    skip = kept(place.language) | meanings.bound.keys()
    names = [w for w in dict.fromkeys((*receiver, *place.waiting, *place.before_dots)) if w not in skip]
    names = [w for w in names if w[:1].islower() or w[:1] == "_"][:_GUESSED]
    names = [w for w in names if not _declared(pool, w)]
    members = {
        w: {
            m: (1.0 if m in place.behind_dots.get(w, ()) else 0.5) * s
            for m, s in sorted(pool.behind(w).items(), key=lambda row: (-row[1], row[0]))[:_MEMBERS]
        }
        for w in names
    }
    witnesses = {
        "spelt": spelt(pool.index, names, place.language, place.path),
        "used": used(pool.index, members, place.language, place.path),
    }
    if pool.corpus is not None:
        witnesses["told"] = told(pool.index, pool.corpus, names, place.language, place.path)
    for source, found in witnesses.items():
        for name, types in found.items():
            near = 0.3 + recency(place, name)
            for unit, share in types:
                pool.add_type(unit, source, share * near, name)
                if receiver == [name] and not known:
                    pool.add(unit, "asked", share)
                if name in place.waiting:
                    pool.add(unit, "waiting", share * near)


def _declared(pool: Pool, name: str) -> bool:
    kind = pool.place.variables.get(name) or pool.place.variables.get(f"self.{name}")
    return kind is not None and bool(pool.meanings.typed(kind))


def told(index: Index, corpus: Corpus, names: Sequence[str], language: str, path: str) -> dict[str, Types]:
    """Types by how other files declare the names, each with its share of the declarations."""
    shares = {name: declared(corpus, name, language, path) for name in names}
    units = _types(index, {kind for found in shares.values() for kind in found}, language)
    return {
        name: [
            (unit, share / (1 + n))
            for kind, share in list(found.items())[:_KEPT]
            for n, unit in enumerate(nearest(units.get(kind, ()), path)[:2])
        ]
        for name, found in shares.items()
    }


def spelt(index: Index, names: Iterable[str], language: str, path: str) -> dict[str, Types]:
    """Types named like the names: `order` an `Order`, `http_client` an `HttpClient` or else a `Client`."""
    wanted = {name: _spellings(name) for name in names}
    units = _types(index, {word for words in wanted.values() for word in words}, language)
    found: dict[str, Types] = {}
    for name, words in wanted.items():
        rows = [
            (unit, 1 / (1 + n) / (1 + k))
            for n, word in enumerate(words)
            for k, unit in enumerate(nearest(units.get(word, ()), path)[:2])
        ]
        found[name] = rows[:_KEPT]
    return found


def used(index: Index, members: Mapping[str, Mapping[str, float]], language: str, path: str) -> dict[str, Types]:
    """Types by the members used behind each name (member to weight): those that define most of what few others do."""
    every = {member for found in members.values() for member in found}
    definers = symbols.by_names(index, every, most=_DEFINERS)
    owners: dict[str, dict[tuple[int, int], float]] = {}
    for name, found in members.items():
        votes: dict[tuple[int, int], float] = {}
        whole = 0.0
        for member, weight in found.items():
            keys = {
                (u.file, u.parent)
                for u in definers.get(member, ())
                if u.parent >= 0 and u.language == language and u.path != path
            }
            for key in keys:
                votes[key] = votes.get(key, 0.0) + weight / math.sqrt(len(keys))
            whole += weight
        best = sorted(votes, key=lambda k: (-votes[k], k))[:_KEPT]
        owners[name] = {key: votes[key] / (whole or 1.0) for key in best}
    units = symbols.by_keys(index, {key for found in owners.values() for key in found})
    return {
        name: [(units[key], share) for key, share in found.items() if key in units and units[key].is_type]
        for name, found in owners.items()
    }


def _spellings(name: str) -> list[str]:
    """Names of types that a variable's name spells, the likeliest first."""
    parts = spelled(name)
    found = []
    for start in range(min(len(parts), 3)):
        tail = parts[start:]
        for last in (tail[-1], *(tail[-1].removesuffix(end) + new for end, new in _ENDINGS if tail[-1].endswith(end))):
            if len(tail) > 1 or len(last) > _SHORT:
                found += ["".join(part.capitalize() for part in (*tail[:-1], last))]
    return list(dict.fromkeys(found))


def _types(index: Index, names: Iterable[str], language: str) -> dict[str, list[Unit]]:
    found = symbols.by_names(index, names, most=20)
    return {name: [u for u in units if u.is_type and u.language == language] for name, units in found.items()}


_TELLING: Final = (":", "=", ",")
"""One of these stands behind a name whose type `_type_behind` can tell."""


def declared(corpus: Corpus, name: str, language: str, own: str | None) -> dict[str, float]:
    """The types that other files than `own` declare a name with, or make it of: each with its share, highest first."""
    import numpy as np

    from copilot.context import corpus as arrays

    number = corpus.ids.get(name)
    if number is None:
        return {}
    words = corpus.words
    hidden = windows.version_of(corpus, own)
    telling = None if language == "java" else [corpus.ids[word] for word in _TELLING if word in corpus.ids]
    counts: dict[str, int] = {}
    for part in corpus.segments:
        for hits in arrays.find(part, np.array([number], np.int32), 1):
            keep = part.owner[hits.at] != hidden
            if telling is not None:
                keep &= np.isin(part.words[hits.at], telling)
            for at in hits.at[keep].tolist():
                row = part.words[at - 4 : at + _DECLARED].tolist()
                found = _type_before(row, words) if language == "java" else _type_behind(row, words)
                if found:
                    counts[found] = counts.get(found, 0) + 1
    whole = sum(counts.values()) + 1  # one declaration alone is no rule
    return {kind: count / whole for kind, count in sorted(counts.items(), key=lambda r: (-r[1], r[0]))[:_KEPT]}


def _type_before(row: list[int], known: Sequence[str]) -> str:
    """Java: the type of `Type name`, the last argument of `Type<A, B> name`. Words 0-3 of the row end with the name."""
    before = [known[n] for n in row[:3] if n >= 0]
    while before and before[-1] in (">", "[", "]", "..."):
        before.pop()
    kind = before[-1] if before else ""
    return kind if kind[:1].isupper() and kind.isidentifier() and not kind.isupper() else ""


def _type_behind(row: list[int], known: Sequence[str]) -> str:
    """Python: the type of `name: Type`, `name = Type(`, `name = module.Type(`, `isinstance(name, Type`."""
    words = [known[n] if n >= 0 else "" for n in row[4:]]
    if not words:
        return ""
    if words[0] == ":":
        for word in words[1:]:
            kind = word.strip("\"'")
            if kind[:1].isupper() and kind.isidentifier() and kind not in _NO_TYPE:
                return kind
            if word in ("=", ",", ")", "\n", "{"):
                break
    elif words[0] == "=":
        for word, following in itertools.pairwise(words[1:6]):
            if word[:1].isupper() and following == "(" and word.isidentifier():
                return word
            if not (word.isidentifier() or word == "."):
                break
    elif words[0] == "," and [known[n] for n in row[1:3] if n >= 0] == ["isinstance", "("]:
        return words[1] if words[1][:1].isupper() and words[1].isidentifier() else ""
    return ""
