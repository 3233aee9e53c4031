"""Content review: what text holds that must not leave, decided the same way at every node.

`review(texts, policy)` is the whole interface: detect (`detectors`), decide (`policy`), replace (`surrogates`).
"""

from __future__ import annotations

from copilot.guard.review import Policy, Reviewed, review

__all__ = ["Policy", "Reviewed", "review"]
