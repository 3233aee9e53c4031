"""Outside programs: positions of ruff in bytes, broken configuration, limits, and cancelling kills."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from copilot.errors import ToolMissing
from copilot.types import document
from copilot.verify import javac, tools


def diagnosed(doc, found):
    return [(each.code, doc.text[each.span.start : each.span.end].decode()) for each in found]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
async def test_ruff_spans_are_bytes(tmp_path, newline, mark):
    text = mark + newline.join(["import os", '名 = "中文"; x = f"𝕏"', 'print("é", nmae)', ""])
    doc = document(tmp_path / "模块.py", "python", text)
    found = await tools.ruff(doc, tmp_path)
    shown = diagnosed(doc, found)
    assert ("F401", "os") in shown
    assert ("F541", 'f"𝕏"') in shown
    assert ("F821", "nmae") in shown
    (fix,) = next(each.edits for each in found if each.code == "F541")
    assert doc.text[fix.span.start : fix.span.end].decode() + "|" + fix.new in {'f"|"', 'f"𝕏"|"𝕏"', "f|"}


async def test_only_safe_fixes_are_kept(tmp_path):
    doc = document(tmp_path / "a.py", "python", "def f(x):\n    y = 1\n    return x == None\n")
    (tmp_path / "ruff.toml").write_text('lint.select = ["F841", "E711"]\n')
    found = await tools.ruff(doc, tmp_path)
    assert {each.code for each in found} == {"F841", "E711"}
    assert all(not each.edits for each in found)


async def test_project_configuration_holds_and_undefined_names_come_in_any_case(tmp_path):
    (tmp_path / "ruff.toml").write_text('lint.select = ["E711"]\n')
    doc = document(tmp_path / "a.py", "python", "import os\nx = nmae == None\n")
    assert {each.code for each in await tools.ruff(doc, tmp_path)} == {"E711", "F821"}


@pytest.mark.parametrize("broken", ["lint.select = [", 'required-version = ">=99"', "no-such-key = 1"])
async def test_broken_configuration_does_not_silence(tmp_path, broken):
    (tmp_path / "ruff.toml").write_text(broken + "\n")
    doc = document(tmp_path / "a.py", "python", f"# {broken}\nprint(nmae)\n")
    assert [each.code for each in await tools.ruff(doc, tmp_path)] == ["F821"]


async def test_text_that_does_not_parse_is_said_so(tmp_path):
    doc = document(tmp_path / "a.py", "python", "def f(:\n    pass\n")
    found = await tools.ruff(doc, tmp_path)
    assert {each.code for each in found} == {tools.SYNTAX}
    assert await tools.imports_sorted(doc, tmp_path) is None


async def test_missing_program_is_named(tmp_path):
    with pytest.raises(ToolMissing, match="no-such-tool"):
        await tools.run([tmp_path / "no-such-tool"], b"", None, timeout_s=1)


async def test_missing_ruff_is_named(monkeypatch, tmp_path):
    tools.ruff_binary.cache_clear()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    try:
        with pytest.raises(ToolMissing, match="ruff"):
            await tools.ruff(document(tmp_path / "a.py", "python", "only_here = 1\n"), tmp_path)
    finally:
        tools.ruff_binary.cache_clear()


SLEEPER = "import os,sys,time; open(sys.argv[1],'w').write(str(os.getpid())); time.sleep(60)"


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def started(path: Path) -> int:
    for _ in range(500):
        if path.exists() and path.read_text():
            return int(path.read_text())
        await asyncio.sleep(0.02)
    raise AssertionError("the program did not start")


async def test_cancelling_kills_the_program(tmp_path):
    note = tmp_path / "pid"
    task = asyncio.create_task(tools.run([sys.executable, "-c", SLEEPER, note], b"", None, timeout_s=60))
    pid = await started(note)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert gone(pid)


async def test_time_limit_kills_the_program(tmp_path):
    note = tmp_path / "pid"
    begun = time.monotonic()
    done = await tools.run([sys.executable, "-c", SLEEPER, note], b"", None, timeout_s=0.5)
    assert not done.complete
    assert time.monotonic() - begun < 10
    assert not note.exists() or gone(int(note.read_text() or "0") or 2**22 + 1)


async def test_output_limit_ends_the_program():
    endless = "import sys\nwhile True: sys.stdout.write('x' * 65536)"
    done = await tools.run([sys.executable, "-c", endless], b"", None, timeout_s=30, limit=200_000)
    assert not done.complete
    assert len(done.stdout) < 1_000_000


async def test_a_program_that_does_not_read_its_input():
    done = await tools.run([sys.executable, "-c", "print('done')"], b"x" * 5_000_000, None, timeout_s=30)
    assert (done.code, done.stdout.strip(), done.complete) == (0, b"done", True)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("class A {\n    int f() { return unknown(); }\n}\n", []),
        ("class A {\n    int x = 1\n    int y;\n}\n", [2]),
    ],
)
async def test_javac_reports_syntax_only(tmp_path, text, lines):
    if javac.compiler(None) is None:
        with pytest.raises(ToolMissing):
            await javac.syntax(document(tmp_path / "A.java", "java", text), None)
        return
    found = await javac.syntax(document(tmp_path / "A.java", "java", text), None)
    assert [text.count("\n", 0, each.span.start) + 1 for each in found] == lines


async def test_a_configuration_that_extends_a_device_takes_no_memory_and_no_time(tmp_path):
    (tmp_path / "ruff.toml").write_text('extend = "/dev/zero"\n')
    began = time.monotonic()
    found = await tools.ruff(document(tmp_path / "a.py", "python", "import os\n"), tmp_path)
    assert [one.code for one in found] == ["F401"]
    assert time.monotonic() - began < 5


async def test_without_a_configuration_only_mistakes_are_reported(tmp_path: Path) -> None:
    text = "import sys\nimport os\n\n\ndef f(a=[]):\n    return undefined_name, a\n"
    found = {each.code for each in await tools.ruff(document(tmp_path / "a.py", "python", text), tmp_path)}
    assert found == {"F401", "F821"}
    (tmp_path / "pyproject.toml").write_text('[tool.ruff.lint]\nselect = ["I", "B006"]\n')
    found = {each.code for each in await tools.ruff(document(tmp_path / "a.py", "python", text), tmp_path)}
    assert found == {"I001", "B006", "F821"}
