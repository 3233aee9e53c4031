"""The outline's questions and its manners with odd files; what it finds per language is in `tests/golden/outline`."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.syntax import languages
from copilot.syntax.outline import Outline, outline
from copilot.types import Span, document

GOLDEN = Path(__file__).parents[1] / "golden" / "outline"
INPUTS = sorted(GOLDEN.glob("*/input.*"))

LEDGER = '''\
class Ledger:
    """Entries."""

    def __init__(self, day):
        self.day = day

    def post(self, entry):
        def check():
            return entry

        return check()


RATE = 1
'''


def read(text: str, language: str = "python") -> Outline:
    return outline(document(Path("a"), language, text))


def at(found: Outline, text: str, needle: str) -> str | None:
    start = text.index(needle)
    symbol = found.at(Span(start, start + len(needle)))
    return None if symbol is None else symbol.qualified


def test_the_symbol_at_a_place_is_the_innermost() -> None:
    found = read(LEDGER)
    assert at(found, LEDGER, "return entry") == "Ledger.post.check"
    assert at(found, LEDGER, "return check()") == "Ledger.post"
    assert at(found, LEDGER, "class Ledger") == "Ledger"
    assert at(found, LEDGER, "RATE") == "RATE"
    assert at(found, LEDGER, "\n\nRATE") is None


def test_inside_a_constructor_the_field_it_assigns_does_not_hide_it() -> None:
    found = read(LEDGER)
    assert at(found, LEDGER, "self.day = day") == "Ledger.__init__"


def test_children_and_parents_agree() -> None:
    found = read(LEDGER)
    ledger = found.symbols[0]
    assert [(s.kind, s.name) for s in found.children(ledger)] == [
        ("constructor", "__init__"),
        ("field", "day"),
        ("method", "post"),
    ]
    for symbol in found.symbols:
        around = found.parent(symbol)
        assert symbol in (found.children(around) if around else [s for s in found.symbols if s.parent is None])


def test_spans_are_bytes_also_after_astral_characters_and_crlf() -> None:
    text = "x = '𝔘金'\r\nclass Konto:\r\n    '''额'''\r\n    def soll(self, größe='é'): pass\r\n"
    found = read(text)
    data = text.encode()
    konto = found.symbols[1]
    assert data[konto.name_span.start : konto.name_span.end] == b"Konto"
    assert konto.docstring is not None
    assert data[konto.docstring.start : konto.docstring.end].decode() == "'''额'''"
    (method,) = found.children(konto)
    parameter = method.parameters[1]
    assert (parameter.name, parameter.default) == ("größe", "'é'")
    assert data[parameter.span.start : parameter.span.end].decode() == "größe='é'"


@pytest.mark.parametrize(
    "text",
    [
        'def f():\n    x = 1\n    """Not first."""\n',
        'def f():\n    f"""Formatted {1}."""\n',
        'def f():\n    b"""Bytes."""\n',
        'def f():\n    """Part""" + "of more"\n',
        'def f():\n    return """Value."""\n',
    ],
)
def test_not_every_string_is_a_docstring(text: str) -> None:
    assert read(text).symbols[0].docstring is None


@pytest.mark.parametrize("comment", ["/* plain */", "// line", "/**/", "/** far */ int other;"])
def test_not_every_comment_is_javadoc(comment: str) -> None:
    found = read(f"class A {{\n  {comment}\n  int x;\n}}\n", "java")
    assert next(s for s in found.symbols if s.name == "x").docstring is None


def test_a_raw_docstring_after_a_comment_counts() -> None:
    text = "def f():\n    # why\n    r'''Raw.'''\n"
    span = read(text).symbols[0].docstring
    assert span is not None
    assert text[span.start : span.end] == "r'''Raw.'''"


def test_a_long_receiver_is_left_out_but_the_call_stays() -> None:
    chain = "builder" + "".join(f".with_{n:03}({n})" for n in range(30))
    found = read(f"x = {chain}\n")
    assert len(found.calls) == 30
    assert found.calls[0].name == "with_000"
    longest = next(call for call in found.calls if call.name == "with_029")
    assert longest.receiver == ""


def test_a_field_assigned_twice_is_one_field_with_its_first_type() -> None:
    text = (
        "class A:\n    size: int = 0\n\n    def __init__(self):\n"
        "        self.size = 1\n        self.name: str = ''\n        self.name = 'x'\n"
        "\n    def grow(self):\n        self.late = 1\n"
    )
    fields = [(s.name, s.returns) for s in read(text).symbols if s.kind == "field"]
    assert fields == [("size", "int"), ("name", "str")]


def test_no_language_no_outline() -> None:
    assert outline(document(Path("a"), None, "x")) == Outline(None)
    assert outline(document(Path("a"), "cobol", "x")) == Outline("cobol")


def test_too_late_is_an_empty_outline_that_is_not_kept() -> None:
    doc = document(Path("a"), "python", "def f(): pass\n" * 5000)
    assert outline(doc, deadline_s=0.0) == Outline("python")
    assert len(outline(doc).symbols) == 5000


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.parent.name)
def test_every_cut_of_a_file_has_an_outline_inside_it(path: Path) -> None:
    language = languages.language_of(path)
    data = path.read_bytes()
    for end in range(0, len(data), 23):
        text = data[:end].decode("utf-8", "ignore").encode()
        found = outline(document(path, language, text))
        everything = Span(0, len(text))
        for number, symbol in enumerate(found.symbols):
            assert everything.contains(symbol.span)
            assert symbol.span.contains(symbol.name_span)
            assert symbol.name
            assert symbol.parent is None or symbol.parent < number
            assert symbol.body is None or symbol.span.contains(symbol.body)
            for parameter in symbol.parameters:
                assert symbol.span.contains(parameter.span)
        assert all(everything.contains(call.span) for call in found.calls)
        assert all(everything.contains(statement.span) for statement in found.imports)
