"""The gateway's figures beside a bare pass-through and LiteLLM in one run: `python tests/bench/gateway.py`.

All three stand before the same stub upstream (`tests/stub_vllm.py`), one process each. CPU is the gateway process' own
(all threads, from the kernel), divided by the requests answered; ours has keys, limits, content review both ways, audit
(two records a request, durable) and metrics on. LiteLLM lives in an environment of its own (`make bench-gateway` makes it)
and has neither database nor callbacks.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cost import cpu_ms, rss_mb
from report import Figure, publish

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))

from stub_vllm import Running, stub  # noqa: E402 -- a script beside the package

SCRIPT = Path(sys.executable).with_name("bank-copilot")
LITELLM = ROOT / "build" / "litellm" / "bin"
LITELLM_VERSION = "1.106.2"
PROMPT_BYTES = 8_000
CANCELS = 1_000
EDITORS = 200
WORKERS = 2


@dataclass
class Gateway:
    """A running gateway."""

    name: str
    process: subprocess.Popen[bytes]
    port: int
    key: str
    start_s: float

    def cpu_s(self) -> float:
        """CPU seconds so far, all threads."""
        return cpu_ms(self.process.pid) / 1000

    def rss_mb(self) -> float:
        """Resident memory."""
        return rss_mb(self.process.pid)


def free_port() -> int:
    """A port nobody holds now."""
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@asynccontextmanager
async def started(
    name: str, command: list[str], port: int, key: str, probe: str, environ: dict[str, str] | None = None
) -> AsyncIterator[Gateway]:
    """A gateway from its start to its end; `start_s` ends with the first answered request to `probe`."""
    begun = time.perf_counter()
    with (ROOT / "build" / f"bench-{name}.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **(environ or {})})
    try:
        while True:
            if process.poll() is not None:
                raise SystemExit(f"{name} ended at its start, see build/bench-{name}.log")
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}{probe}", timeout=5):
                break
            await asyncio.sleep(0.02)
        yield Gateway(name, process, port, key, time.perf_counter() - begun)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@asynccontextmanager
async def ours(upstream: Running, folder: Path) -> AsyncIterator[Gateway]:
    """`bank-copilot serve` with everything on, and limits that do not bite."""
    port = free_port()
    config = folder / "gateway.toml"
    config.write_text(
        f"""
[server]
port = {port}
[store]
url = "sqlite:///{folder}/gateway.db"
[audit]
folder = "{folder}/audit"
[limits]
key_requests_per_minute = 1000000
key_tokens_per_minute = 1000000000
key_concurrent = 1000
team_requests_per_minute = 1000000
team_tokens_per_minute = 1000000000
[upstreams.main]
url = "{upstream.url}"
active = 256
queued = 4096
[models.stub]
upstream = "main"
served = "stub"
family = "qwen2.5-coder"
context_tokens = 8192
tasks = ["complete", "generate", "fix", "comment", "tests", "explain", "chat"]
"""
    )
    made = subprocess.run(
        [SCRIPT, "keys", "create", "--config", config, "--team", "bench", "--user", "bench", "--json"],
        stdout=subprocess.PIPE,
        check=True,
    )
    key = json.loads(made.stdout)["key"]
    async with started("gateway", [str(SCRIPT), "serve", "--config", str(config)], port, key, "/health") as running:
        yield running


@asynccontextmanager
async def bare(upstream: Running) -> AsyncIterator[Gateway]:
    """FastAPI and aiohttp, nothing else."""
    port = free_port()
    command = [sys.executable, str(HERE / "passthrough.py"), upstream.url, str(port)]
    async with started("passthrough", command, port, "none", "/health") as running:
        yield running


@asynccontextmanager
async def litellm(upstream: Running, folder: Path) -> AsyncIterator[Gateway]:
    """LiteLLM's proxy: one worker, no database, no callbacks."""
    port = free_port()
    key = "sk-" + os.urandom(24).hex()
    config = folder / "litellm.yaml"
    config.write_text(
        f"""
model_list:
  - model_name: stub
    litellm_params: {{model: hosted_vllm/stub, api_base: "{upstream.url}/v1", api_key: none}}
general_settings: {{master_key: "{key}"}}
litellm_settings: {{telemetry: false}}
"""
    )
    command = [str(LITELLM / "litellm"), "--config", str(config), "--port", str(port), "--host", "127.0.0.1"]
    environ = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False", "NO_PROXY": "127.0.0.1"}
    async with started("litellm", command, port, key, "/health/liveliness", environ) as running:
        yield running


def request(key: str, port: int, *, stream: bool, model: str = "stub") -> bytes:
    """One chat request of about 8 KB as bytes: source code, no secrets, as developers send it."""
    source = (ROOT / "copilot" / "pipeline.py").read_text("utf-8")[:PROMPT_BYTES]
    body = json.dumps(
        {
            "model": model,
            "messages": [{"role": "system", "content": "You write code."}, {"role": "user", "content": source}],
            "max_tokens": 256,
            "temperature": 0,
            "stream": stream,
        }
    ).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nauthorization: Bearer {key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def load(gateway: Gateway, data: bytes, count: int, *more: str, concurrency: int = 8) -> dict[str, Any]:
    """Run the load generator in a process of its own."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        command = [str(HERE / "load.py"), "127.0.0.1", str(gateway.port), file.name, "--count", str(count)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, "--concurrency", str(concurrency), *more, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await process.communicate()
    found: dict[str, Any] = json.loads(out)
    if found["bad"]:
        raise SystemExit(f"{gateway.name}: {found['bad']} of {count} requests failed")
    return found


@dataclass
class Cost:
    """What one gateway costs: CPU milliseconds a request, requests a CPU second, memory after it all."""

    plain_ms: float
    plain_single_ms: float
    stream_ms: float
    rps: float
    rss_mb: float
    start_s: float


async def cost(gateway: Gateway, scale: float = 1.0) -> Cost:
    """Measure one gateway; `scale` shortens the run of a slow one. The median of three runs each."""

    async def each(stream: bool, count: int, concurrency: int) -> tuple[float, float]:
        data = request(gateway.key, gateway.port, stream=stream)
        await load(gateway, data, max(20, count // 10), concurrency=concurrency)
        took = []
        rate = []
        for _ in range(3):
            before = gateway.cpu_s()
            found = await load(gateway, data, count, concurrency=concurrency)
            used = gateway.cpu_s() - before
            took.append(used * 1000 / count)
            rate.append(count / found["seconds"])
        return statistics.median(took), statistics.median(rate)

    plain, _ = await each(stream=False, count=int(1500 * scale), concurrency=8)
    single, _ = await each(stream=False, count=int(500 * scale), concurrency=1)
    streamed, _ = await each(stream=True, count=int(500 * scale), concurrency=8)
    return Cost(plain, single, streamed, 1000 / plain, gateway.rss_mb(), gateway.start_s)


async def abort_ms(gateway: Gateway, upstream: Running) -> list[float]:
    """Milliseconds from a client's disconnect until the upstream has noticed, streaming and not."""
    took = []
    for number in range(40):
        data = request(gateway.key, gateway.port, stream=number % 2 == 0)
        _, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        before = (await upstream.state())["aborted"]
        writer.write(data)
        while (await upstream.state())["running"] == 0:
            await asyncio.sleep(0.002)
        start = time.perf_counter()
        writer.transport.abort()
        while (await upstream.state())["aborted"] == before:
            await asyncio.sleep(0.001)
            if time.perf_counter() - start > 10:
                raise SystemExit("an abort never reached the upstream")
        took.append((time.perf_counter() - start) * 1000)
    return took


async def orphans(gateway: Gateway, upstream: Running) -> float:
    """Generations still running upstream a second after the last of 1,000 cancelled streams."""
    await upstream.behave(fault="", ttft_ms=20, chunk_ms=20)
    data = request(gateway.key, gateway.port, stream=True)
    await load(gateway, data, CANCELS, "--cancel-ms", "300", concurrency=50)
    await asyncio.sleep(1)
    return float((await upstream.state())["running"])


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20)[18]


async def ghost(gateway: Gateway, seconds: float, gap_s: float, *, bare: bool) -> dict[str, Any]:
    """`tests/bench/ghost.py` in a few processes: simulated editors that type through the whole pipeline."""

    async def worker(number: int) -> dict[str, Any]:
        command = [str(HERE / "ghost.py"), "--url", f"http://127.0.0.1:{gateway.port}", "--seed", str(number)]
        more = ["--editors", str(EDITORS // WORKERS), "--seconds", str(seconds), "--gap", str(gap_s)]
        more += ["--bare"] * bare
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            *more,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "COPILOT_GATEWAY_KEY": gateway.key},
        )
        out, _ = await process.communicate()
        told: dict[str, Any] = json.loads(out)
        return told

    found = await asyncio.gather(*(worker(number) for number in range(WORKERS)))
    took = [ms for one in found for ms in one["took_ms"]]
    asked = sum(one["asked"] for one in found)
    cpu_ms = statistics.fmean(one["cpu_ms"] for one in found)
    return {"p95": p95(took), "p50": statistics.median(took), "asked": asked, "answered": len(took), "cpu_ms": cpu_ms}


async def measured(options: argparse.Namespace) -> list[Figure]:
    """Everything, one gateway after the other."""
    figures: list[Figure] = []

    def add(name: str, value: float, unit: str, *rest: Any, peer: float | None = None) -> None:
        ratio = None if peer is None or not value else peer / value
        figures.append(Figure(name, value, unit, *rest, peer=peer, ratio=ratio))

    with tempfile.TemporaryDirectory(prefix="bank-copilot-bench-") as name:
        folder = Path(name)
        async with stub() as upstream:
            await upstream.behave(size=1200, chunks=65)
            async with bare(upstream) as gateway:
                plain = await cost(gateway)
            rival = None
            if not options.without_litellm:
                async with litellm(upstream, folder) as gateway:
                    rival = await cost(gateway, 0.15)
            async with ours(upstream, folder) as gateway:
                own = await cost(gateway)
                peers: Callable[[str], float | None] = lambda field: getattr(rival, field) if rival else None  # noqa: E731 -- one use
                add("gw.plain_cpu_ms", own.plain_ms, "ms", "<=", 0.8, peer=peers("plain_ms"))
                add("gw.plain_cpu_ms_c1", own.plain_single_ms, "ms", peer=peers("plain_single_ms"))
                add("gw.plain_cpu_ms_bare", plain.plain_ms, "ms")
                add("gw.stream_cpu_ms", own.stream_ms, "ms", "<=", 1.8, peer=peers("stream_ms"))
                add("gw.stream_cpu_ms_bare", plain.stream_ms, "ms")
                # The same runs: review of question and answer, records and metrics are always on.
                add("gw.guarded_plain_cpu_ms", own.plain_ms, "ms", "<=", 1.0, peer=peers("plain_ms"))
                add("gw.guarded_stream_cpu_ms", own.stream_ms, "ms", "<=", 2.5, peer=peers("stream_ms"))
                figures.append(Figure("gw.rps_per_core", own.rps, "1/s", peer=peers("rps")))
                figures.append(Figure("gw.rps_per_core_bare", plain.rps, "1/s"))
                add("gw.rss_mb", own.rss_mb, "MB", "<=", 120, peer=peers("rss_mb"))
                add("gw.start_s", own.start_s, "s", "<=", 3, peer=peers("start_s"))
                await upstream.behave(fault="hang")
                took = await abort_ms(gateway, upstream)
                add("gw.abort_ms", p95(took), "ms", "<=", 200)
                add("gw.orphans", await orphans(gateway, upstream), "", "<=", 0)
                await upstream.behave(fault="", ttft_ms=80, chunk_ms=0, texts=["total"])
                for suffix, bare_editors in (("", False), ("_bare", True)):
                    found = await ghost(gateway, options.seconds, options.gap, bare=bare_editors)
                    add(f"gw.ghost{suffix}_p95_ms", found["p95"], "ms", "<=", 300)
                    add(f"gw.ghost{suffix}_p50_ms", found["p50"], "ms")
                    add(f"gw.ghost{suffix}_requests", found["asked"], "")
                    add(f"gw.ghost{suffix}_answered", found["answered"], "")
                    add(f"gw.ghost{suffix}_editor_cpu_ms", found["cpu_ms"], "ms")
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--without-litellm", action="store_true", help="skip the peer that takes half a minute to start"
    )
    parser.add_argument("--seconds", type=float, default=30, help="how long the 200 editors type")
    parser.add_argument("--gap", type=float, default=4, help="mean seconds between two requests of one editor")
    sys.exit(not publish("gateway", asyncio.run(measured(parser.parse_args()))))
