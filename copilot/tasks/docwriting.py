"""Documentation from facts and words: what a definition lacks comes from the tree, how it is said from `Words`.

Names, types, order, style and place are ours, so that whoever finds the words (an engine's grammar, a model) can
neither invent a parameter nor touch the code. Absent on purpose: the words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, Protocol

from copilot.config import Settings
from copilot.messages import say
from copilot.tasks import docplace
from copilot.tasks.docstyles import Draft, Piece
from copilot.types import CommentOptions, Declined, Document, Edit, Request
from copilot.verify import docsections
from copilot.verify.contract import BRACES, SCRIPTS, Contract, Field, Parameter, Raised, TypeParameter, Value
from copilot.verify.docconventions import language_for, style_for
from copilot.verify.docgaps import Gaps, gaps
from copilot.verify.docsections import Part
from copilot.verify.doctarget import contract_for
from copilot.verify.restating import says_nothing
from copilot.verify.results_python import type_of

_COOKIE: Final = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")


class Words(Protocol):
    """Who finds the words. An empty text says nothing; code stands between backticks."""

    def summary(self, contract: Contract, module: str = "") -> str:
        """The first sentence. `module` is the file's stem."""

    def details(self, contract: Contract) -> list[str]:
        """Further paragraphs."""

    def parameter(self, one: Parameter, contract: Contract) -> str:
        """What a parameter means."""

    def type_parameter(self, one: TypeParameter, contract: Contract) -> str:
        """What a type parameter stands for."""

    def field_text(self, one: Field, contract: Contract) -> str:
        """What a field holds."""

    def returns(self, contract: Contract) -> str:
        """What is returned."""

    def yields(self, contract: Contract) -> str:
        """What is yielded."""

    def raises(self, one: Raised, contract: Contract, /) -> str:
        """When an exception leaves."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be documented, and how: the definition, what its documentation lacks, style and language."""

    contract: Contract
    missing: Gaps
    style: str
    lang: str
    name: str


def subject(request: Request, settings: Settings) -> Subject | Declined:
    """The definition at the request's span, or why there is nothing to write."""
    doc = request.document
    options = request.options if isinstance(request.options, CommentOptions) else CommentOptions()
    contract = contract_for(doc, request.span, options.kind)
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
    return Subject(contract, missing, style_for(doc, options, settings), language_for(doc, options, settings), name)


def write(doc: Document, what: Subject, words: Words) -> tuple[tuple[Edit, ...], str] | Declined:
    """The edits and their title, or why nothing can be written."""
    made = draft(doc, what.contract, what.missing, words)
    old = what.contract.doc
    found = docsections.read(doc, old) if old is not None else None
    if found is not None:
        style = found.style if found.style in {"google", "numpy", "rest"} and doc.language == "python" else what.style
        edits = docplace.extended(doc, found, made, style)
        title = say("Complete the documentation of {name}", name=what.name)
    else:
        if not made.summary:
            return Declined(say("the code of {name} states nothing that its name does not say", name=what.name))
        edit = docplace.fresh(doc, what.contract.symbol, made, what.style)
        edits = (edit,) if edit is not None else ()
        title = say("Document {name}", name=what.name)
    if not edits:
        return Declined(say("no safe place for documentation of {name}", name=what.name))
    if not _writable(doc, "".join(edit.new for edit in edits)):
        return Declined(say("the file's declared encoding cannot hold the text"))
    return edits, title


def draft(doc: Document, contract: Contract, missing: Gaps, words: Words) -> Draft:
    """The missing parts in words."""
    pieces: dict[Part, list[Piece]] = {
        "fields": [Piece(f.name, _plain(f.annotation), words.field_text(f, contract)) for f in missing.fields],
        "parameters": [
            *(Piece(f"<{t.name}>", "", words.type_parameter(t, contract)) for t in missing.type_parameters),
            *(Piece(p.name, _plain(p.annotation), words.parameter(p, contract)) for p in missing.parameters),
        ],
        "returns": [_given(contract.result, words.returns(contract), contract.returned)] if missing.returns else [],
        "yields": [_given(contract.element, words.yields(contract), contract.yielded)] if missing.yields else [],
        "raises": [Piece(r.type, "", words.raises(r, contract)) for r in missing.raised],
    }
    if doc.language in BRACES:
        pieces["fields"] = []
    if doc.language in SCRIPTS:
        pieces = {part: [_script_piece(doc, one, contract) for one in listed] for part, listed in pieces.items()}
    order: dict[Part, list[str]] = {
        "fields": [f.name for f in contract.fields],
        "parameters": [f"<{t.name}>" for t in contract.type_parameters]
        + [p.name.lstrip("*") for p in contract.parameters],
    }
    stem = doc.path.parent.name if doc.path.stem == "__init__" else doc.path.stem
    summary = words.summary(contract, stem) if missing.whole else ""
    details = tuple(words.details(contract)) if missing.whole else ()
    return Draft(summary, details, pieces, order)


def _given(declared: str | None, text: str, values: tuple[Value, ...]) -> Piece:
    """What is returned or yielded. Of what nobody declared it is known that it is an object, and sometimes, by the values,
    which; but not when the text says no more than that ("A list.").
    """
    shown = type_of(values)
    if says_nothing(text, [shown]):
        shown = ""
    return Piece("", _plain(declared), text, shown=shown or "object")


def _script_piece(doc: Document, piece: Piece, contract: Contract) -> Piece:
    """TypeScript's types and optional parameters stand in the code; JavaScript's in the comment."""
    if doc.language != "javascript":
        return replace(piece, type="")
    default = next((one.default for one in contract.parameters if one.name == piece.name), None)
    return replace(piece, default=default or "")


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
