"""`bank-copilot doctor`: what works on this machine, what does not, and what to do about it."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from copilot import __version__, config_sources
from copilot.commands import session
from copilot.config import Settings
from copilot.engines import reach
from copilot.errors import ConfigError, SandboxUnavailable
from copilot.guard import packs
from copilot.guard.review import wanted
from copilot.messages import say, set_locale, visible
from copilot.project import find, root_of
from copilot.types import Project
from copilot.verify import sandbox

_PACKAGES = ("copilot", "lsp", "serving", "prompts")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `advice` says what to do when it is not well."""

    name: str
    ok: bool
    detail: str
    advice: str = ""


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    session.add_common(parser, engine=False)


def run(options: argparse.Namespace) -> int:
    """0 when everything is well, 1 when something is not."""
    return asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> int:
    root = (options.root or root_of(Path.cwd())).resolve()
    loaded = config_sources.load(config_sources.Sources(root=root))
    set_locale(loaded.settings.ui.locale)
    project = find(root, loaded.settings.python.interpreter)
    findings = [
        Finding("version", ok=True, detail=f"bank-copilot {__version__}, Python {sys.version.split()[0]}"),
        _one_home(),
        *_configuration(loaded),
        *_project(project),
        _licences(loaded.settings),
        _tool("ruff", say("Reinstall bank-copilot: ruff is one of its dependencies.")),
        _tool("git", say("Install git: the index follows what git tracks.")),
        await _sandbox(loaded.settings),
        *_rule_packs(loaded.settings),
        *[Finding(step.name, step.ok, step.detail, step.advice) async for step in reach.walk(loaded.settings)],
    ]
    # What is well needs no advice.
    findings = [replace(f, advice="") if f.ok else f for f in findings]
    if options.json:
        session.print_json({"ok": all(f.ok for f in findings), "findings": [asdict(f) for f in findings]})
    else:
        for finding in findings:
            mark = "ok  " if finding.ok else "FAIL"
            sys.stdout.write(f"{mark} {finding.name}: {visible(finding.detail)}\n")
            if not finding.ok and finding.advice:
                sys.stdout.write(f"     -> {visible(finding.advice)}\n")
    return 0 if all(f.ok for f in findings) else 1


def _one_home() -> Finding:
    """All four packages must come from one place: a workspace with its own `lsp/` must not be imported instead."""
    homes: dict[str, str] = {}
    for name in _PACKAGES:
        spec = find_spec(name)
        homes[name] = str(Path(spec.origin).parents[1]) if spec is not None and spec.origin else "-"
    same = len(set(homes.values())) == 1
    detail = homes["copilot"] if same else ", ".join(f"{name}: {home}" for name, home in homes.items())
    advice = say("Start the console script `bank-copilot`, not `python -m`, and unset PYTHONPATH.")
    return Finding("packages", same, detail, advice)


def _configuration(loaded: config_sources.Loaded) -> Iterator[Finding]:
    origins = ", ".join(f"{key} ({source})" for key, source in loaded.origins.items())
    yield Finding("configuration", ok=True, detail=origins or say("defaults only"))
    for problem in loaded.problems:
        yield Finding("configuration", ok=False, detail=problem.message)


def _project(project: Project) -> Iterator[Finding]:
    yield Finding("project", ok=True, detail=str(project.root))
    yield Finding(
        "python",
        project.python is not None and project.python.exists(),
        f"{project.python} ({project.why_python})",
        say("Set python.interpreter in your user file."),
    )
    # Not a fault: without a JDK, Java corrections are proven by the tree alone.
    yield Finding("jdk", ok=True, detail=str(project.java_home or say("none found")))


def _licences(settings: Settings) -> Finding:
    """Whether code that repeats other people's can be told."""
    place = settings.output.licences
    if not place:
        return Finding("licences", ok=True, detail=say("no index: nobody looks whether code repeats other people's"))
    from copilot.verify import licensed

    advice = say("Build it again with `bank-copilot licences build`, or empty output.licences.")
    try:
        index = licensed.opened(Path(place))
    except ConfigError as error:
        return Finding("licences", ok=False, detail=str(error), advice=advice)
    return Finding("licences", ok=True, detail=say("an index of {count} files", count=len(index.names)))


def _tool(name: str, advice: str) -> Finding:
    beside = shutil.which(name, path=str(Path(sys.executable).parent))
    found = beside or shutil.which(name)
    return Finding(name, found is not None, found or say("not found"), advice)


def _rule_packs(settings: Settings) -> Iterator[Finding]:
    """The bank's rule packs: a pack that cannot be used stops every prompt; one without a signature is told."""
    if not settings.guard.packs:
        return
    try:
        found = packs.load(wanted(settings.guard))
    except ConfigError as error:
        yield Finding(
            "rules",
            ok=False,
            detail=str(error),
            advice=say("`bank-copilot rules check FILE` names every rule at fault."),
        )
        return
    for pack in found.packs:
        signed = (
            say("signed by {key}", key=pack.signer)
            if pack.signer
            else say("without a signature (guard.unsigned_packs)")
        )
        left_out = (
            f", {say('left out: {rules}', rules=', '.join(rule for rule, _ in pack.left_out))}" if pack.left_out else ""
        )
        yield Finding(
            "rules", ok=True, detail=f"{pack.label}, {say('{count} rules', count=len(pack.rules))}, {signed}{left_out}"
        )


async def _sandbox(settings: Settings) -> Finding:
    """The level in force, and why it is not a better one."""
    advice = say('Install bubblewrap ("apt-get install bubblewrap"): without a sandbox generated tests are not run.')
    try:
        level = await sandbox.accepted_level(settings)
    except SandboxUnavailable as refused:
        return Finding("sandbox", ok=False, detail=str(refused), advice=advice)
    better = sandbox.ORDER[: sandbox.ORDER.index(level)] if level in sandbox.ORDER else sandbox.tried(settings)
    reasons = "; ".join([await sandbox.why_not(one) for one in better])
    if level not in sandbox.ORDER:
        detail = say(
            "weak: limits and a copy, no isolation, because sandbox.mode allows it; not a better one: {reasons}",
            reasons=reasons,
        )
        return Finding("sandbox", ok=False, detail=detail, advice=advice)
    if reasons:
        return Finding(
            "sandbox",
            ok=True,
            detail=say(
                "{level}, proven by denial checks; not a better one: {reasons}", level=level.value, reasons=reasons
            ),
        )
    return Finding("sandbox", ok=True, detail=say("{level}, proven by denial checks", level=level.value))
