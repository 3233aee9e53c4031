"""The settings: one frozen class a section, each key with its default, its sentence and whether a repository may set it.

Absent on purpose: where they come from (`config_sources`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Source = Literal["user", "project", "environment", "lsp", "command line", "managed"]
"""Where a value comes from."""


def _key(
    default: Any,
    doc: str,
    *,
    project: bool = False,
    least: float | None = None,
    most: float | None = None,
    only: tuple[Source, ...] = (),
    rising: bool = False,
) -> Any:
    """One setting: its default, its sentence in the documentation, whether a repository may set it, its bounds.

    A number without `least` is above 0. `only`: the sources that may set it, where not all of the trusted ones may.
    `rising`: words from the mildest to the strictest, of which a repository may only choose a stricter one.
    """
    meta = {"doc": doc, "project": project, "least": least, "most": most, "only": only, "rising": rising}
    return field(default=default, metadata=meta)


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
    review_s: float = _key(60.0, "One question of a review.", most=600)
    samples: int = _key(3, "Further answers asked for when the first is not proven; 0: none.", least=0, most=8)


@dataclass(frozen=True, slots=True)
class Prompts:
    """The bank's own templates. Never set by a repository. What the gateway hands out for the team comes first."""

    folder: str = _key("", "Folder of templates that come before ours.")
    pins: tuple[str, ...] = _key((), "Template versions to use, as id@version.")
    standards: str = _key("", "Text file with the bank's coding standards, inserted into prompts.")


@dataclass(frozen=True, slots=True)
class Guard:
    """Content review before anything leaves for the gateway. Kinds: the rows of `copilot.guard.kinds`."""

    deny: tuple[str, ...] = _key(
        ("private-key",),
        "What stops a prompt: kinds, grades (C1 to C3) of JR/T 0171 or levels (level-1 to level-5) of JR/T 0197.",
    )
    allow: tuple[str, ...] = _key((), "What is sent as it is, named likewise; guard.deny comes first.")
    repository_class: Literal["public", "internal", "restricted"] = _key(
        "internal",
        "What becomes of the rest, by its level: public replaces from level 3 on, internal from 2; restricted replaces all and "
        "stops at 4. A repository may only raise it.",
        project=True,
        rising=True,
    )
    packs: tuple[str, ...] = _key((), "Rule packs of the bank: TOML files, in our format or that of gitleaks.")
    pack_keys: tuple[str, ...] = _key((), "PEM files of the Ed25519 keys that may sign rule packs.")
    unsigned_packs: bool = _key(False, "Take rule packs without a signature of such a key.")
    skip_bad_rules: bool = _key(False, "Leave out rules of a pack that cannot be used; else the pack is refused.")
    quiet_paths: tuple[str, ...] = _key((), "Globs of files in which `scan` reports nothing but what is never quiet.")
    quiet_rules: tuple[str, ...] = _key((), "Rules of which `scan` reports nothing.")
    quiet_values: tuple[str, ...] = _key((), "SHA-256 of values that `scan` knows to be no secret, in hexadecimal.")
    never_quiet: tuple[str, ...] = _key(
        ("private-key", "provider-key"), "Kinds that neither a comment in the code nor these lists keep out of `scan`."
    )


@dataclass(frozen=True, slots=True)
class Output:
    """What a candidate may bring in, whoever made it. Never set by a repository."""

    insecure: Literal["decline", "warn", "allow"] = _key(
        "decline",
        "A candidate that adds what is surely insecure: not offered, offered with a warning, or not looked at.",
    )
    packages: Literal["decline", "warn", "allow"] = _key(
        "warn",
        "The same for a package that nobody here knows; one that is spelt nearly like a known one is never only warned of.",
    )
    artefacts: str = _key("", "File with the names in the bank's artefact store, one a line.")
    licences: str = _key(
        "", "Index of other people's code, made by `bank-copilot licences build`; empty: not looked up."
    )
    verbatim: Literal["decline", "warn"] = _key(
        "warn",
        "What becomes of a candidate that repeats code of that index: not offered, or offered with file and licence.",
    )


@dataclass(frozen=True, slots=True)
class Review:
    """The review of changes. The branch under review must not choose what is looked for, so a repository sets nothing but
    what its developers see while they write.
    """

    rules: tuple[str, ...] = _key(
        (), "Folders with rules of the bank's own, one TOML file each, beside the pack that is shipped."
    )
    off: tuple[str, ...] = _key((), "Rules that a review does not tell, by id (`MONEY01`).")
    editor: bool = _key(
        True, "Show in the editor what the bank's rules find on lines that differ from the last commit.", project=True
    )
    most: int = _key(30, "Remarks of one review; what is beyond is folded into its summary.")
    gm: Literal["off", "warn", "block"] = _key(
        "off",
        "Whether code must use SM2, SM3 and SM4: not asked for, a warning where it does not, or an error (CRYPTO02).",
    )
    gm_paths: tuple[str, ...] = _key((), "Globs of the files that must; none named: all.")
    model: bool = _key(True, "Ask the model too, where a gateway is set.")
    samples: int = _key(3, "How often a model is asked the same of the same lines.", most=8)
    votes: int = _key(2, "In how many of these answers a finding must stand.", most=8)
    votes_for: tuple[str, ...] = _key((), "The same for kinds of findings, as `kind=votes` (`model.security=1`).")
    question_tokens: int = _key(3_000, "Tokens of changed code in one question, about.", most=100_000)
    around_tokens: int = _key(1_500, "Tokens of definitions, callers and tests beside it, about.", most=100_000)
    model_tokens: int = _key(
        60_000, "Tokens of changed code that one review shows a model; the rest is told.", most=10_000_000
    )


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
    pause_ms: int = _key(
        -1,
        "Quiet before the model is asked while somebody types; negative: it follows the pace of the typing.",
        project=True,
        least=-1,
        most=2_000,
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
    stale: bool = _key(True, "Show documentation that the code contradicts.", project=True)


@dataclass(frozen=True, slots=True)
class Fix:
    """Correction."""

    lint: bool = _key(True, "Offer ruff's safe fixes.", project=True)
    rules: bool = _key(True, "Show insecure statements, and offer their correction where there is one.", project=True)


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
class Usage:
    """What becomes of suggestions, as counts. Never set by a repository."""

    count: bool = _key(True, "Count what becomes of suggestions, on this machine and without any text.")
    send_s: float = _key(
        300.0, "Seconds between two reports of these counts to the gateway; 0: they stay here.", least=0, most=86_400
    )


@dataclass(frozen=True, slots=True)
class Capture:
    """Accepted suggestions kept for the bank's tuning team: the bank's policy and the developer's consent, both."""

    consent: bool = _key(
        False,
        "The developer agrees; `bank-copilot capture consent` says the same and comes first.",
        only=("user", "environment"),
    )
    policy: Literal["off", "on"] = _key("off", "The bank wants accepted suggestions captured.", only=("managed",))
    key_file: str = _key(
        "", "PEM file of the bank's public X25519 key: who has its other half reads.", only=("managed",)
    )
    days: int = _key(90, "Days until a captured record is deleted.", most=3_650, only=("managed",))
    exclude: tuple[str, ...] = _key((), "Paths of which nothing is captured, as gitignore patterns.", only=("managed",))
    exclude_classes: tuple[str, ...] = _key(
        ("config", "generated"),
        "Classes of files of which nothing is captured: product, test, config, generated.",
        only=("managed",),
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, one section an area."""

    ui: Ui = field(default_factory=Ui)
    gateway: Gateway = field(default_factory=Gateway)
    model: Model = field(default_factory=Model)
    prompts: Prompts = field(default_factory=Prompts)
    guard: Guard = field(default_factory=Guard)
    output: Output = field(default_factory=Output)
    review: Review = field(default_factory=Review)
    completion: Completion = field(default_factory=Completion)
    comment: Comment = field(default_factory=Comment)
    fix: Fix = field(default_factory=Fix)
    tests: Tests = field(default_factory=Tests)
    index: Index = field(default_factory=Index)
    sandbox: Sandbox = field(default_factory=Sandbox)
    python: Python = field(default_factory=Python)
    usage: Usage = field(default_factory=Usage)
    capture: Capture = field(default_factory=Capture)
    log: Log = field(default_factory=Log)
