"""The style of a new test file follows the tests around it, the nearest first."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.testfacts import TestStyle
from copilot.verify import neighbours
from copilot.verify.python_places import Place

FUNCTION = "from shop.cash import pay\n\n\ndef test_pay():\n    assert pay(1) == 1\n"
CASE = """import unittest

from shop import cash


class PayTest(unittest.TestCase):
    def test_pay(self):
        self.assertEqual(cash.pay(1), 1)

    def test_more(self):
        self.assertEqual(cash.pay(2), 2)


class TillTest(unittest.TestCase):
    def test_till(self):
        self.assertEqual(cash.pay(2), 2)
"""
CLASSES = FUNCTION.replace("def test_pay():\n    assert", "class TestPay:\n    def test_pay(self):\n        assert")


def style(root: Path, files: dict[str, str]) -> TestStyle:
    found = {"shop/__init__.py": "", "shop/cash.py": "", "shop/fees.py": "", **files}
    for name, text in found.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    place = Place("shop.fees", root)
    return neighbours.style(root, root / "shop/fees.py", place, root / "tests/test_fees.py")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, TestStyle()),
        ({"tests/test_cash.py": FUNCTION}, TestStyle()),
        ({"tests/test_cash.py": FUNCTION.replace("():", "() -> None:")}, TestStyle(annotated=True)),
        ({"tests/test_cash.py": CASE}, TestStyle("unittest", "{}Test", imports="module")),
        ({"tests/test_cash.py": CLASSES}, TestStyle(classes="Test{}", single=True)),
        (
            {"tests/test_cash.py": CLASSES.replace("from shop.cash import pay", "import shop.cash as money")},
            TestStyle(classes="Test{}", single=True, imports="as"),
        ),
        (
            {"tests/test_fees.py": FUNCTION.replace("from shop.cash import pay", "import shop.fees as money")},
            TestStyle(imports="as money"),
        ),
        (
            {"tests/test_cash.py": CASE.replace("unittest.TestCase", "TestCase").replace("def test_", "def testX")},
            TestStyle("unittest", "{}Test", base="TestCase", camel=True, imports="module"),
        ),
        # How tests reach each other says nothing of how they reach the code.
        (
            {"tests/__init__.py": "", "tests/make.py": "", "tests/test_cash.py": "from tests import make\n" + FUNCTION},
            TestStyle(),
        ),
        # The module's own tests count before those of its package, these before the folder's.
        ({"tests/test_cash.py": CASE, "tests/unit/test_fees.py": FUNCTION}, TestStyle()),
        ({"tests/test_x.py": "def test_x():\n    assert 1 + X == 2\n", "old/test_cash.py": CASE},
         TestStyle("unittest", "{}Test", imports="module")),
        # What we wrote ourselves says nothing of the project.
        ({"tests/test_cash.py": "# bank-copilot tests: they hold\n" + CASE}, TestStyle()),
        # Without tests, what the project's commands run.
        ({"Makefile": "test:\n\tpython -m unittest\n"}, TestStyle("unittest", "Test{}")),
        ({"Makefile": "test:\n\tpython -m unittest\n", "tox.ini": "[testenv]\ncommands = pytest\n"}, TestStyle()),
        ({"tests/test_cash.py": "def test_(:\n"}, TestStyle()),
    ],
)  # fmt: skip
def test_the_style_is_that_of_the_nearest_tests(tmp_path: Path, files: dict[str, str], expected: TestStyle) -> None:
    assert style(tmp_path, files) == expected


CONFTEST = """import pytest
from collections.abc import Iterator
from shop.cash import Till


@pytest.fixture
def till():
    made = Till(3)
    return made


@pytest.fixture(name="open_till")
def _open() -> Iterator[Till]:
    yield from ()


@pytest.fixture(scope="session")
def shared() -> Till:
    return Till(1)


@pytest.fixture(params=[1, 2])
def several(request) -> Till:
    return Till(request.param)


@pytest.fixture
def number():
    return int("3")


def helper() -> Till:
    return Till(2)


@pytest.fixture(name="no name")
def odd() -> "Till":
    return Till(2)
"""


def test_fixtures_that_make_one_object_for_each_test_are_found_the_nearest_first(tmp_path: Path) -> None:
    near = "import pytest\n\n\n@pytest.fixture\ndef own() -> 'Till':\n    ...\n"
    found = style(tmp_path, {"conftest.py": CONFTEST, "tests/conftest.py": near})
    assert found.fixtures == (("Till", "own"), ("Till", "till"), ("Till", "open_till"))


def test_a_style_in_words_names_what_differs() -> None:
    told = neighbours.told(TestStyle("unittest", "{}Case", base="TestCase", camel=True))
    assert "class FeeCase(TestCase)" in told
    assert "testRejectsZero" in told
    assert "no pytest" in told
    assert neighbours.told(TestStyle(fixtures=(("Till", "till"),))).endswith("the fixture `till` for a `Till`")


@pytest.mark.parametrize(
    ("imports", "line", "before"),
    [
        ("names", "", ""),
        ("module", "from shop import fees", "fees"),
        ("dotted", "import shop.fees", "shop.fees"),
        ("as", "import shop.fees as fees", "fees"),
        ("as money", "import shop.fees as money", "money"),
    ],
)
def test_how_a_module_is_reached(imports: str, line: str, before: str) -> None:
    assert neighbours.reached("shop.fees", imports) == (line, before)
