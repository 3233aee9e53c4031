"""One review of the texts of one prompt: detect, decide by policy, replace by surrogates that are restored here again.

The node that masks is the node that restores: a `Reviewed` keeps the surrogates of its own call and nobody else's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from copilot.guard.detect import detect
from copilot.guard.found import Found
from copilot.guard.surrogates import Surrogates
from copilot.types import Detection, Verdict

Action = Literal["allow", "redact", "deny"]

KINDS: Final = ("private-key", "provider-key", "password", "bank-card", "resident-id")
"""What version 1 looks for."""

_CLEAN: Final = Verdict("allow")


@dataclass(frozen=True, slots=True)
class Policy:
    """What is done with each kind; a kind that is not named is redacted."""

    actions: Mapping[str, Action] = field(default_factory=dict)

    def action(self, kind: str) -> Action:
        """What is done with a kind."""
        return self.actions.get(kind, "redact")


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
        # Longest first: one surrogate may begin another. One pass: what was restored is not looked at again.
        longest_first = sorted(self.surrogates, key=len, reverse=True)
        pattern = re.compile("|".join(map(re.escape, longest_first)))
        return pattern.sub(lambda found: self.surrogates[found[0]], text)

    def held(self, text: str) -> int:
        """How many characters at the end of a streamed `text` may be the beginning of a surrogate: keep them for the next
        piece before `restored`.
        """
        longest = max(map(len, self.surrogates), default=0)
        for size in range(min(longest - 1, len(text)), 0, -1):
            if any(surrogate.startswith(text[-size:]) for surrogate in self.surrogates):
                return size
        return 0


def review(texts: Sequence[str], policy: Policy) -> Reviewed:
    """Review texts together: the same value gets the same surrogate in all of them. Never raises, never logs a value.

    A kind that the policy allows is neither replaced nor reported.
    """
    found = [[one for one in detect(text) if policy.action(one.kind) != "allow"] for text in texts]
    if not any(found):
        return Reviewed(tuple(texts), _CLEAN)
    surrogates = Surrogates(texts)
    masked = tuple(_masked(text, places, surrogates) for text, places in zip(texts, found, strict=True))
    detections = tuple(
        Detection(one.rule, one.kind, one.start, one.end, number)
        for number, places in enumerate(found)
        for one in places
    )
    denied = any(policy.action(one.kind) == "deny" for one in detections)
    return Reviewed(masked, Verdict("deny" if denied else "redact", detections), surrogates.originals())


def _masked(text: str, places: list[Found], surrogates: Surrogates) -> str:
    if not places:
        return text
    at = 0
    parts: list[str] = []
    for one in places:
        parts += text[at : one.start], surrogates.of(text[one.start : one.end], one.kind)
        at = one.end
    return "".join((*parts, text[at:]))
