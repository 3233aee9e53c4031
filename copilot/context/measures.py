"""Values that compare a candidate, or a member of one, with the place at hand."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from copilot.context import symbols, windows
from copilot.context.found import Found
from copilot.context.index import Index
from copilot.context.place import Place, kept
from copilot.context.symbols import Unit

if TYPE_CHECKING:
    from copilot.context.corpus import Corpus

_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_WORD: Final = re.compile(r"[^\W\d]\w*")
_MEMBERS: Final = 250
_NEAR_WORDS, _SPREAD, _COMPANIONS = 40, 60, 8
_FAR: Final = 0.2
_PLACES: Final = 2
_TYPE_OPENINGS: Final = frozenset({"new", "raise", "throw", "throws", "extends", "implements", "->", "isinstance", "@", "instanceof", "catch"})  # fmt: skip


def recency(place: Place, name: str) -> float:
    """1 for a word just before the caret, towards 0 for one far above or absent."""
    distance = place.last.get(name)
    return 0.0 if distance is None else 1 / (1 + distance / 60)


@lru_cache(16_384)
def shared(one: str, other: str) -> int:
    """How many folders two paths share from the root."""
    count = 0
    for a, b in zip(one.split("/")[:-1], other.split("/")[:-1], strict=False):
        if a != b:
            break
        count += 1
    return count


def spelled(name: str) -> list[str]:
    """The words that a name is made of, in small letters, in their order."""
    return [part.lower() for part in _PARTS.findall(name)]


@lru_cache(8_192)
def parts(name: str) -> frozenset[str]:
    """The words that a name is made of, in small letters."""
    return frozenset(spelled(name))


@dataclass(frozen=True, slots=True)
class Around:
    """What candidates and members are compared with, read once a place: the parts of the words in the nearest lines
    (`about`, of `nearest`), near (`wide`, of `near`), in the comment above (`remarks`) and behind dots (`said`), of the definition around
    (`routine`); the files of the folder, and those in which each of the rarer words near stands; what comes soon behind
    the words near elsewhere (`follows`, by word id), and how near a value of each type is (`types`).
    """

    place: Place
    corpus: Corpus | None
    nearest: frozenset[str]
    near: frozenset[str]
    about: frozenset[str]
    wide: frozenset[str]
    remarks: frozenset[str]
    said: frozenset[str]
    folder: frozenset[int]
    companions: Mapping[int, float]
    follows: Mapping[int, tuple[float, float]]
    types: Mapping[str, float]
    routine: frozenset[str]


_recent: Final[list[Around]] = []


def around(place: Place, corpus: Corpus | None) -> Around:
    """What a place is compared by. The last places are kept: candidates, members and snippets ask for the same."""
    for known in _recent:
        if known.place is place and known.corpus is corpus:
            return known
    made = _around(place, corpus)
    _recent.insert(0, made)
    del _recent[_PLACES:]
    return made


def _around(place: Place, corpus: Corpus | None) -> Around:
    folder = windows.owners_in(corpus, place.folder, place.path) if corpus is not None else frozenset()
    behind = (word for counts in place.behind_dots.values() for word in counts)
    return Around(
        place,
        corpus,
        frozenset(place.nearest),
        frozenset(place.near),
        _parts_of(place.nearest),
        _parts_of(place.near),
        _parts_of(_WORD.findall(place.remarks)),
        _parts_of(behind),
        folder,
        _companions(corpus, place),
        windows.following(corpus, _telling(place), place.path) if corpus is not None else {},
        _types_at_hand(place),
        frozenset(part for symbol in place.around[:1] for part in spelled(symbol.name)),
    )


def _telling(place: Place) -> list[str]:
    skip = kept(place.language)
    return [word for word in place.nearest if word not in skip and len(word) > 1]


def _types_at_hand(place: Place) -> dict[str, float]:
    """The types that names near the caret are declared with: how near each is, those not used yet nearest."""
    found: dict[str, float] = {}
    for name, text in place.variables.items():
        last = name.rpartition(".")[2]
        near = (1.0 if last in place.waiting else 0.0) + recency(place, last)
        if near > _FAR and not text.startswith("@"):
            for kind in _WORD.findall(text):
                found[kind] = max(found.get(kind, 0.0), near)
    return found


def _parts_of(words: Iterable[str]) -> frozenset[str]:
    return frozenset(part for word in words for part in spelled(word))


def measure(seen: Around, best: Sequence[Found], index: Index) -> None:
    """Give candidates the values that compare them with the place."""
    place, corpus = seen.place, seen.corpus
    counts = symbols.importers(index, {f.unit.name for f in best})
    called = place.receiver.replace("()", "").rpartition(".")[2]
    receiver = parts(called)
    scale = math.log1p(len(seen.folder)) or 1.0
    # The exact word is asked for by letters typed, by what kind of word fits, and by what the lines around name.
    wants_type = place.opening in _TYPE_OPENINGS
    row = place.above.rstrip()
    opens = float(row.endswith((":", "{")))
    java = float(place.language == "java")
    in_type = float(not place.around or place.around[0].kind in symbols.TYPES)
    tested = _in_tests(place.path)
    signature = _signature(place)
    remarked = frozenset(_WORD.findall(place.remarks))
    stem = parts(place.path.rpartition("/")[2].rpartition(".")[0])
    waiting = sum(1 for f in best if "import" in f.values and place.words[f.unit.name] <= 1)
    bases = symbols.bases_in_folder(index, place.folder) if not place.around else Counter[str]()
    homes: dict[int, list[float]] = {}
    for found in best:
        homes.setdefault(found.unit.file, []).append(recency(place, found.unit.name))
    for found in best:
        unit, say = found.unit, found.values
        name = unit.name
        used = place.words[name]
        say["uses"] = math.log1p(used)
        say["near"] = float(name in seen.near)
        say["nearest"] = float(name in seen.nearest)
        say["recency"] = recency(place, name)
        say["later"] = math.log1p(place.later[name])
        say["importers"] = math.log1p(counts.get(name, 0))
        owners: frozenset[int] = frozenset()
        if corpus is not None:
            owners = windows.owners_naming(corpus, name, place.path)
            say["files"] = math.log1p(len(owners))
            say["folder_files"] = math.log1p(len(owners & seen.folder)) / scale
        own = parts(name)
        say["parts"] = len(own & seen.about) / (len(own) or 1)
        say["wide_parts"] = len(own & seen.wide) / (len(own) or 1)
        say["receiver_parts"] = len(own & receiver) / (len(own) or 1) if receiver else 0.0
        say["type"] = float(unit.is_type)
        say["constant"] = float(unit.kind in ("constant", "variable", "field"))
        say["tests"] = float(not tested and _in_tests(unit.path))
        say["shared"] = _shared_share(place, unit)
        say["company"] = _company(seen, owners)
        say["stem_parts"] = len(own & stem) / (len(own) or 1)
        say["remarked"] = float(name in remarked)
        say["remark_parts"] = len(own & seen.remarks) / (len(own) or 1)
        say["signature"] = float(name in signature)
        say["dependency"] = float(unit.package > 0)
        say["dot"] = float(bool(place.receiver))
        say["dot_plain"] = float(bool(place.receiver) and not unit.is_type and "receiver" not in say)
        say["wants_type"] = float(wants_type and unit.is_type)
        say["fits_typed"] = float(bool(place.typed) and name.startswith(place.typed))
        say["misfits_typed"] = float(bool(place.typed) and not place.receiver and not name.startswith(place.typed))
        say["rrf"] = found.rrf * 10
        say["private"] = float(name.startswith("_"))
        say["unseen_import"] = float("import" in say and used <= 1)
        say["hand_near"] = say.get("hand", 0.0) * say["near"]
        say["opens"], say["in_type"] = opens, in_type
        say["follows"], say["follows_top"] = _following(seen, name)
        say["takes"] = _takes(seen, unit)
        held = sorted(found.called)
        say["called_follows"] = max((_following(seen, each)[0] for each in held), default=0.0)
        say["called_follows_top"] = max((_following(seen, each)[1] for each in held), default=0.0)
        say["called_later"] = math.log1p(max((place.later[each] for each in held), default=0))
        say["called_uses"] = math.log1p(max((place.words[each] for each in held), default=0))
        say["called_folder"] = max((_folder_share(seen, each) for each in held), default=0.0)
        say["java"] = java
        say["typing"] = float(bool(place.line.strip()))
        say["behind"] = float(bool(place.later))
        say["routine_parts"] = len(own & seen.routine) / (len(own) or 1)
        say["unused_share"] = say["unseen_import"] / max(waiting, 1)
        say["home"] = _beside_it(homes[unit.file], say["recency"])
        say["stem_home"] = _alike(stem, parts(unit.path.rpartition("/")[2].rpartition(".")[0]))
        say["as_base"] = math.log1p(bases[name])
        say["member_draft"] = max((v.get("draft", 0.0) for v in found.members.values()), default=0.0)


def _following(seen: Around, name: str) -> tuple[float, float]:
    """How much likelier than anywhere a name is soon behind the words near: summed over them, and at most."""
    number = seen.corpus.ids.get(name) if seen.corpus is not None else None
    return seen.follows.get(number, (0.0, 0.0)) if number is not None else (0.0, 0.0)


def _folder_share(seen: Around, name: str) -> float:
    """The share of the folder's files in which a name stands."""
    if seen.corpus is None or not seen.folder:
        return 0.0
    return len(windows.owners_naming(seen.corpus, name, seen.place.path) & seen.folder) / len(seen.folder)


def _takes(seen: Around, unit: Unit) -> float:
    """How near a value of a type is that the definition's signature names."""
    return max((seen.types.get(kind, 0.0) for kind in unit.types.split(" ") if kind != unit.name), default=0.0)


def _beside_it(recencies: Sequence[float], own: float) -> float:
    """The recency of the most recent other definition of a file."""
    rest = list(recencies)
    rest.remove(own)
    return max(rest, default=0.0)


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / (len(one | other) or 1)


def _in_tests(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return "test" in folder.lower() or name.startswith("test")


def _shared_share(place: Place, unit: Unit) -> float:
    """How much of the place's folders, or of its Java package, a definition shares."""
    if unit.package:
        return 0.0
    if place.language == "java" and place.outline.module:
        home = place.outline.module
        return shared(f"{home}.".replace(".", "/"), f"{unit.module}.".replace(".", "/")) / (home.count(".") + 1)
    return shared(place.path, unit.path) / (place.path.count("/") or 1)


def _companions(corpus: Corpus | None, place: Place) -> dict[int, float]:
    """The files in which the rarer words near the caret stand: of how many of them each speaks, as a share that counts
    less the more files a word stands in.
    """
    if corpus is None:
        return {}
    skip = kept(place.language)
    found = [
        windows.owners_naming(corpus, w, place.path) for w in place.near[:_NEAR_WORDS] if w not in skip and len(w) > 2
    ]
    rare = [owners for owners in found if 1 < len(owners) <= _SPREAD][:_COMPANIONS]
    shares: dict[int, float] = {}
    for owners in rare:
        for owner in owners:
            shares[owner] = shares.get(owner, 0.0) + 1 / len(owners) / len(rare)
    return shares


def _company(seen: Around, owners: frozenset[int]) -> float:
    """In what share of the files that name what is near a name stands too, beyond its share of all files. `owners`:
    the files in which it stands.
    """
    if seen.corpus is None or not seen.companions or not owners:
        return 0.0
    share = math.fsum(seen.companions[owner] for owner in seen.companions.keys() & owners)
    return max(share - len(owners) / len(seen.corpus.live), 0.0)


def _signature(place: Place) -> frozenset[str]:
    """The names of types in the signature of the function around."""
    function = next((s for s in place.around if s.kind in ("function", "method", "constructor")), None)
    if function is None:
        return frozenset()
    return frozenset(
        _WORD.findall(" ".join([function.returns or "", *(p.annotation or "" for p in function.parameters)]))
    )


def members_measured(seen: Around, found: Found, members: Sequence[Unit]) -> list[tuple[Unit, dict[str, float]]]:
    """The members of a candidate with the values that order them."""
    place, corpus = seen.place, seen.corpus
    measured = []
    used = [n for n, member in enumerate(members) if place.words[member.name]]
    for position, member in enumerate(members[:_MEMBERS]):
        own = parts(member.name)
        owners = windows.owners_naming(corpus, member.name, place.path) if corpus is not None else frozenset()
        follows, top = _following(seen, member.name)
        values = {f"m_{source}": value for source, value in found.members.get(member.name, {}).items()}
        values |= {
            "m_near": float(member.name in seen.near),
            "m_nearest": float(member.name in seen.nearest),
            "m_later": float(member.name in place.later),
            "m_uses": math.log1p(place.words[member.name]),
            "m_parts": len(own & seen.about) / (len(own) or 1),
            "m_wide_parts": len(own & seen.wide) / (len(own) or 1),
            "m_remark_parts": len(own & seen.remarks) / (len(own) or 1),
            "m_files": math.log1p(len(owners)),
            "m_folder_files": math.log1p(len(owners & seen.folder)),
            "m_constructor": float(member.kind == "constructor"),
            "m_code": float(member.is_code),
            "m_private": float(member.name.startswith("_") and member.kind != "constructor"),
            "m_typed": float(bool(place.typed) and member.name.startswith(place.typed)),
            "m_company": _company(seen, owners),
            "m_beside": max((1 / (1 + abs(position - other)) for other in used if other != position), default=0.0),
            "m_kin": len(own & seen.said) / (len(own) or 1),
            "m_receiver_code": float("receiver" in found.values and member.is_code),
            "m_follows": follows,
            "m_follows_top": top,
            "m_takes": _takes(seen, member),
            "m_routine_parts": len(own & seen.routine) / (len(own) or 1),
            "m_home": max((recency(place, members[n].name) for n in used if n != position), default=0.0),
        }
        measured.append((member, values))
    return measured
