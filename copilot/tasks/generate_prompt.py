"""What a model is asked for generation and for an edit: the file around the place, then the place, then the wish.

Deterministic, and ordered from what changes least to what changes most, so that a server's prefix cache serves the
next wish at the same place. The budget cuts structure, not characters: the text far from the place goes first, line by
line, and the head of the file with its imports stays; what stands at the place is never cut. Absent on purpose: the
words (`prompts/`) and reading the answer (`generate_answer.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from copilot import files
from copilot.config import Settings
from copilot.edits import lf
from copilot.messages import say, visible
from copilot.syntax.lines import line_end, line_start, next_line
from copilot.syntax.outline import outline
from copilot.tasks import generate_place
from copilot.tasks.generate_answer import MARK
from copilot.tasks.generate_place import Place
from copilot.types import (
    Attempt,
    Context,
    Declined,
    Document,
    Message,
    Prompt,
    Request,
    Snippet,
    Span,
)
from prompts.templates import Library, fenced

BEFORE: Final = 10_000
AFTER: Final = 4_000
_HEAD: Final = 2_000
_SNIPPETS: Final = 6_000
_SELECTION: Final = 24_000
"""Bytes that a prompt has for each part (about 3.4 a token). A longer selection is declined."""

_ATTEMPTS: Final = 2
_ATTEMPT: Final = 2_500
_INSTRUCTION: Final = 8_000
_BYTES_A_TOKEN: Final = 3
_ANSWER: Final = 1_536
"""Tokens for new code; an edit gets what its selection has and half as much again."""

_WARMTH: Final = 0.6
"""Temperature of the further answers: the first one is the likeliest, more of the same would not help."""


def build(request: Request, context: Context, settings: Settings, library: Library) -> Prompt | Declined:
    """The prompt of a request, or why no model is asked."""
    document = request.document
    place = generate_place.of(request)
    if isinstance(place, Declined):
        return place
    if not request.instruction.strip() and not (place.kind == "stub" and documented(document, place)):
        return Declined(say("say what to generate"))
    selection = document.text[place.span.start : place.span.end]
    if len(selection) > _SELECTION:
        return Declined(say("the selection is too long for one edit"))
    task = "edit" if place.kind == "edit" else "generate"
    template = library.choose(task, document.language)
    turns = library.render(template, _values(request, context, place))
    again = bool(request.attempts)
    room = len(selection) // _BYTES_A_TOKEN * 3 // 2 if place.kind == "edit" else 0
    return Prompt(
        template=template.reference,
        max_tokens=min(_ANSWER + room, 8_192),
        messages=tuple(Message(role, text) for role, text in turns),
        temperature=_WARMTH if again else 0.0,
        samples=max(1, settings.model.samples) if again else 1,
    )


def _values(request: Request, context: Context, place: Place) -> dict[str, str]:
    document = request.document
    language = document.language or ""
    code = around(document, place.span, mark(place))
    stub = place.routine.path if place.kind == "stub" and place.routine is not None else ""
    selection = document.text[place.span.start : place.span.end].decode("utf-8", "replace")
    return {
        "language": language,
        "path": shown_path(document.path),
        "snippets": snippets(context.snippets, language),
        "mark": MARK,
        "code": fenced(code, language),
        "spot": _spot(place),
        "stub": stub,
        "selection": fenced(lf(selection), language) if place.kind == "edit" else "",
        "instruction": request.instruction.strip()[:_INSTRUCTION],
        "attempts": attempts(request.attempts, language),
    }


def mark(place: Place) -> str:
    """The line that stands for the place."""
    return place.indent + MARK


def _spot(place: Place) -> str:
    if place.kind == "stub":
        return ""
    if place.owner is not None:
        return f"in the body of `{place.owner.name}`."
    return "at the top level of the file." if not place.indent else "inside the block around it."


def documented(document: Document, place: Place) -> bool:
    """True for a stub that says what it is for: in a docstring, in Javadoc, in a comment."""
    assert place.routine is not None
    text, span = document.text, place.routine.span
    known = next((s for s in outline(document).symbols if s.span.end == span.end and s.docstring is not None), None)
    return known is not None or b"#" in text[span.start : span.end] or b"//" in text[span.start : span.end]


def around(document: Document, span: Span, line: str, *, before: int = BEFORE, after: int = AFTER) -> str:
    """The file around a span, which is shown as one `line`: near text first, whole lines, the head of the file kept."""
    text = document.text
    start, end = line_start(text, span.start), line_end(text, span.end)
    above, below = text[:start], text[next_line(text, end) :]
    own = text[start : span.start], text[span.end : end]
    head = b""
    if len(above) > before:
        head = above[: _cut(above, _head_end(document), _HEAD)]
        low = len(above) - before
        above = above[next_line(above, low) :] if low > len(head) else above[len(head) :]
    if len(below) > after:
        below = below[: line_start(below, after)]
        below += b"...\n"
    top = head + b"...\n" if head else b""
    kept = [part.rstrip() for part in own]
    middle = b"".join((kept[0] + b"\n" if kept[0] else b"", line.encode(), b"\n", kept[1] + b"\n" if kept[1] else b""))
    return lf((top + above + middle + below).decode("utf-8", "replace"))


def _head_end(document: Document) -> int:
    """The end of the last import at the top level."""
    text = document.text
    return max(
        (
            next_line(text, i.span.end)
            for i in outline(document).imports
            if line_start(text, i.span.start) == i.span.start
        ),
        default=0,
    )


def _cut(text: bytes, end: int, most: int) -> int:
    """`end`, or the last line start before it that is within `most`."""
    return end if end <= most else line_start(text, most)


def snippets(found: Iterable[Snippet], language: str) -> str:
    """Definitions from elsewhere, fenced as data, nearest first as long as the budget lasts."""
    left, shown = _SNIPPETS, []
    for snippet in found:
        if (left := left - len(snippet.text.encode())) < 0:
            break
        shown.append(f"{shown_path(snippet.path)}\n{fenced(lf(snippet.text), language)}")
    return "\n" + "\n".join(shown) if shown else ""


def attempts(failed: Iterable[Attempt], language: str) -> str:
    """The last rejected answers with what was wrong, the newest last."""
    shown = []
    for attempt in tuple(failed)[-_ATTEMPTS:]:
        wrong = next((check for check in reversed(attempt.checks) if not check.passed), None)
        if wrong is None:
            continue
        text = "\n".join(edit.new.strip("\n") for edit in attempt.candidate.edits) or attempt.candidate.prose
        reason = f"{wrong.name}: {wrong.detail}" if wrong.detail else wrong.name
        shown.append(f"{reason}\n{fenced(text[:_ATTEMPT], language)}")
    return "\n" + "\n".join(dict.fromkeys(shown)) if shown else ""


def shown_path(path: Path) -> str:
    """A path as a model sees it: its last folders say enough, and whose machine it is is nobody's business. A name may hold line
    ends, which would begin lines of the prompt, and bytes that are no text.
    """
    told = "/".join(part for part in path.parts[-3:] if part != path.anchor)
    return visible(" ".join(files.encode(told).decode().splitlines()))
