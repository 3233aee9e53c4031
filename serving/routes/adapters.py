"""`/admin/adapters*`: register, load, unload, permit and forget LoRA adapters. Every change is an audit record first."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from copilot.audit.record import now
from serving import adapters
from serving.access import AdminCaller, StateOf
from serving.errors import Refused
from serving.routes.admin import ERRORS, record
from serving.routes.shapes import ModelName, TeamName
from serving.state import State, store_of
from serving.store import AdapterRow

AdapterName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$", examples=["payments-java"])]
TeamNames = Annotated[list[TeamName], Field(max_length=1000)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class AdapterNew(_In):
    """A new adapter, or new files of one that is not loaded."""

    name: AdapterName = Field(description="Also the name by which clients ask for it (`model`).")
    base: ModelName = Field(description="The model of the configuration that it adapts.")
    path: str = Field(min_length=1, max_length=1000, description="Its folder, relative to adapters.root.")
    teams: TeamNames = Field(default=[], description="Who may use it; nobody while it is empty.")
    digest: str = Field("", pattern=r"^([0-9a-f]{64})?$", description="SHA-256 that its files must have.")


class AdapterTeams(_In):
    """Who may use an adapter."""

    teams: TeamNames


class AdapterShown(BaseModel):
    """An adapter. `fault` says why it was closed; empty: nothing is wrong."""

    name: str
    base: str
    path: str
    digest: str
    teams: list[str]
    loaded: bool
    created: str
    created_by: str
    fault: str


class AdaptersShown(BaseModel):
    """All adapters."""

    adapters: list[AdapterShown]


router = APIRouter(prefix="/admin/adapters", tags=["admin"], responses=ERRORS)
Name = Annotated[AdapterName, Path()]


def _shown(state: State, row: AdapterRow) -> AdapterShown:
    return AdapterShown(
        name=row.name,
        base=row.base,
        path=row.path,
        digest=row.digest,
        teams=list(row.teams),
        loaded=row.loaded,
        created=row.created,
        created_by=row.created_by,
        fault=state.faults.get(adapters.part(row.name), ""),
    )


async def _known_teams(state: State, names: list[str]) -> None:
    known = {row.name for row in await asyncio.to_thread(store_of(state).teams)}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Refused(422, "invalid_request", f"teams: there is no team {unknown[0]!r}.", param="teams")


@router.get("")
async def listed(state: StateOf, _caller: AdminCaller) -> AdaptersShown:
    """All adapters."""
    rows = await asyncio.to_thread(store_of(state).adapters)
    return AdaptersShown(adapters=[_shown(state, row) for row in rows])


@router.post("", status_code=201)
async def register(asked: AdapterNew, state: StateOf, caller: AdminCaller) -> AdapterShown:
    """Register the files that lie in a folder now: their digest is kept, and compared before each load."""
    await _known_teams(state, asked.teams)
    teams = tuple(dict.fromkeys(asked.teams))
    row = AdapterRow(asked.name, asked.base, asked.digest, asked.path, teams, False, now(), caller.user)
    await record(state, caller, f"adapter-registered:{asked.name}")
    return _shown(state, await adapters.register(state, row))


@router.post("/{name}/load")
async def load(name: Name, state: StateOf, caller: AdminCaller) -> AdapterShown:
    """Load it into the running engine and open it to its teams."""
    await record(state, caller, f"adapter-loaded:{name}")
    return _shown(state, await adapters.load(state, name))


@router.post("/{name}/unload")
async def unload(name: Name, state: StateOf, caller: AdminCaller) -> AdapterShown:
    """Close it to all teams and take it out of the engine."""
    await record(state, caller, f"adapter-unloaded:{name}")
    return _shown(state, await adapters.unload(state, name))


@router.put("/{name}/teams")
async def permit(name: Name, asked: AdapterTeams, state: StateOf, caller: AdminCaller) -> AdapterShown:
    """Set who may use it; in force at once."""
    await _known_teams(state, asked.teams)
    await record(state, caller, f"adapter-permitted:{name}")
    return _shown(state, await adapters.permit(state, name, tuple(dict.fromkeys(asked.teams))))


@router.delete("/{name}", status_code=204)
async def forget(name: Name, state: StateOf, caller: AdminCaller) -> None:
    """Unload and forget it; its files stay where they are."""
    await record(state, caller, f"adapter-forgotten:{name}")
    await adapters.drop(state, name)
