"""One record of the audit trail, and its canonical bytes.

Absent on purpose: prompt and completion text. Hashes of them stand in for it.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal


@dataclass(frozen=True, slots=True)
class Record:
    """A decision on the way in, or the outcome on the way out; both carry the same `request` id.

    `time` is UTC in RFC 3339 with microseconds (`now()`), `input_hash`/`output_hash` are hex SHA-256 of the exact bytes
    sent on and received. `tokens_*` are the upstream's own usage, None while unknown. `verdict` is allow, redact or deny,
    `rules` the rules that fired, sorted, `packs` the versions of the rules it was made by
    (`built-in@version`, then `name@version#digest` of each pack). `outcome` (out only): ok, denied, limited, overloaded, aborted,
    upstream-error, timeout or refused. `note` is one stable word for what else is said of it: of the journal's own
    (direction `system`) `journal-created`, `torn-tail-repaired` (`input_hash`: of the bytes cut off) and `write-failed`
    (records were refused before this one).
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
    packs: str = ""
    outcome: str = ""
    latency_ms: int | None = None
    note: str = ""


_DEFAULTS: Final[dict[str, Any]] = {field.name: field.default for field in dataclasses.fields(Record)}
_REQUIRED: Final = ("time", "direction", "request")
_NUMBERS: Final = frozenset({"tokens_in", "tokens_out", "latency_ms"})
_ENCODE: Final = json.JSONEncoder(separators=(",", ":")).encode


def now() -> str:
    """The time as a record holds it: `2026-11-22T20:29:10.000123Z`."""
    return datetime.now(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def canonical(record: Record) -> bytes:
    """The one way to write a record: an ASCII JSON object, fields in their order, those at their default left out."""
    fields = {}
    for name, default in _DEFAULTS.items():
        value = getattr(record, name)
        if value != default:
            fields[name] = value
    return _ENCODE(fields).encode("ascii")


def read(data: bytes) -> Record:
    """The record of canonical bytes. Raises ValueError, naming the field, for anything else, also another spelling."""
    fields = json.loads(data)
    if not isinstance(fields, dict):
        raise ValueError("not an object")  # noqa: TRY004 -- one kind of error for all that is wrong with bytes
    for name, value in fields.items():
        if name not in _DEFAULTS:
            raise ValueError(f"unknown field {name}")
        if not _fits(name, value):
            raise ValueError(f"wrong type in field {name}")
    if missing := [name for name in _REQUIRED if name not in fields]:
        raise ValueError(f"field {missing[0]} is missing")
    if fields["direction"] not in {"in", "out", "system"}:
        raise ValueError("wrong value in field direction")
    record = Record(**fields | ({"rules": tuple(fields["rules"])} if "rules" in fields else {}))
    if canonical(record) != data:
        raise ValueError("not written in the canonical way")
    return record


def _fits(name: str, value: object) -> bool:
    if name == "rules":
        return isinstance(value, list) and all(isinstance(rule, str) for rule in value)
    return type(value) is (int if name in _NUMBERS else str)
