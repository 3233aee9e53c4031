"""The gateway's configuration: one TOML file, typed, every unknown key an error naming the nearest one.

Relative paths in it start at its folder. Secrets stand in the environment or in files, and the configuration names
them. What changes while the gateway runs (keys, teams, adapters) is in the store, not here.
`serving/gateway.example.toml` lists every key (`serving/example.py` writes it).
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from copilot.errors import ConfigError
from copilot.guard.classes import Action, words

Task = Literal["complete", "generate", "fix", "comment", "tests", "explain", "review", "chat"]
TASKS: Final = frozenset(get_args(Task))
"""What a request may be for: the tasks of `copilot.types.Task`, and a client's own chat."""


class Section(BaseModel):
    """A table of a configuration: no key that is not named here."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Server(Section):
    """Where the gateway listens, and how much of a client it bears."""

    host: str = Field(default="127.0.0.1", description="Address to listen on; TLS is nginx's or Envoy's job.")
    port: int = Field(default=8080, ge=0, le=65535, description="Port to listen on; 0 picks a free one and prints it.")
    max_body_kb: int = Field(default=1024, ge=1, description="A larger body is refused with 413.")
    max_header_kb: int = Field(default=32, ge=1, description="Larger headers are refused.")
    body_timeout_s: float = Field(
        default=10, gt=0, description="A body that takes longer to arrive is refused with 408."
    )
    header_timeout_s: float = Field(
        default=10, gt=0, description="Headers that take longer to arrive end the connection."
    )
    max_connections: int = Field(default=4096, ge=8, description="Open connections; beyond that 503.")
    drain_s: float = Field(default=20, ge=0, description="After SIGTERM, running requests may go on for so long.")
    docs: bool = Field(default=False, description="Serve /docs (offline) beside /openapi.json.")
    metrics: Literal["loopback", "admin"] = Field(
        default="loopback", description="Who may read /metrics: this host without a key, or only who has an admin key."
    )


class Store(Section):
    """Keys, teams, usage, adapters."""

    url: str = Field(default="sqlite:///gateway.db", description="SQLAlchemy URL of the database, without a password.")
    url_env: str = Field(default="", description="Environment variable with the URL, for one that holds a password.")


class Audit(Section):
    """The audit journal."""

    folder: Path = Field(default=Path("audit"), description="Folder of the journal.")
    writer: str = Field(
        default="gateway", pattern=r"^[a-z0-9][a-z0-9-]{0,40}$", description="Id of this process' chain."
    )


def _keys_denied() -> dict[str, Action]:
    return {"private-key": "deny"}


class Guard(Section):
    """What is done with sensitive text, by kind: allow, report (it goes on), redact or deny; and the bank's own rules."""

    repository_class: Literal["public", "internal", "restricted"] = Field(
        default="internal",
        description="What becomes of what is not named below, by its level: public redacts from level 3 on, internal from 2; "
        "restricted redacts all and denies from 4.",
    )
    actions: dict[str, Action] = Field(
        default_factory=_keys_denied,
        description="Kind, grade (C1 to C3) or level (level-1 to level-5) to action; the kind's own name counts most.",
    )
    answers: dict[str, Action] = Field(
        default_factory=dict,
        description="The same for what the model says, where it differs; deny ends the answer. What was sent may come back.",
    )
    packs: tuple[Path, ...] = Field(
        default=(),
        description="Rule packs: TOML files, in our format or that of gitleaks; read again when they change.",
    )
    pack_keys: tuple[Path, ...] = Field(
        default=(), description="PEM files of the Ed25519 keys that may sign rule packs (FILE.sig beside each)."
    )
    unsigned_packs: bool = Field(default=False, description="Take rule packs without a signature of such a key.")
    skip_bad_rules: bool = Field(
        default=False, description="Leave out rules of a pack that cannot be used; else the pack is refused."
    )


class Upstream(Section):
    """One vLLM (or a router in front of several)."""

    url: str = Field(description="Base address without /v1, such as http://127.0.0.1:8000.")
    key_env: str = Field(default="", description="Environment variable that holds the upstream's API key.")
    ca_bundle: str = Field(default="", description="PEM file of the authority that signed the upstream's certificate.")
    active: int = Field(default=64, ge=1, description="Requests passed on at once; more wait in the queue.")
    queued: int = Field(default=256, ge=0, description="Requests that may wait; beyond that 503 with Retry-After.")
    queue_s: float = Field(default=15, gt=0, description="A request that waited so long is refused with 503.")
    connect_s: float = Field(default=3, gt=0, description="Seconds to connect.")
    first_byte_s: float = Field(default=60, gt=0, description="Seconds until the first byte of an answer.")
    idle_s: float = Field(default=30, gt=0, description="Seconds between two pieces of a streamed answer.")
    stops: int = Field(
        default=4,
        ge=1,
        le=64,
        description="Stop strings it takes (VLLM_MAX_STOP_STRINGS); 64 where the gateway starts it.",
    )
    retries: int = Field(default=1, ge=0, le=3, description="Further attempts, only where nothing was passed on yet.")


class Model(Section):
    """One model by the name that clients use."""

    upstream: str = Field(description="Name of its upstream.")
    served: str = Field(description="Its name at the upstream (--served-model-name).")
    family: str = Field(default="", description="Row of prompts/fim.toml; empty: by the served name.")
    context_tokens: int = Field(default=8192, ge=256, description="The model's context (--max-model-len).")
    tasks: tuple[Task, ...] = Field(default=(), description="Tasks for which it is the default model.")


class Limits(Section):
    """Defaults of keys and teams; a team or key in the store may have its own. 0 is no limit."""

    key_requests_per_minute: int = Field(default=240, ge=0, description="Requests of a key in a minute.")
    key_tokens_per_minute: int = Field(
        default=400_000, ge=0, description="Tokens of a key in a minute, prompt and answer."
    )
    key_concurrent: int = Field(default=16, ge=0, description="Requests of a key at once.")
    team_requests_per_minute: int = Field(default=6_000, ge=0, description="Requests of a team in a minute.")
    team_tokens_per_minute: int = Field(default=8_000_000, ge=0, description="Tokens of a team in a minute.")
    team_concurrent: int = Field(default=0, ge=0, description="Requests of a team at once.")
    storage: str = Field(
        default="memory://", description="Storage of the `limits` library; redis://… shares between gateways."
    )


class Adapters(Section):
    """LoRA adapters."""

    root: Path | None = Field(
        default=None, description="Folder below which every adapter lies; none: adapters are refused."
    )


class Vllm(Section):
    """The engine that the gateway starts itself; absent: it attaches to what the upstreams name."""

    upstream: str = Field(description="Name of the upstream that this engine serves; its url gives host and port.")
    python: str = Field(default=".venv-vllm/bin/python", description="Interpreter of vLLM's own environment.")
    platform: Literal["cuda", "cpu", "ascend"] = Field(default="cuda", description="Hardware.")
    model: str = Field(description="Folder of the model.")
    served: tuple[str, ...] = Field(description="Names it serves the model under.")
    max_model_len: int = Field(default=8192, ge=256, description="--max-model-len.")
    max_num_seqs: int = Field(default=64, ge=1, description="--max-num-seqs.")
    queued_requests: int = Field(default=256, ge=1, description="--max-num-queued-reqs.")
    gpu_memory_utilization: float = Field(default=0.9, gt=0, le=1, description="--gpu-memory-utilization.")
    tensor_parallel: int = Field(default=1, ge=1, description="--tensor-parallel-size.")
    dtype: str = Field(default="auto", description="--dtype.")
    lora: bool = Field(default=False, description="--enable-lora: adapters may be loaded.")
    max_loras: int = Field(default=4, ge=1, description="--max-loras.")
    max_lora_rank: int = Field(default=16, ge=1, description="--max-lora-rank.")
    cpu_kv_gib: int = Field(default=4, ge=1, description="CPU only: VLLM_CPU_KVCACHE_SPACE.")
    extra: tuple[str, ...] = Field(default=(), description="Further arguments, as they are.")
    log: Path | None = Field(
        default=None, description="File for the engine's log; none: it is thrown away but for errors."
    )
    start_s: float = Field(default=600, gt=0, description="Seconds until it must be ready.")


class Prompts(Section):
    """Templates that the gateway hands to its clients."""

    folder: Path | None = Field(
        default=None, description="Templates of the bank; `<folder>/<team>` comes before `<folder>/all`."
    )
    standards: Path | None = Field(default=None, description="Coding standards inserted into prompts (a text file).")
    pins: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Team to `id@version`: other versions of that id are refused."
    )


class Config(Section):
    """The whole file."""

    server: Server = Field(default_factory=Server)
    store: Store = Field(default_factory=Store)
    audit: Audit = Field(default_factory=Audit)
    guard: Guard = Field(default_factory=Guard)
    limits: Limits = Field(default_factory=Limits)
    adapters: Adapters = Field(default_factory=Adapters)
    prompts: Prompts = Field(default_factory=Prompts)
    upstreams: dict[str, Upstream] = Field(default_factory=dict)
    models: dict[str, Model] = Field(default_factory=dict)
    vllm: Vllm | None = None


def load(path: Path) -> Config:
    """The configuration of a file; relative paths in it start at its folder.

    Raises ConfigError naming the key, and the nearest valid one where it is unknown.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError(f"{path}: {reason}") from None
    return checked(table, path)


def checked(table: dict[str, Any], path: Path) -> Config:
    """The configuration of a table as it would stand in the file `path`. Raises ConfigError."""
    try:
        config = Config.model_validate(table)
    except ValidationError as error:
        raise ConfigError(f"{path}: {said(error, Config)}") from None
    for name, model in config.models.items():
        if model.upstream not in config.upstreams:
            raise ConfigError(f"{path}: models.{name}.upstream names {model.upstream}, which is no upstream.")
        if name in {"", "auto"}:
            raise ConfigError(f"{path}: models.{name or chr(34) * 2}: this name stands for a task's default model.")
    if config.vllm is not None and config.vllm.upstream not in config.upstreams:
        raise ConfigError(f"{path}: vllm.upstream names {config.vllm.upstream}, which is no upstream.")
    for name, upstream in config.upstreams.items():
        if not re.fullmatch(r"https?://[^/?#@]+(/[^?#]*)?", upstream.url):
            raise ConfigError(f"{path}: upstreams.{name}.url is no http(s) address without user and query.")
    for name, actions in (("actions", config.guard.actions), ("answers", config.guard.answers)):
        unknown = [kind for kind in actions if kind not in words()]
        if unknown:
            raise ConfigError(f"{path}: guard.{name}.{unknown[0]} is no kind; there are {', '.join(words())}.")
    for team, pins in config.prompts.pins.items():
        wrong = [pin for pin in pins if not re.fullmatch(r"[^@#\s]+@[^@#\s]+", pin)]
        if wrong:
            raise ConfigError(f"{path}: prompts.pins.{team}: {wrong[0]} is not `id@version`.")
    if re.match(r"[^:]+://[^/@]*:[^/@]+@", config.store.url):
        raise ConfigError(f"{path}: store.url holds a password: put it in the environment, named by store.url_env.")
    if re.fullmatch(r"sqlite(\+\w+)?:/{2,3}(:memory:)?", config.store.url):
        raise ConfigError(f"{path}: store.url must name a file: keys in memory would be lost.")
    return _placed(config, path.resolve().parent)


def _placed(config: Config, home: Path) -> Config:
    """Every relative path made absolute from the folder of the file."""

    def at(part: Path | None) -> Path | None:
        return None if part is None else home / part.expanduser()

    def copied(section: Any, **values: object) -> Any:
        return section.model_copy(update=values)

    url = config.store.url
    scheme, _, file = url.partition(":///")
    if scheme.partition("+")[0] == "sqlite" and file:
        url = f"{scheme}:///{home / file}"
    vllm = config.vllm
    if vllm is not None:
        model = home / vllm.model
        vllm = copied(
            vllm,
            python=str(home / vllm.python),
            model=str(model) if model.exists() else vllm.model,
            log=at(vllm.log),
        )
    upstreams = {
        name: copied(up, ca_bundle=str(home / up.ca_bundle) if up.ca_bundle else "")
        for name, up in config.upstreams.items()
    }
    prompts = config.prompts
    guard = config.guard
    packs, keys = (tuple(home / one.expanduser() for one in row) for row in (guard.packs, guard.pack_keys))
    values: Mapping[str, object] = {
        "guard": copied(guard, packs=packs, pack_keys=keys),
        "store": copied(config.store, url=url),
        "audit": copied(config.audit, folder=at(config.audit.folder)),
        "adapters": copied(config.adapters, root=at(config.adapters.root)),
        "prompts": copied(prompts, folder=at(prompts.folder), standards=at(prompts.standards)),
        "upstreams": upstreams,
        "vllm": vllm,
    }
    return config.model_copy(update=dict(values))


PLACEHOLDERS: Final = ("change", "secret", "password", "example", "placeholder", "your", "token", "dummy", "xxxx")


def secret_problems(config: Config) -> list[str]:
    """What is wrong with the secrets that the configuration names: absent, or nothing but a placeholder."""
    named = {f"upstreams.{name}.key_env": up.key_env for name, up in config.upstreams.items() if up.key_env}
    problems = []
    for key, variable in named.items():
        value = os.environ.get(variable, "")
        if not value:
            problems.append(f"{key}: the environment variable {variable} is not set.")
        elif weak(value):
            problems.append(f"{key}: {variable} holds a placeholder or fewer than 20 characters; make a random one.")
    variable = config.store.url_env
    if variable:
        url = os.environ.get(variable, "")
        found = re.match(r"[^:]+://[^/@]*:([^/@]+)@", url)
        if not url:
            problems.append(f"store.url_env: the environment variable {variable} is not set.")
        elif found and weak(found[1], shortest=12):
            problems.append(
                f"store.url_env: the password in {variable} is a placeholder or shorter than 12 characters."
            )
    return problems


def store_url(config: Config) -> str:
    """The database's address: from the environment where the configuration says so."""
    return os.environ.get(config.store.url_env, "") if config.store.url_env else config.store.url


def shown_url(config: Config) -> str:
    """The database's address as it may be shown: never a password."""
    if config.store.url_env:
        return f"(from {config.store.url_env})"
    return re.sub(r"//[^/@]*@", "//", config.store.url)


def weak(secret: str, *, shortest: int = 20) -> bool:
    """Whether a secret is too short or of too few different characters, words of placeholders not counted."""
    rest = re.sub("|".join(PLACEHOLDERS), "", secret.lower())
    return len(rest) < shortest or len(set(rest)) < 8


def said(error: ValidationError, model: type[BaseModel]) -> str:
    """What is wrong with a table, in a sentence: the key, and the nearest valid one where it is unknown."""
    told = error.errors(include_url=False)
    first = next(
        (one for one in told if one["type"] == "extra_forbidden"), told[0]
    )  # a key that is misspelt is missing too
    where = ".".join(map(str, first["loc"]))
    if first["type"] != "extra_forbidden":
        return f"{where}: {first['msg']}"
    section: Any = model
    for part in first["loc"][:-1]:
        annotation = (
            section.model_fields[part].annotation if str(part) in getattr(section, "model_fields", {}) else None
        )
        found = [t for t in (annotation, *getattr(annotation, "__args__", ())) if hasattr(t, "model_fields")]
        section = found[0] if found else section
    near = difflib.get_close_matches(str(first["loc"][-1]), list(section.model_fields), n=1, cutoff=0.0)
    return f"unknown key {where}. Did you mean {near[0]}?"
