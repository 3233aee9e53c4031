# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: BLE001, PTH123, S301

"""Request in, records out: JSON on standard input and output, one process, one child process a group of targets.

Request: `{"path", "module", "root", "package_root", "targets": [names] or null, "first": [files], "cpu_s", "skipped",
"replay": [records] or null}`. Answer: `{"records", "rejected", "targets", "mutants", "killed", "error"}`, or with
`replay` the outcome of each record again as `{"keys"}`.
"""

from __future__ import annotations

import ast
import json
import os
import pickle
import sys
import time
import types
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from .arguments import Pools
from .carving import CPU_S, carved, merged, tests_of
from .choose import Choice
from .code import Code
from .commandline import given
from .composing import Prelude
from .express import Expr
from .fakes import helpers_of
from .fault import Mutant
from .feedback import Log, instrumented, listening
from .files import Files
from .forked import forked, write
from .invoke import Case, Runner, load
from .mutants import Living, living, plant
from .search import Budget, Search, Tried
from .seeds import Found, gather
from .targets import Target, find
from .worlds import Worlds

_EXPLORING = 0.6
"""Of the time for one group; the rest is for choosing."""

MAX_CASES = 12
"""Assertions for one callable; more are not read by anyone."""


def main() -> None:
    """Answer the request on standard input; what project code prints is thrown away."""
    request: dict[str, Any] = json.load(sys.stdin)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    quiet = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(quiet, number)
    try:
        answer = replayed(request) if request.get("replay") is not None else recorded(request)
    except ImportFailed as error:
        answer = {"error": str(error)}
    json.dump(answer, out)
    out.flush()
    os._exit(0)


class ImportFailed(Exception):
    """The module under test cannot be imported; the text says why in one line."""


def _loaded(request: dict[str, Any]) -> Any:
    sys.path.insert(0, request["package_root"])
    try:
        module = load(request["module"])
    except BaseException as error:
        raise ImportFailed(f"{type(error).__name__}: {error}"[:300]) from None
    if os.path.realpath(getattr(module, "__file__", None) or "") != os.path.realpath(request["path"]):
        raise ImportFailed(f"import {request['module']} finds another file")
    return module


def recorded(request: dict[str, Any]) -> dict[str, Any]:
    """Records of the module's behaviour."""
    module = _loaded(request)
    path: str = module.__file__
    with open(path, "rb") as stream:
        tree = ast.parse(stream.read())
    code = Code(tree)
    targets = [given(code, code.with_keywords(target)) for target in find(module, path, request["targets"])]
    found = gather(module, tree, request["root"], request["package_root"], request["first"])
    _carve(request, module.__name__, targets, found)
    files = Files(code)
    pools = Pools(targets, found, tree, module, files)
    worlds = Worlds(code, files)
    runner = Runner(path, request["root"], request["skipped"])
    runner.caches = [v.cache_clear for v in vars(module).values() if hasattr(v, "cache_clear")]
    groups = _groups(targets)
    functions = living(path)
    spied = instrumented(tree, path, functions)
    answer: dict[str, Any] = {
        "records": [],
        "rejected": {},
        "targets": len(targets),
        "mutants": 0,
        "killed": 0,
        "survivors": [],
        "error": "",
    }
    left = float(request["cpu_s"])
    spans = [t.lines for t in targets]
    weights = [sum(1 + t.lines[1] - t.lines[0] for t in group) for group in groups]
    for number, group in enumerate(groups):
        share = left * max(weights[number] / max(1, sum(weights[number:])), 0.1)
        part = in_child(
            partial(_search, runner, pools, worlds, group, tree, module, spans, functions, spied, share), share * 3 + 2
        )
        if part is None:
            _count(answer["rejected"], {"its process died": 1})
            left -= share
            continue
        left -= min(part["cpu"], left * 0.9)
        doubtful = {r["target"] for r in part["records"] if not _agrees(r, found.promised)}
        dropped = [r for r in part["records"] if r["target"] in doubtful]
        _count(answer["rejected"], {"contradicts a doctest": len(dropped)} if dropped else {})
        answer["records"] += [r for r in part["records"] if r["target"] not in doubtful]
        answer["mutants"] += part["mutants"]
        answer["killed"] += part["killed"]
        answer["survivors"] += part["survivors"]
        _count(answer["rejected"], part["rejected"])
        pools.preludes.update({k: [Prelude(*p) for p in v] for k, v in part["preludes"].items()})
        for kind, text, imports in part["objects"]:
            pools.made(kind, Expr(text, imports))
        pools.produced += [Expr(text) for text in part["strings"] if Expr(text) not in pools.produced][:6]
    return answer


def _carve(request: dict[str, Any], module: str, targets: Sequence[Target], found: Found) -> None:
    """Calls that the project's own tests make, where there are any."""
    own = tests_of(module, request["root"], request["path"], request["first"])
    if own:
        work = partial(carved, targets, own, request["root"], request.get("lend", ()))
        merged(found, in_child(work, CPU_S + 1) or {})


def _groups(targets: Sequence[Target]) -> list[list[Target]]:
    """A class with its members is one group: what one method changes, another sees."""
    groups: dict[Any, list[Target]] = {}
    for target in targets:
        groups.setdefault(target.owner or target.name, []).append(target)
    return list(groups.values())


def _search(
    runner: Runner,
    pools: Pools,
    worlds: Worlds,
    group: list[Target],
    tree: ast.Module,
    module: types.ModuleType,
    spans: list[tuple[int, int]],
    functions: Living,
    spied: list[Mutant],
    seconds: float,
) -> dict[str, Any]:
    path = runner.path
    began = time.process_time()
    budget = Budget(seconds)
    log = Log()
    search = Search(runner, pools, worlds, log)
    makers = [t for t in group if t.kind in ("constructor", "static")]  # first: they make what the others need
    order = [*makers, *(t for t in group if t not in makers)]
    with listening(spied, log):
        exploring = Budget(seconds * _EXPLORING)
        for number, target in enumerate(order):
            search.explore(target, min(exploring.left(), 2 * exploring.left() / (len(order) - number)))
        for target in order:
            search.revisit(target, exploring)
    ran = {line for _, line in search.arcs}
    own = [t.lines for t in group]
    private = [
        (n.lineno, n.end_lineno or n.lineno)
        for n in ast.walk(tree)
        if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)) and not any(a <= n.lineno <= b for a, b in spans)
    ]
    mutants = [
        m
        for m in plant(tree, path, own + private, module, functions)
        if m.lines & ran or any(a <= m.line <= b for a, b in own)
    ]
    choice = Choice(runner, budget, search)
    chosen, killed = choice.select(mutants, MAX_CASES)
    _count(search.rejected, choice.rejected)
    strings = [
        t.outcome.shown[0][1].text
        for rows in search.tried.values()
        for t in rows[:6]
        if t.outcome.kind == "value" and t.outcome.shown[0][1].text[:1] in "'\"" and len(t.outcome.shown[0][1].text) > 4
    ]
    return {
        "records": [_record(t) for target in group for t in chosen.get(target.name, [])],
        "rejected": search.rejected,
        "mutants": len(mutants),
        "killed": len(killed),
        "survivors": [(m.line, *m.change) for m in mutants if m.number not in killed],
        "strings": strings[:6],
        "objects": [(kind, e.text, e.imports) for kind, e in pools.makers() if _importable(kind)],
        "preludes": {k: [tuple(p) for p in v] for k, v in pools.preludes.items()},
        "cpu": time.process_time() - began,
    }


def _importable(kind: type) -> bool:
    """True when a class can be handed to another process by its name."""
    try:
        return pickle.loads(pickle.dumps(kind)) is kind
    except Exception:
        return False


def in_child(work: Callable[[], dict[str, Any]], cpu_s: float) -> Any:
    """The result of `work` from a forked child, None when it died: `sys.exit`, a crash or an endless loop in C."""
    import resource

    def bounded(writer: int) -> None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime + cpu_s) + 1
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (limit if hard < 0 else min(limit, hard), hard))
        write(writer, pickle.dumps(work()))

    try:
        return pickle.loads(forked(bounded)[0])
    except Exception:
        return None


def _record(tried: Tried) -> dict[str, Any]:
    case, outcome = tried.case, tried.outcome
    return {
        "target": case.target,
        "world": list(case.world),
        "helpers": helpers_of(*case.world, outcome.wrap),
        "setup": list(case.setup),
        "call": case.call,
        "imports": sorted(case.imports),
        "args": [[n, e.text] for n, e in case.args],
        "subjects": list(case.subjects),
        "rank": case.rank,
        "kind": outcome.kind,
        "wrap": outcome.wrap,
        "shown": [[left, right.text, sorted(right.imports)] for left, right in outcome.shown],
        "error": list(outcome.error),
        "lines": sorted(tried.lines),
    }


def _agrees(record: dict[str, Any], promised: dict[str, str]) -> bool:
    """False when a doctest promises something else: nothing of such a function is recorded, it may be a bug."""
    want = promised.get(record["call"])
    if want is None or "..." in want or record["kind"] != "value" or record["subjects"]:
        return True
    got = record["shown"][0][1]
    try:
        return want == got or bool(ast.literal_eval(want) == ast.literal_eval(got))
    except (ValueError, SyntaxError):
        return True  # the doctest shows a repr that is no literal: nothing to hold against


def _count(total: dict[str, int], more: dict[str, int]) -> None:
    for reason, number in more.items():
        total[reason] = total.get(reason, 0) + number


def replayed(request: dict[str, Any]) -> dict[str, Any]:
    """Run records again, last first, in this process; True for each that came out the same."""
    module = _loaded(request)
    runner = Runner(module.__file__, request["root"], request["skipped"])
    runner.caches = [v.cache_clear for v in vars(module).values() if hasattr(v, "cache_clear")]
    same: list[bool] = []
    for record in reversed(request["replay"]):
        imports = frozenset((m, n) for m, n in record["imports"])
        texts = [tuple(record[name]) for name in ("setup", "subjects", "world")]
        case = Case(record["target"], texts[0], record["call"], imports, (), texts[1], 0, texts[2])
        outcome = runner.run(case)
        shown = tuple((left, right) for left, right, _ in record["shown"])
        same.append(outcome.key == (record["kind"], record["wrap"], shown, tuple(record["error"])))
    return {"same": same[::-1]}
