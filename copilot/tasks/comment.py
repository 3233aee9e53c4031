"""Documentation: what may be documented where, and the proof that a proposal is only documentation and true.

Absent on purpose: the words (`copilot/engines`, or a model: `comment_prompt.py`) and writing them down (`docwriting.py`).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

from copilot import edits
from copilot.config import Settings
from copilot.errors import UsageError
from copilot.messages import say
from copilot.syntax.outline import Symbol, outline
from copilot.syntax.tree import new_faults, of
from copilot.tasks import comment_header, comment_inline, comment_prompt, comment_stale, docexamples
from copilot.types import (
    Candidate,
    Check,
    CommentOptions,
    Context,
    Declined,
    Document,
    Offer,
    Project,
    Prompt,
    Request,
    Span,
    Task,
)
from copilot.verify import comments, docclaims, docprose, remark_gates
from copilot.verify.contract import SCRIPTS, Contract
from copilot.verify.docconventions import language_for
from copilot.verify.docgaps import gaps
from copilot.verify.doctarget import KINDS, contract_again, contract_at, contract_for, contract_of, symbol_at
from prompts.templates import Library


def rounds(_settings: Settings) -> int:
    """Two: a model that is told which of its words were refused may find better ones."""
    return 2


async def prepared(request: Request, settings: Settings, _project: Project) -> Request:
    """The request with the settings' style and language where it leaves them open."""
    options = request.options if isinstance(request.options, CommentOptions) else CommentOptions()
    style = settings.comment.style if options.style == "auto" else options.style
    lang = settings.comment.lang if options.lang == "auto" else options.lang
    return replace(request, options=replace(options, style=style, lang=lang))


def build(request: Request, context: Context, settings: Settings, library: Library) -> Prompt | Declined:
    """The definition, and the parts of its documentation for which words are wanted, as a JSON schema."""
    options = request.options if isinstance(request.options, CommentOptions) else CommentOptions()
    if request.facts or not _is_documentation(request.document, options):
        return Declined(say("the code itself says what is right here"))
    return comment_prompt.build(request, context, settings, library)


def read(text: str, request: Request) -> Candidate | None:
    """The words of an answer, written down by `docwriting`; None when a part is missing or cannot stand in a comment."""
    return comment_prompt.read(text, request)


def satisfied(_request: Request, _candidate: Candidate, _settings: Settings) -> bool:
    """A proven candidate is enough."""
    return True


async def checks(candidate: Candidate, request: Request, project: Project, settings: Settings) -> AsyncIterator[Check]:
    """Applies, parses, changes nothing but documentation, keeps what people wrote, and says what the code says."""
    before = request.document
    try:
        after = edits.apply(before, candidate.edits)
    except UsageError as error:
        yield Check("applies", passed=False, detail=str(error))
        return
    yield Check("applies", passed=after.text != before.text)
    faults = new_faults(before, after, candidate.edits)
    yield Check("syntax", passed=not faults, detail=say("a new syntax error") if faults else "")
    yield comments.code_unchanged(before, after)
    options = request.options if isinstance(request.options, CommentOptions) else CommentOptions()
    if not _is_documentation(before, options):
        yield remark_gates.only_comments(before, after, candidate.edits)
        yield comments.kept(before, after)
        yield remark_gates.told_in(before, after, language_for(before, options, settings))
        yield docclaims.length(before, after)
        return
    yield comments.outside_unchanged(before, after, candidate.edits)
    if request.facts:
        for check in await asyncio.to_thread(lambda: list(_truer(before, after, candidate, request))):  # it may ask git
            yield check
        return
    yield comments.kept(before, after)
    old = contract_for(before, request.span, options.kind)
    new = contract_again(before, old, after) if old is not None else None
    if old is None or new is None:
        yield Check("signature", passed=False, detail=say("no definition here that documentation could describe"))
        return
    yield docclaims.signature(before, after, old, new)
    yield docclaims.entities(before, after, old, new)
    yield docclaims.language(before, after, old, new, language_for(before, options, settings))
    yield docclaims.length(before, after)
    yield docprose.telling(before, after, old, new)
    yield docprose.clean(before, after, old, new)
    yield docclaims.idempotent(after, new)
    async for check in docexamples.checks(before, after, old, new, project, settings):
        yield check


def _is_documentation(document: Document, options: CommentOptions) -> bool:
    """Whether what is asked for is a definition's documentation; Python's header is the module's."""
    return options.kind == "docstring" or (options.kind == "header" and document.language == "python")


def _truer(before: Document, after: Document, candidate: Candidate, request: Request) -> Iterator[Check]:
    """One contradiction is gone and none is new; no sentence of a person goes unless it is of what is not there any more."""
    around = next(
        (
            s.docstring
            for s in outline(before).symbols
            if s.docstring is not None and s.docstring.contains(request.span)
        ),
        request.span,
    )
    later = Span(around.start, max(around.start, around.end + len(after) - len(before)))
    was = Counter(map(comment_stale.told, comment_stale.contradictions(before, around)))
    now = Counter(map(comment_stale.told, comment_stale.contradictions(after, later)))
    targets = Counter(fact.message for fact in request.facts)
    passed = not now - was and all(now[message] < was[message] for message in targets)
    yield Check("true", passed, "" if passed else say("the documentation still differs from the code"))
    asks = any(fact.rule.endswith(("-removed", "doc:returns")) for fact in request.facts)
    lost = any(b"\n" in before.text[edit.span.start : edit.span.end].strip() for edit in candidate.edits)
    yield Check("kept", asks or not lost, say("text was dropped or moved") if lost and not asks else "")
    yield docclaims.length(before, after)


def held(document: Document, span: Span) -> list[Symbol]:
    """The definitions that lie in `span` as a whole, by the tree alone."""
    return [s for s in outline(document).symbols if s.kind in KINDS and span.contains(s.span)]


def wider_offers(document: Document, span: Span) -> list[Offer]:
    """What can be documented together: the definitions of a selection, and what has no documentation in the file.

    By the outline alone, since an editor asks at each move of the caret: there may turn out to be nothing to say.
    """
    if document.language not in {"python", "java"} | SCRIPTS:
        return []
    found = [s for s in outline(document).symbols if s.kind in KINDS and s.docstring is None]
    bare = [s for s in found if not s.name.startswith("_")]
    whole, together = Span(0, len(document)), CommentOptions(reach="all")
    listed = []
    if span not in (whole, Span(span.start, span.start)) and len([s for s in found if span.contains(s.span)]) > 1:
        listed.append(Offer(Task.COMMENT, say("Document the selection"), span, together))
    if bare:
        listed.append(Offer(Task.COMMENT, say("Document what is missing in this file"), whole, together))
    return listed


def offers(document: Document, span: Span) -> list[Offer]:
    """An offer for the definition around `span` when its documentation is missing or incomplete."""
    symbol = symbol_at(document, span)
    listed = _other_offers(document, span, symbol)
    if symbol is None or not _wants(document, contract_of(document, symbol)):
        return listed
    if symbol.docstring is None:
        title = say("Document {name}", name=symbol.name)
    else:
        title = say("Complete the documentation of {name}", name=symbol.name)
    return [Offer(Task.COMMENT, title, symbol.name_span, CommentOptions()), *listed]


def _other_offers(document: Document, span: Span, symbol: Symbol | None) -> list[Offer]:
    """A header where the file lacks one and the caret stands above its definitions; comments inside a function."""
    listed = []
    first = min((s.span.start for s in outline(document).symbols), default=len(document))
    if symbol is None and span.end < first and comment_header.wanted(document):
        listed.append(
            Offer(Task.COMMENT, say("Write the header of the file"), Span(0, 0), CommentOptions(kind="header"))
        )
    if symbol is not None and symbol.kind in comment_inline.FUNCTIONS:
        around = span if len(span) > 0 else symbol.span
        if comment_inline.wanted(document, around):
            listed.append(Offer(Task.COMMENT, say("Say in comments why"), around, CommentOptions(kind="inline")))
    return listed


def targets(document: Document, span: Span, kind: str = "docstring", *, bare: bool = False) -> list[Span]:
    """Where to ask, one place a definition, for all of `span` (a whole file): the module first, then in text order.

    `bare`: only what has no documentation at all. For a `header` only the file itself; for `inline` comments one place
    a function. Left out: what is documented, definitions inside functions, overrides, and Python's special methods beside
    `__init__`; each of them can still be asked for by itself.
    """
    found = [s for s in outline(document).symbols if s.kind in KINDS and span.contains(s.span)]
    if kind == "header":
        return [Span(0, 0)] if comment_header.wanted(document) else []
    if kind == "inline":
        own = [s for s in found if s.kind in comment_inline.FUNCTIONS and not _inner(document, s)]
        return [s.span for s in own if comment_inline.wanted(document, s.span)]
    asked = [s for s in found if not _is_minor(document, s) and not (bare and s.docstring is not None)]
    wanted = [s.name_span for s in asked if _wants(document, contract_of(document, s))]
    module = contract_at(document, Span(0, 0)) if document.language == "python" else None
    if (
        module is not None
        and module.symbol is None
        and span.contains(Span(0, len(document)))
        and gaps(document, module)
    ):
        wanted.insert(0, Span(0, 0))
    return wanted


def _wants(document: Document, contract: Contract) -> bool:
    return not contract.flags & {"overload", "setter"} and bool(gaps(document, contract))


def _is_minor(document: Document, symbol: Symbol) -> bool:
    if symbol.name.startswith("__") and symbol.name != "__init__":
        return True
    return _inner(document, symbol) or "override" in contract_of(document, symbol).flags


def _inner(document: Document, symbol: Symbol) -> bool:
    """Whether a definition stands inside a function."""
    parent = outline(document).parent(symbol)
    return parent is not None and parent.kind in comment_inline.FUNCTIONS


def together(before: Document, corrected: Document, after: Document) -> Iterator[Check]:
    """That all edits of a file stand together: it parses, the code is the same, and what stood there once nothing stale
    did (`corrected`) still stands there.
    """
    yield Check("applies", passed=after.text != before.text)
    old, new = of(before), of(after)
    faults = old is None or new is None or (new.root_node.has_error and not old.root_node.has_error)
    yield Check("syntax", passed=not faults, detail=say("a new syntax error") if faults else "")
    yield comments.code_unchanged(before, after)
    yield comments.kept(corrected, after)
    try:
        after.text.decode().encode(after.encoding)
    except UnicodeEncodeError:
        yield Check("encoding", passed=False, detail=say("the file's declared encoding cannot hold the text"))
    yield docclaims.length(before, after)


def public(document: Document) -> list[tuple[Symbol, bool]]:
    """The public definitions that documentation is asked of, each with whether it has any."""
    found = [s for s in outline(document).symbols if s.kind in KINDS and not _is_minor(document, s)]
    shown = [
        s for s in found if not any(part.startswith("_") and part != "__init__" for part in s.qualified.split("."))
    ]
    if document.language == "java":
        shown = [s for s in shown if "private" not in s.modifiers]
    listed = [(s, contract_of(document, s)) for s in shown]
    return [(s, not gaps(document, c).whole) for s, c in listed if not c.flags & {"overload", "setter"}]
