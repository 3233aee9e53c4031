"""The way to the gateway, walked step by step, each step told with what to do when it fails (`bank-copilot doctor`).

The steps before HTTP are looked at apart, so that a firewall, a name and a certificate are told from one another; from
then on requests go the very way of the engine (`client.py`). Absent on purpose: the key in any text, and any text of
the repository: what is sent is fixed and of one token.
"""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from copilot import config
from copilot.config import Settings
from copilot.engines import circuit, credentials, profile, wire
from copilot.engines.client import Client, Refused
from copilot.engines.credentials import Address
from copilot.engines.model import PROFILE
from copilot.engines.profile import Profile
from copilot.errors import GatewayUnavailable
from copilot.messages import say
from copilot.types import Hole, Message, Prompt, Task
from prompts import templates
from prompts.templates import TemplateError

_SKEW_S: Final = 60.0
_EXPIRES_DAYS: Final = 14
_SIMPLE_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing looked at on the way. `advice` says what to do when it is not well."""

    name: str
    ok: bool
    detail: str
    advice: str = ""


async def walk(settings: Settings) -> AsyncIterator[Step]:
    """The steps in order; those that a failed one makes pointless are left out."""
    gateway = settings.gateway
    if not gateway.url:
        yield Step("gateway", ok=True, detail=say("none is set: the embedded engine answers alone"))
        return
    try:
        there = credentials.address(gateway)
    except GatewayUnavailable as error:
        yield Step("gateway address", ok=False, detail=str(error))
        return
    client = Client(gateway)
    try:
        yield _address(there)
        proxy = credentials.proxy(gateway)
        async for step in _network(there, proxy, gateway.connect_s):
            yield step
            if not step.ok:
                return
        reply = await _get(client, "/health", key=False)
        if there.scheme == "https":
            yield _certificate(there, "" if proxy else await _expiry(there, gateway))
        yield _health(reply)
        if reply.status != 200:
            return
        if (skew := _skew(reply)) is not None:
            yield skew
        async for step in _with_key(client, settings):
            yield step
    except GatewayUnavailable as error:
        yield Step(f"gateway {error.reason}", ok=False, detail=str(error), advice=_advice().get(error.reason, ""))
    finally:
        await client.close()


async def _network(there: Address, proxy: str, connect_s: float) -> AsyncIterator[Step]:
    """Name and port of the gateway, or of the proxy on the way to it."""
    host, port = there.host, there.port
    if proxy:
        parts = urlsplit(proxy)
        host, port = parts.hostname or "", parts.port or credentials.PORTS[parts.scheme]
    via = credentials.shown(proxy) if proxy else say("none, directly")
    yield Step("gateway proxy", ok=True, detail=via)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(connect_s):
            found = await loop.getaddrinfo(host, port)
    except (OSError, TimeoutError):
        advice = _advice()["proxy" if proxy else "name"]
        yield Step("gateway name", False, say("The name {host} is not known.", host=host), advice)
        return
    addresses = ", ".join(sorted({str(row[4][0]) for row in found}))
    yield Step("gateway name", ok=True, detail=f"{host}: {addresses}")
    try:
        async with asyncio.timeout(connect_s):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError) as error:
        errno = getattr(error, "errno", None)
        reason = os.strerror(errno) if errno else say("no answer within {seconds} s", seconds=f"{connect_s:g}")
        yield Step("gateway port", False, f"{host}:{port}: {reason}", _advice()["proxy" if proxy else "port"])
        return
    writer.close()
    with suppress(OSError, ssl.SSLError):
        await writer.wait_closed()
    yield Step("gateway port", ok=True, detail=f"{host}:{port}")


async def _with_key(client: Client, settings: Settings) -> AsyncIterator[Step]:
    """What needs the key: the team's profile, and a token of each model."""
    try:
        reply = await _get(client, PROFILE, key=True)
    except GatewayUnavailable as error:
        yield Step("gateway key", False, str(error), _advice()["key"] if error.reason == "key" else "")
        return
    if reply.status in (401, 403):
        said = wire.fault(reply.body).message
        yield Step(
            "gateway key", False, say("The gateway refuses the key. {said}", said=said).strip(), _advice()["key"]
        )
        return
    warning = client.warning
    yield Step("gateway key", not warning, warning or say("accepted"))
    team = _profile(reply)
    if team is not None:
        yield Step("gateway profile", ok=True, detail=_team(team))
    else:
        detail = say("HTTP {status}; our own templates are used", status=reply.status)
        yield Step("gateway profile", False, detail, say("Ask who runs the gateway: /v1/copilot/profile must answer."))
    team = team or Profile()
    yield _ready(await _get(client, "/ready", key=False))
    own, wrong = profile.local(settings.prompts)
    if wrong:
        yield Step("prompts", ok=False, detail=wrong)
    for sentence in templates.problems(profile.library(own, team)):
        yield Step("prompts", ok=False, detail=sentence)
    for (model, chat), shared in _models(settings, team).items():
        if not model and team.models:
            advice = say("Ask for a model that has this task.")
            yield Step(f"model for {', '.join(shared)}", ok=False, detail=say("none"), advice=advice)
            continue
        task = Task(shared[0])
        try:
            reference = profile.library(own, team).choose(task.value, None).reference
        except TemplateError:
            reference = ""
        yield await _token(client, settings, task, reference, f"{model or '?'} ({', '.join(shared)})", chat=chat)


def _models(settings: Settings, team: Profile) -> dict[tuple[str, bool], list[str]]:
    """Tasks by the model they get and the way it is asked: a hole to fill, or a chat."""
    found: dict[tuple[str, bool], list[str]] = {}
    for task in Task:
        model = settings.gateway.model or team.models.get(task.value, "")
        found.setdefault((model, task is not Task.COMPLETE), []).append(task.value)
    return found


async def _token(client: Client, settings: Settings, task: Task, template: str, who: str, *, chat: bool) -> Step:
    """One token of a model, the way a task asks."""
    prompt = Prompt(
        template,
        max_tokens=1,
        messages=(Message("user", "Say yes."),) if chat else (),
        hole=None if chat else Hole("total = ", "\n"),
    )
    path, body = wire.request(prompt, wire.Place("doctor.py", "python"), task, settings.gateway.model)
    headers = {"X-Copilot-Task": task.value} | ({"X-Copilot-Prompt": template} if template else {})
    patience = max(circuit.patience_s(settings.model, task, "invoked"), _SIMPLE_S)
    name, started = f"model {who}", time.monotonic()
    try:
        async with asyncio.timeout(patience):
            _, model = await client.ask(path, body, headers)
    except Refused as error:
        return Step(name, False, error.declined.reason, error.declined.detail)
    except GatewayUnavailable as error:
        return Step(name, False, str(error), _advice().get(error.reason, ""))
    except TimeoutError:
        return Step(name, False, say("no answer within {seconds} s", seconds=f"{patience:g}"), _advice()["slow"])
    took = round(1000 * (time.monotonic() - started))
    detail = say("{model} answered in {ms} ms", model=wire.printable(model) or "?", ms=took)
    late = task is Task.COMPLETE and took > settings.model.complete_ms
    advice = say("An automatic completion waits model.complete_ms ({limit} ms).", limit=settings.model.complete_ms)
    return Step(name, not late, detail, advice)


async def _get(client: Client, path: str, *, key: bool) -> wire.Reply:
    try:
        async with asyncio.timeout(_SIMPLE_S):
            return await client.get(path, key=key)
    except TimeoutError:
        message = say("no answer within {seconds} s", seconds=f"{_SIMPLE_S:g}")
        raise GatewayUnavailable("slow", f"{path}: {message}") from None


def _address(there: Address) -> Step:
    open_wire = there.scheme == "http" and not there.local
    detail = say("{url}, in the clear: anyone on the way reads code and key", url=there.url) if open_wire else there.url
    return Step("gateway address", not open_wire, detail, say("Set gateway.url to an https address."))


def _health(reply: wire.Reply) -> Step:
    try:
        told = json.loads(reply.body)
    except ValueError:
        told = None
    ours = isinstance(told, dict) and told.get("status") == "ok"
    if reply.status == 200 and ours:
        return Step("gateway health", ok=True, detail=wire.printable(f"ok, {told.get('version', '?')}"))
    detail = say("HTTP {status}, and not as the gateway answers", status=reply.status)
    return Step("gateway health", False, detail, _advice()["error"])


def _ready(reply: wire.Reply) -> Step:
    """What the gateway says of its own parts."""
    try:
        told = json.loads(reply.body)
        status, checks = str(told["status"]), [check for check in told["checks"] if not check["ok"]]
    except (ValueError, KeyError, TypeError):
        return Step("gateway ready", False, f"HTTP {reply.status}", _advice()["error"])
    wrong = "; ".join(f"{check.get('name')}: {check.get('detail')}" for check in checks)
    detail = wire.printable(f"{status}: {wrong}" if wrong else status)
    return Step("gateway ready", status == "ready", detail, _advice()["away"])


async def _expiry(there: Address, gateway: config.Gateway) -> str:
    """When the gateway's certificate expires, in the certificate's words; empty when it cannot be seen."""
    try:
        async with asyncio.timeout(gateway.connect_s):
            _, writer = await asyncio.open_connection(there.host, there.port, ssl=credentials.tls(gateway))
    except (OSError, TimeoutError, GatewayUnavailable):
        return ""
    until = (writer.get_extra_info("peercert") or {}).get("notAfter", "")
    writer.close()
    with suppress(OSError, ssl.SSLError):
        await writer.wait_closed()
    return str(until)


def _certificate(there: Address, until: str) -> Step:
    """TLS held, or there would have been no reply; how long it still will."""
    if not until:
        return Step("gateway tls", ok=True, detail=say("trusted"))
    days = int((ssl.cert_time_to_seconds(until) - time.time()) // 86_400)
    detail = say("trusted; the certificate of {host} expires in {days} days", host=there.host, days=days)
    return Step("gateway tls", days >= _EXPIRES_DAYS, detail, say("Tell who runs the gateway to renew it."))


def _skew(reply: wire.Reply) -> Step | None:
    """How far this machine's clock is off; None when the gateway does not say its time."""
    try:
        off = time.time() - parsedate_to_datetime(reply.headers["date"]).timestamp()
    except (KeyError, ValueError):
        return None
    detail = say("{seconds} s from the gateway's", seconds=f"{off:+.0f}")
    return Step(
        "clock", abs(off) <= _SKEW_S, detail, say("Set this machine's clock (NTP): certificates and audit need it.")
    )


def _profile(reply: wire.Reply) -> Profile | None:
    with suppress(wire.Garbled):
        return profile.read(reply.body, reply.etag) if reply.status == 200 else None
    return None


def _team(team: Profile) -> str:
    models = ", ".join(dict.fromkeys(team.models.values())) or say("no model")
    return wire.printable(
        say(
            "team {team}, user {user}; models: {models}; templates: {templates}",
            team=team.team or "?",
            user=team.user or "?",
            models=models,
            templates=len(team.templates),
        )
    )


def _advice() -> Mapping[str, str]:
    return {
        "name": say("Check gateway.url for a slip, then the VPN and DNS."),
        "port": say("Check the port in gateway.url, the firewall, and whether the gateway runs."),
        "proxy": say("This is the proxy: check gateway.proxy and HTTPS_PROXY, or set gateway.proxy to none."),
        "key": say("Set gateway.key to env:NAME, file:PATH or keyring:SERVICE/USER; an administrator gives keys out."),
        "tls": say("The administrator of the gateway knows its authority and whether it wants a client certificate."),
        "slow": say("The model is overloaded or starting: its /metrics and log say which."),
        "limited": say("Wait, or ask for a higher limit of the key or team."),
        "away": say("The gateway's log and /ready say what is wrong behind it."),
        "error": say("Something else may answer at gateway.url: a proxy's login page, or another service."),
    }
