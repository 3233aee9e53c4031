"""The peer of `tests/bench/lsp.py`: pygls as it comes, with the same methods answered by nothing."""

from __future__ import annotations

import asyncio

from lsprotocol import types
from pygls.lsp.server import LanguageServer

server = LanguageServer("stock", "2.1.1")


@server.feature(types.TEXT_DOCUMENT_INLINE_COMPLETION, types.InlineCompletionOptions())
async def inline_completion(_params: types.InlineCompletionParams) -> None:
    """Nothing."""


@server.feature("probe/wait")
async def wait(_params: dict[str, object]) -> None:
    """Longer than anyone waits."""
    await asyncio.sleep(60)


@server.command("bankCopilot.acceptCompletion")
def accept(_trace_id: str) -> None:
    """Nothing."""


if __name__ == "__main__":
    server.start_io()
