"""A raw model answer as the least edits at its place: a stub filled, a selection rewritten, new code put in.

Tolerant in form (fences, prose, a whole file or class around what was asked, a diff, another indentation), strict in
scope: what the answer says about other code is left out. Imports go to the head of the file. Absent on purpose: the
proof (`generate_proof.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import Final

from copilot.edits import lf
from copilot.messages import say
from copilot.syntax import importing
from copilot.syntax.importing import Need
from copilot.syntax.lines import indent_unit, line_start, next_line
from copilot.syntax.outline import outline
from copilot.tasks import answers, fragments, generate_code, generate_place, known_imports
from copilot.tasks.generate_code import Code, Piece
from copilot.tasks.generate_place import Place
from copilot.types import Candidate, Declined, Document, Edit, Request, Span
from copilot.verify import names, syntax

MARK: Final = "<<< code goes here >>>"
"""What stands at the place in a prompt; an answer that repeats it loses that line."""

_LIKELY: Final = 0.6
_MATCHED_LINES: Final = 3_000
_DIFF: Final = re.compile(r"^@@ |^```(?:diff|patch)\b", re.MULTILINE)


def read(text: str, request: Request) -> Candidate | None:
    """The candidate of a raw answer; None when it holds nothing for this place."""
    place = generate_place.of(request)
    if isinstance(place, Declined):
        return None
    made = _made(text, request, place)
    if not made:
        return None
    return Candidate(tuple(_imported(request.document, made)), "", _LIKELY, title=title(request.document, place))


def title(document: Document, place: Place) -> str:
    """What is proposed, in one phrase."""
    if place.kind == "stub" and place.routine is not None:
        return say("Implement {name}", name=place.routine.name)
    if place.kind == "edit":
        first, last = (document.text.count(b"\n", 0, at) + 1 for at in (place.span.start, place.span.end))
        if first == last:
            return say("Edit line {line}", line=first)
        return say("Edit lines {first}-{last}", first=first, last=last)
    return say("Generate code")


def _made(text: str, request: Request, place: Place) -> list[Edit]:
    document = request.document
    if place.kind == "edit" and _DIFF.search(answers.plain(text)):
        region = _region(document, place)
        for span in (region, Span(0, len(document))):
            patched = fragments.replacement(text, document, span)
            if patched is not None:
                return list(hunks(document, span, patched))
        return []
    told = answers.code(
        text, document.language, original=_lf(document.text), fits=lambda code: _fits(code, document, place)
    )
    if told is None:
        return []
    rows = [row for row in told.split("\n") if MARK not in row]
    raw = "\n".join(rows)
    code = generate_code.taken_apart(raw, document.language)
    if not code.text.strip():
        return []
    match place.kind:
        case "stub":
            return _filled(code, document, place)
        case "edit":
            return _edited(code, raw, document, place)
        case _:
            return _added(code, raw, document, place)


def _fits(code: str, document: Document, place: Place) -> bool:
    parts = generate_code.taken_apart(code, document.language)
    if place.kind == "new":
        return parts.defines
    name = place.routine.name if place.routine is not None else ""
    return _routine(parts, document, place, name) is not None


def _routine(code: Code, document: Document, place: Place, name: str) -> tuple[Piece, Code] | None:
    """The function of that name in an answer, and the parts it stands among (the file's, or its class's)."""
    scopes = [code]
    if place.owner is not None and (wrapper := code.named(place.owner.name, "class")) is not None:
        scopes.insert(0, generate_code.members(wrapper, document.language))
    for scope in scopes:
        if name and (piece := scope.named(name)) is not None:
            return piece, scope
    return None


# A stub


def _filled(code: Code, document: Document, place: Place) -> list[Edit]:
    assert place.routine is not None
    found = _routine(code, document, place, place.routine.name)
    if found is not None:
        piece, scope = found
        stub = next((s for s in outline(document).symbols if s.span.end == place.routine.span.end), None)
        told = generate_code.body(piece, document.language, documented=stub is not None and stub.docstring is not None)
        others = [*scope.pieces, *(code.pieces if scope is not code else ())]
        helpers = _helpers(others, piece, document, place)
        bodies = [told] if told else []
    else:
        if code.defines and not _only_inside(code):
            return []
        helpers = []
        bodies = [code.text, generate_code.mended(code.text, document.language)]
        if place.routine.name and bodies[0] == bodies[1]:
            bodies.pop()
    tries = [[*_imports(document, code.needs), *helpers, _fill(each, document, place)] for each in bodies]
    return next(
        (edits for edits in tries if syntax.no_new_faults(document, edits, compiler=True).passed),
        tries[0] if tries else [],
    )


def _only_inside(code: Code) -> bool:
    """True for statements that define a helper of their own and go on: a body, not another function."""
    return bool(code.pieces) and code.pieces[-1].kind not in ("function", "class", "use")


def _fill(body: str, document: Document, place: Place) -> Edit:
    unit = indent_unit(document.text)
    new = place.lead + generate_code.indented(body, document.language, place.indent, unit) + place.tail
    return Edit(document.path, place.span, new)


def _helpers(pieces: Iterable[Piece], own: Piece, document: Document, place: Place) -> list[Edit]:
    """What the function needs beside it and the file does not have: methods behind it, the rest before its statement."""
    assert place.routine is not None
    known = {symbol.name for symbol in outline(document).symbols}
    fresh = [p for p in pieces if p is not own and p.kind in ("function", "class", "value") and p.name not in known]
    fresh = [p for p in fresh if p.name and (place.owner is None or p.name != place.owner.name)]
    inside = [p for p in fresh if place.owner is not None and (p.instance or document.language == "java")]
    outside = [p for p in fresh if p not in inside]
    unit, edits = indent_unit(document.text), []
    if inside:
        end = place.routine.span.end
        texts = [generate_code.indented(p.text, document.language, place.routine.indent, unit) for p in inside]
        edits.append(Edit(document.path, Span(end, end), "".join(f"\n\n{text}" for text in texts)))
    if outside:
        start = _statement(document, place.routine.span.start)
        texts = [generate_code.indented(p.text, document.language, "", unit) for p in outside]
        edits.append(Edit(document.path, Span(start, start), "".join(f"{text}\n\n\n" for text in texts)))
    return edits


def _statement(document: Document, offset: int) -> int:
    """Where the top-level definition around an offset begins, with its comments."""
    around = [s for s in outline(document).symbols if s.parent is None and s.span.start <= offset < s.span.end]
    start = line_start(document.text, around[0].span.start if around else offset)
    while start and document.text[line_start(document.text, start - 1) : start].startswith(b"#"):
        start = line_start(document.text, start - 1)
    return start


# An edit


def _edited(code: Code, raw: str, document: Document, place: Place) -> list[Edit]:
    region = _region(document, place)
    shown = _lf(document.text[region.start : region.end])
    text = code.text
    keeps = bool(_import_rows(document, region))
    if keeps and code.needs:
        text = _with_imports(code, document)
    routine = _rows(document, _symbol_span(document, place.routine.span)) if place.routine is not None else None
    if routine is not None and place.routine is not None and routine.contains(region):
        found = _routine(code, document, place, place.routine.name)
        if found is not None:
            piece, scope = found
            text = piece.text if region != routine else _with_helpers(piece, scope, document)
            return [*_imports(document, code.needs), *_laid(text, document, routine)]
        if region == routine and not code.defines:
            # Statements alone do not say which of a function's lines they are, unless they begin and end like some.
            part = _part(code.text, shown)
            return [*_imports(document, code.needs), *hunks(document, region, part)] if part is not None else []
    elif (inner := _unwrapped(code, document, place)) is not None:
        text = inner
    if _is_whole(code, document):
        return list(hunks(document, Span(0, len(document)), generate_code.dedented(raw, document.language)))
    return [*_imports(document, () if keeps else code.needs), *_laid(text, document, region)]


def _with_helpers(own: Piece, scope: Code, document: Document) -> str:
    """An edited function with the functions that the answer puts beside it and the file does not have."""
    known = {symbol.name for symbol in outline(document).symbols}
    kept = [p for p in scope.pieces if p is own or (p.kind in ("function", "class", "value") and p.name not in known)]
    return _joined(kept, scope)


def _part(code: str, shown: str) -> str | None:
    """`shown` with the lines replaced that `code` is a version of: its first and last line stand there, once each."""
    new, old = code.strip("\n").split("\n"), shown.removesuffix("\n").split("\n")
    told, there = [row.strip() for row in new], [row.strip() for row in old]
    if len(told) < 2 or there.count(told[0]) != 1 or there.count(told[-1]) != 1:
        return None
    first, last = there.index(told[0]), there.index(told[-1])
    if last <= first:
        return None
    lead = old[first][: len(old[first]) - len(old[first].lstrip())]
    moved = [lead + row if row.strip() else "" for row in new]
    return "\n".join([*old[:first], *moved, *old[last + 1 :]]) + "\n"


def _region(document: Document, place: Place) -> Span:
    return _rows(document, place.span)


def _rows(document: Document, span: Span) -> Span:
    """Whole lines with the last one's end."""
    return Span(line_start(document.text, span.start), next_line(document.text, span.end))


def _symbol_span(document: Document, span: Span) -> Span:
    """A function's span with its decorators."""
    found = (s.span for s in outline(document).symbols if s.span.end == span.end and s.span.start <= span.start)
    return next(found, span)


def _unwrapped(code: Code, document: Document, place: Place) -> str | None:
    """The members of an answer that repeats the class around the selection."""
    if place.owner is None or (wrapper := code.named(place.owner.name, "class")) is None:
        return None
    if line_start(document.text, place.span.start) <= place.owner.span.start:
        return None  # the class itself was selected
    return generate_code.members(wrapper, document.language).text or None


def _is_whole(code: Code, document: Document) -> bool:
    """True for an answer that repeats the file: every top-level name of it, of which there are several."""
    tops = {s.name for s in outline(document).symbols if s.parent is None}
    return len(tops) > 1 and tops <= {piece.name for piece in code.pieces}


def _import_rows(document: Document, region: Span) -> list[Span]:
    return [row.span for row in outline(document).imports if region.contains(row.span)]


def _with_imports(code: Code, document: Document) -> str:
    """The code with its imports on top: the selection holds the file's own."""
    if document.language == "java":
        rows = [f"import {'static ' if n.static else ''}{n.module}.{n.name};" for n in code.needs]
    else:
        called = {n: f" as {n.alias}" if n.alias else "" for n in code.needs}
        rows = [
            f"from {n.module} import {n.name}{called[n]}" if n.name else f"import {n.module}{called[n]}"
            for n in code.needs
        ]
    return "\n".join(rows) + "\n\n" + code.text


def _laid(text: str, document: Document, span: Span) -> list[Edit]:
    """`text` in the place of whole lines, at their depth; only the lines that differ change."""
    old = document.text[span.start : span.end]
    margins = [row[: len(row) - len(row.lstrip(b" \t"))] for row in old.splitlines() if row.strip()]
    indent = min(margins, key=len, default=b"").decode()
    new = generate_code.indented(text, document.language, indent, indent_unit(document.text))
    lead = len(old) - len(old.lstrip(b"\r\n"))
    return list(hunks(document, span, "\n" * old[:lead].replace(b"\r\n", b"\n").count(b"\n") + new + "\n"))


def hunks(document: Document, span: Span, new: str) -> Iterator[Edit]:
    """The edits of whole lines inside `span` that make it read `new`; lines that stay are not touched."""
    old = document.text[span.start : span.end].splitlines(keepends=True)
    one, two = [_lf(row).rstrip("\n") for row in old], new.removesuffix("\n").split("\n")
    starts = [span.start]
    for row in old:
        starts.append(starts[-1] + len(row))
    ended = bool(old) and old[-1].endswith((b"\n", b"\r"))
    for i, j, a, b in _changes(one, two):
        rows = "".join(f"{row}\n" for row in two[a:b])
        start = starts[i]
        if j == len(old) and not ended:
            # The file's last line has no end: a new one gets none either.
            rows = ("\n" if i == j and old else "") + rows.removesuffix("\n")
        yield Edit(document.path, Span(start, starts[j]), rows)


def _changes(one: list[str], two: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """The lines `one[i:j]` that become `two[a:b]`.

    Matching takes quadratic time: common ends are taken off first, and what is long even so changes as a whole.
    """
    head, most = 0, min(len(one), len(two))
    while head < most and one[head] == two[head]:
        head += 1
    tail = 0
    while tail < most - head and one[-1 - tail] == two[-1 - tail]:
        tail += 1
    old, new = one[head : len(one) - tail], two[head : len(two) - tail]
    if min(len(old), len(new)) > _MATCHED_LINES:
        yield head, len(one) - tail, head, len(two) - tail
        return
    for tag, i, j, a, b in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield head + i, head + j, head + a, head + b


# New code


def _added(code: Code, raw: str, document: Document, place: Place) -> list[Edit]:
    if not document.text.strip():
        return [Edit(document.path, Span(0, len(document)), generate_code.dedented(raw, document.language))]
    pieces = [p for p in code.pieces if p.kind != "use"] if code.defines else list(code.pieces)
    if place.owner is not None and (wrapper := code.named(place.owner.name, "class")) is not None:
        inner = generate_code.members(wrapper, document.language)
        pieces = [p for p in inner.pieces if p.kind != "use"]
    if _is_whole(code, document) or (place.owner is not None and pieces != list(code.pieces)):
        known = _known(document, place)
        pieces = [p for p in pieces if p.name not in known or not p.name]
    if not pieces:
        return []
    text = _joined(pieces, code)
    inserted = place.lead + generate_code.indented(text, document.language, place.indent, indent_unit(document.text))
    return [*_imports(document, code.needs), Edit(document.path, place.span, inserted + place.tail)]


def _known(document: Document, place: Place) -> set[str]:
    """The names that stand beside the place already."""
    scope = place.owner.qualified if place.owner is not None else ""
    return {s.name for s in outline(document).symbols if s.qualified.rpartition(".")[0] == scope}


def _joined(pieces: list[Piece], code: Code) -> str:
    """The pieces as they stood, or apart by the blank lines they had when one between them is left out."""
    if pieces == list(code.pieces):
        return code.text
    rows = [piece.text for piece in pieces]
    gaps = ["\n" if piece.kind in ("function", "class") else "" for piece in pieces[1:]]
    return rows[0] + "".join(gap + row for gap, row in zip(gaps, rows[1:], strict=True))


# Imports


def _imports(document: Document, needs: Iterable[Need]) -> list[Edit]:
    own = {need.binds for need in importing.needs_of(document)}
    return importing.edits(document, [need for need in needs if need.binds not in own or need.name == "*"])


def _imported(document: Document, edits: list[Edit]) -> list[Edit]:
    """The edits with the standard library's names that they use and nobody imports."""
    try:
        missing = names.unbound(document, edits)
    except (ValueError, RecursionError):
        return edits
    written = "\n".join(edit.new for edit in edits)
    needs = [need for name in missing if (need := known_imports.of(name, document.language, written)) is not None]
    return [*importing.edits(document, needs), *edits] if needs else edits


def _lf(text: bytes) -> str:
    return lf(text.decode("utf-8", "replace"))
