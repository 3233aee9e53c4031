"""What a workspace's own history says of the shipped confidence: a few weights, held near "none" by a prior.

With it the one fit of a logistic regression that all of completion's weights come from. Absent on purpose: where the history
comes from (`calibrate`) and the confidence itself (`rank`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from copilot.engines.embedded.rank import PLACE, Correction, logit

Array = NDArray[Any]

CORRECTED: Final = ("line_start", "is_typed", "own_shapes_least", "other_words_least", "reach_own", "reach_other")
"""Features whose weight a workspace may shift."""

_FEWEST: Final = 200
_ROUNDS: Final = 40
_HOLD: Final = (20.0, 5.0, 40.0)
"""How strongly scale, bias and shifts are held to "no correction" (precision of a normal prior)."""


def regression(table: Array, truth: Array, hold: Array, prior: Array | None = None) -> Array:
    """The weights of a logistic regression of `truth` (0 or 1) on the columns of `table`, by Newton's method.

    `hold`: the precision of the normal prior around `prior` (nought) by column.
    """
    prior = np.zeros(table.shape[1]) if prior is None else prior
    weight = prior.copy()
    for _ in range(_ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(table @ weight, -30, 30)))
        slope = table.T @ (truth - p) - hold * (weight - prior)
        step = np.linalg.solve((table * (p * (1 - p))[:, None]).T @ table + np.diag(hold + 1e-9), slope)
        weight += step
        if np.abs(step).max() < 1e-6:
            break
    return weight


def corrected(rows: Sequence[tuple[Sequence[float], bool]]) -> Correction:
    """The correction that these features and truths ask for; "none" where there are few."""
    if len(rows) < _FEWEST:
        return Correction()
    truth = np.array([right for _, right in rows], float)
    columns = [[logit(values) for values, _ in rows], [1.0] * len(rows)]
    columns += [[values[PLACE[name]] for values, _ in rows] for name in CORRECTED]
    table = np.array(columns).T
    spread = np.maximum(table.std(axis=0), 1e-3)
    middle = table.mean(axis=0)
    table[:, 2:] = (table[:, 2:] - middle[2:]) / spread[2:]
    hold = np.array([_HOLD[0], _HOLD[1], *[_HOLD[2]] * len(CORRECTED)])
    weight = regression(table, truth, hold, np.array([1.0, *[0.0] * (table.shape[1] - 1)]))
    shifts = {name: round(float(w / s), 5) for name, w, s in zip(CORRECTED, weight[2:], spread[2:], strict=True)}
    bias = float(weight[1] - (weight[2:] * middle[2:] / spread[2:]).sum())
    return Correction(round(float(weight[0]), 5), round(bias, 5), shifts)
