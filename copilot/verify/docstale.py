"""Documentation that the code contradicts: what was renamed, removed, added or changed since it was written.

Only where the documentation has the section that is about it, and only what is certain by the definition's own text (or
by what the last commit held, `before`). A definition whose signature may differ from its text (unknown decorators,
`*args`) is left alone. Absent on purpose: what is missing altogether (`docgaps.py`), and the words of new entries.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from copilot.types import Document, Severity, Span
from copilot.verify import docstale_parameters, docstale_results
from copilot.verify.docsubject import Stale, subjects

LEAD: Final = "doc:"
RULES: Final[dict[str, Severity]] = {
    "doc:parameter-renamed": Severity.WARNING,
    "doc:parameter-removed": Severity.WARNING,
    "doc:parameter-missing": Severity.HINT,
    "doc:default": Severity.WARNING,
    "doc:type": Severity.WARNING,
    "doc:raises-missing": Severity.HINT,
    "doc:raises-removed": Severity.WARNING,
    "doc:returns": Severity.WARNING,
    "doc:yields": Severity.WARNING,
}
"""Every rule with how it is shown."""


def stale(document: Document, before: Document | None = None, within: Span | None = None) -> Iterator[Stale]:
    """Every contradiction of a document's documentation, definition by definition; `before` is the file in the last
    commit, `within` where to look.
    """
    if document.language not in {"python", "java"}:
        return
    for subject in subjects(document, before, within):
        yield from docstale_parameters.contradictions(subject)
        yield from docstale_results.contradictions(subject)
