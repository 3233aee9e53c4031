"""Golden outlines: `tests/golden/outline/<case>/input.<suffix>` against `expected.txt`; UPDATE_GOLDEN=1 rewrites them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from copilot.syntax import languages
from copilot.syntax.outline import Outline, Parameter, Symbol, outline
from copilot.types import Document, Span, document

FOLDER = Path(__file__).with_name("outline")
CASES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
STARS = {"varargs": "*", "kwargs": "**"}


def render(doc: Document, found: Outline) -> str:
    """The outline as a person would check it: one line a fact, children indented, lines 1-based."""

    def text(span: Span) -> str:
        return " ".join(doc.text[span.start : span.end].decode().split())

    def lines(span: Span) -> str:
        first, last = (doc.text.count(b"\n", 0, at) + 1 for at in (span.start, max(span.start, span.end - 1)))
        return str(first) if first == last else f"{first}-{last}"

    def parameters(given: tuple[Parameter, ...]) -> str:
        pieces = []
        for p in given:
            piece = STARS.get(p.kind, "") + p.name
            piece += f": {p.annotation}" if p.annotation else ""
            piece += f" = {p.default}" if p.default else ""
            pieces.append(piece if p.kind in {"positional", *STARS} else f"<{p.kind}> {piece}")
        return ", ".join(pieces)

    def symbol(one: Symbol, depth: int) -> list[str]:
        head = f"{one.kind} {one.qualified}"
        if one.parameters or one.kind in {"function", "method", "constructor"}:
            head += f"({parameters(one.parameters)})"
        head += f" -> {one.returns}" if one.returns else ""
        head += f" = {text(one.value)}" if one.value else ""
        pad = "  " * depth
        out = [f"{pad}{lines(one.span)}: {head}"]
        for label, values in (
            ("bases", one.bases),
            ("decorators", one.decorators),
            ("modifiers", one.modifiers),
            ("throws", one.throws),
        ):
            if values:
                out.append(f"{pad}    {label}: {' | '.join(values)}")
        if one.docstring:
            out.append(f"{pad}    doc {lines(one.docstring)}: {text(one.docstring)}")
        if one.body:
            out.append(f"{pad}    body {lines(one.body)}")
        for child in found.children(one):
            out += symbol(child, depth + 1)
        return out

    out = [f"language {found.language}"]
    out += [f"module {found.module}"] if found.module else []
    out += [f"doc {lines(found.docstring)}: {text(found.docstring)}"] if found.docstring else []
    for i in found.imports:
        out.append(
            f"{lines(i.span)}: import {i.module or '-'}"
            + (f" name {i.name}" if i.name else "")
            + (f" alias {i.alias}" if i.alias else "")
            + (" static" if i.static else "")
        )
    for one in found.symbols:
        if one.parent is None:
            out += symbol(one, 0)
    for call in found.calls:
        receiver = "" if call.receiver is None else f"{call.receiver} . "
        out.append(f"{lines(call.span)}: call {receiver}{call.name}")
    return "\n".join(out) + "\n"


@pytest.mark.parametrize("case", CASES)
def test_outline(case: str) -> None:
    source = next((FOLDER / case).glob("input.*"))
    doc = document(source, languages.language_of(source), source.read_bytes())
    got = render(doc, outline(doc))
    expected = FOLDER / case / "expected.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(got, "utf-8")
    assert got == expected.read_text("utf-8")


def test_every_language_has_a_golden_folder() -> None:
    covered = {languages.language_of(next((FOLDER / case).glob("input.*"))) for case in CASES}
    assert covered == set(languages.LANGUAGES)
