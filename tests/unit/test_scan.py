"""`bank-copilot scan`: files, folders, standard input and batches; it says where, never what."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys

import pytest

from copilot import cli

SECRET = "Xy7-pq-19z"
LINE = f'url = "redis://:{SECRET}@cache:6379"\n'


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "project"
    (root / "a").mkdir(parents=True)
    (root / "a" / "code.py").write_text("# 缓存\n" + LINE, "utf-8")
    (root / "clean.py").write_text("x = 1\n")
    (root / ".env").write_text("CARD=4111111111111111\n")
    (root / "gbk.properties").write_bytes("# 数据库\njdbc.password=Abc12345\n".encode("gb18030"))
    (root / "binary.bin").write_bytes(b"\0\1" + LINE.encode())
    return root


def call(capsys, *words) -> tuple[int, str, str]:
    code = cli.main([str(word) for word in words])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_a_folder_is_scanned_and_findings_say_where_and_never_what(project, capsys):
    code, out, err = call(capsys, "scan", project)
    assert code == 1
    assert f"{project}/a/code.py:2:17: password (url-password): redact" in out
    assert ".env:1:6: bank-card" in out
    assert "gbk.properties:2:15: password" in out
    assert "4 files reviewed, 3 findings" in err
    assert SECRET not in out + err


def test_json_holds_offsets_in_code_points(project, capsys):
    code, out, _ = call(capsys, "scan", project / "a" / "code.py", "--json")
    answer = json.loads(out)
    (finding,) = answer["findings"]
    text = (project / "a" / "code.py").read_text("utf-8")
    assert (code, answer["files"], text[finding["start"] : finding["end"]]) == (1, 1, SECRET)
    assert finding["action"] == "redact"


def test_clean_files_give_zero_and_unreadable_ones_two(project, capsys):
    assert call(capsys, "scan", project / "clean.py")[0] == 0
    assert call(capsys, "scan", project / "binary.bin")[0] == 2
    assert call(capsys, "scan", project / "nothing.py")[0] == 2


def test_what_git_ignores_is_not_scanned(project, capsys):
    subprocess.run(["git", "init", "-q", str(project)], check=True)
    (project / ".gitignore").write_text(".env\n")
    _, out, _ = call(capsys, "scan", project)
    assert ".env" not in out
    assert "code.py" in out


def test_the_policy_says_what_is_done_and_allowed_kinds_do_not_count(project, capsys, tmp_path):
    settings = tmp_path / "config" / "bank-copilot" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('[guard]\nallow = ["bank-card"]\ndeny = ["password"]\n')
    code, out, _ = call(capsys, "scan", project / ".env", "--json")
    assert (code, json.loads(out)["findings"][0]["action"]) == (0, "allow")
    code, out, _ = call(capsys, "scan", project / "a", "--json")
    assert (code, json.loads(out)["findings"][0]["action"]) == (1, "deny")


class Stdin(io.TextIOWrapper):
    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data), encoding="utf-8")


def test_standard_input_is_scanned(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", Stdin(LINE.encode()))
    code, out, _ = call(capsys, "scan", "-")
    assert code == 1
    assert out.startswith("-:1:17: password")


def test_a_batch_answers_each_line_in_order(monkeypatch, capsys):
    rows = [
        {"id": "a", "text": "测试 " + LINE},
        {"id": 2, "text": "x = 1"},
        {"id": None, "text": "\ud83c 4111111111111111"},
    ]
    data = "\n\n".join(map(json.dumps, rows)).encode() + b"\n"
    monkeypatch.setattr(sys, "stdin", Stdin(data))
    code, out, _ = call(capsys, "scan", "-", "--batch")
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [answer["id"] for answer in answers] == ["a", 2, None]
    (finding,) = answers[0]["findings"]
    assert set(finding) == {"rule", "kind", "start", "end", "action"}
    assert rows[0]["text"][finding["start"] : finding["end"]] == SECRET
    assert answers[1]["findings"] == []
    assert answers[2]["findings"][0]["kind"] == "bank-card"
    assert all(isinstance(answer["us"], float) and answer["us"] > 0 for answer in answers)


@pytest.mark.parametrize("line", ["[]", "{", '{"id": 1}', '{"id": 1, "text": 2}', "1", "null"])
def test_a_line_that_is_no_row_is_a_usage_error_that_names_it(monkeypatch, capsys, line):
    monkeypatch.setattr(sys, "stdin", Stdin(b'{"id": 0, "text": ""}\n' + line.encode() + b"\n"))
    code, _, err = call(capsys, "scan", "-", "--batch")
    assert code == 2
    assert "Line 2" in err


def _git(root, *words):
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=root, check=True, capture_output=True
    )


def test_of_the_coming_commit_only_the_added_lines_count(project, capsys, monkeypatch):
    _git(project, "init", "-q")
    _git(project, "add", ".")
    _git(project, "commit", "-qm", "first")
    monkeypatch.chdir(project)
    assert call(capsys, "scan", "--staged")[0] == 0
    (project / "a" / "code.py").write_text("# 缓存\n" + LINE + 'password = "tiger77"\n', "utf-8")
    (project / "clean.py").write_text('token = "not staged, a8f5f167f44f4964e6c998dee827"\n')
    (project / "gbk.properties").write_bytes("# 数据库\n".encode("gb18030"))
    _git(project, "add", "a/code.py", "gbk.properties")
    code, out, err = call(capsys, "scan", "--staged")
    assert (code, out) == (1, "a/code.py:3:13: password (hard-coded-password): redact\n")
    assert "tiger77" not in out + err
    answer = json.loads(call(capsys, "scan", "--staged", "--json")[1])
    assert (answer["files"], len(answer["findings"]), answer["suppressed"]) == (2, 1, [])


def test_staged_needs_a_repository_and_no_paths(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert call(capsys, "scan", "--staged")[0] == 2
    assert call(capsys, "scan")[0] == 2
    assert call(capsys, "scan", "--staged", ".")[0] == 2


def test_a_comment_with_a_reason_suppresses_and_is_counted(tmp_path, capsys):
    file = tmp_path / "code.py"
    key = "ghp_" + "aB3dE6gH9k" * 3 + "aB3dE6"
    file.write_text(
        'password = "tiger77"  # bank-copilot: allow password account of the sandbox\n'
        "# bank-copilot: allow hard-coded-password shown in the manual\n"
        'password = "tiger78"\n'
        'password = "tiger79"  # bank-copilot: allow password\n'
        'password = "tiger80"  # bank-copilot: allow provider-key another kind\n'
        f'k = "{key}"  # bank-copilot: allow provider-key never quiet\n'
    )
    code, out, err = call(capsys, "scan", file)
    lines = out.splitlines()
    assert code == 1
    assert [line.split(":")[1] for line in lines] == ["4", "5", "6", "1", "3"]
    assert lines[3].endswith("suppressed: account of the sandbox")
    assert "3 findings" in err
    assert "2 suppressed" in err
    code, out, _ = call(capsys, "scan", file, "--json")
    assert [one["reason"] for one in json.loads(out)["suppressed"]] == ["account of the sandbox", "shown in the manual"]


def test_lists_of_the_administrator_keep_findings_quiet(tmp_path, capsys, monkeypatch):
    file = tmp_path / "fixtures" / "code.py"
    file.parent.mkdir()
    file.write_text('password = "tiger77"\n')
    digest = hashlib.sha256(b"tiger77").hexdigest()
    for name, value in (("PATHS", "*/fixtures/*"), ("RULES", "hard-coded-password"), ("VALUES", digest)):
        with monkeypatch.context() as patch:
            patch.setenv(f"BANK_COPILOT_GUARD_QUIET_{name}", value)
            code, out, _ = call(capsys, "scan", file)
            assert (code, "suppressed: guard.quiet_" in out) == (0, True), name
    assert call(capsys, "scan", file)[0] == 1
