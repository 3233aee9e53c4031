"""Run by the project's interpreter inside the sandbox: the examples of one module, a JSON line for each.

Only the standard library; no module of bank-copilot is there. The request is JSON on standard input: `{"module":
dotted name or "", "path": file, "paths": [import path], "sessions": [{"name", "text"}], "claims": [{"call", "wanted",
"raises"}]}`. The report: `{"imported": ""}` or the reason, then `{"next": source, "of": session}` before and `{"ok": bool, "got": text}`
after each example, `{"done": true}` at the end. Works with Python 3.9 and later.
"""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import doctest
import importlib
import importlib.util
import inspect
import io
import json
import math
import os
import sys
from typing import Any

_SHOWN = 200
_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def main() -> None:
    """Read the request, import the module, try each example; nothing that the module prints can get in between."""
    del sys.path[0]  # this folder, whose modules are not meant by `platform` or `tools`
    request: dict[str, Any] = json.load(sys.stdin)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    quiet = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(quiet, stream)

    def tell(**row: Any) -> None:
        out.write(json.dumps(row) + "\n")
        out.flush()

    with contextlib.suppress(KeyboardInterrupt):
        _run(request, tell)
    os._exit(0)  # threads that the module left behind do not matter any more


def _run(request: dict[str, Any], tell: Any) -> None:
    sys.path[:0] = request["paths"]
    try:
        module = _module(request["module"], request["path"])
    except BaseException as error:  # noqa: BLE001 -- whatever the module raises, SystemExit included
        tell(imported=_named(error))
        return
    tell(imported="")
    for session in request["sessions"]:
        _session(session["name"], session["text"], dict(vars(module)), tell)
    for claim in request["claims"]:
        tell(next=f"{claim['call']}"[:_SHOWN])
        ok, got = _claim(claim, dict(vars(module)))
        tell(ok=ok, got=got[:_SHOWN])
    tell(done=True)


def _module(name: str, path: str) -> Any:
    if name:
        return importlib.import_module(name)
    spec = importlib.util.spec_from_file_location("module_under_example", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class _Runner(doctest.DocTestRunner):
    """doctest's runner with a report of our own. Lines without an expected output are steps, not examples."""

    def __init__(self, tell: Any) -> None:
        super().__init__(verbose=False, optionflags=_FLAGS)
        self._tell = tell

    def report_start(self, out: Any, test: doctest.DocTest, example: doctest.Example) -> None:  # noqa: ARG002
        self._tell(next=example.source.strip()[:_SHOWN], of=test.name)

    def report_success(self, out: Any, test: doctest.DocTest, example: doctest.Example, got: str) -> None:  # noqa: ARG002
        if example.want or example.exc_msg is not None:
            self._tell(ok=True, got="")

    def report_failure(self, out: Any, test: doctest.DocTest, example: doctest.Example, got: str) -> None:  # noqa: ARG002
        self._tell(ok=False, got=got.strip()[:_SHOWN], wanted=example.want.strip()[:_SHOWN])

    def report_unexpected_exception(
        self,
        out: Any,  # noqa: ARG002
        test: doctest.DocTest,  # noqa: ARG002
        example: doctest.Example,
        exc_info: Any,
    ) -> None:
        wanted = (example.want or "").strip()[:_SHOWN]
        self._tell(ok=False, got=_named(exc_info[1]), wanted=wanted)


def _session(name: str, text: str, names: dict[str, Any], tell: Any) -> None:
    try:
        test = doctest.DocTestParser().get_doctest(text, names, name, None, 0)
    except ValueError as error:
        tell(next=name, of=name)
        tell(ok=False, got=_named(error))
        return
    _Runner(tell).run(test, out=lambda _text: None, clear_globs=False)


def _claim(claim: dict[str, Any], names: dict[str, Any]) -> tuple[bool, str]:
    sys.stdout = io.StringIO()
    try:
        got = eval(claim["call"], names)  # noqa: S307 -- running code is what this program is for
        if inspect.iscoroutine(got):
            got = asyncio.run(got)
    except BaseException as error:  # noqa: BLE001 -- the example may raise anything
        wanted = claim["raises"]
        return bool(wanted) and any(kind.__name__ == wanted for kind in type(error).__mro__), _named(error)
    if claim["raises"]:
        return False, repr(got)
    try:
        wanted = eval(claim["wanted"], names)  # noqa: S307
        return _equal(got, wanted), repr(got)
    except BaseException as error:  # noqa: BLE001 -- a comparison may raise too
        return False, _named(error)


def _equal(got: Any, wanted: Any) -> bool:
    if isinstance(wanted, bool) or wanted is None:
        return got is wanted
    if isinstance(wanted, float) and isinstance(got, (int, float)) and not isinstance(got, bool):
        return math.isclose(got, wanted, rel_tol=1e-9, abs_tol=1e-12)
    return builtins.bool(got == wanted)


def _named(error: BaseException | None) -> str:
    try:
        return f"{type(error).__name__}: {error}"[:_SHOWN]
    except BaseException:  # noqa: BLE001 -- an exception whose text raises
        return type(error).__name__


if __name__ == "__main__":
    main()
