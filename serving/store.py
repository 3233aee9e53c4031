"""Keys, teams, usage and adapters in a database, through SQLAlchemy Core: SQLite by default, PostgreSQL by its URL.

Every method blocks for milliseconds and is called from a thread or the command line, never on the hot path. Stored of a
key are its SHA-256 and its prefix, never the key. Absent on purpose: an ORM, statements of one database only, and the
tables themselves (`tables`).
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, OperationalError, SQLAlchemyError

from copilot.errors import ConfigError, CopilotError
from copilot.usage.counts import FIELDS, OTHER
from copilot.usage.counts import Row as Counted
from serving.tables import META, adapters, keys, meta, reports, suggestions, teams, usage

SCHEMA: Final = 1
"""Version of the tables; a database that a newer version wrote is refused."""

REPORT_DAYS: Final = 90
"""So long a report's id is remembered, and for two thirds of it counts may be late."""

MOST_SUBJECTS: Final = 500
"""Rows that one key may have of a day; beyond them, models and templates are not told apart."""


class StoreError(CopilotError):
    """The database cannot be used now; the message says why, without its address or a statement."""


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team. `models` are names of the configuration, or ("*",) for all. A quota of None is the configured default, 0 no
    limit.
    """

    name: str
    models: tuple[str, ...] = ("*",)
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    concurrent: int | None = None
    created: int = 0


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key by its prefix and SHA-256 (hex). Times are Unix seconds; `replaced_by` is the prefix of its successor."""

    prefix: str
    hash: str
    team: str
    owner: str
    role: Literal["developer", "admin"]
    created: int
    expires: int
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    concurrent: int | None = None
    revoked: int | None = None
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class AdapterRow:
    """A LoRA adapter. `path` is relative to the configured root, `base` a model of the configuration; `teams` may use it,
    and no team where the list is empty. `created` is UTC, RFC 3339.
    """

    name: str
    base: str
    digest: str
    path: str
    teams: tuple[str, ...] = ()
    loaded: bool = False
    created: str = ""
    created_by: str = ""


@dataclass(frozen=True, slots=True)
class UsageRow:
    """What a key used of a model on a day (UTC, ISO)."""

    day: str
    key: str
    model: str
    team: str
    requests: int
    tokens_in: int
    tokens_out: int


class Store:
    """One database. Safe to share between threads and processes."""

    def __init__(self, url: str) -> None:
        """Open it and make what is missing. Raises ConfigError for an address that cannot be used or a newer schema."""
        try:
            parsed = sa.make_url(url)
            if parsed.get_backend_name() == "sqlite":
                _private_file(parsed.database)
            self._engine = sa.create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
        except (ArgumentError, NoSuchModuleError) as error:
            raise ConfigError(f"store.url is no database address: {type(error).__name__}.") from None
        except ModuleNotFoundError as error:
            raise ConfigError(f"store.url needs the Python package {error.name}; install it.") from None
        except OSError as error:
            raise ConfigError(f"store.url: the file cannot be opened: {error.strerror}.") from None
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _pragmas)
        try:
            self._prepare()
        except (SQLAlchemyError, ValueError) as error:
            self._engine.dispose()
            raise ConfigError(f"store.url: the database cannot be used ({_short(error)}).") from None

    def _prepare(self) -> None:
        for attempt in range(5):
            try:
                META.create_all(self._engine)
                break
            except SQLAlchemyError:  # another process makes the same tables now
                if attempt == 4:
                    raise
                time.sleep(0.05 * (attempt + 1))
        found = int(self._once("schema", str(SCHEMA)))
        if found > SCHEMA:
            self._engine.dispose()
            raise ConfigError(
                f"The database was written by a newer version (schema {found}, this one knows {SCHEMA}): "
                "install that version again, or restore the backup."
            )
        self.secret = bytes.fromhex(self._once("secret", secrets.token_hex(32)))
        self._once("revision", secrets.token_hex(8))

    def _once(self, name: str, value: str) -> str:
        """The value of a meta row; written when it is not there (two processes may start at once)."""
        for _ in range(3):
            with self._engine.begin() as db:
                found = db.execute(sa.select(meta.c.value).where(meta.c.name == name)).scalar()
            if found is not None:
                return str(found)
            with suppress(IntegrityError), self._engine.begin() as db:
                db.execute(meta.insert().values(name=name, value=value))
        raise ValueError(name)

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.connect() as db:
                yield db
        except SQLAlchemyError as error:
            raise StoreError(f"The database of keys and teams cannot be read ({_short(error)}).") from None

    @contextmanager
    def _writing(self, *, revise: bool = True) -> Iterator[sa.Connection]:
        try:
            with self._engine.begin() as db:
                if revise:  # first, so that SQLite takes its write lock at once and no reader is upgraded
                    db.execute(meta.update().where(meta.c.name == "revision").values(value=secrets.token_hex(8)))
                yield db
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            raise StoreError(f"The database of keys and teams cannot be written ({_short(error)}).") from None

    def revision(self) -> str:
        """A word that changes with every change of keys, teams or adapters. Raises StoreError."""
        with self._reading() as db:
            return str(db.execute(sa.select(meta.c.value).where(meta.c.name == "revision")).scalar_one())

    def teams(self) -> tuple[TeamRow, ...]:
        """All teams by name. Raises StoreError."""
        return tuple(_row(TeamRow, found) for found in self._all(teams, teams.c.name))

    def issued(self) -> tuple[KeyRow, ...]:
        """All keys, revoked ones too, in order of creation. Raises StoreError."""
        return tuple(_row(KeyRow, found) for found in self._all(keys, keys.c.created, keys.c.prefix))

    def adapters(self) -> tuple[AdapterRow, ...]:
        """All adapters by name. Raises StoreError."""
        return tuple(_row(AdapterRow, found) for found in self._all(adapters, adapters.c.name))

    def _all(self, table: sa.Table, *order: sa.Column[Any]) -> Iterable[Mapping[str, Any]]:
        with self._reading() as db:
            return [dict(row) for row in db.execute(sa.select(table).order_by(*order)).mappings()]

    def add_team(self, row: TeamRow) -> bool:
        """Add a team; False when the name is taken."""
        return self._add(teams, {**asdict(row), "models": list(row.models), "created": int(time.time())})

    def change_team(self, name: str, values: Mapping[str, Any]) -> bool:
        """Set columns of a team; False when there is none of that name."""
        return self._set(teams, teams.c.name == name, values)

    def drop_team(self, name: str) -> bool:
        """Remove a team and revoke its keys; its usage stays. False when there is none of that name."""
        with self._writing() as db:
            gone = db.execute(teams.delete().where(teams.c.name == name)).rowcount
            open_keys = (keys.c.team == name) & keys.c.revoked.is_(None)
            db.execute(keys.update().where(open_keys).values(revoked=int(time.time())))
        return bool(gone)

    def add_key(self, row: KeyRow) -> bool:
        """Add a key; False when the prefix is taken (32 bits: draw again)."""
        return self._add(keys, asdict(row))

    def rotate_key(self, old: str, row: KeyRow, old_expires: int) -> bool:
        """Add a key beside `old`, which from now on ends at `old_expires` at the latest. False: the prefix is taken."""
        try:
            with self._writing() as db:
                db.execute(keys.insert().values(asdict(row)))
                ended = sa.case((keys.c.expires < old_expires, keys.c.expires), else_=old_expires)
                db.execute(keys.update().where(keys.c.prefix == old).values(expires=ended, replaced_by=row.prefix))
        except IntegrityError:
            return False
        return True

    def revoke_key(self, prefix: str) -> bool:
        """Revoke a key for good; False when there is none of that prefix."""
        with self._writing() as db:
            chosen = keys.c.prefix == prefix
            db.execute(keys.update().where(chosen & keys.c.revoked.is_(None)).values(revoked=int(time.time())))
            return db.execute(sa.select(keys.c.prefix).where(chosen)).first() is not None

    def put_adapter(self, row: AdapterRow) -> None:
        """Add or replace an adapter."""
        values = {**asdict(row), "teams": list(row.teams)}
        if not self._set(adapters, adapters.c.name == row.name, values) and not self._add(adapters, values):
            self._set(adapters, adapters.c.name == row.name, values)

    def set_loaded(self, name: str, loaded: bool) -> bool:  # noqa: FBT001 -- a column's value
        """Note whether the engine holds an adapter; False when there is none of that name."""
        return self._set(adapters, adapters.c.name == name, {"loaded": loaded})

    def drop_adapter(self, name: str) -> bool:
        """Forget an adapter; False when there is none of that name."""
        with self._writing() as db:
            return bool(db.execute(adapters.delete().where(adapters.c.name == name)).rowcount)

    def add_usage(self, rows: Iterable[UsageRow]) -> None:
        """Add counts to what is there already: all rows or none."""
        with self._writing(revise=False) as db:
            # One order: no two writers deadlock.
            for row in sorted(rows, key=lambda row: (row.day, row.key, row.model)):
                key = {"day": row.day, "key": row.key, "model": row.model}
                counts = {"requests": row.requests, "tokens_in": row.tokens_in, "tokens_out": row.tokens_out}
                _add_up(db, usage, key, {"team": row.team}, counts)

    def add_report(self, batch: str, key: str, team: str, rows: Iterable[Counted]) -> bool:
        """Add what a developer's editor counted, once: False when this report was counted before."""
        now = int(time.time())
        with self._writing(revise=False) as db:
            # First, so that SQLite's driver begins the transaction: a savepoint alone would be one, and be kept.
            db.execute(reports.delete().where(reports.c.received < now - REPORT_DAYS * 86_400))
            try:
                with db.begin_nested():
                    db.execute(reports.insert().values(key=key, batch=batch, received=now))
            except IntegrityError:
                return False
            for row in sorted(rows, key=lambda row: (row.day, row.subject)):
                what = asdict(row.subject)
                if _subjects(db, row.day, key) >= MOST_SUBJECTS:
                    what |= {"model": OTHER, "template": OTHER}
                counts = {name: row.counts.get(name, 0) for name in FIELDS}
                _add_up(db, suggestions, {"day": row.day, "key": key, **what}, {"team": team}, counts)
        return True

    def suggestions(
        self, since: str, until: str, team: str | None = None, language: str | None = None
    ) -> list[dict[str, Any]]:
        """Sums of what editors counted, by `day`, `team` and `language`, of the days `since` to `until`. Raises StoreError."""
        by = (suggestions.c.day, suggestions.c.team, suggestions.c.language)
        wanted = (suggestions.c.day >= since) & (suggestions.c.day <= until)
        if team is not None:
            wanted &= suggestions.c.team == team
        if language is not None:
            wanted &= suggestions.c.language == language
        sums = [sa.func.sum(suggestions.c[name]).label(name) for name in FIELDS]
        with self._reading() as db:
            found = db.execute(sa.select(*by, *sums).where(wanted).group_by(*by).order_by(*by))
            return [{n: int(v) if n in FIELDS else v for n, v in row.items()} for row in found.mappings()]

    def usage(self, since: str, until: str, team: str | None = None) -> tuple[UsageRow, ...]:
        """Usage of the days `since` to `until`, both included, by day, team, key and model. Raises StoreError."""
        wanted = (usage.c.day >= since) & (usage.c.day <= until)
        if team is not None:
            wanted &= usage.c.team == team
        with self._reading() as db:
            found = db.execute(
                sa.select(usage).where(wanted).order_by(usage.c.day, usage.c.team, usage.c.key, usage.c.model)
            )
            return tuple(_row(UsageRow, dict(row)) for row in found.mappings())

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _add(self, table: sa.Table, values: Mapping[str, Any]) -> bool:
        try:
            with self._writing() as db:
                db.execute(table.insert().values(values))
        except IntegrityError:
            return False
        return True

    def _set(self, table: sa.Table, chosen: sa.ColumnElement[bool], values: Mapping[str, Any]) -> bool:
        with self._writing() as db:
            if not values:
                return db.execute(sa.select(table).where(chosen)).first() is not None
            return bool(db.execute(table.update().where(chosen).values(values)).rowcount)


def _add_up(
    db: sa.Connection, table: sa.Table, key: Mapping[str, str], fixed: Mapping[str, str], counts: Mapping[str, int]
) -> None:
    """Add counts to the row of this key, or make it."""
    chosen = sa.and_(*(table.c[name] == value for name, value in key.items()))
    more = {name: table.c[name] + count for name, count in counts.items()}
    if db.execute(table.update().where(chosen).values(more)).rowcount:
        return
    try:
        with db.begin_nested():
            db.execute(table.insert().values({**key, **fixed, **counts}))
    except IntegrityError:  # another gateway was first
        db.execute(table.update().where(chosen).values(more))


def _subjects(db: sa.Connection, day: str, key: str) -> int:
    chosen = (suggestions.c.day == day) & (suggestions.c.key == key)
    return int(db.execute(sa.select(sa.func.count()).select_from(suggestions).where(chosen)).scalar_one())


Row = TypeVar("Row")


def _row(kind: type[Row], found: Mapping[str, Any]) -> Row:
    """A frozen row; JSON lists become tuples."""
    values = {f.name: found[f.name] for f in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})


def _private_file(name: str | None) -> None:
    """Only our user reads the hashes and the deployment's secret; SQLite gives its side files the same rights."""
    if name and name != ":memory:" and not name.startswith("file:"):
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)


def _pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for line in ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {line}")
    cursor.close()


def _short(error: Exception) -> str:
    """What the driver says in one line, without the statement or the address."""
    cause = getattr(error, "orig", None) or error
    text = str(cause).splitlines()[0] if isinstance(error, OperationalError) and str(cause) else type(cause).__name__
    return text[:120]
