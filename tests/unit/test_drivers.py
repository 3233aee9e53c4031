"""The scripts that run in the project's interpreter, where all of our modules can be seen beside them.

So it is where bank-copilot is installed and not edited: what is lent for pytest is the folder that holds us too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from copilot.verify import examples, runs


def answered(driver: Path, request: dict, *paths: Path) -> list[dict]:
    done = subprocess.run(
        [sys.executable, "-s", "-B", driver],
        input=json.dumps(request),
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={"PYTHONPATH": ":".join(map(str, paths))},
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(row) for row in done.stdout.splitlines()]


def test_a_test_gets_the_standard_librarys_platform_and_the_projects_tools(tmp_path: Path):
    (tmp_path / "tools.py").write_text("ANSWER = 42\n")
    test = tmp_path / "test_it.py"
    test.write_text(
        "import platform\nimport tools\n\ndef test_it():\n    assert platform.system() and tools.ANSWER == 42\n"
    )
    turn = {"first": True, "zone": "UTC", "days": 0, "order": 0, "other": False, "worth": None}
    request = {
        "test": str(test),
        "only": [],
        "focus": "",
        "module": "",
        "recorder": str(runs.RECORDER),
        "root": str(tmp_path),
        "lend": [],
        "config": True,
        "turns": [turn],
    }
    (report,) = answered(runs.DRIVER, request, tmp_path)
    (row,) = report["turns"]
    assert [outcome for outcome, _ in row["tests"].values()] == ["passed"], row


def test_an_example_does_too(tmp_path: Path):
    (tmp_path / "tools.py").write_text("ANSWER = 42\n")
    module = tmp_path / "subject.py"
    module.write_text("import platform\nimport tools\nSEEN = bool(platform.system()), tools.ANSWER\n")
    session = {"name": "SEEN", "text": ">>> SEEN\n(True, 42)\n"}
    request = {"module": "subject", "path": str(module), "paths": [str(tmp_path)], "sessions": [session], "claims": []}
    rows = answered(examples.DRIVER, request, tmp_path)
    assert rows[0] == {"imported": ""}
    assert [row["ok"] for row in rows if "ok" in row] == [True]
    assert rows[-1] == {"done": True}
