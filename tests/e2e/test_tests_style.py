"""`bank-copilot tests` in projects that write their tests in a way of their own: the real console script and sandbox."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest

from copilot.verify import python_tests

pytestmark = pytest.mark.slow

SCRIPT = Path(sys.executable).with_name("bank-copilot")
PROJECTS = Path(__file__).parents[1] / "fixtures" / "unittests"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("BANK_COPILOT_", "XDG_", "LC_", "LANG", "GIT_"))}
    home = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    return {**kept, **home, "LANG": "C.UTF-8", "GIT_CONFIG_GLOBAL": "/dev/null"}


def project(name: str, tmp_path: Path) -> Path:
    return Path(shutil.copytree(PROJECTS / name, tmp_path.resolve() / name))


def offered(root: Path, place: str, environ: dict[str, str], **extra: str) -> tuple[dict[str, Any], Path]:
    """The command's answer, and the file that it wrote."""
    words = ["tests", str(root / place), "--root", str(root), "--out", str(root / "tests"), "--json"]
    done = subprocess.run(
        [SCRIPT, *words, "--engine", "embedded"],
        capture_output=True,
        text=True,
        check=False,
        env=environ | extra,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    (written,) = told["written"]
    return told["suggestions"][0], Path(written)


def run(root: Path, *words: str, path: str = ".") -> str:
    environ = {"PYTHONPATH": path, "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-B", *words], cwd=root, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_project_of_unittest_gets_test_cases_that_need_no_pytest(tmp_path: Path, environ: dict[str, str]) -> None:
    root = project("ledger", tmp_path)
    venv.create(
        root / ".venv", with_pip=False, symlinks=True
    )  # its interpreter has no pytest: ours is lent for the proof
    told, path = offered(root, "ledger/fees.py", environ)
    text = path.read_text()
    assert path.name == "test_fees.py"
    assert "class FeesTest(unittest.IsolatedAsyncioTestCase):" in text
    assert "from ledger import fees\n" in text
    assert "pytest" not in text
    for piece in (
        "self.assertEqual(fees.fee(cents, premium), expected)",
        'self.assertRaisesRegex(ValueError, "amount must be positive")',
        "with self.subTest(",
        'patch("ledger.fees.date", FixedDate)',
        'patch.dict("os.environ", {"LEDGER_MODE": "live"})',
        "redirect_stdout(StringIO()) as printed",
        "TemporaryDirectory()",
        "await fees.settle(",
    ):
        assert piece in text, piece
    assert text.count("# guards behaviour\n") == len(python_tests.names(text))
    assert told["left_out"]["ValueError that nobody raises on purpose"] > 0
    assert "OK" in run(root, "-m", "unittest", "tests.test_fees")
    assert "FAILED" not in run(root, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(path))


def test_a_fault_in_the_code_fails_the_test_cases(tmp_path: Path, environ: dict[str, str]) -> None:
    root = project("ledger", tmp_path)
    _, path = offered(root, "ledger/fees.py:Account", environ)
    assert "class AccountTest(unittest.TestCase):" in path.read_text()
    code = root / "ledger/fees.py"
    code.write_text(code.read_text().replace("self.cents += cents", "self.cents -= cents"))
    done = subprocess.run(
        [sys.executable, "-B", "-m", "unittest", f"tests.{path.stem}"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "AssertionError" in done.stderr


def test_classes_names_and_fixtures_follow_the_neighbours(tmp_path: Path, environ: dict[str, str]) -> None:
    root = project("desk", tmp_path)
    _, path = offered(root, "src/desk/orders.py", environ)
    text = path.read_text()
    assert path.name == "orders_test.py"
    names = python_tests.names(text)
    assert {name.split("::")[0] for name in names} == {"TestBook", "TestSide"}
    assert "def test_place_changes_open(self, book):\n        result = book.place(" in text
    assert "from desk.orders import Book, side\n" in text
    run(root, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(path), path="src")


@pytest.mark.parametrize(
    "body",
    [
        'book = Book("ann", 500)\n    book.place(1, 1)\n    book.place(3, 2)\n    return book',  # another object
        'raise RuntimeError("no database here")',
        "return None",
    ],
)
def test_a_fixture_that_does_not_fit_leaves_the_plain_form(tmp_path: Path, environ: dict[str, str], body: str) -> None:
    root = project("desk", tmp_path)
    conftest = root / "tests/conftest.py"
    conftest.write_text(conftest.read_text().replace('return Book("ann", 500)', body))
    _, path = offered(root, "src/desk/orders.py:Book.place", environ)
    text = path.read_text()
    assert "book = Book(" in text
    assert python_tests.assertion_count(text) >= 4
    run(root, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(path), path="src")


def test_the_last_commit_tells_which_tests_prove_a_change(tmp_path: Path, environ: dict[str, str]) -> None:
    root = project("ledger", tmp_path)
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "x"]):
        subprocess.run(["git", *words], cwd=root, check=True, env=environ)
    code = root / "ledger/fees.py"
    code.write_text(code.read_text().replace("limit exceeded", "over the limit"))
    _, path = offered(root, "ledger/fees.py:Account", environ)
    text = path.read_text()
    assert "# proves your change: fails on the parent commit\n    def test_book_rejects_over_the_limit(self):" in text
    assert "# guards behaviour: passes on the parent commit too\n    def test_book_changes_cents(self):" in text


def test_a_second_call_follows_people_and_not_what_was_generated(tmp_path: Path, environ: dict[str, str]) -> None:
    root = project("ledger", tmp_path)
    (root / "tests/test_words.py").unlink()
    (root / "tests/test_words.py").write_text(
        "from ledger.words import words\n\n\ndef test_many():\n    assert words(7) == 'many'\n"
    )
    (root / "tests/test_fees.py").write_text(
        '"""Characterisation tests of ledger.fees."""\nimport unittest\nfrom ledger import fees\n\n\n'
        "class FeesTest(unittest.TestCase):\n    def test_fee(self):\n        self.assertEqual(fees.fee(1, True), 0)\n"
    )
    _, path = offered(root, "ledger/fees.py:share", environ)
    assert "def test_share(cents, expected):" in path.read_text()


def test_tests_that_stand_there_are_not_offered_again(tmp_path: Path, environ: dict[str, str]) -> None:
    root = project("desk", tmp_path)
    offered(root, "src/desk/orders.py:side", environ)
    words = ["tests", str(root / "src/desk/orders.py:side"), "--root", str(root), "--json", "--engine", "embedded"]
    done = subprocess.run([SCRIPT, *words], capture_output=True, text=True, check=False, env=environ, timeout=180)
    assert done.returncode == 1, done.stdout
    told = json.loads(done.stdout)["declined"][0]
    assert "it is the same as" in told["detail"] or "adds nothing" in told["detail"]


def test_generated_tests_of_a_renamed_module_are_named(tmp_path: Path, environ: dict[str, str]) -> None:
    root = project("desk", tmp_path)
    _, path = offered(root, "src/desk/orders.py:side", environ)
    (root / "src/desk/orders.py").rename(root / "src/desk/tickets.py")
    (root / "tests/conftest.py").unlink()
    told, _ = offered(root, "src/desk/tickets.py:side", environ)
    assert told["notes"] == [f"{path.name} tests desk.orders, which is not there any more"]
