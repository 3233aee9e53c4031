"""Which remark is which from one review to the next, where several say the same of lines that read the same.

A fingerprint tells such remarks apart by their order, and that shifts when one comes or goes above. So a remark keeps the name
that it was told by: where each stood is remembered with marks of the lines around it, the places of alike remarks then and now
are compared as two versions of one text, and the remark at a line that stayed keeps its name. Marks of lines instead of
commits: after a forced push the head before may be gone, and some servers have none. Absent on purpose: I/O, and what becomes
of a remark that is not there any more (`lifecycle`).
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, replace
from itertools import count
from typing import Any, Final

from copilot import edits
from copilot.review.lifecycle import State
from copilot.review.remark import Remark, Side

REACH: Final = 40
"""Lines above and below a remark of which marks are kept."""
_WIDTH: Final = 4
_BLANK: Final = "0" * _WIDTH
_SAME: Final = 3
"""Lines directly at a remark's, above and below together, by which its place is known again elsewhere."""
_LINES: Final = 2_000
"""Marks that are compared as one text; of so many remarks that this leaves less than _SAME lines around each, none are."""
_PAIRS: Final = 50_000_000
"""Pairs of marks that are compared in all, at worst. Behind these bounds alike remarks are known by their order."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a remark stands. `name`: its fingerprint, or what it was told by; `alike`: as the function; `symbol`, `path`, `side`,
    `line`: as in `Remark`; `around`: as the function. `stands`: False for one that the last review did not find.
    """

    name: str
    alike: str
    symbol: str
    path: str
    side: Side
    line: int
    around: str
    stands: bool = True


def alike(rule: str, known: str, evidence: str) -> str:
    """What remarks share (32 hex digits) that say the same of lines of a file that read the same, in whichever definition."""
    told = "\0".join((rule, known, " ".join(evidence.split())))
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32]


def of(one: Remark) -> str:
    """The same of a remark."""
    return alike(one.rule, one.known, one.evidence)


def around(lines: Sequence[bytes], line: int) -> str:
    """Marks of the lines from REACH above to REACH below `line` (from 1), four hex digits each: hashes, too short to tell a text.
    Blanks do not count; a line of blanks, and one that is not there, has zeros.
    """
    there = range(len(lines))
    return "".join(_mark(lines[n]) if n in there else _BLANK for n in range(line - 1 - REACH, line + REACH))


def _mark(line: bytes) -> str:
    text = b" ".join(line.split())
    return hashlib.blake2b(text, digest_size=_WIDTH // 2).hexdigest() if text else _BLANK


def named(
    found: Sequence[Spot],
    before: Sequence[Spot],
    states: Mapping[str, State],
    defined: Mapping[str, AbstractSet[str]],
) -> list[str]:
    """A name for each of `found`, no two the same: what it was told by, else its fingerprint, else one of its own. `before`: the
    spots of earlier reviews by the names that were given; `states`: of remembered names; `defined`: by `Spot.alike`, what its
    file defines now, where that is known.

    A remark that was open and whose line became another one where it stood is the same as none elsewhere, unless the lines around
    are the same; one that is closed comes back only there.
    """
    names: dict[int, str] = {}
    mended: set[str] = set()
    room = _PAIRS
    for own, were in _pools(found, before):
        reach = min(REACH, (_LINES // max(len(own), len(were)) - 1) // 2)
        cost = len(own) * len(were) * (2 * reach + 1) ** 2
        if cost and reach >= _SAME and cost <= room:
            room -= cost
            pairs, replaced = _aligned(were, [found[n] for n in own], reach)
            names |= {own[b]: were[a].name for a, b in pairs}
            mended |= {were[a].name for a in replaced if states.get(were[a].name) == "open"}
    names |= _near(found, before, names, defined)
    taken = set(names.values())
    closed = {one.name for one in before if not one.stands and states.get(one.name) in {"fixed", "outdated"}} | mended
    off = taken | closed
    for own, were in _pools(found, before):
        rest = [one.name for one in were if one.name not in off]
        names |= zip((n for n in own if n not in names), rest, strict=False)
    taken = set(names.values()) | closed
    for own, _ in _pools(found, ()):
        for n in (n for n in own if n not in names):
            names[n] = next(name for name in _offered(found, n, own) if name not in taken)
            taken.add(names[n])
    return [names[n] for n in range(len(found))]


def kept(found: Iterable[Spot], before: Iterable[Spot], known: Container[str]) -> list[Spot]:
    """What `before` is at the next review: `found` by the names that they were given, and of those before what is `known` still."""
    now = list(found)
    names = {one.name for one in now}
    return [*now, *(replace(one, stands=False) for one in before if one.name not in names and one.name in known)]


def _pools(found: Sequence[Spot], before: Iterable[Spot]) -> Iterator[tuple[list[int], list[Spot]]]:
    """What only the order in a definition tells apart: indexes of `found`, and the spots of the last review, in their order."""
    pools: defaultdict[tuple[str, str], tuple[list[int], list[Spot]]] = defaultdict(lambda: ([], []))
    for n in sorted(range(len(found)), key=lambda n: _at(found[n])):
        pools[found[n].alike, found[n].symbol][0].append(n)
    for one in sorted((one for one in before if one.stands), key=_at):
        pools[one.alike, one.symbol][1].append(one)
    yield from pools.values()


def _at(one: Spot) -> tuple[Side, str, int]:
    return one.side, one.path, one.line


def _aligned(old: Sequence[Spot], new: Sequence[Spot], reach: int) -> tuple[list[tuple[int, int]], list[int]]:
    """Which stands where which stood, as pairs of indexes; and the indexes of those that other lines replaced, with what is above
    and below left as it was.
    """
    before, after = _text(old, reach), _text(new, reach)
    blocks = edits.blocks([*before.values()], [*after.values()])
    starts = [block[0] for block in blocks]
    now, spots, then = list(after), {_at(one): n for n, one in enumerate(new)}, list(before)
    pairs: list[tuple[int, int]] = []
    replaced: list[int] = []
    for n, one in enumerate(old):
        at = bisect_left(then, _at(one))
        a, b, c, d = blocks[k] if (k := bisect_right(starts, at) - 1) >= 0 else (0, 0, 0, 0)
        if at >= b:
            pairs += [(n, spots[now[d + at - b]])]
        elif c < d and a > 0 and b < len(then) and all(_is_around(one, then[m], reach) for m in (a - 1, b)):
            replaced.append(n)
    return pairs, replaced


def _text(spots: Iterable[Spot], reach: int) -> dict[tuple[Side, str, int], bytes]:
    """The lines around spots as marks, in order, those of the spots as what no other line is. Blank lines are left out."""
    lines: dict[tuple[Side, str, int], bytes] = {}
    own: dict[tuple[Side, str, int], bytes] = {}
    for one in spots:
        side, path, line = _at(one)
        own[side, path, line] = side.encode()
        for far, mark in enumerate(_marks(one.around), -REACH):
            if abs(far) <= reach and mark != _BLANK:
                lines[side, path, line + far] = f"{side} {mark}".encode()
    return dict(sorted((lines | own).items()))


def _is_around(one: Spot, at: tuple[Side, str, int], reach: int) -> bool:
    return at[:2] == (one.side, one.path) and abs(at[2] - one.line) <= reach


def _marks(text: str) -> list[str]:
    """What `around` gave; nothing of a text of another length (another REACH)."""
    marks = [text[at : at + _WIDTH] for at in range(0, len(text), _WIDTH)]
    return marks if len(marks) == 2 * REACH + 1 else []


def _near(
    found: Sequence[Spot], before: Iterable[Spot], names: Mapping[int, str], defined: Mapping[str, AbstractSet[str]]
) -> dict[int, str]:
    """Names of those that stood elsewhere, or in a definition that is no more (it has another name now), by the lines directly at
    them: most lines first.
    """
    given = set(names.values())
    groups: defaultdict[str, tuple[list[int], list[Spot]]] = defaultdict(lambda: ([], []))
    for n, one in enumerate(found):
        if n not in names:
            groups[one.alike][0].append(n)
    for one in before:
        if one.name not in given:
            groups[one.alike][1].append(one)
    rows: list[tuple[int, int, int, str]] = []
    for own, were in groups.values():
        if len(own) * len(were) * REACH > _PAIRS // 100:
            continue
        for k, one in enumerate(were):
            gone = one.symbol and one.alike in defined and one.symbol not in defined[one.alike]
            rows += [
                (-same, k, n, one.name)
                for n in own
                if (gone or found[n].symbol == one.symbol) and (same := _same(one.around, found[n].around)) >= _SAME
            ]
    made: dict[int, str] = {}
    for _, _, n, name in sorted(rows):
        if n not in made and name not in given:
            made[n] = name
            given.add(name)
    return made


def _same(one: str, other: str) -> int:
    """How many lines directly above and below are the same; where a file begins or ends alike, _SAME more."""
    total = 0
    for sides in zip(_sides(one), _sides(other), strict=True):
        run = next((n for n, (a, b) in enumerate(zip(*sides, strict=False)) if a != b), min(map(len, sides)))
        total += run + _SAME * (0 < run == len(sides[0]) == len(sides[1]))
    return total


def _sides(text: str) -> tuple[list[str], list[str]]:
    """The marks above and below, from the nearest on."""
    marks = _marks(text)
    above, below = marks[:REACH][::-1], marks[REACH + 1 :]
    return [mark for mark in above if mark != _BLANK], [mark for mark in below if mark != _BLANK]


def _offered(found: Sequence[Spot], n: int, own: Iterable[int]) -> Iterator[str]:
    """Names for a new remark, the best first: its fingerprint, those of the ones alike, further ones."""
    yield found[n].name
    yield from (found[other].name for other in own)
    for more in count(1):
        told = "\0".join((found[n].alike, found[n].symbol, str(more)))
        yield hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32]


def plain(one: Spot) -> dict[str, Any]:
    """As JSON holds it."""
    return asdict(one)


def read(rows: Any) -> list[Spot]:
    """What `plain` gave. Raises ValueError for anything else."""
    try:
        return [Spot(**row) for row in rows]
    except TypeError as wrong:
        raise ValueError(str(wrong)) from None
