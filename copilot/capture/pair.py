"""One record: a suggestion that was taken, what the developer made of it, a little of what stands around, and provenance.

Every text goes through content review first: what it finds is masked, and where it finds what `guard.deny` names nothing is
kept at all. `guard.allow` does not count here. Absent on purpose: sealing, and who agreed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from copilot import __version__, guard
from copilot.capture import consent
from copilot.config import Settings
from copilot.context import provenance
from copilot.errors import ConfigError

BEFORE: Final = 2_000
AFTER: Final = 500
MOST: Final = 8_000
"""Characters kept of what stands before and behind, and the longest text that is kept."""

_GROWN: Final = 3
_ROOM: Final = 400
"""So much longer a correction may be; more than that is no correction (a formatter replaced the file as a whole)."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a text was taken: the file, relative to its root, its head, and what stood around it then."""

    path: Path
    head: bytes
    before: str
    after: str


def source(path: Path, text: bytes, line: int, taken: str) -> Source | None:
    """What stands around a taken text in a file (UTF-8), searched from a line on; None where it does not stand there."""
    whole = text.decode("utf-8", "replace").replace("\r\n", "\n")
    start = 0
    for _ in range(max(line, 0)):
        start = whole.find("\n", start) + 1 or start
    at = whole.find(taken, start)
    at = whole.find(taken) if at < 0 else at
    if at < 0 or not taken:
        return None
    end = at + len(taken)
    return Source(path, text[: provenance.HEAD], whole[max(at - BEFORE, 0) : at], whole[end : end + AFTER])


def unwanted(where: Source, settings: Settings) -> bool:
    """Whether the bank's policy keeps a file out."""
    kind = provenance.file_class(where.path, where.head)
    from pathspec import GitIgnoreSpec  # not at the server's start

    spec = GitIgnoreSpec.from_lines(settings.capture.exclude, backend="simple")
    return kind in settings.capture.exclude_classes or spec.match_file(where.path.as_posix())


def record(
    where: Source, suggestion: str, made: str, labels: dict[str, str], day: str, settings: Settings
) -> bytes | None:
    """The record as JSON, None when content review denies it or it is too long to be one. `labels` are those of the counts."""
    if len(suggestion) > MOST or len(made) > _GROWN * len(suggestion) + _ROOM:
        return None
    try:
        strict = guard.policy(replace(settings.guard, allow=()))
    except ConfigError:
        return None  # what may not be reviewed is not kept
    rules = replace(strict, actions={kind: action for kind, action in strict.actions.items() if action == "deny"})
    reviewed = guard.review([where.before, suggestion, made, where.after], rules)
    if reviewed.verdict.action == "deny":
        return None
    before, suggested, kept, after = reviewed.texts
    told: dict[str, Any] = {
        "version": 1,
        "kind": "accepted" if "".join(suggestion.split()) == "".join(made.split()) else "corrected",
        "day": day,
        **labels,
        "class": provenance.file_class(where.path, where.head),
        "licence": provenance.licence(where.head),
        "policy": consent.version(settings.capture),
        "program": __version__,
        "masked": sorted({one.kind for one in reviewed.verdict.detections}),
        "before": before,
        "suggestion": suggested,
        "made": kept,
        "after": after,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
