"""Who answers now, and why: `bankCopilot.status` for who asks, `bankCopilot/status` at each change for who shows it.

Only a client with the capability `experimental.bankCopilotStatus` gets the notification, and only for it a gateway is
looked at without a question: at the start, and, while it is away, until it is back. Absent on purpose: sentences for
the person (`lsp.availability`).
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from copilot.engines.circuit import FIRST_S, LONGEST_S
from copilot.workspace import Workspace
from lsp.server import Server

COMMAND: Final = "bankCopilot.status"
NOTIFICATION: Final = "bankCopilot/status"

_GATHER_S: Final = 0.1
"""An index that is built moves many times a second: so long its moves are gathered."""


def register(server: Server) -> None:
    """Declare the command, and the notification to a client that wants it."""

    @server.command(COMMAND)
    async def status() -> dict[str, Any]:
        return report(server)

    told: dict[str, Any] = {}
    moved = asyncio.Event()

    async def tell() -> None:
        while True:
            for root in server.folders.roots:  # changed settings close a workspace, and nobody may ask it anything
                server.folders.workspace(root)
            now = report(server)
            if now != told:
                told.clear()
                told.update(now)
                server.protocol.notify(NOTIFICATION, now)
            moved.clear()
            await moved.wait()
            await asyncio.sleep(_GATHER_S)

    async def begin() -> None:
        if server.client.status:
            server.spawn(tell())
            server.spawn(_looked_after(server))

    server.watch_state(moved.set)
    server.when_ready(begin)


def report(server: Server) -> dict[str, Any]:
    """The state of every open workspace, as plain values."""
    return {"workspaces": [_row(root, workspace) for root, workspace in server.folders.workspaces().items()]}


def _row(root: Path, workspace: Workspace) -> dict[str, Any]:
    state, model = workspace.index.status(), workspace.availability
    return {
        "root": str(root),
        "engine": "embedded" if model is None else "model",
        "gateway": None if model is None else {**asdict(model), "model": workspace.model_name},
        "completion": workspace.settings.completion.enabled,
        "index": state.state,
        "files": state.files,
        "why": state.why,
        "python": str(workspace.project.python or ""),
    }


async def _looked_after(server: Server) -> None:
    """Look at each gateway once, and at one that is away again until it is back: nobody who waits for it may type."""
    looked: set[Path] = set()
    wait = FIRST_S
    while True:
        away = False
        for root, workspace in server.folders.workspaces().items():
            state = workspace.availability
            if state is not None and (root not in looked or state.status != "ok"):
                looked.add(root)
                state = await workspace.reach()
                away = away or (state is not None and state.status != "ok")
        wait = min(2 * wait, LONGEST_S) if away else FIRST_S
        await asyncio.sleep(wait)
