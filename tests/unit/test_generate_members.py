"""Generated members run for real: constructors construct, equality and order hold, Java objects behave in a JVM."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import subprocess
import sysconfig
import warnings
from pathlib import Path

import pytest

from copilot import edits, files
from copilot.config import Settings
from copilot.engines.embedded.generate import derive
from copilot.messages import catalogue, set_locale
from copilot.syntax import classes
from copilot.tasks import generate as task
from copilot.types import (
    Candidate,
    Check,
    Declined,
    Document,
    Edit,
    GenerateOptions,
    Project,
    Request,
    Span,
    Task,
    document,
)


def ask(doc: Document, at: str | Span, instruction: str = "", kind: str = "auto") -> Candidate | Declined:
    return derive(request(doc, at, instruction, kind), None)


def request(doc: Document, at: str | Span, instruction: str = "", kind: str = "auto") -> Request:
    start = doc.text.index(at.encode()) if isinstance(at, str) else at.start
    return Request(Task.GENERATE, doc, Span(start, start), GenerateOptions(kind), instruction=instruction)


def proof(candidate: Candidate, asked: Request) -> list[Check]:
    async def collect() -> list[Check]:
        return [c async for c in task.checks(candidate, asked, Project(Path()), Settings())]

    return asyncio.run(collect())


def after(text: str, at: str, instruction: str, name: str = "m.py") -> str:
    language = "java" if name.endswith(".java") else "python"
    doc = document(Path(name), language, text)
    candidate = ask(doc, at, instruction)
    assert isinstance(candidate, Candidate), candidate
    assert [c for c in proof(candidate, request(doc, at)) if not c.passed] == []
    return edits.apply(doc, candidate.edits).text.decode()


def run(text: str) -> dict[str, object]:
    names: dict[str, object] = {"__name__": "generated"}
    exec(compile(text, "generated", "exec", dont_inherit=True), names)
    return names


def test_constructor_equality_hash_order_and_repr_behave():
    text = "class Money:\n    currency: str\n    cents: int\n    notes: list = []\n    _tag: str = 'x'\n"
    text = after(text, "class Money", "constructor")
    text = after(text, "class Money", "hash for currency and cents")
    text = after(text, "class Money", "ordering for currency and cents")
    money = run(after(text, "class Money", "repr"))["Money"]
    one, same, more = money("EUR", 1), money("EUR", 1, tag="y"), money("EUR", 2)
    assert (one.currency, one.cents, one.notes, one._tag) == ("EUR", 1, [], "x")
    assert one.notes is not same.notes
    assert one == same and hash(one) == hash(same) and one != more
    assert one < more and more >= one and sorted([more, one]) == [one, more]
    assert one.__eq__(1) is NotImplemented and one.__lt__(1) is NotImplemented
    assert repr(one) == "Money(currency='EUR', cents=1, notes=[], tag='x')"


def test_an_import_of_the_module_itself_gains_a_line_and_no_name():
    text = after("import functools\n\n\nclass V:\n    n: int\n", "class V", "ordering")
    assert text.startswith("import functools\nfrom functools import total_ordering\n")
    made = run(after(text, "class V", "constructor"))["V"]
    assert made(1) < made(2) <= made(2)


@pytest.mark.parametrize("value", ["{}", "{1}", "set()", "dict()", "None"])
def test_what_has_no_order_is_not_ordered(value):
    text = f"class P:\n    def __init__(self):\n        self.n = 1\n        self.table = {value}\n"
    answer = ask(document(Path("m.py"), "python", text), "class P", "ordering")
    assert isinstance(answer, Declined)
    assert answer.reason == "the field table has no order"


@pytest.mark.parametrize(("name", "wish"), [("m.py", "constructor"), ("m.py", "equality"), ("M.java", "equals")])
def test_the_caret_on_a_field_narrows_accessors_alone(name, wish):
    texts = {"m.py": "class M:\n    _a: int\n    _b: int\n", "M.java": "class M {\n    int a;\n    int b;\n}\n"}
    text = texts[name]
    at = text.splitlines()[1].strip()
    assert after(text, at, wish, name) == after(text, "class M", wish, name)
    assert after(text, at, "getter", name) != after(text, "class M", "getter", name)


def test_constructor_of_a_subclass_hands_over_what_the_base_needs():
    text = "class A:\n    def __init__(self, x, y=2):\n        self.x, self.y = x, y\n\n\nclass B(A):\n    z: int\n"
    made = run(after(text, "class B", "constructor"))["B"](1, 3)
    assert (made.x, made.y, made.z) == (1, 2, 3)


def test_accessors_read_and_write():
    text = "class P:\n    def __init__(self, a: int):\n        self._a = a\n        self.__b = 1\n"
    p = run(after(text, "class P", "getters and setters"))["P"](5)
    p.a, p.b = p.a + 1, p.b + 1
    assert (p.a, p.b) == (6, 2)
    with pytest.raises(AttributeError):
        run(after(text, "class P", "getter"))["P"](5).a = 1


def test_stubs_make_the_class_concrete_and_say_that_they_are_stubs():
    text = (
        "from abc import ABC, abstractmethod\n\n\nclass Base(ABC):\n    @property\n    @abstractmethod\n    def a(self): ...\n\n"
        "    @abstractmethod\n    async def b(self, x, *, y=1): ...\n\n    @staticmethod\n    @abstractmethod\n    def c(z): ...\n\n\n"
        "class Half(Base):\n    def b(self):\n        pass\n\n\nclass Mine(Half):\n    ...\n"
    )
    mine = run(after(text, "class Mine", "implement abstract methods"))["Mine"]
    assert mine.__abstractmethods__ == frozenset() and "b" not in vars(mine)
    assert isinstance(vars(mine)["a"], property) and isinstance(vars(mine)["c"], staticmethod)
    with pytest.raises(NotImplementedError):
        _ = mine().a


def test_override_returns_what_the_base_returns():
    text = (
        "class A:\n    def f(self, a, /, b, *c, d=4, **e):\n        return a, b, c, d, e\n\n\nclass B(A):\n    pass\n"
    )
    b = run(after(text, "class B", "override f"))["B"]
    assert b().f(1, 2, 3, d=5, k=6) == (1, 2, (3,), 5, {"k": 6})


def test_dispatch_has_a_branch_for_every_member_and_rejects_the_rest():
    text = "import enum\n\n\nclass K(enum.Enum):\n    A = 1\n    B = 2\n\n\ndef f(k: K):\n    ...\n"
    made = run(after(text, "def f", "dispatch"))
    for member in made["K"]:
        with pytest.raises(NotImplementedError):
            made["f"](member)
    with pytest.raises(ValueError, match="unexpected K: 3"):
        made["f"](3)


def test_names_that_mean_something_else_or_come_from_nowhere_decline():
    text = "from abc import ABC, abstractmethod\n\n\nclass A(ABC):\n    @abstractmethod\n    def f(self, x: Lost): ...\n\n\nclass B(A):\n    pass\n"
    got = ask(document(Path("m.py"), "python", text), "class B", "implement")
    assert isinstance(got, Declined) and "Lost" in got.reason


@pytest.mark.parametrize(
    ("instruction", "kinds"),
    [
        ("Generate equals() and hashCode()", {"equals", "hashCode"}),
        ("toString", {"toString"}),
        ("请生成相等比较方法和字符串表示", {"equals", "hashCode", "toString"}),
        ("add a constructor with all fields please", {"A"}),
        ("生成构造函数", {"A"}),
    ],
)
def test_instructions_are_understood(instruction: str, kinds: set[str]):
    doc = document(Path("A.java"), "java", "class A {\n    private int x;\n}\n")
    got = ask(doc, "class A", instruction)
    assert isinstance(got, Candidate)
    made = {m.name for m in classes.classes(edits.apply(doc, got.edits))[0].methods}
    assert made == kinds


@pytest.mark.parametrize(
    "instruction",
    ["", "constructor that validates x", "implement the IBAN check", "equals ignoring case", "转账", "实现转账"],
)
def test_what_cannot_be_derived_needs_a_model(instruction: str):
    doc = document(Path("A.java"), "java", "class A {\n    private int x;\n}\n")
    got = ask(doc, "class A", instruction)
    assert isinstance(got, Declined) and got.reason == "needs a model" and "constructor" in got.detail


def test_reasons_are_spoken_in_chinese():
    set_locale("zh")
    try:
        got = ask(document(Path("a.py"), "python", "class A: ...\n"), "class A", "fly")
        assert isinstance(got, Declined) and got.reason == catalogue()["needs a model"] != "needs a model"
    finally:
        set_locale("en")


def test_java_members_behave_in_a_jvm(tmp_path: Path):
    text = "import java.util.List;\n\npublic class Acc<T> {\n    private final String id;\n    private final int[] codes;\n    private double rate;\n    private T note;\n}\n"
    for wish in ("constructor", "equals, hashCode and toString", "getters and setters"):
        text = after(text, "class Acc", wish, "Acc.java")
    main = """
class Main {
    static Acc<String> make(String id, double rate) {
        Acc<String> acc = new Acc<>(id, new int[] {1, 2});
        acc.setRate(rate);
        acc.setNote("n");
        return acc;
    }

    public static void main(String[] none) {
        Acc<String> one = make("a", Double.NaN), same = make("a", Double.NaN), other = make("b", 1);
        System.out.println(one.equals(same) + " " + (one.hashCode() == same.hashCode()) + " " + one.equals(other)
            + " " + one.equals(null) + " " + one.equals("a") + " " + one.getNote() + " " + other);
    }
}
"""
    (tmp_path / "Acc.java").write_text(text)
    (tmp_path / "Main.java").write_text(main)
    subprocess.run(
        ["javac", "-Xlint:all", "-Werror", "Acc.java", "Main.java"], cwd=tmp_path, check=True, capture_output=True
    )
    done = subprocess.run(
        ["java", "-XX:TieredStopAtLevel=1", "-cp", str(tmp_path), "Main"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "true true false false false n Acc{id=b, codes=[1, 2], rate=1.0, note=n}"


def test_offers_are_what_applies_and_every_offer_resolves():
    text = "class A:\n    _x: int\n\n\ndef free():\n    pass\n"
    doc = document(Path("m.py"), "python", text)
    found = task.offers(doc, Span(0, 0))
    assert [o.options.kind for o in found] == ["constructor", "getters", "accessors", "equals", "string"]
    assert found[0].title == "Generate constructor for A from _x"
    for offer in found:
        got = derive(Request(Task.GENERATE, doc, offer.span, offer.options), None)
        assert isinstance(got, Candidate) and got.title == offer.title
    assert task.offers(doc, Span(text.index("free"), text.index("free"))) == []


@pytest.mark.parametrize(
    ("span", "new", "failed"),
    [
        (Span(9, 9), "\n    def f(self):\n        return 1\n", "members"),  # f stands twice
        (Span(9, 9), "\n    def g(self) -> Gone:\n        return Lost\n", "names"),
        (Span(14, 35), "def g(self): return 0", "kept"),
        (Span(9, 9), "\n    def g(self:\n", "syntax"),
        (Span(999, 999), "x", "applies"),
        (Span(9, 9), "\n    x = 1\n", "members"),  # no member at all
    ],
)
def test_each_check_refuses_what_it_is_for(span: Span, new: str, failed: str):
    doc = document(Path("m.py"), "python", "class A:\n\n    def f(self): return 0\n")
    candidate = Candidate((Edit(doc.path, span, new),), "embedded:derivation", 1.0)
    first = next(c for c in proof_until_failure(candidate, request(doc, "class A")) if not c.passed)
    assert first.name == failed


def proof_until_failure(candidate: Candidate, asked: Request) -> list[Check]:
    """The checks as the pipeline sees them: it stops at the first that fails."""

    async def collect() -> list[Check]:
        done: list[Check] = []
        async with contextlib.aclosing(task.checks(candidate, asked, Project(Path()), Settings())) as stream:
            async for check in stream:
                done.append(check)
                if not check.passed:
                    break
        return done

    return asyncio.run(collect())


@pytest.mark.parametrize(
    ("line", "made"),
    [(1, {"x", "y"}), (3, {"y"}), (5, {"z"}), (6, {"z"}), (9, None)],
)
def test_a_line_of_the_command_line_means_the_class_or_field_on_it(line: int, made: set[str] | None):
    text = "class A:\n    _x: int\n    _y: int\n\n    class B:\n        _z: int\n\n\nfree = 1\n"
    doc = document(Path("m.py"), "python", text)
    lines = text.splitlines(keepends=True)
    start = sum(map(len, lines[: line - 1]))
    whole = Span(start, start + len(lines[line - 1]))
    for span in (whole, Span(start, start)):
        got = derive(Request(Task.GENERATE, doc, span, GenerateOptions("getters")), None)
        if made is None:
            assert isinstance(got, Declined) and got.reason == "there is no class here"
        else:
            assert isinstance(got, Candidate)
            assert {m.name for s in classes.classes(edits.apply(doc, got.edits)) for m in s.methods} == made


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("", "from functools import total_ordering\n\n\n"),
        ("# note on B\n", "from functools import total_ordering\n\n\n# note on B\n"),
        ("#!/usr/bin/env python\n\n", "#!/usr/bin/env python\n\nfrom functools import total_ordering\n\n\n"),
        ('"""Doc."""\n', '"""Doc."""\n\nfrom functools import total_ordering\n\n\n'),
        ("import sys\nimport numpy\n", "import sys\nfrom functools import total_ordering\nimport numpy\n"),
        ("from functools import wraps\n", "from functools import wraps, total_ordering\n"),
        (
            "from __future__ import annotations\n",
            "from __future__ import annotations\n\nfrom functools import total_ordering\n",
        ),
        ("from functools import total_ordering\n", "from functools import total_ordering\n"),
    ],
)
def test_an_import_goes_where_imports_go(before: str, expected: str):
    text = before + "class B:\n    x: int\n"
    assert after(text, "class B", "ordering").partition("@total_ordering")[0] == expected


SOURCES = ("cmd", "fractions", "http/cookies", "calendar", "queue", "shlex", "string", "sched")


@pytest.mark.parametrize("name", SOURCES)
def test_whatever_is_derived_for_the_standard_library_holds_and_is_done_once(name: str):
    doc = files.read(Path(sysconfig.get_paths()["stdlib"]) / f"{name}.py", "python")
    resolved = 0
    for shape in classes.classes(doc)[:8]:
        for kind in task.KINDS:
            got = ask(doc, shape.span, kind=kind)
            if isinstance(got, Declined):
                assert got.reason
                continue
            assert [c for c in proof(got, request(doc, shape.span)) if not c.passed] == [], (shape.name, kind)
            made = edits.apply(doc, got.edits)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ast.parse(made.text)
            (moved,) = classes.named(made, shape.qualified)
            assert isinstance(ask(made, moved.span, kind=kind), Declined), (shape.name, kind)
            resolved += 1
    assert resolved
