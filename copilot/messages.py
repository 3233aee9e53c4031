"""User-visible text in English and Simplified Chinese.

The English template is the key: `say("{name} is not a text file.", name=…)`. Translations are data in
`copilot/locale/zh/<area>.toml`, one table `[messages]` of English template to Chinese template. A test holds
every template of the code against the catalogue, so a missing or stale row fails the build.
"""

from __future__ import annotations

import os
import re
import tomllib
from functools import cache
from importlib import resources
from typing import Final, Literal

_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

Locale = Literal["en", "zh"]

_current: list[Locale] = ["en"]


def set_locale(wanted: str) -> Locale:
    """Set the language of this process: `en`, `zh` (any spelling: zh_CN.UTF-8, zh-Hans), or `auto` for the environment."""
    name = wanted
    if wanted == "auto":
        name = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "en"
    _current[0] = "zh" if name.lower().startswith("zh") else "en"
    return _current[0]


def locale() -> Locale:
    """The language that `say` speaks now."""
    return _current[0]


def say(template: str, /, **values: object) -> str:
    """`template` in the current language with `values` filled in. Templates are literals, so that they can be checked."""
    if _current[0] == "zh":
        template = catalogue().get(template, template)
    return template.format(**values) if values else template


def visible(text: str) -> str:
    """`text` for a terminal: control characters, which a file name or a message of foreign code may hold, are escaped.

    A terminal obeys them: they can hide a line, change the title or fill the clipboard.
    """
    return _CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


@cache
def catalogue() -> dict[str, str]:
    """English template to Chinese template, all areas."""
    rows: dict[str, str] = {}
    for entry in sorted(resources.files("copilot").joinpath("locale", "zh").iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            rows.update(tomllib.loads(entry.read_text("utf-8"))["messages"])
    return rows
