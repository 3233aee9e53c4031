"""Typed settings and who may set them.

Sources, weakest first: defaults, user file, project (`pyproject.toml [tool.bank-copilot]`, `.bank-copilot.toml`),
environment `BANK_COPILOT_<SECTION>_<KEY>`, LSP settings, command line; above all of them the administrator's managed
file, whose keys are locked. A project or LSP source may set only keys marked `project`: a repository can never
redirect where text goes or what may run.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from copilot.errors import ConfigError
from copilot.messages import say


def _key(default: Any, doc: str, *, project: bool = False) -> Any:
    """One setting: its default, its sentence in the documentation, and whether a repository may set it."""
    return field(default=default, metadata={"doc": doc, "project": project})


@dataclass(frozen=True, slots=True)
class Ui:
    """What the developer sees."""

    locale: Literal["auto", "en", "zh"] = _key("auto", "Language of messages; auto follows the editor or $LANG.")


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where reviewed prompts go. Never set by a repository."""

    url: str = _key("", "Address of the bank's gateway; empty: the embedded engine answers alone.")


@dataclass(frozen=True, slots=True)
class Completion:
    """Inline completion."""

    enabled: bool = _key(True, "Offer inline completions.", project=True)
    profile: Literal["quiet", "normal", "eager"] = _key(
        "normal", "How sure the engine must be: quiet 0.8, normal 0.5, eager 0.35.", project=True
    )
    deadline_ms: int = _key(80, "An answer later than this is not shown.", project=True)


@dataclass(frozen=True, slots=True)
class Comment:
    """Docstrings and Javadoc."""

    style: Literal["auto", "google", "numpy", "rest"] = _key(
        "auto", "Docstring style for Python; auto follows the file, else google.", project=True
    )
    lang: Literal["auto", "en", "zh"] = _key(
        "auto", "Language of generated comments; auto follows the file, else the locale.", project=True
    )


@dataclass(frozen=True, slots=True)
class Fix:
    """Correction."""

    lint: bool = _key(True, "Offer ruff's safe fixes.", project=True)


@dataclass(frozen=True, slots=True)
class Tests:
    """Generated unit tests."""

    __test__ = False  # pytest would collect the name

    budget_s: float = _key(30.0, "Wall seconds for one request.", project=True)
    out: str = _key("", "Folder for generated tests, relative to the root; empty: where the project keeps tests.",
                    project=True)
    runs: int = _key(5, "How often a generated test must pass before it is offered, under two hash seeds.")


@dataclass(frozen=True, slots=True)
class Index:
    """The repository index."""

    exclude: tuple[str, ...] = _key((), "Paths left out, as gitignore patterns (beside .copilotignore).", project=True)
    max_file_kb: int = _key(400, "Larger files are not indexed.", project=True)
    folder: str = _key("", "Where indexes are kept; empty: the user's cache folder.")


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Isolation of project code that has to run. Never set by a repository."""

    mode: Literal["auto", "bubblewrap", "weak"] = _key(
        "auto", "auto: bubblewrap or refuse; weak: also accept limits without isolation."
    )
    memory_mb: int = _key(2048, "Address space of one sandboxed process.")
    cpu_s: int = _key(20, "CPU seconds of one sandboxed process.")


@dataclass(frozen=True, slots=True)
class Log:
    """Logging of the server. Document text is never logged."""

    level: Literal["debug", "info", "warning", "error"] = _key("warning", "Least serious level written to stderr.")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, one section an area."""

    ui: Ui = field(default_factory=Ui)
    gateway: Gateway = field(default_factory=Gateway)
    completion: Completion = field(default_factory=Completion)
    comment: Comment = field(default_factory=Comment)
    fix: Fix = field(default_factory=Fix)
    tests: Tests = field(default_factory=Tests)
    index: Index = field(default_factory=Index)
    sandbox: Sandbox = field(default_factory=Sandbox)
    log: Log = field(default_factory=Log)
