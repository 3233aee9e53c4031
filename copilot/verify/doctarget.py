"""Which definition a place in a file asks documentation for.

Absent on purpose: whether it needs any (`docgaps.py`).
"""

from __future__ import annotations

from typing import Final

from copilot.syntax.outline import Outline, Symbol, outline
from copilot.syntax.parsing import Recent
from copilot.types import Document, Span
from copilot.verify import contract_java, contract_python, contract_script
from copilot.verify.contract import BRACES, Contract

KINDS: Final = frozenset({"class", "interface", "enum", "record", "annotation", "function", "method", "constructor"})

_contracts: Final[Recent[tuple[Outline, dict[Span, Contract]]]] = Recent()
"""By document, beside its outline (whose symbols the contracts hold), and then by the symbol's span."""


def symbol_at(document: Document, span: Span) -> Symbol | None:
    """The innermost documentable symbol around `span`."""
    around = [s for s in outline(document).symbols if s.kind in KINDS and s.span.contains(span)]
    return min(around, key=lambda s: len(s.span), default=None)


def contract_at(document: Document, span: Span) -> Contract | None:
    """The contract of that symbol; of the module when a Python file has none there; None when there is nothing."""
    symbol = symbol_at(document, span)
    if symbol is not None and document.language in BRACES | {"python"}:
        return contract_of(document, symbol)
    return contract_python.module(document) if document.language == "python" and document.text.strip() else None


def contract_for(document: Document, span: Span, kind: str) -> Contract | None:
    """The contract of the file itself for a `header`, else that of the symbol at `span`."""
    if kind == "header" and document.language == "python":
        return contract_python.module(document)
    return contract_at(document, span)


def contract_of(document: Document, symbol: Symbol) -> Contract:
    """The contract of a symbol of the document's outline; read once, as long as the outline is kept."""
    found = outline(document)
    known = _contracts.get(document)
    if known is None or known[0] is not found:
        known = (found, {})
        _contracts.put(document, known)
    contract = known[1].get(symbol.span)
    if contract is None or contract.symbol is not symbol:
        readers = {"python": contract_python.read, "java": contract_java.read}
        read = readers.get(document.language or "", contract_script.read)
        contract = known[1][symbol.span] = read(document, found, symbol)
    return contract


def contract_again(before: Document, old: Contract, after: Document) -> Contract | None:
    """The contract in `after` of what `old` is in `before`; None when the definitions are no longer the same ones."""
    if old.symbol is None:
        return contract_python.module(after)
    index = outline(before).index(old.symbol)
    symbols = outline(after).symbols
    if index >= len(symbols) or symbols[index].qualified != old.symbol.qualified:
        return None
    return contract_of(after, symbols[index])
