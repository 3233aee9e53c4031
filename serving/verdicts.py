"""What review decided about one request, put on record and counted: of what was asked, and of what was answered."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.guard import Judge
from copilot.guard.found import Found
from copilot.types import Verdict
from serving.errors import Refused
from serving.inbound import Prepared
from serving.state import State
from serving.trail import Trail


def asked(state: State, trail: Trail, verdict: Verdict) -> None:
    """The rules that found something in a prompt."""
    trail.rules = tuple(sorted({found.rule for found in verdict.detections}))
    for found in verdict.detections:
        state.metrics.reviewed(found.kind, state.policy.decided(found), "input")


def judge(state: State, made: Prepared) -> Judge:
    """For the answer to a prompt: what was replaced in it is the asker's own."""
    return Judge(state.said_policy, made.reviewed.texts, frozenset(made.reviewed.surrogates.values()))


def said(state: State, trail: Trail, found: Sequence[Found], *, denied: bool) -> None:
    """The verdict on an answer, its rules and kinds."""
    trail.said_verdict = "deny" if denied else "redact" if found else "allow"
    trail.said_rules = tuple(sorted({one.rule for one in found}))
    for one in found:
        state.metrics.reviewed(one.kind, state.said_policy.decided(one), "output")


def withheld(found: Sequence[Found]) -> Refused:
    """For an answer that review ended."""
    kinds = ", ".join(sorted({one.kind for one in found}))
    return Refused(403, "content_denied", f"The model's answer held what may not be shown ({kinds}): it was ended.")
