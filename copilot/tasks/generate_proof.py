"""The proof of generated or edited code that a model wrote: form, scope, names; then running it (`generate_runs.py`).

Absent on purpose: the proof of a derivation (`generate.py`).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from typing import Final

from copilot import edits as texts
from copilot.config import Settings
from copilot.errors import ToolMissing, ToolSilent
from copilot.messages import say
from copilot.syntax import classes
from copilot.syntax import tree as trees
from copilot.syntax.lines import line_end, line_start, next_line
from copilot.syntax.outline import Symbol, outline
from copilot.tasks import generate_place, generate_runs
from copilot.tasks.generate_place import Place
from copilot.types import Check, Declined, Document, Edit, Project, Request, Span
from copilot.verify import diagnostics, imported, javac, names, syntax, tools

_ROUTINES: Final = frozenset({"function", "method", "constructor"})
_TYPES: Final = frozenset({"class", "interface", "enum", "record"})


async def checks(
    edits: tuple[Edit, ...], request: Request, project: Project, settings: Settings
) -> AsyncIterator[Check]:
    """`applies`, `syntax`, `scope`, `signature`, `names`, `imports`, `compiler`; then `examples` and `existing tests`."""
    document = request.document
    yield syntax.applies(document, edits)
    yield syntax.no_new_faults(document, edits, compiler=True)
    place = generate_place.of(request)
    after = texts.apply(document, edits)
    if isinstance(place, Declined):
        yield Check("scope", passed=False, detail=place.reason)
        return
    yield scope(document, after, edits, place)
    if place.kind == "stub" and place.routine is not None:
        yield signature(document, after, place)
    yield await _names(document, after, edits, project)
    yield await asyncio.to_thread(imported.there, document, after, project)
    if document.language == "java" and project.java_home is not None:
        async for check in _compiler(document, after, project):
            yield check
    async for check in generate_runs.checks(
        generate_runs.Change(document, after, edits, place, request.instruction), project, settings
    ):
        yield check


def scope(document: Document, after: Document, edits: Iterable[Edit], place: Place) -> Check:
    """Check `scope`: only what was asked for changes.

    An edit stays in its lines, new code replaces nothing but a stub; imports may be added, nothing is defined twice.
    """
    allowed = Span(
        line_start(document.text, place.span.start), next_line(document.text, line_end(document.text, place.span.end))
    )
    for edit in edits:
        gone = document.text[edit.span.start : edit.span.end]
        if edit.path != document.path:
            return Check("scope", passed=False, detail=say("another file would change"))
        if place.kind == "edit":
            inside = allowed.contains(edit.span) or _is_imports(document, edit)
        else:
            inside = not gone.strip() or place.span.contains(edit.span) or _is_imports(document, edit)
        if not inside:
            line = document.text.count(b"\n", 0, edit.span.start) + 1
            return Check("scope", passed=False, detail=say("line {line} was not to be changed", line=line))
    if (name := _unfinished(after, place)) is not None:
        return Check("scope", passed=False, detail=say("{name} is still unfinished", name=name))
    if lost := _gone(document, after):
        return Check("scope", passed=False, detail=say("{names} is gone and still used", names=", ".join(lost)))
    if twice := _twice(document, after):
        return Check("scope", passed=False, detail=say("defined twice: {names}", names=", ".join(twice)))
    return Check("scope", passed=True, detail=say("nothing else changes"))


def _unfinished(after: Document, place: Place) -> str | None:
    """The name of the stub when what fills it does nothing either."""
    if place.kind != "stub" or place.routine is None:
        return None
    symbol = next((s for s in outline(after).symbols if s.qualified == place.routine.path), None)
    filled = classes.routine_at(after, symbol.name_span) if symbol is not None else None
    return filled.name if filled is not None and filled.empty else None


def _is_imports(document: Document, edit: Edit) -> bool:
    """True for an edit that only adds imports: whole statements, or a name to one."""
    at = edit.span
    if not len(at) and edit.new.startswith(", "):
        return any(row.span.start < at.start <= row.span.end for row in outline(document).imports)
    rows = [row.strip() for row in edit.new.split("\n") if row.strip()]
    gone = document.text[at.start : at.end].strip()
    return not gone and all(row.startswith(("import ", "from ")) for row in rows)


def _gone(document: Document, after: Document) -> list[str]:
    """Names whose definition the change takes away while the file goes on using them (as an attribute, too)."""
    now = {symbol.qualified for symbol in outline(after).symbols}
    left = {symbol.name for symbol in outline(after).symbols}
    lost = {s.name for s in outline(document).symbols if s.qualified not in now} - left
    tree = trees.of(after) if lost else None
    if tree is None:
        return []
    used = {(n.text or b"").decode() for n in trees.descendants(tree.root_node, "identifier", "type_identifier")}
    return sorted(lost & used)


def _twice(document: Document, after: Document) -> list[str]:
    """Functions and classes that the change defines a second time in their scope (overloads and properties aside)."""

    def counted(doc: Document) -> Counter[str]:
        found: Counter[str] = Counter()
        for symbol in outline(doc).symbols:
            if symbol.kind in _ROUTINES | _TYPES and not symbol.decorators:
                given = ",".join(p.annotation or "" for p in symbol.parameters) if doc.language == "java" else ""
                found[f"{symbol.qualified}({given})" if doc.language == "java" else symbol.qualified] += 1
        return found

    before, now = counted(document), counted(after)
    return sorted(name for name, count in now.items() if count > max(1, before[name]))


def signature(document: Document, after: Document, place: Place) -> Check:
    """Check `signature`: name, parameters, annotations and documentation of the stub are what they were."""
    assert place.routine is not None
    before = _heads(document, place.routine.span.end)
    kept = before is not None and any(before == _head(after, s) for s in outline(after).symbols)
    if not kept:
        return Check(
            "signature", passed=False, detail=say("the signature of {name} was changed", name=place.routine.name)
        )
    return Check("signature", passed=True, detail=say("the signature is unchanged"))


def _heads(document: Document, end: int) -> bytes | None:
    found = next((s for s in outline(document).symbols if s.kind in _ROUTINES and s.span.end == end), None)
    return _head(document, found) if found is not None else None


def _head(document: Document, symbol: Symbol) -> bytes:
    """A function's text up to its first statement, line ends and blanks told the same way."""
    if symbol.body is None or symbol.kind not in _ROUTINES:
        return b""
    doc = symbol.docstring
    inside = doc is not None and symbol.body.contains(doc)
    end = doc.end if doc is not None and inside else symbol.body.start + (1 if document.language == "java" else 0)
    return symbol.qualified.encode() + b" " + b" ".join(document.text[symbol.span.start : end].split())


async def _names(document: Document, after: Document, edits: tuple[Edit, ...], project: Project) -> Check:
    """Every name is bound: for Python by the linter's own reading of scopes, else by the tree."""
    if document.language != "python":
        return names.bound(document, edits)
    try:
        tools.ruff_binary()
    except ToolMissing:
        return names.bound(document, edits)
    try:
        was, now = await _undefined(document, project), await _undefined(after, project)
    except ToolSilent:
        return names.bound(document, edits)
    if fresh := sorted((now - was).elements()):
        return Check("names", passed=False, detail="; ".join(dict.fromkeys(fresh)))
    return Check("names", passed=True, detail=say("every name is bound"))


async def _undefined(document: Document, project: Project) -> Counter[str]:
    found = await diagnostics.findings(document, project, lint=False, proving=True)
    return Counter(each.message for each in found if each.rule == diagnostics.UNDEFINED)


async def _compiler(document: Document, after: Document, project: Project) -> AsyncIterator[Check]:
    """The compiler's parser accepts the file as far as it did before."""
    try:
        now = await javac.syntax(after, project.java_home)
        was = await javac.syntax(document, project.java_home) if now else ()
    except ToolMissing:
        return  # nothing is claimed that was not checked
    if len(now) > len(was):
        line = after.text.count(b"\n", 0, now[0].span.start) + 1
        detail = say("javac: line {line}, {key}", line=line, key=now[0].key)
        yield Check("compiler", passed=False, detail=detail)
    else:
        yield Check("compiler", passed=True, detail=say("javac: no syntax error at the change"))
