"""`bank-copilot context`: what would be sent, for one place and for a batch."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from copilot.cli import main

MONEY = "class Money:\n    def plus(self, other):\n        return other\n"
FEES = "from money import Money\n\n\ndef fee(base: Money):\n    return base.\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    home = tmp_path / "repo"
    home.mkdir()
    (home / "pyproject.toml").write_text("")
    (home / "money.py").write_text(MONEY)
    (home / "fees.py").write_text(FEES)
    return home


def test_a_place_as_json_and_in_words(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["context", f"{root / 'fees.py'}:5:17", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    first = found["snippets"][0]
    assert (first["path"], first["lines"][0], first["sent"]) == ("money.py", 1, True)
    assert "    def plus(self, other):\n" in first["text"]
    assert "Money" in first["why"]
    assert main(["context", f"{root / 'fees.py'}:5:17"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("== money.py:1-")
    assert "    class Money:\n" in said


def test_a_batch_answers_in_step(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = tmp_path / "rows"
    row = {"path": "fees.py", "text": FEES, "line": 4, "character": 16}
    rows.write_text(json.dumps(row) + "\nnonsense\n" + json.dumps(row) + "\n")
    assert main(["context", "--batch", str(rows), "--root", str(root)]) == 0
    one, wrong, other = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert one["snippets"][0]["path"] == "money.py"
    assert wrong["snippets"] == []
    assert wrong["declined"]
    assert other["snippets"] == one["snippets"]


def test_nothing_to_show_is_exit_code_one(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "alone.py").write_text("x = 1\n")
    (root / "money.py").unlink()
    (root / "fees.py").unlink()
    assert main(["context", f"{root / 'alone.py'}:1:1"]) == 1
    assert main(["context", "alone.py:1"]) == 2
