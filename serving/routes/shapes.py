"""Requests and answers of the control plane as pydantic models; the OpenAPI document is made from them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from copilot.syntax.languages import LANGUAGES
from copilot.usage import counts

TeamName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$", examples=["payments"])]
Owner = Annotated[str, Field(pattern=r"^[^\x00-\x20\x7f-\x9f]{1,128}$", examples=["j.doe"])]
Prefix = Annotated[str, Field(pattern=r"^bck_[0-9a-f]{8}$", examples=["bck_1a2b3c4d"])]
Limit = Annotated[int | None, Field(ge=0, le=10**12, description="null: the configured default; 0: no limit.")]
ModelName = Annotated[str, Field(min_length=1, max_length=200)]
Day = Annotated[str, Field(pattern=r"^2[0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", examples=["2026-11-01"])]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Problem(BaseModel):
    """An error off `/v1`, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    code: str


class OpenAIErrorBody(BaseModel):
    """What went wrong, as OpenAI's clients read it."""

    message: str
    type: str
    param: str | None
    code: str


class OpenAIError(BaseModel):
    """An error on `/v1`."""

    error: OpenAIErrorBody


class Quotas(_In):
    """Limits of a team or key."""

    requests_per_minute: Limit = None
    tokens_per_minute: Limit = None
    concurrent: Limit = None


class TeamChange(Quotas):
    """What may be changed of a team; what is left out stays."""

    models: list[ModelName] | None = Field(
        None, max_length=200, description='Names of models, or ["*"] for all; null: unchanged.'
    )


class TeamNew(Quotas):
    """A new team."""

    name: TeamName
    models: list[ModelName] = Field(default=["*"], max_length=200, description='Names of models, or ["*"] for all.')


class TeamShown(BaseModel):
    """A team."""

    name: str
    models: list[str]
    requests_per_minute: int | None
    tokens_per_minute: int | None
    concurrent: int | None
    created: str


class Teams(BaseModel):
    """All teams."""

    teams: list[TeamShown]


class KeyNew(Quotas):
    """A new key."""

    team: TeamName
    user: Owner
    role: Literal["developer", "admin"] = "developer"
    days: int = Field(365, ge=1, le=3650, description="Days until it expires.")


class KeyShown(BaseModel):
    """A key; never the key itself."""

    prefix: str
    team: str
    user: str
    role: Literal["developer", "admin"]
    created: str
    expires: str
    state: Literal["valid", "expired", "revoked"]
    replaced_by: str | None
    requests_per_minute: int | None
    tokens_per_minute: int | None
    concurrent: int | None


class Keys(BaseModel):
    """Keys in order of creation."""

    keys: list[KeyShown]


class KeyMade(KeyShown):
    """A key just made. `key` is shown this once and stored nowhere."""

    key: str


class Rotation(_In):
    """How a key is rotated."""

    grace_days: float = Field(7, ge=0, le=90, description="The old key stays valid for so long, 0: it ends at once.")
    days: int | None = Field(None, ge=1, le=3650, description="Life of the new key; null: as the old one's.")


class Rotated(BaseModel):
    """The new key (shown this once) and the old one with its new end."""

    new: KeyMade
    old: KeyShown


class UsageShown(BaseModel):
    """What a key used of a model on a day (UTC)."""

    day: str
    team: str
    key: str
    model: str
    requests: int
    tokens_in: int
    tokens_out: int


class UsageReport(BaseModel):
    """Usage, and its sum."""

    since: str
    until: str
    requests: int
    tokens_in: int
    tokens_out: int
    rows: list[UsageShown]


def _one_of(words: Iterable[str]) -> Any:
    return Field(pattern=f"^({'|'.join(words)})$", max_length=32)


Count = Annotated[int, Field(ge=0, le=10_000_000)]
Language = Annotated[str, _one_of((*LANGUAGES, counts.OTHER))]


class _Subject(_In):
    """What counts are kept apart by: closed words, a model's name, a template's `id@version#digest`."""

    day: Day
    task: Annotated[str, _one_of((*counts.TASKS, counts.OTHER))]
    language: Language
    engine: Annotated[str, _one_of(counts.ENGINES)] = ""
    model: Annotated[str, Field(pattern=counts.MODEL, max_length=128)] = ""
    template: Annotated[str, Field(pattern=f"{counts.TEMPLATE}|^{counts.OTHER}$", max_length=100)] = ""
    profile: Annotated[str, _one_of((*counts.PROFILES, counts.OTHER))] = ""


_NUMBERS: Final[dict[str, Any]] = dict.fromkeys(counts.FIELDS, (Count, 0))
CountedRow = create_model("CountedRow", __base__=_Subject, __doc__="The counts of one subject on one day.", **_NUMBERS)


class CountsReport(_In):
    """What an editor has counted since its last report. The same `batch` sent twice counts once."""

    batch: Annotated[str, Field(pattern="^[0-9a-f]{32}$", max_length=32)]
    rows: list[CountedRow] = Field(min_length=1, max_length=100)  # type: ignore[valid-type]


class Counted(BaseModel):
    """Whether the report was new."""

    counted: bool


class Survived(BaseModel):
    """Of the taken texts that were looked at after a while: the share that was kept, and that was there at all."""

    measured: int
    kept: float | None
    there: float | None


_SUMS: Final[dict[str, Any]] = dict.fromkeys(counts.FIELDS, (int, ...))


class _Figures(BaseModel):
    """Shares in 0..1, null where nothing was counted."""

    acceptance: float | None = Field(description="Taken, whole or in part, of shown.")
    assistant_share: float | None = Field(description="Characters taken, of those and the ones typed by hand.")
    survival: dict[str, Survived] = Field(description="By age: 30s, 2m, 10m.")


SuggestionSums = create_model(
    "SuggestionSums", __base__=_Figures, __doc__="Counts and what follows from them.", **_SUMS
)
SuggestionDay = create_model(
    "SuggestionDay",
    __base__=SuggestionSums,
    __doc__="The counts of a team in a language on a day (UTC).",
    day=(str, ...),
    team=(str, ...),
    language=(str, ...),
)


class SuggestionReport(BaseModel):
    """What became of suggestions."""

    since: str
    until: str
    totals: SuggestionSums  # type: ignore[valid-type]
    rows: list[SuggestionDay]  # type: ignore[valid-type]


class Draining(BaseModel):
    """Whether new work is refused, and what still runs."""

    draining: bool
    running: int


class Reloaded(BaseModel):
    """What was read again."""

    keys: int
    teams: int
    adapters: int
    templates: int


class Health(BaseModel):
    """The process lives."""

    status: Literal["ok"]
    version: str


class CheckShown(BaseModel):
    """One thing that was looked at; `advice` says what to do when it is not well."""

    name: str
    ok: bool
    detail: str
    advice: str


class Readiness(BaseModel):
    """Whether requests can be answered. `degraded`: some upstream or part is not well, others work."""

    status: Literal["ready", "degraded", "not-ready", "draining"]
    checks: list[CheckShown]


class ModelShown(BaseModel):
    """A model that the caller's team may use. An adapter names its base as `parent`."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "bank"
    parent: str | None
    max_model_len: int


class Models(BaseModel):
    """The models of the caller's team."""

    object: Literal["list"] = "list"
    data: list[ModelShown]


class AvailableModel(BaseModel):
    """A model in the profile. `tasks`: those it is the team's default for."""

    id: str
    parent: str | None
    tasks: list[str]
    context_tokens: int


class TemplateShown(BaseModel):
    """A template of the bank as its file stands; the client parses it."""

    name: str
    source: str


class LimitsShown(BaseModel):
    """The limits in force; null is none."""

    requests_per_minute: int | None
    tokens_per_minute: int | None
    concurrent: int | None


class Profile(BaseModel):
    """What a developer's client needs to know of the gateway: refreshed now and then with `If-None-Match`."""

    version: str
    team: str
    user: str
    key: str
    role: Literal["developer", "admin"]
    models: dict[str, str] = Field(description="Task to its default model for this team.")
    available: list[AvailableModel]
    templates: list[TemplateShown]
    pins: list[str]
    standards: str
    limits: dict[str, LimitsShown] = Field(description="`key` and `team`.")
