"""One setting's value: from what a file, a variable or an editor holds to the type of its key; and reading such a file.

Absent on purpose: which keys there are and who may set them (`config.py`).
"""

from __future__ import annotations

import os
import stat
import typing
from pathlib import Path
from typing import Any, Literal

from copilot.errors import ConfigError
from copilot.messages import say


def coerced(key: str, raw: Any, kind: Any, least: float | None = None) -> Any:
    """`raw` as `kind`, a type of the settings; text (environment, command line) is read as the kind's literal.

    A number is above 0, or at least `least` where that is given.

    Raises ConfigError, which names the key and what it takes.
    """
    origin = typing.get_origin(kind)
    if origin is Literal:
        allowed = typing.get_args(kind)
        if raw in allowed:
            return raw
        raise ConfigError(
            say(
                "Setting {key} must be one of {allowed}, not {value}.",
                key=key,
                allowed=", ".join(map(str, allowed)),
                value=repr(raw),
            )
        )
    if origin is tuple:
        items = [part.strip() for part in raw.split(",") if part.strip()] if isinstance(raw, str) else raw
        if isinstance(items, list | tuple) and all(isinstance(item, str) for item in items):
            return tuple(items)
    elif kind is bool:
        if isinstance(raw, bool):
            return raw
        if isinstance(raw, str) and raw.lower() in {"1", "true", "yes", "on", "0", "false", "no", "off"}:
            return raw.lower() in {"1", "true", "yes", "on"}
    elif kind in {int, float} and not isinstance(raw, bool):
        try:
            number = kind(raw)
            if 0 < number < float("inf") or (least is not None and least <= number < float("inf")):
                return number
        except (TypeError, ValueError, OverflowError):
            pass
    elif kind is str and isinstance(raw, str):
        return raw
    expected = {
        bool: "true/false",
        int: say("a positive whole number"),
        float: say("a positive number"),
        str: say("text"),
    }.get(kind, say("a list of texts"))
    if least is not None:
        expected = say("a number from {least} on", least=f"{least:g}")
    raise ConfigError(
        say("Setting {key} must be {expected}, not {value}.", key=key, expected=expected, value=repr(raw))
    )


def lies_in(root: Path, folder: str) -> bool:
    """Whether a folder named by a setting is inside the root, a link in the repository followed."""
    try:
        return (root / folder).resolve().is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError):  # a NUL in it, a loop of links
        return False


def file_bytes(path: Path, most: int) -> bytes:
    """A file that may be foreign: a link to a device or a pipe would never end. Raises OSError and ValueError."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as stream:
        info = os.fstat(stream.fileno())
        if not stat.S_ISREG(info.st_mode) or info.st_size > most:
            raise ValueError(say("not a file of at most {limit} bytes", limit=most))
        return stream.read(most)
