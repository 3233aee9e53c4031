"""New faults: what an edit broke, told from what was broken before."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot import edits
from copilot.syntax.tree import faults, new_faults, of
from copilot.types import Edit, Span, document

PATH = Path("a")


def judge(language: str, marked: str, new: str) -> list[tuple[str, str]]:
    """(kind, expected or text) of the new faults when `new` replaces what stands between two `|`, or goes in at one."""
    head, _, rest = marked.partition("|")
    old, bar, tail = rest.partition("|")
    if not bar:
        old, tail = "", rest
    before = document(PATH, language, head + old + tail)
    edit = Edit(PATH, Span(len(head.encode()), len((head + old).encode())), new)
    after = edits.apply(before, [edit])
    return [(fault.kind, fault.expected or fault.text) for fault in new_faults(before, after, [edit])]


GOOD = [
    # a sound file stays sound
    ("python", "x = 1\n|", "y = 2\n"),
    ("java", "class A { void f() { int x = |; } }", "foo(1)"),
    # the broken place is mended, or half-written code grows
    ("python", "def f(self):\n    return self.|\n", "balance"),
    ("python", "x = foo(|\ny = 1\n", "a, b)"),
    ("python", "x = foo(|", "a, b"),
    ("python", "class A:\n    def f(self|\n        return 1\n\n    def g(self):\n        pass\n", "):"),
    ("java", "class A { void f() { int x = 1|\n return; } }", ";"),
    ("java", "class A { void f() { foo(x|\n return; } }", ");"),
    # a missing closer only moves behind what was typed before it
    ("java", "class A { void f() { |\n ", "foo(1);"),
    ("java", "class A { void f() { |\n ", "foo(1);}}"),
    # a fault elsewhere is not ours, however far the edit moves it
    ("python", "def f(self):\n    return (1 + ]\n\n|", "\n\nRATE = {'账': 1}\n"),
    ("python", "|\ndef f(self):\n    return (1 + ]\n", "# 余额 𝔘\n\n"),
    ("java", "class A { void f() { a b c; }\n |\n}", "int g(int x) { return x; }"),
    ("sql", "SELECT TOP 5 a FROM t;\n|", "SELECT a FROM t;\n"),
    # the whole file replaced by itself and one line more
    ("python", "|def f(:\n    pass\n|", "def f(:\n    pass\nx = 1\n"),
]


@pytest.mark.parametrize(("language", "marked", "new"), GOOD)
def test_no_fault_is_new(language: str, marked: str, new: str) -> None:
    assert judge(language, marked, new) == []


BAD = [
    ("python", "x = 1\n|", "y = (2\n", ("error", "y = (2")),
    ("python", "x = 1\n|y = 2\n", "if (\n", ("error", "if (\ny = 2")),
    ("java", "class A { void f() { int x = |\n return; } }", "foo(1;", ("missing", ")")),
    # junk that error recovery would hide in the fault that is there
    ("python", "def f(self):\n    return self.|\n", "balance)", ("error", ")")),
    ("python", "x = foo(|\ny = 1\n", "a, b))", ("error", ")")),
    ("java", "class A { void f() { foo(x|\n return; } }", "));", ("error", ")")),
    ("java", "class A { void f() { |\n ", "foo(1);}}}", ("error", "}")),
    ("java", "class A { void f() { |\n ", "foo(1;", None),
    # a second fault beside the first
    ("python", "def f(self):\n    return (1 + ]\n\n|", "def g(:\n    pass\n", None),
    # deleting the closer of a sound statement below a broken one
    ("python", "a b\nx = 1\ny = foo(1|)|\n", "", None),
]


@pytest.mark.parametrize(("language", "marked", "new", "first"), BAD)
def test_a_fault_is_new(language: str, marked: str, new: str, first: tuple[str, str] | None) -> None:
    found = judge(language, marked, new)
    assert found
    if first is not None:
        assert first in found


def test_several_edits_are_mapped_in_turn() -> None:
    text = "a = 1\nb = foo(]\nc = 3\n"
    before = document(PATH, "python", text)
    changes = [
        Edit(PATH, Span(0, 1), "alpha"),
        Edit(PATH, Span(16, 17), "gamma = 0\nc"),
        Edit(Path("other"), Span(0, 1), "("),
    ]
    assert new_faults(before, edits.apply(before, changes), changes) == ()
    worse = [*changes[:1], Edit(PATH, Span(20, 21), "(3")]
    assert [f.text for f in new_faults(before, edits.apply(before, worse), worse)] != []


def test_a_line_end_of_the_document_counts_in_the_mapping() -> None:
    before = document(PATH, "python", "x = 1\r\n\r\ndef f(:\r\n    pass\r\n")
    assert before.newline == "\r\n"
    change = Edit(PATH, Span(0, 0), "# one\n# two\n# three\n")
    assert new_faults(before, edits.apply(before, [change]), [change]) == ()


def test_faults_carry_place_and_kind() -> None:
    tree = of(document(PATH, "java", "class A { void f() { foo(1; } }"))
    assert tree is not None
    (fault,) = faults(tree)
    assert (fault.kind, fault.expected, fault.span, fault.text) == ("missing", ")", Span(26, 26), "")


def test_an_unknown_language_has_no_faults() -> None:
    before = document(PATH, None, "((((")
    assert new_faults(before, before, []) == ()


VALID = ["x = 1\n", "def f(a):\n    return a\n", "class A:\n    y = (1, 2)\n", "print('额', [1])\n"]
BROKEN = ["def g(:\n    pass\n", "z = (1,\n", "a b c\n", "}\n"]


@settings(max_examples=60, deadline=None)
@given(
    head=st.lists(st.sampled_from(VALID), max_size=3).map("".join),
    broken=st.sampled_from(BROKEN),
    added=st.sampled_from(VALID),
)
def test_sound_code_before_a_broken_tail_is_never_blamed(head: str, broken: str, added: str) -> None:
    before = document(PATH, "python", head + broken)
    change = Edit(PATH, Span(0, 0), added)
    assert new_faults(before, edits.apply(before, [change]), [change]) == ()


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(alphabet="ab(){}[]:;\n \"'=1,é𝔘", max_size=60),
    new=st.text(alphabet="a()\n:é", max_size=8),
    data=st.data(),
)
def test_any_edit_of_any_text_is_judged(text: str, new: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    span = Span(len(text[:start].encode()), len(text[:end].encode()))
    before = document(PATH, "python", text)
    change = Edit(PATH, span, new)
    after = edits.apply(before, [change])
    tree_before, tree_after = of(before), of(after)
    assert tree_before is not None and tree_after is not None
    found = new_faults(before, after, [change])
    if not tree_before.root_node.has_error:
        assert found == faults(tree_after)
    if text[start:end] == new:
        assert found == ()
