"""Sends a forge's calls: one address, one token, nothing followed elsewhere. Rare and small, so the standard library does.

A redirect is an answer like another: a token is never carried to where somebody else points.
"""

from __future__ import annotations

import http.client
import json
import re
import ssl
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from copilot import __version__
from serving.bots.config import Forge as Settings
from serving.bots.forge import Answer, Call, Forge

LONGEST: Final = 200_000_000
_LATER: Final = frozenset({401, 408, 425, 429, 500, 502, 503, 504})
"""Of these, 401 is a token that ran out: somebody will make another."""

_FOR_GOOD: Final = frozenset({"FORBIDDEN", "NOT_FOUND", "INSUFFICIENT_SCOPES", "UNPROCESSABLE"})


class CallFailed(Exception):
    """A call without a good answer. `again`: later it may go better, since the forge is away or does not take the token now;
    `after_s`: not before, where the forge says so.
    """

    def __init__(self, message: str, *, again: bool, after_s: float = 0.0) -> None:
        super().__init__(message)
        self.again, self.after_s = again, after_s


class Sender:
    """A forge's interface with a token. Not for several threads."""

    def __init__(self, settings: Settings, forge: Forge, token: Callable[[], str]) -> None:
        """`token` is asked for each call: a file with a short-lived one may be written anew. Raises OSError (ssl.SSLError) when the CA bundle cannot be read."""
        base = urlsplit(settings.api or forge.api(settings.address))
        self._host, self._port, self._root = base.hostname or "", base.port, base.path.rstrip("/")
        self._tls = None
        if base.scheme == "https":
            self._tls = ssl.create_default_context(cafile=str(settings.ca_bundle) if settings.ca_bundle else None)
        self._timeout_s = settings.timeout_s
        self._forge, self._token = forge, token
        self.sent = 0

    def __call__(self, call: Call) -> Answer:
        """The answer. Raises CallFailed for one that the call does not expect, its words hold no text of the forge's; ConfigError
        where the token is not there.
        """
        try:
            return self._asked(call)
        except CallFailed as error:
            if not call.soft or error.again:
                raise
            return Answer(0)

    def _asked(self, call: Call) -> Answer:
        name, value = self._forge.authorization(self._token())
        headers = {name: value, "User-Agent": f"bank-copilot/{__version__}", "Accept": call.accept}
        data = None
        if call.body is not None:
            data = urlencode(call.body).encode() if call.form else json.dumps(call.body).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded" if call.form else "application/json"
        # GraphQL of an Enterprise server lies beside the REST interface's version
        root = self._root.removesuffix("/v3") if call.path == "/graphql" else self._root
        connection = (
            http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout_s, context=self._tls)
            if self._tls is not None
            else http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s)
        )
        self.sent += 1
        said = f"{call.method} {call.path.partition('?')[0]}"
        try:
            connection.request(call.method, root + call.path, body=data, headers=headers)
            answer = connection.getresponse()
            told = answer.read(LONGEST + 1)
        except (OSError, http.client.HTTPException) as error:
            raise CallFailed(f"{said}: {type(error).__name__}", again=True) from None
        finally:
            connection.close()
        if len(told) > LONGEST:
            raise CallFailed(f"{said}: the answer is too long", again=False)
        if not (200 <= answer.status < 300 or answer.status in call.may):
            wait = answer.headers.get("Retry-After", "")
            limited = answer.status == 403 and (
                wait or answer.headers.get("X-RateLimit-Remaining") == "0" or b"rate limit" in told[:2_000].lower()
            )
            raise CallFailed(
                f"{said}: status {answer.status}",
                again=answer.status in _LATER or bool(limited),
                after_s=min(3600.0, float(wait)) if re.fullmatch("[0-9]+", wait) else 60.0 * bool(limited),
            )
        if "json" not in call.accept:
            return Answer(answer.status, told)
        try:
            found = json.loads(told) if told.strip() else None
        except ValueError:
            raise CallFailed(f"{said}: the answer is no JSON", again=True) from None
        if call.path == "/graphql" and (found is None or found.get("errors")):
            raise _refused(said, found, soft=call.soft)
        return Answer(answer.status, found)


def _refused(said: str, found: Any, *, soft: bool) -> CallFailed:
    """GraphQL says everything with status 200: that a limit is reached or it failed for now, too."""
    kinds = {str(one.get("type", "")) for one in (found or {}).get("errors", ())}
    limited = "RATE_LIMITED" in kinds
    again = limited or not (soft or (kinds <= _FOR_GOOD and kinds))
    return CallFailed(f"{said}: GraphQL refused it", again=again, after_s=60.0 * limited)
