# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: BLE001

"""Run inside the sandbox: the tests are collected once, then candidates are tried in forks, and a JSON report is written.

The request is JSON on standard input: `{"args": [words for pytest], "focus": path, "module": its name or "", "claims":
[examples told in prose], "examples": bool (docstrings), "root": path, "lend": [folders that may lend pytest], "config":
bool, "budget_s": CPU seconds}`.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import sys
import types
from typing import Any

from . import cases as sources
from .search import Search, real


def main() -> None:
    """Read the request, search, write the report; nothing that project code prints can get in between."""
    request: dict[str, Any] = json.load(sys.stdin)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)

    json.dump(_answered(request), out)
    out.flush()
    os._exit(0)  # threads that a test left behind do not matter any more


def _answered(request: dict[str, Any]) -> dict[str, Any]:
    sys.dont_write_bytecode = True
    if request["args"]:
        return _by_pytest(request)
    try:
        module = importlib.import_module(request["module"])
    except BaseException as error:
        return {"state": "broken", "why": f"{type(error).__name__}: {error}"[:300]}
    return _searched(module, [], request)


def _searched(module: types.ModuleType, cases: list[Any], request: dict[str, Any]) -> dict[str, Any]:
    if request["examples"]:
        cases = [*cases, *sources.of_docstrings(module)]
    cases = [*cases, *sources.of_claims(module, request["claims"])]
    if not cases:
        return {"state": "no tests"}
    return Search(str(module.__file__), cases, request["budget_s"]).run()


def _by_pytest(request: dict[str, Any]) -> dict[str, Any]:
    try:
        import pytest
    except ImportError:
        sys.path += request["lend"]
        try:
            import pytest
        except ImportError:
            return {"state": "no pytest"}
    plugin = _Plugin(request)
    argv = ["-q", "-s", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist", "--rootdir", request["root"]]
    argv += ["--assert=plain", "--continue-on-collection-errors"]
    if not request["config"]:
        argv[:0] = ["-c", os.devnull]
    with contextlib.redirect_stderr(io.StringIO()) as said:
        code = int(pytest.main([*argv, *request["args"]], plugins=[plugin]))
    if plugin.told is None:
        refused = [row[7:] for row in said.getvalue().splitlines() if row.startswith("ERROR: ")]
        why = [*plugin.errors.values(), *refused, f"pytest exit {code}"][0]
        return {"state": "broken", "why": why[:300], "exit": code}
    return {"why": next(iter(plugin.errors.values()), ""), **plugin.told, "not_collected": sorted(plugin.errors)}


class _Plugin:
    """`errors`: what cannot be collected, by node, with its reason."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.told: dict[str, Any] | None = None
        self.errors: dict[str, str] = {}
        self._request = request
        self._failed: set[str] = set()

    def pytest_collectreport(self, report: Any) -> None:
        """What cannot be imported."""
        if report.failed:
            rows = [row[1:].strip() for row in report.longreprtext.splitlines() if row.startswith("E ")]
            self.errors[report.nodeid] = (rows or report.longreprtext.strip().splitlines() or [""])[-1][:300]

    def pytest_runtest_logreport(self, report: Any) -> None:
        """A failed `subTest` is a report of its own, beside those of the test, which passes (pytest 9)."""
        if report.outcome == "failed":
            self._failed.add(report.nodeid)

    def pytest_runtestloop(self, session: Any) -> bool:
        """In the place of a run: the search, while fixtures and collected tests are alive."""
        focus = real(self._request["focus"])
        module = next(
            (m for m in list(sys.modules.values()) if real(getattr(m, "__file__", None) or "/") == focus), None
        )
        why = next(iter(self.errors.values()), "")
        if why and (not session.items or module is None):
            self.told = {"state": "broken", "why": why}
        elif not session.items or module is None:
            self.told = {"state": "elsewhere" if session.items else "no tests"}
        else:
            found = [case for item in session.items for case in sources.of_item(item, self._failed)]
            self.told = _searched(module, found, self._request)
        return True
