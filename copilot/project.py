"""Finding the project under the cursor: its root, its own Python interpreter and its JDK, and saying how.

Nothing is executed here: an interpreter is recognised by its place on disk, because a program that a repository
names may only run inside the sandbox.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from copilot import files
from copilot.messages import say
from copilot.types import Project

_MARKERS: Final = (".git", "pyproject.toml", "pom.xml", "build.gradle", "build.gradle.kts", "setup.py", "setup.cfg")
_BIN: Final = ("Scripts/python.exe",) if os.name == "nt" else ("bin/python", "bin/python3")


def root_of(path: Path) -> Path:
    """The repository of a file: the nearest folder above with `.git`, else with a build file, else its own folder."""
    folder = path if os.path.isdir(path) else path.parent  # noqa: PTH112 -- see _exists
    folder = folder.resolve()
    chain = (folder, *folder.parents)
    for parent in chain:
        if _exists(parent / ".git"):
            return parent
    for parent in chain:
        if any(_exists(parent / marker) for marker in _MARKERS):
            return parent
    return folder


def _exists(path: Path) -> bool:
    """Whether a path is there; False, not an error, for a folder that may not be looked into or a name too long."""
    return os.path.exists(path)  # noqa: PTH110 -- pathlib's raises for those


def find(root: Path, interpreter: str = "", environ: Mapping[str, str] = os.environ) -> Project:
    """The project at `root`; `interpreter` is the user's setting and wins when it is there."""
    python, why = _python(root, interpreter, environ)
    return Project(root=root, python=python, why_python=why, java_home=_java_home(environ))


def _python(root: Path, interpreter: str, environ: Mapping[str, str]) -> tuple[Path | None, str]:
    if interpreter:
        chosen = Path(interpreter).expanduser()
        chosen = chosen if chosen.is_absolute() else root / chosen
        if chosen.is_file():
            return chosen, say("set by python.interpreter")
    for name in (".venv", "venv", "env", ".conda"):
        if (found := _in_environment(root / name)) is not None:
            return found, say("virtual environment {name} of the repository", name=name)
    if (found := _poetry(root, environ)) is not None:
        return found, say("Poetry's environment for this repository")
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        # Our own environment is an application's, never the project's.
        prefix = environ.get(variable)
        if prefix and not _same(Path(prefix), Path(sys.prefix)) and (found := _in_environment(Path(prefix))):
            return found, say("active environment (${variable})", variable=variable)
    if (found := _conda_by_name(root, environ)) is not None:
        return found, say("Conda environment named in environment.yml")
    for folder in filter(None, environ.get("PATH", "").split(os.pathsep)):
        if not _same(Path(folder).parent, Path(sys.prefix)) and (found := _on_path(root, Path(folder))) is not None:
            return found, say("{name} on PATH", name="python3")
    base = Path(getattr(sys, "_base_executable", sys.executable))
    return base, say("the interpreter that bank-copilot was installed with")


def _on_path(root: Path, folder: Path) -> Path | None:
    """python3 of a PATH folder. A version manager's shim is a script that would run outside: what it means is found."""
    for name in ("python3", "python"):
        found = shutil.which(name, path=str(folder))
        if found is not None:
            return Path(found) if not _is_script(Path(found)) else _pyenv(root, folder.parent)
    return None


def _is_script(path: Path) -> bool:
    try:
        with path.open("rb") as handle:
            return handle.read(2) == b"#!"
    except OSError:
        return True


def _pyenv(root: Path, home: Path) -> Path | None:
    """The interpreter that pyenv's shim in `home/shims` stands for: the nearest `.python-version`, else the global one."""
    places = [folder / ".python-version" for folder in (root, *root.parents)]
    for place in (*places, home / "version"):
        try:
            version = files.text(place).split()[0]
        except IndexError:
            continue
        return _in_environment(home / "versions" / version) if re.fullmatch(r"[\w.+-]+", version) else None
    return None


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _in_environment(prefix: Path) -> Path | None:
    for name in _BIN:
        if (candidate := prefix / name).is_file():
            return candidate
    return None


def _poetry(root: Path, environ: Mapping[str, str]) -> Path | None:
    """Poetry keeps environments in its cache as `<name>-<hash of the path>-py<version>`."""
    try:
        data = tomllib.loads(files.text(root / "pyproject.toml"))
    except (ValueError, RecursionError):
        return None
    name = _named(data, "tool", "poetry", "name") or _named(data, "project", "name")
    if not isinstance(name, str) or not re.fullmatch(r"[\w. -]+", name):
        return None
    clean = re.sub(r'[ $`!*@"\\\r\n\t]', "_", name.lower())[:42]
    digest = hashlib.sha256(os.path.normcase(root.resolve()).encode()).digest()
    short = base64.urlsafe_b64encode(digest).decode()[:8]
    cache = Path(environ.get("POETRY_CACHE_DIR") or Path.home() / ".cache" / "pypoetry")
    found = sorted((cache / "virtualenvs").glob(f"{clean}-{short}-py*"))
    return _in_environment(found[-1]) if found else None


def _named(table: object, *keys: str) -> object:
    """A value in nested tables; None where a foreign file has something else in their place."""
    for key in keys:
        table = table.get(key) if isinstance(table, Mapping) else None
    return table


def _conda_by_name(root: Path, environ: Mapping[str, str]) -> Path | None:
    text = files.text(root / "environment.yml")
    named = re.search(r"^name:\s*([\w.-]+)\s*$", text, re.MULTILINE)
    homes = [environ.get("CONDA_ROOT", ""), *(str(Path.home() / n) for n in ("miniconda3", "anaconda3", "miniforge3"))]
    if named:
        for home in filter(None, homes):
            if (found := _in_environment(Path(home) / "envs" / named[1])) is not None:
                return found
    return None


def _java_home(environ: Mapping[str, str]) -> Path | None:
    """A JDK (it has `javac`), from JAVA_HOME or from `javac` on PATH; a mere Java runtime does not count."""
    home = environ.get("JAVA_HOME")
    if home and (Path(home) / "bin" / "javac").is_file():
        return Path(home)
    javac = shutil.which("javac", path=environ.get("PATH"))
    return Path(javac).resolve().parent.parent if javac else None
