"""The structure as tests: who may import what, and what the fast paths never load."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

ONLY_IN = {
    "tree_sitter": {"copilot/syntax/"},
    "git": {"copilot/git.py"},
    "pygls": {"lsp/"},
    "lsprotocol": {"lsp/"},
    "fastapi": {"serving/"},
    "vllm": set(),
    "socket": {"serving/"},
    "subprocess": {
        "copilot/git.py",
        "copilot/verify/processes.py",
        "copilot/context/worker.py",
        "serving/vllm.py",
        "serving/keeper.py",
        "serving/bots/main.py",
        "serving/bots/fetch.py",
    },
}
ONLY_IN["multiprocessing"] = ONLY_IN["subprocess"]
ONLY_IN["aiohttp"] = {"copilot/engines/client.py", "serving/upstream.py"}
ONLY_IN["requests"] = ONLY_IN["httpx"] = set()
ONLY_IN["sqlalchemy"] = ONLY_IN["prometheus_client"] = ONLY_IN["uvicorn"] = ONLY_IN["pydantic"] = {"serving/"}

# The demo's client starts the server as an editor does; what records and proves is executed inside the sandbox, not by
# us; the launcher is a process of its own, started by the sandbox, that becomes the confined program.
STARTS_PROCESSES = ONLY_IN["subprocess"] | {
    "copilot/verify/confine.py",
    "copilot/commands/editor.py",
    "copilot/verify/recording/forked.py",
}


@cache
def sources() -> list[tuple[str, ast.Module]]:
    found = []
    for package in ("copilot", "lsp", "serving", "prompts"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "samplebank/" not in path.as_posix():
                found.append((path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))))
    return found


def imported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("module", sorted(ONLY_IN))
def test_a_dependency_is_imported_only_where_it_belongs(module):
    allowed = tuple(ONLY_IN[module])
    offenders = [p for p, tree in sources() if module in imported(tree) and not (allowed and p.startswith(allowed))]
    assert offenders == []


def test_processes_start_only_in_the_named_modules():
    starters = {
        "create_subprocess_exec",
        "create_subprocess_shell",
        "Popen",
        "fork",
        "spawnv",
        "system",
        "posix_spawn",
        "subprocess_exec",
        "subprocess_shell",
    }
    offenders = set()
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in starters:
                offenders.add(path)
    assert offenders <= STARTS_PROCESSES


def loaded_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint('\\n'.join(sys.modules), file=sys.stderr)"],
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
    )
    return set(done.stderr.split())


@pytest.mark.parametrize("words", ["['--help']", "['fix', '--help']", "['--version']"])
def test_help_loads_no_server_and_no_grammar(words):
    modules = loaded_by(f"from copilot.cli import main\ntry: main({words})\nexcept SystemExit: pass")
    assert not modules & {"pygls", "lsprotocol", "fastapi", "aiohttp", "numpy", "git"}


def test_the_brain_knows_no_editor_protocol():
    modules = loaded_by("import copilot.pipeline, copilot.workspace, copilot.commands.session")
    assert not modules & {"pygls", "lsprotocol", "fastapi", "aiohttp", "numpy"}


def test_the_matchers_of_content_review_are_loaded_by_the_first_review():
    modules = loaded_by("from lsp.main import create; create()")
    assert not modules & {"ahocorasick_rs", "re2"}
    assert "ahocorasick_rs" in loaded_by("import copilot.guard as g; g.review(('x',), g.Policy())")


def test_modules_stay_small():
    long = {p: n for p, _ in sources() if (n := len((ROOT / p).read_text("utf-8").splitlines())) > 400}
    assert long == {}
