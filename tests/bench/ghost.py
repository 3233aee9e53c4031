"""Simulated editors for `tests/bench/gateway.py`: each asks for a completion after a key, through the whole pipeline.

    COPILOT_GATEWAY_KEY=… python tests/bench/ghost.py --url URL --editors N --seconds S --gap MEAN_S --seed N [--bare]

One process, one event loop, one workspace; the time runs from the key until the proven suggestion is there (what the
language server then only writes out). Prints `asked`, `took_ms` (answered requests) and `cpu_ms` (of this process, a
request) as JSON. `--bare` editors do not draft with the embedded engine first (`completion.recent` off): a developer's
machine has that work to itself, here it is hundreds of machines' on a few cores, and the gateway's figure drowns in it.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from copilot import pipeline
from copilot.config import Completion, Gateway, Model, Settings
from copilot.types import CompleteOptions, Request, Span, Suggestion, Task, document
from copilot.workspace import Workspace

SOURCES = sorted((Path(pipeline.__file__).parent / "verify").glob("*.py"))


async def editor(workspace: Workspace, number: int, options: argparse.Namespace) -> tuple[int, list[float]]:
    """One developer: a key, a request, a pause of random length; `(asked, milliseconds of those answered)`."""
    dice = random.Random(options.seed * 1000 + number)
    base = SOURCES[number % len(SOURCES)].read_text("utf-8")
    took: list[float] = []
    asked = 0
    end = time.perf_counter() + options.seconds
    await asyncio.sleep(dice.random() * options.gap)
    while time.perf_counter() < end:
        text = f"{base}\n\ndef made_{number}_{asked}(total):\n    value = "
        path = workspace.project.root / f"editor_{number}.py"
        doc = dataclasses.replace(document(path, "python", text), version=asked)
        caret = len(doc)
        request = Request(Task.COMPLETE, doc, Span(caret, caret), CompleteOptions(), "automatic")
        start = time.perf_counter()
        asked += 1
        answer = await pipeline.suggest(request, workspace)
        if isinstance(answer, Suggestion):
            took.append((time.perf_counter() - start) * 1000)
        await asyncio.sleep(dice.expovariate(1 / options.gap))
    return asked, took


async def run(options: argparse.Namespace) -> dict[str, Any]:
    """All editors of this process."""
    with tempfile.TemporaryDirectory() as root:
        settings = Settings(
            gateway=Gateway(url=options.url),
            model=Model(complete_ms=5_000),
            completion=Completion(recent=not options.bare),
        )
        workspace = Workspace.open(Path(root), settings, engine="model")
        try:
            spent = time.process_time()
            done = await asyncio.gather(*(editor(workspace, n, options) for n in range(options.editors)))
            spent = time.process_time() - spent
        finally:
            await workspace.close()
    asked = sum(count for count, _ in done)
    return {"asked": asked, "took_ms": [ms for _, took in done for ms in took], "cpu_ms": spent * 1000 / max(1, asked)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--editors", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--gap", type=float, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bare", action="store_true", help="the editors do not draft before they ask")
    print(json.dumps(asyncio.run(run(parser.parse_args()))))
