"""The gateway as an ASGI application: FastAPI for the control plane, the data path beside it and untouched by it.

`/v1/completions` and `/v1/chat/completions` go straight to `routes.completions.DataPath`: no middleware, no routing, no
validation of FastAPI's stands on that path. Absent on purpose: CORS (no browser is a client), redirects of slashes.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, Final

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException

from copilot import __version__
from copilot.errors import AuditUnavailable, ConfigError, CopilotError
from copilot.guard import Policy
from copilot.guard.classes import chosen
from serving import adapters as lora
from serving import openapi, rules
from serving.auth import Directory
from serving.bank_templates import BankTemplates
from serving.config import Config, store_url
from serving.errors import Refused
from serving.exchange import ENDPOINTS
from serving.limits import Limiter
from serving.metrics import Metrics
from serving.readiness import Readiness
from serving.records import MeasuredJournal
from serving.routes import adapters, admin, health, models, suggestions
from serving.routes.completions import DataPath
from serving.state import State
from serving.store import Store, StoreError
from serving.upstream import Upstream
from serving.vllm import Engine, EngineFailed, attached

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

log: Final = logging.getLogger("bank-copilot.gateway")

REFRESH_S: Final = 2.0
"""A key that another process revoked goes on working for so long at most."""
MAX_BODY: Final = 65_536
"""Bytes of a request to the control plane."""
FLUSH_S: Final = 5.0
"""Usage of so many seconds is lost at most when the process is killed."""
RECONCILE_S: Final = 10.0
"""An engine that others started again has its adapters back after so long."""
LOOK_S: Final = 5.0
"""Between two looks at an engine of somebody else's that does not answer yet."""


class Gateway(FastAPI):
    """FastAPI, with the data path in front of it."""

    data: DataPath | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI event."""
        if scope["type"] == "http" and scope["path"] in ENDPOINTS and self.data is not None:
            await self.data(scope, receive, send)
        elif scope["type"] == "http":
            config: Config = self.state.config
            await super().__call__(scope, _bounded(receive, config.server.body_timeout_s), send)
        else:
            await super().__call__(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """The whole document, the data path included."""
        if self.openapi_schema is None:
            self.openapi_schema = openapi.document(self)
        return self.openapi_schema


def create(config: Config) -> Gateway:
    """The application. Its lifespan opens the store and the journal, and raises ConfigError or StoreError at start."""
    app = Gateway(
        title="bank-copilot gateway",
        version=__version__,
        description="A bank's own models for its developers: reviewed, limited, audited. OpenAI-compatible on /v1.",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.config = config
    for router in (models.router, admin.router, adapters.router, suggestions.editors, suggestions.router):
        app.include_router(router, dependencies=[Depends(_unstored)])
    app.include_router(health.router)
    if config.server.docs:
        page = openapi.page

        @app.get("/docs", include_in_schema=False)
        async def docs() -> HTMLResponse:
            return HTMLResponse(page(app.openapi()))

    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(CopilotError, _copilot)
    app.add_exception_handler(Exception, _internal)
    return app


def _bounded(receive: Receive, timeout_s: float) -> Receive:
    """`receive` for the control plane: FastAPI reads a body of any size before it looks at the key."""
    limit = asyncio.get_running_loop().time() + timeout_s
    size, whole = 0, False

    async def bounded() -> MutableMapping[str, Any]:
        nonlocal size, whole
        if whole:  # what comes now is the client's going
            return await receive()
        try:
            async with asyncio.timeout_at(limit):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408, headers={"connection": "close"}) from None
        size += len(message.get("body", b""))
        if size > MAX_BODY:
            raise HTTPException(413, headers={"connection": "close"})
        whole = not message.get("more_body", False)
        return message

    return bounded


async def _unstored(response: Response) -> None:
    """No cache keeps what only this key may see, a new key least of all."""
    response.headers["cache-control"] = "no-store"


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    assert isinstance(app, Gateway)
    config: Config = app.state.config
    async with contextlib.AsyncExitStack() as stack:
        try:
            state = await _opened(config, stack)
            app.data = DataPath(state)
            state.running = lambda: app.data.running if app.data is not None else 0
            await _engine(app, state, stack)
        except CopilotError as error:
            app.state.failed = error  # `main.serve` raises it again, as one sentence
            logging.getLogger("uvicorn.error").disabled = True  # which would log it as a traceback
            raise
        app.state.gateway = state
        stack.push_async_callback(_ended, app, state)
        keepers = [
            asyncio.create_task(each)
            for each in (_keep(state), _reconcile(state), _look_over(state), rules.follow(state))
        ]
        for task in keepers:
            stack.callback(task.cancel)
        yield


async def _engine(app: Gateway, state: State, stack: contextlib.AsyncExitStack) -> None:
    """Start vLLM where the configuration says so; one that can never run ends the gateway."""
    settings = state.config.vllm
    if settings is None:
        return

    def said(part: str, text: str) -> None:
        if text:
            state.faults[part] = text
        else:
            state.faults.pop(part, None)

    engine = Engine(
        settings,
        state.config.upstreams[settings.upstream],
        said,
        adapters=functools.partial(lora.folders, state),
        on_ready=functools.partial(lora.reconcile, state),
    )
    await engine.start()
    stack.push_async_callback(engine.stop)
    state.vllm = engine

    async def watched() -> None:
        try:
            await engine.ready()
        except EngineFailed as error:
            fail: Callable[[CopilotError], object] | None = getattr(app.state, "fail", None)
            if fail is not None:
                fail(error)

    watch = asyncio.create_task(watched())
    stack.callback(watch.cancel)


async def _opened(config: Config, stack: contextlib.AsyncExitStack) -> State:
    """Every part, in order; the stack closes what was opened, in reverse."""
    templates = await asyncio.to_thread(BankTemplates, config.prompts)
    store = await asyncio.to_thread(Store, store_url(config))
    stack.callback(store.close)
    directory = await asyncio.to_thread(Directory, config, store)
    metrics = Metrics(directory.is_model)
    journal = await asyncio.to_thread(MeasuredJournal, config.audit.folder, config.audit.writer, metrics)
    stack.push_async_callback(journal.close)
    try:
        limiter = Limiter(config.limits)
    except ValueError as error:
        raise ConfigError(f"{error}.") from None
    stack.push_async_callback(limiter.close)
    upstreams = {}
    for name, settings in config.upstreams.items():
        try:
            upstreams[name] = Upstream(name, settings, metrics)
        except OSError as error:
            raise ConfigError(f"upstreams.{name}.ca_bundle cannot be used: {error.strerror or error}.") from None
        stack.push_async_callback(upstreams[name].close)
    packs = await asyncio.to_thread(rules.opened, config.guard)
    metrics.ruled(packs.packs.packs)
    return State(
        config=config,
        directory=directory,
        limiter=limiter,
        upstreams=upstreams,
        journal=journal,
        metrics=metrics,
        policy=Policy(chosen(config.guard.repository_class, config.guard.actions), packs.packs),
        said_policy=Policy(
            chosen(config.guard.repository_class, {**config.guard.actions, **config.guard.answers}), packs.packs
        ),
        packs=packs,
        store=store,
        templates=templates,
        readiness=Readiness(),
    )


async def _ended(app: Gateway, state: State) -> None:
    """What still runs is cancelled and audited; then usage is written, while the store and the journal are open."""
    state.draining = True
    if app.data is not None:
        await app.data.close()
    with contextlib.suppress(StoreError):
        await state.directory.flush()


async def _reconcile(state: State) -> None:
    """Engines that somebody else runs lose their adapters when they are started again: give them back."""
    while state.vllm is None:
        await lora.reconcile(state)
        await asyncio.sleep(RECONCILE_S)


async def _look_over(state: State) -> None:
    """Say once in the log what engines that somebody else runs lack, as soon as each answers."""
    config = state.config
    foreign = {n: u for n, u in config.upstreams.items() if config.vllm is None or config.vllm.upstream != n}
    while foreign:
        for name, upstream in list(foreign.items()):
            served = tuple(model.served for model in config.models.values() if model.upstream == name)
            answers, said = await attached(upstream, served)
            if answers:
                del foreign[name]
                for text in said:
                    log.warning("upstream %s: %s", name, text)
        if foreign:
            await asyncio.sleep(LOOK_S)


async def _keep(state: State) -> None:
    """Follow the store, and write usage, as long as the gateway runs."""
    flushed = asyncio.get_running_loop().time()
    while True:
        await asyncio.sleep(REFRESH_S)
        now = asyncio.get_running_loop().time()
        try:
            await asyncio.to_thread(state.directory.refresh_now, changed_only=True)
            if now - flushed >= FLUSH_S:
                flushed = now
                await state.directory.flush()
            state.faults.pop("store", None)
        except StoreError as error:
            state.faults["store"] = str(error)
        except Exception as error:  # noqa: BLE001 -- this loop must outlive any surprise, and say it
            state.faults["store"] = f"internal error while reading the store: {type(error).__name__}"


def _answer(request: Request, error: Refused) -> Response:
    headers = {**error.headers(), "cache-control": "no-store"}
    if error.status == 401:
        headers["www-authenticate"] = "Bearer"
    if request.url.path.startswith("/v1/"):
        return JSONResponse(error.openai(), error.status, headers)
    return JSONResponse(error.problem(), error.status, headers, media_type="application/problem+json")


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return _answer(request, error)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    match error.status_code:
        case 404:
            refused = Refused(404, "not_found", "There is nothing here; /openapi.json lists every route.")
        case 405:
            refused = Refused(405, "method_not_allowed", "This route has no such method; /openapi.json lists them.")
        case 408:
            refused = Refused(408, "body_timeout", "The body took too long to arrive.")
        case 413:
            refused = Refused(413, "too_large", f"The body is larger than {MAX_BODY} bytes.")
        case 400:  # FastAPI's word for a body that is no text; one that is no JSON is 422
            refused = Refused(_misfit(request), "invalid_request", "The body is no JSON in UTF-8.")
        case status:
            refused = Refused(status, "invalid_request", "The request cannot be read.")
    answer = _answer(request, refused)
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


async def _invalid(request: Request, error: Exception) -> Response:
    """Name the field at fault and what is wrong with it, and never repeat its value."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body") or "body"
    text = "the body is no JSON" if first["type"] == "json_invalid" else str(first["msg"])
    if where == "body" and isinstance(first.get("input"), (bytes, str)):
        text = "send a JSON object, with the header Content-Type: application/json"
    status = _misfit(request)
    code = "unknown_field" if status == 400 and first["type"] == "extra_forbidden" else "invalid_request"
    return _answer(request, Refused(status, code, f"{where[:200]}: {text[:200]}.", param=where[:200]))


def _misfit(request: Request) -> int:
    """The status of a request that does not fit: on OpenAI's paths it is 400."""
    return 400 if request.url.path.startswith("/v1/") else 422


async def _copilot(request: Request, error: Exception) -> Response:
    if isinstance(error, AuditUnavailable):
        refused = Refused(503, "audit_unavailable", "The audit journal cannot be written: nothing is changed.")
    elif isinstance(error, StoreError):
        refused = Refused(503, "store_unavailable", str(error), retry_after_s=2)
    elif isinstance(error, ConfigError):
        refused = Refused(422, "invalid_request", str(error))
    else:
        refused = Refused(500, "internal", "Internal error; the gateway's log names the place.")
    return _answer(request, refused)


async def _internal(request: Request, _error: Exception) -> Response:
    return _answer(request, Refused(500, "internal", "Internal error; the gateway's log names the place."))
