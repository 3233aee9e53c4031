"""One review of the texts of one prompt: detect, decide by policy, replace by surrogates that are restored here again.

The node that masks is the node that restores: a `Reviewed` keeps the surrogates of its own call and nobody else's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from copilot.types import Verdict

Action = Literal["allow", "redact", "deny"]

KINDS: Final = ("private-key", "provider-key", "password", "bank-card", "resident-id")
"""What version 1 looks for."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What is done with each kind; a kind that is not named is redacted."""

    actions: Mapping[str, Action] = field(default_factory=dict)

    def action(self, kind: str) -> Action:
        """What is done with a kind."""
        return self.actions.get(kind, "redact")


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The texts as they may go on (the very same objects when nothing was replaced) and what was decided."""

    texts: tuple[str, ...]
    verdict: Verdict
    surrogates: Mapping[str, str] = field(default_factory=dict, repr=False)

    def restored(self, text: str) -> str:
        """`text` with each surrogate of this review replaced by what it stands for."""
        for surrogate, original in self.surrogates.items():
            text = text.replace(surrogate, original)
        return text


def review(texts: Sequence[str], policy: Policy) -> Reviewed:
    """Review texts together: the same value gets the same surrogate in all of them. Never raises, never logs a value."""
    raise NotImplementedError(texts, policy)
