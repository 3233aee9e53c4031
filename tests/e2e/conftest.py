"""Starts language servers for the end-to-end tests, and ends what is left of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from raw_editor import PROBE, Editor, Start, launch


@pytest.fixture
def stderr_file(tmp_path: Path) -> Path:
    """Where the started servers write their log."""
    return tmp_path / "stderr.txt"


@pytest.fixture
async def start(tmp_path: Path, stderr_file: Path) -> AsyncIterator[Start]:
    """Start servers: `await start(command, **environment)`; whatever still runs at the end is ended."""
    editors: list[Editor] = []

    async def begin(command: list[str] = PROBE, **environment: str) -> Editor:
        editors.append(await launch(command, tmp_path, stderr_file, **environment))
        return editors[-1]

    yield begin
    for editor in editors:
        await editor.abandon()
