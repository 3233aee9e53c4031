"""Which members of an enum a function does not treat yet. Absent on purpose: what a branch does."""

from __future__ import annotations

import re
from dataclasses import dataclass

from copilot.context.index import Index
from copilot.context.lineage import imports, locate
from copilot.messages import say
from copilot.syntax.classes import Parameter, Routine, Shape, Switch, routine_at
from copilot.syntax.lines import line_start
from copilot.types import Declined, Document, Span

_OPTIONAL = re.compile(r"""^["']?\s*(?:(?:\w+\.)*Optional\[\s*([\w.]+)\s*\]|([\w.]+)(?:\s*\|\s*None)?)\s*["']?$""")


@dataclass(frozen=True, slots=True)
class Branches:
    """A function with a parameter of an enum type; `spelled` is how the file names the enum.

    `missing` are the members without a branch, in their order. `switch` is the one to complete, None where the
    function's body is still empty.
    """

    routine: Routine
    parameter: Parameter
    enum: Shape
    spelled: str
    missing: tuple[str, ...]
    switch: Switch | None


def branches(document: Document, span: Span, index: Index | None) -> Branches | Declined:
    """The branches that the function around `span` lacks, or why none can be derived."""
    routine = routine_at(document, span)
    if routine is None:
        return Declined(say("there is no function here"))
    if not routine.sound:
        return Declined(say("{name} has a syntax error that must be repaired first", name=routine.name))
    found = [hit for p in routine.parameters if (hit := _enum(document, p, index)) is not None]
    switched = {switch.subject: switch for switch in routine.switches}
    found = [hit for hit in found if hit[0].name in switched] or found
    if len(found) != 1:
        return Declined(say("{name} has no single parameter of an enum type known here", name=routine.name))
    parameter, spelled, enum = found[0]
    switch = switched.get(parameter.name)
    if switch is None and not routine.empty:
        return Declined(say("{name} has a body already", name=routine.name))
    missing = tuple(c for c in enum.constants if switch is None or c not in switch.labels)
    if not missing:
        return Declined(say("{name} treats every member of {enum}", name=routine.name, enum=enum.name))
    return Branches(routine, parameter, enum, spelled, missing, switch)


def _enum(document: Document, parameter: Parameter, index: Index | None) -> tuple[Parameter, str, Shape] | None:
    match = _OPTIONAL.match(parameter.annotation or "")
    if match is None or parameter.kind != "plain":
        return None
    spelled = match.group(1) or match.group(2)
    found = locate(document, spelled, index)
    if found is None or found[1].kind != "enum" or not found[1].constants:
        return None
    row = imports(document).get(spelled.partition(".")[0])
    if (
        row is not None
        and document.language == "python"
        and line_start(document.text, row.span.start) != row.span.start
    ):
        return None  # imported for type checkers only, or under a condition
    return parameter, spelled, found[1]
