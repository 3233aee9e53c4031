"""One open repository: its settings, its project, its index and the engines that answer for it.

The faces open one workspace a root and hand it to the pipeline. Absent on purpose: the texts being edited (they
travel in requests) and anything an editor or a web framework knows.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import gc
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from copilot import project as projects
from copilot.config import Settings
from copilot.context import gather
from copilot.context.index import Index, IndexStatus
from copilot.context.recent import DEADLINE_S, Recent, Work
from copilot.context.worker import IndexWorker
from copilot.engines import circuit
from copilot.engines.base import Engine, Resources, closing
from copilot.engines.cascade import CascadeEngine
from copilot.engines.circuit import State
from copilot.engines.embedded import EmbeddedEngine
from copilot.engines.replay import ReplayEngine
from copilot.errors import WorkerDied
from copilot.messages import say
from copilot.progress import report
from copilot.syntax.languages import LANGUAGES
from copilot.types import Candidate, Context, Declined, Document, GenerateOptions, Project, Request, Task

if TYPE_CHECKING:
    from copilot.engines.model import ModelEngine
    from copilot.inline import Inline

_DRAFT_S = 0.08
"""Wall seconds that the embedded engine's drafts may take before the context is looked for without them."""

_WORD = 200
"""Bytes before the caret in which the word begins that is being typed."""

_THREADS = 2
"""Embedded work holds the interpreter lock most of the time: more threads would only slow each other down."""


_READ_AHEAD = 1_000_000
_AT_ONCE = 16_000
"""Bytes up to which an opened file is read ahead, and characters of it at a time."""

_SPARE = "copilot.engines.embedded.calibrate:steps"
"""What the index worker does when all is quiet."""


class _Silent:
    """The engine of a question that nobody may or can answer: it says why."""

    def __init__(self, name: str, why: Declined) -> None:
        self.name, self._why = name, why

    def rounds(self, task: Task) -> int:  # noqa: ARG002 -- the protocol's
        return 1

    async def propose(self, request: Request, context: Context) -> AsyncIterator[Candidate | Declined]:  # noqa: ARG002 -- the protocol's
        yield self._why


class _Unsaid:
    """An engine whose reasons for silence are not told, because the next one's are the better ones."""

    def __init__(self, engine: Engine) -> None:
        self.name, self._engine = engine.name, engine
        self.rounds = engine.rounds

    async def propose(self, request: Request, context: Context) -> AsyncIterator[Candidate | Declined]:
        async with closing(self._engine, request, context) as stream:
            async for proposal in stream:
                if isinstance(proposal, Candidate):
                    yield proposal


class Workspace:
    """What the pipeline needs of a repository (it satisfies `pipeline.Workbench`)."""

    def __init__(
        self,
        project: Project,
        settings: Settings,
        engine: str,
        on_index: Callable[[IndexStatus], None] | None,
        on_state: Callable[[State], None] | None,
        on_notice: Callable[[str], None] | None,
    ) -> None:
        self._project, self._settings, self._engine = project, settings, engine
        self._on_index, self._warm = on_index, engine != "replay"
        self._worker = IndexWorker(project.root, settings, self._index_moved, python=project.python, idle=_SPARE)
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="embedded")
        self._work = Recent()
        self._replay = ReplayEngine() if engine == "replay" else None
        self._embedded = EmbeddedEngine(Resources(project, settings, self._worker.index, self._executor))
        self._inline: Inline | None = None
        self._model: ModelEngine | None = None
        if settings.gateway.url and engine in ("auto", "model"):
            from copilot.engines.model import ModelEngine

            self._model = ModelEngine(project.root, settings, on_state, on_notice)

    @classmethod
    def open(
        cls,
        root: Path,
        settings: Settings,
        *,
        engine: str = "auto",
        on_index: Callable[[IndexStatus], None] | None = None,
        on_state: Callable[[State], None] | None = None,
        on_notice: Callable[[str], None] | None = None,
    ) -> Workspace:
        """Open the repository at `root`. `engine`: auto (the model where a gateway is set, and the embedded engine),
        embedded, model, or replay. `on_state` hears when the model goes away and comes back, `on_notice` sentences for
        the person.
        """
        project = projects.find(root, settings.python.interpreter)
        return cls(project, settings, engine, on_index, on_state, on_notice)

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

    @property
    def model(self) -> bool:
        """Whether a model's answers can be had: a gateway is set and not left out, or answers are replayed."""
        return self._model is not None or self._replay is not None

    @property
    def availability(self) -> State | None:
        """How the model is now, None where none is asked."""
        return self._model.state if self._model is not None else None

    async def reach(self) -> State | None:
        """How the model is after asking its gateway, None where there is none."""
        return await self._model.reach() if self._model is not None else None

    @property
    def model_name(self) -> str:
        """The model that answers; empty: none, or not known yet."""
        return self._model.model if self._model is not None else ""

    @property
    def inline(self) -> Inline:
        """The completions while somebody types here."""
        if self._inline is None:
            from copilot.inline import Inline

            self._inline = Inline(self)
        return self._inline

    def came(self, document: Document) -> None:
        """A file was opened in the editor: its text is read in the background before the first key needs that."""
        if document.language is not None and len(document) <= _READ_AHEAD and not self.excluded(document.path):
            with contextlib.suppress(RuntimeError):  # closed meanwhile
                self._executor.submit(_read_ahead, document, model=self._model is not None)

    def left(self, path: Path) -> None:
        """A file was closed in the editor."""
        if self._inline is not None:
            self._inline.forget(path)

    def patience_s(self, trigger: str) -> float:
        """Seconds until a completion is too late: the embedded engine's time, and then the model's, if one is asked."""
        own = self._settings.completion.patience_s(trigger)
        if self._model is None:
            return own
        return circuit.patience_s(self._settings.model, Task.COMPLETE, trigger) + own

    def engines(self, request: Request) -> Sequence[Engine]:
        """The engines that answer, in order.

        | task | engines, where a gateway is set |
        |---|---|
        | complete | embedded at once; where it is not sure enough, the model, if it answers within model.complete_ms |
        | generate | embedded (a derivation is never wrong, and is known in milliseconds), then model |
        | fix | embedded, then model; a repair that nobody asked for never asks the model |
        | comment | model, then embedded |
        | tests | embedded, then model, which is asked for what the recorded tests leave open |
        | explain, review | model |

        A path that policy keeps out, and a model that is not set, have an engine that only says so.
        """
        if self.excluded(request.document.path):
            return (_Silent("policy", Declined(say("kept out by .copilotignore or index.exclude"))),)
        if self._replay is not None:
            return (self._replay,)
        model, embedded = self._model, self._embedded
        if model is None:
            needed = self._engine == "model" or request.task in (Task.EXPLAIN, Task.REVIEW)
            return (_no_model(self._engine),) if needed else (embedded,)
        if self._engine == "model":
            return (model,) if request.task is not Task.FIX or request.trigger == "invoked" else ()
        match request.task:
            case Task.COMPLETE:
                if not model.askable:  # no pause and no search for a question that nobody will put
                    return (model, embedded)
                return (CascadeEngine(embedded, model, self._searched),)
            case Task.GENERATE:
                options = request.options
                derived = isinstance(options, GenerateOptions) and options.kind not in ("auto", "edit")
                return (embedded, model) if derived else (_Unsaid(embedded), model)
            case Task.FIX:
                return (embedded, model) if request.trigger == "invoked" else (embedded,)
            case Task.TESTS:
                return (embedded, model)
            case Task.EXPLAIN | Task.REVIEW:
                return (model,)
            case _:
                return (model, embedded)

    def excluded(self, path: Path) -> bool:
        """Whether `.copilotignore` or `index.exclude` keeps a path out of everything."""
        return self.index.excluded(path)

    def replaying(self, answer: str) -> Workspace:
        """This workspace with a recorded raw model answer in the place of its engines; close the original only."""
        other = copy.copy(self)
        other._replay = ReplayEngine(answer)  # noqa: SLF001 -- of this very class
        return other

    def over(self, base: Mapping[str, bytes]) -> Workspace:
        """This workspace with `base` for the project's files where code has to run; close the original only."""
        other = copy.copy(self)
        other._project = replace(self._project, base=base)  # noqa: SLF001 -- of this very class
        resources = Resources(other._project, self._settings, self._worker.index, self._executor)  # noqa: SLF001
        other._embedded = EmbeddedEngine(resources)  # noqa: SLF001
        return other

    async def gather(self, request: Request, *, anyway: bool = False, patience_s: float | None = None) -> Context:
        """What an engine sees beside the document; `anyway`: as if a model were asked. `patience_s`: wall seconds for the
        search; None: a quarter of what the model may take for a completion.

        Of a completion that the embedded engine may answer, the text alone: the rest is looked for once the model is asked.
        """
        # A review brings what is around its lines along (`review.around`).
        unasked = request.task is Task.REVIEW or (request.task is Task.FIX and request.trigger == "automatic")
        asked = anyway or (self._model is not None and self._replay is None and not unasked)
        if asked and request.task is Task.COMPLETE and not anyway:
            self._work.note(request.document, request.span.start)
        if not asked or (request.task is Task.COMPLETE and self._engine != "model" and not anyway):
            return gather.gather(request, self.index, self._settings, model=False)
        drafted = request.task is Task.COMPLETE and self._settings.completion.recent
        drafts = await self._drafts(request) if drafted else ()
        return await self._searched(request, drafts, patience_s)

    async def _searched(self, request: Request, drafts: Sequence[str] = (), patience_s: float | None = None) -> Context:
        """What a model is shown; `drafts`: how the embedded engine would go on at the caret, whose names may be needed."""
        patience_s = patience_s or max(DEADLINE_S, self._settings.model.complete_ms / 4000)
        work = Work(patience_s=patience_s)
        if self._settings.completion.recent:
            line = gather.between(request.document, request.span.start - _WORD, request.span.start).decode(
                "utf-8", "ignore"
            )
            typed = re.findall(r"\w*\Z", line)[0]
            lines = tuple(typed + draft for draft in drafts)
            work = replace(self._work.now(request.document), patience_s=patience_s, drafts=lines)
        search = partial(gather.gather, request, self.index, self._settings, model=True, work=work)
        return await asyncio.get_running_loop().run_in_executor(self._executor, search)

    async def _drafts(self, request: Request) -> tuple[str, ...]:
        """How the embedded engine would go on, as far as it says so in time."""
        before, after, cut = gather.around(request.document, request.span)
        found: list[str] = []
        with contextlib.suppress(TimeoutError):
            async with (
                asyncio.timeout(_DRAFT_S),
                closing(self._embedded, request, Context(before, after, truncated=cut)) as stream,
            ):
                found += [p.edits[0].new async for p in stream if isinstance(p, Candidate) and p.edits]
        return tuple(found)

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
        """Load numpy, the token streams, what is counted of their languages, and weights before the first key needs them."""
        for name in LANGUAGES:
            if self._worker.index.corpus(name) is not None:
                from copilot.engines.embedded import idioms, likelihood, mixing

                idioms.idioms(name)
                likelihood.general(name)
                mixing.weights()

    def _wait(self, timeout_s: float) -> None:
        try:
            self._worker.wait(timeout_s)
        except WorkerDied:
            return  # the status says why; every reader works without an index

    async def close(self) -> None:
        """End the worker and the threads, and leave the gateway."""
        if self._inline is not None:
            await self._inline.close()
        if self._model is not None:
            await self._model.close()
        await asyncio.get_running_loop().run_in_executor(None, self._worker.close)
        self._executor.shutdown(wait=False, cancel_futures=True)


def _read_ahead(document: Document, *, model: bool) -> None:
    """Remember the pieces of a text; `model`: also what a model's context is looked for by.

    What is kept holds no cycles: collections need not visit it (40 ms) while somebody types.
    """
    from copilot.context.pieces import cuts, lexed
    from copilot.context.uses import uses

    language = document.language or ""
    text = document.text.decode("utf-8", "replace")
    begin = 0
    for stop in cuts(text):
        if stop - begin >= _AT_ONCE:
            for part in lexed(text[begin:stop], language).parts:
                part.piece.prepare()
            if model:
                uses(text[begin:stop], language)
            begin = stop
    gc.collect(0)
    gc.freeze()


def _no_model(engine: str) -> Engine:
    if engine == "embedded":
        return _Silent("model", Declined(say("this needs a model"), say("--engine embedded leaves the model out.")))
    detail = say("Set gateway.url, and gateway.key, in your user file or by environment variable.")
    return _Silent("model", Declined(say("this needs a model, and none is set"), detail))
