"""What a model answered about lines before: so that it is not asked the same again, which costs, and may be answered otherwise.

A question is known by what it shows, line numbers left out; its findings by which of the lines shown they are about. No code is
in them but that of fixes. They pass the gates again wherever the lines stand now. Absent on purpose: where answers are kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, Protocol

from copilot import __version__
from copilot.review.claimed import PREFIX, Said
from copilot.review.hunks import Line
from copilot.review.remark import Confidence, Remark
from copilot.types import Severity

_CONFIDENCES: Final[tuple[Confidence, ...]] = ("high", "medium", "low")


class Answers(Protocol):
    """Where answers are kept, by the key of their question."""

    def get(self, key: str) -> str | None:
        """What was put; None where nothing was."""

    def put(self, key: str, text: str) -> None:
        """Keep an answer."""


class Before(NamedTuple):
    """A finding as it was told of the same lines: it was proven, voted for and judged then."""

    said: Said
    confidence: Confidence


def key(path: str, shown: Iterable[Line], *asked: object) -> str:
    """What a question is known by: its file, its lines without their numbers, whatever else is `asked`, and our version."""
    told = [__version__, path, [(each.mark, each.text) for each in shown], [repr(one) for one in asked]]
    return hashlib.sha256(json.dumps(told, ensure_ascii=True).encode()).hexdigest()


def written(shown: Sequence[Line], found: Iterable[tuple[Remark, Sequence[str]]]) -> str:
    """The findings about shown lines, each with the old and new lines of its fix (none: empty)."""
    places = {("old" if each.mark == "-" else "new", each.number): n for n, each in enumerate(shown) if each.number}
    rows = [
        [
            places[one.side, one.line],
            one.rule.removeprefix(PREFIX),
            str(one.severity),
            one.confidence,
            one.message,
            [*fix],
        ]
        for one, fix in found
    ]
    return json.dumps(rows, ensure_ascii=True)


def read(text: str, shown: Sequence[Line]) -> list[Before]:
    """The findings that were written of these lines. Raises ValueError for anything else."""
    found = []
    try:
        for at, kind, severity, confidence, message, fix in json.loads(text):
            line = shown[at]
            said = Said(
                "old" if line.mark == "-" else "new",
                line.number,
                line.text,
                kind,
                Severity(severity),
                message,
                (),
                tuple(fix),
            )
            found.append(Before(said, _CONFIDENCES[_CONFIDENCES.index(confidence)]))
    except (TypeError, IndexError, RecursionError) as wrong:
        raise ValueError(str(wrong)) from None
    return found
