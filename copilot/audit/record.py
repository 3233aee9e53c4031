"""One record of the audit trail, and its canonical bytes.

Absent on purpose: prompt and completion text. Hashes of them stand in for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Record:
    """A decision on the way in, or the outcome on the way out; both carry the same `request` id.

    `time` is UTC in RFC 3339 with microseconds, `input_hash`/`output_hash` are hex SHA-256 of the exact bytes sent
    on and received. `tokens_*` are the upstream's own usage, None while unknown. `verdict` is allow, redact or deny,
    `rules` the rules that fired, sorted. `outcome` (out only): ok, denied, limited, overloaded, aborted,
    upstream-error, timeout or refused. `note` is one stable word for what else is said of it (`torn-tail-repaired`).
    """

    time: str
    direction: Literal["in", "out", "system"]
    request: str
    team: str = ""
    user: str = ""
    key: str = ""
    client: str = ""
    task: str = ""
    model: str = ""
    adapter: str = ""
    template: str = ""
    classification: str = ""
    trace: str = ""
    verdict: str = ""
    rules: tuple[str, ...] = ()
    input_hash: str = ""
    output_hash: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    outcome: str = ""
    latency_ms: int | None = None
    note: str = ""
