"""Parsing: with a deadline, kept for the documents in use, incremental across edits. The only importer of tree_sitter.

Broken code has a tree too. Absent on purpose: what a tree means.

A tree handed out here is never changed: `edit_tree` returns a copy. Parsers are thread-local; grammars and queries
are loaded once per process on first use.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from functools import cache
from importlib import import_module
from typing import Final, Generic, TypeVar

from tree_sitter import Language as Grammar
from tree_sitter import Node, Parser, Point, Query, QueryCursor, Tree

from copilot.syntax import languages
from copilot.types import Document, Span

__all__ = [
    "Node",
    "Query",
    "QueryCursor",
    "Recent",
    "Tree",
    "adopt",
    "compiled",
    "edit_tree",
    "of",
    "parse",
    "query",
    "query_without",
    "reuse",
]

DEADLINE_S: Final = 5.0
"""Wall seconds that a parse may take when the caller names no deadline: some broken texts cost quadratic time."""

CHUNK: Final = 64 * 1024
"""Bytes per read: between two reads other threads run; one parse of a large text at once would stop them."""

SMALL: Final = 32 * 1024
"""Bytes up to which a text is parsed in one piece when no deadline is named: node texts are then cheapest to read."""

_NAME: Final = 512
_KEPT: Final = 16
_KEPT_TEXT: Final = 120_000

_local = threading.local()
_V = TypeVar("_V")


class Recent(Generic[_V]):
    """A small thread-safe cache by the identity of a document's parts and its language; the oldest use falls out.

    It is bounded by number and by the size of the texts (a tree takes some fifty times its text), but always holds two.
    """

    def __init__(self, size: int = _KEPT, text: int = _KEPT_TEXT) -> None:
        self._size, self._most = size, text
        self._held = 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[int, str | None], tuple[tuple[bytes, ...], _V]] = OrderedDict()

    def get(self, document: Document) -> _V | None:
        """What was put for a document with these very parts, or None."""
        key = (id(document.parts), document.language)
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[1]

    def put(self, document: Document, value: _V) -> None:
        """Keep `value`; the parts are kept too, so that their identity cannot be taken by another document."""
        key = (id(document.parts), document.language)
        with self._lock:
            self._forget(key)
            self._kept[key] = (document.parts, value)
            self._held += sum(map(len, document.parts))
            while len(self._kept) > self._size or (self._held > self._most and len(self._kept) > 2):
                self._forget(next(iter(self._kept)))

    def take(self, document: Document) -> _V | None:
        """Like `get`, and forget it."""
        with self._lock:
            return self._forget((id(document.parts), document.language))

    def _forget(self, key: tuple[int, str | None]) -> _V | None:
        found = self._kept.pop(key, None)
        if found is None:
            return None
        self._held -= sum(map(len, found[0]))
        return found[1]


_trees: Final[Recent[Tree]] = Recent()
_edited: Final[Recent[Tree]] = Recent()


@cache
def _grammar(language: str) -> Grammar:
    module, function = languages.get(language).grammar
    return Grammar(getattr(import_module(module), function)())


@cache
def query(language: str, kind: str) -> Query | None:
    """The compiled query `kind` of a language, None when it has none. Raises KeyError for an unknown language."""
    text = languages.get(language).query_text(kind)
    return Query(_grammar(language), text) if text else None


@cache
def query_without(language: str, kind: str, patterns: re.Pattern[str], captures: frozenset[str]) -> Query | None:
    """As `query`, of its own, without patterns whose captures (joined by blanks) match, and without `captures`."""
    text = languages.get(language).query_text(kind).encode()
    if not text:
        return None
    rules = Query(_grammar(language), text.decode())
    for n in range(rules.pattern_count):
        source = text[rules.start_byte_for_pattern(n) : rules.end_byte_for_pattern(n)].decode()
        if patterns.search(" ".join(_CAPTURE.findall(_REMARK.sub("", source)))):
            rules.disable_pattern(n)
    for name in captures & {rules.capture_name(n) for n in range(rules.capture_count)}:
        rules.disable_capture(name)
    return rules


@cache
def compiled(language: str, text: str) -> Query:
    """The query `text` for a language, compiled once. Raises KeyError for an unknown language, QueryError for a bad one."""
    return Query(_grammar(language), text)


_CAPTURE: Final = re.compile(r"@([\w.]+)")
_REMARK: Final = re.compile(r"^\s*;.*", re.MULTILINE)


def _parser(language: str) -> Parser:
    parsers: dict[str, Parser] | None = getattr(_local, "parsers", None)
    if parsers is None:
        parsers = _local.parsers = {}
    if language not in parsers:
        parsers[language] = Parser(_grammar(language))
    return parsers[language]


def parse(text: bytes, language: str, *, old: Tree | None = None, deadline_s: float | None = None) -> Tree | None:
    """The tree of UTF-8 `text`; None for a language without a row, or when `deadline_s` wall seconds have passed.

    `old` is a tree of the text before, with the edits applied (`edit_tree`). A deadline of None is the default one.
    """
    if language not in languages.LANGUAGES:
        return None
    parser = _parser(language)
    if deadline_s is None and len(text) <= SMALL:
        return parser.parse(text, old_tree=old) if old is not None else parser.parse(text)
    until = time.monotonic() + (DEADLINE_S if deadline_s is None else deadline_s)

    size = CHUNK

    def read(offset: int, _point: Point) -> bytes:
        return text[offset : offset + size]

    def late(_offset: int, _has_error: bool) -> bool:  # noqa: FBT001 the signature is tree-sitter's
        return time.monotonic() > until

    try:
        if old is not None:
            tree = parser.parse(read, old_tree=old, progress_callback=late)
        else:
            tree = parser.parse(read, progress_callback=late)
    except ValueError:
        parser.reset()  # an aborted parse would be resumed by the next one
        return None
    size = _NAME  # from here on the tree reads the text of single nodes
    return tree


def of(document: Document, *, deadline_s: float | None = None) -> Tree | None:
    """The tree of a document, parsed on first use and kept for the last few documents; None as in `parse`.

    A tree that was registered by `reuse` makes the parse incremental.
    """
    if document.language is None:
        return None
    tree = _trees.get(document)
    if tree is None:
        old = _edited.get(document)
        tree = parse(document.text, document.language, old=old, deadline_s=deadline_s)
        if tree is not None:
            _trees.put(document, tree)
            _edited.take(document)
    return tree


def adopt(document: Document, tree: Tree) -> None:
    """Let `of(document)` answer with a tree of another text that has the same bytes wherever its tree is read closely.

    It is kept as long as any other tree; after that the document is parsed itself.
    """
    _trees.put(document, tree)


def parsed(document: Document) -> Tree | None:
    """The tree of a document if somebody parsed it already; never parses."""
    return _trees.get(document)


def reuse(document: Document, edited: Tree) -> None:
    """Let the next `of(document)` start from `edited`, a tree that went through `edit_tree` for every change.

    In sound text the result is the same as without. In broken text the parser's guesses may differ, because it keeps
    parts of the old ones.
    """
    _edited.put(document, edited)


def edit_tree(tree: Tree, text_before: bytes, span: Span, new: bytes) -> Tree:
    """A copy of `tree` told that `span` of `text_before` became `new`. It must be parsed again before it is read."""
    start_row, start_column = _point(text_before, span.start)
    old_row, old_column = _point(text_before, span.end)
    rows = new.count(b"\n")
    column = len(new) - new.rfind(b"\n") - 1 if rows else start_column + len(new)
    edited = tree.copy()
    edited.edit(
        span.start,
        span.end,
        span.start + len(new),
        (start_row, start_column),
        (old_row, old_column),
        (start_row + rows, column),
    )
    return edited


def _point(text: bytes, offset: int) -> tuple[int, int]:
    """Row and byte column as tree-sitter counts them: a line ends in LF."""
    return text.count(b"\n", 0, offset), offset - text.rfind(b"\n", 0, offset) - 1
