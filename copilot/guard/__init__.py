"""Content review: what text holds that must not leave, decided the same way at every node.

`review(texts, policy)` is the whole interface: detect (`detect`), decide (`Policy`), replace (`surrogates`). `retrieved(text)`
is for what a prompt shows of other files.
"""

from __future__ import annotations

from copilot.guard.detect import retrieved
from copilot.guard.review import Policy, Reviewed, policy, review

__all__ = ["Policy", "Reviewed", "policy", "retrieved", "review"]
