"""Answers of programs: kept while nothing else can have changed them, and never taken for one when there was none."""

from __future__ import annotations

import asyncio
import threading

import pytest

from copilot import edits, pipeline
from copilot.config import Settings
from copilot.errors import ToolMissing, ToolSilent
from copilot.tasks import fix_findings, fix_proof, generate_proof
from copilot.types import Candidate, Declined, Edit, FixOptions, Project, Request, Span, Task, document
from copilot.verify import diagnostics, javac, kept, tools, typed
from copilot.workspace import Workspace


def test_the_last_used_are_kept_and_what_is_dated_goes():
    rows = kept.Kept()
    for n in range(13):
        assert rows.keep(n, (n,)) == (n,)
        rows.get(0)
    assert rows.get(0) == (0,)
    assert rows.get(1) is None
    rows.keep(0, (), until=0.0)
    assert rows.get(0) is None


@pytest.fixture
def no_time(monkeypatch):
    """A correction takes no time at all."""
    monkeypatch.setattr(kept, "_FEW_S", 0.0)
    monkeypatch.setattr(kept, "_AS_LONG", 0.0)


async def test_what_javac_says_follows_the_other_files(tmp_path, no_time):
    (tmp_path / "pom.xml").write_text("<project/>")
    folder = tmp_path / "src/main/java/bank"
    folder.mkdir(parents=True)
    (folder / "B.java").write_text("package bank;\nclass B {}\n")
    doc = document(folder / "A.java", "java", "package bank;\nclass A { int f() { return new B().size(); } }\n")
    workspace = Workspace.open(tmp_path, Settings(), engine="embedded")
    said = await javac.report(doc, workspace.project, workspace.settings)
    assert [each.name for each in said.problems] == ["size"]
    (folder / "B.java").write_text("package bank;\nclass B { int size() { return 1; } }\n")
    assert (await javac.report(doc, workspace.project, workspace.settings)).problems == ()
    await workspace.close()


async def test_an_answer_lives_as_long_as_a_correction(monkeypatch, tmp_path):
    asked = []

    async def said(*_):
        asked.append(1)
        return ()

    monkeypatch.setattr(javac, "_said", said)
    doc = document(tmp_path / "A.java", "java", "class A {}\n")
    for _ in range(3):
        await javac.report(doc, Project(tmp_path), Settings())
    assert len(asked) == 1


async def test_a_type_checker_that_gave_no_answer_is_asked_again(monkeypatch, tmp_path):
    answers = [None, typed.Report("mypy", typed.Counter())]

    async def asked(*_):
        return answers.pop(0)

    monkeypatch.setattr(typed, "checker", lambda _: "mypy")
    monkeypatch.setattr(typed, "_asked", asked)
    doc = document(tmp_path / "a.py", "python", "x = 1\n")
    assert await typed.report(doc, Project(tmp_path), Settings()) is None
    assert await typed.report(doc, Project(tmp_path), Settings()) is not None
    assert await typed.report(doc, Project(tmp_path), Settings()) is not None


async def test_what_a_type_checker_says_follows_the_other_files(monkeypatch, tmp_path, no_time):
    answers = [typed.Report("mypy", typed.Counter({("a.py", "wrong"): 1})), typed.Report("mypy", typed.Counter())]

    async def asked(*_):
        return answers.pop(0)

    monkeypatch.setattr(typed, "checker", lambda _: "mypy")
    monkeypatch.setattr(typed, "_asked", asked)
    doc = document(tmp_path / "a.py", "python", "x = 1\n")
    said = [await typed.report(doc, Project(tmp_path), Settings()) for _ in range(2)]
    assert [len(each.errors) for each in said] == [1, 0]


async def test_ruff_without_time_says_so_and_is_asked_again(tmp_path):
    doc = document(tmp_path / "a.py", "python", "print(totl)\n")
    with pytest.raises(ToolSilent, match="ruff gave no answer"):
        await tools.ruff(doc, tmp_path, timeout_s=0.0)
    assert [each.code for each in await tools.ruff(doc, tmp_path)] == ["F821"]
    # Also where only the project's own configuration takes too long: the rest is not all.
    (tmp_path / "ruff.toml").write_text("line-length = 80\n")
    with pytest.raises(ToolSilent):
        await tools.ruff(doc, tmp_path, timeout_s=0.0)


TEXT = "import os\n\nprint(totl)\n"


@pytest.mark.parametrize("word", ["totl", "import os\n"])
async def test_what_was_not_looked_for_is_not_gone(monkeypatch, tmp_path, word):
    doc = document(tmp_path / "a.py", "python", TEXT)
    at = TEXT.index(word)
    edit = Edit(doc.path, Span(at, at + len(word)), "" if "os" in word else "1")
    request = Request(Task.FIX, doc, edit.span, FixOptions(), "automatic")
    candidate = Candidate((edit,), "told", 0.9)
    ask = tools.ruff

    async def silent(one, root, **more):
        if one.text != doc.text:
            raise ToolSilent("no answer")
        return await ask(one, root, **more)

    proof = [check async for check in fix_proof.proof(candidate, request, Project(tmp_path), Settings())]
    assert {"fault gone", "lint"} <= {check.name for check in proof if check.passed}
    monkeypatch.setattr(tools, "ruff", silent)
    proof = {check.name: check async for check in fix_proof.proof(candidate, request, Project(tmp_path), Settings())}
    assert (proof["fault gone"].passed, proof["fault gone"].detail) == (False, "no answer")
    assert "lint" not in proof
    # As one types, no answer is no finding.
    assert await diagnostics.findings(document(doc.path, "python", "print(a)\n"), Project(tmp_path)) == ()


async def test_javac_without_time_proves_nothing(monkeypatch, tmp_path):
    text = "class A { int f() { return nmae; } }\n"
    doc = document(tmp_path / "A.java", "java", text)
    project = Workspace.open(tmp_path, Settings(), engine="embedded").project
    at = text.index("nmae")
    ask = javac.report

    async def silent(one, *more):
        if one.text != doc.text:
            raise ToolSilent("no answer")
        return await ask(one, *more)

    monkeypatch.setattr(javac, "report", silent)
    candidate = Candidate((Edit(doc.path, Span(at, at + 4), "more"),), "told", 0.9)
    request = Request(Task.FIX, doc, Span(at, at + 4), FixOptions(), "invoked")
    proof = {check.name: check async for check in fix_proof.proof(candidate, request, project, Settings())}
    assert (proof["fault gone"].passed, proof["fault gone"].detail) == (False, "no answer")


async def test_a_name_is_bound_by_the_tree_where_ruff_is_silent(monkeypatch, tmp_path):
    async def silent(*_, **__):
        raise ToolSilent("no answer")

    monkeypatch.setattr(tools, "ruff", silent)
    doc = document(tmp_path / "a.py", "python", "def f(x):\n    return x\n")
    for new, bound in (("x + 1", True), ("totl", False)):
        changes = (Edit(doc.path, Span(21, 22), new),)
        after = edits.apply(doc, changes)
        check = await generate_proof._names(doc, after, changes, Project(tmp_path))
        assert check.passed is bound


async def test_a_linter_that_is_silent_when_asked_again_has_no_fix(monkeypatch, tmp_path):
    doc = document(tmp_path / "a.py", "python", "import os\n")
    workspace = Workspace.open(tmp_path, Settings(), engine="embedded")
    (fault,) = await pipeline.diagnose(doc, workspace)
    assert fault.rule == "ruff:F401"

    async def silent(*_):
        raise ToolSilent("no answer")

    monkeypatch.setattr(diagnostics, "safe_fix", silent)
    assert isinstance(await pipeline.suggest(pipeline.question(doc, fault), workspace), Declined)
    await workspace.close()


async def test_a_tool_that_is_not_there_leaves_the_grammar(monkeypatch, tmp_path):
    async def missing(*_, **__):
        raise ToolMissing("not here")

    monkeypatch.setattr(tools, "ruff", missing)
    doc = document(tmp_path / "a.py", "python", "def f(:\n    pass\n")
    (found,) = await diagnostics.findings(doc, Project(tmp_path), proving=True)
    assert found.rule == "syntax"


async def test_what_nobody_waits_for_any_longer_is_not_looked_at():
    going, go, looked = threading.Event(), threading.Event(), []

    def look(n):
        looked.append(n)
        going.set()
        go.wait(10)
        return n

    waiting = [asyncio.create_task(fix_findings.aside(look, n)) for n in range(5)]
    await asyncio.to_thread(going.wait, 10)
    for each in waiting[:4]:
        each.cancel()
    await asyncio.sleep(0)
    go.set()
    assert await waiting[4] == 4
    assert looked == [0, 4]


async def test_a_diagnosis_has_one_thread(monkeypatch, tmp_path):
    threads, hits = [], fix_findings.rules.hits

    def noted(*_):
        threads.append(threading.current_thread().name)
        return ()

    monkeypatch.setattr(fix_findings.rules, "hits", lambda doc: noted() or hits(doc))
    monkeypatch.setattr(pipeline.comment_stale, "findings", noted)
    workspace = Workspace.open(tmp_path, Settings(), engine="embedded")
    await pipeline.diagnose(document(tmp_path / "a.py", "python", "import yaml\n\nx = yaml.load('1')\n"), workspace)
    assert len(threads) == 2
    assert set(threads) == {"findings_0"}
    await workspace.close()


async def test_the_rules_look_at_a_text_once_and_at_no_long_one(monkeypatch, tmp_path):
    asked, hits = [], fix_findings.rules.hits
    monkeypatch.setattr(fix_findings.rules, "hits", lambda doc: asked.append(doc) or hits(doc))
    text = "import yaml\n\n\ndef f(text):\n    return yaml.load(text)\n"
    doc = document(tmp_path / "a.py", "python", text)
    first = await fix_findings.findings(doc, Project(tmp_path), Settings())
    assert [each.rule for each in first] == ["security.python.yaml-load"]
    assert await fix_findings.findings(doc, Project(tmp_path), Settings()) == first
    long = document(tmp_path / "a.py", "python", text + "# long\n" * 10_000)
    assert await fix_findings.findings(long, Project(tmp_path), Settings()) == ()
    assert len(asked) == 1
