"""Who may ask for what: keys, teams and permissions, answered from memory on the hot path.

The store is read at start, after each change through the admin API, and every two seconds when its revision changed
(another process or the command line did it). Keys are 256 random bits; stored are their SHA-256 and the prefix that is
shown.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal

from prompts import fim
from serving.callers import Caller, Quota, Route
from serving.config import Config, Limits, Model
from serving.errors import Refused
from serving.store import AdapterRow, KeyRow, Store, StoreError, TeamRow, UsageRow
from serving.vllm_command import STOPS

DAY: Final = 86_400
"""Seconds."""

Role = Literal["developer", "admin"]


def new_key() -> tuple[str, str, str]:
    """A fresh key, its prefix and its SHA-256 in hex."""
    prefix = f"bck_{secrets.token_hex(4)}"
    key = f"{prefix}_{base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b'=').decode()}"
    return key, prefix, hashlib.sha256(key.encode()).hexdigest()


def issue(store: Store, team: str, owner: str, role: Role, days: float, quota: Quota = Quota()) -> tuple[str, KeyRow]:  # noqa: B008 -- frozen
    """Make a key and store its hash; the key itself is returned this once. Raises Refused 404 for an unknown team."""
    if team not in {row.name for row in store.teams()}:
        raise Refused(404, "not_found", f"There is no team {team}: create it first.")
    while True:
        key, row = _drawn(team, owner, role, days, quota)
        if store.add_key(row):
            return key, row


def rotate(store: Store, prefix: str, grace_days: float, days: float | None = None) -> tuple[str, KeyRow, KeyRow]:
    """A second key beside `prefix`, which stays valid for the grace period at most: the key, its row, the old row.

    `days` is the new key's life; None gives it the old key's. Raises Refused 404 for a key that is unknown, revoked or
    expired: those are replaced by a new one, not rotated.
    """
    now = time.time()
    old = next((row for row in store.issued() if row.prefix == prefix), None)
    if old is None or old.revoked is not None or old.expires <= now:
        raise Refused(
            404,
            "not_found",
            f"No valid key has the prefix {prefix}: `bank-copilot keys list` shows them.",
        )
    life = days if days is not None else (old.expires - old.created) / DAY
    quota = Quota(old.requests_per_minute, old.tokens_per_minute, old.concurrent)
    while True:
        key, row = _drawn(old.team, old.owner, old.role, life, quota)
        if store.rotate_key(prefix, row, int(now + grace_days * DAY)):
            return key, row, next(found for found in store.issued() if found.prefix == prefix)


def _drawn(team: str, owner: str, role: Role, days: float, quota: Quota) -> tuple[str, KeyRow]:
    key, prefix, digest = new_key()
    now = int(time.time())
    limits = (quota.requests_per_minute, quota.tokens_per_minute, quota.concurrent)
    return key, KeyRow(prefix, digest, team, owner, role, now, int(now + days * DAY), *limits)


@dataclass(frozen=True, slots=True)
class _Entry:
    digest: bytes
    caller: Caller
    expires: float


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """Everything the hot path reads, replaced as a whole."""

    revision: str = ""
    teams: int = 0
    entries: Mapping[bytes, _Entry] = field(default_factory=dict)
    adapters: Mapping[str, AdapterRow] = field(default_factory=dict)
    routes: Mapping[tuple[str, str], Route] = field(default_factory=dict)
    """(team, name that a client may write) to where it goes."""
    defaults: Mapping[tuple[str, str], Route] = field(default_factory=dict)
    """(team, task) to where it goes without a name; the task "" is any other."""


class Directory:
    """The present keys, teams, models and adapters."""

    def __init__(self, config: Config, store: Store) -> None:
        """Read the store. Raises StoreError."""
        self._config, self._store = config, store
        self._salts: dict[tuple[str, str], str] = {}
        self._used: dict[tuple[str, str, str, str], list[int]] = {}
        self._now: Callable[[], float] = time.time
        self._at = _Snapshot()
        self._reading = threading.Lock()
        self.refresh_now()

    def authenticate(self, authorization: bytes | None) -> Caller:
        """The caller of an `Authorization: Bearer …` header. Raises Refused 401 (no, unknown, expired or revoked key)."""
        scheme, _, key = (authorization or b"").partition(b" ")
        if scheme.lower() != b"bearer":
            raise Refused(401, "invalid_key", "Send your key as `Authorization: Bearer bck_…`.")
        if not key.startswith(b"bck_") or len(key) > 80:
            raise Refused(401, "invalid_key", "The key is not one of this gateway: it begins with bck_.")
        digest = hashlib.sha256(key).digest()
        entry = self._at.entries.get(digest)
        if entry is None or not hmac.compare_digest(entry.digest, digest):
            raise Refused(401, "invalid_key", "The key is unknown or was revoked: ask for a new one.")
        if entry.expires <= self._now():
            day = datetime.fromtimestamp(entry.expires, UTC).date().isoformat()
            raise Refused(401, "invalid_key", f"The key {entry.caller.key} expired on {day}: ask for a new one.")
        return entry.caller

    def route(self, caller: Caller, model: str, task: str) -> Route:
        """Where a model name goes for this team; "" and "auto" are the task's default. Raises Refused 404 for a model
        that does not exist or that the team may not use: the two look the same.
        """
        at = self._at
        if model in {"", "auto"}:
            found = at.defaults.get((caller.team, task)) or at.defaults.get((caller.team, ""))
            if found is None:
                raise Refused(404, "unknown_model", "No model is configured for your team: ask your administrator.")
            return found
        found = at.routes.get((caller.team, model))
        if found is None:
            raise Refused(
                404, "unknown_model", "There is no such model for your team; GET /v1/models lists them.", param="model"
            )
        return found

    def routes(self, caller: Caller) -> tuple[Route, ...]:
        """All models and adapters of the team, the configuration's order first, adapters by name after it."""
        return tuple(found for (team, _), found in self._at.routes.items() if team == caller.team)

    def counts(self) -> tuple[int, int, int]:
        """Valid keys, teams and adapters in memory."""
        at = self._at
        return len(at.entries), at.teams, len(at.adapters)

    def parent(self, adapter: str) -> str | None:
        """The base model of an adapter."""
        row = self._at.adapters.get(adapter)
        return row.base if row is not None else None

    def is_model(self, name: str) -> bool:
        """Whether this is a model or adapter of anybody: a label that metrics may carry."""
        return name in self._config.models or name in self._at.adapters

    def salt(self, caller: Caller, classification: str) -> str:
        """VLLM's `cache_salt`: "t:" + HMAC(deployment key, team|classification). Teams never share cached blocks."""
        asked = (caller.team, classification)
        found = self._salts.get(asked)
        if found is None:
            if len(self._salts) > 4096:  # a client may raise the classification to words of its own
                self._salts.clear()
            mac = hmac.new(self._store.secret, "\0".join(asked).encode("utf-8", "replace"), hashlib.sha256)
            found = self._salts[asked] = f"t:{mac.hexdigest()}"
        return found

    def surrogate_key(self, caller: Caller) -> bytes:
        """From which the surrogates of a team are drawn: the same value has another one for each team."""
        return hmac.digest(self._store.secret, f"surrogates\0{caller.team}".encode("utf-8", "replace"), "sha256")

    def permits_template(self, caller: Caller, reference: str) -> bool:
        """Whether `X-Copilot-Prompt` is a version that the team is pinned to (True where nothing is pinned)."""
        pins = self._config.prompts.pins.get(caller.team)
        if not pins or not reference:
            return True
        wanted = reference.partition("#")[0]
        mine = [pin for pin in pins if pin.partition("@")[0] == wanted.partition("@")[0]]
        return not mine or wanted in mine

    def used(self, caller: Caller, route: Route, tokens_in: int, tokens_out: int) -> None:
        """Count usage; written to the store in batches."""
        day = time.strftime("%Y-%m-%d", time.gmtime(self._now()))
        row = self._used.setdefault((day, caller.key, route.model, caller.team), [0, 0, 0])
        row[0] += 1
        row[1] += tokens_in
        row[2] += tokens_out

    async def flush(self) -> None:
        """Write what was counted; kept for the next time when the store is away. Raises StoreError."""
        taken, self._used = self._used, {}
        if not taken:
            return
        rows = [UsageRow(day, key, model, team, *counts) for (day, key, model, team), counts in taken.items()]
        try:
            await asyncio.to_thread(self._store.add_usage, rows)
        except StoreError:
            for name, counts in taken.items():
                row = self._used.setdefault(name, [0, 0, 0])
                for at, count in enumerate(counts):
                    row[at] += count
            raise

    def refresh_now(self, *, changed_only: bool = False) -> None:
        """Read keys, teams and adapters again. Blocks. Raises StoreError; then the last state stays in force."""
        with self._reading:  # what was read first is in force first: an older state never follows a newer one
            self._refresh(changed_only=changed_only)

    def _refresh(self, *, changed_only: bool) -> None:
        revision = self._store.revision()
        if changed_only and revision == self._at.revision:
            return
        teams = {row.name: row for row in self._store.teams()}
        adapters = {row.name: row for row in self._store.adapters()}
        entries: dict[bytes, _Entry] = {}
        for row in self._store.issued():
            team = teams.get(row.team)
            if row.revoked is None and team is not None:
                limits = self._config.limits
                caller = Caller(
                    row.prefix, row.team, row.owner, row.role, _key_quota(limits, row), _team_quota(limits, team)
                )
                digest = bytes.fromhex(row.hash)
                entries[digest] = _Entry(digest, caller, row.expires)
        self._at = _Snapshot(revision, len(teams), entries, adapters, *self._all_routes(teams, adapters))

    def _all_routes(
        self, teams: Mapping[str, TeamRow], adapters: Mapping[str, AdapterRow]
    ) -> tuple[dict[tuple[str, str], Route], dict[tuple[str, str], Route]]:
        found: dict[tuple[str, str], Route] = {}
        defaults: dict[tuple[str, str], Route] = {}
        for team in teams.values():
            for name, model in self._config.models.items():
                if "*" not in team.models and name not in team.models:
                    continue
                family = model.family or fim.family(model.served).name
                route = Route(
                    name, model.served, model.upstream, family, model.context_tokens, stops=self._stops(model)
                )
                found[team.name, name] = route
                for task in (*model.tasks, ""):
                    defaults.setdefault((team.name, task), route)
            for row in adapters.values():
                base = self._config.models.get(row.base)
                if row.loaded and base is not None and team.name in row.teams and row.name not in self._config.models:
                    family = base.family or fim.family(base.served).name
                    found[team.name, row.name] = Route(
                        row.name, row.name, base.upstream, family, base.context_tokens, row.name, self._stops(base)
                    )
        return found, defaults

    def _stops(self, model: Model) -> int:
        """How many stop strings the engine of a model takes."""
        own = self._config.vllm is not None and self._config.vllm.upstream == model.upstream
        return STOPS if own else self._config.upstreams[model.upstream].stops


def _limit(own: int | None, default: int) -> int | None:
    """The limit in force: a row's own, else the configured one; 0 is none."""
    return (default if own is None else own) or None


def _key_quota(limits: Limits, row: KeyRow) -> Quota:
    return Quota(
        _limit(row.requests_per_minute, limits.key_requests_per_minute),
        _limit(row.tokens_per_minute, limits.key_tokens_per_minute),
        _limit(row.concurrent, limits.key_concurrent),
    )


def _team_quota(limits: Limits, row: TeamRow) -> Quota:
    return Quota(
        _limit(row.requests_per_minute, limits.team_requests_per_minute),
        _limit(row.tokens_per_minute, limits.team_tokens_per_minute),
        _limit(row.concurrent, limits.team_concurrent),
    )
