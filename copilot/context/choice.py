"""Which snippets go along with a request, in the order of their worth, each with its reason.

While a line is typed, most of them stand still: they are chosen for the lines above, whose cut moves in steps, and keep
their order (`Snippet.settled`), so that the model's server finds what it has computed already. What the line itself
asks for comes beside them. Budgets are bytes; time ends the search, never the answer. Absent on purpose: prompts.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from copilot.context import candidates, copies, modules, rank, skeleton, symbols, windows
from copilot.context import place as places
from copilot.context.excerpt import Sources, as_snippet
from copilot.context.found import Found
from copilot.context.index import Index, Remembering
from copilot.context.listing import relative
from copilot.context.place import Place
from copilot.context.receivers import Meanings
from copilot.context.recent import Work
from copilot.context.skeleton import Key
from copilot.context.symbols import Unit
from copilot.messages import say
from copilot.types import Request, Snippet, Span, Task

if TYPE_CHECKING:
    from copilot.context.corpus import Corpus

SETTLED_BYTES: Final = 4_800
FRESH_BYTES: Final = 3_000
OTHERS_BYTES: Final = 1_600
"""Bytes of snippets that stay while a line is typed, of those for the line itself, and of those that are no definitions."""

STEP_LINES: Final = 4
"""The cut of the lines that choose the settled snippets moves by so many lines."""

_WINDOW_BYTES: Final = 700
_EDIT_BYTES: Final = 500
_CALLS: Final = 2
_MOST: Final = 100
_FRESH: Final = 40
"""Candidates that are looked at for the settled snippets, and for the line."""

_KEPT: Final = 8


@dataclass(slots=True)
class _Search:
    """What one search found: candidates by worth, and the windows like the place."""

    place: Place
    meanings: Meanings
    ranked: list[Found] = field(default_factory=list)
    similar: Sequence[windows.Window] = ()
    corpus: Corpus | None = None
    whole: bool = True


def chosen(request: Request, index: Index, before: str, after: str, work: Work) -> tuple[Snippet, ...]:
    """The snippets, best first; definitions before anything else."""
    until = time.monotonic() + work.patience_s
    root: Path | None = getattr(index, "root", None)
    path = relative(root, request.document.path) if root is not None else None
    if root is None or path is None or request.document.language is None:
        return ()
    question = _Question(request, Remembering(index), root, path, work, until)
    if request.task is Task.COMPLETE:
        return _while_typing(question, before, after)
    text = before + _selected(request) + "\n" + request.instruction
    found = _search(question, text, "", request.span.end)
    told = frozenset(re.findall(r"[^\W\d]\w{2,}", f"{_selected(request)} {request.instruction}"))
    found.ranked.sort(key=lambda one: one.unit.name not in told)  # what is named comes first, by its worth
    shown = _skeletons(question, found, SETTLED_BYTES + FRESH_BYTES, _MOST, {})
    return (*(s for _, s in shown), *_others(question, found))


@dataclass(slots=True)
class _Question:
    request: Request
    index: Index
    root: Path
    path: str
    work: Work
    until: float
    sources: Sources = field(init=False)

    def __post_init__(self) -> None:
        self.sources = Sources(self.index, self.root)

    def late(self) -> bool:
        return time.monotonic() > self.until


def _while_typing(question: _Question, before: str, after: str) -> tuple[Snippet, ...]:
    """The settled snippets, and those for the line, in the order that the whole text before the caret gives."""
    settled, others = _settled(question, before)
    typed = re.search(r"\w*$", before)
    text = before[: typed.start()] if typed else before
    found = _search(question, text, after, question.request.span.start, question.work.drafts)
    held = {key: snippet.text for keys, snippet in settled for key in keys}
    fresh = _skeletons(question, found, FRESH_BYTES, _FRESH, held)
    order = {one.unit.key: rank for rank, one in enumerate(found.ranked)}
    shown = [(keys, replace(snippet, settled=None)) for keys, snippet in fresh] + settled
    again = {key for keys, _ in fresh for key in keys} if not found.place.receiver else set()

    def rank(row: tuple[tuple[Key, ...], Snippet]) -> int:
        """By the best of a snippet's definitions; what a fresh one shows better comes last."""
        keys = [key for key in row[0] if row[1].settled is None or key not in again]
        return min((order.get(key, len(order)) for key in keys), default=len(order))

    shown.sort(key=rank)
    return (*(snippet for _, snippet in shown), *others)


_Shown = list[tuple[tuple[Key, ...], Snippet]]
_held: Final[OrderedDict[object, tuple[_Shown, list[Snippet]]]] = OrderedDict()
_lock: Final = threading.Lock()


def _settled(question: _Question, before: str) -> tuple[_Shown, list[Snippet]]:
    """The snippets for the lines above, and those that are no definitions; kept while these lines and the index stay."""
    rows = before.count("\n")
    above = before[: _line_at(before, rows - rows % STEP_LINES)]
    version = question.index.select("PRAGMA data_version")
    key = (question.root, question.path, hash(above), tuple(version), question.work.edits)
    with _lock:
        if key in _held:
            _held.move_to_end(key)
            return _held[key]
    found = _search(question, above, "", question.request.span.start)
    shown = [
        (keys, replace(snippet, settled=n))
        for n, (keys, snippet) in enumerate(_skeletons(question, found, SETTLED_BYTES, _MOST, {}))
    ]
    others = [replace(s, settled=len(shown) + n) for n, s in enumerate(_others(question, found))]
    if found.whole:
        with _lock:
            _held[key] = shown, others
            while len(_held) > _KEPT:
                _held.popitem(last=False)
    return shown, others


def _line_at(text: str, number: int) -> int:
    """Where line `number` (from 0) begins."""
    at = 0
    for _ in range(number):
        at = text.index("\n", at) + 1
    return at


def _search(question: _Question, before: str, after: str, caret: int, drafts: tuple[str, ...] = ()) -> _Search:
    document = question.request.document
    language = document.language or ""
    here = places.place(document, question.path, before, after, caret)
    own = modules.python(question.root, question.path) if language == "python" else ""
    search = _Search(here, Meanings(here, question.index, own))
    corpus = question.index.corpus(language)
    search.corpus = corpus
    typing = corpus is not None and question.request.task is Task.COMPLETE
    copied = copies.continued(corpus, before, language, question.path) if typing and corpus is not None else []
    lines = list(dict.fromkeys((*drafts, *copied)))
    found, search.similar = candidates.gathered(here, question.index, search.meanings, corpus, lines, question.late)
    search.whole = not question.late()
    near = {relative(question.root, doc.path) for doc in question.work.opened}
    near |= {relative(question.root, path) for path, _ in question.work.edits}
    for one in found:
        one.values["open"] = float(one.unit.path in near)
    search.ranked = [one for _, one in rank.ordered(found)]
    return search


def _skeletons(
    question: _Question, search: _Search, budget: int, most: int, skip: Mapping[Key, str]
) -> list[tuple[tuple[Key, ...], Snippet]]:
    return skeleton.snippets(search.ranked, search.place, search.corpus, question.sources, budget, most=most, skip=skip)


def _others(question: _Question, search: _Search) -> list[Snippet]:
    """Call sites of the function at hand, lines edited lately elsewhere, and the lines most like these."""
    found: list[Snippet] = []
    left = OTHERS_BYTES
    for snippet in (*_calls(question), *_edited(question), *_similar(question, search)):
        left -= len(snippet.text.encode())
        if left < 0:
            break
        found.append(snippet)
    return found


def _definitions_at(question: _Question) -> list[Unit]:
    """The definition of the index that the selection is about."""
    from copilot.syntax.outline import outline

    symbol = outline(question.request.document).at(question.request.span)
    if symbol is None:
        return []
    return [
        unit
        for units in symbols.by_names(question.index, [symbol.name]).values()
        for unit in units
        if unit.path == question.path and unit.qualified == symbol.qualified
    ]


def _calls(question: _Question) -> Iterator[Snippet]:
    """How the function that the request is about is called elsewhere."""
    if question.request.task is Task.COMPLETE:
        return
    for unit in _definitions_at(question)[:1]:
        if unit.is_code and unit.kind != "constructor":
            calls = question.index.calls(unit.name, 30)
            others = [
                c for c in calls if c.path != question.request.document.path and not question.index.excluded(c.path)
            ]
            for call in sorted(others, key=lambda c: (len(c.text), c.path, c.span.start))[:_CALLS]:
                yield as_snippet(call.path, call.span, call.text + "\n", say("{name} is called here", name=unit.name))


def _edited(question: _Question) -> Iterator[Snippet]:
    texts = {doc.path: doc for doc in question.work.opened}
    for path, offset in question.work.edits:
        doc = texts.get(path)
        if doc is None or path == question.request.document.path or question.index.excluded(path):
            continue
        text = doc.text
        low = text.rfind(b"\n", 0, max(offset - _EDIT_BYTES // 2, 0)) + 1
        high = text.find(b"\n", min(offset + _EDIT_BYTES // 2, len(text)))
        high = len(text) if high < 0 else high + 1
        yield as_snippet(path, Span(low, high), text[low:high].decode("utf-8", "replace"), say("edited lately"))
        return


def _similar(question: _Question, search: _Search) -> Iterator[Snippet]:
    for window in search.similar[:1]:
        path = question.root / window.path
        rows = question.sources.of(window.owner, window.path).split(b"\n")
        text = b"\n".join(rows[window.start : window.stop])[:_WINDOW_BYTES]
        text = text[: text.rfind(b"\n") + 1]
        if text.strip() and not question.index.excluded(path):
            start = sum(len(row) + 1 for row in rows[: window.start])
            yield as_snippet(
                path, Span(start, start + len(text)), text.decode("utf-8", "replace"), say("similar lines")
            )


def _selected(request: Request) -> str:
    return request.document.text[request.span.start : request.span.end].decode("utf-8", "replace")
