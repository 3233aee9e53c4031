"""Run by the project's interpreter inside the sandbox: pytest on one file, and a JSON report on standard output.

Only the standard library and pytest; no module of bank-copilot is there. The request is JSON on standard input:
`{"test": path, "only": [names of its tests, none: all], "focus": path or "", "root": path, "lend": [folders that may
lend pytest], "config": bool}`.
Works with Python 3.9 and later.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def main() -> None:
    """Read the request, run, write the report; nothing that tests print can get in between."""
    request: dict[str, Any] = json.load(sys.stdin)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    json.dump(_run(request), out)
    out.flush()
    os._exit(0)  # threads that a test left behind do not matter any more


def _run(request: dict[str, Any]) -> dict[str, Any]:
    try:
        import pytest
    except ImportError:
        sys.path += request["lend"]
        try:
            import pytest
        except ImportError:
            return {"error": "no pytest"}
    focus: str = os.path.realpath(request["focus"]) if request["focus"] else ""
    lines: set[int] = set()
    report = _Report(lambda: _watch(focus, lines) if focus else None)
    argv = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--rootdir", request["root"]]
    argv += [f"{request['test']}::{name}" for name in request["only"]] or [request["test"]]
    if not request["config"]:
        argv[:0] = ["-c", os.devnull]
    code = int(pytest.main(argv, plugins=[report]))
    return {"code": code, "tests": report.tests, "collect": report.collect, "lines": sorted(lines)}


class _Report:
    """A pytest plugin: the outcome of each test, its reason in one line."""

    def __init__(self, watch: Any) -> None:
        self.tests: dict[str, list[str]] = {}
        self.collect: list[str] = []
        self._watch = watch

    def pytest_runtest_setup(self) -> None:
        """Watch from the first test on: lines that run at import are nobody's merit."""
        self._watch()

    def pytest_collectreport(self, report: Any) -> None:
        """A file that cannot be imported."""
        if report.failed:
            self.collect.append(_last_line(report.longreprtext))

    def pytest_runtest_logreport(self, report: Any) -> None:
        """The worst of set-up, call and tear-down counts."""
        name = report.nodeid.split("::", 1)[-1]
        before = self.tests.get(name, ["passed", ""])
        if report.outcome != "passed" and before[0] == "passed":
            self.tests[name] = [report.outcome, _last_line(report.longreprtext)]
        else:
            self.tests[name] = before


def _last_line(text: str) -> str:
    errors = [line[1:].strip() for line in text.splitlines() if line.startswith("E ")]
    lines = errors or text.strip().splitlines() or [""]
    return lines[0][:300]


def _watch(focus: str, lines: set[int]) -> None:
    """Collect the executed lines of one file, with `sys.monitoring` (3.12) or `sys.settrace`."""
    monitoring = getattr(sys, "monitoring", None)
    if monitoring is not None:
        _monitor(monitoring, focus, lines)
        return

    def local(frame: Any, event: str, _arg: Any) -> Any:
        if event == "line":
            lines.add(frame.f_lineno)
        return local

    known: dict[str, bool] = {}

    def start(frame: Any, _event: str, _arg: Any) -> Any:
        name = frame.f_code.co_filename
        if name not in known:
            known[name] = os.path.realpath(name) == focus
        return local if known[name] else None

    sys.settrace(start)


def _monitor(monitoring: Any, focus: str, lines: set[int]) -> None:
    tool = monitoring.COVERAGE_ID
    if monitoring.get_tool(tool) is not None:
        return
    monitoring.use_tool_id(tool, "bank-copilot")

    def line(code: Any, number: int) -> Any:
        if os.path.realpath(code.co_filename) == focus:
            lines.add(number)
        return monitoring.DISABLE

    monitoring.register_callback(tool, monitoring.events.LINE, line)
    monitoring.set_events(tool, monitoring.events.LINE)


if __name__ == "__main__":
    main()
