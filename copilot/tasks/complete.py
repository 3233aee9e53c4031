"""Inline completion as a task: the hole a model is asked to fill, reading its answer, and what proves a candidate.

A candidate is one edit that starts at or before the caret and ends on the caret's line. It adds lines only where a
block is missing. Absent on purpose: proposing (`copilot/engines`), and which lines of an answer count (`infill.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import Final

from copilot import edits as texts
from copilot.config import Settings
from copilot.context.gather import between
from copilot.messages import say
from copilot.syntax import tree
from copilot.syntax.languages import LANGUAGES
from copilot.syntax.lines import line_end, line_start
from copilot.syntax.window import window
from copilot.tasks import glyphs, holes, infill, rows, wrapping
from copilot.types import (
    Candidate,
    Check,
    CompleteOptions,
    Context,
    Document,
    Edit,
    Hole,
    Project,
    Prompt,
    Request,
    Snippet,
    Span,
)
from copilot.verify import syntax
from prompts.templates import Library

THRESHOLDS: Final = {"quiet": 0.8, "normal": 0.5, "eager": 0.35}
"""The least confidence that is shown, by profile."""

_OF_MODEL: Final = 0.8
"""What one answer of a model counts: every profile shows it, and a second witness makes it surer (`engines/cascade`)."""

_PROMPT_BYTES: Final = 4_600
_STEP: Final = 1_024
"""Bytes of text before the caret in a prompt, and the steps in which its start moves: while somebody types, it stands
still, so that the model's server finds what it has computed already."""

_AFTER_BYTES: Final = 480
_SNIPPET_BYTES: Final = 7_000
"""About 2,000 tokens: what `make bench-context` measures. The settled part of it is computed once by the model's server."""

_ONE_LINE, _BLOCK = 64, 224
_STOP: Final = ("\n\n\n",)
"""Not a single line end: a chat model's answer begins with a fence or a sentence. The engine stops by `settled`."""


def rounds(settings: Settings) -> int:  # noqa: ARG001 - the protocol's
    """One: a completion that came late is worth nothing."""
    return 1


def satisfied(request: Request, candidate: Candidate, settings: Settings) -> bool:  # noqa: ARG001 - the protocol's
    """The first proven candidate: engines yield the surest first."""
    return True


async def checks(candidate: Candidate, request: Request, project: Project, settings: Settings) -> AsyncIterator[Check]:  # noqa: ARG001 - the protocol's
    """`confidence` by profile, `line` (one edit at the caret), `applies`, `syntax` (no new ERROR or MISSING)."""
    profile = request.options.profile if isinstance(request.options, CompleteOptions) else settings.completion.profile
    least = THRESHOLDS[profile]
    said = say("{confidence} of at least {least}", confidence=f"{candidate.confidence:.2f}", least=least)
    yield Check("confidence", candidate.confidence >= least, said)
    yield _line(candidate, request)
    yield syntax.applies(request.document, candidate.edits)
    yield await asyncio.to_thread(_syntax, request.document, candidate.edits)


def _line(candidate: Candidate, request: Request) -> Check:
    """One edit of this document, around the caret, that replaces nothing beyond its line and brings further lines only
    where a block is missing.
    """
    if len(candidate.edits) != 1 or candidate.edits[0].path != request.document.path:
        return Check("line", passed=False, detail=say("a completion is one edit of the open file"))
    edit, caret = candidate.edits[0], request.span.start
    row = (edit.span.start <= caret <= edit.span.end) and not _breaks(
        between(request.document, edit.span.start, edit.span.end)
    )
    lines = len(edit.new.splitlines())
    if not row or (lines > 1 and not _may_be_several(edit.new, holes.place(request.document, caret), lines)):
        detail = say("a completion replaces nothing beyond its line, and adds lines only where a block is missing")
        return Check("line", passed=False, detail=detail)
    return Check("line", passed=True)


def _may_be_several(text: str, at: holes.Place, lines: int) -> bool:
    return lines <= infill.MOST + 2 and (at.several or infill.holds_together(text, at))


def _breaks(text: bytes) -> bool:
    return b"\n" in text or b"\r" in text


def _syntax(doc: Document, edits: tuple[Edit, ...]) -> Check:
    """No ERROR or MISSING node that the line as typed did not have. The tree is edited, so the cost is the line's.

    Error recovery around a half-typed line may hide what is open elsewhere (a block still without its `}`), and a
    right line uncovers it. So a line also passes that makes the faults fewer and adds none to the text without it.
    """
    if doc.language not in LANGUAGES:
        return _by_words(doc, edits[0])
    here = window(doc, edits[0].span.start)
    doc, edits = here.document, here.edits(edits)
    before = tree.of(doc)
    after = texts.apply(doc, edits)
    if before is None or not _parsed_after(doc, after, edits):
        return Check("syntax", passed=False, detail=say("no tree to judge by"))
    fresh = tree.new_faults(doc, after, edits)
    if fresh and _uncovered(doc, after, edits[0]):
        fresh = ()
    return Check("syntax", not fresh, "" if not fresh else say("the line would not parse"))


def _by_words(doc: Document, edit: Edit) -> Check:
    """For a language without a grammar: brackets and quotes are no worse balanced than before, and nothing stands in
    columns that COBOL's fixed form does not read.
    """
    at = holes.place(doc, edit.span.start)
    rest = at.rest.encode()[len(edit.span) :].decode("utf-8", "ignore")
    typed, done = at.line + at.rest, at.line + edit.new + rest
    before, after = (rows.left_open(at.ahead + new + at.below, at.language) for new in (at.rest, edit.new + rest))
    fine = (
        (after == before or abs(after) < abs(before))
        and rows.open_quotes(done, at.language) <= rows.open_quotes(typed, at.language)
        and not (at.language == "cobol" and rows.is_past_columns(done))
    )
    return Check("syntax", fine, "" if fine else say("the line would not parse"))


def _parsed_after(doc: Document, after: Document, edits: tuple[Edit, ...]) -> bool:
    """Parse `after` from the edited tree of `doc`; False when there is none to judge by."""
    known = tree.of(doc)
    if known is not None:
        edit = edits[0]
        tree.reuse(
            after, tree.edit_tree(known, doc.text, edit.span, texts.with_newline(edit.new, doc.newline).encode())
        )
    return tree.of(after) is not None


def _uncovered(doc: Document, after: Document, edit: Edit) -> bool:
    """The faults of `after` are fewer than those of `doc`, and none is new against the text with an empty line."""
    typed, done = tree.of(doc), tree.of(after)
    if typed is None or done is None or len(tree.faults(done)) >= len(tree.faults(typed)):
        return False
    row = _row(doc, edit.span)
    emptied = (Edit(doc.path, row, ""),)
    bare = texts.apply(doc, emptied)
    if not _parsed_after(doc, bare, emptied):
        return False
    line = between(doc, row.start, edit.span.start).decode() + edit.new + between(doc, edit.span.end, row.end).decode()
    back = Edit(doc.path, Span(row.start, row.start), line)
    return not tree.new_faults(bare, after, (back,))


def _row(doc: Document, span: Span) -> Span:
    """The line of `span` without its line end."""
    return Span(line_start(doc.text, span.start), line_end(doc.text, span.end))


def build(request: Request, context: Context, settings: Settings, library: Library) -> Prompt:  # noqa: ARG001 - the protocol's
    """A hole to fill: the text around the caret, cut at stable line starts, and what defines the names in use."""
    document = request.document
    at = holes.place(document, request.span.end)
    template = library.choose("complete", document.language)
    return Prompt(
        template=template.reference,
        max_tokens=_BLOCK if at.several else _ONE_LINE,
        hole=Hole(_head(context.before, request.span.start), _tail(context.after), nearest(context.snippets)),
        stop=_STOP,
    )


def _head(before: str, caret: int) -> str:
    """The end of the text before the caret. It starts at a line start behind a multiple of `_STEP` bytes in the file,
    and always holds the caret's line as far as the budget goes.
    """
    data = before.encode()
    offset = caret - len(data)  # of `before` in the file
    low = max(caret - _PROMPT_BYTES, 0)
    low = -(-low // _STEP) * _STEP
    if low <= offset:
        return before
    cut = low - offset
    row = data.find(b"\n", cut)
    start = row + 1 if row >= 0 else cut
    return data[start:].decode("utf-8", "ignore")


def _tail(after: str) -> str:
    """The start of the text behind the caret: the rest of its line, and whole lines within a tenth of the prompt."""
    data = after.encode()
    if len(data) <= _AFTER_BYTES:
        return after
    end = data.rfind(b"\n", 0, _AFTER_BYTES) + 1
    return data[: end or _AFTER_BYTES].decode("utf-8", "ignore")


def nearest(snippets: Iterable[Snippet]) -> tuple[Snippet, ...]:
    """The snippets that fit the budget together, those for the line itself nearest. The settled ones keep an order of
    their own, far from the caret, so that the prompt begins the same while the line is typed.
    """
    kept, left = [], _SNIPPET_BYTES
    order = sorted(snippets, key=lambda s: (s.settled is not None, s.settled or 0))
    for snippet in order:
        left -= len(snippet.text.encode())
        if left < 0:
            break
        kept.append(snippet)
    return tuple(kept)


def read(text: str, request: Request) -> Candidate | None:
    """A raw model answer as a candidate for the caret; None when it holds nothing for it.

    Taken off: control words of any model family, thoughts, a code fence, a sentence before the code, what repeats the
    text before the caret, what already stands behind or below it, and everything after the line, or after the block
    where a block is missing (`infill`).
    """
    document, caret = request.document, request.span.end
    at = holes.place(document, caret)
    found = _taken(text, at)
    if not found.text.strip():
        return None
    new = _closed(document, caret, found, at) if found.closer else found.text
    over = len(at.rest[: found.over].encode())
    edit = Edit(document.path, Span(caret, caret + over), new)
    several = "\n" in new.strip("\n")
    return Candidate((edit,), "", _OF_MODEL, title=say("complete the block") if several else say("complete the line"))


def mended(request: Request, candidate: Candidate, check: Check) -> Candidate | None:
    """A model's completion that does not parse without its last line, or without brackets too many; None where nothing is
    left, and for the embedded engine, which proposes several.
    """
    if check.name != "syntax" or len(candidate.edits) != 1 or candidate.origin.startswith("embedded"):
        return None
    (edit,) = candidate.edits
    less = infill.shorter(edit.new, holes.place(request.document, request.span.end))
    return replace(candidate, edits=(replace(edit, new=less),)) if less.strip() else None


def settled(text: str, request: Request) -> bool:
    """True when an answer that goes on after `text` would be read the same: its generation can stop."""
    whole = text[: text.rfind("\n") + 1]  # the last line may not be finished
    return bool(whole) and _taken(whole, holes.place(request.document, request.span.end)).ended


def begun(text: str, request: Request) -> str:
    """How a completion begins whose raw answer begins with `text`; empty while that cannot be said."""
    return _taken(text, holes.place(request.document, request.span.end)).text


def _taken(text: str, at: holes.Place) -> holes.Taken:
    told = wrapping.bare(text, at.language, inside_text=bool(at.inside))
    return infill.taken(told.text if at.inside else glyphs.plain(told.text, at.language), at, fenced=told.fenced)


def _closed(document: Document, caret: int, found: holes.Taken, at: holes.Place) -> str:
    """The text with the line that closes its block, if the file lacks that line (the tree has fewer faults with it)."""
    here = window(document, caret)
    document, caret = here.document, caret - here.shift
    known = tree.of(document)
    mark = found.closer[0]
    if known is None or at.rest.strip() or found.closer.rstrip(";,") != mark:
        return found.text
    above = [row for row in at.ahead.split("\n") if row.strip()]
    header = _opener_of(above, len(at.margin or ""))
    indent = at.header if at.opener else header[: len(header) - len(header.lstrip())]
    closed = f"{found.text}\n{indent}{found.closer}"
    bare, whole = (_faults(document, Edit(document.path, Span(caret, caret), new)) for new in (found.text, closed))
    return closed if whole < bare else found.text


def _opener_of(above: list[str], margin: int) -> str:
    """The nearest line above that stands further left than the block."""
    return next((row for row in reversed(above) if len(row) - len(row.lstrip()) < margin), "")


def _faults(document: Document, edit: Edit) -> int:
    after = texts.apply(document, (edit,))
    done = tree.of(after) if _parsed_after(document, after, (edit,)) else None
    return len(tree.faults(done)) if done is not None else 0
