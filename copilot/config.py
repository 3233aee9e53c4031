"""Typed settings and who may set them.

Sources, weakest first: defaults, user file, project (`pyproject.toml [tool.bank-copilot]`, `.bank-copilot.toml`),
environment `BANK_COPILOT_<SECTION>_<KEY>`, LSP settings, command line; above all of them the administrator's managed
file, whose keys are locked. A project or LSP source may set only keys marked `project`: a repository can never
redirect where text goes or what may run. Where a list keeps paths out, it may add to the user's list, not shorten it.
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
from typing import Any, Final, Literal

from copilot.config_values import coerced, file_bytes, lies_in
from copilot.errors import ConfigError
from copilot.messages import say

MAX_BYTES: Final = 1_000_000
"""A longer configuration file is refused: it is data, or a device that a link points to."""


def _key(default: Any, doc: str, *, project: bool = False, most: float | None = None) -> Any:
    """One setting: its default, its sentence in the documentation, whether a repository may set it, its largest value."""
    return field(default=default, metadata={"doc": doc, "project": project, "most": most})


@dataclass(frozen=True, slots=True)
class Ui:
    """What the developer sees."""

    locale: Literal["auto", "en", "zh"] = _key("auto", "Language of messages; auto follows the editor or $LANG.")


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where reviewed prompts go. Never set by a repository."""

    url: str = _key(
        "", "Address of the bank's gateway, such as https://copilot.bank.example; empty: no model is asked."
    )
    key: str = _key(
        "env:COPILOT_GATEWAY_KEY", "Where the gateway's key is: env:NAME, file:PATH or keyring:SERVICE/USER."
    )
    model: str = _key("", "Model to ask for; empty: what the gateway has for the task.")
    ca_bundle: str = _key("", "PEM file of the authorities to trust for the gateway; empty: the system's.")
    proxy: str = _key(
        "auto", "Proxy for the gateway: auto follows the environment, none goes directly, else an address."
    )
    client_cert: str = _key("", "PEM file of the client certificate, for mutual TLS.")
    client_key: str = _key("", "PEM file of its key; empty: it stands in the certificate's file.")
    connect_s: float = _key(3.0, "Seconds to reach the gateway before it counts as away.", most=60)


@dataclass(frozen=True, slots=True)
class Model:
    """How long the model may take, and how often it is asked. Later than this the embedded engine answers."""

    complete_ms: int = _key(600, "An automatic completion; an invoked one may take three times as long.", most=60_000)
    generate_s: float = _key(60.0, "Generation, or an edit by instruction.", most=600)
    fix_s: float = _key(30.0, "A correction.", most=600)
    comment_s: float = _key(30.0, "Documentation.", most=600)
    tests_s: float = _key(60.0, "Unit tests.", most=600)
    explain_s: float = _key(30.0, "An explanation.", most=600)
    samples: int = _key(3, "Further answers asked for when the first is not proven; 0: none.", most=8)


@dataclass(frozen=True, slots=True)
class Prompts:
    """The bank's own templates. Never set by a repository. What the gateway hands out for the team comes first."""

    folder: str = _key("", "Folder of templates that come before ours.")
    pins: tuple[str, ...] = _key((), "Template versions to use, as id@version.")
    standards: str = _key("", "Text file with the bank's coding standards, inserted into prompts.")


@dataclass(frozen=True, slots=True)
class Guard:
    """Content review before anything leaves for the gateway. Kinds: private-key, provider-key, password, bank-card,
    resident-id.
    """

    deny: tuple[str, ...] = _key(("private-key",), "Kinds for which nothing is sent; other kinds are replaced.")
    allow: tuple[str, ...] = _key((), "Kinds that are sent as they are.")


@dataclass(frozen=True, slots=True)
class Completion:
    """Inline completion."""

    enabled: bool = _key(True, "Offer inline completions.", project=True)
    profile: Literal["quiet", "normal", "eager"] = _key(
        "normal", "How sure the engine must be: quiet 0.8, normal 0.5, eager 0.35.", project=True
    )
    deadline_ms: int = _key(
        150,
        "An automatic completion later than this is not shown; an invoked one may take ten times as long.",
        project=True,
        most=60_000,
    )
    recent: bool = _key(True, "Let what is open, was edited lately and is likely to come choose what a model is shown.")

    def patience_s(self, trigger: str) -> float:
        """Seconds a completion may take: the deadline when it is `automatic`, ten times that when it was asked for."""
        return self.deadline_ms / 1000 * (1 if trigger == "automatic" else 10)


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

    budget_s: float = _key(30.0, "Wall seconds for one request.", project=True, most=600)
    out: str = _key(
        "", "Folder for generated tests, relative to the root; empty: where the project keeps tests.", project=True
    )
    runs: int = _key(5, "How often a generated test must pass before it is offered, under two hash seeds.")


@dataclass(frozen=True, slots=True)
class Index:
    """The repository index."""

    exclude: tuple[str, ...] = _key((), "Paths left out, as gitignore patterns (beside .copilotignore).", project=True)
    max_file_kb: int = _key(400, "Larger files are not indexed.", project=True, most=5_000)
    folder: str = _key("", "Where indexes are kept; empty: the user's cache folder.")
    dependencies: bool = _key(True, "Read the signatures of what the project imports from outside.", project=True)
    siblings: tuple[str, ...] = _key((), "Folders of neighbouring repositories whose code the project imports.")
    classpath: tuple[str, ...] = _key((), "Jars, and folders of jars, beside those that the build files lead to.")


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Isolation of project code that has to run. Never set by a repository."""

    mode: Literal["auto", "weak"] = _key(
        "auto", "auto: the best isolation that is proven here, or refuse; weak: also accept limits without isolation."
    )
    least: Literal["bubblewrap", "namespaces", "landlock"] = _key(
        "landlock", "Weakest isolation that auto accepts; the order is bubblewrap, namespaces, landlock."
    )
    memory_mb: int = _key(2048, "Address space of one sandboxed process.")
    cpu_s: int = _key(20, "CPU seconds of one sandboxed process.")


@dataclass(frozen=True, slots=True)
class Python:
    """The project's own Python. Never set by a repository: it names a program that runs."""

    interpreter: str = _key("", "Interpreter of the project; empty: its virtual environment, else python3 on PATH.")


@dataclass(frozen=True, slots=True)
class Log:
    """Logging of the server. Document text is never logged."""

    level: Literal["debug", "info", "warning", "error"] = _key("warning", "Least serious level written to stderr.")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, one section an area."""

    ui: Ui = field(default_factory=Ui)
    gateway: Gateway = field(default_factory=Gateway)
    model: Model = field(default_factory=Model)
    prompts: Prompts = field(default_factory=Prompts)
    guard: Guard = field(default_factory=Guard)
    completion: Completion = field(default_factory=Completion)
    comment: Comment = field(default_factory=Comment)
    fix: Fix = field(default_factory=Fix)
    tests: Tests = field(default_factory=Tests)
    index: Index = field(default_factory=Index)
    sandbox: Sandbox = field(default_factory=Sandbox)
    python: Python = field(default_factory=Python)
    log: Log = field(default_factory=Log)


Source = Literal["user", "project", "environment", "lsp", "command line", "managed"]

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


def load(sources: Sources) -> Loaded:
    """Merge all sources by the precedence of the module docstring. Never raises: what is wrong becomes a Problem."""
    problems: list[Problem] = []
    values: dict[str, tuple[Any, Source]] = {}
    for source, table in _tables(sources, problems):
        for key, raw in _flatten(table):
            if (problem := _refusal(source, key, values)) is not None:
                problems.append(problem)
                continue
            try:
                value = coerced(key, raw, KEYS[key].kind)
                _bounded(key, value, sources.root)
                if source in UNTRUSTED and isinstance(value, tuple) and key in values:
                    value = (*values[key][0], *value)
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
    most: float | None = None


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
        f.metadata["most"],
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


def _bounded(key: str, value: Any, root: Path | None) -> None:
    """Raises ConfigError for a value out of bounds: a number above the key's largest, `tests.out` outside the root."""
    most = KEYS[key].most
    if most is not None and value > most:
        raise ConfigError(say("Setting {key} must be at most {most}.", key=key, most=most))
    if key == "tests.out" and not lies_in(root or Path.cwd(), value):
        raise ConfigError(
            say("Setting {key} must be a folder inside the repository, not {value}.", key=key, value=repr(value))
        )
