"""Run by the project's interpreter inside the sandbox: pytest on one file, once a turn, and a JSON report on standard output.

Only the standard library and pytest; no module of bank-copilot is there. The request is JSON on standard input:
`{"test": path, "only": [names of its tests, none: all], "focus": path or "", "root": path, "lend": [folders that may
lend pytest], "config": bool, "turns": [{"zone", "days", "order", "worth": object or null}]}`. Each turn is a forked process
that has imported pytest and nothing of the project: another time zone, a clock so many days ahead, the tests in an order
drawn by lot (0: as written). Works with Python 3.9 and later.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
import types
from typing import Any


def main() -> None:
    """Read the request, run, write the report; nothing that tests print can get in between."""
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
    return {"turns": [_in_child(request, turn) for turn in request["turns"]]}


def _in_child(request: dict[str, Any], turn: dict[str, Any]) -> dict[str, Any]:
    """The report of one turn; `died` with the exit status when there is none."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            told = json.dumps(_run(request, turn)).encode()
            with os.fdopen(writer, "wb") as pipe:
                pipe.write(told)
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        data = pipe.read()
    _, status = os.waitpid(child, 0)
    try:
        report: Any = json.loads(data)
    except ValueError:
        report = None
    if isinstance(report, dict):
        return report
    return {"died": -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)}


def _run(request: dict[str, Any], turn: dict[str, Any]) -> dict[str, Any]:
    import pytest

    os.environ["TZ"] = turn["zone"]
    time.tzset()
    asked: set[str] = set()
    if turn["days"]:
        _ahead(turn["days"], asked)
    focus: str = os.path.realpath(request["focus"]) if request["focus"] and not turn["order"] else ""
    lines: set[int] = set()
    report = _Report(lambda: _watch(focus, lines) if focus and not turn["worth"] else None, asked, turn["order"])
    argv = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--rootdir", request["root"]]
    argv += [f"{request['test']}::{name}" for name in request["only"]] or [request["test"]]
    if not request["config"]:
        argv[:0] = ["-c", os.devnull]
    plugins: list[Any] = [report]
    worth = None
    if turn["worth"]:
        worth = _worth(turn["worth"], request["test"], focus)
        plugins.append(worth)
        argv += turn["worth"]["existing"]
    code = int(pytest.main(argv, plugins=plugins))
    own = report.tests if worth is None else {n: o for n, o in report.tests.items() if n not in report.others}
    answer = {
        "code": code,
        "tests": own,
        "collect": report.collect,
        "lines": sorted(lines),
        "asked": sorted(report.asked),
    }
    if worth is not None:
        answer["worth"] = worth.told
        answer["lines"] = worth.lines
    return answer


def _worth(told: dict[str, Any], test: str, focus: str) -> Any:
    """The plug-in that finds out what each test is worth; its package lies outside the project."""
    package = sys.modules["recording"] = types.ModuleType("recording")
    package.__path__ = [told["recorder"]]
    from recording.worth import Worth  # type: ignore[import-not-found]  # copilot/verify/recording

    return Worth(told, test, focus)


class _Report:
    """A pytest plugin: the outcome of each test, its reason in one line."""

    def __init__(self, watch: Any, clock: set[str], order: int) -> None:
        self.tests: dict[str, list[str]] = {}
        self.collect: list[str] = []
        self.asked: set[str] = set()
        self.others: set[str] = set()
        self._watch, self._clock, self._order = watch, clock, order
        self._first = ""

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """The order of this turn; which tests are those of the first file."""
        self._first = items[0].nodeid.split("::", 1)[0] if items else ""
        if self._order:
            random.Random(self._order).shuffle(items)  # noqa: S311 -- an order, no secret

    def pytest_runtest_setup(self, item: Any) -> None:
        """Watch from the first test on: lines that run at import are nobody's merit."""
        if self._clock:
            self.asked.add("")  # at import: every test may depend on it
        self._clock.clear()
        self._watch()
        if item.nodeid.split("::", 1)[0] != self._first:
            self.others.add(item.nodeid.split("::", 1)[-1])

    def pytest_runtest_teardown(self, item: Any) -> None:
        """Who asked the clock."""
        if self._clock:
            self.asked.add(item.nodeid.split("::", 1)[-1])
        self._clock.clear()

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


def _ahead(days: int, asked: set[str]) -> None:
    """Set the clock of Python ahead, for modules that are imported from here on; `asked` hears who looks at it.

    The classes stand for the real ones in every check of types. Built-in code that makes dates by itself still sees
    today: a test that failed here counts only if it looked at this clock.
    """
    import datetime as dt

    shift = dt.timedelta(days=days, hours=7)
    real_date: Any = dt.date
    real: Any = dt.datetime

    class Stands(type):
        def __instancecheck__(cls, value: Any) -> bool:
            return isinstance(value, cls.__mro__[1])

        def __subclasscheck__(cls, other: Any) -> bool:
            return issubclass(other, cls.__mro__[1])

    class Date(real_date, metaclass=Stands):  # type: ignore[misc]
        @classmethod
        def today(cls) -> Any:
            asked.add("date.today")
            now = real.now() + shift
            return cls(now.year, now.month, now.day)

        def __repr__(self) -> str:
            return f"datetime.{real_date.__repr__(self)}"

    class Datetime(real, metaclass=Stands):  # type: ignore[misc]
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            asked.add("datetime.now")
            now = real.now(tz) + shift
            return cls(
                now.year,
                now.month,
                now.day,
                now.hour,
                now.minute,
                now.second,
                now.microsecond,
                now.tzinfo,
                fold=now.fold,
            )

        @classmethod
        def today(cls) -> Any:
            return cls.now()

        @classmethod
        def utcnow(cls) -> Any:
            return cls.now(dt.timezone.utc).replace(tzinfo=None)  # noqa: UP017 -- Python 3.9

        def __repr__(self) -> str:
            return f"datetime.{real.__repr__(self)}"

    for twin, name in ((Date, "date"), (Datetime, "datetime")):
        twin.__module__, twin.__name__, twin.__qualname__ = "datetime", name, name
        setattr(dt, name, twin)
    seconds = shift.total_seconds()
    for name in ("time", "localtime", "gmtime"):
        setattr(time, name, _later(getattr(time, name), name, seconds, asked))


def _later(function: Any, name: str, seconds: float, asked: set[str]) -> Any:
    real_time = time.time

    def later(*given: Any) -> Any:
        if given and given[0] is not None:
            return function(*given)
        asked.add("time." + name)
        return real_time() + seconds if name == "time" else function(real_time() + seconds)

    return later


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
