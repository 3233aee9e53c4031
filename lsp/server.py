"""The language server: what features build on; `lsp/main.py` starts it.

A feature is a module of `lsp/features` with `register(server) -> None`. It declares handlers with
`@server.feature(method, options)` and `@server.command(name)`; they are `async def` (never `@server.thread()`: its pool
reads stdin) and use:

    server.snapshot(uri)            the document now, frozen; take it once, before the first await
    server.document(path)           the same by path; a file that is not open is read from disk, None when there is none
    server.is_stale(document)       the editor's text moved on: answer None instead of something wrong
    server.workspace_for(uri)       the repository's workspace, for `pipeline.suggest(request, workspace)`
    server.units, server.uri_of     position encoding and uris, for `lsp.convert`
    server.client                   what the editor can do (`lsp.client.Client`)
    server.diagnoses                findings of a snapshot, computed once (`lsp.diagnoses.Diagnoses`)
    server.reviewed                 what the last review found (`lsp.reviewed.Reviewed`)
    server.when_ready(work)         `await work()` once the handshake and the first settings are done
    server.working(title, token)    async context manager: progress with cancel; `copilot.progress.report` feeds it
    server.workspace_edit(...)      versioned edits with annotations; `await server.apply_edit(...)` sends them
    server.watch(listener)          hear of open, change, save, close: `listener(event, uri)`, on the loop, must be quick
    server.watch_state(listener)    hear that models, indexes or settings are otherwise now: `listener()`, on the loop
    server.executor                 threads for work that blocks (`loop.run_in_executor(server.executor, …)`)
    server.spawn(coroutine)         background work; ends with the session
    server.at_end(work)             `await work()` when the session ends
    server.usage                    counts of what was offered and taken (`copilot.usage.meter.Meter`)
    server.tell(text)               one sentence to the person

A CopilotError raised by a handler becomes the request's error with its sentence; any other exception becomes an
internal error without its message. Cancellation arrives as CancelledError: let it through.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from copilot import __version__, files
from copilot.errors import CopilotError, UnreadableFile
from copilot.messages import say, set_locale
from copilot.syntax.languages import by_lsp_id, language_of
from copilot.types import Document, Edit
from copilot.usage.meter import Meter
from lsp import convert, edits, io, logs, progress, settings
from lsp.availability import Availability
from lsp.client import Client
from lsp.diagnoses import Diagnoses
from lsp.folders import Folders
from lsp.protocol import Protocol
from lsp.reviewed import Reviewed
from lsp.store import Change, Store
from lsp.text import Encoding

if TYPE_CHECKING:
    from copilot.engines.circuit import State
    from copilot.workspace import Workspace

Event = Literal["open", "change", "save", "close"]
Listener = Callable[[Event, str], None]

_THREADS: Final = 4
_END_S: Final = 3.0
_UNITS: Final[dict[str, Encoding]] = {"utf-8": "utf-8", "utf-16": "utf-16", "utf-32": "utf-32"}

logger: Final = logging.getLogger(__name__)


class Server(LanguageServer):
    """One session's state. Everything runs on the event loop except what features send to `executor`."""

    protocol: Protocol

    def __init__(self, engine: str = "auto", root: Path | None = None) -> None:
        super().__init__(
            name="bank-copilot", version=__version__, protocol_cls=Protocol, converter_factory=default_converter
        )
        self.store = Store()
        self.client = Client()
        self.diagnoses = Diagnoses()
        self.reviewed = Reviewed()
        self.availability = Availability(self._tell_availability)
        self.folders = Folders(
            engine,
            root,
            report=lambda text: self.tell(text, types.MessageType.Warning),
            moved=self._model_moved,
            indexed=self._state_moved,
        )
        self._listeners: list[Listener] = []
        self._state_listeners: list[Callable[[], None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self.usage = Meter(self.store)
        self.failing: dict[Path, str] = {}
        """Files whose tests are known to fail, with the command that runs these."""
        self._starters: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._enders: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._executor: ThreadPoolExecutor | None = None
        self._told: set[str] = set()
        self._locale: str | None = None
        self._process: asyncio.Future[int] | None = None

    # What features use

    @property
    def units(self) -> Encoding:
        """The negotiated position encoding."""
        return self.store.units

    @property
    def executor(self) -> ThreadPoolExecutor:
        """Threads for blocking work of features; they do not read stdin."""
        if self._executor is None:
            self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="lsp")
        return self._executor

    def snapshot(self, uri: str) -> Document:
        """The document as it is now: the editor's, else the file's.

        Raises UnreadableFile when there is no such file, it is no text, or it is larger than `files.MAX_BYTES`.
        """
        found = self.store.snapshot(uri)
        if found is None:
            path = convert.path_of(uri)
            return files.read(path, language_of(path))
        if (size := len(found)) > files.MAX_BYTES:
            raise UnreadableFile(
                say(
                    "{name} has {size} bytes, more than the limit of {limit}.",
                    name=found.path.name,
                    size=size,
                    limit=files.MAX_BYTES,
                )
            )
        return found

    def document(self, path: Path) -> Document | None:
        """The document at a path, open or on disk; None when there is no such file. Raises UnreadableFile."""
        uri = self.store.uri_of(path)
        if uri is None and not path.exists():
            return None
        return self.snapshot(uri or convert.uri_of(path))

    def uri_of(self, path: Path) -> str:
        """The uri of a path, in the editor's spelling when it is open."""
        return self.store.uri_of(path) or convert.uri_of(path)

    def is_stale(self, document: Document) -> bool:
        """True when the editor's text is no longer this snapshot's."""
        return self.store.is_stale(document)

    def workspace_for(self, uri: str) -> Workspace:
        """The workspace of the repository that holds `uri`, opened on first use."""
        return self.folders.workspace(self.folders.root_of(convert.path_of(uri)))

    def watch(self, listener: Listener) -> None:
        """Call `listener(event, uri)` after each open, change, save and close."""
        self._listeners.append(listener)

    def watch_state(self, listener: Callable[[], None]) -> None:
        """Call `listener()` after a model, an index or the settings changed."""
        self._state_listeners.append(listener)

    def when_ready(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run `work` once after the handshake and the first settings."""
        self._starters.append(work)

    def at_end(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run `work` when the session ends, while threads and workspaces still are there."""
        self._enders.append(work)

    def working(self, title: str, token: int | str | None = None) -> AbstractAsyncContextManager[None]:
        """Progress around a block; see `lsp.progress.working`."""
        return progress.working(self, title, token)

    def workspace_edit(
        self,
        changes: Iterable[Edit],
        label: str,
        *,
        documents: Sequence[Document] = (),
        confirm: bool = False,
        why: str = "",
    ) -> types.WorkspaceEdit:
        """Edits for a code action; see `lsp.edits.workspace_edit`."""
        return edits.workspace_edit(self, changes, label, documents=documents, confirm=confirm, why=why)

    async def apply_edit(
        self,
        changes: Iterable[Edit],
        label: str,
        *,
        documents: Sequence[Document] = (),
        confirm: bool = False,
        why: str = "",
    ) -> bool:
        """Send edits to the editor; see `lsp.edits.apply`."""
        return await edits.apply(self, changes, label, documents=documents, confirm=confirm, why=why)

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run background work; a failure is logged, and the session's end cancels it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def tell(self, text: str, kind: types.MessageType = types.MessageType.Info) -> None:
        """Show one sentence to the person."""
        self.window_show_message(types.ShowMessageParams(type=kind, message=text))

    def tell_once(self, text: str, kind: types.MessageType = types.MessageType.Info) -> None:
        """As `tell`, but what was told in this session is not told again."""
        if text not in self._told:
            self._told.add(text)
            self.tell(text, kind)

    # What the protocol calls

    def begin(self, params: types.InitializeParams, encoding: str) -> None:
        """The session's beginning: encoding, capabilities, folders, language, the editor's process."""
        self.store.units = _UNITS.get(getattr(encoding, "value", encoding), "utf-16")  # an enum or its value
        self.client = Client.of(params.capabilities)
        uris = [folder.uri for folder in params.workspace_folders or ()]
        uris = uris or [uri for uri in (params.root_uri,) if uri]
        self.folders.roots = [convert.path_of(uri) for uri in uris]
        if not uris and params.root_path:
            self.folders.roots = [Path(params.root_path)]
        self.folders.general = settings.table(params.initialization_options)
        self._locale = params.locale
        self._speak()
        if params.process_id is not None and self._process is not None and io.alive(params.process_id):
            self._process.set_result(params.process_id)

    def ready(self) -> None:
        """After the handshake: ask for the configuration, and load what the first request will need."""
        self.spawn(self._start())

    def reconfigure(self, pushed: Any) -> None:
        """Settings changed in the editor: ask for them, or take what was pushed."""
        if self.client.configuration:
            self.spawn(settings.pull(self))
        else:
            self.folders.general = settings.table(pushed)
            self.configured()

    def configured(self) -> None:
        """Take over changed settings."""
        self._speak()
        self.folders.configured()
        self.spawn(self.folders.close_replaced())
        self._state_moved()

    def opened(self, uri: str, language_id: str, version: int, text: str) -> None:
        """A document was opened."""
        path = convert.path_of(uri)
        self.store.open(uri, path, by_lsp_id(language_id) or language_of(path), version, text)
        self.spawn(self._learn_encoding(uri, path))
        self._notify("open", uri)

    def changed(self, uri: str, version: int, changes: list[Change]) -> None:
        """A document was edited."""
        try:
            self.store.change(uri, version, changes)
        except KeyError:
            logger.warning("a change of a document that is not open was dropped")
            return
        self.usage.changed(uri, self.store.language(uri), changes)
        self._notify("change", uri)

    def saved(self, uri: str) -> None:
        """A document was written: the index follows."""
        path, document = convert.path_of(uri), self.store.snapshot(uri)
        workspace = self.folders.opened(self.folders.root_of(path))
        if workspace is not None:
            workspace.saved(path, document.text if document is not None else None)
        self._notify("save", uri)

    def closed(self, uri: str) -> None:
        """A document was closed."""
        self.store.close(uri)
        self._notify("close", uri)

    def folders_changed(self, added: Sequence[types.WorkspaceFolder], removed: Sequence[types.WorkspaceFolder]) -> None:
        """The editor's folders changed. The workspace of a removed one stays until the session ends."""
        gone = {convert.path_of(folder.uri) for folder in removed}
        self.folders.roots = [root for root in self.folders.roots if root not in gone]
        self.folders.roots += [convert.path_of(folder.uri) for folder in added]
        if self.client.configuration:
            self.spawn(settings.pull(self))

    def report_server_error(self, error: Exception, source: Any) -> None:  # noqa: ARG002 -- pygls' signature
        """Tell the person about an error outside a request: our own sentence, or the exception's type."""
        if isinstance(error, CopilotError):
            text = str(error)
        else:
            logger.error("a notification failed", exc_info=error)
            text = say("Internal error ({kind}). The server goes on; its log says where.", kind=type(error).__name__)
        self.tell(text, types.MessageType.Error)

    async def session(self, read: io.Read, writer: io.Writer) -> int:
        """Serve one editor until it leaves, says exit, or its process is gone; returns the exit code."""
        self._loop = loop = asyncio.get_running_loop()
        loop.set_exception_handler(logs.uncaught_in_loop)
        self._process = loop.create_future()
        self.protocol.set_writer(writer)
        reading = loop.create_task(io.read_messages(read, self.protocol))
        watching = loop.create_task(self._editor_ended())
        if os.name == "posix":
            loop.add_signal_handler(signal.SIGTERM, reading.cancel)
        await asyncio.wait({reading, watching}, return_when=asyncio.FIRST_COMPLETED)
        for task in (reading, watching, *self._tasks):
            task.cancel()
        for work in self._enders:
            try:
                await asyncio.wait_for(work(), _END_S)
            except Exception:
                logger.exception("the session's end did not go well")
        await self.folders.close()
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
        await io.flush(writer)
        return self.protocol.exit_code if self.protocol.exit_code is not None else 1

    # Private

    async def _start(self) -> None:
        loop = asyncio.get_running_loop()
        # numpy, tree-sitter and the engines cost 0.2 s; the event loop stays free meanwhile.
        await loop.run_in_executor(self.executor, import_module, "copilot.workspace")
        if self.client.configuration:
            await settings.pull(self)
        for root in self.folders.roots:
            self.folders.workspace(root)
        for work in self._starters:
            self.spawn(work())

    async def _learn_encoding(self, uri: str, path: Path) -> None:
        def read() -> str | None:
            try:
                return files.read(path, None).encoding
            except UnreadableFile:
                return None

        if encoding := await asyncio.get_running_loop().run_in_executor(self.executor, read):
            self.store.set_encoding(uri, encoding)

    async def _editor_ended(self) -> None:
        assert self._process is not None
        await io.process_ended(await self._process)

    def _speak(self) -> None:
        wanted = self.folders.settings(self.folders.first).ui.locale
        set_locale(wanted if wanted != "auto" else self._locale or "auto")

    def _model_moved(self, root: Path, state: State) -> None:
        self.availability.moved(root, state)
        self._state_moved()

    def _state_moved(self) -> None:  # from any thread
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the session is over
                for listener in self._state_listeners:
                    self._loop.call_soon_threadsafe(listener)

    def _tell_availability(self, text: str, is_warning: bool) -> None:  # noqa: FBT001 -- a callback's
        self.tell(text, types.MessageType.Warning if is_warning else types.MessageType.Info)

    def _notify(self, event: Event, uri: str) -> None:
        for listener in self._listeners:
            try:
                listener(event, uri)
            except Exception:
                logger.exception("a listener failed")

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("background work failed", exc_info=error)
