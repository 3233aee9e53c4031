"""Prometheus metrics. Labels are endpoint, task, team, model and outcome; never text, user or key."""

from __future__ import annotations


class Metrics:
    """The gateway's own registry."""

    def finished(
        self,
        endpoint: str,
        task: str,
        team: str,
        model: str,
        outcome: str,
        *,
        seconds: float,
        first_byte_s: float | None = None,
        tokens_in: int = 0,
        tokens_out: int = 0,
    ) -> None:
        """One request ended. `outcome` as in `copilot.audit.record.Record`."""
        raise NotImplementedError

    def active(self, upstream: str, running: int, waiting: int) -> None:
        """The queue moved."""
        raise NotImplementedError

    def reviewed(self, kind: str, action: str) -> None:
        """Content review found something."""
        raise NotImplementedError

    def render(self) -> bytes:
        """The exposition text."""
        raise NotImplementedError
