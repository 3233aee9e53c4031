"""A documented definition beside what its documentation is about, now and in the last commit; and a contradiction as a value.

Absent on purpose: which contradictions there are (`docstale.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from copilot.syntax.outline import Symbol, outline
from copilot.types import Document, Edit, Span
from copilot.verify import docsections
from copilot.verify.contract import Contract
from copilot.verify.docsections import Documentation
from copilot.verify.doctarget import KINDS, contract_of

_TRANSPARENT: Final = frozenset({
    "staticmethod", "classmethod", "property", "cached_property", "abstractmethod", "abstractproperty", "override",
    "final", "lru_cache", "cache", "contextmanager", "asynccontextmanager", "no_type_check", "runtime_checkable",
    "deprecated", "njit", "jit", "coroutine", "dataclass", "total_ordering",
    "Override", "Deprecated", "Nullable", "NonNull", "NotNull", "SafeVarargs", "SuppressWarnings", "Test", "Transactional",
    "VisibleForTesting", "Beta", "FunctionalInterface", "CheckReturnValue", "CanIgnoreReturnValue", "GwtIncompatible",
})  # fmt: skip
"""Decorators that leave the parameters as they stand. In Java all annotations do."""


@dataclass(frozen=True, slots=True)
class Stale:
    """One contradiction. `span` is where it stands in the documentation, `name` what it is about, `new` what the code says
    instead. `edits` put it right without a new word; empty where an entry has to be written, or nothing is safe. `asks`:
    a person should look first: the edits take words away, or keep them for a name that only stands in the same place.
    """

    rule: str
    symbol: Symbol
    span: Span
    name: str
    new: str = ""
    edits: tuple[Edit, ...] = ()
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """A documented definition: `contract` has the parameters that `found` is to describe; `before` is the same definition
    in the last commit, None where it is not known. `exact`: its text is its signature.
    """

    document: Document
    symbol: Symbol
    contract: Contract
    found: Documentation
    before: Contract | None
    exact: bool
    source: str
    source_before: str

    def says(self, name: str) -> bool:
        """Whether the documentation speaks of `name` anywhere."""
        return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", self.found.text) is not None


def subjects(document: Document, before: Document | None, within: Span | None = None) -> Iterator[Subject]:
    """The documented definitions whose documentation has sections that we can read. `within`: those that lie there as a
    whole, and those whose documentation it touches (not the class around a method that was named).
    """
    found = outline(document)
    earlier = _earlier(before)
    for symbol in found.symbols:
        if symbol.kind not in KINDS or symbol.docstring is None:
            continue
        if within is not None and not (within.contains(symbol.span) or symbol.docstring.touches(within)):
            continue
        text = docsections.read(document, symbol.docstring)
        if text is None or text.style in {"foreign", "plain"} or not text.sections or "{@inheritDoc}" in text.text:
            continue
        owner = described(document, symbol)
        contract = contract_of(document, owner) if owner is not None else None
        if owner is None or contract is None or contract.broken or contract.flags & {"overload", "setter"}:
            continue
        source, source_before, was = code(document, owner), "", None
        old = earlier.get(owner.qualified)
        if before is not None and old is not None:
            source_before = code(before, old)
            was = contract if source == source_before else contract_of(before, old)  # most have not changed
        yield Subject(
            document,
            symbol,
            contract,
            text,
            was if was is not None and not was.broken else None,
            _is_exact(document, owner),
            source,
            source_before,
        )


def described(document: Document, symbol: Symbol) -> Symbol | None:
    """The definition whose parameters the documentation of `symbol` describes: of a Python class its own `__init__`."""
    if document.language != "python" or symbol.kind != "class":
        return symbol
    own = [child for child in outline(document).children(symbol) if child.name == "__init__"]
    if len(own) != 1 or own[0].docstring is not None or not _is_exact(document, symbol):
        return None
    return own[0]


def _is_exact(document: Document, symbol: Symbol) -> bool:
    if document.language == "java":
        return True
    marks = {mark.partition("(")[0].strip().rpartition(".")[2] for mark in symbol.decorators}
    return marks <= _TRANSPARENT


def code(document: Document, symbol: Symbol) -> str:
    """The definition's text without its documentation."""
    whole = document.text
    if symbol.docstring is None or not symbol.span.contains(symbol.docstring):
        return whole[symbol.span.start : symbol.span.end].decode("utf-8", "replace")
    head, tail = whole[symbol.span.start : symbol.docstring.start], whole[symbol.docstring.end : symbol.span.end]
    return (head + tail).decode("utf-8", "replace")


def _earlier(before: Document | None) -> dict[str, Symbol]:
    """The definitions of the last commit by qualified name; one that stands twice is left out."""
    found: dict[str, Symbol] = {}
    twice: set[str] = set()
    for symbol in outline(before).symbols if before is not None else ():
        if symbol.qualified in found:
            twice.add(symbol.qualified)
        found[symbol.qualified] = symbol
    return {name: symbol for name, symbol in found.items() if name not in twice}
