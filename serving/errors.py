"""What a client is told when it does not get an answer: one exception, two shapes; and one for a client that is gone.

OpenAI error objects on `/v1/*` (its clients read nothing else), RFC 9457 problem+json elsewhere. A message says what to
do, and never repeats text of a prompt, the name of another team or a path of this host.
"""

from __future__ import annotations

import math
from typing import Any

from copilot.errors import CopilotError


class Gone(Exception):
    """Nobody is there to be answered: the client left or stopped reading."""


class Refused(CopilotError):
    """A request that ends here. `code` is a stable word for programs, `param` the field at fault.

    Codes: invalid_json, invalid_request, unknown_field, field_refused, too_large, prompt_too_long, invalid_key,
    forbidden, unknown_model, rate_limited, overloaded, content_denied, upstream_unavailable, upstream_error,
    upstream_timeout, draining, audit_unavailable, store_unavailable, not_found, method_not_allowed, conflict,
    template_refused, body_timeout, internal.
    """

    def __init__(
        self, status: int, code: str, message: str, *, param: str | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.param = status, code, message, param
        self.retry_after_s = retry_after_s

    def openai(self) -> dict[str, Any]:
        """The body for `/v1/*`."""
        return {"error": {"message": self.message, "type": _kind(self.status), "param": self.param, "code": self.code}}

    def problem(self) -> dict[str, Any]:
        """The body elsewhere, as application/problem+json."""
        title = self.code.replace("_", " ")
        return {"type": "about:blank", "title": title, "status": self.status, "detail": self.message, "code": self.code}

    def headers(self) -> dict[str, str]:
        """`Retry-After` in whole seconds, at least 1, where waiting helps."""
        return {} if self.retry_after_s is None else {"Retry-After": str(max(1, math.ceil(self.retry_after_s)))}


def _kind(status: int) -> str:
    match status:
        case 401:
            return "authentication_error"
        case 403:
            return "permission_error"
        case 404:
            return "not_found_error"
        case 429:
            return "rate_limit_error"
        case _:
            return "invalid_request_error" if status < 500 else "server_error"
