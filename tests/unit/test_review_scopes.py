"""Names of what is around a place, and calls of a definition: the same as an outline of the whole text says."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.review.scopes import calls_in, spans_of, speaks_of, symbol_at
from copilot.syntax import tree as trees
from copilot.syntax.outline import calls, imports, outline
from copilot.types import Span, document

FOLDER = Path(__file__).parents[1] / "golden" / "bank"
LANGUAGES = {".py": "python", ".java": "java"}
SAMPLES = [path for path in sorted(FOLDER.glob("*/*")) if path.suffix in LANGUAGES]


def read(path):
    doc = document(path, LANGUAGES[path.suffix], path.read_bytes())
    assert not trees.of(doc).root_node.has_error
    return doc, outline(doc)


def constructed(doc, symbol, whole):
    """Whether a symbol is a member that a routine assigns (`self.x = …`), which is no place of its own here."""
    parent = whole.parent(symbol)
    inside = [one for one in whole.symbols if one.kind in {"method", "constructor"} and one.span.contains(symbol.span)]
    return symbol.kind == "field" and parent is not None and bool(inside)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_names_spans_and_calls_are_those_of_the_outline(path):
    doc, whole = read(path)
    plain = [symbol for symbol in whole.symbols if not constructed(doc, symbol, whole)]
    assert plain
    for symbol in plain:
        around = whole.at(Span(symbol.name_span.start, symbol.name_span.start))
        assert symbol_at(doc, symbol.name_span.start) == around.qualified
        same = sorted(one.span for one in plain if one.qualified == symbol.qualified)
        assert sorted(spans_of(doc, symbol.qualified)) == same
        inside = {call.name for call in whole.calls if any(span.contains(call.span) for span in same)}
        assert calls_in(doc, symbol.qualified) == inside
        assert speaks_of(doc, symbol.qualified, symbol.name)
        assert not speaks_of(doc, symbol.qualified, "no_such_name")
        assert all(
            speaks_of(doc, symbol.qualified, part.name) for part in symbol.parameters if part.name.isidentifier()
        )
    assert spans_of(doc, "No.such") == []


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_imports_and_calls_alone_are_those_of_the_outline(path):
    doc, whole = read(path)
    again = document(path, doc.language, bytes(doc.text) + b"\n")  # nobody read an outline of it
    assert imports(again) == whole.imports
    found = calls(again, Span(0, len(doc.text)))
    assert sorted((call.name, call.span) for call in found) == sorted((call.name, call.span) for call in whole.calls)


def test_a_decorator_belongs_to_what_it_decorates_and_the_margin_to_nobody():
    text = b"import os\n\n\nclass A:\n    limit = check()\n\n    @guard(\n        'x')\n    def pay(self):\n        return 1\n\n\ncheck()\n"
    doc = document(Path("a.py"), "python", text)
    assert symbol_at(doc, text.index(b"'x'")) == "A.pay"
    assert symbol_at(doc, text.index(b"check")) == "A.limit"
    assert symbol_at(doc, text.rindex(b"check")) == ""


def test_other_languages_are_read_by_the_outline():
    doc = document(Path("a.js"), "javascript", b"function pay(amount) {\n  return check(amount);\n}\n")
    assert symbol_at(doc, doc.text.index(b"check")) == "pay"
    assert calls_in(doc, "pay") == {"check"}
    assert speaks_of(doc, "pay", "amount")
    assert spans_of(doc, "other") == []


def test_code_with_errors_still_tells_the_names_around():
    doc = document(
        Path("a.py"),
        "python",
        b"class A:\n    def pay(self):\n        check(\n\n    def other(self):\n        return 1\n",
    )
    assert symbol_at(doc, doc.text.index(b"check")).startswith("A")
