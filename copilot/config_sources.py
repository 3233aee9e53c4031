"""Where settings come from, and who may set them.

Sources, weakest first: defaults, user file, project (`pyproject.toml [tool.bank-copilot]`, `.bank-copilot.toml`),
environment `BANK_COPILOT_<SECTION>_<KEY>`, LSP settings, command line; above all of them the administrator's managed
file, whose keys are locked. A project or LSP source may set only keys marked `project`: a repository can never
redirect where text goes or what may run. Where a list keeps paths out, it may add to the user's list, not shorten it; where
words rise from mild to strict, it may choose a stricter one than holds without it.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from copilot.config import Settings, Source
from copilot.config_values import coerced, file_bytes, lies_in
from copilot.errors import ConfigError
from copilot.messages import say

MAX_BYTES: Final = 1_000_000
"""A longer configuration file is refused: it is data, or a device that a link points to."""

UNTRUSTED: Final[frozenset[Source]] = frozenset({"project", "lsp"})
"""Sources that a repository controls (an editor reads workspace settings from the repository too)."""

PREFIX: Final = "BANK_COPILOT_"


@dataclass(frozen=True, slots=True)
class Problem:
    """A key that was not taken. `fatal`: the command line stops; a refused key is reported and ignored."""

    source: Source
    key: str
    message: str
    fatal: bool


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings with what was wrong on the way and, for each key that is not a default, who set it."""

    settings: Settings
    problems: tuple[Problem, ...] = ()
    origins: Mapping[str, Source] = field(default_factory=dict)

    def checked(self) -> Settings:
        """The settings. Raises ConfigError with the first fatal problem."""
        for problem in self.problems:
            if problem.fatal:
                raise ConfigError(problem.message)
        return self.settings


@dataclass(frozen=True, slots=True)
class Sources:
    """Where configuration comes from; the defaults are this machine's."""

    root: Path | None = None
    user_file: Path | None = None
    managed_file: Path | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    lsp: Mapping[str, Any] = field(default_factory=dict)
    command_line: Mapping[str, Any] = field(default_factory=dict)


def user_file(environ: Mapping[str, str] = os.environ) -> Path:
    """`$XDG_CONFIG_HOME/bank-copilot/config.toml` (on Windows under %APPDATA%)."""
    home = environ.get("APPDATA") or environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "bank-copilot" / "config.toml"


def managed_file(environ: Mapping[str, str] = os.environ) -> Path:
    """The administrator's file: fixed, so that no variable or option of a user can point elsewhere."""
    if os.name == "nt":
        return Path(environ.get("PROGRAMDATA", r"C:\ProgramData")) / "bank-copilot" / "config.toml"
    return Path("/etc/bank-copilot/config.toml")


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """`$XDG_STATE_HOME/bank-copilot` (on Windows under %LOCALAPPDATA%): what is kept between sessions and is no cache."""
    named = environ.get("XDG_STATE_HOME") or environ.get("LOCALAPPDATA") or ""
    home = Path(named) if Path(named).is_absolute() else Path.home() / ".local" / "state"
    return home / "bank-copilot"


def load(sources: Sources) -> Loaded:
    """Merge all sources by the precedence of the module docstring. Never raises: what is wrong becomes a Problem."""
    problems: list[Problem] = []
    values: dict[str, tuple[Any, Source]] = {}
    for source, table in _tables(sources, problems):
        for key, raw in _flatten(table):
            if (problem := _refusal(source, key, values)) is not None:
                # Editors send the defaults of all that their extension declares: that is nobody's wish.
                if problem.fatal or source != "lsp" or raw != KEYS[key].default:
                    problems.append(problem)
                continue
            try:
                value = coerced(key, raw, KEYS[key].kind, KEYS[key].least)
                _bounded(key, value, sources.root)
                if source in UNTRUSTED and isinstance(value, tuple) and key in values:
                    value = (*values[key][0], *value)
                if source in UNTRUSTED and KEYS[key].rising:
                    value = _stricter(key, value, values)
                values[key] = (value, source)
            except ConfigError as error:
                problems.append(Problem(source, key, str(error), fatal=True))
    sections = {
        section: kind(**{k.partition(".")[2]: v for k, (v, _) in values.items() if k.partition(".")[0] == section})
        for section, kind in _SECTIONS.items()
    }
    return Loaded(Settings(**sections), tuple(problems), {k: source for k, (_, source) in values.items()})


@dataclass(frozen=True, slots=True)
class Key:
    """One documented setting."""

    name: str
    kind: Any
    default: object
    doc: str
    project: bool
    least: float | None = None
    most: float | None = None
    only: tuple[Source, ...] = ()
    rising: bool = False


_SECTIONS: Final[dict[str, Any]] = {
    name: kind for name, kind in typing.get_type_hints(Settings).items() if dataclasses.is_dataclass(kind)
}

KEYS: Final[dict[str, Key]] = {
    f"{section}.{f.name}": Key(
        f"{section}.{f.name}",
        hints[f.name],
        f.default,
        f.metadata["doc"],
        bool(f.metadata["project"]),
        f.metadata["least"],
        f.metadata["most"],
        f.metadata["only"],
        f.metadata["rising"],
    )
    for section, kind in _SECTIONS.items()
    for hints in (typing.get_type_hints(kind),)
    for f in dataclasses.fields(kind)
}
"""Every setting by its dotted name, in the order of the documentation."""


def _tables(sources: Sources, problems: list[Problem]) -> list[tuple[Source, Mapping[str, Any]]]:
    """Tables in the order in which they are applied: the managed file first, because its keys are locked."""
    tables: list[tuple[Source, Mapping[str, Any]]] = [
        ("managed", _toml(sources.managed_file or managed_file(sources.environ), "managed", problems)),
        ("user", _toml(sources.user_file or user_file(sources.environ), "user", problems)),
    ]
    if sources.root is not None:
        pyproject = _toml(sources.root / "pyproject.toml", "project", problems)
        tool = pyproject.get("tool")
        own = tool.get("bank-copilot", {}) if isinstance(tool, Mapping) else {}
        tables.append(("project", own if isinstance(own, Mapping) else {}))
        tables.append(("project", _toml(sources.root / ".bank-copilot.toml", "project", problems)))
    tables.append(("environment", _environment(sources.environ)))
    tables.append(("lsp", sources.lsp))
    tables.append(("command line", sources.command_line))
    return tables


def _toml(path: Path, source: Source, problems: list[Problem]) -> Mapping[str, Any]:
    try:
        return tomllib.loads(file_bytes(path, MAX_BYTES).decode("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        # A pyproject.toml that another tool broke must not stop this one: its own errors say so.
        fatal = path.name != "pyproject.toml"
        problems.append(Problem(source, "", say("{name}: {reason}", name=str(path), reason=reason), fatal=fatal))
        return {}


def _environment(environ: Mapping[str, str]) -> Mapping[str, Any]:
    """`BANK_COPILOT_TESTS_BUDGET_S=10` as `{"tests": {"budget_s": "10"}}`."""
    table: dict[str, Any] = {}
    for name, value in sorted(environ.items()):
        if name.startswith(PREFIX):
            section, _, key = name.removeprefix(PREFIX).lower().partition("_")
            table.setdefault(section, {})[key] = value
    return table


def _flatten(table: Mapping[str, Any]) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for section, inner in table.items():
        if isinstance(inner, Mapping):
            rows += [(f"{section}.{key}", value) for key, value in inner.items()]
        else:
            rows.append((section, inner))
    return rows


def _refusal(source: Source, key: str, values: Mapping[str, tuple[Any, Source]]) -> Problem | None:
    if key not in KEYS:
        close = difflib.get_close_matches(key, KEYS, n=1, cutoff=0.0)
        message = say(
            "Unknown setting {key} ({source}). Did you mean {nearest}?", key=key, source=source, nearest=close[0]
        )
        return Problem(source, key, message, fatal=True)
    if KEYS[key].only and source not in KEYS[key].only:
        who = (
            say("the administrator's managed file")
            if "managed" in KEYS[key].only
            else say("the user's own file or environment, or `bank-copilot capture consent`,")
        )
        message = say("Setting {key} was refused ({source}): only {who} may set it.", key=key, source=source, who=who)
        return Problem(source, key, message, fatal=False)
    if source in UNTRUSTED and not KEYS[key].project:
        message = say(
            "Setting {key} was refused: a repository or editor workspace may not set it ({source}). "
            "Set it in your user file or by environment variable.",
            key=key,
            source=source,
        )
        return Problem(source, key, message, fatal=False)
    if key in values and values[key][1] == "managed" and source != "managed":
        message = say("Setting {key} is locked by the administrator ({source} ignored).", key=key, source=source)
        return Problem(source, key, message, fatal=False)
    return None


def _stricter(key: str, value: Any, values: Mapping[str, tuple[Any, Source]]) -> Any:
    """The stricter of what a repository asks for and what holds without it."""
    held = values[key][0] if key in values else KEYS[key].default
    return max(value, held, key=typing.get_args(KEYS[key].kind).index)


def _bounded(key: str, value: Any, root: Path | None) -> None:
    """Raises ConfigError for a value out of bounds: a number above the key's largest, `tests.out` outside the root."""
    most = KEYS[key].most
    if most is not None and value > most:
        raise ConfigError(say("Setting {key} must be at most {most}.", key=key, most=most))
    if key == "tests.out" and not lies_in(root or Path.cwd(), value):
        raise ConfigError(
            say("Setting {key} must be a folder inside the repository, not {value}.", key=key, value=repr(value))
        )
