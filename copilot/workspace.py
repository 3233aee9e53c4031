"""One open repository: its settings, its project, its index and the engines that answer for it.

The faces open one workspace a root and hand it to the pipeline. Absent on purpose: the texts being edited (they
travel in requests) and anything an editor or a web framework knows.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from copilot import project as projects
from copilot.config import Settings
from copilot.context import gather
from copilot.context.index import Index, IndexStatus
from copilot.context.worker import IndexWorker
from copilot.engines.base import Engine, Resources
from copilot.engines.embedded import EmbeddedEngine
from copilot.engines.replay import ReplayEngine
from copilot.errors import WorkerDied
from copilot.messages import say
from copilot.progress import report
from copilot.syntax.languages import LANGUAGES
from copilot.types import Candidate, Context, Declined, Project, Request, Task

_THREADS = 2
"""Embedded work holds the interpreter lock most of the time: more threads would only slow each other down."""


class _Excluded:
    """The engine of a path that policy keeps out: it says so."""

    name = "policy"

    def rounds(self, task: Task) -> int:  # noqa: ARG002 -- the protocol's
        return 1

    async def propose(self, request: Request, context: Context) -> AsyncIterator[Candidate | Declined]:  # noqa: ARG002 -- the protocol's
        yield Declined(say("kept out by .copilotignore or index.exclude"))


class Workspace:
    """What the pipeline needs of a repository (it satisfies `pipeline.Workbench`)."""

    def __init__(
        self, project: Project, settings: Settings, engine: str, on_index: Callable[[IndexStatus], None] | None
    ) -> None:
        self._project, self._settings = project, settings
        self._on_index, self._warm = on_index, engine != "replay"
        self._worker = IndexWorker(project.root, settings, self._index_moved)
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="embedded")
        self._engines: tuple[Engine, ...] = (
            (ReplayEngine(),)
            if engine == "replay"
            else (EmbeddedEngine(Resources(project, settings, self._worker.index, self._executor)),)
        )

    @classmethod
    def open(
        cls,
        root: Path,
        settings: Settings,
        *,
        engine: str = "auto",
        on_index: Callable[[IndexStatus], None] | None = None,
    ) -> Workspace:
        """Open the repository at `root`. `engine`: auto (embedded while there is no model), embedded, or replay."""
        return cls(projects.find(root, settings.python.interpreter), settings, engine, on_index)

    @property
    def project(self) -> Project:
        """The project: root, interpreter, JDK."""
        return self._project

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._settings

    @property
    def index(self) -> Index:
        """The read side of the index (empty before the first build)."""
        return self._worker.index

    def engines(self, request: Request) -> Sequence[Engine]:
        """The engines that answer, in order; for a path that policy keeps out, one that only says so."""
        return (_Excluded(),) if self.excluded(request.document.path) else self._engines

    def excluded(self, path: Path) -> bool:
        """Whether `.copilotignore` or `index.exclude` keeps a path out of everything."""
        return self.index.excluded(path)

    def replaying(self, answer: str) -> Workspace:
        """This workspace with a recorded raw model answer in the place of its engines; close the original only."""
        other = copy.copy(self)
        other._engines = (ReplayEngine(answer),)  # noqa: SLF001 -- of this very class
        return other

    async def gather(self, request: Request) -> Context:
        """What an engine sees beside the document."""
        return gather.gather(request, self.index, self._settings)

    def start_index(self) -> None:
        """Start building the index in the background."""
        self._worker.start()

    def saved(self, path: Path, text: bytes | None = None) -> None:
        """A file was written: the index follows."""
        self._worker.update(path, text)

    def removed(self, path: Path) -> None:
        """A file is gone: the index follows."""
        self._worker.remove(path)

    def rescan(self) -> None:
        """Many files changed at once (a branch switch)."""
        self._worker.rescan()

    async def index_built(self, timeout_s: float = 120.0) -> IndexStatus:
        """Start the index if need be and wait until it is complete, reporting progress; a failed index is a status."""
        self._worker.start()
        waiting = asyncio.get_running_loop().run_in_executor(self._executor, self._wait, timeout_s)
        while not waiting.done():
            await asyncio.wait({waiting}, timeout=0.1)
            status = self.index.status()
            if status.total:
                report(say("indexing the repository"), status.done / status.total)
        return self.index.status()

    def _index_moved(self, status: IndexStatus) -> None:
        if status.state == "ready" and self._warm:
            self._warm = False
            with contextlib.suppress(RuntimeError):  # closed meanwhile
                self._executor.submit(self._load_streams)
        if self._on_index is not None:
            self._on_index(status)

    def _load_streams(self) -> None:
        """Load numpy and the token streams before the first key needs them within its deadline."""
        for name in LANGUAGES:
            self._worker.index.corpus(name)

    def _wait(self, timeout_s: float) -> None:
        try:
            self._worker.wait(timeout_s)
        except WorkerDied:
            return  # the status says why; every reader works without an index

    async def close(self) -> None:
        """End the worker and the threads."""
        await asyncio.get_running_loop().run_in_executor(None, self._worker.close)
        self._executor.shutdown(wait=False, cancel_futures=True)
