"""The language server as a program: `main`, which the command line calls by name, and the features that a server has."""

from __future__ import annotations

import asyncio
import gc
from importlib import import_module
from pathlib import Path
from typing import Final

from copilot import config_sources
from copilot.messages import set_locale
from lsp import io, logs
from lsp.server import Server

FEATURES: Final = (
    *("acceptance", "capturing", "inline_completion", "diagnostics"),
    *("code_action", "execute_command", "failing_tests", "reviewing", "status", "watched_files"),
)
"""Modules of `lsp/features`, in the order in which they register."""

_COLLECTED: Final = (10_000, 10, 100)
"""After how many new objects cycles are looked for: in all that is kept (40 ms) hardly ever, since it holds none."""


def create(engine: str = "auto", root: Path | None = None) -> Server:
    """A server with every feature registered, not yet connected."""
    server = Server(engine, root)
    for name in FEATURES:
        import_module(f"lsp.features.{name}").register(server)
    return server


def main(*, tcp: int | None = None, engine: str = "auto", root: Path | None = None) -> int:
    """Serve stdin and stdout, or one connection to `tcp` on 127.0.0.1; returns the exit code.

    0 after shutdown and exit; 1 when the editor left or said exit without shutdown.
    """
    return serve(create(engine, root), tcp=tcp)


def serve(server: Server, *, tcp: int | None = None) -> int:
    """Run one session of a server; what `main` returns."""
    started = config_sources.load(config_sources.Sources(root=server.folders.fixed)).settings
    logs.setup(started.log.level)
    set_locale(started.ui.locale)
    gc.freeze()  # the protocol's thousand classes need not be visited again by every collection
    gc.set_threshold(*_COLLECTED)
    return io.end_process(asyncio.run(_stdio(server) if tcp is None else _tcp(server, tcp)))


async def _stdio(server: Server) -> int:
    source, target = io.claim_stdio()
    return await server.session(await io.open_reader(source), await io.open_writer(target))


async def _tcp(server: Server, port: int) -> int:
    async with io.one_connection(port) as (read, writer):
        return await server.session(read, writer)
