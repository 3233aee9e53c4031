"""Names that nobody defines are refused; whatever is not certain is let through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from copilot.context.index import Index
from copilot.types import Edit, Project, Span, document
from copilot.verify import existing, platform

Indexed = Callable[[Mapping[str, str]], tuple[Path, Index]]

FILES = {
    "bank/__init__.py": "",
    "bank/money.py": "class Money:\n    def plus(self, other):\n        return other\n\n\ndef parse(text):\n    return Money()\n",
    "bank/loose.py": "from os import *\n\n\ndef known(): ...\n",
    "bank/magic.py": "class Magic:\n    def __getattr__(self, name):\n        return name\n\n\ndef __getattr__(name): ...\n",
    "bank/odd.py": "from elsewhere import Base\n\n\nclass Odd(Base):\n    pass\n",
    "bank/desk.py": "from bank.money import Money\n\n\nclass Desk(Money):\n    def open(self): ...\n",
    "bank/Fees.java": "package bank;\npublic class Fees {\n  public long of(long cents) { return cents; }\n}\n",
    "bank/Auto.java": "package bank;\n@Data\npublic class Auto {\n  private long cents;\n}\n",
    "bank/Sub.java": "package bank;\npublic class Sub extends Thread {\n}\n",
}
HEAD = """import json
from bank import money, loose, magic
from bank.money import Money
from bank.magic import Magic
from bank.odd import Odd
from bank.desk import Desk


class Till(Money):
    def count(self, sum_: Money, unsure):
        drawer = Desk()
        made = Magic()
        odd = Odd()
        """


@pytest.fixture(scope="module")
def index(indexed: Indexed) -> Index:
    return indexed(FILES)[1]


def refused(index: Index, name: str, head: str, line: str, tail: str = "\n") -> str:
    root: Path = index.root  # type: ignore[attr-defined]
    doc = document(root / name, "python" if name.endswith(".py") else "java", head + tail)
    at = len(head.encode())
    check = existing.exist(doc, (Edit(doc.path, Span(at, at), line),), index, Project(root))
    return "" if check.passed else check.detail


@pytest.mark.parametrize(
    "line",
    ["money.parse_all('1')", "json.loadz('1')", "Money.minus(1)", "sum_.minus(1)", "drawer.shut()", "self.recount()",
     "unheard_of_anywhere(1)"],
)  # fmt: skip
def test_what_nobody_defines_is_refused(index: Index, line: str) -> None:
    said = refused(index, "till.py", HEAD, line)
    assert line.partition("(")[0] in said


@pytest.mark.parametrize(
    "line",
    ["money.parse('1')", "json.loads('1')", "sum_.plus(1)", "drawer.open()", "drawer.plus(1)", "self.plus(1)", "self.count(1, 2)",
     "loose.getcwd()", "magic.anything()", "made.anything()", "odd.inherited_from_elsewhere()", "unsure.whatever()",
     "self.total = 3", "unsure.x.y()", "money.__name__", "sum_.__class__", "parse_later = money.parse", "[m.anything() for m in unsure]"],
)  # fmt: skip
def test_what_is_there_or_not_certain_passes(index: Index, line: str) -> None:
    assert refused(index, "till.py", HEAD, line) == ""


def test_java_members_and_methods_of_the_class_around(index: Index) -> None:
    head = "package bank;\nclass Use {\n  Fees fees;\n  long run(Auto auto, Sub sub) {\n    "
    tail = "\n  }\n  long own() { return 1; }\n}\n"
    for line in ("return fees.with(1);", "return missingMethod(1);", "return Fees.all();"):
        assert refused(index, "bank/Use.java", head, line, tail), line
    for line in (
        "return fees.of(1);",
        "return own();",
        "auto.getCents();",
        "sub.start();",
        "fees.hashCode();",
        "toString();",
    ):
        assert refused(index, "bank/Use.java", head, line, tail) == "", line


def test_before_the_index_is_ready_nothing_is_refused(tmp_path: Path) -> None:
    doc = document(tmp_path / "a.py", "python", "import json\n")
    edit = Edit(doc.path, Span(12, 12), "json.loadz()\n")
    assert existing.exist(doc, (edit,), Index(), Project(tmp_path)).passed


@pytest.mark.parametrize(
    ("module", "name", "lacking"),
    [
        ("json", "dumps", False),
        ("json", "dumsp", True),
        ("json", "decoder", False),  # a module inside
        ("os", "getcwd", False),  # told by the loaded module alone
        ("os", "getcdw", True),
        ("sys", "exti", True),
        ("no_such_module", "name", False),
        ("pytest", "no_such_name", False),  # no part of the library
        ("os.path", "joins", False),  # of modules inside a package nothing is said
    ],
)
def test_the_library_s_modules_are_read_as_text(module, name, lacking):
    assert platform.lacks(module, name, None) is lacking


def test_a_source_of_the_library_is_read_in_one_place():
    assert platform.source("json").path.name == "__init__.py"
    assert platform.source("json.decoder").path.name == "decoder.py"
    assert platform.source("sys") is None
    assert platform.source("pytest") is None
