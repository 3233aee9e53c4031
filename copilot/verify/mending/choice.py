# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""Which of the changes that pass comes first: one of the behaviour that most of them speak for, without a part that does
nothing.

Few tests let many changes pass. Those that answer alike wherever they were asked are one behaviour; that several templates
came to it independently speaks for it, as that one of them is likely does. What people write has no idle parts: where one
can be left out and nothing tells, the change fits the tests by chance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence

from .rivals import Answers, Found
from .templates import LEFT_OUT

_FALL = 2.0
"""How fast the likelihood of a change falls with its rank."""
_IDLE = 1.5
"""What an idle part costs, as rank."""
_GROUPS, _MEMBERS = 4, 3


def behaviours(found: Sequence[Found], got: Answers) -> list[list[int]]:
    """Numbers of the candidates (in order, as those of `got`) that answer alike; one that nothing is known of is alone."""
    alike: dict[object, list[int]] = {}
    for number in range(len(found)):
        row = got.rows[number]
        alike.setdefault(number if row is None else tuple(row), []).append(number)
    return list(alike.values())


def first(found: Sequence[Found], groups: Sequence[Sequence[int]], idle: Callable[[int], Collection[object]]) -> int:
    """The number of the candidate that comes first. `idle` gives the parts of a candidate that do nothing; it is asked of
    few: the first ones of those behaviours that may win.
    """
    ranked = sorted(groups, key=lambda group: -_weight(found, group))[:_GROUPS]
    best, most = 0, -1.0
    for group in ranked:
        whole = next(
            (number for number in group[:_MEMBERS] if not (_drops(found, group, number) or idle(number))), None
        )
        weight = _weight(found, group) * (math.exp(-_FALL * _IDLE) if whole is None else 1.0)
        if weight > most:
            best, most = group[0] if whole is None else whole, weight
    return best


def _drops(found: Sequence[Found], group: Sequence[int], number: int) -> bool:
    """Whether a candidate only leaves out what a likelier one, that answers alike, keeps: what inputs do not reach is not
    idle for that.
    """
    return number != group[0] and found[number].patch.kind in LEFT_OUT


def _weight(found: Sequence[Found], group: Sequence[int]) -> float:
    """What speaks for a behaviour: the best candidate of each template, by rank."""
    best: dict[str, float] = {}
    for number in group:
        patch = found[number].patch
        best[patch.kind] = min(best.get(patch.kind, math.inf), patch.rank - found[0].patch.rank)
    return sum(math.exp(-_FALL * rank) for rank in best.values())
