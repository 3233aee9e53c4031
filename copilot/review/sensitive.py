"""Hard-coded secrets (rule SEC01): what content review finds in any text, as places of a document.

The detectors of `guard.detect` know formats, entropy and what only stands for a secret; this says where and of which kind.
Absent on purpose: personal data in the text (test data has much of it), which content review of prompts reports.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Final, NamedTuple

from copilot.guard.detect import detect
from copilot.guard.kinds import BY_NAME, TABLE
from copilot.messages import say
from copilot.syntax import tree as trees
from copilot.syntax.lines import feeds
from copilot.syntax.tree import enclosing
from copilot.types import Document, Span

RULE: Final = "SEC01"

_OTHERS: Final = frozenset(kind.name for kind in TABLE if kind.family != "secret")
_TYPED: Final = re.compile(r"\w::\w+[\"']\s*:\s*[\"']\Z")
"""Before a value: a type's name in its namespaces (`"AWS::ApiGateway::ApiKey": "…"`), which a table of types has as a key."""
_LONGEST: Final = 2_000_000
"""Bytes of a text that is looked at; what is longer was made by a program."""


_LARGE: Final = 16_000
"""Bytes of a text from which on only what is near changed lines is looked at."""
_AROUND: Final = 30
"""Lines on either side of a changed line that may have to do with it."""
_SHOWN: Final = frozenset({"tiger", "sekrit"})
"""Passwords that manuals use."""


_PROSE: Final = re.compile(r"[A-Za-z']+(?:[,.]? (?:[A-Za-z']+|\d+)){4,}[.!]?")
"""A sentence: what a form says of a password."""


class Sensitive(NamedTuple):
    """A secret in a document: its bytes, what to do, and its kind (one of `guard.kinds`)."""

    span: Span
    message: str
    kind: str


def hits(document: Document, lines: Collection[int] | None = None) -> list[Sensitive]:
    """The secrets of a document, in order; none in one that is too long. `lines` (from 1): of a large text only what stands
    near them is looked at (a dump of a database would take seconds for a line that changed).
    """
    if len(document) > _LONGEST:
        return []
    if lines is None or len(document) <= _LARGE:
        return _hits(document)
    found: list[Sensitive] = []
    for first, last in _near(document.text, lines):
        part = replace(document, parts=(document.text[first:last],))
        found += (each._replace(span=Span(each.span.start + first, each.span.end + first)) for each in _hits(part))
    return found


def _near(text: bytes, lines: Collection[int]) -> list[tuple[int, int]]:
    """Ranges of bytes around lines, those that touch as one."""
    starts = feeds(text)
    found: list[tuple[int, int]] = []
    for line in sorted(line for line in lines if 0 < line < len(starts)):
        first = starts[max(0, line - 1 - _AROUND)]
        last = starts[min(len(starts) - 1, line + _AROUND)]
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def _hits(document: Document) -> list[Sensitive]:
    text = document.text.decode("utf-8", "replace")
    found, byte, point = list[Sensitive](), 0, 0
    for one in detect(text, but=_OTHERS):
        if BY_NAME[one.kind].family != "secret":
            continue
        if _TYPED.search(text, max(0, one.start - 200), one.start):
            continue
        said = text[one.start : one.end]
        if said in _SHOWN or (
            one.kind == "password" and (_PROSE.fullmatch(said) or _is_told(document, one.start, text))
        ):
            continue
        byte, point = byte + len(text[point : one.start].encode()), one.start
        end = byte + len(text[one.start : one.end].encode())
        message = say("a secret in the code: read it from the bank's key store or the environment (CWE-798)")
        found.append(Sensitive(Span(byte, end), message, one.kind))
    return found


def _is_told(document: Document, at: int, text: str) -> bool:
    """Whether a password stands in a docstring or in Javadoc, where manuals show how a call is made."""
    tree = trees.of(document) if document.language in {"python", "java"} else None
    if tree is None:
        return False
    offset = len(text[:at].encode())
    node = tree.root_node.descendant_for_byte_range(offset, offset)
    held = enclosing(node, "string", "block_comment") if node is not None else None
    if held is None or held.parent is None:
        return False
    return held.type == "block_comment" or held.parent.type == "expression_statement"
