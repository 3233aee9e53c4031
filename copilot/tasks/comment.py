"""Documentation: what may be documented where, and the proof that a proposal is only documentation and true.

Absent on purpose: the words (`copilot/engines`, or a model: `comment_prompt.py`) and writing them down (`docwriting.py`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from copilot import edits
from copilot.config import Settings
from copilot.errors import UsageError
from copilot.messages import say
from copilot.syntax.outline import Symbol, outline
from copilot.syntax.tree import new_faults
from copilot.tasks import comment_prompt, docexamples
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
from copilot.verify import comments, docclaims, docprose
from copilot.verify.contract import Contract
from copilot.verify.docconventions import language_for
from copilot.verify.docgaps import gaps
from copilot.verify.doctarget import KINDS, contract_again, contract_at, contract_of, symbol_at
from prompts.templates import Library


def rounds(_settings: Settings) -> int:
    """Two: a model that is told which of its words were refused may find better ones."""
    return 2


async def prepared(request: Request, settings: Settings, _project: Project) -> Request:
    """The request with the settings' style and language where it leaves them open."""
    options = request.options if isinstance(request.options, CommentOptions) else CommentOptions()
    style = settings.comment.style if options.style == "auto" else options.style
    lang = settings.comment.lang if options.lang == "auto" else options.lang
    return replace(request, options=CommentOptions(style, lang))


def build(request: Request, context: Context, settings: Settings, library: Library) -> Prompt | Declined:
    """The definition, and the parts of its documentation for which words are wanted, as a JSON schema."""
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
    yield comments.outside_unchanged(before, after, candidate.edits)
    yield comments.kept(before, after)
    old = contract_at(before, request.span)
    new = contract_again(before, old, after) if old is not None else None
    if old is None or new is None:
        yield Check("signature", passed=False, detail=say("no definition here that documentation could describe"))
        return
    yield docclaims.signature(before, after, old, new)
    yield docclaims.entities(before, after, old, new)
    options = request.options if isinstance(request.options, CommentOptions) else CommentOptions()
    yield docclaims.language(before, after, old, new, language_for(before, options, settings))
    yield docclaims.length(before, after)
    yield docprose.telling(before, after, old, new)
    yield docprose.clean(before, after, old, new)
    yield docclaims.idempotent(after, new)
    async for check in docexamples.checks(before, after, old, new, project, settings):
        yield check


def offers(document: Document, span: Span) -> list[Offer]:
    """An offer for the definition around `span` when its documentation is missing or incomplete."""
    symbol = symbol_at(document, span)
    if symbol is None or not _wants(document, contract_of(document, symbol)):
        return []
    if symbol.docstring is None:
        title = say("Document {name}", name=symbol.name)
    else:
        title = say("Complete the documentation of {name}", name=symbol.name)
    return [Offer(Task.COMMENT, title, symbol.name_span, CommentOptions())]


def targets(document: Document, span: Span) -> list[Span]:
    """Where to ask, one place a definition, for all of `span` (a whole file): the module first, then in text order.

    Left out: what is documented, definitions inside functions, overrides, and Python's special methods beside
    `__init__`; each of them can still be asked for by itself.
    """
    found = [s for s in outline(document).symbols if s.kind in KINDS and span.contains(s.span)]
    wanted = [s.name_span for s in found if not _is_minor(document, s) and _wants(document, contract_of(document, s))]
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
    parent = outline(document).parent(symbol)
    if parent is not None and parent.kind in {"function", "method", "constructor"}:
        return True
    return "override" in contract_of(document, symbol).flags
