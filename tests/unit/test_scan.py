"""`bank-copilot scan`: files, folders, standard input and batches; it says where, never what."""

from __future__ import annotations

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
