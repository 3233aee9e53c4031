"""The wheel holds everything that runs, and nothing of the tests."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


def test_every_tracked_file_of_the_four_packages_is_shipped_but_the_extension_of_vs_code(wheel):
    listed = subprocess.run(
        ["git", "ls-files", "-z", "copilot", "lsp", "serving", "prompts"], cwd=ROOT, check=True, capture_output=True
    )
    tracked = {name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).exists()}
    apart = {name for name in tracked if name.startswith("lsp/clients/vscode/")}
    assert apart.isdisjoint(wheel.namelist())
    tracked -= apart
    assert tracked - set(wheel.namelist()) == set()
    assert len(tracked) > 150


def test_nothing_else_is_shipped(wheel):
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"copilot", "lsp", "serving", "prompts"}
    assert [name for name in wheel.namelist() if "__pycache__" in name or name.endswith(".pyc")] == []


def test_the_console_script_is_declared(wheel):
    (name,) = [n for n in wheel.namelist() if n.endswith("entry_points.txt")]
    assert "bank-copilot = copilot.cli:main" in wheel.read(name).decode()
