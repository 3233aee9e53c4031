"""Finding the project's own interpreter and JDK, without running anything."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

import pytest

from copilot import project


def interpreter(prefix: Path) -> Path:
    path = prefix / "bin" / "python"
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\nexit 99\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("name", [".venv", "venv", "env", ".conda"])
def test_an_environment_inside_the_repository_is_the_projects(tmp_path, name):
    expected = interpreter(tmp_path / name)
    found = project.find(tmp_path, environ={"PATH": ""})
    assert found.python == expected
    assert name in found.why_python


def test_the_users_setting_wins_and_a_wrong_one_is_passed_over(tmp_path):
    own = interpreter(tmp_path / "elsewhere")
    fallback = interpreter(tmp_path / ".venv")
    assert project.find(tmp_path, str(own), {"PATH": ""}).python == own
    assert project.find(tmp_path, str(tmp_path / "gone"), {"PATH": ""}).python == fallback


def test_poetry_environments_are_found_by_the_hash_of_the_path(tmp_path):
    root, cache = tmp_path / "repo", tmp_path / "cache"
    root.mkdir()
    (root / "pyproject.toml").write_text('[tool.poetry]\nname = "Ledger Core"\n')
    digest = base64.urlsafe_b64encode(hashlib.sha256(os.fsencode(root)).digest()).decode()[:8]
    expected = interpreter(cache / "virtualenvs" / f"ledger_core-{digest}-py3.11")
    assert project.find(root, environ={"PATH": "", "POETRY_CACHE_DIR": str(cache)}).python == expected


@pytest.mark.parametrize(
    "text",
    [
        "[tool.poetry]\nname = '/etc'",
        "[tool.poetry]\nname = '../../../x'",
        "tool = 1",
        "[tool]\npoetry = []",
        "project = 'x'",
        "x = " + "[" * 5000,
    ],
)
def test_a_strange_pyproject_names_no_environment(tmp_path, text):
    (tmp_path / "pyproject.toml").write_text(text)
    assert "PATH" not in project.find(tmp_path, environ={"PATH": "", "POETRY_CACHE_DIR": str(tmp_path)}).why_python


@pytest.mark.parametrize("name", ["pyproject.toml", "environment.yml", ".python-version"])
def test_a_marker_that_never_ends_is_passed_over(tmp_path, name):
    (tmp_path / name).symlink_to("/dev/zero")
    shims = tmp_path / "pyenv" / "shims"
    shims.mkdir(parents=True)
    (shims / "python3").write_text("#!/bin/sh\n")
    (shims / "python3").chmod(0o755)
    assert project.find(tmp_path, environ={"PATH": str(shims)}).root == tmp_path


def test_a_conda_environment_named_in_the_repository_is_found(tmp_path):
    root = tmp_path / "repo"
    root.mkdir()
    (root / "environment.yml").write_text("name: core-bank\ndependencies: []\n")
    expected = interpreter(tmp_path / "conda" / "envs" / "core-bank")
    assert project.find(root, environ={"PATH": "", "CONDA_ROOT": str(tmp_path / "conda")}).python == expected


def test_an_active_environment_counts_and_path_comes_last(tmp_path):
    active, on_path = interpreter(tmp_path / "active"), tmp_path / "bin"
    on_path.mkdir()
    (on_path / "python3").write_bytes(b"\x7fELF")
    (on_path / "python3").chmod(0o755)
    root = tmp_path / "repo"
    root.mkdir()
    environ = {"PATH": str(on_path), "VIRTUAL_ENV": str(active.parents[1])}
    assert project.find(root, environ=environ).python == active
    del environ["VIRTUAL_ENV"]
    assert project.find(root, environ=environ).python == on_path / "python3"


def test_only_a_jdk_counts_as_java(tmp_path):
    (tmp_path / "jre" / "bin").mkdir(parents=True)
    (tmp_path / "jre" / "bin" / "java").touch()
    assert project.find(tmp_path, environ={"PATH": "", "JAVA_HOME": str(tmp_path / "jre")}).java_home is None
    (tmp_path / "jre" / "bin" / "javac").touch()
    assert (
        project.find(tmp_path, environ={"PATH": "", "JAVA_HOME": str(tmp_path / "jre")}).java_home == tmp_path / "jre"
    )


def test_the_root_is_the_repository_else_the_build_file_else_the_folder(tmp_path):
    deep = tmp_path / "repo" / "module" / "src"
    deep.mkdir(parents=True)
    (deep / "a.py").touch()
    assert project.root_of(deep / "a.py") == deep
    (tmp_path / "repo" / "module" / "pom.xml").touch()
    assert project.root_of(deep / "a.py") == tmp_path / "repo" / "module"
    (tmp_path / "repo" / ".git").mkdir()
    assert project.root_of(deep / "a.py") == tmp_path / "repo"


def test_a_version_managers_shim_is_not_taken_for_an_interpreter(tmp_path):
    home, root = tmp_path / "pyenv", tmp_path / "repo"
    shims = home / "shims"
    shims.mkdir(parents=True)
    root.mkdir()
    (shims / "python3").write_text("#!/bin/sh\nexec pyenv exec python3\n")
    (shims / "python3").chmod(0o755)
    expected = {version: interpreter(home / "versions" / version) for version in ("3.11.7", "3.12.1")}
    (home / "version").write_text("3.11.7\n")
    assert project.find(root, environ={"PATH": str(shims)}).python == expected["3.11.7"]
    (root / ".python-version").write_text("3.12.1\n")
    assert project.find(root, environ={"PATH": str(shims)}).python == expected["3.12.1"]


def test_a_path_that_cannot_exist_still_has_a_root(tmp_path):
    (tmp_path / "pom.xml").write_text("<project/>")
    assert project.root_of(tmp_path / ("a" * 5000) / "x.py") == tmp_path
