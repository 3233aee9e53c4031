"""Windows of 20 lines that use the same words as the place at hand, found in the token streams of the repository.

The streams are sorted by the word before each position, so they double as an index of every use of a word: no second
index is built, and a save is seen at once. Needs numpy, which is loaded on first use. Absent on purpose: text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from copilot.context.corpus import Corpus

BLOCK: Final = 10
"""Lines of a block; a window is two blocks, so windows overlap by half."""

_COMMON: Final = 3_000
"""A word that occurs more often tells nothing about a place."""

_WORDS: Final = 48
_CORPORA: Final = 4
_BEHIND: Final = 150
_LEADING, _SAMPLED, _SOON = 10, 64, 24
"""Words that say what comes next, places of each that are looked at, and words behind it that are soon."""


@dataclass(frozen=True, slots=True)
class Window:
    """Lines `start` to `stop` (from 0) of a file version whose words agree with the query's by `score`."""

    owner: int
    path: str
    start: int
    stop: int
    score: float
    words: tuple[str, ...]


def similar(corpus: Corpus, query: Iterable[str], own: str | None, *, most: int = 12) -> list[Window]:
    """The windows most like `query` (words, nearest first), best first, at most one of overlapping ones."""
    import numpy as np

    from copilot.context import corpus as arrays

    total = max(float(corpus.counts.sum()) / 200, 2.0)
    known = [(corpus.ids[w], w) for w in query if w in corpus.ids]
    weighted = [(n, math.log(1 + total / (1 + int(corpus.counts[n])))) for n, _ in known if n < len(corpus.counts)]
    weighted = [row for row in weighted if 0 < int(corpus.counts[row[0]]) <= _COMMON][:_WORDS]
    scores: dict[tuple[int, int, int], float] = {}
    for at, part in enumerate(corpus.segments):
        keys, weights = [], []
        for number, weight in weighted:
            found = arrays.find(part, np.array([number], np.int32), 1)
            if found:
                where = np.concatenate([hits.at for hits in found]) - 1
                blocks, _ = arrays.distinct(part.owner[where].astype(np.int64) << 24 | part.lines[where] // BLOCK)
                keys.append(blocks)
                weights.append(np.full(len(blocks), weight))
        if not keys:
            continue
        blocks, inverse = arrays.distinct(np.concatenate(keys))
        sums = np.bincount(inverse, np.concatenate(weights))
        behind = np.searchsorted(blocks, blocks + 1)
        behind_ok = (behind < len(blocks)) & (blocks[np.minimum(behind, len(blocks) - 1)] == blocks + 1)
        both = sums + np.where(behind_ok, sums[np.minimum(behind, len(blocks) - 1)], 0)
        for n in np.argsort(-both, kind="stable")[: most * 6]:
            scores[at, int(blocks[n] >> 24), int(blocks[n] & 0xFFFFFF)] = float(both[n])
    return _chosen(corpus, scores, own, most)


def owners_naming(corpus: Corpus, word: str, own: str) -> frozenset[int]:
    """The file versions, but those of the path `own`, in which a word stands (of a frequent word, some)."""
    import numpy as np

    from copilot.context import corpus as arrays

    number = corpus.ids.get(word)
    if number is None:
        return frozenset()
    known = _memory(corpus)
    if word not in known:
        owners: set[int] = set()
        for part in corpus.segments:
            for hits in arrays.find(part, np.array([number], np.int32), 1):
                owners.update(part.owner[hits.at - 1].tolist())
        known[word] = frozenset(owners & corpus.live.keys())
    hidden = _versions(corpus, own)
    return known[word] if known[word].isdisjoint(hidden) else known[word] - hidden


def _versions(corpus: Corpus, path: str) -> frozenset[int]:
    known = _memory(corpus)
    name = f"/{path}"  # no word has a stroke
    if name not in known:
        known[name] = frozenset(n for n, each in corpus.live.items() if each == path)
    return known[name]


def version_of(corpus: Corpus, path: str | None) -> int:
    """The version of the file at a path, -1 when it is not there."""
    return min(_versions(corpus, path), default=-1) if path is not None else -1


def after_dot(corpus: Corpus, word: str, own: str | None) -> dict[str, float]:
    """What stands behind `word.` in other files than `own`: each name with its share of the most frequent one."""
    import numpy as np

    from copilot.context import corpus as arrays

    numbers = [corpus.ids.get(word), corpus.ids.get(".")]
    if None in numbers:
        return {}
    hidden = version_of(corpus, own)
    counts: dict[str, float] = {}
    for part in corpus.segments:
        for hits in arrays.find(part, np.array(numbers, np.int32), 2):
            at = hits.at[(hits.lengths >= 2) & (part.owner[hits.at] != hidden)]
            numbered, inverse = arrays.distinct(part.words[at])
            for number, count in zip(numbered.tolist(), np.bincount(inverse).tolist(), strict=True):
                name = corpus.words[number]
                if name.isidentifier():
                    counts[name] = counts.get(name, 0.0) + count * hits.scale
    top = max(counts.values(), default=1.0)
    return {name: count / top for name, count in sorted(counts.items(), key=lambda row: (-row[1], row[0]))[:_BEHIND]}


def following(corpus: Corpus, words: Iterable[str], own: str | None) -> dict[int, tuple[float, float]]:
    """What comes soon behind `words` (nearest first) in other files than `own`, by word id: how much likelier than
    anywhere, summed over the words, and at most.
    """
    import numpy as np

    from copilot.context import corpus as arrays

    known = [corpus.ids[w] for w in words if w in corpus.ids]
    known = [n for n in known if n < len(corpus.counts) and 1 < int(corpus.counts[n]) <= _COMMON][:_LEADING]
    hidden = version_of(corpus, own)
    size = len(corpus.words)
    keys: list[Any] = []
    seen = np.zeros(len(known), np.int64)
    for part in corpus.segments:
        for which, number in enumerate(known):
            for hits in arrays.find(part, np.array([number], np.int32), 1):
                at = hits.at[part.owner[hits.at - 1] != hidden]
                at = at[:: -(-len(at) // _SAMPLED) or 1]
                row = np.minimum(at[:, None] + np.arange(_SOON), len(part.words) - 1)
                ids = part.words[row].astype(np.int64)
                ids.sort(1)  # a word counts once a place
                fresh = np.ones(ids.shape, bool)
                fresh[:, 1:] = ids[:, 1:] != ids[:, :-1]
                keys.append(ids[fresh & (ids >= 0)] + which * size)
                seen[which] += len(at)
    pairs, inverse = arrays.distinct(np.concatenate([np.zeros(0, np.int64), *keys]))
    if not len(pairs):
        return {}
    leads, ids = pairs // size, pairs % size
    usual = corpus.counts[ids] * (_SOON / max(float(corpus.counts.sum()), 1.0))
    lift = np.maximum(np.bincount(inverse) / (seen[leads] + 2) - usual, 0)
    order = np.argsort(ids, kind="stable")
    ids, lift = ids[order], lift[order]
    starts = np.flatnonzero(np.concatenate([[True], ids[1:] != ids[:-1]]))
    sums, tops = np.add.reduceat(lift, starts), np.maximum.reduceat(lift, starts)
    return dict(zip(ids[starts].tolist(), zip(sums.tolist(), tops.tolist(), strict=True), strict=True))


_remembered: Final[list[tuple[Corpus, dict[str, frozenset[int]]]]] = []


def _memory(corpus: Corpus) -> dict[str, frozenset[int]]:
    """What was asked of this very corpus; the last few are kept."""
    for held, known in _remembered:
        if held is corpus:
            return known
    _remembered.insert(0, (corpus, {}))
    del _remembered[_CORPORA:]
    return _remembered[0][1]


def owners_in(corpus: Corpus, folder: str, but: str) -> frozenset[int]:
    """The file versions directly in a folder, less one path."""
    known = _memory(corpus)
    name = f"/{folder}/"
    if name not in known:
        known[name] = frozenset(n for n, path in corpus.live.items() if path.rpartition("/")[0] == folder)
    return known[name] - _versions(corpus, but)


def _chosen(corpus: Corpus, scores: dict[tuple[int, int, int], float], own: str | None, most: int) -> list[Window]:
    found: list[Window] = []
    taken: set[tuple[int, int]] = set()
    order = sorted(scores.items(), key=lambda row: (-row[1], corpus.live.get(row[0][1], ""), row[0][2]))
    for (part, owner, block), score in order:
        path = corpus.live.get(owner)
        if path is None or path == own or {(owner, block - 1), (owner, block), (owner, block + 1)} & taken:
            continue
        taken.add((owner, block))
        start, stop = block * BLOCK, (block + 2) * BLOCK
        found.append(Window(owner, path, start, stop, score, _words(corpus, part, owner, start, stop)))
        if len(found) == most:
            break
    return found


def _words(corpus: Corpus, part: int, owner: int, start: int, stop: int) -> tuple[str, ...]:
    """The distinct identifiers of some lines, in their order."""
    import numpy as np

    segment = corpus.segments[part]
    # Of the array's own kind: another one would make a copy of the whole array.
    low, high = np.searchsorted(segment.owner, np.array([owner, owner + 1], segment.owner.dtype))
    first, last = np.searchsorted(segment.lines[low:high], [start, stop])
    names: Sequence[str] = [corpus.words[n] for n in segment.words[low + first : low + last].tolist()]
    return tuple(dict.fromkeys(name for name in names if name.isidentifier()))
