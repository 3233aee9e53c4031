"""What a definition's documentation leaves out: the one judgement shared by offers, the engine and the checks.

Text written by people is complete in its own way: a summary that says what is returned needs no section for it, and a
docstring in an unknown style is left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from copilot.types import Document
from copilot.verify import docsections
from copilot.verify.contract import BRACES, Contract, Field, Parameter, Raised, TypeParameter
from copilot.verify.docsections import Documentation
from copilot.verify.docstale import stale

_SAYS_RESULT = re.compile(r"(?i)(return|yield|iterate|generate)s?\b|返回|生成|\{@return")


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is not documented yet. `whole`: there is no documentation at all."""

    whole: bool = False
    parameters: tuple[Parameter, ...] = ()
    type_parameters: tuple[TypeParameter, ...] = ()
    returns: bool = False
    yields: bool = False
    raised: tuple[Raised, ...] = ()
    fields: tuple[Field, ...] = ()

    def __bool__(self) -> bool:
        return bool(
            self.whole
            or self.parameters
            or self.type_parameters
            or self.returns
            or self.yields
            or self.raised
            or self.fields
        )


def gaps(document: Document, contract: Contract) -> Gaps:
    """What `contract`, a definition of `document`, has that its documentation does not."""
    if contract.broken:
        return Gaps()
    yields = "generator" in contract.flags
    if contract.doc is None:
        if _told_by_class(document, contract):
            return Gaps()
        listed = contract.parameters, contract.type_parameters
        return Gaps(True, *listed, contract.gives, yields, contract.raised, contract.fields)
    found = docsections.read(document, contract.doc)
    if found is None or found.style == "foreign" or "{@inheritDoc}" in found.text or contract.symbol is None:
        return Gaps()
    return _missing(document, contract, found, yields=yields)


def _missing(document: Document, contract: Contract, found: Documentation, *, yields: bool) -> Gaps:
    told = set(found.named("parameters"))
    parameters = tuple(p for p in contract.parameters if p.name.lstrip("*") not in told)
    kinds = {name.rpartition(".")[2] for name in found.named("raises")}
    raised = tuple(one for one in contract.raised if one.type.rpartition(".")[2] not in kinds)
    prose = _prose(found)
    if not told and any(_speaks_of(prose, p.name.lstrip("*")) for p in parameters):
        parameters = ()
    if parameters and told - {p.name.lstrip("*") for p in contract.parameters}:
        renamed = _renamed(document, contract)
        parameters = tuple(p for p in parameters if p.name.lstrip("*") not in renamed)
    raised = tuple(one for one in raised if not _speaks_of(prose, one.type.rpartition(".")[2]))
    says_result = "{@return" in found.text or bool(prose and _SAYS_RESULT.search(found.summary))
    documented = set(found.named("fields"))
    return Gaps(
        parameters=parameters if contract.callable or contract.language in BRACES else (),
        type_parameters=tuple(t for t in contract.type_parameters if f"<{t.name}>" not in told),
        returns=contract.gives and not found.of("returns") and not says_result,
        yields=yields and not found.of("yields") and not found.of("returns") and not says_result,
        raised=raised if contract.callable else (),
        fields=tuple(f for f in contract.fields if f.name not in documented) if documented else (),
    )


def _renamed(document: Document, contract: Contract) -> set[str]:
    """The parameters that an entry is about under another name: it is put right or asked about (`docstale`), and a second
    entry beside it would be one too many.
    """
    return {one.new for one in stale(document, None, contract.doc) if one.rule == "doc:parameter-renamed"}


def _prose(found: Documentation) -> str:
    """The text of a docstring before its sections when it is more than one line; empty for Javadoc, which has tags."""
    end = min((section.first for section in found.sections), default=len(found.lines))
    lines = [line.text for line in found.lines[:end] if not line.blank]
    return "\n".join(lines) if len(lines) > 1 and found.style != "javadoc" else ""


def _speaks_of(prose: str, name: str) -> bool:
    return bool(prose) and re.search(rf"\b{re.escape(name)}\b", prose, re.IGNORECASE) is not None


def _told_by_class(document: Document, contract: Contract) -> bool:
    """True for a constructor whose class documents the parameters in its own docstring."""
    owner = contract.owner
    if contract.language != "python" or owner is None or owner.docstring is None or contract.name != "__init__":
        return False
    found = docsections.read(document, owner.docstring)
    return found is not None and (found.style == "foreign" or bool(found.named("parameters")))
