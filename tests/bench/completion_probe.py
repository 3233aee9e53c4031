"""Precision of the embedded completion on held-out lines: `python tests/bench/completion_probe.py [places a package]`.

Prints exact match of the rest of the line (EM), precision on the surest 10, 25 and 40 % of the places, coverage and
precision at the thresholds, and CPU time. Not a gate: a report to read before and after a change.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence

from completion_positions import HELD_OUT, folded, rows
from report import Figure, publish

Row = tuple[float, bool, float, str, bool]


def _table(name: str, found: Sequence[Row]) -> str:
    ranked = sorted(found, key=lambda row: -row[0])
    cells = [f"{name:26} N {len(found):4}  EM {_share(found):.3f}  top10 {sum(r[4] for r in found) / len(found):.3f}"]
    for part in (0.1, 0.25, 0.4):
        cells.append(f"p@{int(part * 100)} {_share(ranked[: max(int(len(ranked) * part), 1)]):.2f}")
    for threshold in (0.8, 0.5, 0.35):
        shown = [row for row in found if row[0] >= threshold]
        cells.append(f"thr {threshold}: {len(shown) / len(found):.2f}/{_share(shown):.2f}")
    spent = sorted(row[2] for row in found)
    cells.append(f"cpu p50 {statistics.median(spent):.0f} p95 {spent[int(len(spent) * 0.95)]:.0f} ms")
    return "  ".join(cells)


def _share(found: Sequence[Row]) -> float:
    return sum(row[1] for row in found) / len(found) if found else float("nan")


def main() -> None:
    """Ask, and print a row a package, a kind, and all."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    by_name: dict[str, list[Row]] = {}
    for name, place, found, spent in rows(HELD_OUT, count, seed=7):
        gold = folded(place.gold)
        first = found[0].confidence if found else 0.0
        hit = bool(found) and folded(found[0].text) == gold
        by_name.setdefault(name, []).append((first, hit, spent, place.kind, any(folded(f.text) == gold for f in found)))
    everything = [row for part in by_name.values() for row in part]
    for name, part in by_name.items():
        print(_table(name, part))
    for kind in ("start", "mid", "part"):
        print(_table(kind, [row for row in everything if row[3] == kind]))
    print(_table("all", everything))
    ranked = sorted(everything, key=lambda row: -row[0])
    spent = sorted(row[2] for row in everything)
    figures = [
        Figure("completion.places", len(everything), "places"),
        Figure("completion.exact_line", _share(everything), "share"),
        Figure("completion.precision_at_25", _share(ranked[: len(ranked) // 4]), "share"),
        Figure("completion.precision_at_10", _share(ranked[: len(ranked) // 10]), "share"),
        Figure("completion.cpu_p50_ms", statistics.median(spent), "ms CPU"),
        Figure("completion.cpu_p95_ms", spent[int(len(spent) * 0.95)], "ms CPU"),
    ]
    for profile, threshold in (("quiet", 0.8), ("normal", 0.5), ("eager", 0.35)):
        shown = [row for row in everything if row[0] >= threshold]
        figures.append(Figure(f"completion.shown_{profile}", len(shown) / len(everything), "share"))
        figures.append(Figure(f"completion.precision_{profile}", _share(shown), "share"))
    publish("completion", figures)


if __name__ == "__main__":
    main()
