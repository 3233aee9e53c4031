"""Who asks, what it may use, and where its question goes: the values that travel through the gateway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Quota:
    """Limits of a key or a team; None is no limit. Tokens are prompt and answer together."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    concurrent: int | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """The bearer of a key. `key` is its public prefix (`bck_1a2b3c4d`), the only part that is ever shown or stored."""

    key: str
    team: str
    user: str
    role: Literal["developer", "admin"] = "developer"
    quota: Quota = Quota()
    team_quota: Quota = Quota()


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes. `model` is the name the client used, `served` the one the upstream knows.

    `adapter` is the LoRA adapter's registry name, empty for the base model. `family` is a row of `prompts/fim.toml`.
    `stops`: how many stop strings the engine takes.
    """

    model: str
    served: str
    upstream: str
    family: str
    context_tokens: int
    adapter: str = ""
    stops: int = 4
