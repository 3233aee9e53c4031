"""One sensitive place in one text, as a detector reports it.

Absent on purpose: the value. It stays in the text; whoever needs it slices it.
"""

from __future__ import annotations

from typing import NamedTuple


class Found(NamedTuple):
    """Code points `[start, end)`, the rule that found them and the rule's kind (one of `kinds.KINDS`).

    `also` names the other kinds of what overlapped and was joined to it.
    """

    start: int
    end: int
    rule: str
    kind: str
    also: tuple[str, ...] = ()
