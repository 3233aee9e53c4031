"""`make demo-vllm`: the main job through language server, gateway and the real vLLM, printing what an IDE would show.

The model is the tiny one of the tests (`tiny.py`): it knows these places by heart and nothing else, so that every answer is
a real generation and every step is known beforehand. Ends with what the auditor sees. Exit code 1 when a step fails.
"""

from __future__ import annotations

import asyncio
import difflib
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import stack  # noqa: E402
import tiny  # noqa: E402
from drive import complete, play, uri_of  # noqa: E402
from scenarios import ADAPTERS, FURTHER, TASKS, Scenario, named  # noqa: E402

from copilot.verify import evidence  # noqa: E402

Step = Callable[[], Awaitable[list[str]]]


async def ghost(editor: Any, scenario: Scenario, wanted: str) -> list[str]:
    """Ghost text in its line."""
    text, at = scenario.text(), scenario.at()
    line = text[text.rfind("\n", 0, at) + 1 : at]
    shown = await complete(editor, scenario)
    if (shown or "") not in wanted or not shown:
        raise AssertionError(f"shown: {shown!r}")
    return [
        f"{scenario.file}:{text.count(chr(10), 0, at) + 1}",
        f"{line}\033[2m{shown.strip()}\033[0m" if sys.stdout.isatty() else f"{line}[{shown.strip()}]",
    ]


async def task(editor: Any, scenario: Scenario) -> list[str]:
    """A change as a diff (or an explanation), with its evidence."""
    answer = await play(editor, scenario)
    if answer.get("declined"):
        raise AssertionError(f"declined: {answer['declined']} {answer.get('detail', '')}")
    rows = [f'"{scenario.instruction}"'] if scenario.instruction else []
    rows += answer["explanation"].splitlines() if "explanation" in answer else changes(editor, scenario)
    shown = "; ".join(check["detail"] or evidence.claim(check["name"]) for check in answer["checks"])
    return [*rows, f"from {answer['origin']}; evidence: {shown}"]


def changes(editor: Any, scenario: Scenario) -> list[str]:
    """What the editor was told to change, as a diff of each file."""
    rows: list[str] = []
    for change in editor.edit["documentChanges"]:
        if "edits" not in change:
            continue
        own = change["textDocument"]["uri"] == uri_of(editor, scenario)
        before = scenario.text() if own else ""
        lines = before.splitlines(keepends=True)
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line))
        after = before
        for edit in sorted(change["edits"], key=lambda e: e["range"]["start"]["line"], reverse=True):
            low, high = (
                starts[edit["range"][end]["line"]] + edit["range"][end]["character"] for end in ("start", "end")
            )
            after = after[:low] + edit["newText"] + after[high:]
        rows.append(change["textDocument"]["uri"].rsplit("/workspace/", 1)[-1])
        found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
        rows += [row for row in found if not row.startswith(("---", "+++"))]
    return rows


async def adapters(gateway: stack.Gateway) -> list[str]:
    """Two teams, one question, the team's own adapter: loaded while the engine runs, invisible to the other team."""
    name, team = "ledger-style", "ledger"
    put = await gateway.manage("/admin/adapters", {"name": name, "base": stack.MODEL, "path": name, "teams": [team]})
    if put.status == 201:
        put = await gateway.manage(f"/admin/adapters/{name}/load", method="POST")
    if put.status >= 300:
        raise AssertionError(f"{put.status}: {put.body.decode()}")
    own = await gateway.ask("/v1/models", team=team)
    other = await gateway.ask(
        "/v1/chat/completions", {"model": name, "messages": [{"role": "user", "content": "x"}]}, team="cards"
    )
    if other.status != 404 or name not in own.body.decode():
        raise AssertionError(f"{other.status} {own.body.decode()}")
    return [f"{team} may use: {', '.join(row['id'] for row in own.json['data'])}", f"cards asks for {name}: 404"]


async def audit(gateway: stack.Gateway) -> list[str]:
    """What `bank-copilot audit verify` says."""
    process = await asyncio.create_subprocess_exec(
        *(stack.SCRIPT, "audit", "verify", str(gateway.folder / "audit")), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    if process.returncode != 0:
        raise AssertionError(out.decode())
    return out.decode().splitlines()


async def main(built: Path) -> int:
    """Play everything; the number of failed steps."""
    failed = 0

    async def step(title: str, work: Awaitable[list[str]]) -> None:
        nonlocal failed
        print(f"\n== {title}", flush=True)
        begun = time.perf_counter()
        try:
            rows = await work
            verdict = "ok"
        except (AssertionError, TimeoutError, stack.Refused) as error:
            rows, verdict = [], f"FAILED: {error}"
            failed += 1
        print(
            "".join(f"    {row}\n" for row in rows) + f"   {verdict}  ({time.perf_counter() - begun:.1f} s)", flush=True
        )

    with tempfile.TemporaryDirectory(prefix="bank-copilot-demo-vllm-") as name:
        folder = Path(name).resolve()
        root = Path(shutil.copytree(built / "adapters", folder / "adapters"))
        async with stack.gateway(folder / "gateway", build=built, adapters=root) as gateway:
            print(
                f"== the gateway listens on {gateway.url}; it starts vLLM (half a minute to three on a CPU)", flush=True
            )
            await gateway.ready(400)
            async with stack.editor(folder, gateway, engine="model") as editor:
                for at in ("complete-fees-2", "complete-accounts-3", "complete-fees-java-1"):
                    await step(f"ghost text ({named(at).language})", ghost(editor, named(at), named(at).answer))
                for one in TASKS:
                    await step(f"{one.task} ({one.language})", task(editor, one))
            async with stack.editor(folder / "both", gateway) as both:
                await step("tests: recorded ones, and of the model what they leave open", task(both, FURTHER))
            await step(f"LoRA adapters ({', '.join(ADAPTERS)})", adapters(gateway))
            await step("the auditor's view", audit(gateway))
    print(f"\n== {'every step as expected' if not failed else f'{failed} steps failed'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(tiny.folder())))
