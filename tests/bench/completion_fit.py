"""Fit the confidence of the embedded completion: `python tests/bench/completion_fit.py [places a package]`.

Logistic regression on the candidates of held-out lines of installed open-source packages (`TRAIN`); label: the
candidate is exactly the rest of the line. Writes `copilot/engines/embedded/complete.json` with its provenance. Only
the fitted numbers are kept, no text.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from completion_positions import TRAIN, folded, rows

from copilot.engines.embedded import rank

_RIDGE = 3.0
_OUT = Path(rank.__file__).with_name("complete.json")


def _fit(values: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias by Newton's method with a ridge (not on the bias)."""
    x = np.hstack([values, np.ones((len(values), 1))])
    weight = np.zeros(x.shape[1])
    ridge = np.full(x.shape[1], _RIDGE)
    ridge[-1] = 0.0
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(x @ weight, -30, 30)))
        slope = x.T @ (labels - p) - ridge * weight
        curve = (x * (p * (1 - p))[:, None]).T @ x + np.diag(ridge + 1e-9)
        step = np.linalg.solve(curve, slope)
        weight += step
        if np.abs(step).max() < 1e-6:
            break
    return weight[:-1], float(weight[-1])


def main() -> None:
    """Collect, fit, write."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    values, labels, asked = [], [], 0
    for _, place, found, _ in rows(TRAIN, count, seed=11):
        asked += 1
        gold = folded(place.gold)
        for proposal in found:
            values.append(proposal.values)
            labels.append(folded(proposal.text) == gold)
    table, truth = np.array(values), np.array(labels, float)
    mean, scale = table.mean(axis=0), np.maximum(table.std(axis=0), 1e-3)
    weight, bias = _fit((table - mean) / scale, truth)
    features = {
        name: [round(float(m), 4), round(float(s), 4), round(float(w), 4)]
        for name, m, s, w in zip(rank.FEATURES, mean, scale, weight, strict=True)
    }
    provenance = (
        f"tests/bench/completion_fit.py {count}: {asked} places, {len(truth)} candidates, {int(truth.sum())} right; "
        f"held-out lines of the installed {', '.join(TRAIN)}"
    )
    _OUT.write_text(
        json.dumps(
            {"provenance": provenance, "columns": "mean, scale, weight", "bias": round(bias, 4), "features": features},
            indent=1,
        )
        + "\n"
    )
    print(provenance)
    for name, row in sorted(features.items(), key=lambda item: -abs(item[1][2])):
        print(f"{name:16} {row[2]:+.3f}")


if __name__ == "__main__":
    main()
