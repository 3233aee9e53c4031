"""What a body does with its parameters and to the world, in three languages, and which sentences say nothing."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from copilot.engines.embedded import docfacts
from copilot.syntax.outline import outline
from copilot.types import document
from copilot.verify.contract import Contract
from copilot.verify.doctarget import contract_of
from copilot.verify.restating import says_nothing

SUFFIXES = {"python": "py", "java": "java", "javascript": "js"}


def contract(text: str, language: str = "python", name: str = "f") -> Contract:
    doc = document(Path(f"a.{SUFFIXES[language]}"), language, textwrap.dedent(text))
    return contract_of(doc, next(s for s in outline(doc).symbols if s.name == name))


def body(code: str, language: str) -> Contract:
    if language == "python":
        return contract("def f(self, x, y):\n" + textwrap.indent(code, "    ") + "\n")
    if language == "java":
        return contract(f"class A {{ Object f(X x, int y) {{ {code} }} }}", "java")
    return contract(f"function f(x, y) {{ {code} }}", "javascript")


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        ("python", "g(x)\nh(x)", [("passed", "g(x)"), ("passed", "h(x)")]),
        ("python", "return x.name + x.get('a')", [("read", "x.name"), ("method", "x.get('a')")]),
        ("python", "x.append(y)", [("mutates", "x.append")]),
        ("python", "x['a'] = y", [("mutates", "x['a']")]),
        ("python", "x.a = 1", [("sets", "x.a")]),
        ("python", "for x in y: pass", [("rebound", "")]),
        ("python", "x = x or []", [("replaced", "x = x or []")]),
        ("python", "for i in x: y(i)", [("iterated", "")]),
        ("python", "if not x and y > 1: return 2", [("truth", "")]),
        ("python", "return y[x]", [("index", "y")]),
        ("python", "return x * y + 1", [("computed", "x * y + 1")]),
        ("python", "return lambda x: x.a", [("unused", "")]),
        ("python", "return [x for x in y]", [("unused", "")]),
        ("python", "self.a = x if x else 1", [("computed", "x if x else 1"), ("truth", "")]),
        ("python", "return g(k=x)", [("passed", "g(k=x)")]),
        ("python", "return f'{x}'", [("text", "")]),
        ("python", "y.x = g.x(x=1)", [("unused", "")]),
        ("java", "return g(x.size(), y);", [("method", "x.size")]),
        ("java", "this.x = x; return null;", [("kept", "this.x")]),
        ("java", "for (X i : x) { y++; } return x;", [("iterated", ""), ("returned", "")]),
        ("java", "x.name = 1; return a[x];", [("sets", "x.name"), ("index", "a")]),
        ("javascript", "return x.a + `${x}`", [("read", "x.a"), ("text", "")]),
        ("javascript", "const { a } = x; return { x };", [("parts", "{ a }"), ("used", "{ x }")]),
        ("javascript", "x = x ?? 1; return x", [("replaced", "x = x ?? 1")]),
    ],
)
def test_uses_of_a_parameter(language: str, code: str, expected: list[tuple[str, str]]):
    assert list(next(p for p in body(code, language).parameters if p.name == "x").uses) == expected


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        ("python", "self.db.execute('UPDATE accounts SET a = 1')", [("sql write", "accounts")]),
        ("python", "x.execute('select a from b.c where d')", [("sql read", "b.c")]),
        ("python", "x.execute(y)", []),
        ("python", "requests.post(x)\nx.get('a')", [("http", "requests.post")]),
        ("python", "logger.warning('a %s', x)", [("log", "logger.warning")]),
        ("python", "open(x)\nopen(x, 'wb')", [("file read", "open"), ("file write", "open")]),
        ("python", "x.commit()", [("transaction", "x.commit")]),
        ("python", "os.environ['A'] = x", [("environment write", "os.environ")]),
        ("python", "def g():\n  print(x)\nreturn g", []),
        (
            "java",
            "Files.writeString(x, y); return LocalDate.now();",
            [("file write", "Files.writeString"), ("clock", "LocalDate.now")],
        ),
        ("javascript", "console.log(x); return fetch(y)", [("print", "console.log"), ("http", "fetch")]),
    ],
)
def test_effects(language: str, code: str, expected: list[tuple[str, str]]):
    assert list(body(code, language).effects) == expected


def test_a_bare_name_may_be_a_field():
    assert not contract("class A { int a; int f(int x) { a = x; return x; } }", "java").pure
    assert contract("class A { int f(int x) { int a; a = x; return a; } }", "java").pure


@pytest.mark.parametrize(
    ("code", "pure"),
    [
        ("return max(x, y) * 2", True),
        ("a = x\na += 1\nreturn a", True),
        ("return g(x)", False),
        ("self.a = x", False),
        ("x[0] = 1", False),
        ("global A\nA = x", False),
        ("for self.a in x: pass", False),
    ],
)
def test_only_what_surely_changes_nothing_is_said_to(code: str, pure: bool):
    assert body(code, "python").pure is pure


def test_exceptions_that_functions_of_the_file_pass_on_are_told_apart():
    text = "def g(a):\n    if a:\n        raise KeyError\n\n\ndef f(a):\n    g(a)\n    try:\n        h(a)\n    except OSError:\n        pass\n"
    found = contract(text)
    assert (found.passes, found.raised) == ((("g", "KeyError"),), ())
    assert docfacts.conduct(found, "en") == ["May pass on `KeyError` from `g`."]
    assert docfacts.conduct(found, "zh") == ["可能传出 `g` 抛出的 `KeyError`。"]


def test_guards_are_early_ways_out():
    assert body("if x:\n    return\nif y:\n    return 1\nz = 1\nreturn z", "python").early == ("x", "y")
    assert body("if (x) return; y();", "javascript").early == ("x",)


def test_a_default_that_is_a_password_is_not_repeated():
    found = contract("def f(password='Kx9#mP2$vL7q', user='guest'): return user\n")
    assert [p.default for p in found.parameters] == ["", "'guest'"]


def test_units_are_read_from_names():
    units = {
        name: docfacts.unit(name, "en") for name in ("timeout_ms", "feeCents", "rate_pct", "items", "ms", "programs")
    }
    assert units == {
        "timeout_ms": "In milliseconds.", "feeCents": "In hundredths of the currency unit.", "rate_pct": "In percent.",
        "items": "", "ms": "", "programs": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "names", "nothing"),
    [
        ("amount", ["amount"], True),
        ("The amount.", ["amount", "Decimal"], True),
        ("Returns the result.", ["f"], True),
        ("A value of type `Decimal`.", ["amount", "Decimal"], True),
        ("Initialize the parser.", ["__init__", "Parser"], True),
        ("Calculate the fee.", ["calc_fee"], True),
        ("返回值。", ["f"], True),
        ("", ["f"], True),
        ("Passed to `open`.", ["path"], False),
        ("The amount in cents.", ["amount", "int"], False),
        ("`a * b`.", ["f"], False),
        ("Default `2`.", ["rate"], False),
        ("以最小单位表示。", ["amount"], False),
    ],
)
def test_what_says_nothing(text: str, names: list[str], nothing: bool):
    assert says_nothing(text, names) is nothing
