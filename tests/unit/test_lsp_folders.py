"""Which root a file belongs to, whose settings hold there, and workspaces that follow changed settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.config import Settings
from lsp.folders import Folders
from lsp.settings import table


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def folders(told: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folders:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))
    return Folders("replay", None, report=told.append)


def test_the_innermost_folder_holds_a_file(folders: Folders, tmp_path: Path) -> None:
    folders.roots = [tmp_path, tmp_path / "a" / "b"]
    assert folders.root_of(tmp_path / "a" / "x.py") == tmp_path
    assert folders.root_of(tmp_path / "a" / "b" / "x.py") == tmp_path / "a" / "b"


def test_a_file_outside_every_folder_has_its_own_repository(folders: Folders, tmp_path: Path) -> None:
    (tmp_path / "other" / ".git").mkdir(parents=True)
    assert folders.root_of(tmp_path / "other" / "src" / "x.py") == tmp_path / "other"


def test_a_buffer_without_a_file_belongs_to_the_first_folder(folders: Folders, tmp_path: Path) -> None:
    folders.roots = [tmp_path]
    assert folders.root_of(Path("untitled:/Untitled-1")) == tmp_path


def test_settings_of_a_root_win_over_general_ones_and_problems_are_told_once(
    folders: Folders, told: list[str], tmp_path: Path
) -> None:
    folders.general = {"completion": {"profile": "quiet", "nonsense": 1}}
    folders.own = {tmp_path: {"completion": {"profile": "eager"}, "gateway": {"url": "http://elsewhere"}}}
    assert folders.settings(tmp_path).completion.profile == "eager"
    assert folders.settings(tmp_path).gateway.url == ""
    assert folders.settings(tmp_path / "x").completion.profile == "quiet"
    folders.settings(tmp_path)
    folders.settings(tmp_path / "x")
    assert len(told) == 2


async def test_a_workspace_is_opened_anew_when_its_settings_change(folders: Folders, tmp_path: Path) -> None:
    first = folders.workspace(tmp_path)
    assert folders.workspace(tmp_path) is first
    folders.configured()
    assert folders.opened(tmp_path) is first
    folders.general = {"completion": {"deadline_ms": 500}}
    folders.configured()
    assert folders.opened(tmp_path) is None
    second = folders.workspace(tmp_path)
    assert second.settings.completion.deadline_ms == 500
    assert first.settings.completion == Settings().completion
    await folders.close()
    assert folders.opened(tmp_path) is None


@pytest.mark.parametrize("sent", [None, "text", 7, [1], {"bankCopilot": 3}])
def test_configuration_that_is_no_table_is_empty(sent: object) -> None:
    assert table(sent) == {}


def test_configuration_with_and_without_our_section() -> None:
    inner = {"completion": {"enabled": False}}
    assert table({"bankCopilot": inner, "other": 1}) == table(inner) == inner
