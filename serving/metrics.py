"""Prometheus metrics. Labels are endpoint, task, team, model and outcome; never text, user or key.

Label values come from closed sets: what a client wrote and nobody knows becomes "other". Children are kept, because
looking one up costs more than counting.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from copilot.guard.packs import Pack
from copilot.usage.counts import AGES, KEPT, Row
from serving.config import TASKS

OUTCOMES: Final = frozenset(
    {"ok", "denied", "limited", "overloaded", "aborted", "upstream-error", "timeout", "refused"}
)
ENDPOINTS: Final = frozenset({"completions", "chat"})
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30, 60, 120)
"""Seconds: from a refusal to the longest generation."""


def _any(_name: str) -> bool:
    return True


class Metrics:
    """The gateway's own registry. `known` says whether a model name may be a label."""

    def __init__(self, known: Callable[[str], bool] = _any) -> None:
        self._known = known
        self._registry = CollectorRegistry()
        names = ("endpoint", "task", "team", "model")
        here = self._registry
        self._requests = Counter("bank_copilot_requests", "Requests by outcome.", (*names, "outcome"), registry=here)
        self._seconds = Histogram(
            "bank_copilot_request_seconds",
            "Seconds to the end of the answer.",
            ("endpoint", "task"),
            buckets=BUCKETS,
            registry=here,
        )
        self._first = Histogram(
            "bank_copilot_first_byte_seconds",
            "Seconds to the first byte of an answer.",
            ("endpoint", "task"),
            buckets=BUCKETS,
            registry=here,
        )
        self._tokens = Counter(
            "bank_copilot_tokens", "Tokens by the model's own count.", ("team", "model", "direction"), registry=here
        )
        self._running = Gauge(
            "bank_copilot_upstream_running", "Requests at the upstream.", ("upstream",), registry=here
        )
        self._waiting = Gauge("bank_copilot_upstream_waiting", "Requests in the queue.", ("upstream",), registry=here)
        self._up = Gauge("bank_copilot_upstream_up", "1 when the upstream answers.", ("upstream",), registry=here)
        self._reviewed = Counter(
            "bank_copilot_detections", "What content review found.", ("kind", "action", "node"), registry=here
        )
        self._held = Histogram(
            "bank_copilot_review_held_characters",
            "Most characters of a streamed answer that waited for review.",
            buckets=(32, 64, 128, 256, 512, 1024, 4096, 16384, 65536),
            registry=here,
        )
        self._spent = Counter("bank_copilot_review_seconds", "Seconds in review of answers.", registry=here)
        self._audit = Histogram(
            "bank_copilot_audit_seconds",
            "Seconds until an audit record is durable.",
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
            registry=here,
        )
        self._suggestions = Counter(
            "bank_copilot_suggestions",
            "What became of suggestions, as editors report it.",
            ("team", "task", "language", "engine", "outcome"),
            registry=here,
        )
        self._characters = Counter(
            "bank_copilot_characters", "Characters written, by whom.", ("team", "language", "by"), registry=here
        )
        self._survival = Counter(
            "bank_copilot_survival", "Taken texts looked at later.", ("team", "task", "age", "found"), registry=here
        )
        self._packs = Gauge(
            "bank_copilot_rule_pack", "1 for each rule pack in force.", ("name", "version", "digest"), registry=here
        )
        self._pack_rules = Gauge("bank_copilot_rule_pack_rules", "Rules of packs in force.", registry=here)
        self._pack_failures = Gauge(
            "bank_copilot_rule_pack_failures", "Changed packs that could not be used since the start.", registry=here
        )
        self._children: dict[tuple[str, ...], tuple[Counter, Histogram, Histogram, Counter, Counter]] = {}
        self._gauges: dict[str, tuple[Gauge, Gauge]] = {}

    def finished(
        self,
        endpoint: str,
        task: str,
        team: str,
        model: str,
        outcome: str,
        *,
        seconds: float,
        first_byte_s: float | None = None,
        tokens_in: int = 0,
        tokens_out: int = 0,
    ) -> None:
        """One request ended. `outcome` as in `copilot.audit.record.Record`."""
        if model and not self._known(model):
            model = "other"
        asked = (endpoint, task, team, model, outcome)
        children = self._children.get(asked) or self._child(*asked)
        requests, latency, first, received, produced = children
        requests.inc()
        latency.observe(seconds)
        if first_byte_s is not None:
            first.observe(first_byte_s)
        if tokens_in:
            received.inc(tokens_in)
        if tokens_out:
            produced.inc(tokens_out)

    def _child(
        self, endpoint: str, task: str, team: str, model: str, outcome: str
    ) -> tuple[Counter, Histogram, Histogram, Counter, Counter]:
        endpoint_ = endpoint if endpoint in ENDPOINTS else "other"
        task_ = task if task in TASKS or not task else "other"
        outcome_ = outcome if outcome in OUTCOMES else "other"
        children = (
            self._requests.labels(endpoint_, task_, team, model, outcome_),
            self._seconds.labels(endpoint_, task_),
            self._first.labels(endpoint_, task_),
            self._tokens.labels(team, model, "in"),
            self._tokens.labels(team, model, "out"),
        )
        if (endpoint_, task_, outcome_) == (endpoint, task, outcome):  # never a row for each word of a client
            self._children[endpoint, task, team, model, outcome] = children
        return children

    def active(self, upstream: str, running: int, waiting: int) -> None:
        """The queue moved."""
        gauges = self._gauges.get(upstream)
        if gauges is None:
            gauges = self._gauges[upstream] = (self._running.labels(upstream), self._waiting.labels(upstream))
        gauges[0].set(running)
        gauges[1].set(waiting)

    def upstream(self, name: str, *, up: bool) -> None:
        """Whether an upstream answered its last request or probe."""
        self._up.labels(name).set(up)

    def reviewed(self, kind: str, action: str, node: str) -> None:
        """Content review found something; `node`: input, output or audit."""
        self._reviewed.labels(kind, action, node).inc()

    def streamed(self, held: int, spent_s: float) -> None:
        """A streamed answer was reviewed: how much waited at most, and how long review took."""
        self._held.observe(held)
        self._spent.inc(spent_s)

    def counted(self, team: str, row: Row) -> None:
        """An editor's counts of one subject; its labels were checked."""
        what, count = row.subject, row.counts.get
        for outcome in ("shown", "accepted", "partly", "dismissed"):
            if number := count(outcome, 0):
                self._suggestions.labels(team, what.task, what.language, what.engine, outcome).inc(number)
        for by, name in (("assistant", "accepted_chars"), ("hand", "typed_chars")):
            if number := count(name, 0):
                self._characters.labels(team, what.language, by).inc(number)
        for age in AGES:
            for found in KEPT:
                if number := count(f"{found}_{age}", 0):
                    self._survival.labels(team, what.task, age, found).inc(number)

    def ruled(self, packs: Sequence[Pack], *, failures: int = 0) -> None:
        """Which rule packs are in force."""
        self._packs.clear()
        for pack in packs:
            self._packs.labels(pack.name, pack.version, pack.sha256[:12]).set(1)
        self._pack_rules.set(sum(len(pack.rules) for pack in packs))
        self._pack_failures.set(failures)

    def audited(self, seconds: float) -> None:
        """An audit record became durable."""
        self._audit.observe(seconds)

    def render(self) -> bytes:
        """The exposition text."""
        return generate_latest(self._registry)
