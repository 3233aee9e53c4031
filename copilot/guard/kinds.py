"""The kinds of what content review finds: one row each, gravest first.

`grade` is the class of JR/T 0171-2020 (C3 lets somebody in or pay, C2 names a person and his affairs, C1 is internal), `level`
the level 1 to 5 of JR/T 0197-2020 that goes with it. Which detectors report a kind is their own affair.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Family = Literal["secret", "personal", "unicode", "injection", "word"]
Grade = Literal["C1", "C2", "C3"]


class Kind(NamedTuple):
    """A kind, what it belongs to, and how sensitive the two standards call it."""

    name: str
    family: Family
    grade: Grade
    level: int


TABLE: Final = (
    Kind("private-key", "secret", "C3", 4),
    Kind("provider-key", "secret", "C3", 4),
    Kind("password", "secret", "C3", 4),
    Kind("resident-id", "personal", "C2", 3),
    Kind("bank-card", "personal", "C2", 3),
    Kind("bank-term", "word", "C2", 3),
    Kind("bidi-control", "unicode", "C1", 1),
    Kind("invisible-character", "unicode", "C1", 1),
    Kind("look-alike", "unicode", "C1", 1),
    Kind("injection", "injection", "C1", 1),
)

KINDS: Final = tuple(kind.name for kind in TABLE)
BY_NAME: Final = {kind.name: kind for kind in TABLE}
GRAVITY: Final = {kind.name: place for place, kind in enumerate(TABLE)}
"""Of places that overlap, the kind with the least number names the whole."""
REPORTED: Final = frozenset({"look-alike", "injection"})
"""Kinds that are reported and left as they are, unless a policy says otherwise: to replace a name would break the code, and
the defence against text that addresses an assistant is not to find it.
"""
ESCAPED: Final = frozenset({"bidi-control", "invisible-character"})
"""Kinds that are replaced by their escape (`\\u202e`), and stay so: nobody wants them back."""
