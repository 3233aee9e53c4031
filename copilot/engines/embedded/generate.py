"""Generation without a model: members and branches that the code itself determines.

What is missing comes from `context/members.py` and `context/branches.py`, the texts from `generate_<language>.py`;
this module reads the wish and joins the parts. Absent on purpose: anything that would have to be invented. Such a
wish is `Declined("needs a model")`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from copilot.context import branches, members
from copilot.context.index import Index
from copilot.context.lineage import Ancestor, lineage
from copilot.context.members import Bases, Wanted
from copilot.engines.base import Resources
from copilot.engines.embedded import (
    generate_dispatch,
    generate_imports,
    generate_java,
    generate_plan,
    generate_python,
    generate_words,
)
from copilot.engines.embedded.generate_imports import Need
from copilot.messages import say
from copilot.syntax import classes
from copilot.syntax.classes import READERS, Shape
from copilot.syntax.lines import line_start
from copilot.tasks.generate import KINDS, dispatch_title, title
from copilot.types import Candidate, Context, Declined, Document, Edit, GenerateOptions, Request, Span

ORIGIN = "embedded:derived"

_ONE_BY_ONE = frozenset({"accessors", "getters", "setters"})
"""What can be asked for a single field."""


async def propose(
    request: Request,
    context: Context,  # noqa: ARG001 - the protocol's parameter: a derivation reads the document itself
    resources: Resources,
) -> AsyncIterator[Candidate | Declined]:
    """One candidate, or the reason why nothing can be derived."""
    loop = asyncio.get_running_loop()
    yield await loop.run_in_executor(resources.executor, derive, request, resources.index)


def derive(request: Request, index: Index | None) -> Candidate | Declined:
    """The derivation that the request names, as edits. Reads files of the repository, runs nothing."""
    doc, span = request.document, request.span
    if doc.language not in READERS:
        return _needs_model(())
    shape = classes.class_at(doc, span)
    bases = lineage(doc, shape, index) if shape is not None else ()
    wish = _wish(request, shape, bases)
    if wish is None:
        return _needs_model(_possible(doc, span, shape, bases, index))
    if wish.kinds == ("dispatch",):
        return _dispatch(doc, span, index)
    if shape is None:
        return Declined(say("there is no class here"))
    chosen = wish.chosen
    if not chosen and _ONE_BY_ONE.issuperset(wish.kinds):
        chosen = _field_at(shape, classes.code_span(doc.text, span))
    return _members(doc, shape, bases, wish.kinds, chosen, index)


def _wish(request: Request, shape: Shape | None, bases: Bases) -> generate_words.Understood | None:
    options = request.options
    kind = options.kind if isinstance(options, GenerateOptions) else "auto"
    names: set[str] = set()
    if shape is not None:
        names = {n for f in shape.fields for n in (f.name, f.name.lstrip("_"))}
        names |= {m.name for b in bases if isinstance(b, Ancestor) for m in b.shape.methods}
        names |= {b.shape.name for b in bases if isinstance(b, Ancestor)}
    else:
        routine = classes.routine_at(request.document, request.span)
        names = {p.name for p in routine.parameters} | {routine.name} if routine is not None else set()
    said = generate_words.understand(request.instruction, names, shape.name if shape else "")
    if kind == "auto":
        return said
    if kind not in KINDS:
        return None
    return generate_words.Understood((kind,), said.chosen if said else frozenset())


def _members(
    doc: Document, shape: Shape, bases: Bases, kinds: tuple[str, ...], chosen: frozenset[str], index: Index | None
) -> Candidate | Declined:
    plans: list[Wanted] = []
    reasons: list[Declined] = []
    for kind in sorted(set(kinds), key=KINDS.index):
        plan = members.wanted(kind, shape, bases, chosen)
        if isinstance(plan, Declined):
            reasons.append(plan)
            continue
        taken = {name for p in plans for name in p.names}
        fresh = tuple(name for name in plan.names if name not in taken)  # `hash` and `equals` both bring __eq__
        if fresh:
            plans.append(replace(plan, names=fresh) if taken.intersection(plan.names) else plan)
    if not plans:
        return reasons[0]
    if shape.layout.inline and shape.layout.placeholder is None and shape.language == "python":
        return Declined(say("the body of {name} stands on one line", name=shape.name))
    edits = _edits(doc, shape, bases, plans, index)
    if isinstance(edits, Declined):
        return edits
    return Candidate(tuple(edits), ORIGIN, 1.0, "; ".join(title(plan, shape) for plan in plans))


def _edits(
    doc: Document, shape: Shape, bases: Bases, plans: list[Wanted], index: Index | None
) -> list[Edit] | Declined:
    inherited = [i for plan in plans for i in plan.inherited]
    texts: list[generate_plan.Member] = []
    needs: list[Need] = []
    extra: list[Edit] = []
    if shape.language == "python":
        found = generate_imports.python_needs(doc, inherited, [b for b in bases if isinstance(b, Ancestor)])
        for plan in plans:
            texts += generate_python.written(plan, shape, doc)
        if any(plan.kind == "ordering" for plan in plans) and not _is_total(shape):
            needs.append(("functools", "total_ordering"))
            start = line_start(doc.text, shape.span.start)
            extra.append(Edit(doc.path, Span(start, start), f"{shape.layout.indent}@total_ordering\n"))
    else:
        found = generate_imports.java_needs(doc, shape, inherited, index)
        for plan in plans:
            more, needed = generate_java.written(plan, shape, doc)
            texts, needs = texts + more, needs + needed
    if isinstance(found, Declined):
        return found
    return [*generate_imports.import_edits(doc, needs + found), *extra, *generate_plan.placed(doc, shape, texts)]


def _is_total(shape: Shape) -> bool:
    return any(d.rpartition(".")[2] == "total_ordering" for d in shape.decorators)


def _dispatch(doc: Document, span: Span, index: Index | None) -> Candidate | Declined:
    found = branches.branches(doc, span, index)
    if isinstance(found, Declined):
        return found
    return Candidate(tuple(generate_dispatch.written(found, doc)), ORIGIN, 1.0, dispatch_title(found))


def _field_at(shape: Shape, span: Span) -> frozenset[str]:
    """The field under the caret, so that accessors can be asked for one field.

    For accessors alone: an `equals` of one field, only because the caret stood there, would be wrong.
    """
    here = [f.name for f in shape.fields if f.origin == "declared" and f.span.contains(span)]
    return frozenset(here)


def _possible(doc: Document, span: Span, shape: Shape | None, bases: Bases, index: Index | None) -> tuple[str, ...]:
    """The kinds that could be derived at this place."""
    found = [k for k in KINDS if shape is not None and isinstance(members.wanted(k, shape, bases), Wanted)]
    if not isinstance(branches.branches(doc, span, index), Declined):
        found.append("dispatch")
    return tuple(found)


def _needs_model(possible: tuple[str, ...]) -> Declined:
    if not possible:
        return Declined(say("needs a model"), say("nothing can be derived from the code here"))
    return Declined(
        say("needs a model"), say("without a model this can be derived here: {kinds}", kinds=", ".join(possible))
    )
