"""What every candidate is held against after its task's own checks, whoever made it: `secure`, `packages`, `words`, `licence`."""

from __future__ import annotations

from copilot.config import Settings
from copilot.context.index import Index
from copilot.types import Check, Document, Edit, Project
from copilot.verify import packages, secure, wording


def checks(
    doc: Document, edits: tuple[Edit, ...], index: Index, project: Project, settings: Settings
) -> tuple[Check, ...]:
    """The checks that had something to look at, up to the first that fails."""
    done: list[Check] = []
    for check in (
        *secure.checks(doc, edits, settings),
        *packages.checks(doc, edits, index, project, settings),
        *wording.checks(doc, edits, settings),
    ):
        done.append(check)
        if not check.passed:
            return tuple(done)
    if settings.output.licences:
        from copilot.verify import licensed  # loads numpy

        done += licensed.checks(doc, edits, settings)
    return tuple(done)
