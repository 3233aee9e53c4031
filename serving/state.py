"""What a running gateway holds, made once at start; routes get it and nothing global exists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from copilot.audit.journal import Journal
from copilot.guard import Policy
from copilot.guard.packs import Kept
from serving.auth import Directory
from serving.config import Config
from serving.metrics import Metrics

if TYPE_CHECKING:
    from serving.bank_templates import BankTemplates
    from serving.limits import Limiter
    from serving.readiness import Readiness
    from serving.store import Store
    from serving.upstream import Upstream
    from serving.vllm import Engine


@dataclass(slots=True)
class State:
    """The parts of one gateway process. `upstreams` by name; each has its own queue. `draining`: no new work."""

    config: Config
    directory: Directory
    limiter: Limiter
    upstreams: Mapping[str, Upstream]
    journal: Journal
    metrics: Metrics
    policy: Policy
    said_policy: Policy = field(default_factory=Policy)
    """Of what the model says."""
    draining: bool = False
    faults: dict[str, str] = field(default_factory=dict)
    """What is wrong now, by part; `/ready` says it (audit, store, upstream …)."""
    store: Store | None = None
    """None only where a test makes a State of the data path alone."""
    templates: BankTemplates | None = None
    readiness: Readiness | None = None
    packs: Kept | None = None
    """The rule packs in force; `policy` holds them, too."""
    vllm: Engine | None = None
    """The engine that this process started, None when it attaches to others."""
    running: Callable[[], int] = int
    """How many requests of the data path run now."""


def store_of(state: State) -> Store:
    """The store of a full gateway."""
    assert state.store is not None
    return state.store
