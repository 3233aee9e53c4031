"""Content review: what text holds that must not leave, decided the same way at every node.

`review(texts, policy)` is the interface for what is asked: detect (`detect`), decide (`Policy`), replace (`surrogates`);
`retrieved(text)` for what a prompt shows of other files. For what is answered it is `masks(text, judge)`, and `Flow(judge)`
while the answer is being written.
"""

from __future__ import annotations

from copilot.guard.detect import retrieved
from copilot.guard.flow import Flow
from copilot.guard.judge import Judge, Masks, masks
from copilot.guard.review import Policy, Reviewed, policy, review

__all__ = ["Flow", "Judge", "Masks", "Policy", "Reviewed", "masks", "policy", "retrieved", "review"]
