"""Keys and teams from the command line: the same store as the gateway's, which follows it within two seconds.

For the first administrator's key, and for hosts without a running gateway. Every change is an audit record in the
journal of a writer of its own (`<audit.writer>-cli`).
"""

from __future__ import annotations

import asyncio
import getpass
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from copilot.audit.journal import Journal
from copilot.audit.record import Record, now
from copilot.errors import ConfigError, UsageError
from serving import auth
from serving.callers import Quota
from serving.config import Config, load, secret_problems, store_url
from serving.errors import Refused
from serving.shown import key_values, shown_team
from serving.store import Store, TeamRow

Values = dict[str, Any]

_TEAM = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_USER = re.compile(r"[^\x00-\x20\x7f-\x9f\ud800-\udfff]{1,128}")


class Desk:
    """An open store and the configuration beside it."""

    def __init__(self, config: Config, store: Store) -> None:
        self.config, self.store = config, store

    def _said(self, note: str) -> None:
        async def append() -> None:
            journal = Journal(self.config.audit.folder, f"{self.config.audit.writer[:36]}-cli")
            try:
                user = getpass.getuser()
                await journal.append(Record(now(), "system", uuid.uuid4().hex, user=user, client="cli", note=note))
            finally:
                await journal.close()

        asyncio.run(append())

    def teams(self) -> list[Values]:
        """All teams."""
        return [shown_team(row).model_dump() for row in self.store.teams()]

    def keys(self, team: str | None = None) -> list[Values]:
        """All keys, or a team's."""
        return [key_values(row) for row in self.store.issued() if team in {None, row.team}]

    def set_team(self, name: str, models: list[str] | None, quota: Values) -> tuple[Values, bool]:
        """Make a team, or change what is given of it (None stays as it is); whether it is new. Raises UsageError."""
        if not _TEAM.fullmatch(name):
            raise UsageError("A team's name is up to 64 of a-z, 0-9, dot, dash and underscore.")
        unknown = [model for model in models or [] if model != "*" and model not in self.config.models]
        if unknown:
            known = ", ".join(sorted(self.config.models)) or "none"
            raise UsageError(f"{unknown[0]} is no model of the configuration; there are: {known}.")
        values = {key: value for key, value in quota.items() if value is not None}
        if models is not None:
            values["models"] = models
        new = name not in {row.name for row in self.store.teams()}
        if new or values:
            self._said(f"team-{'added' if new else 'changed'}:{name}")
        if new:
            self.store.add_team(TeamRow(name, **{**values, "models": tuple(models or ("*",))}))
        elif values:
            self.store.change_team(name, values)
        return next(row for row in self.teams() if row["name"] == name), new

    def create(self, team: str, user: str, role: auth.Role, days: int, quota: Values) -> Values:
        """A new key, with the key itself under `key`; an unknown team is made (`new_team`). Raises UsageError."""
        if not _USER.fullmatch(user):
            raise UsageError("A user is 1 to 128 characters without spaces.")
        _, new = self.set_team(team, None, {})
        self._said(f"key-added:{team}/{user}")
        key, row = auth.issue(self.store, team, user, role, days, Quota(**quota))
        return {**key_values(row), "key": key, "new_team": new}

    def rotate(self, prefix: str, grace_days: float, days: int | None) -> Values:
        """`new` (with the key) and `old`. Raises UsageError."""
        self._said(f"key-rotated:{prefix}")
        try:
            key, new, old = auth.rotate(self.store, prefix, grace_days, days)
        except Refused as error:
            raise UsageError(str(error)) from None
        return {"new": {**key_values(new), "key": key}, "old": key_values(old)}

    def revoke(self, prefix: str) -> None:
        """End a key for good. Raises UsageError."""
        if prefix not in {row.prefix for row in self.store.issued()}:
            raise UsageError(f"No key has the prefix {prefix}; `bank-copilot keys list` shows them.")
        self._said(f"key-revoked:{prefix}")
        self.store.revoke_key(prefix)


@contextmanager
def desk(path: Path) -> Iterator[Desk]:
    """The store of a configuration file. Raises ConfigError."""
    config = load(path)
    problems = [text for text in secret_problems(config) if text.startswith("store.")]
    if problems:
        raise ConfigError(f"{path}: {problems[0]}")
    store = Store(store_url(config))
    try:
        yield Desk(config, store)
    finally:
        store.close()
