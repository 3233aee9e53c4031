"""VS Code at a fresh copy of the sample bank, for one module; pictures are kept under `build/`, and with UPDATE_IMAGES=1
in the extension's folder, where the README shows them.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from window import ROOT, SERVER, VSIX, Code, session

from copilot.samplebank import copy_to

KEPT = ROOT / "build/ide-vscode"
STILL = "document.getAnimations().every(one => one.playState !== 'running' || one.effect.getTiming().iterations === Infinity)"
SHOWN = ROOT / "lsp/clients/vscode/images"


@pytest.fixture(scope="session", autouse=True)
def _built() -> None:
    assert SERVER.exists(), "run `make ide-vscode`: it builds code-server before the tests"
    assert VSIX.exists(), "run `make vsix`"
    KEPT.mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, with a workspace file that has its two projects."""
    found = copy_to(tmp_path_factory.mktemp("sample") / "bank")
    folders = [{"path": str(found / name)} for name in ("python", "java")]
    (found / "bank.code-workspace").write_text(json.dumps({"folders": folders}), "utf-8")
    return found


@pytest.fixture(scope="module")
def code(bank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Code]:
    home = tmp_path_factory.mktemp("vscode") / "home"
    with session(home, bank / "bank.code-workspace") as window:
        window.keys("Control+KeyB")  # the side bar says little, and takes room in the pictures
        window.wait(lambda: window.look("!document.querySelector('.part.sidebar')?.getClientRects().length"), "its end")
        yield window


@pytest.fixture
def picture(code: Code) -> Callable[[str], None]:
    """Take a picture of the window under a name; at most 150 kB."""

    def take(name: str) -> None:
        path = KEPT / f"{name}.png"
        code.wait(lambda: code.look(STILL), "what moves to come to rest")
        code.shot(path)
        assert path.stat().st_size <= 150_000, f"{name}: {path.stat().st_size} bytes"
        if os.environ.get("UPDATE_IMAGES"):
            shutil.copy(path, SHOWN / path.name)

    return take


@pytest.fixture
def tell(capfd: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print what was seen, for the person who runs `make ide-vscode`."""

    def show(text: str) -> None:
        with capfd.disabled():
            sys.stdout.write("".join(f"\n    {row}" for row in text.rstrip("\n").split("\n")))
            sys.stdout.flush()

    return show
