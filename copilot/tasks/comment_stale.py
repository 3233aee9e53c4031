"""Documentation that the code contradicts, as findings, and the edits that put one right.

A renamed parameter keeps its description; a new entry is made of facts and stands where the signature has it. Absent on
purpose: what is contradicted (`copilot/verify/docstale.py`), and the words of new entries (`docwriting.Words`).
"""

from __future__ import annotations

from typing import Final

from copilot.config import Settings
from copilot.messages import say
from copilot.tasks import docplace, docwriting
from copilot.tasks.committed import committed
from copilot.tasks.docwriting import Words
from copilot.types import CommentOptions, Declined, Document, Edit, Finding, Span
from copilot.verify import docsections
from copilot.verify.docconventions import style_for
from copilot.verify.docgaps import Gaps
from copilot.verify.docstale import LEAD, RULES, stale
from copilot.verify.docsubject import Stale, described, subjects
from copilot.verify.doctarget import contract_of

_LARGEST: Final = 64 * 1024
"""Bytes of a file up to which this is looked for unasked, at each pause: 1 to 3 ms of CPU a KB of documented code."""


def findings(doc: Document, settings: Settings) -> tuple[Finding, ...]:
    """The contradictions of a document as findings of the rules `doc:…`; none where `comment.stale` is off, or of a large
    file, which a command looks through.
    """
    if not settings.comment.stale or doc.language not in {"python", "java"} or len(doc) > _LARGEST:
        return ()
    return tuple(finding(doc, one) for one in contradictions(doc))


def contradictions(doc: Document, within: Span | None = None) -> list[Stale]:
    """The contradictions in a document. The last commit is asked only where there is documentation with sections."""
    if next(subjects(doc, None, within), None) is None:
        return []
    return list(stale(doc, last_commit(doc), within))


def finding(doc: Document, one: Stale) -> Finding:
    """One contradiction as a finding."""
    return Finding(one.rule, RULES[one.rule], doc.path, one.span, told(one))


def is_about(found: Finding) -> bool:
    """Whether a finding is one of ours."""
    return found.rule.startswith(LEAD)


def told(one: Stale) -> str:
    """The contradiction in a sentence."""
    match one.rule:
        case "doc:parameter-renamed":
            return say("documents {name}, which is {new} in the code", name=one.name, new=one.new)
        case "doc:parameter-removed":
            return say("documents {name}, which is no parameter", name=one.name)
        case "doc:parameter-missing":
            return say("does not document the parameter {name}", name=one.name)
        case "doc:default":
            return say("the default of {name} is {new}", name=one.name, new=one.new)
        case "doc:type":
            if not one.name:
                return say("the result is declared as {new}", new=one.new)
            return say("{name} is declared as {new}", name=one.name, new=one.new)
        case "doc:raises-missing":
            return say("does not document that {name} is raised", name=one.name)
        case "doc:raises-removed":
            return say("documents {name}, which is not raised any more", name=one.name)
        case "doc:yields":
            return say("returned and yielded values are mixed up")
        case _:
            return say("documents a result, but nothing is returned")


def title(one: Stale) -> str:
    """What the edit does, in one phrase."""
    match one.rule:
        case "doc:parameter-renamed":
            return say("Rename {name} to {new} in the documentation", name=one.name, new=one.new)
        case "doc:parameter-removed" | "doc:raises-removed":
            return say("Take {name} out of the documentation", name=one.name)
        case "doc:parameter-missing" | "doc:raises-missing":
            return say("Add {name} to the documentation", name=one.name)
        case "doc:returns":
            return say("Take the result out of the documentation")
        case _:
            return say("Make the documentation say what the code says")


def edits(
    doc: Document, one: Stale, words: Words, options: CommentOptions, settings: Settings
) -> tuple[Edit, ...] | Declined:
    """The edits that put a contradiction right; `words` finds those of a new entry."""
    if one.edits:
        return one.edits
    if not one.rule.endswith("-missing") or one.symbol.docstring is None:
        return Declined(say("no safe place for documentation of {name}", name=one.symbol.name))
    contract = contract_of(doc, described(doc, one.symbol) or one.symbol)
    missing = Gaps(
        parameters=tuple(p for p in contract.parameters if p.name.lstrip("*") == one.name),
        type_parameters=tuple(t for t in contract.type_parameters if f"<{t.name}>" == one.name),
        raised=tuple(r for r in contract.raised if r.type == one.name and one.rule == "doc:raises-missing"),
    )
    found = docsections.read(doc, one.symbol.docstring)
    if found is None or not missing:
        return Declined(say("no safe place for documentation of {name}", name=one.symbol.name))
    draft = docwriting.draft(doc, contract, missing, words)
    style = found.style if found.style in {"google", "numpy", "rest"} else style_for(doc, options, settings)
    made = docplace.extended(doc, found, draft, style)
    return made or Declined(say("no safe place for documentation of {name}", name=one.symbol.name))


def last_commit(doc: Document) -> Document | None:
    """The file as the last commit has it, None where it is the same there, it is not there, or nobody can say."""
    before = committed(doc).before
    return before if before is not None and before.text != doc.text else None
