"""The tables of the gateway's database, as SQLAlchemy Core has them; made when they are missing (`store`)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from copilot.usage.counts import FIELDS

META = sa.MetaData()

meta = sa.Table(
    "meta", META, sa.Column("name", sa.String(40), primary_key=True), sa.Column("value", sa.Text, nullable=False)
)


def _quota() -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.BigInteger) for name in ("requests_per_minute", "tokens_per_minute", "concurrent")]


teams = sa.Table(
    "teams",
    META,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("models", sa.JSON, nullable=False),
    *_quota(),
    sa.Column("created", sa.BigInteger, nullable=False),
)
keys = sa.Table(
    "keys",
    META,
    sa.Column("prefix", sa.String(16), primary_key=True),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
    sa.Column("team", sa.String(64), nullable=False, index=True),
    sa.Column("owner", sa.String(128), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    *_quota(),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("expires", sa.BigInteger, nullable=False),
    sa.Column("revoked", sa.BigInteger),
    sa.Column("replaced_by", sa.String(16)),
)
usage = sa.Table(
    "usage",
    META,
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("key", sa.String(16), primary_key=True),
    sa.Column("model", sa.String(200), primary_key=True),
    sa.Column("team", sa.String(64), nullable=False),
    sa.Column("requests", sa.BigInteger, nullable=False),
    sa.Column("tokens_in", sa.BigInteger, nullable=False),
    sa.Column("tokens_out", sa.BigInteger, nullable=False),
)
adapters = sa.Table(
    "adapters",
    META,
    sa.Column("name", sa.String(128), primary_key=True),
    sa.Column("base", sa.String(200), nullable=False),
    sa.Column("digest", sa.String(80), nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("teams", sa.JSON, nullable=False),
    sa.Column("loaded", sa.Boolean, nullable=False),
    sa.Column("created", sa.String(32), nullable=False),
    sa.Column("created_by", sa.String(128), nullable=False),
)
suggestions = sa.Table(
    "suggestions",
    META,
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("key", sa.String(16), primary_key=True),
    sa.Column("task", sa.String(16), primary_key=True),
    sa.Column("language", sa.String(32), primary_key=True),
    sa.Column("engine", sa.String(16), primary_key=True),
    sa.Column("model", sa.String(128), primary_key=True),
    sa.Column("template", sa.String(100), primary_key=True),
    sa.Column("profile", sa.String(16), primary_key=True),
    sa.Column("team", sa.String(64), nullable=False, index=True),
    *(sa.Column(name, sa.BigInteger, nullable=False) for name in FIELDS),
)
reports = sa.Table(
    "reports",
    META,
    sa.Column("key", sa.String(16), primary_key=True),
    sa.Column("batch", sa.String(32), primary_key=True),
    sa.Column("received", sa.BigInteger, nullable=False),
)
