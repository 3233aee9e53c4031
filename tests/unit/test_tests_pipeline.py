"""Unit tests from the request to the proven file, on a small project, with nothing replaced."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from copilot import files, pipeline
from copilot.config import Settings
from copilot.context.index import Index
from copilot.engines.base import Engine, Resources
from copilot.engines.embedded import EmbeddedEngine
from copilot.progress import listening
from copilot.syntax.outline import outline
from copilot.tasks import tests as task
from copilot.tasks import tests_proof
from copilot.types import (
    Candidate,
    Check,
    Context,
    Declined,
    Document,
    Edit,
    Project,
    Request,
    Span,
    Suggestion,
    Task,
    TestsOptions,
)
from copilot.verify import isolation, runs, sandbox

pytestmark = pytest.mark.slow

SHOP = Path(__file__).parents[1] / "fixtures" / "unittests" / "shop"


class Bench:
    """The part of a workspace that the pipeline needs, with the real engine."""

    def __init__(self, root: Path, python: Path | None = Path(sys.executable)) -> None:
        self.settings, self.project, self.index = Settings(), Project(root, python), Index()
        self._engine: Engine = EmbeddedEngine(Resources(self.project, self.settings, self.index, ThreadPoolExecutor(1)))

    def engines(self, _request: Request) -> list[Engine]:
        return [self._engine]

    async def gather(self, _request: Request) -> Context:
        return Context("", "")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHOP, tmp_path / "shop"))


def asked(path: Path, symbol: str = "", **options: float) -> Request:
    document = files.read(path, "python" if path.suffix == ".py" else "java")
    span = next((s.name_span for s in outline(document).symbols if s.qualified == symbol), Span(0, len(document.text)))
    return Request(Task.TESTS, document, span, TestsOptions(**{"budget_s": 60.0, **options}))  # type: ignore[arg-type]


async def declined(request: Request, bench: Bench) -> str:
    answer = await pipeline.suggest(request, bench)
    assert isinstance(answer, Declined)
    return answer.reason


async def test_a_call_elsewhere_opens_what_no_search_would(shop: Path) -> None:
    before = hashlib.sha256(b"".join(p.read_bytes() for p in sorted(shop.rglob("*")) if p.is_file())).digest()
    heard: list[str] = []
    with listening(lambda message, _fraction: heard.append(message)):
        answer = await pipeline.suggest(asked(shop / "src/shop/vouchers.py"), Bench(shop))
    assert isinstance(answer, Suggestion)
    (edit,) = answer.edits
    assert edit.path == shop / "tests" / "test_vouchers.py"
    assert 'redeem("250-' in edit.new
    assert "def test_redeem_rejects_invalid_voucher():" in edit.new
    assert "from shop.vouchers import" in edit.new
    assert "large voucher over" in edit.new
    covers, worth = answer.checks[-2:]
    assert covers.name == "covers"
    assert worth.name == "worth"
    assert covers.detail == "7 of 7 lines of vouchers.py"
    assert heard[0] == "recording vouchers.py"
    assert before == hashlib.sha256(b"".join(p.read_bytes() for p in sorted(shop.rglob("*")) if p.is_file())).digest()


async def test_harm_is_contained_and_the_rest_is_tested(shop: Path) -> None:
    answer = await pipeline.suggest(asked(shop / "src/shop/traps.py"), Bench(shop))
    assert isinstance(answer, Suggestion)
    (edit,) = answer.edits
    assert "from shop.traps import halve, leave\n" in edit.new  # an exit on purpose is behaviour, a crash is none
    assert "def test_halve_rejects_number_is_odd():" in edit.new
    assert (shop / "pyproject.toml").exists()


async def test_the_open_buffer_counts_not_the_file(shop: Path) -> None:
    path = shop / "src/shop/vouchers.py"
    request = asked(path, "describe")
    text = request.document.text.replace(b"large voucher", b"big voucher")
    answer = await pipeline.suggest(replace(request, document=replace(request.document, parts=(text,))), Bench(shop))
    assert isinstance(answer, Suggestion)
    assert "big voucher over" in answer.edits[0].new
    assert answer.edits[0].path.name == "test_vouchers__describe.py"
    assert "redeem" not in answer.edits[0].new


async def test_a_test_that_fails_under_pytest_is_left_out_and_said(shop: Path) -> None:
    path = shop / "src/shop/vouchers.py"
    path.write_text(
        "import sys\n\n\ndef tested() -> bool:\n    return 'pytest' in sys.modules\n\n\n"
        "def double(n: int) -> int:\n    return n * 2\n"
    )
    answer = await pipeline.suggest(asked(path), Bench(shop))
    assert isinstance(answer, Suggestion)
    assert "tested" not in answer.edits[0].new
    assert "double" in answer.edits[0].new
    assert [f.message for f in answer.findings] == ["test_tested_refuses was left out: assert True is False"]


async def test_what_no_form_of_the_project_proves_is_told_the_plain_way(shop: Path) -> None:
    (shop / "tests").mkdir(exist_ok=True)
    (shop / "tests/test_other.py").write_text(
        "import unittest\n\n\nclass OtherTest(unittest.TestCase):\n    def test_it(self):\n        self.assertEqual(1, 1)\n"
    )
    path = shop / "src/shop/vouchers.py"
    path.write_text(
        "import sys\n\n\ndef mark(count: int) -> None:\n    sys.stdout.buffer.write(b'*' * count)\n"  # a StringIO has no bytes
    )
    answer = await pipeline.suggest(asked(path), Bench(shop))
    assert isinstance(answer, Suggestion)
    assert answer.confidence < 0.9
    assert "def test_mark_prints" in answer.edits[0].new
    assert "capsys" in answer.edits[0].new
    assert "unittest" not in answer.edits[0].new


async def test_reasons_for_silence(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = shop / "src/shop/vouchers.py"
    assert "No Python interpreter" in await declined(asked(path), Bench(shop, None))
    launcher = shop / "python"
    launcher.write_text("#!/bin/sh\nexec python3\n")
    assert "is a script that starts Python" in await declined(asked(path), Bench(shop, launcher))
    (shop / "tests").mkdir(exist_ok=True)
    (shop / "tests" / "test_x.py").write_text("def test_x(): pass\n")
    assert "is a test file itself" in await declined(asked(shop / "tests/test_x.py"), Bench(shop))
    (shop / "not-a-module.py").write_text("def f(): return 1\n")
    assert "cannot be imported" in await declined(asked(shop / "not-a-module.py"), Bench(shop))
    (shop / "A.java").write_text("class A { int f() { return 1; } }\n")
    assert "Python only" in await declined(asked(shop / "A.java"), Bench(shop))
    broken = shop / "broken.py"
    broken.write_text("def f(:\n    return\n")
    assert "SyntaxError" in await declined(asked(broken), Bench(shop))
    monkeypatch.setenv("PATH", str(shop))
    monkeypatch.setattr(sandbox, "ORDER", (isolation.Level.BUBBLEWRAP,))
    assert "apt-get install bubblewrap" in await declined(asked(path), Bench(shop))


async def test_an_import_without_end_costs_no_more_than_the_budget(shop: Path) -> None:
    path = shop / "src/shop/vouchers.py"
    path.write_text("def f():\n    return 1\n\n\nwhile True:\n    pass\n")
    assert "stopped after" in await declined(asked(path, budget_s=3.0), Bench(shop))


async def test_cancelling_ends_every_process(shop: Path) -> None:
    path = shop / "src/shop/vouchers.py"
    path.write_text("def f():\n    return 1\n\n\nwhile True:\n    pass\n")
    work = asyncio.create_task(pipeline.suggest(asked(path), Bench(shop)))
    for _ in range(200):
        if alive(shop):
            break
        await asyncio.sleep(0.05)
    assert alive(shop)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    for _ in range(100):
        if not alive(shop):
            break
        await asyncio.sleep(0.05)
    assert not alive(shop)


def alive(root: Path) -> bool:
    """Whether a sandbox of this project runs: its command line names the project."""
    for entry in Path("/proc").iterdir():
        try:
            if (
                entry.name.isdigit()
                and b"bwrap" in (line := (entry / "cmdline").read_bytes())
                and str(root).encode() in line
            ):
                return True
        except OSError:
            continue
    return False


async def proof(shop: Path, text: str, runs: int = 5) -> list[Check]:
    request = asked(shop / "src/shop/vouchers.py", "describe")
    candidate = Candidate((Edit(shop / "tests" / "test_it.py", Span(0, 0), text),), "test", 1.0)
    settings = replace(Settings(), tests=replace(Settings().tests, runs=runs))
    return [check async for check in task.checks(candidate, request, Bench(shop).project, settings)]


HEAD = "import os\nfrom decimal import Decimal\nfrom shop.vouchers import Voucher, describe\n\n\n"
GOOD = "def test_it():\n    assert describe(Voucher('x', Decimal(5))) == 'voucher over 5'\n"
LARGE = "def test_large():\n    assert describe(Voucher('x', Decimal(500))) == 'large voucher over 500'\n"


@pytest.mark.parametrize(
    ("test", "name", "detail"),
    [
        (
            GOOD.replace("over 5", "over 6"),
            "runs",
            "test_it: AssertionError: assert 'voucher over 5' == 'voucher over 6'",
        ),
        (GOOD + "    assert os.environ['PYTHONHASHSEED'] == '0'\n", "stable", "test_it: run 2: "),
        (GOOD + "    assert os.environ['TZ'] != 'America/New_York'\n", "stable", "test_it: run 3: "),
        (
            f"import time\n{GOOD}    assert abs(time.time() - {time.time()}) < 86_400\n",
            "stable",
            "test_it: on another date: ",
        ),
        (f"{GOOD}    SEEN.append(1)\n\n\nSEEN = []\n\n\n{LARGE}    assert SEEN == [1]\n", "stable", "test_large: run "),
        (f"{GOOD}\n\n{GOOD.replace('test_it', 'test_again')}", "worth", "test_again: it adds nothing"),
        ("import gone\n" + GOOD, "runs", "No module named 'gone'"),
        ("os._exit(0)\n" + GOOD, "runs", "the test process died"),
        ("def test_it():\n    assert 1 + 1 == 2\n", "covers", "0 of 3 lines of describe"),
    ],
)
async def test_what_is_not_proven_is_refused(shop: Path, test: str, name: str, detail: str) -> None:
    last = (await proof(shop, HEAD + test))[-1]
    assert last.name == name
    assert not last.passed
    assert detail in last.detail


async def test_a_proof_reports_what_it_covers(shop: Path) -> None:
    done = await proof(shop, HEAD + GOOD, runs=5)
    assert all(check.passed for check in done)
    *_, stable, covers, worth = done
    assert covers.detail == "2 of 3 lines of describe; not reached: 31"
    assert stable.detail == "5 of 5 runs pass: two hash seeds, time zones, another date, another order"
    assert worth.detail.startswith("steps between lines that no test took before: 2; planted faults: ")


async def test_rows_of_a_test_case_are_worth_what_rows_of_a_table_are(shop: Path) -> None:
    rows = "[(Decimal(5), 'voucher over 5'), (Decimal(500), 'large voucher over 500')]"
    table = (
        f"import pytest\n{HEAD}@pytest.mark.parametrize(('value', 'expected'), {rows})\n"
        "def test_it(value, expected):\n    assert describe(Voucher('x', value)) == expected\n"
    )
    case = (
        f"import unittest\n{HEAD}class DescribeTest(unittest.TestCase):\n    def test_it(self):\n"
        f"        for value, expected in {rows}:\n            with self.subTest(value=value):\n"
        "                self.assertEqual(describe(Voucher('x', value)), expected)\n"
    )
    told = [await proof(shop, text) for text in (table, case)]
    assert all(check.passed for checks in told for check in checks)
    assert told[0][-1] == told[1][-1]
    wrong = case.replace("over 500", "over 50")
    (*_, last) = await proof(shop, wrong)
    assert (last.name, last.passed) == ("runs", False)
    assert last.parts[0][0] == "DescribeTest::test_it"


async def test_a_conftest_that_needs_a_plugin_gets_it(shop: Path) -> None:
    (shop / "tests").mkdir(exist_ok=True)
    (shop / "tests" / "conftest.py").write_text(
        "import pytest\n\n\n@pytest.fixture(autouse=True)\ndef loop_policy(event_loop_policy):\n    yield\n"
    )
    assert all(check.passed for check in await proof(shop, HEAD + GOOD, runs=2))


def test_a_document_of_another_encoding_is_laid_out_in_it(shop: Path) -> None:
    path = shop / "src/shop/vouchers.py"
    document = Document(path, "python", ("# -*- coding: gb18030 -*-\n# 兑换\n".encode(),), encoding="gb18030")
    assert tests_proof.laid_over(document, {}, shop)["src/shop/vouchers.py"].endswith("兑换\n".encode("gb18030"))


@pytest.mark.parametrize(
    "answer",
    [
        "[]",
        "[" * 100_000,
        "not json",
        '{"records": [1], "targets": 1}',
        '{"records": [{"target": "f"}], "targets": 1}',
        '{"records": 7, "targets": 1}',
        '{"rejected": [], "targets": {}}',
    ],
)
async def test_an_answer_forged_by_the_code_under_test_is_data_and_no_error(tmp_path: Path, answer: str) -> None:
    path = tmp_path / "forge.py"
    path.write_text(
        f"import os\n\n_ANSWER = {answer!r}.encode()\nfor _fd in range(3, 32):\n    try:\n        os.write(_fd, _ANSWER)\n"
        "    except OSError:\n        pass\nos._exit(0)\n\n\ndef twice(x: int) -> int:\n    return 2 * x\n"
    )
    assert await declined(asked(path, budget_s=20.0), Bench(tmp_path))


@pytest.mark.parametrize(
    "report",
    [
        "[]",
        "{}",
        "[" * 100_000,
        '{"code": [], "collect": 1, "tests": {}, "lines": []}',
        '{"code": 0, "collect": [], "tests": {"a": 1}}',
    ],
)
async def test_a_report_forged_by_a_conftest_is_a_broken_run(tmp_path: Path, report: str) -> None:
    (tmp_path / "conftest.py").write_text(
        f"import os\n\nfor _fd in range(3, 32):\n    try:\n        os.write(_fd, {report!r}.encode())\n"
        "    except OSError:\n        pass\nos._exit(0)\n"
    )
    (tmp_path / "test_a.py").write_text("def test_a():\n    assert True\n")
    python = Path(sys.executable)
    async with sandbox.opened(tmp_path, Settings(), readonly=isolation.prefixes(python)) as box:
        outcomes = [
            outcome
            async for outcome in runs.pytest(
                box, python, box.root / "test_a.py", focus=None, paths=[], times=1, limits=sandbox.Limits(wall_s=20)
            )
        ]
    assert [bool(outcome.broken) for outcome in outcomes] == [True]


async def test_tests_of_the_project_that_are_broken_or_fail_do_not_stop_new_ones(shop: Path) -> None:
    tests = shop / "tests"
    tests.mkdir(exist_ok=True)
    (tests / "test_vouchers.py").write_text(
        "import gone\nfrom shop.vouchers import describe\n\n\ndef test_it():\n    describe(1)\n"
    )
    (tests / "test_more_vouchers.py").write_text(
        "from shop.vouchers import describe\n\n\ndef test_it():\n    assert describe is None\n"
    )
    done = await proof(shop, HEAD + GOOD)
    assert all(check.passed for check in done), done


async def test_a_fault_that_leaves_its_mark_speaks_for_no_test_under_the_next(tmp_path: Path) -> None:
    (tmp_path / "marked.py").write_text(
        "LEAST = [3]\n\n\ndef lowered(n):\n    LEAST[0] = min(LEAST[0], n)\n    return LEAST[0]\n\n\n"
        "def plain(n):\n    return n > 0 and n > -1 and n > -2 and n > -3\n"
    )
    (tmp_path / "test_marked.py").write_text(
        "from marked import lowered, plain\n\n\ndef test_it():\n    assert plain(3) is True\n    assert lowered(5) == 3\n"
    )
    python = Path(sys.executable)
    async with sandbox.opened(tmp_path, Settings(), readonly=isolation.prefixes(python)) as box:
        module, test = box.root / "marked.py", box.root / "test_marked.py"
        weighing = runs.Weighing("marked", ((1, 20),))
        limits = sandbox.Limits(wall_s=20)
        running = runs.pytest(
            box, python, test, focus=module, paths=[box.root], times=1, limits=limits, weighing=weighing
        )
        (outcome,) = [one async for one in running]
    assert outcome.worth is not None
    shown = {(old, new) for _, old, new in outcome.worth.survivors}
    # The test passes under these: what would fail is the mark that `max` left.
    assert {("n > 0", "n >= 0"), ("n > -2", "n >= -2")} <= shown
    assert ("min(LEAST[0], n)", "max(LEAST[0], n)") not in shown
    assert outcome.worth.killed + len(shown) == outcome.worth.mutants
