"""Counts of what the command line writes: no editor watches it, so it is taken at once, and nobody looks after it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from copilot.config import Settings
from copilot.errors import UsageError
from copilot.types import Suggestion
from copilot.usage.counts import Row, characters, subject


def count(suggestions: Sequence[Suggestion], task: str, language: str | None, settings: Settings) -> None:
    """Count suggestions that were written to files; a disk that refuses costs the counts alone."""
    if not settings.usage.count:
        return
    from copilot.usage import ledger  # a hook that writes nothing need not load sqlite

    day, rows = ledger.today(), []
    for answer in suggestions:
        size = sum(characters(edit.new) for edit in answer.edits)
        what = subject(task, language, answer.origin, agreed=answer.agreed, template=answer.template)
        rows.append(Row(day, what, {"shown": 1, "accepted": 1, "shown_chars": size, "accepted_chars": size}))
    try:
        ledger.add(rows, to_send=bool(settings.gateway.url and settings.usage.send_s))
    except UsageError as error:
        logging.getLogger(__name__).warning("counts were not kept: %s", error)
