"""The findings of open documents: computed once a version, shared by diagnostics and code actions."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from copilot.types import Document, Finding

if TYPE_CHECKING:
    from copilot.workspace import Workspace


_HELD_S: Final = 1.0
"""So long a diagnosis waits at most for what somebody waits for while typing."""


class Diagnoses:
    """The last diagnosis of each path, running or done."""

    def __init__(self) -> None:
        self._held, self._free = 0, asyncio.Event()
        self._free.set()
        self._last: dict[Path, tuple[Document, Workspace, asyncio.Task[tuple[Finding, ...]]]] = {}

    async def of(self, document: Document, workspace: Workspace) -> tuple[Finding, ...]:
        """The findings of this snapshot. Who waits may be cancelled; the diagnosis goes on for the others."""
        known = self._last.get(document.path)
        if known is None or known[0] is not document or known[1] is not workspace or known[2].cancelled():
            if known is not None:
                known[2].cancel()
            task = asyncio.get_running_loop().create_task(self._diagnose(document, workspace))
            self._last[document.path] = known = (document, workspace, task)
        return await asyncio.shield(known[2])

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Let no diagnosis begin inside this block: both would share the interpreter, and somebody is typing."""
        self._held += 1
        self._free.clear()
        try:
            yield
        finally:
            self._held -= 1
            if not self._held:
                self._free.set()

    async def _diagnose(self, document: Document, workspace: Workspace) -> tuple[Finding, ...]:
        from copilot import pipeline

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_HELD_S):
                await self._free.wait()
        return await pipeline.diagnose(document, workspace)

    def forget(self, path: Path) -> None:
        """A document was closed."""
        if (known := self._last.pop(path, None)) is not None:
            known[2].cancel()
