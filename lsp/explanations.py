"""Showing an explanation: as a Markdown document where the editor can open one, else as a message.

The document lies in a private folder that goes with the process: the protocol has no way to show text that is no file.
Absent on purpose: asking for it (`features/execute_command.py`). An explanation is never logged.
"""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from lsp import convert

if TYPE_CHECKING:
    from lsp.server import Server

_numbers: Final = itertools.count(1)


async def show(server: Server, markdown: str) -> bool:
    """Show Markdown to the person; True when the editor opened it as a document."""
    if server.client.show_document:
        path = await asyncio.to_thread(_written, markdown)
        answer = await server.window_show_document_async(
            types.ShowDocumentParams(convert.uri_of(path), take_focus=True)
        )
        if answer.success:
            return True
    server.tell(markdown)
    return False


def _written(markdown: str) -> Path:
    path = Path(_folder().name) / f"explanation-{next(_numbers)}.md"
    path.write_text(markdown + "\n", "utf-8")
    path.chmod(0o600)
    return path


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Readable by this user only; removed when the server ends."""
    return tempfile.TemporaryDirectory(prefix="bank-copilot-explanations-")
