"""What surrounds a recorded call: clocks, command lines, files and the project's own tests, in the recorder's process."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from copilot.engines.embedded import tests as engine
from copilot.verify import runs
from copilot.verify.recording.fakes import HELPERS
from copilot.verify.recording.stage import Monkeypatch


def recorded(folder: Path, source: str, **more: Any) -> dict[str, Any]:
    """What the recorder answers for a module, run as the engine runs it."""
    path = folder / "ledger.py"
    path.write_text(source)
    request = {"path": str(path), "module": "ledger", "root": str(folder), "package_root": str(folder), "targets": None}
    request |= {"first": [], "cpu_s": 2.0, "skipped": [sys.prefix], "replay": None, **more}
    request["lend"] = [sysconfig.get_paths()["purelib"]]
    done = subprocess.run(
        [sys.executable, "-s", "-B", "-c", engine._BOOT.format(folder=str(runs.RECORDER))],
        input=json.dumps(request).encode(),
        capture_output=True,
        check=True,
        cwd="/",
        env={"PYTHONHASHSEED": "0", "TZ": "UTC", "HOME": os.environ.get("HOME", "/")},
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def calls(answer: dict[str, Any]) -> list[str]:
    return [record["call"] for record in answer["records"]]


def test_arguments_of_the_projects_own_tests_are_used(tmp_path):
    (tmp_path / "test_ledger.py").write_text(
        "import pytest\nfrom ledger import total\n\n\n@pytest.fixture\ndef rows():\n"
        "    return ['ZX-' + str(n) for n in range(7, 9)]\n\n\n"
        "def test_total(rows):\n    assert total(rows) == 'this test fails'\n"
    )
    answer = recorded(tmp_path, "def total(rows):\n    return sum(int(r[3:]) for r in rows if r.startswith('ZX-'))\n")
    assert "total(['ZX-7', 'ZX-8'])" in calls(answer)


def test_tests_that_never_end_cost_little(tmp_path):
    (tmp_path / "test_ledger.py").write_text(
        "from ledger import half\n\n\ndef test_half():\n    half(86)\n    while True:\n        pass\n"
    )
    answer = recorded(tmp_path, "def half(cents: int) -> int:\n    return cents // 2\n")
    assert "half(86)" in calls(answer)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("open('/etc/hostname').read()", "opens a file"),
        ("open('/tmp/left_behind', 'w').write('x')", "opens a file"),
        ("__import__('socket').create_connection(('127.0.0.1', 9))", "socket."),
        ("__import__('os').remove('/etc/hostname-' + str(n))", "os.remove"),
        ("__import__('tempfile').mkdtemp()", "tempfile."),
    ],
)
def test_what_reaches_outside_is_still_no_outcome(tmp_path, body, reason):
    answer = recorded(tmp_path, f"def reach(n: int) -> int:\n    {body}\n    return n\n")
    assert answer["records"] == []
    assert any(found.startswith(reason) for found in answer["rejected"]), answer["rejected"]


def test_a_usage_error_shows_its_status_and_none_of_the_parsers_words(tmp_path):
    answer = recorded(
        tmp_path,
        "import argparse\n\n\ndef main() -> None:\n    parser = argparse.ArgumentParser()\n"
        "    parser.add_argument('--size', type=int, required=True)\n    print(parser.parse_args().size * 2)\n",
    )
    ended = [row[:2] for record in answer["records"] if record["kind"] == "raises" for row in record["shown"]]
    assert ended == [["stopped.value.code", "2"]]
    assert any(record["world"] for record in answer["records"])


def test_the_environment_is_as_it_was_after_a_call():
    patch = Monkeypatch()
    before = dict(os.environ)
    patch.setenv("LEDGER_MODE", "live")
    patch.setenv("LEDGER_MODE", "demo")
    patch.delenv("PATH", raising=False)
    patch.setattr("json.dumps", str)
    patch.undo()
    assert dict(os.environ) == before
    assert json.dumps([1]) == "[1]"


@pytest.mark.parametrize(("helper", "real"), [("FixedDate", dt.date), ("FixedDatetime", dt.datetime)])
def test_a_fixed_clock_leaves_ordinary_dates_alone(helper, real):
    names: dict[str, Any] = {"date": dt.date, "datetime": dt.datetime}
    exec(HELPERS[helper], names)
    fixed = names[helper]
    assert isinstance(real(2020, 1, 2), fixed)
    assert not isinstance("2020-01-02", fixed)
    assert type(fixed(2020, 1, 2)) is real
    assert fixed.fromisoformat("2020-01-02") == real(2020, 1, 2)
    assert fixed.today() == fixed.today() == fixed.fixed
    assert fixed.min == real.min


def test_a_clock_of_the_set_up_is_seen_too(tmp_path):
    answer = recorded(
        tmp_path,
        "import datetime\n\n\nclass Ticket:\n    def __init__(self, title: str) -> None:\n        self.title = title\n"
        "        self.opened = datetime.date.today()\n\n    def heading(self) -> str:\n"
        "        return f'{self.title} {self.opened}'\n",
    )
    assert answer["records"]
    today = dt.datetime.now(dt.UTC).date().isoformat()
    assert today not in json.dumps(answer)
    assert all(any("FixedDate" in line for line in record["world"]) for record in answer["records"])


def test_a_web_client_of_the_module_is_replaced_and_what_it_was_asked_is_shown(tmp_path):
    (tmp_path / "requests.py").write_text("def get(url, timeout):\n    raise OSError('no network here')\n")
    answer = recorded(
        tmp_path,
        "import requests\n\n\ndef rate(currency: str) -> float:\n"
        "    response = requests.get(f'/rates/{currency}', timeout=3)\n"
        "    if response.status_code != 200:\n        raise ValueError('no rate')\n    return response.json()['rate']\n",
    )
    values = [record for record in answer["records"] if record["kind"] == "value"]
    assert values
    assert all('monkeypatch.setattr("requests.get", get)' in record["world"] for record in values)
    assert all(record["shown"][1][0] == "get.call_args" for record in values)
    assert any(record["error"][2] == "no rate" for record in answer["records"])


def test_a_dictionary_with_a_get_is_no_web_client(tmp_path):
    answer = recorded(tmp_path, "def limit(options):\n    return options.get('limit', 5) + 1\n")
    assert answer["records"]
    assert "Mock" not in json.dumps(answer)
