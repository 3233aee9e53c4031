"""`/health`, `/ready`, `/metrics`: for the machines that watch the gateway."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from copilot import __version__
from serving.access import StateOf, from_here, watcher
from serving.routes.admin import ERRORS
from serving.routes.shapes import CheckShown, Health, Readiness

router = APIRouter(tags=["health"])
_NOT_READY: dict[int | str, dict[str, Any]] = {503: {"model": Readiness, "description": "Not ready; `checks` say why."}}


@router.get("/health")
async def health() -> Health:
    """The process lives. It says nothing about the models: `/ready` does."""
    return Health(status="ok", version=__version__)


@router.get("/ready", response_model=Readiness, responses=_NOT_READY)
async def ready(request: Request, state: StateOf) -> Response:
    """Whether requests can be answered; what is not well comes with advice. Paths and the engine's own words are for
    who asks from the gateway's host.
    """
    assert state.readiness is not None
    status, checks = await state.readiness.look(state)
    if not from_here(request):
        checks = tuple(c if c.ok or c.name.startswith("upstream ") else replace(c, detail="not well") for c in checks)
    shown = Readiness(
        status=status,
        checks=[CheckShown(name=c.name, ok=c.ok, detail=c.detail, advice=c.advice) for c in checks],
    )
    code = 200 if status in {"ready", "degraded"} else 503
    headers = {"cache-control": "no-store"} | ({"retry-after": "5"} if code == 503 else {})
    return JSONResponse(shown.model_dump(), code, headers)


@router.get(
    "/metrics",
    dependencies=[Depends(watcher)],
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
        401: ERRORS[401],
        403: ERRORS[403],
        503: ERRORS[503],
    },
)
async def metrics(state: StateOf) -> Response:
    """Prometheus' exposition. From this host without a key (unless configured otherwise), else with an admin key."""
    return Response(state.metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")
