"""What decides about an answer: policy, what is the asker's own, and the masks that stand where findings stood.

An answer is reviewed as the model wrote it, before the surrogates of its prompt are restored: what the developer had sent
himself is none of its findings, and goes back to him.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence

from copilot.guard.detect import detect
from copilot.guard.found import Found
from copilot.guard.review import Policy, settled
from copilot.guard.surrogates import Surrogates


class Judge:
    """What decides about one answer: the policy, and the values that whoever asked had sent himself, which are his own.

    `texts` are what surrogates must not occur in. One judge serves all texts of an answer: the same value gets the same
    surrogate in each.
    """

    def __init__(self, policy: Policy, texts: Sequence[str] = (), own: Collection[str] = ()) -> None:
        self.policy, self.own = policy, own
        self.allowed = policy.allowed
        self._texts = texts
        self._surrogates: Surrogates | None = None

    def found(self, text: str) -> list[Found]:
        """The places of a text that may not be shown."""
        found = detect(text, self.allowed, self.policy.packs)
        return (
            [one for one in found if self.policy.hides(one) and text[one.start : one.end] not in self.own]
            if found
            else found
        )

    def settled(self, text: str, found: list[Found]) -> list[Found]:
        """The places that must be replaced so that nothing is found in what remains."""
        return settled(text, found, Surrogates(()), self.policy, self.allowed)[
            1
        ]  # what is only tried uses up no surrogate

    @property
    def surrogates(self) -> Surrogates:
        """Made at the first need: answers are clean."""
        if self._surrogates is None:
            self._surrogates = Surrogates(self._texts, self.policy.key)
        return self._surrogates

    def denies(self, one: Found) -> bool:
        """Whether the policy ends the answer for this."""
        return self.policy.decided(one) == "deny"


class Masks:
    """The findings of one text of an answer, in order, and what is shown in their place. `denied` ends the answer."""

    __slots__ = ("_masks", "_starts", "denied", "places")

    def __init__(self) -> None:
        self.places: list[Found] = []
        self.denied: Found | None = None
        self._starts: list[int] = []
        self._masks: list[str] = []

    def add(self, place: Found, mask: str) -> None:
        """One more, behind the others."""
        self.places.append(place)
        self._starts.append(place.start)
        self._masks.append(mask)

    def shown(self, units: Sequence[str], at: int, *, begun: bool = False) -> str:
        """The characters `units` of the text (as they are written: an escape may be one) that stand at `at`, with masks
        where values begin. `begun`: the first of them goes on from another piece, which has its mask.
        """
        end, done = at + len(units), at
        parts: list[str] = []
        for place, mask in self._around(at, end):
            parts += units[done - at : max(place.start, done) - at]
            if place.start >= at + begun:
                parts.append(mask)
            done = min(place.end, end)
        return "".join((*parts, *units[done - at :]))

    def touched(self, at: int, end: int) -> list[Found]:
        """The findings of which a part stands in `[at, end)`."""
        return [place for place, _ in self._around(at, end)]

    def _around(self, at: int, end: int) -> list[tuple[Found, str]]:
        n = max(0, bisect_right(self._starts, at) - 1)
        m = bisect_right(self._starts, end - 1)
        return [row for row in zip(self.places[n:m], self._masks[n:m], strict=True) if row[0].end > at]


def masks(text: str, judge: Judge) -> Masks:
    """The verdict on a whole text: the same as `Flow`'s at its end."""
    made = Masks()
    found = judge.found(text)
    for place in judge.settled(text, found) if found else ():
        if made.denied is None and judge.denies(place):
            made.denied = place
        made.add(place, judge.surrogates.of(text[place.start : place.end], place.kind))
    return made
