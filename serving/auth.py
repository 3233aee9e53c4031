"""Who may ask for what: keys, teams and permissions, answered from memory on the hot path.

The store is read at start, after each change through the admin API, and every few seconds (another process may have
changed it). Keys are 256 random bits; stored are their SHA-256 and the prefix that is shown.
"""

from __future__ import annotations

from serving.callers import Caller, Route


class Directory:
    """The present keys, teams, models and adapters."""

    def authenticate(self, authorization: bytes | None) -> Caller:
        """The caller of an `Authorization: Bearer …` header. Raises Refused 401 (no, unknown, expired or revoked key)."""
        raise NotImplementedError(authorization)

    def route(self, caller: Caller, model: str, task: str) -> Route:
        """Where a model name goes for this team; "" and "auto" are the task's default. Raises Refused 404 for a model
        that does not exist or that the team may not use: the two look the same.
        """
        raise NotImplementedError(caller, model, task)

    def salt(self, caller: Caller, classification: str) -> str:
        """VLLM's `cache_salt`: "t:" + HMAC(deployment key, team|classification). Teams never share cached blocks."""
        raise NotImplementedError(caller, classification)

    def permits_template(self, caller: Caller, reference: str) -> bool:
        """Whether `X-Copilot-Prompt` is a version that the team is pinned to (True where nothing is pinned)."""
        raise NotImplementedError(caller, reference)

    def used(self, caller: Caller, route: Route, tokens_in: int, tokens_out: int) -> None:
        """Count usage; written to the store in batches."""
        raise NotImplementedError(caller, route, tokens_in, tokens_out)
