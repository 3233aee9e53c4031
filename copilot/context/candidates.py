"""Definitions that may help at a place, gathered from every source, each with the values that the ranking reads.

A candidate is what can be shown by itself: a function, a constant, or a class with the members that matter. Sources:
imports (resolved, re-exports followed), the package, types of the variables at hand, the bases of the class, names in
similar windows, in the completion engine's drafts, in neighbouring files' imports, and types in the signatures of
those. Deterministic. Absent on purpose: the weights (`rank`), the text (`excerpt`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from copilot.context import guesses, measures, symbols, windows
from copilot.context.found import Found
from copilot.context.index import Index
from copilot.context.measures import recency
from copilot.context.place import Place, kept
from copilot.context.pool import Pool, in_order
from copilot.context.pool import kin as kin_of
from copilot.context.receivers import Meanings, resolved
from copilot.context.symbols import Unit

if TYPE_CHECKING:
    from copilot.context.corpus import Corpus
    from copilot.context.windows import Window

MOST: Final = 160
_DEFINERS: Final = 4
_ANY_MEMBER: Final = 60
_NAMES: Final = 160
_BEFORE_DOTS: Final = 12
_BEHIND: Final = 60
_WORD: Final = re.compile(r"[^\W\d]\w*")

Late = Callable[[], bool]


def gathered(
    place: Place,
    index: Index,
    meanings: Meanings,
    corpus: Corpus | None,
    drafts: Sequence[str],
    late: Late = lambda: False,
) -> tuple[list[Found], list[Window]]:
    """All candidates with their values, at most `MOST`, and the similar windows. `late` says when to stop asking."""
    pool = Pool(place, index, meanings, corpus)
    _imports(pool)
    _types_at_hand(pool)
    if not late():
        guesses.add(pool)
    _named(pool)
    similar: list[Window] = []
    if not late():
        _drafts(pool, drafts)
        _beside(pool)
        _dotted(pool)
    if corpus is not None and not late():
        similar = windows.similar(corpus, [w for w in place.near if w not in kept(place.language)], place.path)
        _neighbours(pool, similar)
    if not late():
        _hops(pool)
    for source, weight in _FUSED:
        pool.ranked(source, weight)
    best = sorted(pool.found.values(), key=lambda f: (-f.rrf, f.unit.path, f.unit.start))[:MOST]
    if not late():
        measures.measure(measures.around(place, corpus), best, index)
    return best, similar


_FUSED: Final = (
    ("receiver", 4.0), ("import", 2.0), ("hand", 2.0), ("base", 1.5), ("draft", 2.0), ("window", 1.5), ("named", 1.5),
    ("package", 0.7), ("beside", 0.7), ("hop", 1.0), ("module", 0.7), ("star", 0.7), ("typed", 2.0), ("field", 1.0), ("after", 2.0), ("dotted", 1.5),
    ("told", 1.5), ("spelt", 1.0), ("used", 1.0), ("asked", 3.0), ("waiting", 1.0),
)  # fmt: skip
"""Sources and their weights in the fused order, which only chooses the pool."""


def _imports(pool: Pool) -> None:
    place, meanings = pool.place, pool.meanings
    for name, row in meanings.bound.items():
        fresh = 0.0 if place.words[name] > 1 else 0.3
        for unit in meanings.imported(row)[:_DEFINERS]:
            worth = 1.0 + 0.8 * recency(place, name) + fresh
            pool.add(unit, "import", worth)
            if unit.is_type:
                pool.add_members(unit, name, 0.3 * worth)
        if place.language != "java":
            module = meanings.module_of(name)
            if module is not None:
                used = 0.3 + 0.5 * recency(place, name)
                for each, share in list(pool.behind(name).items())[:_BEHIND]:
                    for unit in meanings.in_module(module, each)[:2]:
                        pool.add(unit, "after", (0.3 + 0.7 * recency(place, name)) * share)
                for unit in symbols.in_module(pool.index, module, None, place.language)[:80]:
                    pool.add(unit, "module", used + (0.5 if unit.name in place.near else 0.0))
    for star in meanings.stars:
        if place.language == "java":
            for unit in symbols.in_module(pool.index, star.module, None, "java")[:200]:
                if unit.is_type:
                    pool.add(unit, "star", 0.3 + 0.5 * recency(place, unit.name))
        else:
            for unit in symbols.in_module(pool.index, meanings.absolute(star.module), None, place.language)[:200]:
                pool.add(unit, "star", 0.3 + 0.5 * recency(place, unit.name))


def _types_at_hand(pool: Pool) -> None:
    """The type before the dot at the caret, those of the variables near, and the bases of the class around."""
    place, meanings = pool.place, pool.meanings
    if place.receiver:
        for unit in meanings.expression(place.receiver):
            pool.add_type(unit, "receiver", 1.0, _WORD.findall(place.receiver)[-1])
        module = meanings.module_of(place.receiver.replace(" ", ""))
        if module is not None:
            for unit in symbols.in_module(pool.index, module, None, place.language)[:200]:
                pool.add(unit, "receiver", 0.5)
    seen = 0
    for name in sorted(place.variables, key=lambda n: place.last.get(n.rpartition(".")[2], 10**6)):
        last = name.rpartition(".")[2]
        if last not in place.near and place.last.get(last, 10**6) > 400:
            continue
        seen += 1
        if seen > 24:
            break
        for unit in meanings.typed(place.variables[name]):
            pool.add_type(unit, "hand", 0.3 + recency(place, last), last)
            if last in place.waiting:
                pool.add(unit, "waiting", 0.3 + recency(place, last))
    for unit in meanings.own_bases():
        pool.add_type(unit, "base", 1.0)
    near = frozenset(place.near)
    for member in meanings.inherited()[:400]:
        if member.name in near and not member.is_type:
            for unit in meanings.results(member):
                pool.add_type(unit, "hand", 0.3 + recency(place, member.name), member.name)
        elif member.kind in ("field", "constant", "variable"):
            for unit in meanings.results(member):
                _field(pool, unit, 0.5, member.name)
    for name, kind in place.variables.items():
        if name.startswith("self."):
            for unit in meanings.typed(kind):
                _field(pool, unit, 1.0, name.removeprefix("self."))


def _field(pool: Pool, unit: Unit, value: float, name: str) -> None:
    found = pool.add(unit, "field", value)
    if found is not None:
        found.called.add(name)


def _dotted(pool: Pool) -> None:
    """Members of what stands before a dot near the caret, by what stands behind the same word elsewhere."""
    place = pool.place
    words = dict.fromkeys(_WORD.findall(place.receiver)[-1:])
    words |= dict.fromkeys(w for w in place.before_dots if w not in pool.meanings.bound)
    shares: dict[str, float] = {}
    for rank, word in enumerate(list(words)[:_BEFORE_DOTS]):
        for name, share in pool.behind(word).items():
            shares[name] = max(shares.get(name, 0.0), share / (1 + rank / 4))
    names = sorted(shares, key=lambda n: (-shares[n], n))[:_NAMES]
    for name, units in in_order(names, symbols.by_names(pool.index, names, most=_ANY_MEMBER)):
        kin = [u for u in kin_of(place, units) if u.parent >= 0]
        known = [u for u in kin if (u.file, u.parent) in pool.found]
        for unit in (known or kin)[:_DEFINERS]:
            pool.add(unit, "dotted", shares[name] / (1 if known else len(kin)))


def _named(pool: Pool) -> None:
    """Definitions of names that stand near, though nothing imports them (members above all)."""
    place = pool.place
    skip = kept(place.language)
    near = [w for w in place.near if w not in skip and len(w) > 2 and w not in pool.meanings.bound][:_NAMES]
    for rank, (_, units) in enumerate(in_order(near, symbols.by_names(pool.index, near, most=_ANY_MEMBER))):
        for unit in kin_of(place, units)[:_DEFINERS]:
            pool.add(unit, "named", 1 / (1 + rank / 10) / len(units))
    if len(place.typed) >= 2:
        low, high = place.typed, place.typed + "\U0010ffff"
        rows = pool.index.select(
            "SELECT DISTINCT name FROM definitions WHERE name >= ? AND name < ? LIMIT 300", (low, high)
        )
        for _, units in in_order([r[0] for r in rows], symbols.by_names(pool.index, [r[0] for r in rows], most=20)):
            for unit in kin_of(place, units)[:_DEFINERS]:
                pool.add(unit, "typed", 1 / len(units))


def _drafts(pool: Pool, drafts: Sequence[str]) -> None:
    """Definitions named in what the completion engine would write here."""
    place = pool.place
    skip = kept(place.language)
    first: dict[str, int] = {}
    for rank, draft in enumerate(drafts):
        for word in _WORD.findall(draft):
            if word not in skip:
                first.setdefault(word, rank)
    found = symbols.by_names(pool.index, first, most=_ANY_MEMBER)
    for name, units in in_order(first, found):
        known = {u.key for u in pool.meanings.name(name)} if name in pool.meanings.bound else set()
        chosen = [u for u in units if u.key in known] or kin_of(place, units)[: 2 * _DEFINERS]
        for unit in chosen:
            # A type that other sources have found already is likelier the owner of the name.
            owner = (unit.file, unit.parent)
            sure = 1.0 if unit.key in known or owner in pool.found else 1 / len(chosen)
            pool.add(unit, "draft", sure / (1 + first[name]))


def _beside(pool: Pool) -> None:
    """What the package holds (Java: it is visible) and what files in the same folder import."""
    place = pool.place
    for unit in symbols.in_folder(pool.index, place.folder, place.language):
        if place.language == "java" and not unit.is_type:
            continue
        pool.add(unit, "package", 0.4 + 0.6 * recency(place, unit.name))
    if place.language == "java" and place.outline.module:
        for unit in symbols.in_module(pool.index, place.outline.module, None, "java")[:300]:
            if unit.is_type:
                pool.add(unit, "package", 0.4 + 0.6 * recency(place, unit.name))
    rows = symbols.imported_in_folder(pool.index, place.folder)
    top = max((row[3] for row in rows), default=1)
    for name, module, target, count in rows[:60]:
        if target in ("", "*") or name in pool.meanings.bound:
            continue
        for unit in pool.meanings.in_module(pool.meanings.absolute(module), target)[:1]:
            pool.add(unit, "beside", count / top)


def _neighbours(pool: Pool, similar: Sequence[Window]) -> None:
    """Definitions that similar windows name."""
    place = pool.place
    skip = kept(place.language)
    score: dict[str, float] = {}
    for window in similar:
        for word in window.words:
            if word not in skip and len(word) > 2:
                score[word] = score.get(word, 0.0) + window.score
    names = sorted(score, key=lambda w: (-score[w], w))[:400]
    top = max(score.values(), default=1.0)
    for name, units in in_order(names, symbols.by_names(pool.index, names, most=_DEFINERS * 3)):
        kin = kin_of(place, units)[:_DEFINERS]
        for unit in kin:
            pool.add(unit, "window", score[name] / top / max(len(kin), 1))


def _hops(pool: Pool) -> None:
    """Types in the signatures of the likeliest candidates so far."""
    order = sorted(pool.found.values(), key=lambda f: (-sum(f.values.values()), f.unit.path, f.unit.start))[:24]
    skip = kept(pool.place.language)
    for rank, found in enumerate(order):
        texts = [found.unit.types]
        if found.unit.is_type:
            texts += [found.unit.bases]
            texts += [m.types for m in pool.meanings.members(found.unit) if m.name in pool.place.near][:6]
        for name in dict.fromkeys(_WORD.findall(" ".join(texts))):
            if name in skip or name == found.unit.name:
                continue
            for unit in resolved(pool.index, found.unit, name)[:1]:
                pool.add(unit, "hop", 1 / (1 + rank / 6))
