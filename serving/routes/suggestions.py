"""`/v1/copilot/usage`, where editors report counts, and `/admin/suggestions`, what they add up to.

Counts and labels only: a field that is not known, a label that is none and a day that is too old are refused, so that no
text can come in.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query

from copilot.usage import counts
from serving.access import AdminCaller, AnyCaller, StateOf
from serving.errors import Refused
from serving.routes import admin
from serving.routes.shapes import (
    Counted,
    CountsReport,
    Day,
    Language,
    OpenAIError,
    SuggestionDay,
    SuggestionReport,
    SuggestionSums,
    TeamName,
)
from serving.state import State, store_of

DAYS: Final = 60
"""Older counts are refused."""

_ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": OpenAIError} for status in (400, 401, 408, 413, 503)
}

editors = APIRouter(prefix="/v1/copilot", tags=["models"], responses=_ERRORS)
router = APIRouter(prefix="/admin", tags=["admin"], responses=admin.ERRORS)


@editors.post("/usage")
async def report(asked: CountsReport, state: StateOf, caller: AnyCaller) -> Counted:
    """Take what an editor has counted; a report that came before is answered and not counted again."""
    rows = [_row(state, told) for told in asked.model_dump()["rows"]]
    await admin.record(state, caller, f"counts-reported:{asked.batch}")
    is_new = await asyncio.to_thread(store_of(state).add_report, asked.batch, caller.key, caller.team, rows)
    if is_new:
        for row in rows:
            state.metrics.counted(caller.team, row)
    return Counted(counted=is_new)


def _row(state: State, told: dict[str, Any]) -> counts.Row:
    """Raises Refused for a day that is none, too old or to come; a model that nobody has here becomes `other`."""
    day = told.pop("day")
    today = datetime.now(UTC).date()
    try:
        fits = today - timedelta(days=DAYS + 1) <= date.fromisoformat(day) <= today + timedelta(days=1)
    except ValueError:
        fits = False
    if not fits:
        raise Refused(400, "invalid_request", f"rows.day: a day of the last {DAYS}, please.", param="rows.day")
    labels = {name: told[name] for name in counts.LABELS}
    if labels["model"] and not state.directory.is_model(labels["model"]):
        labels["model"] = counts.OTHER
    return counts.Row(day, counts.Subject(**labels), {name: told[name] for name in counts.FIELDS if told[name]})


@router.get("/suggestions")
async def suggestions(
    state: StateOf,
    _caller: AdminCaller,
    since: Annotated[Day | None, Query(description="First day (UTC); default: 30 days ago.")] = None,
    until: Annotated[Day | None, Query(description="Last day, included; default: today.")] = None,
    team: Annotated[TeamName | None, Query()] = None,
    language: Annotated[Language | None, Query()] = None,
) -> SuggestionReport:
    """What became of suggestions, by day, team and language: shown, taken, still there later, the assistant's share."""
    first, last = admin.days(since, until)
    found = await asyncio.to_thread(store_of(state).suggestions, first, last, team, language)
    total = {name: sum(row[name] for row in found) for name in counts.FIELDS}
    rows = [SuggestionDay(**row, **counts.figures(row)) for row in found]
    return SuggestionReport(since=first, until=last, totals=SuggestionSums(**total, **counts.figures(total)), rows=rows)
