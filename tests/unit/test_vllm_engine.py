"""The supervisor over real processes: a stand-in that answers HTTP like vLLM, started as vLLM is."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from serving import vllm
from serving.config import Upstream, Vllm
from serving.store import StoreError

STUB = Path(__file__).parents[1] / "stub_vllm.py"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An 'interpreter' that starts the stub, with a child of its own as vLLM has; `plan` says how it behaves."""
    port = free_port()
    script = tmp_path / "python"
    script.write_text(
        f"""#!{sys.executable}
import os, subprocess, sys, time
plan = open({str(tmp_path / "plan")!r}).read().split(None, 1)
with open({str(tmp_path / "starts")!r}, "a") as starts:
    starts.write(repr((sys.argv, sorted(os.environ))) + "\\n")
if plan[0] == "die":
    sys.exit("(APIServer pid=7) INFO 11-22 20:40:01 [x.py:1] fine\\n" + plan[1])
worker = subprocess.Popen([sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"])
open({str(tmp_path / "worker")!r}, "w").write(str(worker.pid))
if plan[0] == "sleep":
    time.sleep(600)
os.execv({sys.executable!r}, [{sys.executable!r}, {str(STUB)!r}, "--port", "{port}"])
"""
    )
    script.chmod(0o755)
    (tmp_path / "plan").write_text("serve")
    monkeypatch.setattr(vllm, "PAUSES_S", (0.05,))
    monkeypatch.setattr(vllm, "HEALTH_S", 0.1)
    monkeypatch.setattr(vllm.keeper, "GRACE_S", 0.5, raising=False)
    monkeypatch.setattr(vllm, "GRACE_S", 0.5)
    return tmp_path, port


@pytest.fixture
async def engine(place):
    folder, port = place
    said: list[tuple[str, str]] = []
    settings = Vllm(
        upstream="main",
        platform="cpu",
        python=str(folder / "python"),
        model="/m",
        served=("stub",),
        start_s=20,
        log=folder / "engine.log",
    )
    made = vllm.Engine(settings, Upstream(url=f"http://127.0.0.1:{port}"), lambda *words: said.append(words))
    made.told = said
    yield made
    await made.stop()


def worker(folder: Path) -> int:
    return int((folder / "worker").read_text())


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def until(condition, seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


async def test_it_starts_says_ready_after_a_generated_token_and_leaves_no_process(engine, place):
    folder, _ = place
    await engine.start()
    assert engine.state == "starting"
    await engine.ready()
    assert engine.state == "ready"
    assert engine.told == [("vllm", "")]
    first = engine.group
    await engine.stop()
    assert engine.state == "stopped"
    await until(lambda: gone(first) and gone(worker(folder)))


async def test_an_engine_that_is_killed_comes_back_and_both_are_said(engine, place):
    folder, _ = place
    await engine.start()
    await engine.ready()
    first, first_worker = engine.group, worker(folder)
    os.killpg(first, signal.SIGKILL)
    await until(lambda: engine.starts == 2 and engine.state == "ready")
    assert engine.told == [("vllm", ""), ("vllm", "vLLM ended (by SIGKILL)."), ("vllm", "")]
    assert engine.group != first
    assert gone(first_worker)


async def test_a_registry_of_adapters_that_is_away_delays_the_next_start_and_does_not_end_the_keeping(place):
    folder, port = place
    said, asked = [], []

    async def adapters():
        asked.append(len(asked))
        if len(asked) in {2, 3}:
            raise StoreError("The database of keys and teams cannot be read.")
        return {}

    settings = Vllm(
        upstream="main",
        platform="cpu",
        python=str(folder / "python"),
        model="/m",
        served=("stub",),
        start_s=20,
        lora=True,
    )
    upstream = Upstream(url=f"http://127.0.0.1:{port}")
    engine = vllm.Engine(settings, upstream, lambda *words: said.append(words), adapters=adapters)
    try:
        await engine.start()
        await engine.ready()
        os.killpg(engine.group, signal.SIGKILL)
        await until(lambda: engine.starts == 2 and engine.state == "ready")
        assert [text for _, text in said].count("The database of keys and teams cannot be read.") == 2
    finally:
        await engine.stop()


async def test_when_only_the_first_process_dies_its_workers_are_ended_too(engine, place):
    folder, _ = place
    await engine.start()
    await engine.ready()
    first_worker = worker(folder)
    os.kill(engine.group, signal.SIGKILL)
    await until(lambda: engine.starts == 2 and engine.state == "ready")
    assert gone(first_worker)


async def test_an_engine_that_answers_health_but_generates_nothing_is_started_again(engine, place, monkeypatch):
    monkeypatch.setattr(vllm, "GENERATE_EVERY_S", 0.1)
    monkeypatch.setattr(vllm, "GENERATE_WITHIN_S", 0.2)
    await engine.start()
    await engine.ready()
    await vllm.ask(engine.upstream, "POST", "/_stub", {"fault": "hang"})
    await until(lambda: engine.starts == 2 and engine.state == "ready")
    assert "does not answer" in engine.told[1][1]


async def test_dying_before_it_was_ever_ready_is_final_and_carries_its_own_last_error_line(engine, place):
    folder, _ = place
    (folder / "plan").write_text(
        "die (EngineCore pid=9) ERROR 11-22 20:40:02 [core.py:7] ValueError: No available memory for the cache blocks.\n"
        "(APIServer pid=7) RuntimeError: Engine core initialization failed. See root cause above."
    )
    began = time.monotonic()
    await engine.start()
    with pytest.raises(vllm.EngineFailed) as caught:
        await engine.ready()
    assert time.monotonic() - began < 5
    assert str(caught.value) == ("vLLM ended while starting: ValueError: No available memory for the cache blocks.")
    assert engine.state == "failed"
    await asyncio.sleep(0.2)
    assert engine.starts == 1
    assert b"No available memory" in (folder / "engine.log").read_bytes()
    assert (folder / "engine.log").stat().st_mode & 0o077 == 0


async def test_an_engine_that_takes_too_long_is_ended_and_its_deadline_named(engine, place):
    folder, _ = place
    (folder / "plan").write_text("sleep")
    engine.settings = engine.settings.model_copy(update={"start_s": 1.0})
    await engine.start()
    with pytest.raises(vllm.EngineFailed, match=r"not ready within 1 s \(vllm.start_s\)"):
        await engine.ready()
    await until(lambda: gone(worker(folder)))


async def test_a_missing_interpreter_and_a_taken_port_are_said_at_once(engine, place):
    folder, port = place
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(vllm.EngineFailed, match="already listens"):
            await engine.start()
    (folder / "python").unlink()
    with pytest.raises(vllm.EngineFailed, match="FileNotFoundError"):
        await engine.start()


async def test_no_process_survives_a_gateway_that_is_killed(place):
    folder, port = place
    program = f"""
import asyncio
from serving import vllm
from serving.config import Upstream, Vllm
async def main():
    settings = Vllm(upstream="m", platform="cpu", python={str(folder / "python")!r}, model="/m", served=("stub",))
    engine = vllm.Engine(settings, Upstream(url="http://127.0.0.1:{port}"), lambda *_: None)
    await engine.start()
    await engine.ready()
    print(engine.group, flush=True)
    await asyncio.sleep(600)
vllm.GRACE_S = 0.5
asyncio.run(main())
"""
    gateway = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        group = int(await asyncio.to_thread(gateway.stdout.readline))
    finally:
        gateway.kill()
        gateway.wait()
        gateway.stdout.close()
    await until(lambda: gone(group) and gone(worker(folder)))


async def test_adapters_are_asked_for_at_every_start_and_settled_after_it(place):
    folder, port = place
    settled: list[int] = []

    async def folders():
        return {"payments": Path(f"/srv/{len(settled)}")}

    async def settle():
        settled.append(1)

    settings = Vllm(
        upstream="main", platform="cpu", python=str(folder / "python"), model="/m", served=("stub",), lora=True
    )
    made = vllm.Engine(
        settings, Upstream(url=f"http://127.0.0.1:{port}"), lambda *_: None, adapters=folders, on_ready=settle
    )
    try:
        await made.start()
        await made.ready()
        os.killpg(made.group, signal.SIGKILL)
        await until(lambda: len(settled) == 2)
    finally:
        await made.stop()
    first, second = (folder / "starts").read_text().splitlines()
    assert "payments=/srv/0" in first
    assert "payments=/srv/1" in second
    assert "VLLM_ALLOW_RUNTIME_LORA_UPDATING" in second


async def test_a_foreign_engine_is_looked_over(place):
    _, port = place
    upstream = Upstream(url=f"http://127.0.0.1:{port}")
    assert await vllm.attached(upstream, ("stub",)) == (False, ("it does not answer (ConnectionRefusedError).",))
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(STUB), "--port", str(port), "--old", stdout=asyncio.subprocess.PIPE
    )
    try:
        await process.stdout.readline()
        answers, said = await vllm.attached(upstream, ("stub", "other"))
    finally:
        process.kill()
        await process.wait()
    assert answers
    assert [line.split(" (")[0] for line in said] == [
        "it does not serve other",
        "it does not know cache_salt",
        "its developer mode is on",
    ]
