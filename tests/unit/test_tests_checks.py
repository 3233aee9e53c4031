"""What a generated test file must be before it is run, where it goes, and where tests are offered."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.tasks import tests as task
from copilot.types import Document, Span, Task, document
from copilot.verify import python_places, python_tests, runs
from copilot.verify.python_tests import asserts, statement_lines

GOOD = "from m import f\n\n\ndef test_f():\n    assert f(1) == 2\n"


IN_CLASS = """class FTest(unittest.TestCase):
    def setUp(self):
        self.f = f

    def test_f(self):
        self.assertEqual(self.f(1), 2)

    def test_again(self):
        self.assertEqual(self.f(1), 2)

    def test_other(self):
        self.assertEqual(self.f(2), 3)
"""


def body(*lines: str, head: str = "") -> str:
    return head + "def test_f():\n" + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (GOOD, 1),
        (body("with pytest.raises(ValueError, match='x'):", "    f(0)", head="import pytest\n"), 1),
        (body("self.assertEqual(f(1), 2)"), 1),
        (body("with self.assertRaisesRegex(ValueError, 'x'):", "    f(0)"), 1),
        (body("for a, b in [(1, 2), (2, 3)]:", "    with self.subTest(a=a):", "        self.assertEqual(f(a), b)"), 2),
        (
            "import pytest\n@pytest.mark.parametrize(('a', 'b'), [(1, 2), (2, 3), (3, 4)])\ndef test_f(a, b):\n    assert a == b\n",
            3,
        ),
    ],
)
def test_tests_that_hold_the_code_to_a_value(text: str, count: int) -> None:
    check = asserts(text, "f")
    assert check.passed, check.detail
    assert check.detail.startswith(f"assertions: {count}, tests: 1")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (body("f(1)"), "asserts no value"),
        (body("assert True"), "cannot fail"),
        (body("assert f(1) == f(1)"), "cannot fail"),
        (body("try:", "    assert f(1) == 2", "except Exception:", "    pass"), "swallows"),
        (body("time.sleep(1)", "assert f(1) == 2"), "calls sleep"),
        (body("assert eval('f(1)') == 2"), "calls eval"),
        (body("os.system('ls')", "assert f(1) == 2"), "calls system"),
        (body("assert f(1) == 2", head="import socket\n"), "imports socket"),
        (body("assert f(1) == 2", head="from urllib import request\n"), "imports urllib"),
        ("import pytest\n@pytest.mark.xfail(strict=True)\n" + body("assert f(1) == 2"), "skipped or expected"),
        (body("pytest.skip('later')", "assert f(1) == 2"), "calls skip"),
        (body("with patch('m.f'):", "    assert f(1) == 2"), "replaces what it tests"),
        (body("self.assertTrue(True)"), "cannot fail"),
        (body("self.assertEqual(f(1), f(1))"), "cannot fail"),
        (body("self.assertIsNotNone(f(1))"), "asserts no value"),
        (body("self.assertTrue(isinstance(f(1), int))"), "asserts no value"),
        (body("self.skipTest('later')", "self.assertEqual(f(1), 2)"), "calls skipTest"),
        ("@unittest.skip('later')\n" + IN_CLASS, "skipped or expected"),
        ("x = 1\n", "no test"),
        ("def test_f(:\n", "does not parse"),
    ],
)
def test_tests_that_are_not_worth_running(text: str, why: str) -> None:
    check = asserts(text, "f")
    assert not check.passed
    assert why in check.detail


def test_methods_are_judged_by_their_full_names_with_what_their_class_makes_ready() -> None:
    head = "import unittest\nfrom m import f\n\n\n"
    check = asserts(head + IN_CLASS, "f", "m")
    assert check.parts == (("FTest::test_again", "it is the same as FTest::test_f"),)
    assert check.detail == "FTest::test_again: it is the same as FTest::test_f"
    left = python_tests.without(head + IN_CLASS, [name for name, _ in check.parts])
    assert python_tests.names(left) == ["FTest::test_f", "FTest::test_other"]
    assert asserts(left, "f", "m").passed
    unused = asserts(head + IN_CLASS.replace("self.f = f", "self.f = str"), "f", "m")
    assert unused.parts[0] == ("FTest::test_f", "it does not use the code under test")
    assert python_tests.without(left, ["FTest::test_f", "FTest::test_other"]) == ""


def test_a_test_that_stands_in_another_file_adds_nothing() -> None:
    other = '"""Doc."""\nfrom m import f\n\n\ndef test_what_f_does():\n    """It adds."""\n    assert f( 1 ) == 2\n'
    check = asserts(GOOD, "f", "m", frozenset(), [other, "def broken(:\n"])
    assert check.parts == (("test_f", "it is the same as test_what_f_does"),)
    assert asserts(GOOD, "f", "m", frozenset(), [other.replace("== 2", "== 3")]).passed


def test_the_first_test_of_a_class_leaves_no_gap_behind() -> None:
    text = "class TestF:\n    def test_a(self):\n        assert f(1) == 2\n\n    def test_b(self):\n        assert f(2) == 3\n"
    assert python_tests.without(text, ["TestF::test_a"]).startswith("class TestF:\n    def test_b")


def test_statement_lines_leave_out_what_runs_at_import_and_documentation() -> None:
    text = 'X = 1\n\n\ndef f(a):\n    """Doc."""\n    if a:\n        return 1\n    return (\n        2\n    )\n\n\nclass C:\n    y = 2\n\n    def m(self):\n        return 3\n'
    assert statement_lines(text, 1, 99) == {6, 7, 8, 17}
    assert statement_lines(text, 1, 10) == {6, 7, 8}
    assert statement_lines("def f(:\n", 1, 99) == frozenset()


SOURCE = """
class Account:
    def __init__(self):
        self.x = 1

    def pay(self):
        def inner():
            return 1
        return inner()

    def _hidden(self):
        return 1


def free():
    return 1
"""


def at(word: str) -> tuple[Document, Span]:
    doc = document(Path("/p/m.py"), "python", SOURCE)
    offset = SOURCE.index(word)
    return doc, Span(offset, offset)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("Account", "Account"),
        ("__init__", "Account"),
        ("pay", "Account.pay"),
        ("inner()", "Account.pay"),
        ("free", "free"),
    ],
)
def test_the_focus_is_what_can_be_called_from_outside(word: str, name: str) -> None:
    symbol = task.focus(*at(word))
    assert symbol is not None
    assert symbol.qualified == name


def test_offers_name_what_they_would_test() -> None:
    (offer,) = task.offers(*at("pay"))
    assert offer.task is Task.TESTS
    assert "Account.pay" in offer.title
    assert task.offers(*at("_hidden")) == []
    doc, span = at("free")
    test_file = document(Path("/p/test_m.py"), "python", doc.text)
    assert task.offers(test_file, span) == []
    assert task.offers(document(Path("/p/M.java"), "java", "class M { int f() { return 1; } }"), Span(12, 12)) == []


def lay(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")


@pytest.mark.parametrize(
    ("names", "path", "text", "module", "base"),
    [
        ((), "mod.py", "", "mod", "."),
        (("pkg/__init__.py", "pkg/sub/__init__.py"), "pkg/sub/mod.py", "", "pkg.sub.mod", "."),
        (("src/pkg/__init__.py",), "src/pkg/mod.py", "", "pkg.mod", "src"),
        ((), "src/mod.py", "", "mod", "src"),
        ((), "tools/mod.py", "", "mod", "tools"),
        ((), "space/mod.py", "from space import other\n", "space.mod", "."),
        ((), "space/mod.py", "from . import other\n", "space.mod", "."),
        (("pkg/__init__.py",), "pkg/__init__.py", "", "pkg", "."),
    ],
)
def test_places(tmp_path: Path, names: tuple[str, ...], path: str, text: str, module: str, base: str) -> None:
    lay(tmp_path, *names, path)
    place = python_places.place(document(tmp_path / path, "python", text), tmp_path)
    assert place == python_places.Place(module, tmp_path / base)


def test_a_file_without_a_module_name_has_no_place(tmp_path: Path) -> None:
    assert python_places.place(document(tmp_path / "not-a-name.py", "python", ""), tmp_path) is None
    assert python_places.place(document(Path("/elsewhere/m.py"), "python", ""), tmp_path) is None


def test_new_tests_never_take_the_name_of_a_file(tmp_path: Path) -> None:
    lay(tmp_path, "pyproject.toml", "pkg/__init__.py", "pkg/mod.py", "tests/unit/test_mod.py")
    doc = document(tmp_path / "pkg/mod.py", "python", "")
    assert python_places.test_path(doc, tmp_path, None, "") == tmp_path / "tests/test_mod_generated.py"
    lay(tmp_path, "tests/test_mod_generated.py")
    assert python_places.test_path(doc, tmp_path, None, "") == tmp_path / "tests/test_mod_generated_2.py"
    assert python_places.test_path(doc, tmp_path, None, "Book.openAll") == tmp_path / "tests/test_mod__book_open_all.py"
    assert python_places.test_path(doc, tmp_path, tmp_path / "out", "f") == tmp_path / "out/test_mod__f.py"
    lay(tmp_path, "tests/one_test.py", "tests/two_test.py", "tests/mod_test.py")
    assert python_places.test_path(doc, tmp_path, None, "f") == tmp_path / "tests/mod__f_test.py"
    assert python_places.test_path(doc, tmp_path, None, "") == tmp_path / "tests/mod_generated_test.py"


def test_versions_are_read_from_disk(tmp_path: Path) -> None:
    lay(tmp_path, "base/bin/python3.12", "venv/bin/python")
    (tmp_path / "venv/pyvenv.cfg").write_text("home = x\nversion_info = 3.10.13.final.0\n")
    assert runs.version_on_disk(tmp_path / "base/bin/python3.12") == (3, 12)
    assert runs.version_on_disk(tmp_path / "venv/bin/python") == (3, 10)
    lay(tmp_path, "other/bin/python")
    assert runs.version_on_disk(tmp_path / "other/bin/python") is None


def test_assertions_are_counted_by_rows() -> None:
    assert python_tests.assertion_count(GOOD + "\n\n" + GOOD.replace("test_f", "test_g")) == 2


def test_an_import_that_goes_leaves_no_gap() -> None:
    text = (
        "from decimal import Decimal\n\nimport pytest\n\nfrom fees import fee\n\n\n"
        "def test_a():\n    assert fee(1) == Decimal(1)\n\n\n"
        "def test_b():\n    with pytest.raises(ValueError):\n        fee(-1)\n"
    )
    left = python_tests.without(text, ["test_b"])
    assert left.startswith("from decimal import Decimal\n\nfrom fees import fee\n\n\ndef test_a():\n")
