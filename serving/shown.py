"""Rows of the store as they are shown to administrators, over HTTP and on the command line: never a hash."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from serving.routes.shapes import TeamShown
from serving.store import KeyRow, TeamRow


def when(seconds: int) -> str:
    """Unix seconds as RFC 3339."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def shown_team(row: TeamRow) -> TeamShown:
    """A team as it is shown."""
    return TeamShown(
        name=row.name,
        models=list(row.models),
        requests_per_minute=row.requests_per_minute,
        tokens_per_minute=row.tokens_per_minute,
        concurrent=row.concurrent,
        created=when(row.created),
    )


def key_values(row: KeyRow) -> dict[str, Any]:
    """A key as it is shown: never its hash."""
    late = row.expires <= datetime.now(UTC).timestamp()
    return {
        "prefix": row.prefix,
        "team": row.team,
        "user": row.owner,
        "role": row.role,
        "created": when(row.created),
        "expires": when(row.expires),
        "state": "revoked" if row.revoked is not None else "expired" if late else "valid",
        "replaced_by": row.replaced_by,
        "requests_per_minute": row.requests_per_minute,
        "tokens_per_minute": row.tokens_per_minute,
        "concurrent": row.concurrent,
    }
