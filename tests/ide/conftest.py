"""A Neovim at a fresh copy of the sample, watched until nothing of it is left."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from nvim import NVIM, Neovim

from copilot.samplebank import copy_to


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    return copy_to(tmp_path / "bank")


@pytest.fixture
def tell(capfd: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print what was seen, for the person who runs `make ide`."""

    def show(text: str) -> None:
        with capfd.disabled():
            sys.stdout.write("".join(f"\n    {row}" for row in text.rstrip("\n").split("\n")))
            sys.stdout.flush()

    return show


@pytest.fixture
def nvim(bank: Path, tmp_path: Path) -> Iterator[Neovim]:
    """Ends by `:qa!`: Neovim and the server leave in order, no process stays, and nothing crashed on the way."""
    assert NVIM.exists(), "run `make ide`: it unpacks Neovim before the tests"
    with Neovim(tmp_path / "home", bank) as editor:
        yield editor
        below = editor.processes()
        assert below, "no server was running at the end\n" + editor.report()
        assert editor.quit() == 0
        _, alive = psutil.wait_procs(below, timeout=10)
        assert not alive, f"still running after Neovim left: {alive}"
        logged = editor.log.read_text("utf-8") if editor.log.exists() else ""
        assert "Traceback" not in logged, logged
        assert "[ERROR]" not in logged, logged
        assert "Error" not in editor.screen(), editor.screen()
