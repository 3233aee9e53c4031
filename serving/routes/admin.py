"""`/admin/*`: teams, keys, usage, drain and reload, for administrators' keys only. Every change is an audit record first."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from copilot.audit.record import Record, now
from serving import auth
from serving.access import AdminCaller, StateOf
from serving.bank_templates import BankTemplates
from serving.callers import Caller, Quota
from serving.errors import Refused
from serving.routes.shapes import (
    Day,
    Draining,
    KeyMade,
    KeyNew,
    Keys,
    KeyShown,
    Prefix,
    Reloaded,
    Rotated,
    Rotation,
    TeamChange,
    TeamName,
    TeamNew,
    Teams,
    TeamShown,
    UsageReport,
    UsageShown,
)
from serving.shown import key_values, shown_team
from serving.state import State, store_of
from serving.store import KeyRow, TeamRow

ERRORS: dict[int | str, dict[str, Any]] = {
    status: {
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        "description": text,
    }
    for status, text in {
        401: "No, an unknown, an expired or a revoked key.",
        403: "Not an administrator's key.",
        404: "There is no such thing.",
        408: "The body took too long to arrive.",
        409: "It is there already, or would lock you out.",
        413: "The body is too large.",
        422: "The request does not fit; `detail` names the field.",
        503: "The database or the audit journal cannot be written, or the gateway starts.",
    }.items()
}

router = APIRouter(prefix="/admin", tags=["admin"], responses=ERRORS)


async def record(state: State, caller: Caller, note: str) -> None:
    """An audit record of a change that `caller` makes; `note` names it and its subject. Raises AuditUnavailable."""
    await state.journal.append(
        Record(now(), "system", uuid.uuid4().hex, team=caller.team, user=caller.user, key=caller.key, note=note)
    )


async def refreshed(state: State) -> None:
    """Make a change of the store hold in this process at once. Raises StoreError."""
    await asyncio.to_thread(state.directory.refresh_now)


def _known_models(state: State, models: list[str]) -> None:
    unknown = [name for name in models if name != "*" and name not in state.config.models]
    if unknown:
        raise Refused(
            422, "invalid_request", f"models: {unknown[0]!r} is no model of the configuration.", param="models"
        )


def _no_team(name: str) -> Refused:
    return Refused(404, "not_found", f"There is no team {name}.")


@router.get("/teams")
async def teams(state: StateOf, _caller: AdminCaller) -> Teams:
    """All teams."""
    rows = await asyncio.to_thread(store_of(state).teams)
    return Teams(teams=[shown_team(row) for row in rows])


@router.post("/teams", status_code=201)
async def add_team(asked: TeamNew, state: StateOf, caller: AdminCaller) -> TeamShown:
    """Make a team."""
    _known_models(state, asked.models)
    values = asked.model_dump()
    row = TeamRow(**{**values, "models": tuple(dict.fromkeys(asked.models))})
    await record(state, caller, f"team-added:{asked.name}")
    if not await asyncio.to_thread(store_of(state).add_team, row):
        raise Refused(409, "conflict", f"There is a team {asked.name} already.")
    await refreshed(state)
    return shown_team(await _team(state, asked.name))


async def _team(state: State, name: str) -> TeamRow:
    for row in await asyncio.to_thread(store_of(state).teams):
        if row.name == name:
            return row
    raise _no_team(name)


@router.get("/teams/{name}")
async def team(name: Annotated[TeamName, Path()], state: StateOf, _caller: AdminCaller) -> TeamShown:
    """One team."""
    return shown_team(await _team(state, name))


@router.patch("/teams/{name}")
async def change_team(
    name: Annotated[TeamName, Path()], asked: TeamChange, state: StateOf, caller: AdminCaller
) -> TeamShown:
    """Change a team's models or limits; in force at once here, within two seconds in other gateways."""
    values = asked.model_dump(exclude_unset=True)
    if values.get("models", ()) is None:
        del values["models"]
    if "models" in values:
        _known_models(state, values["models"])
    await _team(state, name)
    await record(state, caller, f"team-changed:{name}")
    await asyncio.to_thread(store_of(state).change_team, name, values)
    await refreshed(state)
    return shown_team(await _team(state, name))


@router.delete("/teams/{name}", status_code=204)
async def drop_team(name: Annotated[TeamName, Path()], state: StateOf, caller: AdminCaller) -> None:
    """Remove a team and revoke its keys; its usage stays."""
    if name == caller.team:
        raise Refused(409, "conflict", "Your own key belongs to this team: use a key of another team.")
    await _team(state, name)
    await record(state, caller, f"team-removed:{name}")
    if not await asyncio.to_thread(store_of(state).drop_team, name):
        raise _no_team(name)
    await refreshed(state)


@router.get("/keys")
async def keys(state: StateOf, _caller: AdminCaller, team: Annotated[TeamName | None, Query()] = None) -> Keys:
    """All keys, or those of a team; never the keys themselves."""
    rows = await asyncio.to_thread(store_of(state).issued)
    return Keys(keys=[KeyShown(**key_values(row)) for row in rows if team in {None, row.team}])


@router.post("/keys", status_code=201)
async def add_key(asked: KeyNew, state: StateOf, caller: AdminCaller) -> KeyMade:
    """Make a key. It is shown this once; stored is its hash."""
    await _team(state, asked.team)
    await record(state, caller, f"key-added:{asked.team}/{asked.user}")
    quota = Quota(asked.requests_per_minute, asked.tokens_per_minute, asked.concurrent)
    key, row = await asyncio.to_thread(
        auth.issue, store_of(state), asked.team, asked.user, asked.role, asked.days, quota
    )
    await refreshed(state)
    return KeyMade(**key_values(row), key=key)


@router.post("/keys/{prefix}/rotate", status_code=201)
async def rotate_key(
    prefix: Annotated[Prefix, Path()], asked: Rotation, state: StateOf, caller: AdminCaller
) -> Rotated:
    """A second key beside this one, which ends after the grace period."""
    await _key(state, prefix)
    await record(state, caller, f"key-rotated:{prefix}")
    key, new, old = await asyncio.to_thread(auth.rotate, store_of(state), prefix, asked.grace_days, asked.days)
    await refreshed(state)
    return Rotated(new=KeyMade(**key_values(new), key=key), old=KeyShown(**key_values(old)))


@router.delete("/keys/{prefix}", status_code=204)
async def revoke_key(prefix: Annotated[Prefix, Path()], state: StateOf, caller: AdminCaller) -> None:
    """Revoke a key: at once here, within two seconds in other gateways."""
    if prefix == caller.key:
        raise Refused(409, "conflict", "This is the key you are using: revoke it with another administrator's key.")
    await _key(state, prefix)
    await record(state, caller, f"key-revoked:{prefix}")
    await asyncio.to_thread(store_of(state).revoke_key, prefix)
    await refreshed(state)


async def _key(state: State, prefix: str) -> KeyRow:
    for row in await asyncio.to_thread(store_of(state).issued):
        if row.prefix == prefix:
            return row
    raise Refused(404, "not_found", f"No key has the prefix {prefix}.")


def days(since: str | None, until: str | None) -> tuple[str, str]:
    """The first and the last day of a report: the last 30 days, today included, unless said. Raises Refused."""
    today = datetime.now(UTC).date()
    first, last = since or (today - timedelta(days=30)).isoformat(), until or today.isoformat()
    for name, text in (("since", first), ("until", last)):
        try:
            date.fromisoformat(text)
        except ValueError:
            raise Refused(422, "invalid_request", f"{name} is no day of the calendar.", param=name) from None
    return first, last


@router.get("/usage")
async def usage(
    state: StateOf,
    _caller: AdminCaller,
    since: Annotated[Day | None, Query(description="First day (UTC); default: 30 days ago.")] = None,
    until: Annotated[Day | None, Query(description="Last day, included; default: today.")] = None,
    team: Annotated[TeamName | None, Query()] = None,
) -> UsageReport:
    """Requests and tokens by day, team, key and model."""
    first, last = days(since, until)
    await state.directory.flush()
    rows = await asyncio.to_thread(store_of(state).usage, first, last, team)
    shown = [UsageShown(**{name: getattr(row, name) for name in UsageShown.model_fields}) for row in rows]
    sums = {name: sum(getattr(row, name) for row in rows) for name in ("requests", "tokens_in", "tokens_out")}
    return UsageReport(since=first, until=last, rows=shown, **sums)


@router.post("/drain")
async def drain(state: StateOf, caller: AdminCaller) -> Draining:
    """Refuse new work with 503 and answer 503 on `/ready`; what runs goes on. Undone by DELETE."""
    await record(state, caller, "drain-begun")
    state.draining = True
    return _draining(state)


@router.delete("/drain")
async def stop_draining(state: StateOf, caller: AdminCaller) -> Draining:
    """Take new work again."""
    await record(state, caller, "drain-ended")
    state.draining = False
    return _draining(state)


def _draining(state: State) -> Draining:
    return Draining(draining=state.draining, running=state.running())


@router.post("/reload")
async def reload(state: StateOf, caller: AdminCaller) -> Reloaded:
    """Read keys, teams, adapters, the bank's templates and standards again. The configuration file needs a restart.

    A faulty template is 422 and changes nothing.
    """
    await record(state, caller, "reloaded")
    fresh = await asyncio.to_thread(BankTemplates, state.config.prompts)
    await refreshed(state)
    state.templates = fresh
    counts = state.directory.counts()
    return Reloaded(keys=counts[0], teams=counts[1], adapters=counts[2], templates=fresh.count)
