"""`/v1/models` and `/v1/copilot/profile`: what the caller's team may use, and never a path or another team's name."""

from __future__ import annotations

import hashlib
from dataclasses import asdict

from fastapi import APIRouter, Request, Response

from copilot import __version__
from serving.access import AnyCaller, StateOf
from serving.callers import Caller, Route
from serving.config import TASKS
from serving.errors import Refused
from serving.routes.shapes import (
    AvailableModel,
    LimitsShown,
    Models,
    ModelShown,
    OpenAIError,
    Profile,
    TemplateShown,
)
from serving.state import State

router = APIRouter(prefix="/v1", tags=["models"])
_ERRORS: dict[int | str, dict[str, object]] = {401: {"model": OpenAIError}, 503: {"model": OpenAIError}}


@router.get("/models", responses=_ERRORS)
async def models(state: StateOf, caller: AnyCaller) -> Models:
    """The models and adapters that the caller's team may use."""
    shown = [
        ModelShown(id=route.model, parent=_parent(state, route), max_model_len=route.context_tokens)
        for route in state.directory.routes(caller)
    ]
    return Models(data=shown)


@router.get("/models/{name:path}", responses={**_ERRORS, 404: {"model": OpenAIError}}, response_model=ModelShown)
async def model(name: str, state: StateOf, caller: AnyCaller) -> ModelShown:
    """One model. 404 where it does not exist or the team may not use it."""
    for route in state.directory.routes(caller):
        if route.model == name:
            return ModelShown(id=route.model, parent=_parent(state, route), max_model_len=route.context_tokens)
    raise Refused(
        404, "unknown_model", "There is no such model for your team; GET /v1/models lists them.", param="model"
    )


@router.get(
    "/copilot/profile",
    response_model=Profile,
    responses={**_ERRORS, 304: {"description": "Unchanged since the ETag of `If-None-Match`."}},
)
async def profile(request: Request, state: StateOf, caller: AnyCaller) -> Response:
    """Everything that a developer's client takes from the gateway: models by task, templates, standards, limits."""
    body = _profile(state, caller).model_dump_json().encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    asked = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if tag in asked or "*" in asked:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _parent(state: State, route: Route) -> str | None:
    return state.directory.parent(route.adapter) if route.adapter else None


def _profile(state: State, caller: Caller) -> Profile:
    directory = state.directory
    defaults: dict[str, str] = {}
    for task in sorted(TASKS):
        try:
            defaults[task] = directory.route(caller, "", task).model
        except Refused:  # the team may use no model at all
            break
    available = [
        AvailableModel(
            id=route.model,
            parent=_parent(state, route),
            tasks=[task for task, name in defaults.items() if name == route.model],
            context_tokens=route.context_tokens,
        )
        for route in directory.routes(caller)
    ]
    view = state.templates.team(caller.team) if state.templates is not None else None
    return Profile(
        version=__version__,
        team=caller.team,
        user=caller.user,
        key=caller.key,
        role=caller.role,
        models=defaults,
        available=available,
        templates=[TemplateShown(name=name, source=source) for name, source in view.sources] if view else [],
        pins=list(view.library.pins) if view else [],
        standards=view.library.standards if view else "",
        limits={"key": LimitsShown(**asdict(caller.quota)), "team": LimitsShown(**asdict(caller.team_quota))},
    )
