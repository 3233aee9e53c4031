"""The repository index with its real worker process: built, kept up to date, damaged, killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from copilot.config import Index as IndexSettings
from copilot.config import Settings
from copilot.context import building, modules, store
from copilot.context.index import Index, IndexStatus, Remembering
from copilot.context.reader import StoredIndex
from copilot.context.worker import IndexWorker
from copilot.errors import WorkerDied

LEDGER = """from decimal import Decimal
from bank.money import Money as M
import os.path


class Ledger:
    def post(self, amount: Decimal) -> None:
        self.rows.append(round_half_even(amount, 2))
"""
JAVA = "package bank;\nimport java.math.BigDecimal;\nclass Fees {\n  BigDecimal of(int x) {\n    return rate.multiply(x);\n  }\n}\n"

Start = Callable[..., IndexWorker]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    home = tmp_path / "repo"
    (home / "bank").mkdir(parents=True)
    (home / "bank" / "ledger.py").write_text(LEDGER)
    (home / "bank" / "Fees.java").write_text(JAVA)
    return home


@pytest.fixture
def start(root: Path, tmp_path: Path) -> Iterator[Start]:
    open_ones: list[IndexWorker] = []

    def begin(**values: object) -> IndexWorker:
        settings = Settings(index=IndexSettings(folder=str(tmp_path / "index"), **values))  # type: ignore[arg-type]
        worker = IndexWorker(root, settings)
        open_ones.append(worker)
        worker.start()
        assert worker.wait(30)
        return worker

    yield begin
    for worker in open_ones:
        worker.close()


def until(condition: Callable[[], object], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.01)


def test_definitions_imports_and_calls_of_both_languages(start: Start, root: Path) -> None:
    index = start().index
    (post,) = index.definitions("post")
    assert (post.kind, post.qualified, post.language, post.path) == (
        "method",
        "Ledger.post",
        "python",
        root / "bank/ledger.py",
    )
    assert LEDGER.encode()[post.span.start :].startswith(b"def post")
    (fees,) = index.definitions("Fees")
    assert (fees.kind, fees.language) == ("class", "java")
    (decimal,) = index.imports_of("Decimal")
    assert (decimal.statement, decimal.module, decimal.files) == ("from decimal import Decimal", "decimal", 1)
    assert [hint.statement for hint in index.imports_of("M")] == ["from bank.money import Money as M"]
    assert [hint.statement for hint in index.imports_of("BigDecimal")] == ["import java.math.BigDecimal;"]
    assert [call.text for call in index.calls("round_half_even")] == ["round_half_even(amount, 2)"]
    assert index.status() == IndexStatus("ready", 2, 2, 2)


def test_a_save_is_seen_and_stale_rows_are_gone(start: Start, root: Path) -> None:
    worker = start()
    file = root / "bank" / "ledger.py"
    file.write_text(LEDGER.replace("post", "book"))
    worker.update(file)
    until(lambda: worker.index.definitions("book") and worker.last_save_cpu_ms is not None)
    assert worker.index.definitions("post") == []


def test_the_editor_may_send_the_text_and_a_removed_file_is_forgotten(start: Start, root: Path) -> None:
    worker = start()
    worker.update(root / "bank" / "ledger.py", "def sent(): ...\n")
    until(lambda: worker.index.definitions("sent"))
    (root / "bank" / "ledger.py").unlink()
    worker.remove(root / "bank" / "ledger.py")
    until(lambda: not worker.index.definitions("sent"))
    assert worker.index.imports_of("Decimal") == []


def test_a_branch_switch_is_a_rescan_of_changed_stamps(start: Start, root: Path) -> None:
    worker = start()
    (root / "bank" / "Fees.java").unlink()
    (root / "bank" / "fx.py").write_text("def convert(rate): ...\n")
    worker.rescan()
    until(lambda: worker.index.definitions("convert"))
    until(lambda: not worker.index.definitions("Fees"))
    assert worker.index.definitions("post"), "an unchanged file stays"


def test_a_second_start_reads_nothing_again(start: Start) -> None:
    first = start()
    stamps = sqlite3.connect(store.database(first.folder))
    before = stamps.execute("SELECT id, path FROM files ORDER BY id").fetchall()
    first.close()
    start()
    assert stamps.execute("SELECT id, path FROM files ORDER BY id").fetchall() == before
    stamps.close()


def test_what_policy_or_git_excludes_is_not_indexed(start: Start, root: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    (root / ".gitignore").write_text("made/\n")
    (root / ".copilotignore").write_text("keys_*.py\n")
    for name in ("made/a.py", "bank/keys_live.py", "old/b.py", "bank/seen.py"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(f"def in_{Path(name).stem}(): ...\n")
    index = start(exclude=("old/",)).index
    assert [index.definitions(f"in_{n}") != [] for n in ("a", "keys_live", "b", "seen")] == [False, False, False, True]
    assert index.excluded(root / "bank" / "keys_live.py")
    assert index.excluded(root / "old" / "b.py")
    assert not index.excluded(root / "bank" / "seen.py")


def test_without_git_the_walk_honours_gitignore_and_skips_environments(start: Start, root: Path) -> None:
    (root / ".gitignore").write_text("*_pb2.py\n!kept_pb2.py\n")
    (root / "bank" / ".gitignore").write_text("/local.py\n")
    for name in ("bank/x_pb2.py", "bank/kept_pb2.py", "bank/local.py", "env/lib/z.py", ".hidden/h.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"def in_{Path(name).stem}(): ...\n")
    (root / "env" / "pyvenv.cfg").write_text("")
    index = start().index
    names = ("x_pb2", "kept_pb2", "local", "z", "h")
    assert [n for n in names if index.definitions(f"in_{n}")] == ["kept_pb2"]


@pytest.mark.parametrize("with_git", [True, False])
def test_saving_an_ignored_file_does_not_index_it(start: Start, root: Path, with_git: bool) -> None:
    if with_git:
        subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    (root / ".gitignore").write_text("local_*.py\nmade/\n")
    worker = start()
    for name in ("bank/local_keys.py", "made/x.py", "bank/open.py"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(f"def in_{Path(name).stem}(): ...\n")
        worker.update(root / name)
    until(lambda: worker.index.definitions("in_open"))
    assert not worker.index.definitions("in_local_keys")
    assert not worker.index.definitions("in_x")


def test_unreadable_files_are_left_out_and_gb18030_is_read(start: Start, root: Path) -> None:
    (root / "binary.py").write_bytes(b"def bad(): ...\n\0\xff")
    (root / "huge.py").write_text("def large(): ...\n" * 40_000)
    (root / "minified.py").write_text("x = [" + "1, " * 5_000 + "]\ndef squeezed(): ...\n")
    (root / "chinese.py").write_bytes("# 账户\ndef zhanghu(): ...\n".encode("gb18030"))
    (root / "broken.py").write_text("def half(:\n  class ((\n\ndef whole(): ...\n")
    (root / "link.py").symlink_to("/etc/hostname")
    index = start().index
    names = ("bad", "large", "squeezed", "zhanghu", "whole")
    assert [n for n in names if index.definitions(n)] == ["zhanghu", "whole"]
    assert index.status().files == 4


def test_an_index_of_another_schema_or_a_damaged_one_is_built_anew(start: Start) -> None:
    worker = start()
    worker.close()
    database = sqlite3.connect(store.database(worker.folder))
    database.execute("PRAGMA user_version=999")
    database.close()
    again = start()
    assert again.index.definitions("post")
    assert "another version" in again.index.status().why
    again.close()
    for entry in worker.folder.glob("index.sqlite-*"):
        entry.unlink()  # sqlite would heal the file from its log
    store.database(worker.folder).write_bytes(b"not a database at all" * 500)
    third = start()
    assert third.index.definitions("post")
    assert "damaged" in third.index.status().why


def test_a_killed_worker_is_started_again_once_and_reading_goes_on(start: Start, root: Path) -> None:
    worker = start()
    first = worker.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert worker.index.definitions("post"), "reading needs no worker"
    (root / "late.py").write_text("def late(): ...\n")
    assert worker.wait(30)
    assert worker.pid not in (None, first)
    assert worker.index.definitions("late"), "what changed meanwhile is found by its stamp"
    assert "started again" in worker.index.status().why
    os.kill(worker.pid or 0, signal.SIGKILL)
    until(lambda: worker.index.status().state == "failed")
    with pytest.raises(WorkerDied):
        worker.wait(5)
    assert worker.index.definitions("post")
    worker.update(root / "late.py")  # nobody listens; nothing happens


def test_the_worker_ends_when_its_server_is_gone(start: Start) -> None:
    worker = start()
    pid = worker.pid
    assert pid is not None
    worker.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_workspace_cannot_put_a_module_in_the_workers_way(
    start: Start, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json.py", "sqlite3.py", "copilot.py", "sitecustomize.py"):
        (root / name).write_text("open('trap', 'w').close()\nraise SystemExit('trapped')\n")
    monkeypatch.chdir(root)
    monkeypatch.setenv("PYTHONPATH", str(root))
    assert start().index.definitions("post")
    assert not (root / "trap").exists()


def test_two_servers_may_work_on_one_index(start: Start, root: Path) -> None:
    one, two = start(), start()
    (root / "a.py").write_text("def alpha(): ...\n")
    (root / "b.py").write_text("def beta(): ...\n")
    one.update(root / "a.py")
    two.update(root / "b.py")
    one.update(root / "a.py")
    for index in (one.index, two.index):
        until(lambda index=index: index.definitions("alpha") and index.definitions("beta"))
        corpus = index.corpus("python")
        assert corpus is not None
        assert {"alpha", "beta"} <= set(corpus.words)
        assert len(set(corpus.words)) == len(corpus.words)


def test_the_token_streams_follow_a_save(start: Start, root: Path) -> None:
    worker = start()
    first = worker.index.corpus("python")
    assert first is not None
    assert worker.index.corpus("python") is first
    assert "BigDecimal" not in [first.words[i] for s in first.segments for i in s.words if i >= 0], (
        "one language a stream"
    )
    worker.update(root / "bank" / "ledger.py", "fresh_name = 1\n")
    until(lambda: worker.index.corpus("python") is not first)
    second = worker.index.corpus("python")
    assert second is not None
    live = [
        second.words[w] for s in second.segments for w, o in zip(s.words, s.owner, strict=True) if int(o) in second.live
    ]
    assert "fresh_name" in live
    assert "Decimal" not in live


def test_the_empty_index_answers_everything() -> None:
    index = Index()
    assert (index.definitions("x"), index.imports_of("x"), index.calls("x"), index.corpus("python")) == (
        [],
        [],
        [],
        None,
    )
    assert index.status().state == "empty"
    assert not index.excluded(Path("x"))


def test_one_question_sees_one_state_of_the_index(start: Start, root: Path) -> None:
    """What a question has asked stays as it was told; the next question sees the save."""
    worker = start()
    assert worker.wait(60)
    query, names = "SELECT count(*) FROM definitions WHERE name=?", ("later",)
    question = Remembering(worker.index)
    before = question.select(query, names)
    (root / "bank" / "late.py").write_text("def later():\n    pass\n")
    worker.update(root / "bank" / "late.py")
    assert worker.wait(60)
    assert question.select(query, iter(names)) == before == [(0,)]
    assert Remembering(worker.index).select(query, names) == [(1,)]
    assert [d.name for d in question.definitions("later")] == ["later"]
    assert question.status() == worker.index.status()


def test_a_damaged_token_array_is_made_anew_and_said(start: Start, root: Path) -> None:
    first = start()
    (folder,) = [path for path in first.folder.iterdir() if path.name.startswith("python-")]
    first.close()
    (folder / "words.npy").write_bytes(b"no array")
    again = start()
    assert again.index.status().why
    corpus = again.index.corpus("python")
    assert corpus is not None
    assert len(corpus.segments) == 1
    assert corpus.segments[0].order is not None, "sorted again, not only scanned"


def test_large_token_streams_are_cut_into_several_arrays(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "_SEGMENT", 1_000)
    for n in range(8):
        (root / f"many_{n}.py").write_text(
            "".join(f"def f_{n}_{k}(a, b):\n    return a + b * {k}\n" for k in range(40))
        )
    builder = building.Builder(root, tmp_path / "cut", (), 400)
    builder.begin()
    for found in builder.stale()[0]:
        builder.put(found)
    builder.commit()
    builder.arrays()
    builder.database.close()
    corpus = StoredIndex(root, tmp_path / "cut").corpus("python")
    assert corpus is not None
    assert 4 <= len(corpus.segments) <= 12
    assert max(corpus.live.values()) == "many_7.py"
    assert {int(n) for part in corpus.segments for n in set(part.owner.tolist()) if n > 0} == set(corpus.live)


def test_modules_have_the_names_that_imports_use(root: Path) -> None:
    for name in ("src/lib/__init__.py", "src/lib/deep/__init__.py", "src/lib/deep/x.py", "plain/y.py", "z.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    modules.changed()
    named = [modules.python(root, n) for n in ("src/lib/deep/x.py", "src/lib/__init__.py", "plain/y.py", "z.py")]
    assert named == ["lib.deep.x", "lib", "plain.y", "z"]
    assert modules.absolute("..a", "lib.deep.x", package=False) == "lib.a"
    assert modules.absolute(".a", "lib.deep", package=True) == "lib.deep.a"
    assert modules.script("../b/index", "web/a/c.ts") == "web/b"
