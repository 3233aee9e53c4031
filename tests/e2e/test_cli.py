"""The command line as a person or a script uses it: the real console script on a copy of the sample."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from copilot import samplebank

SCRIPT = Path(sys.executable).with_name("bank-copilot")


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return samplebank.copy_to(tmp_path_factory.mktemp("sample").resolve())


@pytest.fixture
def fresh(tmp_path):
    return samplebank.copy_to(tmp_path.resolve() / "sample")


@pytest.fixture(scope="module")
def environ(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("BANK_COPILOT_", "XDG_", "LC_", "LANG"))}
    return {**kept, "XDG_CACHE_HOME": str(home / "cache"), "XDG_CONFIG_HOME": str(home / "config"), "LANG": "C.UTF-8"}


def call(environ, *words, cwd=None, stdin=None, **extra):
    return subprocess.run(
        [SCRIPT, *map(str, words)],
        capture_output=True,
        text=True,
        env={**environ, **extra},
        cwd=cwd,
        input=stdin,
        timeout=120,
        check=False,
    )


def snapshot(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_complete_answers_at_a_place_or_says_why_not(fresh, environ):
    path = fresh / "java/src/main/java/com/example/bank/Account.java"
    text, above = path.read_text("utf-8"), "    /** 冻结. */"
    row = "        requireP"
    head = "    public void reopen(Money amount) {\n        requireOperable();\n"
    path.write_text(text.replace(above, f"{head}{row}\n    }}\n\n{above}"), "utf-8")
    line = text[: text.index(above)].count("\n") + 3
    done = call(environ, "complete", f"{path}:{line}:{len(row) + 1}", "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["text"], answer["declined"]) == (0, "ositive(amount);", None)
    assert answer["confidence"] >= 0.5
    assert all(check["passed"] for check in answer["checks"])
    silent = call(environ, "complete", f"{path}:1:1", "--json")
    answer = json.loads(silent.stdout)
    assert (silent.returncode, answer["text"]) == (1, None)
    assert answer["declined"]


def test_a_batch_answers_every_row_in_order_and_survives_bad_rows(sample, environ):
    text = "def total(amounts):\n    result = 0\n    for amount in amounts:\n        result += amount\n    \n"
    row = {"path": "python/x.py", "text": text, "line": 4, "character": 4}
    rows = [
        {**row, "replay": "return result"},
        {**row, "replay": "return (result(("},
        {**row, "replay": "```python\nreturn result\n```"},
        "not json",
        {"path": "x.py"},
        {**row, "line": 99},
        {**row, "text": "名 = '𝔸' + \n", "line": 0, "character": 11, "replay": "'b'"},
        {**row, "path": "a\0.py"},
        {**row, "line": 1e400},
        {**row, "text": "x = \ud800\n", "line": 0, "character": 3, "replay": "\udfff"},
        {**row, "language": "cobol", "replay": "return result"},
    ]
    stdin = "\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows)
    done = call(environ, "complete", "--batch", "-", "--root", sample, stdin=stdin)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert [a["text"] for a in answers] == [
        "return result",
        None,
        "return result",
        None,
        None,
        None,
        "'b'",
        None,
        None,
        None,
        "return result",
    ]
    assert [c["name"] for c in answers[1]["checks"] if not c["passed"]] == ["syntax"]
    assert all(a["declined"] for a in answers if a["text"] is None)
    assert answers[0]["range"] == {"start": {"line": 4, "character": 4}, "end": {"line": 4, "character": 4}}
    assert answers[6]["range"]["start"] == {"line": 0, "character": 11}


def test_generate_shows_a_diff_that_git_can_apply(fresh, environ):
    root = fresh / "python"
    path = root / "bank" / "mandates.py"
    line = next(i for i, text in enumerate(path.read_text("utf-8").splitlines(), 1) if text.startswith("class Mandate"))
    before = snapshot(fresh)
    done = call(environ, "generate", f"{path}:{line}", "--instruction", "constructor", "--root", root)
    assert done.returncode == 0, done.stderr
    assert "+    def __init__(" in done.stdout
    assert snapshot(fresh) == before
    subprocess.run(["git", "apply", "--check", "-"], input=done.stdout, text=True, cwd=root, check=True)


def test_what_needs_a_model_is_declined_with_exit_1(sample, environ):
    path = sample / "python" / "bank" / "limits.py"
    done = call(environ, "generate", f"{path}:1", "--instruction", "settle all open payments", "--json")
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert answer["suggestions"] == []
    assert answer["declined"][0]["declined"] == "needs a model"


def test_fix_writes_only_on_request_and_then_has_nothing_left(fresh, environ):
    path = fresh / "python" / "drafts" / "overdraft.py"
    before = snapshot(fresh)
    shown = call(environ, "fix", path)
    assert shown.returncode == 0, shown.stderr
    assert snapshot(fresh) == before
    assert "+    return simple_interest(used, rate, start, end)" in shown.stdout
    written = call(environ, "fix", path, "--write", "--json")
    answer = json.loads(written.stdout)
    assert answer["written"] == [str(path)]
    compile(path.read_text("utf-8"), "overdraft.py", "exec")
    assert "import os" not in path.read_text("utf-8")
    assert call(environ, "fix", path).returncode == 1


@pytest.mark.parametrize(("lang", "word"), [("en", "Args:"), ("zh", "Args:")])
def test_comment_documents_a_symbol_and_a_second_run_changes_nothing(fresh, environ, lang, word):
    path = fresh / "python" / "bank" / "limits.py"
    place = f"{path}:remaining_allowance"
    done = call(environ, "comment", place, "--lang", lang, "--write")
    assert done.returncode == 0, done.stderr
    assert word in done.stdout
    first = path.read_bytes()
    assert call(environ, "comment", place, "--lang", lang, "--write").returncode == 1
    assert path.read_bytes() == first


def test_comment_keeps_gb18030_and_crlf_files(fresh, environ):
    for name in ("legacy_codes.py", "narratives.py"):
        path = fresh / "python" / "bank" / name
        before = path.read_bytes()
        done = call(environ, "comment", path, "--write")
        after = path.read_bytes()
        assert done.returncode in {0, 1}, done.stderr
        encoding, newline = ("gb18030", "\n") if name == "legacy_codes.py" else ("utf-8", "\r\n")
        assert after.count(b"\n") == after.count(newline.encode())
        rest = iter(after.decode(encoding).split(newline))
        kept = (line.removesuffix('"""') for line in before.decode(encoding).split(newline))
        assert all(any(new.startswith(line) for new in rest) for line in kept)


def test_tests_are_written_where_asked_and_pass(fresh, environ):
    root = fresh / "python"
    done = call(environ, "tests", f"{root / 'bank' / 'iban.py'}", "--out", root / "tests", "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 0, (answer, done.stderr)
    (made,) = answer["written"]
    assert {check["name"] for s in answer["suggestions"] for check in s["checks"]} >= {"runs", "stable"}
    subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", made], cwd=root, check=True)


def test_index_and_doctor_report_as_json(sample, environ):
    done = call(environ, "index", sample / "python", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["state"]) == (0, "ready")
    assert report["files"] >= 20
    doctor = call(environ, "doctor", "--json", "--root", sample / "python")
    names = {f["name"]: f for f in json.loads(doctor.stdout)["findings"]}
    assert names["packages"]["ok"]
    assert names["sandbox"]["ok"], names["sandbox"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["complete", "a.py"], "FILE:LINE:COL"),
        (["complete", "gone.py:1:1"], "gone.py"),
        (["fix", "data.bin"], "data.bin"),
        (["fix", "binary.py"], "not a text file"),
        (["fix", "loop.py"], "loop.py cannot be read"),
        (["fix", "a.py", "--root", "loop.py"], "loop.py is not a folder"),
        (["index", "gone"], "gone is not a folder"),
        (["fix", "huge.py"], "more than the limit"),
        (["comment", "a.py:nothing"], "no symbol nothing"),
        (["complete", "a.py:9:1"], "no line 9"),
        (["complete", "a.py:1:99"], "column"),
        (["frobnicate"], "invalid choice"),
    ],
)
def test_wrong_use_is_one_clear_sentence_and_exit_2(tmp_path, environ, words, said):
    (tmp_path / "a.py").write_text("def something():\n    return 1\n")
    (tmp_path / "data.bin").write_bytes(b"\0\1")
    (tmp_path / "binary.py").write_bytes(b"x = 1\0\0")
    (tmp_path / "huge.py").write_bytes(b"x = 1\n" * 900_000)
    (tmp_path / "loop.py").symlink_to("loop.py")
    before = snapshot(tmp_path)
    done = call(environ, *words, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert snapshot(tmp_path) == before


def test_a_hostile_repository_is_refused_and_reported(tmp_path, environ):
    (tmp_path / ".bank-copilot.toml").write_text('[gateway]\nurl = "https://evil.example"\n')
    (tmp_path / "a.py").write_text("def f()\n    return 1\n")
    done = call(environ, "fix", "a.py", cwd=tmp_path)
    assert done.returncode == 0
    assert "gateway.url was refused" in done.stderr


def test_an_unknown_setting_names_the_nearest_and_stops(tmp_path, environ):
    (tmp_path / "a.py").write_text("x = 1\n")
    done = call(environ, "fix", "a.py", cwd=tmp_path, BANK_COPILOT_TESTS_BUDGE_S="3")
    assert done.returncode == 2
    assert "tests.budget_s" in done.stderr


def test_messages_follow_the_locale(tmp_path, environ):
    done = call(environ, "fix", "gone.py", cwd=tmp_path, LANG="zh_CN.UTF-8")
    assert "无法读取" in done.stderr
    assert "启动语言服务器" in call(environ, "--help", LANG="zh_CN.UTF-8").stdout
