"""Whether a webhook comes from whom it says: each forge's own way, compared in constant time.

Over the body as it arrived: GitHub, Gitea and Forgejo (HMAC-SHA-256), Review Board (HMAC-SHA-1, it has no other) and GitLab's
signing token (HMAC-SHA-256 over id, time and body, as Standard Webhooks has it). GitLab's secret token and Gitee's password
are the secret itself; Gitee's signature is over the time alone. Where a time is signed, one too far away is refused.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from serving.bots.config import Kind, signing_key

_DELIVERIES: Final[dict[Kind, tuple[str, ...]]] = {
    "github": ("x-github-delivery",),
    "gitlab": ("webhook-id", "idempotency-key", "x-gitlab-event-uuid"),
    "gitea": ("x-gitea-delivery", "x-forgejo-delivery"),
    "gitee": (),
    "reviewboard": (),
}


def holds(kind: Kind, secret: str, headers: Mapping[str, str], body: bytes, *, now: float, window_s: float) -> bool:
    """Whether the signature or token is right. `headers`: by small name, as they arrived."""
    key = secret.encode()
    match kind:
        case "github":
            return _same(headers.get("x-hub-signature-256", ""), f"sha256={_hex(key, body, 'sha256')}")
        case "gitea":
            told = headers.get("x-forgejo-signature") or headers.get("x-gitea-signature", "")
            return _same(told, _hex(key, body, "sha256"))
        case "reviewboard":
            return _same(headers.get("x-hub-signature", ""), f"sha1={_hex(key, body, 'sha1')}")
        case "gitlab":
            if "webhook-signature" in headers:
                return _standard(secret, headers, body, now, window_s)
            return _same(headers.get("x-gitlab-token", ""), secret)
        case "gitee":
            return _gitee(secret, headers, now, window_s)


def delivery(kind: Kind, headers: Mapping[str, str], body: bytes) -> str:
    """What a delivery is known by, for one that comes again: its content. The id in its headers alone would not do, since
    most signatures do not cover it: who saw one delivery could send it again under another.
    """
    told = [headers[name] for name in _DELIVERIES[kind] if headers.get(name)]
    signed = kind == "gitlab" and "webhook-signature" in headers
    content = (told[0] if told and signed else "").encode() or body
    return hashlib.sha256(content).hexdigest()


def _standard(secret: str, headers: Mapping[str, str], body: bytes, now: float, window_s: float) -> bool:
    name, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not name or not _near(at, now, window_s):
        return False
    right = base64.b64encode(hmac.digest(signing_key(secret), f"{name}.{at}.".encode() + body, "sha256")).decode()
    told = headers["webhook-signature"].split()[:8]
    return any(_same(one, f"v1,{right}") for one in told)


def _gitee(secret: str, headers: Mapping[str, str], now: float, window_s: float) -> bool:
    told, at = headers.get("x-gitee-token", ""), headers.get("x-gitee-timestamp", "")
    if not _near(at, now, window_s, unit=1000):
        return False
    right = base64.b64encode(hmac.digest(secret.encode(), f"{at}\n{secret}".encode(), "sha256")).decode()
    return _same(unquote(told), right) | _same(told, right) | _same(told, secret)


def _near(told: str, now: float, window_s: float, unit: int = 1) -> bool:
    return told.isascii() and told.isdigit() and len(told) < 16 and abs(int(told) / unit - now) <= window_s


def _hex(key: bytes, body: bytes, name: str) -> str:
    return hmac.digest(key, body, name).hex()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())
