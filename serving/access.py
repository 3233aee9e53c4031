"""Who may call a route: FastAPI's dependencies for the state, any caller, and an administrator."""

from __future__ import annotations

import ipaddress
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from serving.callers import Caller
from serving.errors import Refused
from serving.state import State

_BEARER = HTTPBearer(auto_error=False, scheme_name="key", description="A key of this gateway: `Bearer bck_…`.")
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


async def state_of(request: Request) -> State:
    """The gateway's state. Raises Refused 503 while it starts."""
    state: State | None = getattr(request.app.state, "gateway", None)
    if state is None:
        raise Refused(503, "draining", "The gateway is starting; ask again in a second.", retry_after_s=1)
    return state


StateOf = Annotated[State, Depends(state_of)]


async def any_caller(
    request: Request,
    state: StateOf,
    _documented: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
) -> Caller:
    """The bearer of a valid key. Raises Refused 401."""
    value = request.headers.get("authorization")
    return state.directory.authenticate(None if value is None else value.encode("latin-1"))


AnyCaller = Annotated[Caller, Depends(any_caller)]


async def admin_caller(caller: AnyCaller) -> Caller:
    """The bearer of an administrator's key. Raises Refused 401 or 403."""
    if caller.role != "admin":
        raise Refused(403, "forbidden", "This needs an administrator's key.")
    return caller


AdminCaller = Annotated[Caller, Depends(admin_caller)]


async def watcher(request: Request, state: StateOf) -> None:
    """Who may read metrics: this host (unless configured otherwise), or an administrator. Raises Refused 401 or 403."""
    if state.config.server.metrics != "loopback" or not from_here(request):
        await admin_caller(await any_caller(request, state, None))


def from_here(request: Request) -> bool:
    """Whether a request comes from this very host. One that a proxy passed on never does, whatever its socket says."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
