"""A Neovim at a fresh copy of the sample, watched until nothing of it is left."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from nvim import NVIM, Neovim

sys.path.append(str(Path(__file__).parents[1] / "gateway"))

from gateway_process import Plane, plane

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
    """A Neovim without a model."""
    with _watched(tmp_path / "home", bank) as editor:
        yield editor


@pytest.fixture
def model() -> Iterator[Plane]:
    """A gateway of its own before a stub that is told what to say, and counts."""
    with plane() as found:
        yield found


@pytest.fixture
def asking(bank: Path, tmp_path: Path, model: Plane) -> Iterator[Neovim]:
    """A Neovim whose server asks that model, with all the time that a busy machine needs."""
    settings = tmp_path / "home/config/bank-copilot/config.toml"
    settings.parent.mkdir(parents=True)
    lines = (
        "[gateway]", f'url = "{model.url}"', 'key = "env:K"', "[model]", "complete_ms = 8000",
        "[completion]", 'profile = "quiet"', "pause_ms = 1",
    )  # fmt: skip
    settings.write_text("\n".join(lines) + "\n", "utf-8")
    settings.chmod(0o600)
    with _watched(tmp_path / "home", bank, K=model.keys["alpha"]) as editor:
        yield editor


@contextmanager
def _watched(home: Path, bank: Path, **variables: str) -> Iterator[Neovim]:
    """Ends by `:qa!`: Neovim and the server leave in order, no process stays, and nothing crashed on the way."""
    assert NVIM.exists(), "run `make ide`: it unpacks Neovim before the tests"
    with Neovim(home, bank, **variables) as editor:
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
