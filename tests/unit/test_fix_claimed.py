"""What other tools claim of Python, answered and proven; what only they can tell is said to be so."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from copilot import edits, pipeline
from copilot.config import Settings
from copilot.tasks import fix_proof
from copilot.types import (
    Candidate,
    Declined,
    Edit,
    Finding,
    FixOptions,
    Project,
    Request,
    Severity,
    Span,
    Task,
    document,
)
from copilot.verify import typed
from copilot.workspace import Workspace

TEXT = '''"""Accounts."""

import json
from dataclasses import dataclass
from decimal import Decimal


class Base:
    def closed(self):
        return False


@dataclass
class Entry:
    amount: Decimal
    narrative: str = ""


class Account(Base):
    def __init__(self, iban):
        self.iban = iban
        self.entries = []

    def book(self, amount, *, narrative=""):
        self.entries.append(Entry(amount, narrative=narrative))

    async def sync(self):
        return json.dumps(self.iban)

    async def refresh(self):
        self.sync()
        spare = self.iban
        kept = self.book(1)
        return self.closed()
'''


@pytest.fixture
async def workspace(tmp_path):
    (tmp_path / "account.py").write_text(TEXT)
    found = Workspace.open(tmp_path, Settings(), engine="embedded")
    yield found
    await found.close()


async def told(workspace, text, word, message, source="pyright"):
    doc = document(workspace.project.root / "account.py", "python", text)
    at = doc.text.index(word.encode())
    fact = Finding("code", Severity.ERROR, doc.path, Span(at, at + len(word)), message, source=source)
    answer = await pipeline.suggest(
        Request(Task.FIX, doc, fact.span, FixOptions(), "automatic", facts=(fact,)), workspace
    )
    return answer, edits.apply(doc, answer.edits).text.decode() if not isinstance(answer, Declined) else text


@pytest.mark.parametrize(
    ("right", "wrong", "word", "message"),
    [
        ("self.entries.append", "self.entires.append", "entires", 'Cannot access attribute "entires" for class "Account*"\n  Attribute "entires" is unknown'),
        ("self.entries.append", "self.entires.append", "self.entires", "Instance of 'Account' has no 'entires' member; maybe 'entries'?"),
        ("self.entries.append", "self.entries.apend", "self.entries.apend", '"list[Entry]" has no attribute "apend"'),
        ("return self.closed", "return self.closd", "closd", 'Cannot access attribute "closd" for class "Account*"'),
        ("json.dumps", "json.dumsp", "json.dumsp", 'Module has no attribute "dumsp"; maybe "dumps" or "dump"?'),
        ("import Decimal", "import Decimla", "Decimla", '"Decimla" is unknown import symbol'),
        ("from decimal", "from decmial", "decmial", 'Import "decmial" could not be resolved'),
        ("import json", "import jsn", "jsn", "Unable to import 'jsn'"),
        ("narrative=narrative", "narative=narrative", "narative", 'No parameter named "narative"'),
        ("book(self, amount, *", "book(amount, *", "book", "Method 'book' should have \"self\" as first argument"),
        ("await self.sync()", "self.sync()", "self.sync()", 'Result of async function call is not used; use "await" or assign result to variable'),
    ],
)  # fmt: skip
async def test_a_claim_has_its_answer(workspace, right, wrong, word, message):
    good = TEXT.replace("        self.sync()", "        await self.sync()") if right.startswith("await") else TEXT
    broken = good.replace(right, wrong, 1)
    answer, fixed = await told(workspace, broken, word, message)
    assert fixed == good, answer
    names = [check.name for check in answer.checks]
    assert names[:2] == ["applies", "syntax"]
    assert ("claimed" in names) != ("fault gone" in names)


async def test_a_claim_that_cannot_be_asked_again_says_so(workspace):
    answer, _ = await told(
        workspace,
        TEXT.replace("return self.closed", "return self.closd"),
        "closd",
        'Cannot access attribute "closd" for class "Account*"',
    )
    claimed = next(check for check in answer.checks if check.name == "claimed")
    assert claimed.detail == "not checked again: only pyright can tell whether its complaint is gone"


async def test_an_unused_variable_goes_and_its_call_stays(workspace):
    answer, fixed = await told(workspace, TEXT, "spare", 'Variable "spare" is not accessed')
    assert "        spare = self.iban\n" not in fixed
    answer, fixed = await told(workspace, TEXT, "kept", "Unused variable 'kept'", "pylint")
    assert "\n        self.book(1)\n" in fixed
    assert not isinstance(answer, Declined)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("amount, narrative", 'Argument of type "int" cannot be assigned to parameter "amount" of type "Decimal"'),
        ("closed", 'Cannot access attribute "closed" for class "Account*"'),  # nothing there is spelt nearly so
        ("json", 'Import "json" could not be resolved'),  # it is there: the tool's surroundings are not
        ("iban", '"group" is not a known attribute of "None"'),
    ],
)
async def test_what_is_not_certain_is_left_to_the_model(workspace, word, message):
    answer, _ = await told(workspace, TEXT, word, message)
    assert isinstance(answer, Declined)


async def test_a_name_that_its_import_misspells_is_mended_there(workspace):
    wrong = TEXT.replace("import Decimal", "import Decimla")
    answer, fixed = await told(workspace, wrong, "Decimal\n", '"Decimal" is not defined')
    assert fixed == TEXT
    answer, fixed = await told(workspace, wrong, "Decimla", "`decimal.Decimla` imported but unused", "Ruff")
    assert fixed == TEXT
    assert "fault gone" in [check.name for check in answer.checks]


async def test_a_misspelt_import_is_not_removed_where_a_star_import_hides_that_its_name_is_missing(workspace):
    """ruff does not say that `Decimal` is undefined here: the star import may bring it."""
    starred = f"from os.path import *\n{TEXT}"
    wrong = starred.replace("import Decimal", "import Decimla")
    _, fixed = await told(workspace, wrong, "Decimla", "`decimal.Decimla` imported but unused", "Ruff")
    assert fixed == starred


TYPED = "def total(amounts: list[int]) -> int:\n    return sum(amounts)\n\n\nprint(total([1]).bit_lenght())\n"


@pytest.fixture
def checked(tmp_path):
    """A project with mypy set up, whose interpreter has it."""
    (tmp_path / "pyproject.toml").write_text("[tool.mypy]\n")
    (tmp_path / "total.py").write_text(TYPED)
    return Project(tmp_path, python=Path(sys.executable).absolute())


async def test_the_project_s_own_checker_is_asked_again(checked):
    assert typed.checker(checked) == "mypy"
    doc = document(checked.root / "total.py", "python", TYPED)
    said = await typed.report(doc, checked, Settings())
    ((_, message),) = said.errors
    assert message.startswith('"int" has no attribute "bit_lenght"')
    at = doc.text.index(b"bit_lenght")
    fact = Finding("attr-defined", Severity.ERROR, doc.path, Span(at, at + 10), message, source="mypy")
    request = Request(Task.FIX, doc, fact.span, FixOptions(), facts=(fact,))
    candidate = Candidate((Edit(doc.path, Span(at, at + 10), "bit_length"),), "told", 0.9, findings=(fact,))
    proof = fix_proof.proof(candidate, request, checked, Settings())
    checks = {check.name: check async for check in proof}
    assert checks["types"].detail == "mypy: 1 errors before, 0 after, none new"
    assert checks["fault gone"].detail == "mypy does not say it any more"


def test_a_project_that_has_set_none_up_has_no_checker(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'a'\n")
    assert typed.checker(Project(tmp_path, python=Path(sys.executable).absolute())) == ""
    (tmp_path / "mypy.ini").write_text("[mypy]\n")
    assert typed.checker(Project(tmp_path, python=Path("/nowhere/bin/python"))) == ""


CODE = "def half(number):\n    return number / 3\n"
SUITE = "from half import half\n\n\ndef test_half():\n    assert half(4) == 2\n\n\ndef test_zero():\n    assert half(0) == 0\n"


async def test_a_known_test_is_the_last_proof(tmp_path):
    (tmp_path / "half.py").write_text(CODE)
    (tmp_path / "test_half.py").write_text(SUITE)
    doc = document(tmp_path / "half.py", "python", CODE)
    at = doc.text.index(b"number / 3")
    request = Request(Task.FIX, doc, Span(at, at), FixOptions(by_tests=True, test="pytest -q test_half.py"))
    project = Project(tmp_path, python=Path(sys.executable).absolute())
    for new, names in (
        ("number / 2", [("tests pass", True), ("plausible", True)]),
        ("number / 4", [("tests pass", False)]),
        ("2", [("tests pass", False)]),
    ):
        candidate = Candidate((Edit(doc.path, Span(at, at + 10), new),), "model:x", 0.9)
        checks = [check async for check in fix_proof.proof(candidate, request, project, Settings())]
        assert [(check.name, check.passed) for check in checks if check.name in {"tests pass", "plausible"}] == names
