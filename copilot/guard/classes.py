"""What is done with each kind: by the class of the repository, and by what settings name.

A class says what becomes of each level of JR/T 0197: `public` for code that anybody may read, `internal` for the rest of
the bank's, `restricted` where core systems and customers' data are near. Kinds of Unicode and injection have no level of
their own to speak of: `kinds` says what is done with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from copilot.guard.kinds import REPORTED, TABLE, Kind

Action = Literal["allow", "report", "redact", "deny"]
"""`report`: it stands in the verdict, and goes on as it is."""

CLASSES: Final[Mapping[str, tuple[Action, ...]]] = {
    "public": ("allow", "allow", "redact", "redact", "deny"),
    "internal": ("allow", "redact", "redact", "redact", "deny"),
    "restricted": ("redact", "redact", "redact", "deny", "deny"),
}
"""Actions for levels 1 to 5."""
_LEVELLED: Final = frozenset({"secret", "personal"})


def words() -> tuple[str, ...]:
    """All that may stand in `guard.allow`, `guard.deny` and the gateway's `guard.actions`."""
    return (*(kind.name for kind in TABLE), "C1", "C2", "C3", *(f"level-{level}" for level in range(1, 6)))


def named(kind: Kind, given: Iterable[str]) -> bool:
    """Whether a kind is meant by one of these words: its name, its grade, its level."""
    return not {kind.name, kind.grade, f"level-{kind.level}"}.isdisjoint(given)


def actions(repository_class: str, allow: Iterable[str], deny: Iterable[str]) -> dict[str, Action]:
    """Kind to action. What is denied is denied, also where it is allowed, too; the class decides what nobody names."""
    allowed, denied = frozenset(allow), frozenset(deny)
    levels = CLASSES[repository_class]
    return {
        kind.name: "deny"
        if named(kind, denied)
        else "allow"
        if named(kind, allowed)
        else levels[kind.level - 1]
        if kind.family in _LEVELLED
        else "report"
        if kind.name in REPORTED
        else "redact"
        for kind in TABLE
    }


def chosen(repository_class: str, given: Mapping[str, Action]) -> dict[str, Action]:
    """Kind to action where words are given one each: a kind's own name counts most, then its level, then its grade."""
    made = actions(repository_class, (), ())
    for kind in TABLE:
        for word in (kind.name, f"level-{kind.level}", kind.grade):
            if word in given:
                made[kind.name] = given[word]
                break
    return made
