"""How often a rule is right, as far as what became of its remarks tells, and which rules are told in the summary alone for it.

Addressed: the line was changed so that the rule finds it no more. Dismissed: somebody said no. What is outdated or still open
says nothing. Plain functions over counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

_Z: Final = 1.96
"""Of a normal distribution: 95 % two-sided."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of a rule's remarks."""

    rule: str
    shown: int = 0
    addressed: int = 0
    dismissed: int = 0
    outdated: int = 0

    @property
    def judged(self) -> int:
        """How many say anything."""
        return self.addressed + self.dismissed

    @property
    def precision(self) -> float | None:
        """The share of those that were right; None where nothing was judged."""
        return self.addressed / self.judged if self.judged else None

    @property
    def at_least(self) -> float:
        """The lower end of Wilson's interval (95 %) around it; 0 where nothing was judged."""
        return _wilson(self.addressed, self.judged)[0]

    @property
    def at_most(self) -> float:
        """The upper end of the interval; 1 where nothing was judged."""
        return _wilson(self.addressed, self.judged)[1]


def _wilson(hits: int, count: int) -> tuple[float, float]:
    if not count:
        return 0.0, 1.0
    share, square = hits / count, _Z * _Z
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = _Z * math.sqrt(share * (1 - share) / count + square / (4 * count * count)) / (1 + square / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def noisy(tallies: Iterable[Tally], *, below: float, samples: int, kept: Iterable[str] = ()) -> frozenset[str]:
    """Rules whose remarks are folded: judged at least `samples` times, and right less often than `below`. `kept`: rules that the
    bank wants shown all the same.
    """
    never = frozenset(kept)
    return frozenset(
        one.rule
        for one in tallies
        if one.rule not in never and one.judged >= samples and one.precision is not None and one.precision < below
    )


def rows(tallies: Iterable[Tally]) -> list[Mapping[str, object]]:
    """The tallies as plain values, the most judged first."""
    return [
        {
            "rule": one.rule,
            "shown": one.shown,
            "addressed": one.addressed,
            "dismissed": one.dismissed,
            "outdated": one.outdated,
            "precision": one.precision,
            "precision_at_least": one.at_least,
        }
        for one in sorted(tallies, key=lambda one: (-one.judged, one.rule))
    ]
