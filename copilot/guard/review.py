"""One review of the texts of one prompt: detect, decide by policy, replace by surrogates that are restored here again.

The node that masks is the node that restores: a `Reviewed` keeps the surrogates of its own call and nobody else's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from copilot.config import Guard
from copilot.guard.detect import detect, joined
from copilot.guard.found import Found
from copilot.guard.surrogates import Surrogates, occurrences
from copilot.types import Detection, Verdict

Action = Literal["allow", "redact", "deny"]

_ROUNDS: Final = 8
_CLEAN: Final = Verdict("allow")


@dataclass(frozen=True, slots=True)
class Policy:
    """What is done with each kind; a kind that is not named is redacted."""

    actions: Mapping[str, Action] = field(default_factory=dict)

    def action(self, kind: str) -> Action:
        """What is done with a kind."""
        return self.actions.get(kind, "redact")


def policy(settings: Guard) -> Policy:
    """What settings say of each kind: `guard.deny` wins over `guard.allow`; the rest is replaced."""
    actions: dict[str, Action] = dict.fromkeys(settings.allow, "allow")
    return Policy({**actions, **dict.fromkeys(settings.deny, "deny")})


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The texts as they may go on (the very same objects when nothing was replaced) and what was decided.

    A denied prompt's texts are masked too, so that a caller's mistake sends no value. Neither the texts nor the
    surrogates stand in the representation: it may be logged.
    """

    texts: tuple[str, ...] = field(repr=False)
    verdict: Verdict
    surrogates: Mapping[str, str] = field(default_factory=dict, repr=False)

    def restored(self, text: str) -> str:
        """`text` with each surrogate of this review replaced by what it stands for."""
        if not self.surrogates:
            return text
        parts: list[str] = []
        at = 0
        for start, end in occurrences(text, self.surrogates):
            parts += text[at:start], self.surrogates[text[start:end]]
            at = end
        return "".join((*parts, text[at:])) if at else text

    def held(self, text: str) -> int:
        """How many characters at the end of a streamed `text` may be the beginning of a surrogate: keep them for the next
        piece before `restored`.
        """
        longest = max(map(len, self.surrogates), default=0)
        tail = text[-2 * longest :]
        whole = list(occurrences(tail, self.surrogates)) if longest else []
        for cut in range(max(0, len(tail) - longest + 1), len(tail)):
            if tail[cut] not in "R1" or any(before < cut < after for before, after in whole):
                continue  # no surrogate starts so; or a whole one ends behind the cut, and comes first
            if any(surrogate.startswith(tail[cut:]) for surrogate in self.surrogates):
                return len(tail) - cut
        return 0


def review(texts: Sequence[str], policy: Policy) -> Reviewed:
    """Review texts together: the same value gets the same surrogate in all of them. Never raises, never logs a value.

    A kind that the policy allows is neither replaced nor reported.
    """
    allowed = [kind for kind, action in policy.actions.items() if action == "allow"]
    found = [detect(text, allowed) for text in texts]
    if not any(found):
        return Reviewed(tuple(texts), _CLEAN)
    surrogates = Surrogates(texts)
    masked = [settled(text, places, surrogates, allowed) for text, places in zip(texts, found, strict=True)]
    detections = tuple(
        Detection(one.rule, one.kind, one.start, one.end, number)
        for number, (_, places) in enumerate(masked)
        for one in places
    )
    kinds = {kind for _, places in masked for one in places for kind in (one.kind, *one.also)}
    denied = any(policy.action(kind) == "deny" for kind in kinds)
    verdict = Verdict("deny" if denied else "redact", detections)
    return Reviewed(tuple(text for text, _ in masked), verdict, surrogates.originals())


def settled(text: str, places: list[Found], surrogates: Surrogates, allowed: Sequence[str]) -> tuple[str, list[Found]]:
    """The masked text and the places in `text` that were masked.

    What is masked can uncover something: the value behind it was cut at the longest length a rule looks at, or stands now
    where a rule sees it. So the masked text is looked at again, and what is found there joins what it touches.
    """
    for _ in range(_ROUNDS):
        if not places:
            break
        masked, moved = _masked(text, places, surrogates)
        again = detect(masked, allowed)
        if not again:
            return masked, places
        places = joined([*places, *(_back(one, moved) for one in again)])
    return (_masked(text, places, surrogates)[0] if places else text), places


_FAR: Final = 1 << 62
_Moved = list[tuple[int, int, int, int]]
"""Start and end of each surrogate in the masked text, and of its value in the text."""


def _masked(text: str, places: list[Found], surrogates: Surrogates) -> tuple[str, _Moved]:
    parts: list[str] = []
    moved: _Moved = []
    at = size = 0
    for one in places:
        surrogate = surrogates.of(text[one.start : one.end], one.kind)
        parts += text[at : one.start], surrogate
        size += one.start - at
        moved.append((size, size + len(surrogate), one.start, one.end))
        size, at = size + len(surrogate), one.end
    return "".join((*parts, text[at:])), moved


def _back(one: Found, moved: _Moved) -> Found:
    """A place of the masked text as a place of the text; a surrogate that it touches is taken whole."""
    return one._replace(start=_origin(one.start, moved)[0], end=_origin(one.end - 1, moved)[1])


def _origin(at: int, moved: _Moved) -> tuple[int, int]:
    """Start and end in the text of what the masked text's character `at` stands for."""
    n = bisect_right(moved, (at, _FAR)) - 1
    if n < 0:
        return at, at + 1
    _, after, original, until = moved[n]
    return (original, until) if at < after else (until + at - after, until + at - after + 1)
