# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: BLE001, PTH119, PTH123

"""Arguments carved from the project's own tests: they are run once, and every call of a target is written down.

Failures of these tests do not matter, nor does what they change: they run in a forked child that is thrown away.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any

from .express import Expr, Inexpressible, express
from .seeds import Found, Seed, files_of
from .targets import Target, code_of

CPU_S = 2.0
_REAL_S = 12.0
_FILES = 6
_SEEDS = 16
_CALLS = 200
"""Seeds of one target, and calls of it that are looked at."""
_TEXT = 200


def tests_of(module: str, root: str, own: str, first: Sequence[str]) -> list[str]:
    """Test files of the project that import a module."""
    package, _, name = module.rpartition(".")
    wanted = [rf"^\s*(from|import)\s+{re.escape(module)}\b", rf"^\s*from\s+\S*\s+import\s[^\n]*\b{re.escape(name)}\b"]
    if package:
        wanted.append(rf"^\s*from\s+{re.escape(package)}\s+import\s*\([^)]*\b{re.escape(name)}\b")
    pattern = re.compile("|".join(wanted), re.MULTILINE)
    found: list[str] = []
    for path in files_of(root, own, first):
        base = os.path.basename(path)
        if not (base.startswith("test_") or base.endswith("_test.py")):
            if path in first or base == "conftest.py":
                continue
            break  # tests stand before all other files
        if len(found) == _FILES:
            break
        with open(path, encoding="utf-8", errors="replace") as stream:
            if pattern.search(stream.read()):
                found.append(path)
    return found


def carved(targets: Sequence[Target], files: Sequence[str], root: str, lend: Sequence[str]) -> dict[str, Any]:
    """What calls the tests in `files` make: callee name to seeds. Run it in a child process only."""
    try:
        import pytest
    except ImportError:
        sys.path += lend
        try:
            import pytest
        except ImportError:
            return {}
    watch = _Watch(targets)
    signal.signal(signal.SIGVTALRM, signal.default_int_handler)
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_S)
    signal.setitimer(signal.ITIMER_REAL, _REAL_S)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    quiet = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--rootdir", root, "--maxfail=50", "--assert=plain"]
    try:
        pytest.main([*quiet, *files], plugins=[watch])
    except BaseException:
        return watch.seeds
    finally:
        sys.settrace(None)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
    return watch.seeds


def merged(found: Found, more: dict[str, Any]) -> None:
    """Carved calls before those that were only read: they are complete, and they happened."""
    for name, seeds in more.items():
        known = found.calls.setdefault(name, [])
        known[:0] = [seed for seed in seeds if seed not in known]


class _Watch:
    """A plugin of pytest: while a test runs, calls of the targets are noted with their arguments."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self.seeds: dict[str, list[Seed]] = {}
        self._count: dict[str, int] = {}
        self._busy = False
        self._targets: dict[Any, Target] = {}
        for target in targets:
            function = getattr(target.function, "__init__", None) if target.kind == "constructor" else target.function
            code = code_of(function)
            if code is not None and target.kind != "property":
                self._targets[code] = target

    def pytest_runtest_setup(self) -> None:
        """From here on calls count."""
        sys.settrace(self._entered)

    def _entered(self, frame: Any, _event: str, _arg: Any) -> Callable[..., Any] | None:
        target = self._targets.get(frame.f_code)
        if target is None or self._busy or self._count.get(target.name, 0) >= _CALLS:
            return None
        self._count[target.name] = self._count.get(target.name, 0) + 1
        self._busy = True  # writing the arguments down may call the targets
        try:
            self._note(target, dict(frame.f_locals))
        except Exception:
            return None
        finally:
            self._busy = False
        return None

    def _note(self, target: Target, values: dict[str, Any]) -> None:
        name = (
            target.owner.__name__ if target.kind == "constructor" and target.owner else target.name.rsplit(".", 1)[-1]
        )
        known = self.seeds.setdefault(name, [])
        if len(known) >= _SEEDS:
            return
        receiver = None
        if target.kind in ("method", "operator"):
            try:
                receiver = express(next(iter(values.values())))
            except Inexpressible:
                receiver = None
        args: list[Expr] = []
        keywords: list[tuple[str, Expr]] = []
        skipped = False
        for parameter in target.parameters:
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD) or parameter.name not in values:
                skipped = True
                continue
            value = values[parameter.name]
            if parameter.default is not parameter.empty and _same(value, parameter.default):
                skipped = True
            elif skipped or parameter.kind is parameter.KEYWORD_ONLY:
                keywords.append((parameter.name, express(value)))
            else:
                args.append(express(value))
        seed = Seed(name, receiver, tuple(args), tuple(keywords))
        if seed not in known and sum(len(e.text) for e in (*args, *(v for _, v in keywords))) <= _TEXT:
            known.append(seed)


def _same(one: Any, other: Any) -> bool:
    return one is other or (type(one) is type(other) and bool(one == other))
