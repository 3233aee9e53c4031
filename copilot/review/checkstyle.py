"""A review in Checkstyle's XML, which nearly every build server reads. It has no place for coverage or fixes: a comment says the sums."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import quoteattr

from copilot.review.remark import Remark, Review, told, totals
from copilot.types import Severity

_SEVERITIES: Final = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "info",
    Severity.HINT: "info",
}
_UNWRITABLE: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even as a reference."""


def written(review: Review, packs: tuple[str, ...]) -> str:  # noqa: ARG001 -- the shape of all forms
    """The document."""
    return "".join(f"{line}\n" for line in _lines(review))


def _lines(review: Review) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<checkstyle version="4.3">'
    yield "  <!-- " + " ".join(f"{name}={count}" for name, count in totals(review.coverage).items()) + " -->"
    for path in dict.fromkeys(one.path for one in review.remarks):
        yield f"  <file name={_quoted(path)}>"
        yield from (_error(one) for one in review.remarks if one.path == path)
        yield "  </file>"
    yield "</checkstyle>"


def _error(one: Remark) -> str:
    column = f' column="{one.columns[0]}"' if one.side == "new" and one.columns[0] else ""
    return (
        f'    <error line="{one.place[0]}"{column} severity="{_SEVERITIES[one.severity]}" message={_quoted(told(one))}'
        f" source={_quoted(f'bank-copilot.{one.rule}')}/>"
    )


def _quoted(text: str) -> str:
    return quoteattr(_UNWRITABLE.sub("\ufffd", text), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
