"""Mending: half-typed code keeps its definitions, and every byte its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.syntax import mending
from copilot.syntax.outline import outline
from copilot.syntax.parsing import parse
from copilot.types import Span, document

GOLDEN = Path(__file__).parents[1] / "golden" / "outline"
HALF_TYPED = {
    "python": ["x = self.foo(", "return [", "self.x.a(b, ", "d = {'a': ", "s = 'abc", 'log("total: ', "raise ", "y = "],
    "java": [
        "int x = foo(",
        "if (x",
        "if (x) {",
        "for (Entry e : ",
        "x.a(b, ",
        'String s = "abc',
        "return x.",
        "new Foo<",
    ],
    "typescript": ["const x = foo(", "if (x) {", "return [", "x.a(b, ", 'const s = "abc'],
}
SUFFIX = {"python": "py", "java": "java", "typescript": "ts"}


def names(language: str, text: str) -> set[tuple[str, str]]:
    return {(s.kind, s.qualified) for s in outline(document(Path("a"), language, text)).symbols}


@pytest.mark.parametrize(("language", "typed"), [(lang, typed) for lang, rows in HALF_TYPED.items() for typed in rows])
def test_a_half_typed_statement_costs_no_definition(language: str, typed: str) -> None:
    text = (GOLDEN / language / f"input.{SUFFIX[language]}").read_text("utf-8")
    whole = names(language, text)
    assert len(whole) > 10
    lines = text.split("\n")
    places = [
        (at, line[: len(line) - len(line.lstrip())])
        for at, line in enumerate(lines)
        if line.lstrip().startswith(("return ", "this.", "self.", "super().")) and line.startswith(("    ", "  "))
    ]
    assert places
    for at, indent in places:
        broken = "\n".join([*lines[:at], indent + typed, *lines[at:]])
        assert whole - names(language, broken) == set(), (typed, at)


def test_spans_of_a_mended_tree_hold_for_the_real_text() -> None:
    text = "class Ledger:\n    def post(self, entry):\n        self.rows.append(entry\n\n    def total(self):\n        return 1\n"
    doc = document(Path("a"), "python", text)
    plain = parse(doc.text, "python")
    assert plain is not None
    assert mending.mended(doc.text, "python", plain) is not plain
    found = outline(doc)
    total = next(s for s in found.symbols if s.name == "total")
    assert text[total.span.start : total.span.end] == "def total(self):\n        return 1"
    assert [(call.receiver, call.name) for call in found.calls] == [("self.rows", "append")]


def test_sound_code_is_read_as_it_is() -> None:
    text = b"x = 1\n"
    plain = parse(text, "python")
    assert plain is not None
    assert mending.mended(text, "python", plain) is plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = f(a\n\ny = 1\n", "x = f(a)\ny = 1\n"),  # a spare line end
        ("x = f(a  # note\ny = 1\n", "x = f(a) # note\ny = 1\n"),  # spare white space
        ("x = f(abc\ny = 1\n", "x = f(ab)\ny = 1\n"),  # the last character
        ("x = f(\ny = 1\n", "x = f \ny = 1\n"),  # no room: the bracket itself
        ('x = f("abc"\ny = 1\n', 'x = f("ab")\ny = 1\n'),  # a string keeps its end
        ("x = f(g([abc\ny = 1\n", "x = f(g([]))\ny = 1\n"),  # several at once
        ("x = f(\n    a,\n)\n", "x = f(\n    a,\n)\n"),  # nothing is open
    ],
)
def test_closers_take_what_can_be_spared(text: str, expected: str) -> None:
    assert mending.close_by_indentation(text.encode(), "python").decode() == expected


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(alphabet="ab(){}[]:;\n\r \"'`#/*=1,é额𝔘", max_size=80),
    language=st.sampled_from(["python", "java", "javascript", "sql"]),
)
def test_any_text_keeps_its_length_and_has_an_outline(text: str, language: str) -> None:
    data = text.encode()
    assert len(mending.close_by_indentation(data, language)) == len(data)
    everything = Span(0, len(data))
    found = outline(document(Path("a"), language, text))
    assert all(everything.contains(symbol.span) for symbol in found.symbols)
