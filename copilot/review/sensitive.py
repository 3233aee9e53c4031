"""Hard-coded secrets (rule SEC01): what content review finds in any text, as places of a document.

The detectors of `guard.detect` know formats, entropy and what only stands for a secret; this says where and of which kind.
Absent on purpose: personal data in the text (test data has much of it), which content review of prompts reports.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from copilot.guard.detect import detect
from copilot.guard.kinds import BY_NAME, TABLE
from copilot.messages import say
from copilot.types import Document, Span

RULE: Final = "SEC01"

_OTHERS: Final = frozenset(kind.name for kind in TABLE if kind.family != "secret")
_LONGEST: Final = 2_000_000
"""Bytes of a text that is looked at; what is longer was made by a program."""


class Sensitive(NamedTuple):
    """A secret in a document: its bytes, what to do, and its kind (one of `guard.kinds`)."""

    span: Span
    message: str
    kind: str


def hits(document: Document) -> list[Sensitive]:
    """The secrets of a document, in order; none in one that is too long."""
    if len(document) > _LONGEST:
        return []
    text = document.text.decode("utf-8", "replace")
    found, byte, point = list[Sensitive](), 0, 0
    for one in detect(text, but=_OTHERS):
        if BY_NAME[one.kind].family != "secret":
            continue
        byte, point = byte + len(text[point : one.start].encode()), one.start
        end = byte + len(text[one.start : one.end].encode())
        message = say("a secret in the code: read it from the bank's key store or the environment (CWE-798)")
        found.append(Sensitive(Span(byte, end), message, one.kind))
    return found
