"""How far a repair by tests can be trusted, in one of three words, and why.

`proven`: the suite passes, notices every fault planted around the change, and no other small change that passes behaves
differently. `plausible`: the suite passes, and little speaks for another change. `suggestion`: nothing more than that.
"""

from __future__ import annotations

import math
from typing import Final

from copilot.messages import say
from copilot.types import Check
from copilot.verify.repairing import Patch, Searched

PROVEN: Final = "proven"
PLAUSIBLE: Final = "plausible"
SUGGESTION: Final = "suggestion"
LABELS: Final = (PROVEN, PLAUSIBLE, SUGGESTION)
"""Best first."""


_THICK: Final = 6
"""With fewer tests and examples nothing is proven, and only a likely kind of change without idle parts is plausible."""
_LIKELY: Final = 2.6
_HALVES: Final = 2
_PLANTED: Final = 2
_SURE: Final = 0.8
_FALL: Final = 0.8
"""How fast likelihood falls with the rank, and the share of it that must speak for one behaviour: with three visible inputs
67 of 69 such changes were right, of the others 50 of 83.
"""


def label(checks: tuple[Check, ...]) -> str:
    """The label that a suggestion's evidence holds; empty when it was not repaired by tests."""
    return next((check.name for check in checks if check.name in LABELS), "")


def at_least(mine: str, wanted: str) -> bool:
    """Whether a label is as good as the wanted one."""
    return mine in LABELS and LABELS.index(mine) <= LABELS.index(wanted)


def judged(found: Searched) -> Check:
    """The label of the first patch of a search as a check, with its reasons."""
    told = dict(found.told or {})
    best = found.patches[0]
    mutants, unnoticed = int(told.get("mutants", 0)), int(told.get("unnoticed", 0))
    rivals = [each for each in found.patches[1:] if each.differs != 0]
    reasons = [say("{count} tests and examples pass", count=int(told.get("cases", 0)))]
    if mutants:
        reasons.append(
            say(
                "of {count} faults planted around the change the tests notice {seen}",
                count=mutants,
                seen=mutants - unnoticed,
            )
        )
    for rival in rivals[:2]:
        if rival.shown:
            call, first, own = rival.shown[0]
            reasons.append(
                say("another change passes, too, and differs at {function}({call}): {first} here, {own} there",
                    function=best.function, call=_short(call), first=_short(first), own=_short(own))
            )  # fmt: skip
    idle = [str(part) for part in told.get("idle") or ()]
    if idle:
        reasons.append(
            say("a part has no effect, in it or in a likelier change that answers alike: {part}", part=_short(idle[0]))
        )
    halves = told.get("halves") or []
    complete = bool(told.get("complete"))
    if not complete:
        reasons.append(say("the time was not enough to look at every likely change"))
    if halves:
        reasons.append(
            say("with one half of the tests alone it would be the first, too")
            if all(halves)
            else say("with one half of the tests alone another change would come first")
        )
    cases = int(told.get("cases", 0))
    name = SUGGESTION
    thick = cases >= _THICK and len(halves) == _HALVES and all(halves)
    if complete and thick and not rivals and mutants >= _PLANTED and not unnoticed:
        name = PROVEN
    elif _share(found) >= _SURE and (cases >= _THICK or (best.cost < _LIKELY and not idle)):
        name = PLAUSIBLE
    return Check(name, passed=True, detail=say("{label}: {reasons}", label=name, reasons="; ".join(reasons)))


def lessened(check: Check, failing: int) -> Check:
    """The label of a change with which so many tests fail as before: a suggestion."""
    reasons = [say("{count} fail as before", count=failing), check.detail.removeprefix(f"{check.name}: ")]
    return Check(
        SUGGESTION, passed=True, detail=say("{label}: {reasons}", label=SUGGESTION, reasons="; ".join(reasons))
    )


def _share(found: Searched) -> float:
    """How much of what passes, by likelihood, behaves as the first change does."""
    first = found.patches[0]
    weights = [(math.exp(_FALL * (first.rank - one.rank)), one is first or one.differs == 0) for one in found.patches]
    return sum(weight for weight, same in weights if same) / sum(weight for weight, _ in weights)


def further(patch: Patch) -> Check:
    """A later patch of a search: a suggestion, with what it does differently from the first."""
    detail = say("it behaves as the first change does wherever it was asked")
    if patch.shown:
        call, first, own = patch.shown[0]
        detail = say("at {function}({call}) it gives {own}, the first change {first}",
                     function=patch.function, call=_short(call), own=_short(own), first=_short(first))  # fmt: skip
    return Check(SUGGESTION, passed=True, detail=say("{label}: {reasons}", label=SUGGESTION, reasons=detail))


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
