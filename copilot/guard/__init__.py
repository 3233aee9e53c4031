"""Content review: what text holds that must not leave, decided the same way at every node.

`review(texts, policy)` is the whole interface: detect (`detect`), decide (`Policy`), replace (`surrogates`).
"""

from __future__ import annotations

from copilot.guard.review import Policy, Reviewed, policy, review

__all__ = ["Policy", "Reviewed", "policy", "review"]
