"""Plain questions to an engine beside the data path: is it well, what does it serve, load this adapter.

Rare and small, so the standard library's client in a thread does; the data path has `upstream.py`.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import ssl
from typing import Any
from urllib.parse import urlsplit

from serving.config import Upstream

LONGEST = 8_000_000
"""Bytes of an answer that are read at most."""


class NoAnswer(Exception):
    """The engine could not be reached, or what came was no HTTP; `str()` says which, without addresses or text."""


def key(upstream: Upstream) -> str:
    """The upstream's API key, from the environment variable that the configuration names; "" for none."""
    return os.environ.get(upstream.key_env, "") if upstream.key_env else ""


async def ask(
    upstream: Upstream, method: str, path: str, body: object = None, *, timeout_s: float = 5.0
) -> tuple[int, bytes]:
    """Status and body of one request. Raises NoAnswer."""
    return await asyncio.to_thread(_ask, upstream, method, path, body, timeout_s)


def _ask(upstream: Upstream, method: str, path: str, body: object, timeout_s: float) -> tuple[int, bytes]:
    address = urlsplit(upstream.url)
    connection: http.client.HTTPConnection
    if address.scheme == "https":
        context = ssl.create_default_context(cafile=upstream.ca_bundle or None)
        connection = http.client.HTTPSConnection(
            address.hostname or "", address.port, timeout=timeout_s, context=context
        )
    else:
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=timeout_s)
    headers = {"Accept": "application/json", "Connection": "close"}
    if secret := key(upstream):
        headers["Authorization"] = f"Bearer {secret}"
    data = None
    if body is not None:
        data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
    try:
        connection.request(method, address.path.rstrip("/") + path, data, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(LONGEST)
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(type(error).__name__) from None
    finally:
        connection.close()


def parsed(body: bytes) -> dict[str, Any]:
    """A body as a JSON object; empty when it is something else."""
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
