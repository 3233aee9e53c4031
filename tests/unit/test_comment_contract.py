"""What the tree proves about a definition: exceptions that leave it, values it gives, what it does with its parameters."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from copilot.syntax.outline import outline
from copilot.types import document
from copilot.verify.contract import Contract, quotable
from copilot.verify.doctarget import contract_of


def contract(text: str, name: str = "f", language: str = "python") -> Contract:
    suffix = "java" if language == "java" else "py"
    doc = document(Path(f"a.{suffix}"), language, textwrap.dedent(text))
    return contract_of(doc, next(s for s in outline(doc).symbols if s.name == name))


def java(body: str, throws: str = "") -> Contract:
    return contract(f"class A {{ int f(int a) {throws} {{ {body} }} }}", language="java")


def reasons(found: Contract) -> dict[str, list[str]]:
    return {
        one.type: [
            " and ".join(
                ("not " if c.negated else "caught " if c.kind == "caught" else "") + c.code for c in conditions
            )
            + (f": {message}" if message else "")
            for conditions, message in one.reasons
        ]
        for one in found.raised
    }


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("if a < 0:\n  raise ValueError('neg.')", {"ValueError": ["a < 0: neg"]}),
        ("if a:\n  pass\nelse:\n  raise KeyError(a)", {"KeyError": ["not a"]}),
        ("if not a:\n  if b:\n    raise KeyError", {"KeyError": ["not a and b"]}),
        ("try:\n  g()\nexcept KeyError as e:\n  raise Lost(a) from e", {"Lost": ["caught KeyError"]}),
        ("try:\n  g()\nexcept (KeyError, m.Error):\n  raise", {"KeyError": [], "m.Error": []}),
        ("try:\n  g()\nexcept OSError as e:\n  raise e", {"OSError": []}),
        ("try:\n  raise ValueError\nexcept Exception:\n  pass", {}),
        ("try:\n  raise ValueError\nexcept LookupError:\n  pass", {"ValueError": []}),
        ("try:\n  raise ValueError\nexcept Exception:\n  raise", {"ValueError": [], "Exception": []}),
        ("with suppress(KeyError):\n  raise KeyError", {}),
        ("def g():\n  raise KeyError\nreturn g", {}),
        ("raise self.error(a)", {}),
        ("error = Lost(a)\nraise error", {"Lost": []}),
        ("raise struct.error", {"struct.error": []}),
        ("if a:\n  raise KeyError\nelif b:\n  raise KeyError('x')", {"KeyError": ["a", "not a and b: x"]}),
        ("if a:\n  raise KeyError\ng()\nfor x in b:\n  raise KeyError", {"KeyError": []}),
        ("raise", {}),
    ],
)
def test_exceptions_that_leave_a_python_function(body: str, expected: dict[str, list[str]]):
    text = "def f(self, a, b):\n" + textwrap.indent(body, "    ") + "\n"
    assert reasons(contract(text)) == expected


def test_a_function_that_only_raises_does_so_always():
    assert contract("def f():\n    '''Doc.'''\n    raise NotImplementedError\n").raised[0].always
    assert not contract("def f(a):\n    a()\n    raise NotImplementedError\n").raised[0].always


@pytest.mark.parametrize(
    ("body", "throws", "expected"),
    [
        (
            'if (a < 0) throw new IllegalArgumentException("neg"); return a;',
            "",
            {"IllegalArgumentException": ["a < 0: neg"]},
        ),
        ("return a;", "throws IOException, X.Y", {"IOException": [], "X.Y": []}),
        ("try { throw new FooException(); } catch (Exception e) { return 1; }", "", {}),
        ("try { throw new Foo(); } catch (Bar e) { throw e; }", "", {"Foo": [], "Bar": []}),
        ("try { g(); } catch (Bar e) { throw new Foo(e); } return 1;", "", {"Foo": ["caught Bar"]}),
        ("Runnable r = () -> { throw new Foo(); }; return 1;", "", {}),
        ("if (a < 0) { return 1; } else if (a > 1) { throw new Foo(); } return 2;", "", {"Foo": []}),
    ],
)
def test_exceptions_that_leave_a_java_method(body: str, throws: str, expected: dict[str, list[str]]):
    assert reasons(java(body, throws)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return", []),
        ("return a", ["a"]),
        ("if a:\n  return 1\nreturn 2", ["1 if a", "2"]),
        ("if a:\n  return 1", ["1", "None"]),
        ("while True:\n  if a:\n    return a", ["a"]),
        ("try:\n  return a\nexcept KeyError:\n  return None", ["a", "None"]),
        ("return a if b else g(a)", ["a", "g(a)"]),
        ("return [x for x in a]", ["list"]),
        ("return f'{a}'", ["str"]),
        ("return '%s' % (a, g(b))", ["str"]),
        ("return await a.b()", ["a.b()"]),
        ("def g():\n  return 5\nreturn None", ["None"]),
    ],
)
def test_values_a_python_function_returns(body: str, expected: list[str]):
    text = "async def f(self, a, b):\n" + textwrap.indent(body, "    ") + "\n"
    found = contract(text)
    told = [(v.code or v.kind) + (f" if {v.condition}" if v.condition else "") for v in found.returned]
    assert [text for text in told if text != "None" or len(told) > 1] == [
        e for e in expected if e != "None" or len(expected) > 1
    ]
    assert found.gives is any(e != "None" for e in expected)


def test_generators_and_their_types():
    found = contract("def f(a) -> Generator[int, None, str]:\n    yield a\n    yield from a.b\n    return 's'\n")
    assert (found.element, found.result, found.gives) == ("int", "str", True)
    assert [(v.kind, v.code) for v in found.yielded] == [("code", "a"), ("items", "a.b")]
    assert contract("def f() -> typing.Iterator[dict[str, int]]:\n    yield {}\n").element == "dict[str, int]"


def test_what_happens_with_parameters():
    found = contract(
        """
        class C:
            def f(self, a, b, c, d, *e, **g):
                self.a = a
                b = 1
                self.b = b
                open(c)
                if d:
                    self.d = d
                h(*e, x=1, **g)
        """
    )
    told = {p.name: (p.stored, p.passed) for p in found.parameters}
    assert told == {
        "a": ("self.a", ""), "b": ("", ""), "c": ("", "open"), "d": ("", ""), "*e": ("", "h"), "**g": ("", "h"),
    }  # fmt: skip
    assert found.changes == ("self.a", "self.b", "self.d")


def test_java_fields_are_stored_only_by_plain_assignment():
    text = "class A { int x; void f(int a, int b) { this.x = a; this.x += b; } }"
    assert [p.stored for p in contract(text, language="java").parameters] == ["this.x", ""]


def test_type_parameters_know_where_they_are_used():
    found = contract("class A { <T extends Number, U> U f(java.util.List<T> a) { return null; } }", language="java")
    assert [(t.name, t.bound, t.used_by, t.used_type) for t in found.type_parameters] == [
        ("T", "Number", "a", "java.util.List<T>"),
        ("U", "", "", "U"),
    ]


@pytest.mark.parametrize("code", ["a\\b", "'''", "x" * 61, "a `b`", "'*/'", "{", ""])
def test_code_that_cannot_stand_in_a_comment_is_not_quoted(code: str):
    assert quotable(code) == ""


def test_code_is_quoted_on_one_line():
    assert quotable("f(a,\n   b)") == "f(a, b)"


def test_broken_code_has_no_facts():
    assert contract("def f(a:\n    return a\n\ndef g(): pass\n", "g").broken is False
    assert contract("def f(a):\n    return a +\n").broken
