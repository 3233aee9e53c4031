"""Fit the weights of the embedded completion: `python tests/bench/completion_fit.py [--places N] [--mix]`.

Training data are the histories of the part `train` (`histories.toml`), which no benchmark measures: the lines that the
last two releases of each package added, some of them as while they were typed. Without `--mix`: the confidence (`complete.json`; label: the candidate is exactly the
rest of the line). With it: the mixer of experts (`mix.json`; label: the next word), after which the confidence has to be
fitted again. Only fitted numbers are kept, no text.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import histories
import numpy as np
from boosting import Shape, boosted
from completion_positions import added, answers, checkout, folded, index_of
from descent import least

from copilot.context.listing import relative
from copilot.context.reader import StoredIndex
from copilot.context.tokens import lex
from copilot.engines.embedded import below, correction, mixing, ngram, rank
from copilot.engines.embedded import sources as places
from copilot.engines.embedded.caret import caret
from copilot.engines.embedded.history import Place

RIDGE = 20.0
MIX_RIDGE = 5.0
SEED = 7
HOME = Path(rank.__file__).parent
_PARTS = 4
_RELEASES = ((-1, 1.0), (-2, 0.66))
"""Releases whose lines are learned from, and how many of the places."""

_STEPS = 10
"""Words of a line that the mixer learns from."""


def regression(values: np.ndarray, labels: np.ndarray, names: Sequence[str]) -> dict[str, Any]:
    """`bias` and `features` (mean, scale, weight) by Newton's method with a ridge (not on the bias)."""
    mean, scale = values.mean(axis=0), np.maximum(values.std(axis=0), 1e-3)
    x = np.hstack([(values - mean) / scale, np.ones((len(values), 1))])
    weight = correction.regression(x, labels, np.array([RIDGE] * len(names) + [0.0]))
    rows = zip(names, mean, scale, weight[:-1], strict=True)
    features = {name: [round(float(v), 4) for v in row] for name, *row in rows}
    return {"bias": round(float(weight[-1]), 4), "features": features}


def confidence(
    values: np.ndarray, labels: np.ndarray, packages: np.ndarray, places: np.ndarray, provenance: str
) -> None:
    """Fit and write `complete.json`. `packages`, `places`: where each row comes from.

    Both models are drawn towards the middle. How much is measured on packages that were left out of a fit, on the surest
    candidate of each place (the one that would be shown), and undone by `stretch` and `shift`.
    """
    early = [n for n, name in enumerate(rank.FEATURES) if name not in rank.LATE]
    whole = _fitted(values, labels)
    held = np.zeros(len(labels))
    for part in range(_PARTS):
        out = packages % _PARTS == part
        held[out] = rank.logits(_fitted(values[~out], labels[~out]), values[out])
    order = np.lexsort((held, places))
    surest = order[np.flatnonzero(np.diff(places[order], append=-1))]
    stretch, shift = _straightened(held[surest], labels[surest])
    data = {
        "provenance": provenance,
        "columns": "features: mean, scale, weight; trees: nodes [feature, threshold, left, right] or [value]",
        "names": list(rank.FEATURES),
        "stretch": round(stretch, 4),
        "shift": round(shift, 4),
        **whole,
        "instant": regression(values[:, early], labels, [rank.FEATURES[n] for n in early]),
    }
    data["trees"] = data.pop("trees")
    head = json.dumps({k: v for k, v in data.items() if k != "trees"}, indent=1)
    rows = ",\n  ".join(json.dumps(tree) for tree in data["trees"])
    (HOME / "complete.json").write_text(f'{head[:-2]},\n "trees": [\n  {rows}\n ]\n}}\n')


def _fitted(values: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    bias, trees = boosted(values, labels, np.ones(len(labels)), Shape())
    short = [[[_short(v) for v in node] for node in tree] for tree in trees]
    return {**regression(values, labels, rank.FEATURES), "tree_bias": round(bias, 4), "trees": short}


def _straightened(logits: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Scale and offset that make these log odds as probable as they say (Platt 1999)."""
    x = np.stack([logits, np.ones(len(logits))], axis=1)
    weight = correction.regression(x, labels, np.zeros(2), np.array([1.0, 0.0]))
    return float(weight[0]), float(weight[1])


def _short(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value


def candidates(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, str]:
    """Features, truth, package and place of every candidate at `count` places a package."""
    values, labels, packages, places, asked, names = [], [], [], [], 0, []
    for history in histories.histories("train"):
        for release, share in _RELEASES:
            if len(history.commits) < 1 - release:
                continue
            index = index_of(checkout(history, history.commits[release - 1]))
            for place, found, _ in answers(
                added(history, round(count * share), SEED, release, while_typing=True), index
            ):
                asked += 1
                values += [proposal.values for proposal in found if proposal.whole]
                labels += [folded(proposal.text) == folded(place.gold) for proposal in found if proposal.whole]
                packages += [len(names)] * sum(proposal.whole for proposal in found)
                places += [asked] * sum(proposal.whole for proposal in found)
            index.close()
        names.append(history.name)
    told = f"completion_fit.py: {asked} places, {len(labels)} candidates, {sum(labels)} right; {', '.join(names)}"
    return np.array(values), np.array(labels, float), np.array(packages), np.array(places), told


def events(count: int) -> Iterator[tuple[np.ndarray, int, str]]:
    """For words of the added lines: the mixer's features of the words that could follow, and which of them did."""
    for history in histories.histories("train"):
        root = checkout(history, history.commits[-2])
        index = index_of(root)
        for place in added(history, count, SEED):
            for table, right in _of_place(place, index):
                yield table, right, history.name
        index.close()


def _of_place(place: Place, index: StoredIndex) -> Iterator[tuple[np.ndarray, int]]:
    path = index.root / place.name
    here = caret(path, place.language, place.before, place.after)
    corpus = index.corpus(place.language)
    if isinstance(here, str) or corpus is None:
        return
    known = places.Vocabulary(corpus)
    sources = [places.buffer(here.before, here.after, here.extra, known)]
    sources += places.repository(corpus, relative(index.root, path))
    start = ngram.past(here.before, here.extra, here.recent, known, place.language)
    due, step = below.expected(here, place.language), below.below(here).step
    model = ngram.Model(sources, start, known, corpus, place.language, expected=due, step=step)
    done = len(here.before.words) + len(here.extra)
    line = [known.id(word) for word in lex(f"{place.before}{place.gold}\n", place.language).words[done:]]
    for n in range(min(len(line), _STEPS)):
        seen = model.asked(tuple(line[:n]))
        if seen is not None and line[n] in seen.ids:
            yield mixing.table(seen.words, seen.p, seen.unigram, seen.moment, seen.local), seen.ids.index(line[n])


def mixer(rows: list[tuple[np.ndarray, int, str]]) -> None:
    """Fit and write `mix.json`: maximum likelihood with a ridge."""
    x = np.vstack([table for table, _, _ in rows]).astype(np.float32)
    sizes = np.array([len(table) for table, _, _ in rows])
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    right = first + np.array([at for _, at, _ in rows])
    of = np.repeat(np.arange(len(rows)), sizes)
    wanted = x[right].sum(axis=0, dtype=np.float64)

    def slope(weight: np.ndarray) -> tuple[float, np.ndarray]:
        score = x @ weight.astype(np.float32)
        score -= np.maximum.reduceat(score, first)[of]
        grown = np.exp(score)
        whole = np.add.reduceat(grown, first)
        surprise = (np.log(whole) - score[right]).sum(dtype=np.float64) + MIX_RIDGE * (weight @ weight)
        pull = ((grown / whole[of]) @ x).astype(np.float64) - wanted + 2 * MIX_RIDGE * weight
        return float(surprise) / len(rows), pull / len(rows)

    start = np.zeros(x.shape[1])
    start[[2, 5]] = 0.3  # all words, all shapes: near a plain mixture
    weight = least(slope, start)
    names = ", ".join(sorted({name for _, _, name in rows}))
    told = f"completion_fit.py --mix: {len(rows)} words; {names}"
    data = {"provenance": told, "weights": mixing.named(weight)}
    (HOME / "mix.json").write_text(json.dumps(data, indent=1) + "\n")


def main() -> None:
    """Collect, fit, write."""
    parser = argparse.ArgumentParser(description="Fit the weights of the embedded completion.")
    parser.add_argument("--places", type=int, default=100, help="places a package")
    parser.add_argument("--mix", action="store_true", help="fit the mixer instead of the confidence")
    asked = parser.parse_args()
    if asked.mix:
        mixer(list(events(asked.places)))
        return
    *rows, told = candidates(asked.places)
    confidence(*rows, told)
    print(told)


if __name__ == "__main__":
    main()
