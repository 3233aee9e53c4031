"""What the gateway hands out for the developer's team, and the templates in force with it.

Read tolerantly: an unknown key, a template that cannot be used or a whole profile that is none leaves what we ship.
Absent on purpose: asking for it (`model.py`), and the choice of a template (`prompts.templates`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from copilot import config
from copilot.engines.wire import Garbled, printable
from copilot.messages import say
from prompts import templates
from prompts.templates import Library, Template, TemplateError

_STANDARDS_BYTES: Final = 64_000
_TEMPLATES: Final = 1_000
"""More of them are no profile."""

logger: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Profile:
    """A team's profile. `models` is the default model by task; `etag` asks whether it is still the newest."""

    team: str = ""
    user: str = ""
    models: Mapping[str, str] = field(default_factory=dict)
    templates: tuple[Template, ...] = ()
    pins: tuple[str, ...] = ()
    standards: str = ""
    etag: str = ""


def read(body: bytes, etag: str) -> Profile:
    """The profile in the body of `GET /v1/copilot/profile`. Raises Garbled."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise Garbled from None
    if not isinstance(told, dict):
        raise Garbled
    models = told.get("models")
    return Profile(
        team=printable(_text(told.get("team"))),
        user=printable(_text(told.get("user"))),
        models={str(task): printable(_text(name)) for task, name in models.items()} if isinstance(models, dict) else {},
        templates=_templates(told.get("templates")),
        pins=tuple(pin for pin in _list(told.get("pins")) if isinstance(pin, str)),
        standards=_standards(_text(told.get("standards"))),
        etag=etag,
    )


def library(own: Library, profile: Profile) -> Library:
    """The templates in force: the team's before the administrator's own (`own`), both before ours. A pin or standards
    of the team replace those of the machine.
    """
    pinned = {pin.partition("@")[0] for pin in profile.pins}
    pins = (*profile.pins, *(pin for pin in own.pins if pin.partition("@")[0] not in pinned))
    try:
        extra = templates.stacked((profile.templates, own.extra), pins)
    except TemplateError as error:
        logger.warning("a pin of the gateway's profile is not used: %s", error)
        pins, extra = own.pins, templates.stacked((profile.templates, own.extra), own.pins)
    return Library(extra, pins, profile.standards or own.standards)


def local(settings: config.Prompts) -> tuple[Library, str]:
    """What this machine's settings add to our templates, and what is wrong with them (then it is left out)."""
    extra: tuple[Template, ...] = ()
    standards, wrong = "", ""
    for setting, value in (("prompts.folder", settings.folder), ("prompts.standards", settings.standards)):
        if value and not Path(value).expanduser().is_absolute():  # the folder that is open would choose
            return Library(), say("{setting} must name its file by an absolute path.", setting=setting)
    if settings.folder:
        try:
            extra = templates.folder(Path(settings.folder).expanduser())
        except TemplateError as error:
            wrong = say("prompts.folder is not used: {reason}", reason=error)
    if settings.standards:
        try:
            with Path(settings.standards).expanduser().open("rb") as file:
                standards = file.read(_STANDARDS_BYTES + 1).decode("utf-8")
            if len(standards.encode()) > _STANDARDS_BYTES:
                standards, wrong = (
                    "",
                    say("prompts.standards is not used: more than {limit} bytes.", limit=_STANDARDS_BYTES),
                )
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else say("not UTF-8")
            wrong = say("prompts.standards is not used: {reason}", reason=reason)
    try:
        templates.stacked((extra,), settings.pins)
    except TemplateError as error:
        return Library(extra, (), standards), say("prompts.pins is not used: {reason}", reason=error)
    return Library(extra, settings.pins, standards), wrong


def _templates(rows: Any) -> tuple[Template, ...]:
    found: list[Template] = []
    for row in _list(rows)[:_TEMPLATES]:
        if not isinstance(row, dict) or not isinstance(row.get("source"), str):
            continue
        if len(row["source"]) > templates.MAX_BYTES:
            logger.warning("a template of the gateway's profile is not used: it is too long")
            continue
        try:
            found.append(templates.parse(row["source"], _text(row.get("name"))))
        except TemplateError as error:
            logger.warning("a template of the gateway's profile is not used: %s", error)
    return tuple(found)


def _standards(text: str) -> str:
    if len(text) <= _STANDARDS_BYTES:
        return text
    logger.warning("the standards of the gateway's profile are not used: they are too long")
    return ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
