# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""Which of the changes that pass comes first: one of the behaviour that most of them speak for, without a part that does
nothing.

Few tests let many changes pass. Those that answer alike wherever they were asked are one behaviour; that several templates
came to it independently speaks for it, as that one of them is likely does. What people write has no idle parts: where one
can be left out and nothing tells, the change fits the tests by chance.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from .rivals import Answers, Found

_FALL = 2.0
"""How fast the likelihood of a change falls with its rank."""
_IDLE = 1.5
"""What an idle part costs, as rank."""
_LOOKED = 4


def behaviours(found: Sequence[Found], got: Answers) -> list[list[int]]:
    """Numbers of the candidates (in order, as those of `got`) that answer alike; one that nothing is known of is alone."""
    alike: dict[object, list[int]] = {}
    for number in range(len(found)):
        row = got.rows[number]
        alike.setdefault(number if row is None else tuple(row), []).append(number)
    return list(alike.values())


def likeliest(found: Sequence[Found], groups: Sequence[Sequence[int]]) -> list[int]:
    """The first candidates of those behaviours that may win, the most likely behaviour first."""
    return [group[0] for group in sorted(groups, key=lambda group: -_weight(found, group))[:_LOOKED]]


def first(found: Sequence[Found], groups: Sequence[Sequence[int]], idle: Collection[int]) -> int:
    """The number of the candidate that comes first; `idle`: those with a part that does nothing."""

    def weight(group: Sequence[int]) -> float:
        return _weight(found, group) * (math.exp(-_FALL * _IDLE) if group[0] in idle else 1.0)

    return max(groups, key=weight)[0]


def _weight(found: Sequence[Found], group: Sequence[int]) -> float:
    """What speaks for a behaviour: the best candidate of each template, by rank."""
    best: dict[str, float] = {}
    for number in group:
        patch = found[number].patch
        best[patch.kind] = min(best.get(patch.kind, math.inf), patch.rank - found[0].patch.rank)
    return sum(math.exp(-_FALL * rank) for rank in best.values())
