"""Learn the order of context candidates: `python tests/bench/context_fit.py` writes `copilot/context/rank.json`.

From packages and modules that `context.py` does not measure. Listwise: of the candidates of a place, the definition
that the line uses should have the highest weighted sum (softmax loss, a penalty on the weights). Plain gradient steps;
the same data and seed give the same weights.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from boosting_lists import trees
from context import Subject, subjects
from context_places import Gold, drafts_at, golds, index_of

from copilot.context import candidates, copies, measures, modules, place, rank, symbols
from copilot.context.found import Found
from copilot.context.reader import StoredIndex
from copilot.context.receivers import Meanings
from copilot.types import document

OUT = Path(__file__).parents[2] / "copilot" / "context" / "rank.json"
PYTHON = ("oscar", "fava", "httpx", "piecash", "werkzeug", "kombu")
JAVA = ("jdk.jdeps/com", "jdk.jdi/com", "java.naming", "jdk.jlink/jdk")
SEED, COUNT, MEMBERS = 11, 200, 60
"""Places of a repository, and further ones where a member is used."""

CANDIDATES = 50
"""Of the pool, which is in the fused order, so many are learned from."""

STEPS, RATE = 300, 0.1
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


Lists = list[tuple[np.ndarray, int]]


def rows(subject: Subject) -> tuple[Lists, Lists]:
    """`(values of the candidates, which one is right)` of every place, and the same for the members of the right type."""
    units: Lists = []
    inner: Lists = []
    with tempfile.TemporaryDirectory() as folder:
        index = index_of(subject.root, Path(folder), subject.places)
        places = [
            *golds(subject.root, index, COUNT, SEED),
            *golds(subject.root, index, MEMBERS, SEED + 1, source="member"),
        ]
        for gold in dict.fromkeys(places):
            found, here = asked(subject.root, index, gold)
            right = next((n for n, f in enumerate(found) if f.unit.key == key(gold)), -1)
            if right < 0 or len(found) < 2:
                continue
            kept = found[:CANDIDATES] if right < CANDIDATES else [found[right], *found[: CANDIDATES - 1]]
            units.append((rank.features(kept).astype(np.float32), right if right < CANDIDATES else 0))
            if gold.unit.key != key(gold):
                members = symbols.members(index, found[right].unit)
                measured = measures.members_measured(
                    measures.around(here, index.corpus(gold.language)), found[right], members
                )
                which = next((n for n, (m, _) in enumerate(measured) if m.name == gold.unit.name), -1)
                if which >= 0 and len(measured) > 1:
                    inner.append((np.array([rank.member_features(v) for _, v in measured], np.float32), which))
        index.close()
    return units, inner


def fitted(lists: Lists, names: tuple[str, ...], penalty: float) -> dict[str, float]:
    """The weights, in the values' own units."""
    flat = np.concatenate([values for values, _ in lists])
    scale = flat.std(0) + 1e-6
    most = max(len(values) for values, _ in lists)
    print(f"{len(lists)} lists, {flat.shape}", flush=True)
    data = np.zeros((len(lists), most, flat.shape[1]), np.float32)
    there = np.zeros((len(lists), most), bool)
    right = np.array([n for _, n in lists])
    for at, (values, _) in enumerate(lists):
        data[at, : len(values)] = values / scale
        there[at, : len(values)] = True
    weights = np.zeros(flat.shape[1], np.float64)
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    chosen = data[np.arange(len(lists)), right].mean(0)
    for step in range(1, STEPS + 1):
        scores = np.where(there, data @ weights.astype(np.float32), -1e9)
        scores -= scores.max(1, keepdims=True)
        shares = np.exp(scores)
        shares /= shares.sum(1, keepdims=True)
        slope = np.einsum("pc,pcf->f", shares, data) / len(lists) - chosen + penalty * weights
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        weights -= RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return {name: round(float(w), 4) for name, w in zip(names, weights / scale, strict=True)}


def write(weights: dict[str, float], found: list[dict[str, Any]]) -> None:
    """One line a weight and a tree."""
    rows = ",\n  ".join(f"{json.dumps(name)}: {value}" for name, value in weights.items())
    lines = ",\n  ".join(json.dumps(tree) for tree in found)
    OUT.write_text(f'{{"weights": {{\n  {rows}\n }},\n "trees": [\n  {lines}\n ]}}\n', "utf-8")


def main() -> None:
    """Gather the rows of every repository and write the weights."""
    units: Lists = []
    inner: Lists = []
    with tempfile.TemporaryDirectory() as folder:
        for subject in subjects(Path(folder), PYTHON, JAVA):
            found, members = rows(subject)
            print(f"{subject.name}: {len(found)} places, {len(members)} of members", flush=True)
            units += found
            inner += members
    weights = fitted(units, rank.FEATURES, PENALTY) | fitted(inner, rank.MEMBERS, MEMBERS_PENALTY)
    base = np.array([weights[name] for name in rank.FEATURES])
    write(weights, trees(units, base, rank.FEATURES))


if __name__ == "__main__":
    main()
