"""Which tests a repair is held to: what a command names, the project's tests of a file, or the examples of its docstrings.

A command of pytest is understood, so that its tests can be run one by one; any other is run as it is, in a copy of the
project, and the names of failing tests are read out of what it says. Absent on purpose: running (`repairing.py`).
"""

from __future__ import annotations

import ast
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from copilot.errors import UsageError
from copilot.messages import say
from copilot.types import Document
from copilot.verify import callers, examples, python_places

_MOST_FILES: Final = 6
_LAUNCHERS: Final = frozenset({"uv", "poetry", "pipenv", "pdm", "hatch", "rye", "run", "exec", "--", "env"})
_PYTHON: Final = re.compile(r"(?:.*/)?python[\d.]*(?:\.exe)?")
_VALUED: Final = frozenset({"-k", "-m", "-c", "-o", "-p", "-W", "--rootdir", "--ignore", "--deselect", "--import-mode", "--confcutdir"})  # fmt: skip
_DROPPED: Final = re.compile(
    r"-x|-v+|-q+|-s|-l|-n\w+|-r\w+|--exitfirst|--verbose|--quiet|--no-cov|--(?:maxfail|cov|cov-.*|durations|tb|color|junit-?xml|numprocesses|dist|html|capture|lf|last-failed|ff|failed-first|sw|stepwise|pdb)(?:=.*)?"
)
_DROPPED_VALUED: Final = frozenset({"-n", "-r", "--maxfail", "--tb", "--color", "--durations", "--junitxml", "--junit-xml", "--numprocesses", "--dist", "--html", "--capture", "--cov-report", "--cov-config", "--cov-context", "--cov-fail-under"})  # fmt: skip
_NAMED: Final = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Suite:
    """`pytest`: `args` are its words, `env` what the command set; `examples`: those of the file's docstrings; `command`:
    `text` is run by a shell.

    `folder` is where it runs, relative to the project's root. `words`: how a person would say it.
    """

    kind: Literal["pytest", "examples", "command"]
    args: tuple[str, ...] = ()
    text: str = ""
    folder: str = ""
    env: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> str:
        """The suite in a few words."""
        if self.kind == "examples":
            return say("the examples of the docstrings")
        return self.text or " ".join(("pytest", *self.args))


def named(command: str, folder: str = "") -> Suite:
    """The suite that a command line runs. Raises UsageError for one that cannot be read."""
    try:
        words = _words(command)
    except ValueError as error:
        raise UsageError(say("The test command cannot be read: {reason}", reason=error)) from None
    if not words:
        raise UsageError(say("The test command is empty."))
    rest, env = list(words), dict[str, str]()
    while rest and (rest[0] in _LAUNCHERS or _NAMED.fullmatch(rest[0])):
        if (name := _NAMED.fullmatch(rest.pop(0))) is not None:
            env[name[1]] = name[2]
    args = _of_pytest(rest) if rest and not _of_shell(words) else None
    if args is None:
        return Suite("command", text=command, folder=folder)
    return Suite("pytest", tuple(args), command, folder, tuple(env.items()))


def _words(command: str) -> list[str]:
    """The words of a command line, what a shell does with them (`;`, `2>&1`) apart. Raises ValueError."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    return list(lexer)


def _of_shell(words: list[str]) -> bool:
    """Whether a command line is more than a program and its words: it pipes, redirects or fills in."""
    return any(set(word) <= set("();<>|&") or "$" in word or "`" in word for word in words)


def _of_pytest(words: list[str]) -> list[str] | None:
    """The words behind `pytest`, without those that only change what is printed; None for another command."""
    rest = list(words)
    if _PYTHON.fullmatch(rest[0]) and rest[1:2] == ["-m"] and rest[2:3] in (["pytest"], ["unittest"]):
        rest = rest[2:]
    name = rest.pop(0).rpartition("/")[2]
    if name == "unittest":
        return _of_unittest(rest)
    if name not in ("pytest", "py.test"):
        return None
    kept: list[str] = []
    while rest:
        word = rest.pop(0)
        if word in _DROPPED_VALUED or (word == "--cov" and not "".join(rest[:1]).startswith("-")):
            rest = rest[1:]
        elif word in _VALUED:
            kept += [word, *rest[:1]]
            rest = rest[1:]
        elif not _DROPPED.fullmatch(word):
            kept.append(word)
    return kept or ["."]


def _of_unittest(words: list[str]) -> list[str] | None:
    """Pytest runs what `unittest` would: modules, classes and tests by their dotted names."""
    found = []
    for word in words:
        if word.startswith("-"):
            if word in ("-v", "-q", "-b", "-f"):
                continue
            return None
        if word.endswith(".py"):
            found.append(word)
            continue
        if word == "discover":
            return ["."] if len(words) == 1 else None
        parts = word.split(".")
        at = next((i for i, part in enumerate(parts) if part[:1].isupper()), len(parts))
        found.append("::".join(["/".join(parts[:at]) + ".py", *parts[at:]]))
    return found or ["."]


def of(document: Document, root: Path) -> Suite | None:
    """The tests of a Python file as they are found without being told: test files that import it, else its examples."""
    if document.language != "python":
        return None
    place = python_places.place(document, root)
    if place is not None and not python_places.is_test(document.path):
        stem = place.name.rpartition(".")[2]
        found = [
            file.relative_to(root).as_posix()
            for file in callers.test_files(root, document.path)
            if _about(file, place.name, stem)
        ][:_MOST_FILES]
        if found:
            return Suite("pytest", tuple(found))
    shown = examples.has_session(document.text.decode("utf-8", "replace")) or claims(document)
    return Suite("examples") if shown else None


def claims(document: Document) -> tuple[examples.Claim, ...]:
    """What the docstrings of a Python file say in prose of their functions: `f(3) == 9`, `f(3) returns 9`."""
    try:
        tree = ast.parse(document.text)
    except (SyntaxError, ValueError, RecursionError):
        return ()
    found: list[examples.Claim] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and (text := ast.get_docstring(node)):
            found += examples.told(text, [node.name])
    return tuple(dict.fromkeys(found))


def _about(file: Path, module: str, stem: str) -> bool:
    """Whether a test file imports the module."""
    try:
        text = file.read_text("utf-8")
    except (OSError, ValueError):
        return False
    package = module.rpartition(".")[0]
    within = rf"|from\s+{re.escape(package)}\s+import\s[^\n]*\b{re.escape(stem)}\b" if package else ""
    relative = rf"|from\s+\.[\w.]*\s+import\s[^\n]*\b{re.escape(stem)}\b|from\s+\.[\w.]*\b{re.escape(stem)}\s+import"
    whole = rf"^\s*(?:(?:from|import)\s+{re.escape(module)}\b{within}{relative})"
    return re.search(whole, text, re.MULTILINE) is not None


_FAILED: Final = (
    re.compile(rb"^(?:FAILED|ERROR)\s+(\S+)", re.MULTILINE),  # pytest
    re.compile(rb"^(?:FAIL|ERROR):\s+(\S+ ?\(?[\w.]*\)?)", re.MULTILINE),  # unittest
    re.compile(rb"^\s*\d+\)\s+(\w+\([\w.$]+\))", re.MULTILINE),  # JUnit 4
    re.compile(rb"JUnit (?:Jupiter|Vintage):(\S+)"),  # JUnit 5's console
    re.compile(rb"(\S+\(\)?) \[X\]"),
    re.compile(rb"^\[ERROR\]\s+([\w.$]+[.#]\w+)", re.MULTILINE),  # surefire
    re.compile(rb"^(\S+ > .+) FAILED$", re.MULTILINE),  # Gradle
    re.compile(rb"^\s*--- FAIL: (\S+)", re.MULTILINE),  # Go
    re.compile(rb"^\s*(?:\xe2\x9c\x95|\xc3\x97|not ok \d+ -?)\s+(.+?)(?: \(\d+ m?s\))?$", re.MULTILINE),  # Jest, TAP
)


def failing(output: bytes) -> frozenset[str]:
    """The names of failing tests in what a runner says; empty when it names none."""
    return frozenset(name.decode("utf-8", "replace").strip() for each in _FAILED for name in each.findall(output))
