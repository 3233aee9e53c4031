"""How long the model may take, and when it may be asked: after failures not for a while, then by one request that tries.

Plain functions over one value, without a clock: whoever asks passes the time. Absent on purpose: what the failure was
to a person (`client.py` says it) and who answers meanwhile (`workspace.py` orders the engines).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from copilot.config import Model
from copilot.types import Task

FIRST_S: Final = 1.0
LONGEST_S: Final = 30.0
PATIENCE: Final = 3
"""So many slow or broken answers in a row count as one failure: a single one happens to every model."""

_LONGEST_WISH_S: Final = 300.0
_AT_ONCE: Final = frozenset({"away", "limited", "key", "tls"})
REACHED: Final = frozenset({"away", "key", "tls"})
"""What is over once the gateway takes the key and says that it is ready."""
_LASTING: Final = frozenset({"key", "tls"})
"""What a person must change: trying again soon is of no use."""


@dataclass(frozen=True, slots=True)
class State:
    """What a face shows. `reason` is the stable word of GatewayUnavailable, `message` its sentence, `since` Unix time."""

    status: Literal["ok", "degraded"] = "ok"
    reason: str = ""
    message: str = ""
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Circuit:
    """`failures` openings in a row (0: closed), `until` when the next request may try, `strikes` towards an opening."""

    failures: int = 0
    until: float = 0.0
    strikes: int = 0
    probing: bool = False


def patience_s(model: Model, task: Task, trigger: str) -> float:
    """Seconds that the model may take for a task; a completion that was asked for has three times as long."""
    if task is Task.COMPLETE:
        return model.complete_ms / 1000 * (1 if trigger == "automatic" else 3)
    return float(getattr(model, f"{task.value}_s"))


def may(circuit: Circuit, now: float) -> bool:
    """Whether a request would go now."""
    return not circuit.failures or not (circuit.probing or now < circuit.until)


def asked(circuit: Circuit, now: float) -> tuple[Circuit, bool]:
    """Whether a request may go now; while the circuit is open only one at a time, and only after the back-off."""
    if not circuit.failures:
        return circuit, True
    if not may(circuit, now):
        return circuit, False
    return replace(circuit, probing=True), True


def failed(
    circuit: Circuit, reason: str, now: float, retry_after_s: float | None = None, *, probe: bool = False
) -> Circuit:
    """A request failed; `probe`: it was the one that tried. The back-off doubles with each failed try; what the gateway
    asks for (Retry-After) goes before it.
    """
    if reason not in _AT_ONCE and not circuit.failures and circuit.strikes + 1 < PATIENCE:
        return replace(circuit, strikes=circuit.strikes + 1)
    # Requests that were under way when it opened say nothing new.
    late = circuit.failures and not probe
    failures = max(circuit.failures + (not late), 1)
    wait = LONGEST_S if reason in _LASTING else min(FIRST_S * 2.0 ** (failures - 1), LONGEST_S)
    if retry_after_s is not None:
        wait = min(max(retry_after_s, 0.0), _LONGEST_WISH_S)
    if late:
        return replace(circuit, until=max(circuit.until, now + wait))
    return Circuit(failures, now + wait)


def dropped(circuit: Circuit) -> Circuit:
    """The request that tried ended without a verdict (the developer typed on): another one may try."""
    return replace(circuit, probing=False)
