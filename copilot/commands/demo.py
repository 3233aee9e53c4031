"""`bank-copilot demo`: the main job, played through the real language server on a temporary copy of the sample.

Every step prints what an editor would show and checks what it expects; a failed expectation fails the demo.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from copilot import samplebank
from copilot.commands import session
from copilot.commands.editor import Editor, JsonObject, ServerGone
from copilot.commands.scenes import SCENES, Stage, Unmet, own_script
from copilot.messages import locale, say


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("--json", action="store_true", help=say("one JSON object on stdout"))
    parser.add_argument("--keep", type=Path, metavar="DIR", help=say("play in this new folder and leave it there"))


def run(options: argparse.Namespace) -> int:
    """0 when every step met its expectation, else 1."""
    os.environ["BANK_COPILOT_USAGE_COUNT"] = "false"  # nobody's work
    if options.keep is not None:
        return asyncio.run(_play(samplebank.copy_to(options.keep.resolve()), options))
    with tempfile.TemporaryDirectory(prefix="bank-copilot-demo-") as folder:
        return asyncio.run(_play(samplebank.copy_to(Path(folder).resolve()), options))


async def _play(folder: Path, options: argparse.Namespace) -> int:
    command = [own_script(), "lsp", "--stdio"]
    roots = [folder / name for name in samplebank.LANGUAGES]
    editor = await Editor.start(command, roots, locale())
    stage, results = Stage(editor, folder, options.json), []
    try:
        for title, step in SCENES:
            results.append(await _step(stage, say(title), step))
        code = await editor.stop()
        results.append({"step": say("server shuts down"), "ok": code == 0, "seen": [], "why": "", "s": 0.0})
    finally:
        await editor.kill()
    return _summary(results, options)


async def _step(stage: Stage, title: str, step: Callable[[Stage], Awaitable[None]]) -> JsonObject:
    stage.seen = []
    if not stage.quiet:
        sys.stdout.write(f"\n== {title}\n")
    started, why = time.perf_counter(), ""
    try:
        await step(stage)
    except (Unmet, ServerGone, RuntimeError, TimeoutError) as error:
        why = f"{type(error).__name__}: {error}"
    took = time.perf_counter() - started
    if not stage.quiet:
        sys.stdout.write(f"   {'ok' if not why else 'FAILED: ' + why}  ({took:.1f} s)\n")
        sys.stdout.flush()
    return {"step": title, "ok": not why, "why": why, "s": round(took, 2), "seen": list(stage.seen)}


def _summary(results: list[JsonObject], options: argparse.Namespace) -> int:
    failed = [row for row in results if not row["ok"]]
    if options.json:
        session.print_json({"steps": results, "failed": len(failed)})
    else:
        text = say("{good} of {all} steps as expected", good=len(results) - len(failed), all=len(results))
        sys.stdout.write(f"\n== {text}\n")
        for row in failed:
            sys.stdout.write(f"   FAILED {row['step']}: {row['why']}\n")
    return 1 if failed else 0
