"""Correction: findings, quick fixes, their proof, and what is declined."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot import edits, files, messages, pipeline
from copilot.config import Settings
from copilot.context.index import Index
from copilot.engines.base import Resources
from copilot.engines.embedded import fix as engine
from copilot.engines.embedded.repair import repairs, undo
from copilot.syntax.languages import LANGUAGES
from copilot.tasks import fix
from copilot.tasks.fix_findings import stage
from copilot.types import (
    Attempt,
    Candidate,
    Context,
    Declined,
    Edit,
    FixOptions,
    Project,
    Request,
    Span,
    Task,
    document,
)
from copilot.verify import diagnostics, tools
from copilot.workspace import Workspace


@pytest.fixture
def resources(tmp_path):
    with ThreadPoolExecutor(2) as executor:
        yield Resources(Project(tmp_path), Settings(), Index(), executor)


async def asked(doc, resources, span=None, **more):
    request = Request(Task.FIX, doc, span or Span(0, len(doc.text)), FixOptions(), **more)
    found = [each async for each in engine.propose(request, Context("", ""), resources)]
    return request, [c for c in found if isinstance(c, Candidate)], [d for d in found if isinstance(d, Declined)]


async def proved(candidate, request, resources):
    return [check async for check in fix.checks(candidate, request, resources.project, resources.settings)]


async def test_findings_have_rules_and_one_row_a_fault(tmp_path):
    doc = document(tmp_path / "a.py", "python", "def f(x)\n    return x\n")
    (found,) = await fix.findings(doc, Project(tmp_path), Settings())
    assert (found.rule, found.severity, found.message) == ("syntax", "error", "missing ':'")
    assert doc.text[: found.span.start] == b"def f(x)"


async def test_lint_setting_leaves_errors(tmp_path):
    doc = document(tmp_path / "a.py", "python", "import os\n\nprint(nmae)\n")
    quiet = dataclasses.replace(Settings(), fix=dataclasses.replace(Settings().fix, lint=False))
    assert [f.rule for f in await fix.findings(doc, Project(tmp_path), Settings())] == ["ruff:F401", "undefined-name"]
    assert [f.rule for f in await fix.findings(doc, Project(tmp_path), quiet)] == ["undefined-name"]


async def test_insecure_statements_come_last_and_can_be_switched_off(tmp_path):
    text = "import os\nimport yaml\n\n\ndef load(text)\n    return yaml.load(text), nmae\n"
    doc = document(tmp_path / "a.py", "python", text)
    found = await fix.findings(doc, Project(tmp_path), Settings())
    assert [each.rule for each in sorted(found, key=stage)] == ["syntax", "security.python.yaml-load"]
    doc = document(tmp_path / "a.py", "python", text.replace("(text)\n", "(text):\n", 1))
    found = await fix.findings(doc, Project(tmp_path), Settings())
    rules = [each.rule for each in sorted(found, key=stage)]
    assert rules == ["undefined-name", "ruff:F401", "security.python.yaml-load"]
    quiet = dataclasses.replace(Settings(), fix=dataclasses.replace(Settings().fix, rules=False))
    assert [each.rule for each in await fix.findings(doc, Project(tmp_path), quiet)] == ["ruff:F401", "undefined-name"]


async def test_messages_are_translated(tmp_path):
    doc = document(tmp_path / "a.py", "python", "def f(x)\n    return x\n")
    messages.set_locale("zh")
    try:
        (found,) = await fix.findings(doc, Project(tmp_path), Settings())
    finally:
        messages.set_locale("en")
    assert found.message == "缺少“:”"


@pytest.mark.parametrize("language", ["sql", "xml", "yaml", None])
async def test_no_findings_without_a_grammar_we_trust(tmp_path, language):
    doc = document(tmp_path / "a.x", language, "select <<< from (\n")
    assert await fix.findings(doc, Project(tmp_path), Settings()) == ()


async def test_paths_kept_out_by_policy_have_no_findings(tmp_path):
    class Closed(Index):
        def excluded(self, path):
            return path.name == "a.py"

    doc = document(tmp_path / "a.py", "python", "def f(\n")
    assert await fix.findings(doc, Project(tmp_path), Settings(), Closed()) == ()


async def test_newer_syntax_than_our_own_is_no_fault(tmp_path):
    doc = document(
        tmp_path / "a.py",
        "python",
        "type Pair[T] = tuple[T, T]\n\n\ndef first[T](pair: Pair[T]) -> T:\n    return pair[0]\n",
    )
    assert await fix.findings(doc, Project(tmp_path), Settings()) == ()


async def test_quick_fix_of_one_finding_carries_its_evidence(resources, tmp_path):
    doc = document(tmp_path / "a.py", "python", "def f(x)\n    return x\n\n\nprint(ff(1))\n")
    facts = await fix.findings(doc, resources.project, Settings())
    request, candidates, _ = await asked(doc, resources, facts[0].span, facts=facts[:1])
    assert edits.apply(doc, candidates[0].edits).text.startswith(b"def f(x):\n")
    checks = await proved(candidates[0], request, resources)
    assert [check.name for check in checks] == ["applies", "syntax", "fault gone", "lint"]
    assert all(check.passed for check in checks)


async def test_each_finding_of_an_import_block_has_its_own_fix(resources, tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.ruff.lint]\nselect = ["F", "I"]\n')
    doc = document(tmp_path / "a.py", "python", "import sys\nimport json\nprint(sys)\n")
    facts = {fact.rule: fact for fact in await fix.findings(doc, resources.project, Settings())}
    assert set(facts) == {"ruff:I001", "ruff:F401"}
    for fact in facts.values():
        _, candidates, _ = await asked(doc, resources, fact.span, facts=(fact,))
        assert [candidate.findings for candidate in candidates] == [(fact,)]


async def test_checks_refuse_an_edit_that_does_not_help(resources, tmp_path):
    doc = document(tmp_path / "a.py", "python", "def f(x)\n    return x\n")
    facts = await fix.findings(doc, resources.project, Settings())
    wrong = Candidate((edits_of(doc, len(doc.text) - 2, len(doc.text) - 1, "y"),), "told", 0.9, findings=facts)
    request, _, _ = await asked(doc, resources, facts=facts)
    failed = [check for check in await proved(wrong, request, resources) if not check.passed]
    assert failed[0].name == "fault gone"


async def test_checks_refuse_an_edit_that_names_a_stranger(resources, tmp_path):
    doc = document(tmp_path / "a.py", "python", "total = 1\nprint(totl)\n")
    facts = await fix.findings(doc, resources.project, Settings())
    at = doc.text.index(b"totl")
    wrong = Candidate((edits_of(doc, at, at + 4, "toootal"),), "told", 0.9, findings=facts)
    request, _, _ = await asked(doc, resources, facts=facts)
    failed = [check for check in await proved(wrong, request, resources) if not check.passed]
    assert [check.name for check in failed] == ["lint"]


def edits_of(doc, start, end, new):
    return Edit(doc.path, Span(start, end), new)


async def test_what_was_tried_is_not_proposed_again(resources, tmp_path):
    doc = document(tmp_path / "a.py", "python", "def g(total1, total2):\n    return total3\n")
    _, first, _ = await asked(doc, resources)
    assert len(first) > 1
    _, second, _ = await asked(doc, resources, attempts=(Attempt(first[0], ()),))
    assert first[0].edits not in [each.edits for each in second]
    assert first[1].edits in [each.edits for each in second]


async def test_silence_has_a_reason(resources, tmp_path):
    doc = document(tmp_path / "a.py", "python", "print(completely_elsewhere)\n")
    _, candidates, declined = await asked(doc, resources)
    assert candidates == []
    assert declined[-1].reason == "no repair found for line 1"
    _, candidates, declined = await asked(document(tmp_path / "b.py", "python", "x = 1\n"), resources)
    assert (candidates, declined[-1].reason) == ([], "no fault here")


async def test_without_ruff_syntax_is_still_repaired(resources, tmp_path, monkeypatch):
    tools.ruff_binary.cache_clear()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    doc = document(tmp_path / "no_ruff.py", "python", "def f(x:\n    return x\n")
    try:
        request, candidates, declined = await asked(doc, resources)
        assert [each.reason for each in declined] == ["the linter is missing"]
        assert edits.apply(doc, candidates[0].edits).text == b"def f(x):\n    return x\n"
        checks = await proved(candidates[0], request, resources)
    finally:
        tools.ruff_binary.cache_clear()
    assert [(check.name, check.passed) for check in checks] == [
        ("applies", True),
        ("syntax", True),
        ("fault gone", True),
    ]


async def test_cancelling_stops_the_search(resources, tmp_path):
    text = "x = (" + "[{" * 400 + "\n" + "def f(:\n  retrun )\n" * 400
    doc = document(tmp_path / "a.py", "python", text)
    task = asyncio.create_task(asked(doc, resources))
    await asyncio.sleep(0.3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    begun = time.monotonic()
    await asyncio.get_running_loop().run_in_executor(resources.executor, int)
    assert time.monotonic() - begun < 2


async def test_gb18030_file_keeps_its_encoding(resources, tmp_path):
    path = tmp_path / "gb.py"
    path.write_bytes("def 问候(name)\n    return '你好，' + name\n".encode("gb18030"))
    doc = files.read(path, "python")
    _, candidates, _ = await asked(doc, resources)
    files.write(edits.apply(doc, candidates[0].edits))
    assert path.read_bytes().decode("gb18030") == "def 问候(name):\n    return '你好，' + name\n"


async def test_a_large_file_costs_what_its_function_costs(resources, tmp_path):
    block = "def f{n}(a, b):\n    if a == b:\n        return a\n    return [a, b, {n}]\n\n\n"
    text = "".join(block.format(n=n) for n in range(60_000)) + "def g(x)\n    return x\n"
    doc = document(tmp_path / "big.py", "python", text)
    assert len(doc.text) > 4_000_000
    begun = time.process_time()
    found = repairs(doc.text, "python", Span(text.index("def g(x)") + 8, text.index("def g(x)") + 8))
    assert time.process_time() - begun < 2
    assert undo(doc.text, found[0].slips).endswith(b"def g(x):\n    return x\n")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["python", "java"]), st.text(alphabet="abc(){}[]\"'#/*=:;,. \n\tif中，", max_size=80), st.data())
def test_any_text_is_a_normal_input(language, text, data):
    target = data.draw(st.integers(0, len(text.encode())))
    for repair in repairs(text.encode(), language, Span(target, target), seconds=0.3):
        after = undo(text.encode(), repair.slips)
        assert after != text.encode()
        after.decode()  # cuts no character
        assert 0 < repair.share <= 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = [1, 2\ny = 3\n", "x = [1, 2]\ny = 3\n"),
        ("def f(a):\n    return a == 1 || a == 2\n", "def f(a):\n    return a == 1 or a == 2\n"),
        ("for i in range(3)\n    print(i)\n", "for i in range(3):\n    print(i)\n"),
        ("if x = 1:\n    y = 2\n", "if x == 1:\n    y = 2\n"),
        ("improt os\n", "import os\n"),
        ("x = 'abc\ny = 1\n", "x = 'abc'\ny = 1\n"),
        ("x = 1;;\n", "x = 1;\n"),
        ("print(“a”)\n", 'print("a")\n'),
        ("def f():\n  x = 1\n    y = 2\n", "def f():\n  x = 1\n  y = 2\n"),
        ("/* two\n   lines */\nx = 1\n", "# two\n# lines\nx = 1\n"),
        ("returnx = 1\nif True:\nprint(returnx)\n", "returnx = 1\nif True:\n    print(returnx)\n"),
    ],
)
def test_python_slips(text, expected):
    found = repairs(text.encode(), "python", Span(0, 0))
    assert undo(text.encode(), found[0].slips).decode() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("int x = 1", "int x = 1;"),
        ("pubilc int x;", "public int x;"),
        ("int f() { return g(1; }", "int f() { return g(1); }"),
        ('String s = "abc;', 'String s = "abc";'),
        ("# note\n    int x;", "// note\n    int x;"),
        ("boolean f() { return a and b; }", "boolean f() { return a && b; }"),
        ("int f（int a） { return a； }", "int f(int a) { return a; }"),
    ],
)
def test_java_slips(text, expected):
    frame = "class A {{\n    {}\n}}\n"
    found = repairs(frame.format(text).encode(), "java", Span(14, 14))
    assert undo(frame.format(text).encode(), found[0].slips).decode() == frame.format(expected)


def test_trusted_languages_are_registered():
    assert set(LANGUAGES) >= diagnostics.TRUSTED


PART = """\
class Solution:
    def pairs(self, amounts: List[int]) -> Optional[int]
        seen = defaultdict(int)
        return math.floor(seen[amuonts[0]])
"""


async def test_a_part_of_something_is_given_no_imports_before_it_parses(tmp_path):
    workspace = Workspace.open(tmp_path, Settings())
    try:
        after, _, declined = await pipeline.repair(document(tmp_path / "a.py", "python", PART), workspace)
        assert after.text.decode() == PART.replace("[int]\n", "[int]:\n").replace("amuonts", "amounts")
        assert {answer.detail.split()[-1] for answer in declined} == {"List", "Optional", "defaultdict", "math"}
        again, done, _ = await pipeline.repair(document(tmp_path / "a.py", "python", after.text), workspace)
    finally:
        await workspace.close()
    head = "import math\nfrom collections import defaultdict\nfrom typing import List, Optional\n\n\n"
    assert again.text.decode() == head + after.text.decode()
    assert len(done) == 4
