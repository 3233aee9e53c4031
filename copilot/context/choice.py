"""Which snippets go along with a request, in the order of their worth, each with its reason.

While a line is typed, most of them stand still: they are chosen for the lines above, whose cut moves in steps, and keep
their order (`Snippet.settled`), so that the model's server finds what it has computed already. What the line itself
asks for comes beside them. Budgets are bytes; time ends the search, never the answer. Absent on purpose: prompts.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from copilot.context import candidates, copies, excerpt, modules, rank, symbols, windows
from copilot.context import place as places
from copilot.context.candidates import Found
from copilot.context.excerpt import Sources
from copilot.context.index import Index
from copilot.context.listing import relative
from copilot.context.place import Place
from copilot.context.receivers import Meanings
from copilot.context.symbols import Unit
from copilot.messages import say
from copilot.types import Document, Request, Snippet, Span, Task

DEADLINE_S: Final = 0.15
"""Wall seconds after which no further source is asked."""

SETTLED_BYTES: Final = 4_200
FRESH_BYTES: Final = 2_600
OTHERS_BYTES: Final = 1_600
"""Bytes of snippets that stay while a line is typed, of those for the line itself, and of those that are no definitions."""

STEP_LINES: Final = 4
"""The cut of the lines that choose the settled snippets moves by so many lines."""

_WINDOW_BYTES: Final = 700
_EDIT_BYTES: Final = 500
_CALLS: Final = 2
_MOST: Final = 12
_LEAST: Final = 120
_KEPT: Final = 8
_BYTES_A_TOKEN: Final = 3.4


@dataclass(frozen=True, slots=True)
class Work:
    """What the developer has before them: open documents, the one used last first, and the places edited lately."""

    opened: tuple[Document, ...] = ()
    edits: tuple[tuple[Path, int], ...] = ()
    """`(file, byte offset)`, the latest first, at most one a file."""


@dataclass(slots=True)
class _Search:
    """What one search found: candidates by worth, and the windows like the place."""

    place: Place
    meanings: Meanings
    ranked: list[Found] = field(default_factory=list)
    similar: Sequence[windows.Window] = ()
    whole: bool = True


def chosen(request: Request, index: Index, before: str, after: str, work: Work) -> tuple[Snippet, ...]:
    """The snippets, best first; definitions before anything else."""
    until = time.monotonic() + DEADLINE_S
    root: Path | None = getattr(index, "root", None)
    path = relative(root, request.document.path) if root is not None else None
    if root is None or path is None or request.document.language is None:
        return ()
    question = _Question(request, index, root, path, work, until)
    if request.task is Task.COMPLETE:
        return _while_typing(question, before, after)
    text = before + _selected(request) + "\n" + request.instruction
    found = _search(question, text, "", request.span.end)
    ours = {u.key for u in _definitions_at(question)}
    shown = _excerpts(question, found, SETTLED_BYTES, skip=ours)
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
    settled, others = _settled(question, before, after)
    line = before[before.rfind("\n") + 1 :]
    typed = len(line) - len(line.rstrip("".join(c for c in set(line) if c.isalnum() or c == "_")))
    found = _search(question, before[: len(before) - typed], after, question.request.span.start)
    kept = {key: snippet for key, snippet in settled}
    shown: list[Snippet] = []
    fresh = FRESH_BYTES
    for candidate in found.ranked[:_MOST]:
        known = kept.get(candidate.unit.key)
        if known is not None and not _lacks(candidate, known, found):
            shown.append(kept.pop(candidate.unit.key))
            continue
        if (snippet := _excerpt(question, candidate, found)) is None:
            continue
        fresh -= len(snippet.text.encode())
        if fresh >= 0:
            shown.append(replace(snippet, settled=None))
        elif known is not None:
            shown.append(kept.pop(candidate.unit.key))
    return (*shown, *kept.values(), *others)


def _lacks(candidate: Found, snippet: Snippet, search: _Search) -> bool:
    """Whether the members that the dot at the caret asks for are not among those shown."""
    if "receiver" not in candidate.values or not candidate.unit.is_type:
        return False
    weights = _member_weights(candidate, search)
    best = sorted(weights, key=lambda name: (-weights[name], name))[:3]
    return any(name not in snippet.text for name in best)


_held: Final[OrderedDict[object, tuple[list[tuple[tuple[int, int], Snippet]], list[Snippet]]]] = OrderedDict()
_lock: Final = threading.Lock()


def _settled(question: _Question, before: str, after: str) -> tuple[list[tuple[tuple[int, int], Snippet]], list[Snippet]]:
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
        (key, replace(snippet, settled=n))
        for n, (key, snippet) in enumerate(_excerpts(question, found, SETTLED_BYTES))
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


def _search(question: _Question, before: str, after: str, caret: int) -> _Search:
    document = question.request.document
    language = document.language or ""
    here = places.place(document, question.path, before, after, caret)
    own = modules.python(question.root, question.path) if language == "python" else ""
    search = _Search(here, Meanings(here, question.index, own))
    corpus = question.index.corpus(language)
    drafts = copies.continued(corpus, before, language, question.path) if corpus is not None else []
    found, search.similar = candidates.gathered(here, question.index, search.meanings, corpus, drafts, question.late)
    search.whole = not question.late()
    near = {relative(question.root, doc.path) for doc in question.work.opened}
    near |= {relative(question.root, path) for path, _ in question.work.edits}
    for one in found:
        one.values["open"] = float(one.unit.path in near)
    search.ranked = [one for _, one in rank.ordered(found)]
    return search


def _excerpts(
    question: _Question, search: _Search, budget: int, skip: frozenset[tuple[int, int]] | set[tuple[int, int]] = frozenset()
) -> list[tuple[tuple[int, int], Snippet]]:
    """The best candidates within the budget, by key."""
    shown = []
    for candidate in search.ranked[: 2 * _MOST]:
        if candidate.unit.key in skip or (snippet := _excerpt(question, candidate, search)) is None:
            continue
        budget -= len(snippet.text.encode())
        if budget < 0:
            break
        shown.append((candidate.unit.key, snippet))
        if budget < _LEAST or len(shown) == _MOST:
            break
    return shown


def _excerpt(question: _Question, candidate: Found, search: _Search) -> Snippet | None:
    unit = candidate.unit
    members = symbols.members(question.index, unit) if unit.is_type else []
    text, span = excerpt.excerpt(unit, members, _member_weights(candidate, search, members), question.sources)
    if not text.strip():
        return None
    path = Path(unit.path) if unit.package else question.root / unit.path
    return Snippet(path, span, text, _why(question, candidate), int(len(text) / _BYTES_A_TOKEN) + 1)


def _member_weights(candidate: Found, search: _Search, members: Sequence[Unit] | None = None) -> dict[str, float]:
    """How much each member of a type matters here, by name."""
    if not candidate.unit.is_type:
        return {}
    here = search.place
    members = symbols.members(search.meanings.index, candidate.unit) if members is None else members
    about = frozenset().union(*(candidates.parts(w) for w in here.nearest)) if here.nearest else frozenset()
    weights: dict[str, float] = {}
    for member in members:
        own = candidates.parts(member.name)
        weight = 3.0 * candidate.members.get(member.name, 0.0)
        weight += 1.5 * (member.name in here.near) + 0.7 * (member.name in here.later)
        weight += 1.2 * len(own & about) / (len(own) or 1)
        weight += 0.4 * (member.kind == "constructor") + 0.3 * member.is_code
        weight -= 1.0 * (member.name.startswith("_") and member.kind != "constructor")
        weights[member.name] = max(weights.get(member.name, -9.0), weight)
    return weights


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
            others = [c for c in calls if c.path != question.request.document.path and not question.index.excluded(c.path)]
            for call in sorted(others, key=lambda c: (len(c.text), c.path, c.span.start))[:_CALLS]:
                yield _snippet(call.path, call.span, call.text + "\n", say("{name} is called here", name=unit.name))


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
        yield _snippet(path, Span(low, high), text[low:high].decode("utf-8", "replace"), say("edited lately"))
        return


def _similar(question: _Question, search: _Search) -> Iterator[Snippet]:
    for window in search.similar[:1]:
        path = question.root / window.path
        unit = Unit(window.owner, -1, "", "", "", 0, 0, -1, 0, "", "", "", window.path, "", "", 0)
        rows = question.sources.text(unit).split(b"\n")[window.start : window.stop]
        text = b"\n".join(rows)[:_WINDOW_BYTES]
        text = text[: text.rfind(b"\n") + 1]
        if text.strip() and not question.index.excluded(path):
            before = question.sources.text(unit).split(b"\n")[: window.start]
            start = sum(len(row) + 1 for row in before)
            yield _snippet(path, Span(start, start + len(text)), text.decode("utf-8", "replace"), say("similar lines"))


def _snippet(path: Path, span: Span, text: str, why: str) -> Snippet:
    return Snippet(path, span, text, why, int(len(text) / _BYTES_A_TOKEN) + 1)


def _selected(request: Request) -> str:
    return request.document.text[request.span.start : request.span.end].decode("utf-8", "replace")


def _why(question: _Question, candidate: Found) -> str:
    """The source that speaks loudest, as a sentence; of a dependency, which one."""
    unit = candidate.unit
    source = next((name for name in _REASONS if name in candidate.values), "")
    reason = say(_REASONS.get(source, "its name stands nearby"), name=unit.name)
    if not unit.package:
        return reason
    rows: list[tuple[Any, ...]] = question.index.select("SELECT name, version FROM packages WHERE id=?", (unit.package,))
    held = " ".join(part for part in (rows[0] if rows else ()) if part)
    return f"{reason} ({held})" if held else reason


_REASONS: Final[Mapping[str, str]] = {
    "receiver": "{name} is what stands before the dot",
    "import": "{name} is imported in this file",
    "hand": "{name} is the type of a variable in use",
    "base": "{name} is a base of this class",
    "draft": "a likely next line uses {name}",
    "module": "{name} lies in a module that is imported here",
    "star": "{name} comes with a wildcard import",
    "window": "similar lines use {name}",
    "named": "{name}, or a member of it, is named nearby",
    "typed": "{name} begins with what is typed",
    "beside": "files of this folder import {name}",
    "package": "{name} lies in the same package",
    "hop": "{name} stands in the signature of what is used here",
}
"""Source to the sentence for the developer, the most telling first."""
