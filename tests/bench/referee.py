"""Judges a test suite on one module, independently of our own code: outcomes, coverage, mutants, varied repetitions.

Runs under the interpreter of `build/bench-tests/venv` (pytest, coverage.py, cosmic-ray), reads a task as JSON on stdin
and writes a verdict as JSON on stdout; `judging.py` is how a benchmark calls it. It imports nothing of ours on purpose.

The module is judged in a private copy of its project. Every run of the suite is a fork of this process, which has
pytest loaded but never the module; where the hash seed, the clock or the time zone is another one, it is a process of
its own. A test counts as passing when it passed in two forks and in one process with another hash seed; the others
are deselected for everything that follows. Mutants come from cosmic-ray's operators, one per line and operator family.
"""

from __future__ import annotations

import ast
import contextlib
import glob
import importlib
import io
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

SEED = 7
CPU_LIMIT_S = 120
WALL_LIMIT_S = 300
ZONES = ("UTC", "Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago")
CLOCKS = ("", "+431d", "-1009d", "+57d")
FAKETIME = next(iter(sorted(glob.glob("/usr/lib/*/faketime/libfaketime.so.1"))), "")  # noqa: PTH207 -- one absolute pattern
SKIPPED_OPERATORS = ("NoOp", "VariableReplacer", "VariableInserter")


class Recorder:
    """A pytest plugin: which tests ran and how they ended; leaves out `without`, shuffles by `order`."""

    def __init__(self, without, order):
        self.without, self.order = frozenset(without), order
        self.outcomes, self.reasons = {}, {}

    def pytest_collection_modifyitems(self, items):
        items[:] = [one for one in items if one.nodeid not in self.without]
        if self.order is not None:
            random.Random(self.order).shuffle(items)

    def pytest_collectreport(self, report):
        if report.failed:
            self.outcomes[report.nodeid] = "error"
            self.reasons[report.nodeid] = str(report.longrepr)[-600:]

    def pytest_runtest_logreport(self, report):
        before = self.outcomes.get(report.nodeid)
        if report.failed:
            self.outcomes[report.nodeid] = "failed"
            self.reasons.setdefault(report.nodeid, str(report.longrepr)[-600:])
        elif report.skipped and before != "failed":
            self.outcomes[report.nodeid] = "xfailed" if hasattr(report, "wasxfail") else "skipped"
        elif report.when == "call" and before is None:
            self.outcomes[report.nodeid] = "xpassed" if hasattr(report, "wasxfail") else "passed"


def suite_run(place, without=(), order=None, first_failure=False, covered=None):
    """Run the suite in this very process; the outcomes, and with `covered` the module's coverage."""
    recorder = Recorder(without, order)
    arguments = ["-q", "-p", "no:cacheprovider", "--rootdir", str(place / "suite"), "-c", os.devnull]
    arguments += ["-x"] if first_failure else []
    measuring = None
    if covered is not None:
        import coverage

        measuring = coverage.Coverage(branch=True, data_file=None, include=[covered], config_file=False)
        measuring.start()
    pytest.main([*arguments, str(place / "suite")], plugins=[recorder])
    found = {"outcomes": recorder.outcomes, "reasons": recorder.reasons}
    if measuring is not None:
        measuring.stop()
        with contextlib.redirect_stdout(io.StringIO()):
            measuring.json_report(morfs=[covered], outfile=str(place / "coverage.json"))
        (told,) = json.loads((place / "coverage.json").read_text("utf-8"))["files"].values()
        found["coverage"] = told
    return found


def entered(place):
    """This process becomes one that finds the module in the private copy, and leaves no byte code there."""
    os.chdir(place / "suite")
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(place / "src"))


def forked(place, cpu_s=CPU_LIMIT_S, wall_s=WALL_LIMIT_S, **options):
    """`suite_run` in a fork with a CPU limit: (what it found or None when it died, how it ended, CPU seconds)."""
    answer = place / "answer.json"
    answer.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os.setsid()
            resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_s), int(cpu_s) + 1))
            resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            silent = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1, 2):
                os.dup2(silent, number)
            entered(place)
            answer.write_text(json.dumps(suite_run(place, **options)), "utf-8")
        os._exit(0)
    ends = time.monotonic() + wall_s
    while True:
        done, status, usage = os.wait4(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() > ends:
            os.killpg(child, signal.SIGKILL)
        time.sleep(0.005)
    with contextlib.suppress(ProcessLookupError):  # what a test may have left running
        os.killpg(child, signal.SIGKILL)
    how = f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"exit {os.WEXITSTATUS(status)}"
    found = json.loads(answer.read_text("utf-8")) if answer.exists() else None
    return found, how, usage.ru_utime + usage.ru_stime


def alone(place, hash_seed, zone="UTC", clock="", **options):
    """`suite_run` in a process of its own."""
    environ = {**os.environ, "PYTHONHASHSEED": str(hash_seed), "TZ": zone}
    if clock and FAKETIME:
        environ |= {"LD_PRELOAD": FAKETIME, "FAKETIME": clock, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-s", "-P", "-B", __file__, "--once"],
            input=json.dumps({"place": str(place), **options}),
            capture_output=True,
            text=True,
            check=False,
            timeout=WALL_LIMIT_S,
            env=environ,
        )
    except subprocess.TimeoutExpired:
        return None
    answer = place / "once.json"
    found = json.loads(answer.read_text("utf-8")) if answer.exists() and done.returncode == 0 else None
    answer.unlink(missing_ok=True)
    return found


def once():
    """The other side of `alone`."""
    options = json.load(sys.stdin)
    place = Path(options.pop("place"))
    entered(place)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT_S, CPU_LIMIT_S + 1))
    (place / "once.json").write_text(json.dumps(suite_run(place, **options)), "utf-8")


class Plain(ast.NodeTransformer):
    """A module's tree without what tests cannot see: annotations and docstrings."""

    def visit_arg(self, node):
        node.annotation = None
        return node

    def visit_AnnAssign(self, node):
        self.generic_visit(node)
        node.annotation = ast.Constant(None)
        return node

    def _body(self, node):
        self.generic_visit(node)
        first = node.body[0] if node.body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            node.body = node.body[1:]
        if hasattr(node, "returns"):
            node.returns = None
        return node

    visit_Module = visit_ClassDef = visit_FunctionDef = visit_AsyncFunctionDef = _body  # noqa: N815 -- ast's names


def plain(text):
    """A text for comparing two modules: equal when no test can tell them apart by reading their trees."""
    return ast.dump(Plain().visit(ast.parse(text)))


def mutants(text, limit, seed=SEED):
    """Up to `limit` mutants, one per line and operator family: line, family, operator, the lines before and after."""
    import cosmic_ray.plugins
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code

    same = plain(text)
    groups = {}
    for name in sorted(cosmic_ray.plugins.operator_names()):
        if any(one in name for one in SKIPPED_OPERATORS):
            continue
        kind = cosmic_ray.plugins.get_operator(name)
        try:
            operator = kind()
        except TypeError:
            continue  # one that wants arguments
        places = [at for node in ast_nodes(get_ast(text)) for at in operator.mutation_positions(node)]
        family = kind.__module__.rpartition(".")[2]
        for occurrence, ((line, _), _) in enumerate(places):
            groups.setdefault((line, family), []).append((name, operator, occurrence))
    rng = random.Random(seed)
    order = sorted(groups)
    rng.shuffle(order)
    found = []
    for line, family in order:
        choices = groups[line, family]
        rng.shuffle(choices)
        for name, operator, occurrence in choices:
            changed = mutate_code(text, operator, occurrence)
            try:
                differs = changed is not None and plain(changed) != same
            except (SyntaxError, ValueError):
                differs = False
            if differs:
                found.append(
                    {"line": line, "operator": name.rpartition("/")[2], **change(text, changed), "text": changed}
                )
                break
        if len(found) == limit:
            break
    return sorted(found, key=lambda one: (one["line"], one["operator"]))


def change(before, after):
    """The first line that differs, before and after."""
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    old, new = next(((a, b) for a, b in pairs if a != b), ("", ""))
    return {"before": old.strip(), "after": new.strip()}


def loaded():
    """Have pytest's own modules in memory, so that a fork need not read them again."""
    import _pytest.config
    import coverage  # noqa: F401 -- only loaded

    for name in _pytest.config.default_plugins:
        importlib.import_module(f"_pytest.{name}")


def judged(task, place):
    """The verdict on a task whose project and suite lie in `place`."""
    module = place / "src" / task["file"]
    text = module.read_bytes()
    runs = [forked(place)[0] for _ in range(2)]
    runs.append(alone(place, 2))
    outcomes, reasons = {}, {}
    for run in runs:
        told = run["outcomes"] if run is not None else {"(the run)": "error"}
        reasons |= run["reasons"] if run is not None else {}
        for name, outcome in told.items():
            worse = outcomes.get(name) in {"failed", "error"}
            outcomes[name] = outcomes[name] if worse else outcome
    for name in list(outcomes):
        if any(run is not None and name not in run["outcomes"] for run in runs):
            outcomes[name] = "failed"  # it is not even there in every run
    bad = sorted(name for name, outcome in outcomes.items() if outcome in {"failed", "error"})
    count = {kind: sum(o == kind for o in outcomes.values()) for kind in ("passed", "xfailed", "xpassed", "skipped")}
    verdict = {
        "tests": len(outcomes),
        **count,
        "failed": len(bad),
        "bad": {name: reasons.get(name, "") for name in bad},
    }
    expected = [name for name in outcomes if name not in bad]
    usable = any(outcome in {"passed", "xfailed"} for outcome in outcomes.values())
    began = forked(place, without=bad, covered=str(module))
    told = (began[0] or {}).get("coverage")
    if told is None and usable:
        raise SystemExit(f"the suite passes, but not under coverage.py: {began[1]}")
    if told is None:  # a module without a usable suite is measured by its total alone
        told = forked_coverage_total(place, module)
    verdict["coverage"] = told if usable else told | {"executed_lines": [], "executed_branches": []}
    wanted = task.get("mutants")
    if wanted is None:
        tried = []
    elif isinstance(wanted, int):
        tried = mutants(text.decode(), wanted)
    else:
        tried = wanted
    for one in tried:
        changed = one.pop("text")
        if not usable:
            one["end"] = "survived"
            continue
        module.write_text(changed, "utf-8")
        found, how, _ = forked(
            place, cpu_s=5 + 10 * began[2], wall_s=60 + 20 * began[2], without=bad, first_failure=True
        )
        failing = missed(found, expected)
        one["end"] = how if found is None else f"killed by {failing[0].rpartition('::')[2]}" if failing else "survived"
    module.write_bytes(text)  # what the repetitions are run on
    verdict["mutants"] = tried
    verdict["rerun_failures"] = []
    for number in range(task.get("reruns", 0) if usable else 0):
        options = {"without": bad, "order": number, "zone": ZONES[number % len(ZONES)]}
        found = alone(place, 11 + number, clock=CLOCKS[number % len(CLOCKS)], **options)
        wrong = (
            ["(the run)"] if found is None else [n for n, o in found["outcomes"].items() if o in {"failed", "error"}]
        )
        verdict["rerun_failures"] += [f"run {number}: {name}" for name in wrong]
    verdict["clock"] = bool(FAKETIME)
    return verdict


def missed(found, expected):
    """Tests that failed in a run, or else those that it should have come to and did not: it broke off."""
    if found is None:
        return ["(the run)"]
    failing = [name for name, outcome in found["outcomes"].items() if outcome in {"failed", "error"}]
    return failing or [f"{name} (never run)" for name in expected if name not in found["outcomes"]]


def forked_coverage_total(place, module):
    """How many statements and branches the module has, nothing of it executed."""
    empty = place / "suite"
    shutil.rmtree(empty)
    empty.mkdir()
    found = forked(place, covered=str(module))[0]
    return found["coverage"]


def main():
    """Judge the task on stdin."""
    if "--once" in sys.argv:
        once()
        return
    task = json.load(sys.stdin)
    loaded()
    with tempfile.TemporaryDirectory(prefix="referee-") as name:
        place = Path(name).resolve()
        unneeded = shutil.ignore_patterns("__pycache__", "generated")
        shutil.copytree(task["project"], place / "src", ignore=unneeded)
        if task["suite"] is not None and Path(task["suite"]).is_dir():
            shutil.copytree(task["suite"], place / "suite", ignore=unneeded)
        else:
            (place / "suite").mkdir()
        print(json.dumps(judged(task, place)))


if __name__ == "__main__":
    main()
