"""`workspace/didChangeWatchedFiles`: the index follows changes made outside the editor (branch switches, builds)."""

from __future__ import annotations

from typing import Final

from lsprotocol import types

from lsp import convert
from lsp.server import Server

_MANY: Final = 50
"""From so many changes on, comparing the whole repository's stamps is cheaper than following each."""


def register(server: Server) -> None:
    """Declare the notification; editors that watch on request are asked to when the session starts."""

    async def ask() -> None:
        if server.client.watched_files:
            await server.client_register_capability_async(types.RegistrationParams([_registration()]))

    server.when_ready(ask)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def changed(params: types.DidChangeWatchedFilesParams) -> None:
        rescanned = set()
        for event in params.changes:
            path = convert.path_of(event.uri)
            workspace = server.folders.opened(server.folders.root_of(path))
            if workspace is None or workspace in rescanned:
                continue
            if len(params.changes) >= _MANY:
                workspace.rescan()
                rescanned.add(workspace)
            elif event.type is types.FileChangeType.Deleted:
                workspace.removed(path)
            elif server.store.uri_of(path) is None:
                workspace.saved(path)


def _registration() -> types.Registration:
    options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher("**/*")])
    return types.Registration("bank-copilot-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
