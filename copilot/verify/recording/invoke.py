# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: BLE001, PTH118, PTH123, S102, S307

"""One call and what came of it: value, exception or changed state, the lines it ran, and whether it may be trusted.

Only an exception that project code raises explicitly counts as behaviour; one that nonsense provoked in a library or
in an operator is no outcome at all. Calls that touch files, processes or the network, or that ask the clock or a
random source, are no outcome either.
"""

from __future__ import annotations

import ast
import asyncio
import importlib
import inspect
import io
import itertools
import os
import random
import signal
import sys
import types
from collections.abc import Callable
from typing import Any, NamedTuple

from .express import FOLDER, Expr, Inexpressible, express, facets, namespace
from .fakes import READ, Fake, helpers_of, remedy, variable_asked
from .guard import Guard, harmless, unsteady
from .outcome import Outcome, described, nothing
from .stage import Stage, text_of
from .stubs import calls_of

CPU_S = 0.3
"""CPU seconds of one call; virtual time, so that a busy machine changes nothing. Less after calls that used it up."""
_LEAST_CPU_S = 0.04
_ASLEEP_S = 1.0
"""Real seconds for a coroutine: one that sleeps uses no CPU."""
_ITEMS = 60
_MESSAGE = 200
_LEAVING = frozenset({"sys.exit", "exit", "quit"})
_CHANGES = 4
"""Changed attributes that a test shows."""


class Case(NamedTuple):
    """A call to try: `setup` makes the `subjects`, `call` is the expression; `rank` 0 is a seed, higher is less telling.

    `world` are lines that come first: what the fixtures of pytest change around the call.
    """

    target: str
    setup: tuple[str, ...]
    call: str
    imports: frozenset[tuple[str, str]]
    args: tuple[tuple[str, Expr], ...]
    subjects: tuple[str, ...]
    rank: int
    world: tuple[str, ...] = ()


class _Code(NamedTuple):
    """A case compiled; `files` when it uses `tmp_path`."""

    world: types.CodeType | None
    setup: types.CodeType | None
    call: types.CodeType
    names: dict[str, Any]
    files: bool


class _Stopped(BaseException):
    """The call used up its time."""


class Watch:
    """What one call did, besides its result."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.arcs: set[tuple[int, int]] = set()
        self.forbidden = ""
        self.remedy: Fake | None = None
        """What would make the answer steady that was forbidden."""
        self.ours: Callable[[str], bool] = lambda name: name == path
        self.world = ""

    def trace(self, frame: types.FrameType, _event: str, _arg: Any) -> Any:
        """A global trace function for `sys.settrace`: arcs between lines of the file, per frame."""
        if frame.f_globals.get("__file__") != self.path:  # a look at the code object is an audit event: it takes longer
            return None
        code = frame.f_code
        if code.co_filename != self.path:
            return None
        last = [-code.co_firstlineno]

        def local(current: types.FrameType, event: str, _arg: Any) -> Any:
            if event == "line":
                self.arcs.add((last[0], current.f_lineno))
                last[0] = current.f_lineno
            return local

        return local

    def profile(self, frame: types.FrameType, event: str, arg: Any) -> None:
        """A profile function that notices built-in functions whose answer changes from run to run."""
        if self.forbidden:
            return
        if event == "c_call":
            name = unsteady(arg)
            if name and not harmless(frame) and not (name == "random" and "random.seed(" in self.world):
                self.forbidden, self.remedy = name, remedy(name, frame, arg, self.ours)
        elif event == "call" and frame.f_code is READ:
            name = variable_asked(frame, self.ours)
            if name and f'env("{name}"' not in self.world:
                self.forbidden, self.remedy = "the environment", Fake("environment " + name, "")


class Runner:
    """Runs cases against one module. `root` is the folder whose code counts as the project's."""

    def __init__(self, path: str, root: str, skipped: list[str]) -> None:
        self.path = path
        self._root = os.path.join(root, "")
        self._skipped = tuple(os.path.join(folder, "") for folder in skipped)
        roots = (self._root, sys.prefix, sys.base_prefix, "/usr/lib", "/usr/share/zoneinfo")
        self.guard = Guard(roots, os.path.join(FOLDER, ""))
        self._stage = Stage()
        self._compiled: dict[Case, _Code] = {}
        self._raises: dict[str, set[int]] = {}
        self.caches: list[Callable[[], Any]] = []
        self.cpu_s = CPU_S
        self.on_call: Callable[[], Any] = lambda: None
        """Told when the set-up of a case is done and its call begins."""
        self.value: Any = None
        """What the last call returned, None where it did not."""
        signal.signal(signal.SIGVTALRM, self._stop)
        signal.signal(signal.SIGALRM, self._stop)

    @staticmethod
    def _stop(_number: int, _frame: Any) -> None:
        raise _Stopped

    def run(self, case: Case, watch: Watch | None = None, *, profile: bool = False, cpu_s: float = CPU_S) -> Outcome:
        """The outcome of a case; `watch` collects its lines, or with `profile` its unsteady sources."""
        try:
            if case not in self._compiled:
                self._compiled[case] = _compiled(case)
            code = self._compiled[case]
        except Exception:
            return nothing("cannot be written")
        for clear in self.caches:
            clear()
        random.seed(0)
        self.guard.seen = ""
        self.value = None
        signal.setitimer(signal.ITIMER_VIRTUAL, min(cpu_s, self.cpu_s), _LEAST_CPU_S)
        signal.setitimer(signal.ITIMER_REAL, 20 * CPU_S, CPU_S)
        try:
            outcome = self._observed(case, code, dict(code.names), watch, profile=profile)
        except _Stopped:
            outcome = nothing("takes too long")
            if cpu_s == CPU_S:
                self.cpu_s = max(_LEAST_CPU_S, self.cpu_s / 2)  # one input too large is rarely alone
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)
            _unwatched()
            self.guard.armed = False
        return nothing(self.guard.seen) if self.guard.seen else outcome

    def _observed(
        self, case: Case, code: _Code, names: dict[str, Any], watch: Watch | None, *, profile: bool
    ) -> Outcome:
        wrap = ["%s"]
        try:
            try:
                self._stage.set(code.world, names, files=code.files)
            except Exception:
                return nothing("its world cannot be made")
            self.guard.armed = True
            if watch is not None and profile:  # of the set-up too: an object that holds today's date is not steady
                watch.ours, watch.world = self._ours, "\n".join(case.world)
                sys.setprofile(watch.profile)
            if code.setup is not None:
                exec(code.setup, names)
            before = self._state(case, names)
            self._stage.begin()
            self.on_call()
            if watch is not None and not profile:
                sys.settrace(watch.trace)
            try:
                value = _value(code.call, names, wrap)
            finally:
                if sys.gettrace() is not None:
                    sys.settrace(None)
            changed = [row for row in self._state(case, names) if row not in before][:_CHANGES]
            _unwatched()
            self.guard.armed = False
            self.value = value
            changed += self._stage.traces()
            return described(value, wrap[0], changed, case.call, "\n".join((*case.setup, case.call)))
        except _Stopped:
            raise
        except BaseException as error:
            _unwatched()
            self.guard.armed = False
            return self._raised(error, wrap[0])
        finally:
            self.guard.armed = False
            self._stage.clear()

    @staticmethod
    def _state(case: Case, names: dict[str, Any]) -> list[tuple[str, Expr]]:
        rows: list[tuple[str, Expr]] = []
        for subject in case.subjects:
            rows += facets(names.get(subject), subject, 24) or calls_of(names.get(subject), subject)
            if isinstance(names.get(subject), io.StringIO):
                shown = text_of(names[subject].getvalue())
                rows += [(f"{subject}.getvalue()", shown)] if shown is not None else []
            elif isinstance(names.get(subject), (list, dict, set)):
                try:
                    rows.append((subject, express(names[subject])))
                except Inexpressible:
                    continue
        return rows

    def _raised(self, error: BaseException, wrap: str) -> Outcome:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        if isinstance(error, SystemExit) and trace is not None:
            return self._ended(error, trace, wrap)
        if trace is None or not isinstance(error, Exception) or not self._explicit(trace):
            return nothing(f"{type(error).__name__} that nobody raises on purpose")
        kind = type(error)
        found: Any = sys.modules.get(kind.__module__)
        if getattr(found, kind.__qualname__, None) is not kind:
            return nothing("its exception cannot be imported")
        message = str(error)
        if len(message) > _MESSAGE or " at 0x" in message or FOLDER in message:
            message = ""
        shown = tuple(self._stage.traces())
        return Outcome("raises", wrap, shown, (kind.__module__, kind.__qualname__, message))

    def _ended(self, error: SystemExit, trace: types.TracebackType, wrap: str) -> Outcome:
        """A program that ends itself: with which status; one that `argparse` ends without its output, which is not ours."""
        ours = self._explicit(trace)
        if not ours and trace.tb_frame.f_globals.get("__name__") not in ("argparse", "optparse"):
            return nothing("SystemExit that nobody raises on purpose")
        try:
            shown = [("stopped.value.code", express(error.code)), *(self._stage.traces() if ours else [])]
        except Inexpressible:
            return nothing("its result has no text")
        return Outcome("raises", wrap, tuple(shown), ("builtins", "SystemExit", ""))

    def _ours(self, path: str) -> bool:
        """True for a file of the project."""
        return path.startswith(self._root) and not path.startswith(self._skipped)

    def _explicit(self, trace: types.TracebackType) -> bool:
        """True when the innermost frame is project code at a `raise` statement."""
        path = trace.tb_frame.f_code.co_filename
        if not self._ours(path):
            return False
        if path not in self._raises:
            lines: set[int] = set()
            try:
                with open(path, "rb") as stream:
                    tree = ast.parse(stream.read())
            except (OSError, ValueError, SyntaxError):
                tree = ast.Module(body=[], type_ignores=[])
            for node in ast.walk(tree):
                if isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and ast.unparse(node.func) in _LEAVING):
                    lines |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
            self._raises[path] = lines
        return trace.tb_lineno in self._raises[path]


def _unwatched() -> None:
    """No trace and no profile any more; to switch off what is off is an audit event all the same."""
    if sys.gettrace() is not None:
        sys.settrace(None)
    if sys.getprofile() is not None:
        sys.setprofile(None)


def _compiled(case: Case) -> _Code:
    world, setup = (
        compile("\n".join(lines), "<setup>", "exec") if lines else None for lines in (case.world, case.setup)
    )
    files = any("tmp_path" in text for text in (*case.world, *case.setup, case.call))
    names = namespace(case.imports)
    for text in helpers_of(*case.world):
        exec(text, names)
    return _Code(world, setup, compile(case.call, "<call>", "eval"), names, files)


def _value(call: types.CodeType, names: dict[str, Any], wrap: list[str]) -> Any:
    """The result; iterators are consumed and coroutines awaited, and `wrap[0]` says so before it is done."""
    value = eval(call, names)
    if inspect.iscoroutine(value):
        wrap[0] = "asyncio.run(%s)"
        signal.setitimer(signal.ITIMER_REAL, _ASLEEP_S, CPU_S)
        value = asyncio.run(value)
    elif inspect.isasyncgen(value):
        wrap[0] = "asyncio.run(collected(%s))"
        signal.setitimer(signal.ITIMER_REAL, _ASLEEP_S, CPU_S)
        value = asyncio.run(_collected(value))
        if len(value) > _ITEMS:
            raise _Stopped
    if hasattr(value, "__next__") and hasattr(value, "__iter__"):
        wrap[0] = f"list({wrap[0]})"
        value = list(itertools.islice(value, _ITEMS + 1))
        if len(value) > _ITEMS:
            raise _Stopped
    return value


async def _collected(items: Any) -> list[Any]:
    found: list[Any] = []
    async for item in items:
        found.append(item)
        if len(found) > _ITEMS:
            break
    return found


def load(name: str) -> types.ModuleType:
    """Import the module under test."""
    return importlib.import_module(name)
