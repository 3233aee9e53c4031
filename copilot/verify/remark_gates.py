"""Gates for comments inside the code and above it: nothing but comments is written, and none repeats its line."""

from __future__ import annotations

import re
from typing import Final

from copilot.messages import say
from copilot.syntax.tree import node_at, of
from copilot.types import Check, Document, Edit, Span

_IDLE: Final = frozenset({
    "the", "a", "an", "is", "are", "not", "then", "this", "that", "of", "to", "from", "and", "or", "in", "on", "for", "with",
    "all", "at", "most", "same", "as", "if", "it", "set", "sets", "call", "calls", "called", "return", "returns", "value",
})  # fmt: skip


def restates(text: str, line: str) -> bool:
    """Whether a text says only what its line says: each of its words stands there, or is no news."""
    said = set(re.findall(r"[a-z]+|\d+", _apart(text))) - _IDLE
    return said <= set(re.findall(r"[a-z]+|\d+", _apart(line)))


def _apart(text: str) -> str:
    """`text` in small letters, compound names as words."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", " ", text).lower()


def only_comments(before: Document, after: Document, edits: tuple[Edit, ...]) -> Check:
    """Every edit is an insertion of whole comments."""
    name, shift, tree = "outside unchanged", 0, of(after)
    for edit in sorted(edits, key=lambda one: one.span):
        new = edit.new.replace("\n", before.newline).encode()
        start = edit.span.start + shift
        inside = Span(start + len(new) - len(new.lstrip()), start + len(new.rstrip()))
        if len(edit.span) or tree is None or not _is_comment(after, inside):
            return Check(name, passed=False, detail=say("something beside documentation was written"))
        shift += len(new)
    return Check(name, passed=True)


def _is_comment(document: Document, span: Span) -> bool:
    """Whether every line of `span` lies in a comment."""
    tree, at = of(document), span.start
    while tree is not None and at < span.end:
        end = document.text.find(b"\n", at, span.end)
        end = span.end if end < 0 else end
        row = document.text[at:end]
        first = at + len(row) - len(row.lstrip())
        if row.strip():
            node = node_at(tree, Span(first, first + 1))
            if "comment" not in node.type:
                return False
        at = end + 1
    return tree is not None


def told_in(before: Document, after: Document, wanted: str) -> Check:
    """New prose is in the wanted language; code between backticks has none."""
    known = set(before.text.decode("utf-8", "replace").splitlines())
    rows = [row for row in after.text.decode("utf-8", "replace").splitlines() if row not in known]
    prose = re.sub(r"`[^`]*`", " ", "\n".join(rows))
    chinese = bool(re.search(r"[\u4e00-\u9fff]", prose))
    passed = chinese or not re.search(r"[A-Za-z]", prose) if wanted == "zh" else not chinese
    return Check("language", passed=passed, detail="" if passed else say("something beside documentation was written"))
