"""The bot's configuration: one TOML file, typed, every unknown key an error naming the nearest one.

It is the whole policy: nothing of a branch under review can change what is looked for. Secrets stand in the environment or in
files, and the configuration names them; each of the bot's processes reads its own alone (`secret`). Relative paths start at
the file's folder. `serving/bots/bot.example.toml` lists every key (`serving/bots/example.py` writes it).
"""

from __future__ import annotations

import base64
import os
import re
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field, ValidationError

from copilot.errors import ConfigError
from copilot.review.looking import Asked
from copilot.rules import BANK, policies
from serving.config import Section, said, weak

Kind = Literal["github", "gitlab", "gitea", "gitee", "reviewboard"]
Part = Literal["receive", "read", "post"]
PARTS: Final[tuple[Part, ...]] = ("receive", "read", "post")

PROJECT: Final = re.compile(r"(?!\.)[\w.-]+(?:/(?!\.)[\w.-]+){0,20}")
"""A project's path: nothing that leads elsewhere when it becomes part of an address or a folder."""
_ADDRESS: Final = re.compile(r"https?://[^/?#@\s]+(/[^?#\s]*)?")


class Server(Section):
    """Where webhooks arrive."""

    host: str = Field(default="127.0.0.1", description="Address to listen on; TLS is nginx's or Envoy's job.")
    port: int = Field(default=8090, ge=0, le=65535, description="Port to listen on; 0 picks a free one and prints it.")
    max_body_kb: int = Field(default=1024, ge=1, le=1_000_000, description="A larger body is refused with 413.")
    body_timeout_s: float = Field(
        default=10, gt=0, le=3_600, description="A body that takes longer is refused with 408."
    )
    replay_s: float = Field(
        default=300, gt=0, le=86_400, description="A delivery whose signed time is further away than this is refused."
    )
    remembered_days: float = Field(
        default=14, gt=0, le=36_500, description="A delivery that comes again within them is dropped."
    )
    max_waiting: int = Field(default=10_000, ge=1, description="Merge requests that may wait; beyond that 503.")


class Store(Section):
    """Where the bot keeps its queue and what it remembers."""

    folder: Path = Field(default=Path("bot"), description="Folder of its databases and of its clones.")
    keep_days: float = Field(
        default=365, gt=0, le=36_500, description="Remarks of merge requests are remembered so long."
    )


class Limits(Section):
    """What one review may cost."""

    repository_mb: int = Field(
        default=4096, ge=1, le=1_000_000, description="Megabytes of a project's clone; beyond, it is made anew."
    )
    clones_mb: int = Field(
        default=65_536, ge=1, le=100_000_000, description="Megabytes of all clones; beyond, the longest unused go."
    )
    clone_days: float = Field(default=30, gt=0, le=36_500, description="A clone that nobody used for so long goes.")
    fetch_s: float = Field(default=600, gt=0, le=86_400, description="Seconds of one fetch.")
    review_s: float = Field(
        default=600, gt=0, le=86_400, description="Seconds of one review; then it is tried again, and given up."
    )
    away_h: float = Field(
        default=24,
        gt=0,
        le=8_760,
        description="Hours that a job waits for a forge that is away, or that does not take the token.",
    )
    attempts: int = Field(
        default=5, ge=1, le=100, description="Attempts before a job is given up and said to have failed."
    )
    pause_s: float = Field(
        default=5, gt=0, le=900, description="The pause after the first failure; doubled after each more."
    )
    symbol_files: int = Field(
        default=500, ge=0, description="In larger changes nobody asks whether a remark's definition is gone."
    )


class Model(Section):
    """The bank's gateway: a model beside the rules, asked by the process that reads."""

    url: str = Field(default="", description="Address of the gateway; empty: no model is asked.")
    key_env: str = Field(default="", description="Environment variable with the gateway's key.")
    key_file: Path | None = Field(default=None, description="File with it instead.")
    ca_bundle: Path | None = Field(default=None, description="PEM file of the authority that signed its certificate.")
    name: str = Field(default="", description="Model to ask for; empty: what the gateway has for reviews.")
    samples: int = Field(default=3, ge=1, le=8, description="How often it is asked the same of the same lines.")
    votes: int = Field(default=2, ge=1, le=8, description="In how many of these answers a finding must stand.")
    votes_for: tuple[str, ...] = Field(default=(), description="The same for kinds of findings, as KIND=VOTES.")
    question_tokens: int = Field(default=3_000, ge=100, description="Tokens of changed code in one question, about.")
    review_tokens: int = Field(
        default=60_000, ge=100, description="Tokens of changed code that one review shows it; the rest is told."
    )
    question_s: float = Field(default=60, gt=0, le=600, description="Seconds of one question.")
    review_s: float = Field(
        default=300, gt=0, description="Seconds of all questions of a review; what is not answered then is told."
    )
    repository_class: Literal["public", "internal", "restricted"] = Field(
        default="internal", description="What content review replaces in what is shown, as guard.repository_class."
    )
    keep_out: tuple[str, ...] = Field(
        default=(),
        description="Files it is never shown, as gitignore patterns, beside .copilotignore of the target branch.",
    )


class Policy(Section):
    """What a review looks for and what is shown, by a name that forges use."""

    packs: tuple[Path, ...] = Field(
        default=(), description="Folders with the bank's own rules, beside the shipped ones."
    )
    off: tuple[str, ...] = Field(default=(), description="Ids of rules that are not told.")
    most: int = Field(default=20, ge=0, description="Remarks at lines; what is beyond goes into the summary.")
    sensitivity: Literal["high", "medium", "low"] = Field(
        default="medium", description="Least confidence of a remark at a line; what is below goes into the summary."
    )
    model: bool = Field(default=True, description="Whether the model of [model] is asked, where there is one.")
    gm: Literal["off", "warn", "block"] = Field(
        default="off", description="Whether code must use SM2, SM3 and SM4: not asked for, a warning, or an error."
    )
    gm_paths: tuple[str, ...] = Field(default=(), description="Globs of the files that must; none named: all.")
    locale: Literal["en", "zh"] = Field(default="en", description="Language of what is posted.")
    dismissed_days: float = Field(
        default=90, gt=0, le=36_500, description="A dismissed remark may come back after so long."
    )
    dismiss_by: tuple[str, ...] = Field(
        default=(), description="Accounts whose word dismisses a remark; none named: whom the forge lets close one."
    )
    demote_below: float = Field(
        default=0.5, ge=0, le=1, description="A rule that is right less often is told in the summary alone; 0: never."
    )
    demote_samples: int = Field(default=20, ge=1, description="Fixed and dismissed remarks before that is decided.")
    keep: tuple[str, ...] = Field(default=(), description="Rules that are shown however often they were dismissed.")


class Forge(Section):
    """One server with merge requests."""

    kind: Kind = Field(description="What it is: github, gitlab, gitea (Forgejo too), gitee or reviewboard.")
    address: str = Field(description="Its address as a browser knows it, such as https://git.bank.example.")
    api: str = Field(default="", description="Base address of its interface, where that is not the usual one.")
    account: str = Field(description="The bot's account there: only its own comments are ever touched.")
    projects: tuple[str, ...] = Field(description="Projects that it reviews, as patterns such as payments/*.")
    policy: str = Field(default="default", description="Name of the policy.")
    secret_env: str = Field(default="", description="Environment variable with the secret of its webhooks.")
    secret_file: Path | None = Field(default=None, description="File with it instead.")
    read_token_env: str = Field(default="", description="Environment variable with the token that reads.")
    read_token_file: Path | None = Field(default=None, description="File with it instead.")
    write_token_env: str = Field(default="", description="Environment variable with the token that posts.")
    write_token_file: Path | None = Field(default=None, description="File with it instead.")
    ca_bundle: Path | None = Field(default=None, description="PEM file of the authority that signed its certificate.")
    timeout_s: float = Field(default=30, gt=0, le=3_600, description="Seconds of one request to it.")

    def allows(self, project: str) -> bool:
        """Whether a project is one that it reviews."""
        return PROJECT.fullmatch(project) is not None and any(fnmatchcase(project, one) for one in self.projects)


class Config(Section):
    """The whole file."""

    server: Server = Field(default_factory=Server)
    store: Store = Field(default_factory=Store)
    limits: Limits = Field(default_factory=Limits)
    model: Model = Field(default_factory=Model)
    policies: dict[str, Policy] = Field(default_factory=dict)
    forges: dict[str, Forge] = Field(default_factory=dict)

    def policy(self, forge: str) -> Policy:
        """The policy of a forge."""
        return self.policies.get(self.forges[forge].policy, Policy())


SIGNING: Final = "whsec_"
"""How a signing token begins; what follows is its key in base64."""
_SECRETS: Final[dict[Part, str]] = {"receive": "secret", "read": "read_token", "post": "write_token"}


def load(path: Path) -> Config:
    """The configuration of a file. Raises ConfigError naming the key, and the nearest valid one where it is unknown."""
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
    if not config.forges:
        raise ConfigError(f"{path}: there is no [forges.NAME] section: nothing could be reviewed.")
    for name, forge in config.forges.items():
        where = f"{path}: forges.{name}"
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", name):
            raise ConfigError(
                f"{where}: a forge's name has small letters, digits and hyphens: it is part of an address."
            )
        for key in ("address", "api"):
            value: str = getattr(forge, key)
            if value and not _ADDRESS.fullmatch(value):
                raise ConfigError(f"{where}.{key} is no http(s) address without user and query.")
        if forge.policy != "default" and forge.policy not in config.policies:
            raise ConfigError(f"{where}.policy names {forge.policy}, which is no policy.")
        for secret_name in _SECRETS.values():
            given = [bool(getattr(forge, f"{secret_name}_{way}")) for way in ("env", "file")]
            if sum(given) != 1:
                raise ConfigError(f"{where}: set one of {secret_name}_env and {secret_name}_file.")
        named = [(forge.read_token_env, forge.read_token_file), (forge.write_token_env, forge.write_token_file)]
        if named[0] == named[1]:
            raise ConfigError(f"{where}: reading and posting need a token each: the one that reads must not post.")
    if config.model.url and not _ADDRESS.fullmatch(config.model.url):
        raise ConfigError(f"{path}: model.url is no http(s) address without user and query.")
    if config.model.url and bool(config.model.key_env) == bool(config.model.key_file):
        raise ConfigError(f"{path}: model: set one of key_env and key_file.")
    return _placed(config, path.resolve().parent)


def _placed(config: Config, home: Path) -> Config:
    """Every relative path made absolute from the folder of the file."""

    def at(part: Path | None) -> Path | None:
        return None if part is None else home / part.expanduser()

    files = ("secret_file", "read_token_file", "write_token_file", "ca_bundle")
    forges = {
        name: forge.model_copy(update={key: at(getattr(forge, key)) for key in files})
        for name, forge in config.forges.items()
    }
    policies_ = {
        name: one.model_copy(update={"packs": tuple(at(folder) for folder in one.packs)})
        for name, one in config.policies.items()
    }
    store = config.store.model_copy(update={"folder": at(config.store.folder)})
    model = config.model.model_copy(update={key: at(getattr(config.model, key)) for key in ("key_file", "ca_bundle")})
    return config.model_copy(update={"forges": forges, "policies": policies_, "store": store, "model": model})


def secret(config: Config, name: str, part: Part) -> str:
    """The secret that one part needs of a forge. Raises ConfigError where it is not there or a placeholder."""
    forge, key = config.forges[name], _SECRETS[part]
    variable, file = getattr(forge, f"{key}_env"), getattr(forge, f"{key}_file")
    if variable:
        value = os.environ.get(variable, "")
        if not value:
            raise ConfigError(f"forges.{name}.{key}_env: the environment variable {variable} is not set.")
    else:
        try:
            value = file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise ConfigError(f"forges.{name}.{key}_file: {file} cannot be read.") from None
    if weak(value, shortest=16):
        raise ConfigError(f"forges.{name}.{key}: it is a placeholder or shorter than 16 characters.")
    if part == "receive" and forge.kind == "gitlab":
        try:
            signing_key(value)
        except ValueError:
            raise ConfigError(
                f"forges.{name}.{key}: a signing token is {SIGNING}… in base64: copy it whole from GitLab's page."
            ) from None
    return str(value)


def signing_key(token: str) -> bytes:
    """The key that a signing token of Standard Webhooks stands for. Raises ValueError for one that is no base64."""
    if not token.startswith(SIGNING):
        return token.encode()
    key = base64.b64decode(token.removeprefix(SIGNING), validate=True)
    if len(key) < 16:
        raise ValueError("too short")
    return key


def apart(config: Config, name: str) -> None:
    """Raises ConfigError where the token that reads is the one that posts: the part that sees foreign code would hold it."""
    if secret(config, name, "read") == secret(config, name, "post"):
        raise ConfigError(f"forges.{name}: the token that reads is the one that posts: make two.")


def variables(config: Config, part: Part) -> set[str]:
    """The environment variables in which secrets of a part stand."""
    found = {getattr(forge, f"{_SECRETS[part]}_env") for forge in config.forges.values()}
    return (found | ({config.model.key_env} if part == "read" else set())) - {""}


def asked(policy: Policy) -> Asked:
    """What a policy looks for. How many are told at lines is decided where it is posted."""
    packs = (BANK, *map(str, policy.packs))
    return Asked(packs, frozenset(policy.off), policy.most, policy.gm, policy.gm_paths)


def problems(config: Config) -> list[str]:
    """What is wrong with secrets and folders, as sentences; for `--check`."""
    found: list[str] = []
    for name in config.forges:
        before = len(found)
        for part in PARTS:
            try:
                secret(config, name, part)
            except ConfigError as error:
                found.append(str(error))
        if len(found) == before:
            try:
                apart(config, name)
            except ConfigError as error:
                found.append(str(error))
    for label, policy in config.policies.items():
        for folder in policy.packs:
            try:
                policies(str(folder))
            except Exception as error:  # noqa: BLE001 -- a rule that cannot be read, whatever is wrong with it
                found.append(f"policies.{label}.packs: {error}")
    for name, forge in config.forges.items():
        if forge.address.startswith("http://") and not re.match(r"http://(127\.|localhost|\[::1\])", forge.address):
            found.append(f"forges.{name}.address has no TLS: tokens and code would travel in the clear.")
    return [*found, *_of_model(config.model)]


def _of_model(own: Model) -> list[str]:
    if not own.url:
        return []
    found: list[str] = []
    if own.key_env and not os.environ.get(own.key_env):
        found.append(f"model.key_env: the environment variable {own.key_env} is not set.")
    if own.key_file is not None and not own.key_file.is_file():
        found.append(f"model.key_file: {own.key_file} cannot be read.")
    if own.url.startswith("http://") and not re.match(r"http://(127\.|localhost|\[::1\])", own.url):
        found.append("model.url has no TLS: code and the key would travel in the clear.")
    return found
