"""Run by the project's interpreter inside the sandbox: pytest on one file, once a turn, and a JSON report on standard output.

Only the standard library, pytest and the package `recording` beside this file. The request is JSON on standard input:
`{"test": path, "only": [names of its tests, none: all], "focus": path or "", "module": its name or "", "root": path, "lend":
[folders that may lend pytest], "config": bool, "recorder": folder, "turns": [{"first", "zone", "days", "order", "other", "worth":
object or null}]}`. Each turn is a forked process that has imported pytest and nothing of the project: another time zone, a
clock so many days ahead, the tests in an order drawn by lot (0: as written), the environment of another person. Works with
Python 3.9 and later.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import random
import sys
import time
import types
from contextlib import suppress
from typing import Any


def main() -> None:
    """Read the request, run, write the report; nothing that tests print can get in between."""
    del sys.path[
        0
    ]  # this folder, whose modules are not meant by `platform` or `tools` (they are seen where ours is lent)
    request: dict[str, Any] = json.load(sys.stdin)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    json.dump(_answered(request), out)
    out.flush()
    os._exit(0)  # threads that a test left behind do not matter any more


def _answered(request: dict[str, Any]) -> dict[str, Any]:
    try:
        import pytest
    except ImportError:
        sys.path += request["lend"]
        try:
            import pytest  # noqa: F401
        except ImportError:
            return {"error": "no pytest"}
    _shared(request)
    reports: list[dict[str, Any]] = []
    for turn in request["turns"]:
        report = _in_child(request, turn)
        if _failed(report):
            _explain(report, _in_child(request, {**turn, "worth": None, "explained": True}))
        reports.append(report)
        if turn["first"] and not _is_clean(reports[0]):
            break  # the others would only take longer to say so
    return {"turns": reports}


def _shared(request: dict[str, Any]) -> None:
    """Import here, once, what every turn needs, and keep the collector of garbage off it: a fork shares what nobody touches."""
    package = sys.modules["recording"] = types.ModuleType("recording")
    package.__path__ = [request["recorder"]]
    from _pytest import config
    from recording import clock, effects, forked, worth  # type: ignore[import-not-found]  # noqa: F401  # copilot/verify/recording

    for name in getattr(config, "default_plugins", ()):
        with suppress(ImportError):
            importlib.import_module(f"_pytest.{name}")
    gc.collect()
    gc.freeze()


def _failed(report: dict[str, Any]) -> dict[str, Any]:
    """The tests of a turn that did not pass."""
    tests: Any = report.get("tests")
    return {name: told for name, told in (tests or {}).items() if told[0] != "passed"}


def _explain(report: dict[str, Any], again: dict[str, Any]) -> None:
    """Reasons from a turn in which pytest rewrote the assertions: it takes long, and few tests fail. What failed did so
    whatever the other turn says.
    """
    reasons = _failed(again)
    for name, told in _failed(report).items():
        told[1] = reasons.get(name, told)[1]
    report["wrong"] = {name: told for name, told in again.get("wrong", {}).items() if name in _failed(report)}


def _is_clean(report: dict[str, Any]) -> bool:
    tests: Any = report.get("tests")
    return bool(tests) and all(told[0] == "passed" for told in tests.values()) and not report.get("effects")


def _in_child(request: dict[str, Any], turn: dict[str, Any]) -> dict[str, Any]:
    """The report of one turn; `died` with the exit status, and `last`, the test that ran, when there is none."""
    from recording import forked

    def work(writer: int) -> None:
        mine = os.getpid()
        told = json.dumps(_run(request, turn, writer)).encode()
        if os.getpid() == mine:  # else a process that a test forked off and that ran on
            forked.write(writer, told)

    data, status = forked.forked(work)
    *names, last = data.split(b"\0")
    try:
        report: Any = json.loads(last)
    except ValueError:
        report = None
    if isinstance(report, dict):
        return report
    code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    return {"died": code, "last": names[-1].decode(errors="replace") if names else ""}


def _run(request: dict[str, Any], turn: dict[str, Any], writer: int) -> dict[str, Any]:
    import pytest
    from recording import clock, effects, worth

    os.environ["TZ"] = turn["zone"]
    time.tzset()
    effects.elsewhere() if turn["other"] else effects.home()
    asked: set[str] = set()
    if turn["days"]:
        clock.ahead(turn["days"], asked)
    focus: str = os.path.realpath(request["focus"]) if request["focus"] and turn["first"] else ""
    lines: set[int] = set()
    report = _Report(
        lambda: _watch(focus, lines) if focus and not turn["worth"] else None,
        asked,
        turn,
        writer,
        request,
    )
    argv = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--rootdir", request["root"]]
    argv.append("--continue-on-collection-errors")  # of the project's own tests, that is
    argv += [] if turn.get("explained") else ["--assert=plain"]
    argv += [f"{request['test']}::{name}" for name in request["only"]] or [request["test"]]
    if not request["config"]:
        argv[:0] = ["-c", os.devnull]
    seen = effects.Effects(request["module"])
    plugins: list[Any] = [report, seen]
    weighed = None
    if turn["worth"]:
        weighed = worth.Worth(turn["worth"], request["module"], request["test"], focus, seen)
        plugins.append(weighed)
        argv += [path for path in turn["worth"]["existing"] if os.path.isfile(path)]  # noqa: PTH113 -- of another tree, maybe
    code = int(pytest.main(argv, plugins=plugins))
    return {
        "code": code,
        "tests": report.tests,
        "collect": report.collect,
        "lines": sorted(lines) if weighed is None else weighed.lines,
        "wrong": report.wrong,
        "asked": sorted(report.asked),
        "effects": {_short(name): what for name, what in seen.found.items() if name in report.own},
        "changed": {_short(name): what for name, what in seen.changed.items() if name in report.own},
        "worth": None if weighed is None else weighed.told,
    }


def _short(nodeid: str) -> str:
    return nodeid.split("::", 1)[-1]


class _Report:
    """A pytest plugin: the outcome of each test of one file, its reason in one line."""

    def __init__(self, watch: Any, clock: set[str], turn: dict[str, Any], writer: int, request: dict[str, Any]) -> None:
        self.tests: dict[str, list[str]] = {}
        self.collect: list[str] = []
        self.asked: set[str] = set()
        self.own: set[str] = set()
        self.wrong: dict[str, dict[str, Any]] = {}
        self._compared: dict[str, Any] = {}
        self._rows: dict[str, int] = {}
        self._watch, self._clock, self._order = watch, clock, turn["order"]
        self._writer, self._test, self._root = writer, os.path.realpath(request["test"]), request["root"]
        self._others = bool(turn["worth"] and turn["worth"]["existing"])

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """The order of this turn; which tests are those of the file."""
        self.own = {item.nodeid for item in items if os.path.realpath(str(item.fspath)) == self._test}
        if self._order:
            random.Random(self._order).shuffle(items)  # noqa: S311 -- an order, no secret

    def pytest_assertrepr_compare(self, op: str, left: Any, right: Any) -> None:
        """Both sides of a comparison that did not hold, as source text: they may change later."""
        self._compared = {"op": op, "imports": []}
        for name, value in (("left", left), ("right", right)):
            text, imports = _expressed(value)
            self._compared[name] = text
            self._compared["imports"] += imports

    def pytest_runtest_setup(self, item: Any) -> None:
        """Watch from the first test on: lines that run at import are nobody's merit."""
        self._compared = {}
        indices = getattr(getattr(item, "callspec", None), "indices", {})
        self._rows[item.nodeid] = max(indices.values(), default=-1) if len(set(indices.values())) == 1 else -1
        if self._clock:
            self.asked.add("")  # at import: every test may depend on it
        self._clock.clear()
        self._watch()
        if item.nodeid in self.own:
            os.write(self._writer, _short(item.nodeid).encode() + b"\0")  # should it be the last

    def pytest_runtest_teardown(self, item: Any) -> None:
        """Who asked the clock."""
        if self._clock:
            self.asked.add(_short(item.nodeid))
        self._clock.clear()

    def pytest_collectreport(self, report: Any) -> None:
        """The file cannot be imported; those of the project may fail as they like."""
        path = os.path.realpath(os.path.join(self._root, report.nodeid.split("::", 1)[0]))  # noqa: PTH118
        if report.failed and (path == self._test or not self._others):
            self.collect.append(_last_line(report.longreprtext))

    def pytest_runtest_logreport(self, report: Any) -> None:
        """The worst of set-up, call and tear-down counts."""
        if report.nodeid not in self.own:
            return
        name = _short(report.nodeid)
        before = self.tests.get(name, ["passed", ""])
        if report.outcome != "passed" and before[0] == "passed":
            self.tests[name] = [report.outcome, _last_line(report.longreprtext)]
            crash = getattr(report.longrepr, "reprcrash", None)
            if self._compared and crash is not None and os.path.realpath(crash.path) == self._test:
                self.wrong[name] = {**self._compared, "line": crash.lineno, "row": self._rows.get(report.nodeid, -1)}
        else:
            self.tests[name] = before


def _expressed(value: Any) -> tuple[str, list[tuple[str, str]]]:
    from recording import express

    try:
        found = express.express(value)
    except express.Inexpressible:
        return "", []
    return found.text, sorted(found.imports)


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
