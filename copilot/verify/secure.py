"""The proof that a candidate brings in no insecure statement: check `secure`, for every task that makes code.

Held is what the candidate adds: a finding that the same lines had before is not its fault. Nothing is read unless a
trigger word of a rule stands in the added text, so that most completions pay for one search. What is surely insecure is
declined (or, as `output.insecure` says, told); what may be is told beside the offer. A secret that the document holds
already is the developer's own. Absent on purpose: judgement of what stands there already (review, diagnostics).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from copilot import edits as texts
from copilot import files
from copilot.config import Settings
from copilot.errors import UnreadableFile, UsageError
from copilot.guard.detect import detect
from copilot.guard.kinds import BY_NAME
from copilot.messages import say
from copilot.rules import Hit, hits, triggered
from copilot.syntax import tree as trees
from copilot.syntax.languages import named
from copilot.syntax.lines import line_end, line_start
from copilot.syntax.window import Window, window
from copilot.types import Check, Document, Edit, Severity, Span, document
from copilot.verify.names import inserted_spans

_TOLD: Final = 3
_NEAR: Final = 8_000
"""Bytes between the first and the last edit for which a window of a large document is enough."""


class Fault(NamedTuple):
    """One insecure statement that a candidate adds: its line after the change; `sure`: enough to decline."""

    rule: str
    line: int
    message: str
    sure: bool


def checks(doc: Document, edits: tuple[Edit, ...], settings: Settings) -> Iterator[Check]:
    """Check `secure`, where there was something to look at."""
    if settings.output.insecure == "allow":
        return
    looked, faults = False, list[Fault]()
    for part in changed(doc, edits):
        looked = looked or _is_looked_at(*part)
        faults += added(*part)
    if faults:
        passed = settings.output.insecure == "warn" or not any(fault.sure for fault in faults)
        yield Check("secure", passed, _told(faults, declined=not passed))
    elif looked:
        yield Check("secure", passed=True)


def changed(doc: Document, edits: tuple[Edit, ...]) -> Iterator[tuple[Document, tuple[Edit, ...]]]:
    """Each file that edits change, as it stands, with its edits; a new file is an empty document."""
    for path in dict.fromkeys(edit.path for edit in edits):
        own = tuple(edit for edit in edits if edit.path == path)
        yield (doc if path == doc.path else _other(path)), own


def _other(path: Path) -> Document:
    language = named("", path)
    try:
        return files.read(path, language) if path.exists() else document(path, language, b"")
    except UnreadableFile:
        return document(path, language, b"")


def added(doc: Document, edits: tuple[Edit, ...]) -> list[Fault]:
    """The insecure statements and secrets that edits of one file add, in order."""
    try:
        return [*_secrets(doc, edits), *_statements(doc, edits)]
    except UsageError:
        return []  # edits that do not apply are another check's affair


def _is_looked_at(doc: Document, edits: tuple[Edit, ...]) -> bool:
    return any(triggered(doc.language, edit.new.encode()) for edit in edits)


def _statements(doc: Document, edits: tuple[Edit, ...]) -> Iterator[Fault]:
    if not _is_looked_at(doc, edits):
        return
    first, last = min(e.span.start for e in edits), max(e.span.end for e in edits)
    part = window(doc, first) if last - first < _NEAR else Window(doc, 0)
    bare, placed = part.document, part.edits(edits)
    after = texts.apply(bare, placed)
    _start_from(bare, after, placed)
    spans = [_rows(after, span) for span in inserted_spans(bare, placed)]
    found = [
        hit for hit in hits(after, spans) if hit.confidence != "low" and hit.rule.severity is not Severity.INFORMATION
    ]
    if not found:
        return
    known = Counter(_key(bare, hit) for hit in hits(bare, [_rows(bare, edit.span) for edit in placed]))
    whole = texts.apply(doc, edits).text
    for hit in found:
        if known[_key(after, hit)] > 0:
            known[_key(after, hit)] -= 1
            continue
        line = whole.count(b"\n", 0, hit.finding.span.start + part.shift) + 1
        yield Fault(hit.rule.name, line, hit.rule.message, hit.confidence == "high")


def _start_from(bare: Document, after: Document, edits: tuple[Edit, ...]) -> None:
    """Let the tree of the text after one edit start from the one before: that costs the line, not the file."""
    before = trees.parsed(bare)
    if before is not None and len(edits) == 1:
        new = texts.with_newline(edits[0].new, bare.newline).encode()
        trees.reuse(after, trees.edit_tree(before, bare.text, edits[0].span, new))


def _rows(doc: Document, span: Span) -> Span:
    return Span(line_start(doc.text, span.start), line_end(doc.text, span.end))


def _key(doc: Document, hit: Hit) -> tuple[str, bytes]:
    return hit.rule.name, b"".join(doc.text[hit.finding.span.start : hit.finding.span.end].split())


def _secrets(doc: Document, edits: tuple[Edit, ...]) -> Iterator[Fault]:
    """Keys and passwords that the text did not hold before."""
    for edit in edits:
        head = doc.text[line_start(doc.text, edit.span.start) : edit.span.start].decode("utf-8", "replace")
        text = head + edit.new
        for one in detect(text):
            kind = BY_NAME[one.kind]
            value = text[one.start : one.end]
            if kind.family != "secret" or one.end <= len(head) or value.encode() in doc.text:
                continue
            line = doc.text.count(b"\n", 0, edit.span.start) + text.count("\n", 0, one.start) + 1
            message = say("a secret in the code: read it from the bank's key store or the environment (CWE-798)")
            yield Fault(f"security.{one.kind}", line, message, one.kind != "password")


def _told(faults: list[Fault], *, declined: bool) -> str:
    shown = [
        say("line {line}: {message}", line=fault.line, message=fault.message)
        for fault in (sorted(faults, key=lambda fault: not fault.sure) if declined else faults)[:_TOLD]
    ]
    return "; ".join(shown) if declined else say("look at this before you take it: {faults}", faults="; ".join(shown))
