"""The connection to the gateway: one kept-alive session, one way for every request, every failure said in one sentence.

The only importer of aiohttp in `copilot`, at first use and in a thread, because a start without a gateway never pays
for it. Leaving a request in the middle (cancel, deadline, enough read) closes its connection, and the gateway ends the
generation. Absent on purpose: what is asked (`model.py`) and how often (`circuit.py`).
"""

from __future__ import annotations

import asyncio
import json
import os
import ssl
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from copilot import __version__
from copilot.config import Gateway
from copilot.engines import credentials, wire
from copilot.engines.credentials import Address, Key
from copilot.errors import GatewayUnavailable
from copilot.messages import say
from copilot.types import Declined

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

_IDLE_S: Final = 55.0
"""Below what gateways and proxies keep: who opens a connection should be the one that closes it."""

_ERROR_BYTES: Final = 64_000

_TLS: Final[dict[int, str]] = {
    9: "not-yet",
    10: "expired",
    18: "unknown",
    19: "unknown",
    20: "unknown",
    21: "unknown",
    62: "name",
    64: "name",
}
"""OpenSSL's verification results (X509_V_ERR_…) by what is wrong with the certificate."""


class Refused(Exception):
    """The gateway is well and does not answer this question. `notice` is set when a person must change something."""

    def __init__(self, code: str, declined: Declined, notice: str = "") -> None:
        super().__init__(code)
        self.code, self.declined, self.notice = code, declined, notice


@dataclass(frozen=True, slots=True)
class Way:
    """What opens the way to the gateway, read once."""

    address: Address
    tls: ssl.SSLContext | None
    proxy: str


class Client:
    """Requests to one gateway, from any event loop: each loop has a session of its own, opened at its first request."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._way: Way | None = None
        self._key: Key | None = None
        self._sessions: dict[AbstractEventLoop, ClientSession] = {}

    def forget(self) -> None:
        """Read key and certificates anew at the next request."""
        self._way = self._key = None

    @property
    def warning(self) -> str:
        """What is not well about the place of the key, once it was read; empty: nothing."""
        return self._key.warning if self._key is not None else ""

    @property
    def in_the_clear(self) -> bool:
        """Once the way was prepared: code and key travel unencrypted to another machine."""
        return self._way is not None and self._way.address.scheme == "http" and not self._way.address.local

    async def get(self, path: str, headers: Mapping[str, str] | None = None, *, key: bool = True) -> wire.Reply:
        """A simple question. Raises GatewayUnavailable; a status is the caller's to judge."""
        async with self._exchange("GET", path, None, headers or {}, key=key) as response:
            return await _reply(response)

    async def post(self, path: str, body: Mapping[str, Any]) -> wire.Reply:
        """A simple report. Raises GatewayUnavailable; a status is the caller's to judge."""
        async with self._exchange("POST", path, body, {}, key=True) as response:
            return await _reply(response)

    async def ask(
        self,
        path: str,
        body: Mapping[str, Any],
        headers: Mapping[str, str],
        enough: Callable[[str], bool] | None = None,
        listen: Callable[[str], None] | None = None,
    ) -> tuple[list[wire.Choice], str]:
        """The choices and the model's name. A stream ends early when `enough(text so far)`; `listen` hears the text so far.

        Raises GatewayUnavailable, and Refused where another question may be answered.
        """
        async with self._exchange("POST", path, body, headers, key=True) as response:
            if response.status != 200:
                body_of_error = await _read(response, _ERROR_BYTES)
                if b"SSL certificate" in body_of_error:  # nginx says it so, in HTML
                    raise GatewayUnavailable("tls", _no_client_certificate(self._way_now(), self._gateway))
                raise _refusal(response, wire.fault(body_of_error))
            try:
                if response.content_type == "text/event-stream":
                    return await _streamed(response, enough, listen)
                if response.content_type == "application/json":
                    return wire.answer(await _read(response, wire.MOST_BYTES))
            except wire.Garbled:
                raise GatewayUnavailable("error", say("The gateway's answer cannot be read.")) from None
            raise GatewayUnavailable(
                "error",
                say(
                    "Something else than the gateway answers at {url} (it sent {kind}): check gateway.url and the proxy.",
                    url=credentials.shown(self._gateway.url),
                    kind=wire.printable(response.content_type),
                ),
            )

    async def close(self) -> None:
        """Close every session; one of a loop that is gone or runs elsewhere, too."""
        here = asyncio.get_running_loop()
        for loop, session in list(self._sessions.items()):
            del self._sessions[loop]
            if loop is here or loop.is_closed():
                await session.close()
            else:
                asyncio.run_coroutine_threadsafe(session.close(), loop)

    @asynccontextmanager
    async def _exchange(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str], *, key: bool
    ) -> AsyncIterator[ClientResponse]:
        if self._way is None:
            self._way = await asyncio.to_thread(prepare, self._gateway)
        if key and self._key is None:
            self._key = await asyncio.to_thread(credentials.key, self._gateway.key)
        way, session = self._way, await self._session()
        from aiohttp import ClientConnectionResetError, ClientError, ClientOSError, ServerDisconnectedError

        given = {**headers, "Authorization": self._key.header} if key and self._key else dict(headers)
        data = (
            None
            if body is None
            else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        )
        if data is not None:
            given["Content-Type"] = "application/json"
        url = f"{way.address.url}{path}"

        def begin() -> Any:
            # A redirect would carry the text to whom nobody configured.
            options: dict[str, Any] = {"ssl": way.tls} if way.tls is not None else {}
            return session.request(
                method, url, data=data, headers=given, proxy=way.proxy or None, allow_redirects=False, **options
            )

        try:
            try:
                response = await begin()
            except (ServerDisconnectedError, ClientConnectionResetError):
                response = await begin()  # the kept-alive connection was just being closed at the other end
            except ClientOSError as error:
                if isinstance(error.__cause__, ssl.SSLError) or not isinstance(error.__cause__, ConnectionError):
                    raise
                response = await begin()
            async with response:
                yield response
        except ClientError as error:
            raise _unavailable(error, way, self._gateway) from None
        except ssl.SSLError as error:
            raise GatewayUnavailable("tls", _tls(error, way, self._gateway)) from None
        except (OSError, ValueError) as error:  # a reset in the middle; a header that is none
            raise GatewayUnavailable("away", _lost(type(error).__name__)) from None

    def _way_now(self) -> Way:
        assert self._way is not None
        return self._way

    async def _session(self) -> ClientSession:
        loop = asyncio.get_running_loop()
        for other in [other for other in self._sessions if other.is_closed()]:
            await self._sessions.pop(other).close()
        session = self._sessions.get(loop)
        if session is None or session.closed:
            from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

            timeout = ClientTimeout(total=None, connect=None, sock_connect=self._gateway.connect_s)
            standing = {"User-Agent": f"bank-copilot/{__version__}", "Accept-Encoding": "identity"}
            session = self._sessions[loop] = ClientSession(
                connector=TCPConnector(keepalive_timeout=_IDLE_S),
                timeout=timeout,
                headers=standing,
                cookie_jar=DummyCookieJar(),
                trust_env=False,
            )
        return session


def prepare(gateway: Gateway) -> Way:
    """Address, TLS and proxy, and aiohttp loaded; blocks. Raises GatewayUnavailable."""
    import aiohttp  # noqa: F401 -- loading it takes longer than a keystroke, so a thread does

    there = credentials.address(gateway)
    proxy = credentials.proxy(gateway)
    secured = there.scheme == "https" or proxy.startswith("https:")
    return Way(there, credentials.tls(gateway) if secured else None, proxy)


async def _reply(response: ClientResponse) -> wire.Reply:
    body = await _read(response, wire.MOST_BYTES)
    return wire.Reply(response.status, {name.lower(): value for name, value in response.headers.items()}, body)


async def _read(response: ClientResponse, most: int) -> bytes:
    """The body. Raises GatewayUnavailable for one that is too long."""
    data = bytearray()
    async for piece in response.content.iter_any():
        data += piece
        if len(data) > most:
            raise GatewayUnavailable("error", say("The gateway's answer cannot be read."))
    return bytes(data)


async def _streamed(
    response: ClientResponse, enough: Callable[[str], bool] | None, listen: Callable[[str], None] | None
) -> tuple[list[wire.Choice], str]:
    stream = wire.Stream()
    async for piece in response.content.iter_any():
        had = len(stream.text)
        stream.feed(piece)
        if stream.refused is not None:
            raise _refusal(response, stream.refused)
        if listen is not None:
            listen(stream.text)
        if enough is not None and "\n" in stream.text[had:] and not stream.done and enough(stream.text):
            return [wire.Choice(stream.text, "stop")], stream.model
    if not stream.done:
        raise GatewayUnavailable("error", say("The gateway's answer broke off."))
    return [wire.Choice(stream.text, stream.finish)], stream.model


def _refusal(response: ClientResponse, fault: wire.Fault) -> Exception:
    """What a status and the gateway's own word mean. The word decides: a proxy between may change the status."""
    status, code, said = response.status, fault.code, fault.message
    if code == "invalid_key" or status == 401:
        message = say("The gateway refuses the key (gateway.key): it is wrong, expired or revoked. Ask for a new one.")
        return GatewayUnavailable("key", message)
    if code == "content_denied":
        return Refused(code, Declined(say("content review at the gateway refused it"), said))
    if code in ("prompt_too_long", "too_large") or status == 413:
        return Refused(code, Declined(say("it is too long for the model"), said))
    if code in ("rate_limited", "overloaded") or status == 429:
        message = say("The gateway's limit is reached.") if status == 429 else say("The gateway is overloaded.")
        return GatewayUnavailable("limited", message, retry_after_s=_retry_after(response))
    if code == "upstream_timeout" or status == 504:
        return GatewayUnavailable("slow", say("The model behind the gateway did not answer in time."))
    if status == 503 or code in ("upstream_unavailable", "draining", "audit_unavailable"):
        message = say("The gateway has no model to ask now.") if code != "draining" else say("The gateway is stopping.")
        return GatewayUnavailable("away", f"{message} {said}".strip(), retry_after_s=_retry_after(response))
    if 300 <= status < 400:
        return GatewayUnavailable("error", say("The gateway's address redirects: set gateway.url to where it leads."))
    if 400 <= status < 500:
        notice = say("The gateway refuses the request: {reason}", reason=said or f"HTTP {status}")
        return Refused(code, Declined(say("the gateway refuses the request"), said), notice)
    if status == 200:
        return GatewayUnavailable("error", say("The gateway's answer broke off.") + f" {said}".rstrip())
    return GatewayUnavailable("error", say("The gateway failed (HTTP {status}).", status=status))


def _retry_after(response: ClientResponse) -> float | None:
    try:
        return float(response.headers.get("Retry-After", ""))
    except ValueError:
        return None  # absent, or a date: our own back-off holds


def _unavailable(error: Exception, way: Way, gateway: Gateway) -> GatewayUnavailable:
    """What an aiohttp error means to a person. Texts of foreign errors are not repeated: they may quote a header."""
    import aiohttp

    cause = error.__cause__
    inner: BaseException | None = getattr(error, "certificate_error", None) or (
        cause if isinstance(cause, ssl.SSLError) else None
    )
    if isinstance(inner, ssl.SSLError) or isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return GatewayUnavailable("tls", _tls(inner or error, way, gateway))
    proxy = credentials.shown(way.proxy) if way.proxy else ""
    host, port = way.address.host, way.address.port
    match error:
        case aiohttp.ClientHttpProxyError():
            message = say(
                "The proxy {proxy} refuses the way to {host} (HTTP {status}).",
                proxy=proxy,
                host=host,
                status=error.status,
            )
        case aiohttp.ClientProxyConnectionError():
            message = say("The proxy {proxy} cannot be reached (gateway.proxy, HTTPS_PROXY).", proxy=proxy)
        case aiohttp.ClientConnectorDNSError():
            message = say("The name {host} is not known: check gateway.url, the network or the VPN.", host=host)
        case aiohttp.ConnectionTimeoutError():
            message = say(
                "No connection to {host} port {port} within {seconds} s.",
                host=host,
                port=port,
                seconds=f"{gateway.connect_s:g}",
            )
        case aiohttp.ClientConnectorError() if (
            way.tls is not None and isinstance(cause, ConnectionError) and not cause.errno
        ):
            # asyncio's own error for a peer that hangs up in the handshake
            message = say(
                "{host} port {port} hangs up at the start of TLS: it may want a client certificate, or speak no TLS.",
                host=host,
                port=port,
            )
            return GatewayUnavailable("tls", message)
        case aiohttp.ClientConnectorError():
            message = say(
                "No connection to {host} port {port}: {reason}.",
                host=host,
                port=port,
                reason=_words(error.os_error),
            )
        case aiohttp.ClientPayloadError():
            return GatewayUnavailable("error", say("The gateway's answer broke off."))
        case aiohttp.ClientResponseError():
            return GatewayUnavailable(
                "error",
                say("What answers at {host} port {port} speaks no HTTP: check gateway.url.", host=host, port=port),
            )
        case _:
            message = _lost(type(error).__name__)
    return GatewayUnavailable("away", message)


def _words(error: OSError) -> str:
    """The system's words for a failure (asyncio's own would be "Connect call failed" with the address)."""
    return os.strerror(error.errno) if error.errno else type(error).__name__


def _lost(kind: str) -> str:
    return say("The connection to the gateway was lost ({kind}).", kind=kind)


def _tls(error: BaseException, way: Way, gateway: Gateway) -> str:
    """A TLS failure with what to do."""
    host = way.address.host
    match _TLS.get(getattr(error, "verify_code", 0), ""):
        case "unknown":
            return say(
                "The certificate of {host} is signed by no authority known here: set gateway.ca_bundle to the bank's.",
                host=host,
            )
        case "expired":
            return say("The certificate of {host} has expired (or this machine's clock is wrong).", host=host)
        case "not-yet":
            return say("The certificate of {host} is not valid yet: check this machine's clock.", host=host)
        case "name":
            return say("The certificate is not one of {host}: set gateway.url to the name it was made for.", host=host)
    reason = (getattr(error, "reason", "") or "").upper()
    if "ALERT" in reason and ("CERT" in reason or "UNKNOWN_CA" in reason or "HANDSHAKE" in reason):
        return _no_client_certificate(way, gateway)
    if "WRONG_VERSION" in reason or "HTTP_REQUEST" in reason:
        return say(
            "{host} port {port} speaks no TLS: is gateway.url meant to begin with http://?",
            host=host,
            port=way.address.port,
        )
    return say("No secure connection to {host} ({reason}).", host=host, reason=reason or type(error).__name__)


def _no_client_certificate(way: Way, gateway: Gateway) -> str:
    host = way.address.host
    if gateway.client_cert:
        return say("{host} refuses the client certificate (gateway.client_cert).", host=host)
    return say("{host} asks for a client certificate: set gateway.client_cert and gateway.client_key.", host=host)
