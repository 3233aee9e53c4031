"""What a body does with its parameters and to the world, in three languages, and which sentences say nothing."""

from __future__ import annotations

import ast
import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from docstring_parser.numpydoc import NumpydocParser

from copilot import edits
from copilot.config import Settings
from copilot.engines.embedded import docfacts, prose_en, prose_zh
from copilot.engines.embedded.comment import document_at
from copilot.syntax.outline import outline
from copilot.syntax.tree import Node
from copilot.types import Candidate, CommentOptions, Request, Task, document
from copilot.verify import usage
from copilot.verify.contract import Contract, Parameter
from copilot.verify.doctarget import contract_of
from copilot.verify.restating import says_nothing

SUFFIXES = {"python": "py", "java": "java", "javascript": "js"}


def contract(text: str, language: str = "python", name: str = "f") -> Contract:
    doc = document(Path(f"a.{SUFFIXES[language]}"), language, textwrap.dedent(text))
    return contract_of(doc, next(s for s in outline(doc).symbols if s.name == name))


def body(code: str, language: str, head: str = "") -> Contract:
    if language == "python":
        return contract(f"{head}\ndef f(self, x, y):\n" + textwrap.indent(code, "    ") + "\n")
    if language == "java":
        return contract(f"{head} class A {{ Object f(X x, int y) {{ {code} }} }}", "java")
    return contract(f"{head}\nfunction f(x, y) {{ {code} }}", "javascript")


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        ("python", "g(x)\nh(x)", [("passed", "g(x)"), ("passed", "h(x)")]),
        ("python", "return x.name + x.get('a')", [("read", "x.name"), ("method", "x.get('a')")]),
        ("python", "x.append(y)", [("mutates", "x.append")]),
        ("python", "x['a'] = y", [("mutates", "x['a']")]),
        ("python", "x.a = 1", [("sets", "x.a")]),
        ("python", "x = y", [("rebound", "")]),
        ("python", "for x in y: pass", [("sometimes", "")]),
        ("python", "if y: x = 3\nreturn x", [("sometimes", "")]),
        ("python", "x += [1]", [("replaced", "x += [1]")]),
        ("java", "if (y > 1) { x = null; } return x;", [("sometimes", "")]),
        ("javascript", "for (x of y) {} return x", [("sometimes", "")]),
        ("python", "del x.a", [("mutates", "del x.a")]),
        ("javascript", "delete x.a; return x", [("mutates", "delete x.a"), ("returned", "")]),
        ("javascript", "delete x[y]; return x", [("mutates", "delete x[y]"), ("returned", "")]),
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
    ("language", "head", "code", "expected"),
    [
        ("python", "", "self.db.execute('UPDATE accounts SET a = 1')", [("sql write", "accounts")]),
        ("python", "", "x.execute(text('select a from b.c where d'))", [("sql read", "b.c")]),
        ("python", "", "x.execute(y)\nx.fetch('Select one from this list')", []),
        ("python", "import requests", "requests.post(x)\nx.get('a')", [("http", "requests.post")]),
        ("python", "import httpx", "self._session.post(x)", [("http", "self._session.post")]),
        ("python", "", "logger.warning('a %s', x)", [("log", "logger.warning")]),
        ("python", "", "open(x)\nopen(x, 'wb')", [("file read", "open"), ("file write", "open")]),
        ("python", "", "self.db.commit()", [("transaction", "self.db.commit")]),
        ("python", "", "x.execute('DELETE FROM a')\nx.commit()", [("sql write", "a"), ("transaction", "x.commit")]),
        ("python", "import os", "os.environ['A'] = x", [("environment write", "os.environ")]),
        ("python", "from subprocess import run as go", "go(x)", [("process", "go")]),
        ("python", "from pathlib import Path", "x.write_text(y)", [("file write", "x.write_text")]),
        ("python", "", "def g():\n  print(x)\nreturn g", []),
        (
            "java",
            "import java.nio.file.Files; import java.time.*;",
            "Files.writeString(x, y); return LocalDate.now();",
            [("file write", "Files.writeString"), ("clock", "LocalDate.now")],
        ),
        ("javascript", "", "console.log(x); return fetch(y)", [("print", "console.log"), ("http", "fetch")]),
        ("javascript", "const fs = require('node:fs')", "fs.writeFileSync(x)", [("file write", "fs.writeFileSync")]),
    ],
)
def test_effects(language: str, head: str, code: str, expected: list[tuple[str, str]]):
    assert list(body(code, language, head).effects) == expected


@pytest.mark.parametrize(
    ("language", "head", "code"),
    [
        ("python", "import requests", "return x.session.get('user') or x.session.post('a')"),  # Django's
        ("python", "import requests", "db.session.delete(x)\nsession.get(x)"),  # SQLAlchemy's
        ("python", "", "requests.get(x)\nos.remove(x)\nx.write_text(y)"),  # nothing is imported
        ("python", "def open(a): return a", "open(x)"),
        ("python", "print = log", "print(x)"),
        ("python", "", "print = x\nprint(y)"),
        ("python", "from codecs import open", "open(x)"),
        ("python", "import requests", "requests = x\nrequests.get(y)"),
        ("python", "", "x.commit()\nx.update('UPDATE a SET b = 1')"),
        ("python", "def fetch(a): return a", "fetch('select a from b')"),
        ("java", "", "open(y); print(y); return fetch(x);"),
        ("java", "", "Files.writeString(x, y); return log;"),
        ("javascript", "", "open(x); print(y); return fs.readFile(x)"),
        ("javascript", "function fetch(a) {}", "return fetch(x)"),
        ("javascript", "", "const { fetch } = x; return fetch(y)"),
    ],
)
def test_a_name_alone_is_no_effect(language: str, head: str, code: str):
    assert body(code, language, head).effects == ()


def test_a_parameter_hides_a_builtin_also_of_the_function_around():
    assert contract("def f(open, rows): return open(rows)").effects == ()
    assert contract("def g(open):\n    def f(rows): return open(rows)\n    return f").effects == ()


def test_a_bare_name_may_be_a_field():
    assert not contract("class A { int a; int f(int x) { a = x; return x; } }", "java").pure
    assert contract("class A { int f(int x) { int a; a = x; return a; } }", "java").pure


@pytest.mark.parametrize(
    ("code", "pure"),
    [
        ("return max(x, y) * 2", True),
        ("a, b = y, x\nfor i in range(x):\n    a = max(i, b)\nreturn a if a in (1, 2) else None", True),
        ("a = x\na += 1\nreturn a", False),  # of a list, the caller's
        ("x += [1]\nreturn x", False),
        ("return list(x)", False),  # an iterator is used up
        ("return max(x)", False),
        ("return [a for a in x]", False),
        ("for a in x: pass", False),
        ("a, b = x\nreturn a", False),
        ("return y in x", False),
        ("return (*x,)", False),
        ("len = y\nreturn len(x)", False),
        ("return g(x)", False),
        ("self.a = x", False),
        ("x[0] = 1", False),
        ("global A\nA = x", False),
        ("for self.a in x: pass", False),
    ],
)
def test_only_what_surely_changes_nothing_is_said_to(code: str, pure: bool):
    assert body(code, "python").pure is pure


@pytest.mark.parametrize(
    ("code", "pure"),
    [
        ("const a = x.a; return a * Math.max(y, 1)", True),
        ("for (const a in x) { if (a) return y } return x", True),
        ("delete x.a; return x", False),
        ("for (last of x) {} return x", False),
        ("for (last in x) {} return x", False),
        ("for (const a of x) {} return x", False),
        ("const [a] = x; return a", False),
        ("return [...x]", False),
    ],
)
def test_only_what_surely_changes_nothing_is_said_to_in_scripts(code: str, pure: bool):
    assert body(code, "javascript").pure is pure


def test_a_parameter_passes_on_nothing_of_the_function_whose_name_it_has():
    assert contract("def f(g):\n    g()\n\n\ndef g():\n    raise KeyError\n").passes == ()


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
    names = ("timeout_ms", "feeCents", "rate_pct", "items", "ms", "programs", "join_us", "node_deg")
    units = {name: docfacts.unit(Parameter(name), "en") for name in names}
    assert units == {
        "timeout_ms": "In milliseconds.", "feeCents": "In hundredths of the currency unit.", "rate_pct": "In percent.",
        "items": "", "ms": "", "programs": "", "join_us": "", "node_deg": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("annotation", "default", "told"),
    [
        ("int", None, True),
        ("float | None", None, True),
        ("Optional[Decimal]", None, True),
        (None, "1_000", True),
        (None, "-1.5", True),
        ("dict[str, int]", None, False),
        (None, "'a'", False),
        (None, None, False),
    ],
)
def test_some_units_are_of_numbers_only(annotation: str | None, default: str | None, told: bool):
    for name in ("join_us", "xml_ns", "node_deg", "x_rad", "wait_sec"):
        assert bool(docfacts.unit(Parameter(name, annotation, default), "en")) is told


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


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("if x: return {'a': x}\nreturn None", "dict or None"),
        ("return None if x else [x]", "list or None"),
        ("return not x", "bool"),
        ("return -1.5", "float"),
        ("return f'{x}'", "str"),
        ("return x, y", "tuple"),
        ("x.a()\nreturn lambda: x", "callable"),
        ("return y > 1", "object"),  # of an array another array
        ("return g(x)", "object"),
        ("if x: return 1\nreturn y", "object"),
        ("yield 'a'", "str"),
        (f"x.a()\nyield [{'1, ' * 30}]", "object"),  # of which the text says that it is a list
        ("yield x", "object"),
    ],
)
def test_numpy_has_a_type_where_its_layout_has_one(code: str, shown: str):
    text = f"def f(x, y):\n{textwrap.indent(code, '    ')}\n"
    doc = document(Path("a.py"), "python", text)
    options = CommentOptions("numpy", "en")
    made = document_at(Request(Task.COMMENT, doc, outline(doc).symbols[0].name_span, options), options, Settings())
    assert isinstance(made, Candidate)
    raw = ast.get_docstring(ast.parse(edits.apply(doc, made.edits).text).body[0])  # type: ignore[arg-type]
    told = next(one for one in NumpydocParser().parse(raw or "").meta if one.args[0] in {"returns", "yields"})
    assert vars(told)["type_name"] == shown
    assert told.description


@pytest.mark.parametrize("head", ["def f()", "def f() -> Iterator[None]", "def f() -> Generator[None, None, None]"])
def test_a_yield_without_a_value_is_not_said_to_yield_one(head: str):
    found = contract(f"{head}:\n    yield\n")
    assert prose_en.summary(found) == "Yield control, without a value."
    assert prose_zh.summary(found) == "只交出控制权，不带值。"


def test_a_body_is_walked_once_however_many_parameters_there_are(monkeypatch: pytest.MonkeyPatch):
    visited = Counter[str]()
    real = usage.own

    def counted(node: Node, scopes: tuple[str, ...]) -> Iterator[Node]:
        for one in real(node, scopes):
            visited[now] += 1
            yield one

    monkeypatch.setattr(usage, "own", counted)
    body_text = "    g(1)\n" * 300
    for now in ("few", "many"):
        listed = ", ".join(f"a{i}" for i in range(2 if now == "few" else 40))
        assert len(contract(f"def f({listed}):\n{body_text}").parameters) == (2 if now == "few" else 40)
    assert visited["many"] < 1.2 * visited["few"]
