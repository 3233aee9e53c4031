"""Correction by a model: the faults and the fragment it is shown, and its answer as an edit within that fragment.

Absent on purpose: proof (`fix_proof.py`), and everything outside the fragment, which an answer cannot reach.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from copilot import edits as texts
from copilot.messages import say
from copilot.syntax.outline import outline
from copilot.tasks import excerpts, fragments
from copilot.types import Attempt, Candidate, Context, Declined, Document, Edit, Finding, Message, Prompt, Request, Span
from copilot.verify import diagnostics
from prompts.templates import Library, fenced

_MOST_FAULTS: Final = 8
_CONFIDENCE: Final = 0.7
_LEAST_TOKENS, _MOST_TOKENS = 256, 3_000
_BYTES_A_TOKEN: Final = 2.5


def build(request: Request, context: Context, library: Library) -> Prompt | Declined:
    """One chat turn; the same request gives the same bytes."""
    document = request.document
    faults = _faults(request)
    if not faults:
        return Declined(say("no fault here"))
    span = excerpts.fragment(document, faults[0].span)
    told = [each for each in faults if span.contains(each.span)] or faults[:1]
    template = library.choose("fix", document.language)
    values = {
        "language": document.language or "",
        "path": excerpts.one_line(document.path.name),
        "faults": "\n".join(_told(document, each, span) for each in told[:_MOST_FAULTS]),
        "code": excerpts.shown(document, span),
        "imports": excerpts.imports(document, span),
        "above": excerpts.above(document, span),
        "below": excerpts.below(document, span),
        "snippets": excerpts.elsewhere(context, document.language),
        "refused": _refused(document, request.attempts),
    }
    messages = tuple(Message(role, text) for role, text in library.render(template, values))
    size = int(len(span) / _BYTES_A_TOKEN * 1.2) + _LEAST_TOKENS
    return Prompt(template=template.reference, max_tokens=min(size, _MOST_TOKENS), messages=messages)


def read(text: str, request: Request) -> Candidate | None:
    """The answer as one edit of the lines that change; None when it is no version of the fragment, changes nothing, or
    takes away or repeats a definition of the file.
    """
    document = request.document
    faults = _faults(request)
    if not faults:
        return None
    span = excerpts.fragment(document, faults[0].span)
    new = fragments.replacement(text, document, span)
    if new is None:
        return None
    edit = fragments.edit(document, span, new)
    if edit is None or not _same_definitions(document, edit):
        return None
    told = tuple(each for each in faults if span.contains(each.span)) or faults[:1]
    line = document.text.count(b"\n", 0, faults[0].span.start) + 1
    return Candidate((edit,), "", _CONFIDENCE, say("correct line {line}", line=line), told[:_MOST_FAULTS])


def _faults(request: Request) -> tuple[Finding, ...]:
    """What is to be corrected: what was asked, else the syntax faults at the place."""
    if request.facts:
        return request.facts
    return tuple(each for each in diagnostics.grammar_faults(request.document) if each.span.touches(request.span))


def _told(document: Document, fault: Finding, span: Span) -> str:
    """One fault in a line: which line of the fragment, how it reads, what is said of it."""
    number = document.text.count(b"\n", span.start, max(fault.span.start, span.start)) + 1
    rows = excerpts.text_of(document, span).split("\n")
    row = excerpts.one_line(rows[min(number, len(rows)) - 1], 160)
    return f"- line {number} ({row!r}): {excerpts.one_line(fault.message)}"


def _refused(document: Document, attempts: tuple[Attempt, ...]) -> str:
    """The last correction that failed, with the reason of the check that refused it."""
    if not attempts:
        return ""
    last = attempts[-1]
    new = "\n".join(edit.new for edit in last.candidate.edits)[: excerpts.MOST_BYTES]
    check = last.checks[-1]
    return f"{excerpts.one_line(check.detail or check.name)}\n{fenced(new, document.language or '')}"


def _same_definitions(document: Document, edit: Edit) -> bool:
    """False when a name that was defined is gone or defined once more: then the answer was laid over the wrong lines.

    A text that does not parse may hide definitions, so there only repetition counts.
    """
    after = texts.apply(document, (edit,))
    was = Counter(symbol.qualified for symbol in outline(document).symbols if symbol.body is not None)
    now = Counter(symbol.qualified for symbol in outline(after).symbols if symbol.body is not None)
    if any(now[name] > max(was[name], 1) for name in now if name in was):
        return False
    return bool(diagnostics.grammar_faults(document)) or all(now[name] >= 1 for name in was)
