"""The words that a generated test file keeps outside the commit hook: what its tests are, and what each says.

Where the file under test differs from the last commit, the tests run once on it as it was there: one that fails proves the
change. Absent on purpose: the labels themselves and how they are written (`staged_file.py`), which the hook shares.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from copilot import files, git
from copilot.config import Settings
from copilot.edits import lf
from copilot.errors import CopilotError
from copilot.messages import say
from copilot.progress import report
from copilot.syntax.outline import Symbol
from copilot.tasks import staged_file, staged_proof, tests_proof
from copilot.tasks.staged_file import Label
from copilot.types import Document, Edit, Project, Request
from copilot.types import document as written
from copilot.verify import neighbours, python_tests

_HEAD: Final = "# bank-copilot tests: they hold for the code as it is today, which need not be what it should do\n"


async def labelled(request: Request, edit: Edit, subject: Symbol | None, project: Project, settings: Settings) -> str:
    """The text of a proven test file with its head and labels; nothing else of it changes."""
    text = edit.new if edit.new.startswith(neighbours.OURS) else _HEAD + edit.new
    names = python_tests.names(text)
    labels = dict.fromkeys(names, Label.TODAY)
    before = await asyncio.to_thread(_before, request.document)
    if before is not None and lf(before.text.decode()) != lf(request.document.text.decode()):
        report(say("comparing with the last commit"))
        wall_s = tests_proof.budget_s(request, settings)
        try:
            ran = await staged_proof.outcome(before, edit.new, edit.path, project, settings, wall_s)
        except CopilotError:
            return staged_file.labelled(text, labels)
        if subject is not None or not ran.broken:  # a file without one of many names says nothing of the other tests
            labels = staged_proof.labels(ran, names, new=False)
    return staged_file.labelled(text, labels)


def _before(document: Document) -> Document | None:
    """The document as the last commit has it; None where that cannot be said."""
    stored = git.at_head(document.path)
    if stored is None or len(stored) > files.MAX_BYTES:
        return None
    try:
        text, encoding = files.decode(stored, document.path.name)
    except CopilotError:
        return None
    return replace(written(document.path, document.language, text), encoding=encoding)
