"""What was suggested at a place, offered again while the text goes on with it: no engine is asked, nothing is lost.

A suggestion stands at an anchor: a caret with the text around it. Somebody types along it, over line ends too, takes a
word of it, goes back: what is left is offered at once, and the text that would come of it is the text that was proven.
What the editor does meanwhile is no other way: brackets that it closes by itself, and the margin that it gives a new
line. In memory only. Absent on purpose: asking engines (`inline`), and time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from copilot.context.gather import between
from copilot.types import Document, Edit, Span, Suggestion

_BEFORE: Final = 1_024
_AFTER: Final = 512
"""Bytes around an anchor that must be the same; of the rest, the distance to the start or to the end of the file."""

_FILES: Final = 32
_ANCHORS: Final = 48
_TEXTS: Final = 4
"""Files, places of each, and suggestions of each place that are remembered."""

_CLOSED: Final = 4
"""Brackets that an editor may have closed behind the caret."""

_TYPED: Final = 200
"""Bytes that may be typed while a question is on its way."""

_PAIRS: Final = dict(zip(b"([{", b")]}", strict=True))
_QUOTES: Final = frozenset(b"\"'")


@dataclass(slots=True)
class _Anchor:
    """A caret in one state of a file; sizes in bytes. `key`: what else an answer depends on."""

    key: str
    offset: int
    tail: int
    before: bytes
    after: bytes
    found: list[tuple[bytes, int, Suggestion]]
    """`(text, bytes behind the caret that it replaces, what was proven)`, the first shown first."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What is left of a suggestion, of which `typed` bytes are there already."""

    suggestion: Suggestion
    typed: int


class Suggested:
    """The suggestions of one workspace, for one thread."""

    def __init__(self) -> None:
        self._files: OrderedDict[Path, list[_Anchor]] = OrderedDict()

    def add(self, document: Document, caret: int, key: str, suggestion: Suggestion) -> None:
        """Remember a suggestion for `caret` (byte offset) in this state of a document."""
        if len(suggestion.edits) != 1:
            return
        (edit,) = suggestion.edits
        if edit.path != document.path or edit.span.start != caret or not edit.new:
            return
        anchors = self._files.setdefault(document.path, [])
        self._files.move_to_end(document.path)
        while len(self._files) > _FILES:
            self._files.popitem(last=False)
        fresh = _anchor(document, caret, key)
        known = next((anchor for anchor in anchors if _is_same(anchor, fresh)), None)
        if known is None:
            anchors.append(known := fresh)
            del anchors[:-_ANCHORS]
        row = (edit.new.replace("\r\n", "\n").encode(), len(edit.span), suggestion)
        if row[:2] not in [each[:2] for each in known.found]:
            known.found = [*known.found, row][-_TEXTS:]

    def find(self, document: Document, caret: int, key: str) -> Hit | None:
        """What is left at `caret` of the suggestion that the text follows; of several, the one followed longest."""
        anchors = [anchor for anchor in self._files.get(document.path, ()) if anchor.key == key]
        if not anchors:
            return None
        reach = max(len(text) for anchor in anchors for text, _, _ in anchor.found)
        here = _here(document, caret, 2 * reach)
        hits = [hit for anchor in reversed(anchors) if (hit := _of_anchor(anchor, document.path, here)) is not None]
        return max(hits, key=lambda hit: hit.typed, default=None)

    def forget(self, path: Path) -> None:
        """The file was closed."""
        self._files.pop(path, None)


def typed_since(old: Document, at: int, document: Document, caret: int) -> str | None:
    """What was typed between the caret `at` in an older state of a document and `caret` now; None where it changed otherwise."""
    typed = between(document, at, caret) if 0 <= caret - at <= _TYPED else b""
    if document.path != old.path or caret != at + len(typed):
        return None
    anchor, here = _anchor(old, at, ""), _here(document, caret, len(typed))
    ahead = here.before[: len(here.before) - len(typed)]
    followed = _stands(anchor, ahead, here) and next(_closed(anchor, typed, here), None) is not None
    return typed.decode("utf-8", "replace").replace("\r\n", "\n") if followed else None


@dataclass(frozen=True, slots=True)
class _Here:
    """The caret now: bytes before it in the file and behind it, and the text near it."""

    offset: int
    tail: int
    before: bytes
    after: bytes
    crlf: bool


def _here(document: Document, caret: int, reach: int) -> _Here:
    return _Here(
        caret,
        len(document) - caret,
        between(document, max(caret - 2 * _BEFORE - reach, 0), caret),
        between(document, caret, caret + _AFTER + _CLOSED),
        crlf=document.newline == "\r\n",
    )


def _anchor(document: Document, caret: int, key: str) -> _Anchor:
    before = between(document, max(caret - _BEFORE, 0), caret)
    return _Anchor(key, caret, len(document) - caret, before, between(document, caret, caret + _AFTER), [])


def _is_same(one: _Anchor, other: _Anchor) -> bool:
    places = (one.key, one.offset, one.tail), (other.key, other.offset, other.tail)
    return places[0] == places[1] and one.before == other.before and one.after == other.after


def _of_anchor(anchor: _Anchor, path: Path, here: _Here) -> Hit | None:
    """What is left of an anchor's suggestions; a longer one that begins with the one shown takes its place."""
    best: tuple[Hit, bytes] | None = None
    for text, over, suggestion in anchor.found:
        if best is not None and not text.startswith(best[1]):
            continue
        hit = _left(anchor, text, over, suggestion, path, here)
        if hit is not None:
            best = hit, text
    return None if best is None else best[0]


def _left(anchor: _Anchor, text: bytes, over: int, suggestion: Suggestion, path: Path, here: _Here) -> Hit | None:
    told = text.replace(b"\n", b"\r\n") if here.crlf else text
    for typed, margin in _typed(anchor, told, here):
        rest = told[typed:]
        closed = next(_closed(anchor, told[:typed], here), None)
        if rest and closed is not None:
            span = Span(here.offset - margin, here.offset + closed + over)
            edit = Edit(path, span, rest.decode().replace("\r\n", "\n"))
            return Hit(replace(suggestion, edits=(edit,)), typed)
    return None


def _typed(anchor: _Anchor, text: bytes, here: _Here) -> Iterator[tuple[int, int]]:
    """`(bytes of the text that stand before the caret, bytes of margin that stand there instead of the text's own)`."""
    row = here.before[here.before.rfind(b"\n") + 1 :]
    for margin in (0, len(row)) if row and not row.strip(b" \t") else (0,):
        ahead = here.before[: len(here.before) - margin]
        for typed in _lengths(anchor, text, here, margin):
            if margin and text[typed - 1 : typed] != b"\n":
                continue
            if typed < len(text) and text[typed] & 0xC0 == 0x80:
                continue  # inside a character
            if ahead.endswith(text[:typed]) and _stands(anchor, ahead[: len(ahead) - typed], here):
                yield typed, margin


def _lengths(anchor: _Anchor, text: bytes, here: _Here, margin: int) -> Iterator[int]:
    """How much of the text may be typed: what lies between anchor and caret; where the file changed above, anything.

    Where it changed before and behind, nothing: nobody knows that it is the same place.
    """
    typed = here.offset - margin - anchor.offset
    if 0 <= typed <= len(text):
        yield typed
    if 0 <= here.tail - anchor.tail <= _CLOSED:
        yield from range(min(len(text), len(here.before) - margin), -1, -1)


def _stands(anchor: _Anchor, ahead: bytes, here: _Here) -> bool:
    if len(anchor.before) < _BEFORE:  # the file began there
        return ahead == anchor.before and len(here.before) == here.offset
    return ahead.endswith(anchor.before)


def _closed(anchor: _Anchor, typed: bytes, here: _Here) -> Iterator[int]:
    """How many brackets and quotes the editor has closed behind the caret of those that were typed."""
    owed = _open_in(typed)
    for count in range(min(len(owed), _CLOSED) + 1):
        if here.after[:count] == owed[:count] and here.after[count : count + _AFTER] == anchor.after:
            yield count


def _open_in(text: bytes) -> bytes:
    """What closes the brackets and quotes that a text leaves open, the innermost first."""
    stack: list[int] = []
    for char in text:
        if stack and char == stack[-1]:
            stack.pop()
        elif stack and stack[-1] in _QUOTES:
            continue
        elif char in _PAIRS:
            stack.append(_PAIRS[char])
        elif char in _QUOTES:
            stack.append(char)
    return bytes(reversed(stack))
