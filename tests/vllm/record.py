"""Writes what the tiny model is taught: each scenario's prompt as it arrives at the engine, and its answer.

    .venv/bin/python tests/vllm/record.py EXAMPLES.json

The scenarios are played through the real language server and the real gateway over an engine that is told what to
answer (`tests/stub_vllm.py`), so a prompt is byte for byte what a developer's editor will cause later. A scenario whose
answer is not accepted by the task's own checks fails here.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import stack  # noqa: E402
from drive import play  # noqa: E402
from scenarios import ADAPTERS, BASE, FURTHER, Scenario  # noqa: E402
from stub_vllm import Running, stub  # noqa: E402

Json = dict[str, Any]


async def recorded(upstream: Running, editor: Any, scenario: Scenario) -> Json:
    """One row. Raises SystemExit when the answer does not come back to the editor."""
    await upstream.behave(texts=[scenario.answer])
    before = len(await requests(upstream))
    seen = await play(editor, scenario)
    asked = (await requests(upstream))[before:]
    if not asked:
        raise SystemExit(f"{scenario.name}: nothing was asked of the engine; the editor got {seen}")
    if scenario.task == "complete" and seen != scenario.answer:
        raise SystemExit(f"{scenario.name}: the editor got {seen!r} for {scenario.answer!r}")
    if isinstance(seen, dict) and seen.get("declined"):
        raise SystemExit(f"{scenario.name}: {json.dumps(seen, indent=1)}")
    if isinstance(seen, dict) and not str(seen.get("origin")).startswith("model"):
        raise SystemExit(f"{scenario.name}: answered by {seen.get('origin')}, not by the model: {json.dumps(seen)}")
    body = asked[0]["body"]
    kept = {name: body[name] for name in ("prompt", "messages") if name in body}
    return {"name": scenario.name, **kept, "answer": scenario.answer}


async def requests(upstream: Running) -> list[Json]:
    """Generations so far, without the probes of readiness (one token)."""
    return [row for row in (await upstream.state())["requests"] if row["body"].get("max_tokens") != 1]


async def record() -> Json:
    """All rows."""
    rows: dict[str, Json] = {}
    with tempfile.TemporaryDirectory(prefix="bank-copilot-record-") as name:
        folder = Path(name).resolve()
        async with stub() as upstream:
            await upstream.behave(models=[stack.MODEL])
            async with (
                stack.gateway(folder / "gateway", engine=upstream.url) as gateway,
                stack.editor(folder, gateway) as editor,
                stack.editor(folder / "model", gateway, engine="model") as alone,
            ):
                for scenario in BASE:  # what the embedded engine finds is asked of a model only where it stands alone
                    asking = alone if scenario.task in ("complete", "tests") and scenario is not FURTHER else editor
                    rows[scenario.name] = await recorded(upstream, asking, scenario)
    told = {"base": list(rows.values()), "adapters": {}}
    for adapter, answers in ADAPTERS.items():
        told["adapters"][adapter] = [{**rows[name], "answer": answer} for name, answer in answers.items()]
    if str(folder) in json.dumps(told):
        raise SystemExit("a prompt holds the path of the developer's folder")
    return told


def main(target: Path) -> None:
    """Write the file."""
    told = asyncio.run(record())
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", "utf-8")
    print(f"{len(told['base'])} examples")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
