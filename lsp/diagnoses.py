"""The findings of open documents: computed once a version, shared by diagnostics and code actions."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from copilot.types import Document, Finding

if TYPE_CHECKING:
    from copilot.workspace import Workspace


class Diagnoses:
    """The last diagnosis of each path, running or done."""

    def __init__(self) -> None:
        self._last: dict[Path, tuple[Document, Workspace, asyncio.Task[tuple[Finding, ...]]]] = {}

    async def of(self, document: Document, workspace: Workspace) -> tuple[Finding, ...]:
        """The findings of this snapshot. Who waits may be cancelled; the diagnosis goes on for the others."""
        known = self._last.get(document.path)
        if known is None or known[0] is not document or known[1] is not workspace or known[2].cancelled():
            if known is not None:
                known[2].cancel()
            task = asyncio.get_running_loop().create_task(_diagnose(document, workspace))
            self._last[document.path] = known = (document, workspace, task)
        return await asyncio.shield(known[2])

    def forget(self, path: Path) -> None:
        """A document was closed."""
        if (known := self._last.pop(path, None)) is not None:
            known[2].cancel()


async def _diagnose(document: Document, workspace: Workspace) -> tuple[Finding, ...]:
    from copilot import pipeline

    return await pipeline.diagnose(document, workspace)
