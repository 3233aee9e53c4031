"""What the audit is told of one request, gathered along its way. Never text: names, numbers, hashes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from copilot.audit.record import Record, now
from serving.callers import Caller, Route
from serving.errors import Refused

_OUTCOMES: Final = {
    "content_denied": "denied",
    "rate_limited": "limited",
    "overloaded": "overloaded",
    "draining": "overloaded",
    "upstream_unavailable": "upstream-error",
    "upstream_error": "upstream-error",
    "upstream_timeout": "timeout",
}


@dataclass(slots=True)
class Trail:
    """One request's facts."""

    request: str
    endpoint: str
    caller: Caller | None = None
    route: Route | None = None
    task: str = ""
    client: str = ""
    template: str = ""
    classification: str = ""
    trace: str = ""
    verdict: str = ""
    rules: tuple[str, ...] = ()
    packs: str = ""
    said_verdict: str = ""
    """What was decided about the answer, and why; empty while there is none."""
    said_rules: tuple[str, ...] = ()
    input_hash: str = ""
    output_hash: str = ""
    tokens: tuple[int, int] | None = None
    outcome: str = ""
    latency_ms: int | None = None

    def record(self, direction: Literal["in", "out"]) -> Record:
        """The record of the decision on the way in, or of the outcome."""
        caller, route = self.caller, self.route
        out = direction == "out"
        tokens_in, tokens_out = self.tokens or (None, None)
        return Record(
            time=now(),
            direction=direction,
            request=self.request,
            team=caller.team if caller is not None else "",
            user=caller.user if caller is not None else "",
            key=caller.key if caller is not None else "",
            client=self.client,
            task=self.task,
            model=route.model if route is not None else "",
            adapter=route.adapter if route is not None else "",
            template=self.template,
            classification=self.classification,
            trace=self.trace,
            verdict=self.said_verdict or self.verdict if out else self.verdict,
            rules=self.said_rules if out and self.said_verdict else self.rules,
            packs=self.packs,
            input_hash=self.input_hash,
            output_hash=self.output_hash if out else "",
            tokens_in=tokens_in if out else None,
            tokens_out=tokens_out if out else None,
            outcome=self.outcome if out else "",
            latency_ms=self.latency_ms if out else None,
        )


def outcome(refused: Refused) -> str:
    """The record's word for a refusal."""
    return _OUTCOMES.get(refused.code, "refused")
