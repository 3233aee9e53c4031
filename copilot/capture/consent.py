"""Who agreed: the bank by its policy, the developer by their own word. Either missing, nothing is captured.

The developer's last word by command or verb stands in the state folder and comes before `capture.consent`, which only the
user's own file or the environment sets. Absent on purpose: the records (`store`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple
from pathlib import Path

from copilot import config_sources
from copilot.config import Capture
from copilot.errors import UnreadableFile
from copilot.files import content, put
from copilot.messages import say


def file() -> Path:
    """Where the developer's word is kept."""
    return config_sources.state_folder() / "consent.json"


def given(settings: Capture) -> bool:
    """Whether the developer agrees. A word that cannot be read is none."""
    try:
        told = json.loads(content(file()))
    except UnreadableFile:
        return settings.consent if not file().exists() else False
    except ValueError:
        return False
    return isinstance(told, dict) and told.get("capture") is True


def say_so(*, agrees: bool) -> None:
    """Keep the developer's word. Raises UnreadableFile when the disk refuses."""
    put(file(), (json.dumps({"capture": agrees}) + "\n").encode())


def missing(settings: Capture, *, agrees: bool) -> str:
    """Why nothing is captured, one phrase; empty: it is."""
    if settings.policy != "on":
        return say("the bank's policy is off")
    if not settings.key_file:
        return say("the bank names no key (capture.key_file)")
    if not agrees:
        return say("you have not agreed")
    return ""


def version(settings: Capture) -> str:
    """The policy's version: 12 hex digits of what the administrator set."""
    words = [str(value) for value in astuple(settings)[1:]]
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:12]
