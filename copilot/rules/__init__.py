"""Security rules on the tree of a file: rules are data (`<language>.toml`), `findings` runs them.

The same rules judge candidates (`verify.secure`) and can serve review and diagnostics. Absent on purpose: hard-coded
secrets, which content review (`guard.detect`) finds in any text.
"""

from __future__ import annotations

from copilot.rules.findings import Hit, findings, hits, triggered
from copilot.rules.rule import PREFIX, Rule, rules

__all__ = ["PREFIX", "Hit", "Rule", "findings", "hits", "rules", "triggered"]
