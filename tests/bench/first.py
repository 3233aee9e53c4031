"""Milliseconds from the command to the first verified test, in an editor's session with a real server process.

    python tests/bench/first.py

Each function of the sample's modules is asked about once, in a server that has answered one such question before (the
sandbox is probed once a process).
"""

from __future__ import annotations

import asyncio
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

from report import Figure

from copilot import samplebank
from copilot.commands.editor import Editor

SCRIPT = Path(sys.executable).with_name("bank-copilot")
MODULES = ("fees", "interest", "iban", "fx", "limits", "cards")
MOST = 12


async def _asked(editor: Editor, path: Path, name: str) -> tuple[float, float] | None:
    """(ms to the first verified test, ms to the answer); None when nothing was offered."""
    text = editor.texts[path]
    at = text.index(f"def {name}(") + 4
    editor.progress.clear()
    began = time.perf_counter()
    arguments = [path.as_uri(), editor.range(path, at, at + len(name))]
    asking = asyncio.ensure_future(
        editor.request("workspace/executeCommand", {"command": "bankCopilot.tests", "arguments": arguments})
    )
    first = None
    while not asking.done():
        if first is None and any(message.startswith("verified: ") for message in editor.progress):
            first = (time.perf_counter() - began) * 1000
        await asyncio.sleep(0.005)
    answer = await asking
    whole = (time.perf_counter() - began) * 1000
    return (first or whole, whole) if answer.get("applied") else None


async def _session(root: Path) -> list[tuple[float, float]]:
    editor = await Editor.start([str(SCRIPT), "lsp", "--stdio"], [root], "en")
    try:
        took = []
        for module in MODULES:
            path = root / "bank" / f"{module}.py"
            editor.open(path, "python")
            names = re.findall(r"^def ([a-z]\w*)\(", editor.texts[path], re.MULTILINE)
            for name in names:
                if len(took) < MOST + 1 and (one := await _asked(editor, path, name)) is not None:
                    took.append(one)
                    print(f"{module}.{name:30} first {one[0]:6.0f} ms, whole {one[1]:6.0f} ms", flush=True)
        await editor.stop()
        return took[1:]
    finally:
        await editor.kill()


def first() -> list[Figure]:
    """How long a developer waits."""
    with tempfile.TemporaryDirectory(prefix="bank-copilot-first-") as folder:
        root = samplebank.copy_to(Path(folder).resolve() / "sample") / "python"
        took = asyncio.run(_session(root))
    return [
        Figure("tests.first_ms", statistics.median(one for one, _ in took), "ms", "<=", 2500),
        Figure("tests.first_ms_most", max(one for one, _ in took), "ms"),
        Figure("tests.first_ms_whole", statistics.median(whole for _, whole in took), "ms"),
        Figure("tests.first_ms_functions", len(took), ""),
    ]


if __name__ == "__main__":
    print(*first(), sep="\n")
