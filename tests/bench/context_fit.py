"""Learn the order of context candidates: `python tests/bench/context_fit.py` writes `copilot/context/rank.json`.

From packages and modules that `context.py` does not measure. Listwise: of the candidates of a place, the definition
that the line uses should have the highest weighted sum (softmax loss, a penalty on the weights). Plain gradient steps;
the same data and seed give the same weights. `python tests/bench/context_fit.py left-out` writes nothing: it prints how
often the definition's file is among the first five in repositories that the order was not learned from (five folds).
`mean`: what is written is the mean of this fit and of the order that stands, which errs less than either.
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from boosting_lists import Lists, mended, trees
from context import Subject, subjects
from context_places import Gold, drafts_at, golds, index_of

from copilot.context import candidates, copies, measures, modules, place, rank, symbols
from copilot.context.found import Found
from copilot.context.reader import StoredIndex
from copilot.context.receivers import Meanings
from copilot.types import document

OUT = Path(__file__).parents[2] / "copilot" / "context" / "rank.json"
PYTHON = ("oscar", "fava", "httpx", "piecash", "werkzeug", "kombu", "babel", "marshmallow", "watchdog", "wtforms")
JAVA = ("jdk.jdeps/com", "jdk.jdi/com", "java.naming", "jdk.jlink/jdk", "java.management")
SEED, COUNT, MEMBERS = 11, 200, 60
"""Places of a repository, and further ones where a member is used."""

CANDIDATES, OTHERS = 40, 3
"""Of the pool, which is in the fused order, the first so many are learned from, and of the rest one in so many: without
those an order would be learned that holds among the first only.
"""

STEPS, RATE = 300, 0.1
FOLDS, FIRST, WORKERS = 5, 5, 2
PENALTY, MEMBERS_PENALTY = 3e-3, 3e-2


def asked(root: Path, index: StoredIndex, gold: Gold) -> tuple[list[Found], place.Place]:
    """The candidates of a place, and the place."""
    doc = document(root / gold.path, gold.language, gold.before + gold.after)
    here = place.place(doc, gold.path, gold.before, gold.after, len(gold.before.encode()))
    own = modules.python(root, gold.path) if gold.language == "python" else ""
    corpus = index.corpus(gold.language)
    drafts = list(drafts_at(root / gold.path, gold, index))
    drafts += copies.continued(corpus, gold.before, gold.language, gold.path) if corpus is not None else []
    return candidates.gathered(here, index, Meanings(here, index, own), corpus, drafts)[0], here


def key(gold: Gold) -> tuple[int, int]:
    """The candidate that shows the definition: a member is shown by its type."""
    unit = gold.unit
    return unit.key if unit.parent < 0 or unit.is_type else (unit.file, unit.parent)


@dataclass(frozen=True)
class Rows:
    """Of one repository: the candidates of every place, the members of the right type, and of each list of candidates
    the kind of its place and the file of each.
    """

    units: Lists = field(default_factory=list)
    inner: Lists = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    homes: list[list[int]] = field(default_factory=list)


def rows(subject: Subject) -> Rows:
    """Gather the lists of a repository."""
    made = Rows()
    with tempfile.TemporaryDirectory() as folder:
        index = index_of(subject.root, Path(folder), subject.places)
        places = [
            *golds(subject.root, index, COUNT, SEED),
            *golds(subject.root, index, MEMBERS, SEED + 12, source="member"),
        ]
        for gold in dict.fromkeys(places):
            found, here = asked(subject.root, index, gold)
            right = next((n for n, f in enumerate(found) if f.unit.key == key(gold)), -1)
            if right < 0 or len(found) < 2:
                continue
            which = [n for n in range(len(found)) if n < CANDIDATES or n % OTHERS == 0 or n == right]
            weight = np.array([math.log(OTHERS) if n >= CANDIDATES and n != right else 0.0 for n in which])
            kept = [found[n] for n in which]
            made.units.append((rank.features(kept).astype(np.float32), which.index(right), weight))
            made.kinds.append(f"{gold.source} {gold.kind}")
            made.homes.append([one.unit.file for one in kept])
            if gold.unit.key != key(gold):
                members = symbols.members(index, found[right].unit)
                measured = measures.members_measured(
                    measures.around(here, index.corpus(gold.language)), found[right], members
                )
                which = next((n for n, (m, _) in enumerate(measured) if m.name == gold.unit.name), -1)
                if which >= 0 and len(measured) > 1:
                    made.inner.append(
                        (
                            np.array([rank.member_features(v) for _, v in measured], np.float32),
                            which,
                            np.zeros(len(measured)),
                        )
                    )
        index.close()
    print(f"{subject.name}: {len(made.units)} places, {len(made.inner)} of members", flush=True)
    return made


def left_out(every: dict[str, Rows]) -> None:
    """Print the share of places whose right file is among the first five, a row each repository, learned on others."""
    names = list(every)
    for fold in range(FOLDS):
        train = [row for n, name in enumerate(names) if n % FOLDS != fold for row in every[name].units]
        weights = fitted(train, rank.FEATURES, PENALTY)
        base = np.array([weights[name] for name in rank.FEATURES])
        made = trees(train, base, rank.FEATURES)
        for name in names[fold::FOLDS]:
            hits: dict[str, list[bool]] = defaultdict(list)
            held = every[name]
            for (values, right, _), kind, files in zip(held.units, held.kinds, held.homes, strict=True):
                order = np.argsort(-(values @ base + mended(values, made, rank.FEATURES)), kind="stable")
                first = list(dict.fromkeys(files[n] for n in order.tolist()))[:FIRST]
                hits[kind].append(files[right] in first)
            cells = (f"{kind} {sum(found) / len(found):.2f}/{len(found)}" for kind, found in sorted(hits.items()))
            print(f"{name:16} {'  '.join(cells)}", flush=True)


def fitted(lists: Lists, names: tuple[str, ...], penalty: float) -> dict[str, float]:
    """The weights, in the values' own units."""
    flat = np.concatenate([values for values, _, _ in lists])
    scale = flat.std(0) + 1e-6
    most = max(len(values) for values, _, _ in lists)
    print(f"{len(lists)} lists, {flat.shape}", flush=True)
    data = np.zeros((len(lists), most, flat.shape[1]), np.float32)
    there = np.full((len(lists), most), -1e9)
    right = np.array([n for _, n, _ in lists])
    for at, (values, _, weight) in enumerate(lists):
        data[at, : len(values)] = values / scale
        there[at, : len(values)] = weight
    weights = np.zeros(flat.shape[1], np.float64)
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    chosen = data[np.arange(len(lists)), right].mean(0)
    rows = data.reshape(-1, flat.shape[1])
    for step in range(1, STEPS + 1):
        scores = (rows @ weights.astype(np.float32)).reshape(there.shape) + there
        scores -= scores.max(1, keepdims=True)
        shares = np.exp(scores)
        shares /= shares.sum(1, keepdims=True)
        slope = shares.reshape(-1).astype(np.float32) @ rows / len(lists) - chosen + penalty * weights
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        weights -= RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return {name: round(float(w), 4) for name, w in zip(names, weights / scale, strict=True)}


def write(weights: dict[str, float], found: list[dict[str, Any]]) -> None:
    """One line a weight and a tree."""
    rows = ",\n  ".join(f"{json.dumps(name)}: {value}" for name, value in weights.items())
    lines = ",\n  ".join(json.dumps(tree) for tree in found)
    OUT.write_text(f'{{"weights": {{\n  {rows}\n }},\n "trees": [\n  {lines}\n ]}}\n', "utf-8")


def mean(weights: dict[str, float], found: list[dict[str, Any]]) -> tuple[dict[str, float], list[dict[str, Any]]]:
    """The mean of a fit and of the order that stands; of the members' order, the fit alone."""
    known: dict[str, Any] = json.loads(OUT.read_text("utf-8"))
    both = {name: round((weights[name] + known["weights"].get(name, 0.0)) / 2, 4) for name in rank.FEATURES}
    halved = [{**tree, "adds": [round(value / 2, 4) for value in tree["adds"]]} for tree in (*known["trees"], *found)]
    return weights | both, halved


def main() -> None:
    """Gather the rows of every repository and write the weights."""
    every: dict[str, Rows] = {}
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(WORKERS) as several:
        waiting = {s.name: several.submit(rows, s) for s in subjects(Path(folder), PYTHON, JAVA)}
        every = {name: each.result() for name, each in waiting.items()}
    if "left-out" in sys.argv[1:]:
        left_out(every)
        return
    units = [row for held in every.values() for row in held.units]
    inner = [row for held in every.values() for row in held.inner]
    weights = fitted(units, rank.FEATURES, PENALTY) | fitted(inner, rank.MEMBERS, MEMBERS_PENALTY)
    base = np.array([weights[name] for name in rank.FEATURES])
    made = trees(units, base, rank.FEATURES)
    write(*mean(weights, made) if "mean" in sys.argv[1:] else (weights, made))


if __name__ == "__main__":
    main()
