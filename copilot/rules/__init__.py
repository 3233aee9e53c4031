"""Rules on the tree of a file, as data: security (`<language>.toml`) and the bank's (`bank/`); `findings` runs them.

The same rules judge candidates (`verify.secure`) and serve review and diagnostics. Absent on purpose: hard-coded
secrets, which content review (`guard.detect`) finds in any text.
"""

from __future__ import annotations

from copilot.rules.findings import Hit, findings, hits, triggered
from copilot.rules.rule import BANK, PREFIX, SECURITY, Policy, Rule, called, policies, rules, said

__all__ = [
    "BANK",
    "PREFIX",
    "SECURITY",
    "Hit",
    "Policy",
    "Rule",
    "called",
    "findings",
    "hits",
    "policies",
    "rules",
    "said",
    "triggered",
]
