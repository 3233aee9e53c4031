"""What is counted, and under which labels: closed words and names of the bank's own, never a text that somebody typed.

Characters are code points that are not white space, of the assistant and of the developer alike: what an editor indents
by itself is nobody's. Absent on purpose: when something counts (`meter`) and where it is kept (`ledger`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from copilot.syntax.languages import LANGUAGES

AGES: Final[dict[str, float]] = {"30s": 30.0, "2m": 120.0, "10m": 600.0}
"""How long after it was taken a text is looked for, in seconds."""

KEPT: Final = ("kept", "changed", "gone")

FIELDS: Final = (
    "shown",
    "accepted",
    "partly",
    "dismissed",
    "shown_chars",
    "accepted_chars",
    "typed_chars",
    *(f"{kept}_{age}" for age in AGES for kept in KEPT),
)
"""`accepted`: whole; `partly`: some words or lines of it; `dismissed`: neither, typed over or left. `typed_chars`: by hand,
what was pasted left out. `kept_30s` and so on: how many of the taken texts were still there so long after.
"""

TYPING: Final = "typing"
"""The task of what is typed by hand."""

TASKS: Final = ("complete", "generate", "fix", "comment", "tests", TYPING)
ENGINES: Final = ("", "embedded", "model", "both")
PROFILES: Final = ("", "quiet", "normal", "eager")
OTHER: Final = "other"

MODEL: Final = r"^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}$|^$"
TEMPLATE: Final = r"^[a-z0-9.-]{1,60}@[0-9.]{1,20}(#[0-9a-f]{12})?$|^$"
DAY: Final = r"^2[0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"

LABELS: Final = ("task", "language", "engine", "model", "template", "profile")


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What counts are kept apart by. `language` is one of ours; `template` is `id@version#digest`; empty: does not apply."""

    task: str
    language: str
    engine: str = ""
    model: str = ""
    template: str = ""
    profile: str = ""


Counts = Mapping[str, int]
"""Numbers by names of `FIELDS`; what is left out is 0."""


@dataclass(frozen=True, slots=True)
class Row:
    """The counts of one subject on one day (UTC, ISO)."""

    day: str
    subject: Subject
    counts: Counts


def subject(
    task: str,
    language: str | None,
    origin: str = "",
    *,
    agreed: bool = False,
    template: str = "",
    profile: str = "",
) -> Subject:
    """The labels of a suggestion, from what made it. A name that is no label is `other`: no text gets through.

    `origin` is the suggestion's; `agreed`: both engines said the same.
    """
    kind, _, name = origin.partition(":")
    by_model = kind in ("model", "replay")
    return Subject(
        task if task in TASKS else OTHER,
        language if language in LANGUAGES else OTHER,
        ("both" if agreed else "model" if by_model else "embedded") if origin else "",
        _label(name.strip() or kind, MODEL) if by_model else "",
        _label(template, TEMPLATE),
        profile if profile in PROFILES else OTHER,
    )


def _label(text: str, pattern: str) -> str:
    return text if re.fullmatch(pattern, text) else OTHER


def characters(text: str) -> int:
    """Code points that are not white space."""
    return sum(map(len, text.split()))


def summed(rows: Iterable[Row]) -> dict[str, int]:
    """All counts of the rows, every field there."""
    total = dict.fromkeys(FIELDS, 0)
    for row in rows:
        for name, count in row.counts.items():
            total[name] += count
    return total


def figures(counts: Counts) -> dict[str, Any]:
    """What people ask of counts: shares in 0..1, None where nothing was counted.

    `acceptance`: accepted, also in part, of shown. `assistant_share`: characters accepted, of those and the typed ones.
    `survival`: of what was looked at after an age, how much was kept, and how much kept or changed a little.
    """
    taken = counts.get("accepted", 0) + counts.get("partly", 0)
    written = counts.get("accepted_chars", 0)
    return {
        "acceptance": _share(taken, counts.get("shown", 0)),
        "assistant_share": _share(written, written + counts.get("typed_chars", 0)),
        "survival": {age: _survival(counts, age) for age in AGES},
    }


def _survival(counts: Counts, age: str) -> dict[str, Any]:
    kept, changed, gone = (counts.get(f"{word}_{age}", 0) for word in KEPT)
    measured = kept + changed + gone
    return {"measured": measured, "kept": _share(kept, measured), "there": _share(kept + changed, measured)}


def _share(part: int, whole: int) -> float | None:
    return round(min(part / whole, 1.0), 4) if whole else None
