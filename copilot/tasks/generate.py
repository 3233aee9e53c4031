"""Code generation: which derivations exist, where they may be offered, how one is proved; what a model is asked.

Without a model only what the code already says is generated (see `KINDS`). Absent on purpose: the text of the members
(engines) and the decision which are missing (`context/members.py`); a model's side, which is in the `generate_*`
modules: the place, the prompt, the answer, the proof.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import Final

from copilot import edits as texts
from copilot.config import Settings
from copilot.context import branches as dispatch
from copilot.context.index import Index
from copilot.context.lineage import lineage
from copilot.context.members import Wanted, wanted
from copilot.messages import say
from copilot.syntax import classes
from copilot.syntax.classes import Shape
from copilot.tasks import generate_answer, generate_place, generate_prompt, generate_proof
from copilot.types import (
    Candidate,
    Check,
    Context,
    Declined,
    Document,
    Edit,
    GenerateOptions,
    Offer,
    Project,
    Prompt,
    Request,
    Span,
    Task,
)
from copilot.verify import names, syntax
from prompts.templates import Library

KINDS: Final = (
    "constructor",
    "implement",
    "override",
    "getters",
    "setters",
    "accessors",
    "equals",
    "hash",
    "string",
    "ordering",
    "dispatch",
)
"""What `GenerateOptions.kind` may be, beside `auto`. In this order they are offered and written."""

DERIVED: Final = "embedded"
"""How the origin of a derivation begins: it is proven by its own checks."""

_OFFERED: Final = ("constructor", "implement", "getters", "accessors", "equals", "string")
"""Kinds shown unasked. The rest (`override`, `hash` …) needs a word of the developer."""


def offers(document: Document, span: Span, index: Index | None = None) -> list[Offer]:
    """What can be derived for the class or function around `span`, judged by the tree (and cheap index look-ups)."""
    return [*_dispatch_offers(document, span, index), *_class_offers(document, span, index)]


def model_offers(document: Document, span: Span) -> list[Offer]:
    """What a model could write here without a word of the developer: the body of a stub that says what it is for."""
    request = Request(Task.GENERATE, document, span, GenerateOptions())
    place = generate_place.of(request)
    if isinstance(place, Declined) or place.kind != "stub" or place.routine is None:
        return []
    if not generate_prompt.documented(document, place):
        return []
    return [Offer(Task.GENERATE, generate_answer.title(document, place), place.routine.span, GenerateOptions())]


def _class_offers(document: Document, span: Span, index: Index | None) -> list[Offer]:
    shape = classes.class_at(document, span)
    if shape is None or not shape.sound:
        return []
    bases = lineage(document, shape, index)
    found: list[Offer] = []
    seen: set[tuple[str, ...]] = set()
    for kind in _OFFERED:
        if kind == "constructor" and any(m.role == "constructor" for m in shape.methods):
            continue  # Java: a further one is for who asks
        plan = wanted(kind, shape, bases)
        if isinstance(plan, Wanted) and plan.names not in seen:
            seen.add(plan.names)  # where every field is final, getters are all accessors there can be
            options = GenerateOptions(kind=kind)
            found.append(Offer(Task.GENERATE, title(plan, shape), shape.span, options))
    return found


def _dispatch_offers(document: Document, span: Span, index: Index | None) -> list[Offer]:
    found = dispatch.branches(document, span, index)
    if isinstance(found, Declined):
        return []
    return [Offer(Task.GENERATE, dispatch_title(found), found.routine.span, GenerateOptions(kind="dispatch"))]


def title(plan: Wanted, shape: Shape) -> str:
    """The phrase that names one derivation to a developer, fields or members included."""
    fields = ", ".join(f.name for f in plan.fields)
    members = ", ".join(plan.names)
    match plan.kind:
        case "constructor":
            return say("Generate constructor for {name} from {fields}", name=shape.name, fields=fields)
        case "implement":
            return say("Add stubs for abstract methods of {name}: {members}", name=shape.name, members=members)
        case "override":
            return say("Override {members} in {name}, calling the base", name=shape.name, members=members)
        case "getters" | "setters" | "accessors":
            return say("Generate accessors for {name}: {members}", name=shape.name, members=members)
        case _:
            return say("Generate {members} for {name} from {fields}", name=shape.name, members=members, fields=fields)


def dispatch_title(found: dispatch.Branches) -> str:
    """The phrase that names a dispatch."""
    return say(
        "Add a branch for each {enum} to {name}: {members}",
        enum=found.enum.name,
        name=found.routine.name,
        members=", ".join(found.missing),
    )


def build(request: Request, context: Context, settings: Settings, library: Library) -> Prompt | Declined:
    """What a model is asked; nothing for a derivation, which the code itself determines."""
    options = request.options
    if isinstance(options, GenerateOptions) and options.kind in KINDS:
        return Declined(say("this is derived from the code, not written by a model"))
    return generate_prompt.build(request, context, settings, library)


def read(text: str, request: Request) -> Candidate | None:
    """A raw answer as the least edits at its place; None when it holds nothing for there."""
    return generate_answer.read(text, request)


def rounds(settings: Settings) -> int:
    """Two: in the second a model sees what failed and gives several answers. (A derivation would come out the same.)"""
    return 2 if settings.model.samples else 1


def satisfied(request: Request, candidate: Candidate, settings: Settings) -> bool:  # noqa: ARG001 - the protocol's
    """The first proven derivation is the only one."""
    return True


async def checks(
    candidate: Candidate,
    request: Request,
    project: Project,
    settings: Settings,
) -> AsyncIterator[Check]:
    """A derivation: `applies`, `syntax`, `kept`, `names`, `members`, all from the tree. Else see `generate_proof`."""
    document = request.document
    if not candidate.origin.startswith(DERIVED):
        async for check in generate_proof.checks(candidate.edits, request, project, settings):
            yield check
        return
    yield syntax.applies(document, candidate.edits)
    yield syntax.no_new_faults(document, candidate.edits, compiler=True)
    yield kept(document, candidate.edits)
    yield names.bound(document, candidate.edits)
    yield members_once(document, candidate.edits)


def kept(document: Document, edits: tuple[Edit, ...]) -> Check:
    """Check `kept`: nothing but a placeholder (`pass`, `...`, `raise NotImplementedError`) and blanks is replaced."""
    for edit in edits:
        gone = document.text[edit.span.start : edit.span.end].strip()
        stub = gone in (b"", b"pass", b"...") or (b"\n" not in gone and gone.startswith(_UNFINISHED))
        if edit.path != document.path or not stub:
            return Check("kept", passed=False, detail=say("existing code would be replaced"))
    return Check("kept", passed=True, detail=say("existing code is unchanged"))


_UNFINISHED: Final = (b"raise NotImplementedError", b"throw new UnsupportedOperationException")


def members_once(document: Document, edits: tuple[Edit, ...]) -> Check:
    """Check `members`: the edits add members to a class or branches to a function, and none stands twice."""
    after = texts.apply(document, edits)
    places = [_first_code(after, span) for span in names.inserted_spans(document, edits)]
    shapes = {s.qualified: s for p in places if (s := classes.class_at(after, p)) is not None}
    before, now = Counter[str](), Counter[str]()
    for qualified, shape in shapes.items():
        now += _members(shape)
        before += sum((_members(s) for s in classes.named(document, qualified)), Counter[str]())
    if now == before:  # no member: branches, then
        now = sum((_branches(after, p) for p in places), Counter[str]())
        before = sum((_branches(document, e.span) for e in edits), Counter[str]())
    fresh = now - before
    if before - now:
        return Check("members", passed=False, detail=say("a member is gone"))
    if not fresh:
        return Check("members", passed=False, detail=say("no member was added"))
    twice = sorted(key for key in fresh if now[key] > 1)
    if twice:
        return Check("members", passed=False, detail=say("defined twice: {names}", names=", ".join(twice)))
    return Check("members", passed=True, detail=say("members added: {count}, none twice", count=fresh.total()))


def _first_code(document: Document, span: Span) -> Span:
    """The first character of an inserted text that is not blank."""
    text = document.text[span.start : span.end]
    start = span.start + len(text) - len(text.lstrip())
    return Span(start, start)


def _members(shape: Shape) -> Counter[str]:
    """The methods of a class, overloads and the roles of a property told apart, counted."""
    found: Counter[str] = Counter()
    for m in shape.methods:
        told = ", ".join(p.annotation or "" for p in m.parameters) if shape.language == "java" else m.role
        found[f"{shape.qualified}.{m.name}({told})"] += 1
    return found


def _branches(document: Document, span: Span) -> Counter[str]:
    """The constants that the function around `span` names in branches, counted."""
    routine = classes.routine_at(document, span)
    return Counter(routine.branches if routine is not None else ())
