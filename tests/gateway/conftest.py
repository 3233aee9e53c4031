"""The real gateway, a process of its own, before a programmable engine; started once, put back between tests."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.request
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import psutil
import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from stub_vllm import Behaviour, Running  # noqa: E402 -- a script beside the tests

COMMAND = Path(sys.executable).with_name("bank-copilot")

CONFIG = """
[server]
port = 0
drain_s = 5
max_body_kb = 256
body_timeout_s = 1

[store]
url = "sqlite:///{folder}/gateway.db"

[audit]
folder = "{folder}/audit"

[limits]
key_requests_per_minute = 100000
key_tokens_per_minute = 0
key_concurrent = 0
team_requests_per_minute = 0
team_tokens_per_minute = 0

[upstreams.main]
url = "{upstream}"
active = 512
queued = 512

[upstreams.hasty]
url = "{upstream}"
first_byte_s = 0.4
idle_s = 0.4

[upstreams.narrow]
url = "{upstream}"
active = 2
queued = 40
queue_s = 20

[upstreams.shut]
url = "{upstream}"
active = 1
queued = 1
queue_s = 0.4

[upstreams.dead]
url = "http://127.0.0.1:9"
connect_s = 1

[models.bank-coder]
upstream = "main"
served = "stub"
family = "qwen2.5-coder"
tasks = ["complete", "generate", "fix", "comment", "tests", "explain", "review", "chat"]

[models.bank-talker]
upstream = "main"
served = "stub"
family = "chat"
{others}
"""


@dataclass
class Gateway:
    """`key` is team alpha's developer, `other` team beta's, `poor` a team with small limits."""

    url: str
    process: psutil.Process
    folder: Path
    upstream: Running
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.keys["alpha"]

    def errors(self) -> str:
        """All that it wrote to stderr and, after its first line, to stdout."""
        return (self.folder / "log").read_text()

    def records(self) -> list[dict[str, Any]]:
        """The audit journal's records."""
        lines = [
            line for path in sorted((self.folder / "audit").glob("*.jsonl")) for line in path.read_text().splitlines()
        ]
        return [json.loads(line)["record"] for line in lines]

    def record(self, request: str) -> dict[str, dict[str, Any]]:
        """The records of one request by direction."""
        return {r["direction"]: r for r in self.records() if r["request"] == request}

    def upstream_connections(self) -> int:
        port = int(self.upstream.url.rsplit(":", 1)[1])
        found = self.process.net_connections("tcp")
        return sum(c.raddr.port == port for c in found if c.raddr and c.status == psutil.CONN_ESTABLISHED)

    def gauge(self, name: str, **labels: str) -> float:
        """One sample of /metrics."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        wanted = [f'{k}="{v}"' for k, v in labels.items()]
        rows = [r for r in text.splitlines() if re.match(name + r"[{ ]", r) and all(w in r for w in wanted)]
        return sum(float(row.rsplit(" ", 1)[1]) for row in rows)


def _keys(config: Path, *words: str) -> dict[str, Any]:
    done = subprocess.run([COMMAND, "keys", *words, "--config", config, "--json"], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="session")
def gateway_process(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gateway")
    program = subprocess.Popen([sys.executable, ROOT / "tests" / "stub_vllm.py"], stdout=subprocess.PIPE)
    serving = None
    try:
        stub = f"http://127.0.0.1:{int(program.stdout.readline().split()[-1])}"
        others = "\n".join(
            f'[models.bank-{name}]\nupstream = "{name}"\nserved = "stub"\nfamily = "qwen2.5-coder"\n'
            for name in ("hasty", "narrow", "shut", "dead")
        )
        config = folder / "gateway.toml"
        config.write_text(CONFIG.format(folder=folder, upstream=stub, others=others))
        _keys(config, "team", "poor", "--requests-per-minute", "3", "--concurrent", "2")
        for team in ("frugal", "thrifty", "sparing"):
            _keys(config, "team", team, "--tokens-per-minute", "3000")
        keys = {
            team: _keys(config, "create", "--team", team, "--user", "dev")["key"]
            for team in ("alpha", "beta", "poor", "frugal", "thrifty", "sparing")
        }
        with (folder / "log").open("wb") as log:
            serving = subprocess.Popen(
                [COMMAND, "serve", "--config", config], stdout=subprocess.PIPE, stderr=log, cwd=folder
            )
        line = serving.stdout.readline().decode()
        assert "listening on" in line, (folder / "log").read_text()
        url = line.split()[-1]
        yield Gateway(url, psutil.Process(serving.pid), folder, Running(stub, SimpleNamespace()), keys)
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(20) == 0
        # Whatever the tests did to it, its journal is whole.
        subprocess.run([COMMAND, "audit", "verify", folder / "audit"], check=True, stdout=subprocess.PIPE)
    finally:
        for process in (serving, program):
            if process is not None:
                with suppress(ProcessLookupError):
                    process.kill()
                process.wait()
                process.stdout.close()


@pytest.fixture
async def gateway(gateway_process):
    await gateway_process.upstream.behave(**asdict(Behaviour()))
    return gateway_process


class Client:
    """Asks as a team's developer."""

    def __init__(self, gateway: Gateway, session: aiohttp.ClientSession) -> None:
        self.gateway, self.session = gateway, session

    def post(self, path: str, body: Any, team: str = "alpha", **headers: str) -> Any:
        """An aiohttp context manager."""
        sent = {
            "Authorization": f"Bearer {self.gateway.keys[team]}",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.session.post(f"{self.gateway.url}/v1/{path}", data=data, headers=sent)

    async def ask(self, path: str, body: Any, team: str = "alpha", **headers: str) -> tuple[int, Any, Any]:
        """Status, JSON (or bytes) and headers."""
        async with self.post(path, body, team, **headers) as answer:
            data = await answer.read()
            kind = answer.headers.get("Content-Type", "")
            return answer.status, json.loads(data) if kind.startswith("application/json") else data, answer.headers

    async def stream(self, path: str, body: Any, team: str = "alpha", **headers: str) -> list[Any]:
        """The events of a stream: objects, and "[DONE]"."""
        status, data, told = await self.ask(path, {**body, "stream": True}, team, **headers)
        assert status == 200, data
        assert told["Content-Type"].startswith("text/event-stream")
        events = [event.removeprefix(b"data: ") for event in data.split(b"\n\n") if event]
        return [event.decode() if event == b"[DONE]" else json.loads(event) for event in events]

    async def sent(self) -> Any:
        """What the engine got last: path, headers, body."""
        return (await self.gateway.upstream.state())["requests"][-1]


@pytest.fixture
async def client(gateway):
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=60)
    ) as session:
        yield Client(gateway, session)
