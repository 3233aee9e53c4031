"""The real server with a few requests of its own, so that a test can look inside from outside.

Run as a program; arguments are `lsp.main.main`'s: `[--tcp PORT | --engine NAME]`. `PROBE_MANAGED` names a file that
stands for the administrator's.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Any

from copilot import config_sources
from copilot.errors import UsageError
from copilot.progress import report
from copilot.types import Edit, Span
from lsp import convert, main, server
from lsp.features.acceptance import Sender


def register(probed: server.Server) -> None:
    @probed.feature("probe/text")
    def text(params: Any) -> Any:
        document = probed.snapshot(params["uri"])
        return {"text": document.text.decode(), "version": document.version, "encoding": document.encoding}

    @probed.feature("probe/wait")
    async def wait(_params: Any) -> str:
        await asyncio.sleep(60)
        return "not cancelled"

    @probed.feature("probe/crash")
    async def crash(params: Any) -> object:
        content = probed.snapshot(params["uri"]).text.decode()
        if params["how"] == "known":
            raise UsageError("A known error.")
        if params["how"] == "background":
            probed.spawn(_fail(content))
        elif params["how"] == "callback":
            asyncio.get_running_loop().call_soon(_raise, content)
        elif params["how"] == "compile":
            compile(content, content[:20], "exec")
        elif params["how"] == "reply":
            return object()  # cannot be written as JSON
        else:
            _raise(content)
        return None

    @probed.feature("probe/notified")
    def notified(params: Any) -> None:
        _raise(params["content"])

    @probed.feature("probe/work")
    async def work(params: Any) -> str:
        async with probed.working("Working", params.get("workDoneToken")):
            for step in range(params["steps"]):
                report(f"step {step}", step / params["steps"])
                await asyncio.sleep(0.12)
        return "done"

    @probed.feature("probe/stale")
    async def stale(params: Any) -> bool:
        document = probed.snapshot(params["uri"])
        await asyncio.sleep(params["seconds"])
        return probed.is_stale(document)

    @probed.feature("probe/edit")
    async def edit(params: Any) -> bool:
        path = convert.path_of(params["uri"])
        document = probed.document(path)
        edits = [Edit(path, Span(*params["span"]), params["new"])]
        if params.get("also"):
            edits.append(Edit(Path(params["also"]), Span(0, 0), "fresh\n"))
        if params.get("wait"):
            await asyncio.sleep(params["wait"])
        return await probed.apply_edit(edits, "Probe", documents=(document,) if document else ())

    clock = [0.0]
    probed.usage.now = lambda: clock[0]
    sender = Sender(probed)

    @probed.feature("probe/advance")
    async def advance(params: Any) -> None:
        """The counts' clock moves on; what is due then is done."""
        clock[0] += params["seconds"]
        probed.usage.tick()

    @probed.feature("probe/quiet")
    async def quiet(_params: Any) -> None:
        """What was begun in a thread has been done."""
        for name in ("_start", "start", "_in_thread"):  # each begins the next
            tasks = [task for task in probed._tasks if getattr(task.get_coro(), "__name__", "") == name]
            await asyncio.gather(*tasks)

    @probed.feature("probe/keep")
    async def keep(_params: Any) -> None:
        await sender.keep()

    @probed.feature("probe/send")
    async def send(_params: Any) -> bool:
        return await sender.send()

    @probed.command("probe.sleep")
    async def sleep(seconds: float) -> str:
        await asyncio.sleep(seconds)
        return "slept"

    @probed.feature("probe/block")
    async def block(params: Any) -> None:
        await asyncio.get_running_loop().run_in_executor(probed.executor, time.sleep, params["seconds"])


async def _fail(content: str) -> None:
    _raise(content)


def _raise(content: str) -> None:
    raise ValueError(content)


if __name__ == "__main__":
    given = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
    if managed := os.environ.get("PROBE_MANAGED"):
        config_sources.managed_file = lambda _environ=None: Path(managed)
    probed = main.create(given.get("--engine", "replay"))
    register(probed)
    sys.exit(main.serve(probed, tcp=int(given["--tcp"]) if "--tcp" in given else None))
