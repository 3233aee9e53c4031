"""Documentation without a model: the contract of a definition in words, placed in the file.

Proposes one candidate for the innermost class, function or method around the request's span (the module outside all
of them), or says why there is nothing to say. Absent on purpose: intent, which the code does not state.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from types import ModuleType
from typing import Final

from copilot.config import Settings
from copilot.engines.base import Resources
from copilot.engines.embedded import docplace, prose_en, prose_zh
from copilot.engines.embedded.docstyles import Draft, Piece
from copilot.messages import say
from copilot.types import Candidate, CommentOptions, Context, Declined, Document, Request
from copilot.verify import docsections
from copilot.verify.contract import Contract
from copilot.verify.docconventions import language_for, style_for
from copilot.verify.docgaps import Gaps, gaps
from copilot.verify.docsections import Part
from copilot.verify.doctarget import contract_at

_COOKIE: Final = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_CONFIDENCE: Final = 0.9


async def propose(request: Request, _context: Context, resources: Resources) -> AsyncIterator[Candidate | Declined]:
    """The documentation that the tree justifies, as insertions, or the reason for silence."""
    options = request.options if isinstance(request.options, CommentOptions) else CommentOptions()
    yield document_at(request, options, resources.settings)


def document_at(request: Request, options: CommentOptions, settings: Settings) -> Candidate | Declined:
    """One candidate for the definition at the request's span."""
    doc = request.document
    contract = contract_at(doc, request.span)
    if contract is None:
        return Declined(say("no definition here that documentation could describe"))
    name = contract.symbol.qualified if contract.symbol is not None else doc.path.name
    if contract.broken:
        return Declined(say("{name} has a syntax error", name=name))
    if contract.flags & {"overload", "setter"}:
        return Declined(say("{name} is documented where it is implemented", name=name))
    missing = gaps(doc, contract)
    if not missing:
        return Declined(say("{name} is documented", name=name))
    lang = language_for(doc, options, settings)
    return _write(doc, contract, missing, style_for(doc, options, settings), lang, name)


def _write(doc: Document, contract: Contract, missing: Gaps, style: str, lang: str, name: str) -> Candidate | Declined:
    prose = prose_zh if lang == "zh" else prose_en
    made = draft(doc, contract, missing, prose)
    found = docsections.read(doc, contract.doc) if contract.doc is not None else None
    if found is not None:
        edits = docplace.extended(
            doc, found, made, found.style if found.style in {"google", "numpy", "rest"} else style
        )
        title = say("Complete the documentation of {name}", name=name)
    else:
        if not made.summary:
            return Declined(say("the code of {name} states nothing that its name does not say", name=name))
        edit = docplace.fresh(doc, contract.symbol, made, style)
        edits = (edit,) if edit is not None else ()
        title = say("Document {name}", name=name)
    if not edits:
        return Declined(say("no safe place for documentation of {name}", name=name))
    if not _writable(doc, "".join(edit.new for edit in edits)):
        return Declined(say("the file's declared encoding cannot hold the text"))
    return Candidate(edits, "embedded", _CONFIDENCE, title)


def draft(doc: Document, contract: Contract, missing: Gaps, prose: ModuleType) -> Draft:
    """The missing parts in words."""
    pieces: dict[Part, list[Piece]] = {
        "fields": [Piece(f.name, _plain(f.annotation), prose.field_text(f, contract)) for f in missing.fields],
        "parameters": [
            *(Piece(f"<{t.name}>", "", prose.type_parameter(t, contract)) for t in missing.type_parameters),
            *(Piece(p.name, _plain(p.annotation), prose.parameter(p, contract)) for p in missing.parameters),
        ],
        "returns": [Piece("", _plain(contract.result), prose.returns(contract))] if missing.returns else [],
        "yields": [Piece("", _plain(contract.element), prose.yields(contract))] if missing.yields else [],
        "raises": [Piece(r.type, "", prose.raises(r, contract)) for r in missing.raised],
    }
    if doc.language == "java":
        pieces["fields"] = []
    order: dict[Part, list[str]] = {
        "fields": [f.name for f in contract.fields],
        "parameters": [f"<{t.name}>" for t in contract.type_parameters]
        + [p.name.lstrip("*") for p in contract.parameters],
    }
    stem = doc.path.parent.name if doc.path.stem == "__init__" else doc.path.stem
    summary = prose.summary(contract, stem) if missing.whole else ""
    details = tuple(prose.details(contract)) if missing.whole else ()
    return Draft(summary, details, pieces, order)


def _plain(annotation: str | None) -> str:
    """A type as documentation shows it; empty when it cannot stand in a docstring."""
    if annotation is None or "\\" in annotation or '"""' in annotation or "'''" in annotation:
        return ""
    return annotation


def _writable(doc: Document, new: str) -> bool:
    """False when a coding line or the file's encoding excludes a character of `new`."""
    names = [match[1].decode() for line in doc.text.split(b"\n")[:2] if (match := _COOKIE.match(line))]
    for name in [*names, doc.encoding]:
        try:
            new.encode(name)
        except (LookupError, UnicodeEncodeError):
            return False
    return True
