"""What an engine sees beside the document: the text around the caret, and snippets of what is used there.

Deterministic: the same document, caret and index give the same context, byte for byte. The text is cut at line
starts, and only the pieces of the document around the caret are touched, so that a 50,000-line file costs no more
than a short one. Absent on purpose: which snippets (`choice`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from copilot.config import Settings
from copilot.context.excerpt import as_snippet
from copilot.context.index import Index
from copilot.context.recent import Work
from copilot.messages import say
from copilot.types import Context, Document, Request, Snippet, Span, Task

BEFORE_BYTES: Final = 64_000
AFTER_BYTES: Final = 24_000
_ALIGN: Final = 16_000
"""The cut before the caret moves in such steps, so that typing does not shift the start of the text."""

_NAMES: Final = 8
_SNIPPET_BYTES: Final = 1_200
_TEST_CALLS: Final = ("raises", "assertEqual", "approx", "parametrize")
_NAME: Final = re.compile(r"[^\W\d]\w{2,}")


def gather(
    request: Request, index: Index, settings: Settings, *, model: bool | None = None, work: Work | None = None
) -> Context:
    """The context of a request; snippets only where a model may read them (the embedded engine asks the index).

    `model`: whether one will be asked; None: whether one is configured. `work`: what is open and was edited lately.
    """
    before, after, cut = around(request.document, request.span)
    asked = bool(settings.gateway.url) if model is None else model
    wanted = asked and not index.excluded(request.document.path)
    snippets: tuple[Snippet, ...] = ()
    if wanted:
        from copilot.context import choice  # the grammars are not loaded at start

        snippets = choice.chosen(request, index, before, after, work or Work())
    if wanted and request.task is Task.TESTS:
        snippets = (*_example(request, index), *snippets)
    return Context(before, after, snippets, truncated=cut)


def around(document: Document, span: Span) -> tuple[str, str, bool]:
    """`(text before the span, text after it, whether something was cut)`, at most the budgets, cut at line starts."""
    size = len(document)
    low = max(span.start - BEFORE_BYTES, 0)
    low = -(-low // _ALIGN) * _ALIGN  # upwards to a multiple, so within the budget
    high = min(span.end + AFTER_BYTES, size)
    before = between(document, low, span.start)
    if low:
        before = before[_line_start(before) :]
    after = between(document, span.end, high)
    if high < size:
        after = after[: max(after.rfind(b"\n"), after.rfind(b"\r")) + 1]
    return before.decode("utf-8", "replace"), after.decode("utf-8", "replace"), bool(low) or high < size


def between(document: Document, start: int, end: int) -> bytes:
    """Bytes `start` to `end` without joining the whole document."""
    found: list[bytes] = []
    at = 0
    for part in document.parts:
        stop = at + len(part)
        if stop > start:
            found.append(part[max(start - at, 0) : end - at])
        at = stop
        if at >= end:
            break
    return b"".join(found)


def line_of(document: Document, offset: int) -> int:
    """The number (from 0) of the line of a byte; lines end in LF, CR LF or CR."""
    number = at = 0
    for part in document.parts:
        stop = max(min(len(part), offset - at), 0)
        number += part.count(b"\n", 0, stop)
        if b"\r" in part:
            number += part.count(b"\r", 0, stop) - part.count(b"\r\n", 0, stop)
        at += len(part)
    return number


def _line_start(text: bytes) -> int:
    """Where the first whole line of a piece begins: a line more is lost at most. One endless line is cut anywhere."""
    feed = text.find(b"\n")
    if feed == -1:
        feed = text.find(b"\r")
    at = feed + 1
    while at < len(text) and text[at] & 0xC0 == 0x80:
        at += 1
    return at


def _example(request: Request, index: Index) -> Iterator[Snippet]:
    """The head of a test file of the project, for its style: one that calls what is to be tested, else the nearest."""
    document = request.document
    text = between(document, request.span.start, min(request.span.end, request.span.start + _SNIPPET_BYTES))
    names = list(dict.fromkeys(_NAME.findall(text.decode("utf-8", "replace"))))[:_NAMES]
    for name in [*names, *_TEST_CALLS]:
        found = {call.path for call in index.calls(name, 50) if _is_test(call.path) and call.path != document.path}
        for path in sorted(found, key=lambda path: (_folders(document.path, path), path)):
            head = _source(path)
            if head.strip():
                yield as_snippet(path, Span(0, len(head.encode())), head, say("a test of this project"))
                return


def _is_test(path: Path) -> bool:
    return path.suffix == ".py" and (path.name.startswith("test_") or path.stem.endswith("_test"))


def _folders(here: Path, there: Path) -> int:
    """Folders between two files."""
    one, two = here.parts[:-1], there.parts[:-1]
    shared = sum(1 for _ in _same(one, two))
    return len(one) + len(two) - 2 * shared


def _same(one: tuple[str, ...], two: tuple[str, ...]) -> Iterator[str]:
    for a, b in zip(one, two, strict=False):
        if a != b:
            return
        yield a


def _source(path: Path) -> str:
    """The head of a file, whole lines. Empty when it is gone or no longer UTF-8 there."""
    try:
        with path.open("rb") as file:
            data = file.read(_SNIPPET_BYTES)
    except OSError:
        return ""
    if len(data) == _SNIPPET_BYTES:
        data = data[: data.rfind(b"\n") + 1]
    try:
        return data.decode()
    except UnicodeDecodeError:
        return ""
