"""A package documented by the model through the gateway: its words in, each definition proven, and again where it is away."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from gateway_process import COMMAND, plane

CODE = '"""Fees."""\n' + "".join(
    f"\n\ndef fee_{n}(total: int) -> int:\n    if total < {n}:\n        raise ValueError\n    return total * {n}\n"
    for n in range(6)
)
ANSWER = {
    "summary": "Charge the daily fee.",
    "details": [],
    "params": {"total": "What the customer pays."},
    "returns": "What is charged for the day.",
    "raises": {"ValueError": "The total is too small."},
}


@pytest.fixture
def bank():
    with plane() as running:
        port = running.url.rpartition(":")[2]
        running.config.write_text(running.config.read_text().replace("port = 0", f"port = {port}"))
        yield running


def run(bank, tmp_path: Path, *words: str) -> tuple[int, dict]:
    environ = {
        **{key: value for key, value in os.environ.items() if not key.startswith("BANK_COPILOT_")},
        "BANK_COPILOT_GATEWAY_URL": bank.url,
        "COPILOT_GATEWAY_KEY": bank.keys["beta"],
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "LANG": "C.UTF-8",
    }
    folder = tmp_path / "repo"
    command = [COMMAND, "comment", ".", "--lang", "en", "--json", *words]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, json.loads(done.stdout or done.stderr)


def test_the_models_words_are_written_and_what_it_gets_wrong_is_ours(bank, tmp_path):
    for name in ("one", "two"):
        (tmp_path / "repo").mkdir(exist_ok=True)
        (tmp_path / "repo" / f"{name}.py").write_text(CODE)
    bank.behave(texts=[json.dumps(ANSWER)])
    code, answer = run(bank, tmp_path, "--write")
    assert code == 0
    assert answer["written"] == ["one.py", "two.py"]
    text = (tmp_path / "repo" / "one.py").read_text()
    assert text.count('"""Charge the daily fee.') == 6
    assert text.count("        total (int): What the customer pays.\n") == 6
    assert answer["coverage"] == {"before": {"documented": 0, "public": 12}, "after": {"documented": 12, "public": 12}}
    assert run(bank, tmp_path, "--write")[0] == 1
    (tmp_path / "repo" / "one.py").write_text(CODE)
    bank.behave(texts=[json.dumps({**ANSWER, "summary": "Call `book_it` 99 times."})])
    code, answer = run(bank, tmp_path, "--write")
    assert code == 0
    text = (tmp_path / "repo" / "one.py").read_text()
    assert "book_it" not in text
    assert text.count('    """') == 12
