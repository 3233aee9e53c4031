"""Figures that need the engine: prefix-cache hits while a developer types, and recovery when it is killed under load.

vLLM runs on CPU over the tests' tiny model: hits and recovery are real, speed says nothing about a GPU. The engine's
own counters are read; every request goes through the language server or the gateway.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "vllm"), str(HERE.parent)]

import psutil  # noqa: E402
import stack  # noqa: E402
import tiny  # noqa: E402
from report import Figure, publish  # noqa: E402
from stack import MODEL, Gateway, http  # noqa: E402

TYPED = 200
CLIENTS = 8
PATIENCE_S = 45.0
"""A request without an answer for so long is hung (the gateway's own limit for a first byte is 60 s, lowered here)."""

FUNCTION = '''

def settle_instalments(loan: dict[str, int], payments: list[int], today: int) -> dict[str, int]:
    """Apply payments to a loan in the order in which they came, oldest instalment first, and return what is left."""
    open_cents = loan["open_cents"]
    fee_cents = loan.get("fee_cents", 0)
    for payment in payments:
        if payment <= 0:
            continue
        fee_part = min(payment, fee_cents)
        fee_cents -= fee_part
        open_cents -= payment - fee_part
'''
AFTER = """

def is_settled(loan: dict[str, int]) -> bool:
    return loan["open_cents"] <= 0 and loan.get("fee_cents", 0) <= 0
"""


def source() -> str:
    """The beginning of a file of ordinary length, from the sample's own modules."""
    bank = HERE.parents[1] / "copilot" / "samplebank" / "python" / "bank"
    text = "\n\n".join((bank / name).read_text("utf-8") for name in ("payments.py", "accounts.py"))
    lines = [line for line in text.splitlines() if not line.startswith(("from __future__", "from bank", "import "))]
    return "\n".join(lines)[:3_800].rpartition("\n\n")[0]


async def typing(gateway: Gateway, folder: Path) -> list[Figure]:
    """Type a function at the end of a file, asking after every character."""
    head = source()
    at = len(FUNCTION) - TYPED
    async with stack.editor(folder, gateway, engine="model") as editor:
        uri = Path(editor.root, "ledger", "settlement.py").as_uri()
        editor.open(uri, head)
        names = ("vllm:prefix_cache_queries_total", "vllm:prefix_cache_hits_total", "vllm:request_success_total")
        before = [await gateway.metrics(name) for name in names]
        for step in range(TYPED):
            typed = head + FUNCTION[: at + step + 1]
            text = typed + AFTER
            change = {"textDocument": {"uri": uri, "version": step + 2}, "contentChanges": [{"text": text}]}
            editor.notify("textDocument/didChange", change)
            line, column = typed.count("\n"), len(typed) - typed.rfind("\n") - 1
            params = {
                "textDocument": {"uri": uri},
                "position": {"line": line, "character": column},
                "context": {"triggerKind": 2},
            }
            await editor.request("textDocument/inlineCompletion", params)
        asked, hit, _ = [await gateway.metrics(name) - was for name, was in zip(names, before, strict=True)]
    # Everything but the first request and what policy does not ask for: the engine saw so many prompts.
    mean = asked / TYPED
    print(
        f"typing: {asked:.0f} prompt tokens asked, {hit:.0f} from the cache; {len(AFTER) / len(text):.1%} after the caret"
    )
    return [
        Figure("vllm.prefix_hit_pct", 100 * hit / asked, "%", ">=", 80),
        Figure("vllm.prefix_prompt_tokens", mean, "tokens"),
    ]


async def recovery(gateway: Gateway) -> list[Figure]:
    """Kill the engine under load; what its clients see, and when they are served again."""
    rows: list[tuple[float, float, int]] = []
    ending = asyncio.Event()

    async def client(number: int) -> None:
        turn = 0
        while not ending.is_set():
            turn += 1
            began = time.monotonic()
            body = {"model": MODEL, "prompt": f"x_{number}_{turn} = ", "max_tokens": 24, "temperature": 1}
            try:
                answer = await gateway.ask("/v1/completions", body, timeout_s=PATIENCE_S)
                status = answer.status
            except OSError:
                status = 0
            rows.append((began, time.monotonic(), status))
            await asyncio.sleep(0.1 if status == 200 else 0.3)

    clients = [asyncio.create_task(client(n)) for n in range(CLIENTS)]
    await asyncio.sleep(5)
    group = engine_group(gateway)
    os.killpg(group, signal.SIGKILL)
    killed = time.monotonic()
    back = await generating(gateway)
    while not any(status == 200 and ended > back for _, ended, status in rows):
        if time.monotonic() - back > 120:
            break
        await asyncio.sleep(0.02)
    served = min((ended for _, ended, status in rows if status == 200 and ended > back), default=back + 120)
    await asyncio.sleep(3)
    ending.set()
    await asyncio.gather(*clients)
    hung = sum(1 for began, ended, status in rows if status == 0 or ended - began >= PATIENCE_S)
    longest = max(ended - began for began, ended, _ in rows if began < back)
    counts = {status: sum(1 for row in rows if row[2] == status) for status in sorted({row[2] for row in rows})}
    print(f"recovery: {len(rows)} requests {counts}, engine back {back - killed:.1f} s after it was killed")
    return [
        Figure("gw.recovery_s", served - back, "s", "<=", 5),
        Figure("gw.hung", hung, "requests", "<=", 0),
        Figure("gw.longest_answer_s", longest, "s"),
        Figure("vllm.restart_s", back - killed, "s"),
    ]


async def generating(gateway: Gateway) -> float:
    """When the engine itself generates again."""
    limit = time.monotonic() + 400
    body = {"model": MODEL, "prompt": "x", "max_tokens": 1}
    while time.monotonic() < limit:
        try:
            if (
                await http(f"{gateway.engine}/v1/completions", body, key="sk-engine-of-the-tests", timeout_s=30)
            ).status == 200:
                return time.monotonic()
        except OSError:
            pass
        await asyncio.sleep(0.05)
    raise SystemExit("the engine did not come back")


def engine_group(gateway: Gateway) -> int:
    """Process group of vLLM."""
    for process in psutil.Process(gateway.process.pid).children(recursive=True):
        words = " ".join(process.cmdline())
        if "vllm.entrypoints" in words and "keeper.py" not in words:
            return os.getpgid(process.pid)
    raise SystemExit("no engine runs")


async def main() -> bool:
    """Both parts over one engine."""
    built: Any = await asyncio.to_thread(tiny.folder)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="bank-copilot-bench-") as name:
        folder = Path(name).resolve()
        async with stack.gateway(folder / "gateway", build=built, adapters=built / "adapters") as gateway:
            await gateway.ready(400)
            figures += await typing(gateway, folder)
            figures += await recovery(gateway)
    return publish("vllm", figures)


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main()) else 1)
