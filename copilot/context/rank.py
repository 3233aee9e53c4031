"""The order of candidates: a weighted sum of the values in `measures`, mended by small trees; learned on public packages.

`rank.json` is readable on purpose: a bank can see why a definition was sent. Absent on purpose: any state.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import repeat
from typing import Any, Final

from copilot.context.found import Found
from copilot.context.symbols import Unit

NAMES: Final = (
    "receiver", "import", "hand", "base", "draft", "window", "named", "package", "beside", "hop", "field", "after", "dotted", "module", "star",
    "typed", "uses", "near", "nearest", "recency", "later", "importers", "files", "folder_files", "parts", "wide_parts",
    "receiver_parts", "type", "constant", "tests", "company", "signature", "shared", "dependency", "dot", "dot_plain",
    "wants_type", "fits_typed", "misfits_typed", "rrf", "private", "unseen_import", "hand_near", "member_draft",
    "told", "spelt", "used", "asked", "waiting", "opens", "in_type", "stem_parts", "remarked", "remark_parts",
    "follows", "follows_top", "takes", "routine_parts", "unused_share", "home", "stem_home", "as_base",
    "called_follows", "called_follows_top", "called_later", "called_uses", "called_folder", "java", "typing", "behind",
)  # fmt: skip
"""The values that are weighed."""

_PRESENCE: Final = (
    "receiver",
    "import",
    "hand",
    "base",
    "draft",
    "window",
    "hop",
    "named",
    "after",
    "dotted",
    "told",
    "spelt",
    "used",
    "asked",
    "waiting",
)
"""Sources that count for themselves too, however strongly they speak."""

_PAIRS: Final = (
    ("dot", "receiver"), ("dot", "hand"), ("dot", "type"), ("dot", "import"), ("dot", "draft"), ("dot", "uses"), ("dot", "after"), ("dot", "dotted"), ("dependency", "after"), ("after", "draft"),
    ("dependency", "import"), ("dependency", "uses"), ("dependency", "hand"), ("dependency", "receiver"),
    ("dependency", "draft"), ("import", "recency"), ("import", "draft"), ("hand", "draft"), ("import", "parts"),
    ("draft", "window"), ("import", "type"), ("later", "import"), ("later", "type"), ("hop", "parts"),
    ("type", "uses"), ("hand", "recency"), ("import", "near"), ("package", "uses"), ("package", "parts"),
    ("stem_parts", "type"), ("stem_parts", "import"), ("remark_parts", "package"), ("remark_parts", "import"), ("company", "type"), ("company", "dot"), ("company", "import"), ("in_type", "type"), ("in_type", "import"), ("in_type", "hand"), ("in_type", "base"), ("opens", "waiting"), ("opens", "hand"),
    ("told", "used"), ("told", "spelt"), ("told", "draft"), ("used", "draft"), ("waiting", "import"), ("waiting", "draft"), ("package", "folder_files"), ("import", "folder_files"), ("dot", "folder_files"), ("type", "folder_files"),
    ("java", "import"), ("java", "package"), ("java", "hand"), ("java", "draft"), ("typing", "draft"), ("typing", "import"),
    ("field", "called_folder"), ("import", "follows"), ("package", "follows"), ("in_type", "as_base"), ("unused_share", "behind"),
)  # fmt: skip
"""Values that mean more together."""

_PRESENT: Final = [NAMES.index(name) for name in _PRESENCE]
_FIRSTS: Final = [NAMES.index(first) for first, _ in _PAIRS]
_SECONDS: Final = [NAMES.index(second) for _, second in _PAIRS]

FEATURES: Final = (*NAMES, *(f"has {n}" for n in _PRESENCE), *(f"{a} & {b}" for a, b in _PAIRS))


DEPTH: Final = 4
"""Levels of a tree."""

MEMBERS: Final = (
    "m_draft", "m_window", "m_named", "m_after", "m_dotted", "m_typed", "m_near", "m_nearest", "m_later", "m_uses", "m_parts", "m_wide_parts",
    "m_files", "m_folder_files", "m_constructor", "m_code", "m_private", "m_receiver_code", "m_beside", "m_kin", "m_company", "m_remark_parts", "m_elsewhere",
    "m_follows", "m_follows_top", "m_takes", "m_routine_parts", "m_home",
)  # fmt: skip
"""The values that order the members of one type."""


def member_features(values: Mapping[str, float]) -> list[float]:
    """The values of a member in the order of `MEMBERS`."""
    return list(map(values.get, MEMBERS, repeat(0.0)))


def members(measured: Sequence[tuple[Unit, Mapping[str, float]]]) -> dict[str, float]:
    """Name of a member to its worth."""
    weights = _model().members
    found: dict[str, float] = {}
    for member, values in measured:
        worth = round(sum(w * v for w, v in zip(weights, member_features(values), strict=True)), 9)
        found[member.name] = max(found.get(member.name, worth), worth)
    return found


def features(found: Sequence[Found]) -> Any:
    """The values of candidates, a row each, in the order of `FEATURES`. Needs numpy."""
    import numpy as np

    plain = np.array([list(map(one.values.get, NAMES, repeat(np.nan))) for one in found]).reshape(-1, len(NAMES))
    present = ~np.isnan(plain[:, _PRESENT])
    plain = np.nan_to_num(plain)
    return np.concatenate([plain, present, plain[:, _FIRSTS] * plain[:, _SECONDS]], 1)


def ordered(found: Sequence[Found]) -> list[tuple[float, Found]]:
    """`(score, candidate)`, best first; ties by place. Needs numpy."""
    import numpy as np

    if not found:
        return []
    values = features(found)
    model = _model()
    scores = values @ np.array(model.weights)
    rows, trees = np.arange(len(found))[:, None], np.arange(len(model.columns))[None, :]
    node, first = np.zeros((len(found), len(model.columns)), np.int64), 0
    for level in range(DEPTH):  # of all trees at once
        at = first + node
        node = node * 2 + (values[rows, model.columns[trees, at]] > model.bounds[trees, at])
        first += 2**level
    scores = scores + model.adds[trees, node].sum(1)
    scored = list(zip(scores.tolist(), found, strict=True))
    return sorted(scored, key=lambda row: (-round(row[0], 9), row[1].unit.path, row[1].unit.start))


@dataclass(frozen=True, slots=True)
class _Model:
    weights: tuple[float, ...]
    members: tuple[float, ...]
    columns: Any
    bounds: Any
    adds: Any
    """A row for each tree: the columns and bounds of its splits, level by level, and what its leaves add."""


@cache
def _model() -> _Model:
    import numpy as np

    known: dict[str, Any] = json.loads(resources.files("copilot.context").joinpath("rank.json").read_text("utf-8"))
    weights: dict[str, float] = known["weights"]
    where = {name: n for n, name in enumerate(FEATURES)}
    trees: list[dict[str, Any]] = known["trees"]
    columns = np.array([[where[name] for name in tree["names"]] for tree in trees], np.int64)
    bounds, adds = np.array([tree["above"] for tree in trees]), np.array([tree["adds"] for tree in trees])
    inner = tuple(weights.get(name, 0.0) for name in MEMBERS)
    return _Model(tuple(weights.get(name, 0.0) for name in FEATURES), inner, columns, bounds, adds)
