"""The path from an editor to an engine, of real processes: gateway and language server as they are installed."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "e2e"))

from raw_editor import EVERYTHING, frame, launch  # noqa: E402

ROOT = HERE.parents[1]
SCRIPT = str(Path(sys.executable).with_name("bank-copilot"))
PYTHON = ROOT / ".venv-vllm" / "bin" / "python"
MODEL = "tiny-coder"
CONTEXT = 4096

Json = dict[str, Any]

_THREADS = ThreadPoolExecutor(128)
"""The loop's own are as few as the cores: requests would wait here, not at the gateway."""


def _sum(text: str, name: str) -> float:
    rows = [line.rsplit(" ", 1) for line in text.splitlines() if line.startswith((name + "{", name + " "))]
    return sum(float(value) for _, value in rows)


def hole(prompt: str) -> Json:
    """The fields of a request whose prompt the gateway renders to this one: the text round the hole, and snippets."""
    others, first = prompt.removesuffix("<|fim_middle|>").split("<|fim_prefix|>")
    before, after = first.split("<|fim_suffix|>")
    pieces = [piece.partition("\n") for piece in others.split("<|file_sep|>")[1:]]
    if not pieces:
        return {"prompt": before, "suffix": after}
    *pieces, own = pieces
    snippets = [{"path": path, "text": text} for path, _, text in reversed(pieces)]  # the nearest first
    return {"prompt": before, "suffix": after, "copilot": {"snippets": snippets, "path": own[0], "task": "complete"}}


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Answer:
    """What HTTP gave back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """The text of the first choice."""
        choice = self.json["choices"][0]
        return choice["text"] if "text" in choice else choice["message"]["content"]


async def http(url: str, body: Any = None, *, key: str = "", method: str = "", timeout_s: float = 120) -> Answer:
    """One request; errors are answers."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data=data, headers=headers, method=method or None)

    def ask() -> Answer:
        try:
            with urllib.request.urlopen(asked, timeout=timeout_s) as got:
                return Answer(got.status, dict(got.headers), got.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, dict(error.headers), error.read())

    return await asyncio.get_running_loop().run_in_executor(_THREADS, ask)


@dataclass
class Gateway:
    """A running gateway; `keys` by team, `engine` the address of what stands behind it."""

    url: str
    engine: str
    folder: Path
    process: asyncio.subprocess.Process
    keys: dict[str, str] = field(default_factory=dict)
    admin: str = ""

    async def ask(self, path: str, body: Any = None, *, team: str = "ledger", **more: Any) -> Answer:
        """A request with a team's key."""
        return await http(self.url + path, body, key=self.keys[team], **more)

    async def manage(self, path: str, body: Any = None, **more: Any) -> Answer:
        """A request with the administrator's key."""
        return await http(self.url + path, body, key=self.admin, **more)

    async def metrics(self, name: str) -> float:
        """The sum of one of the engine's own figures, such as `vllm:num_requests_running`."""
        return _sum((await http(self.engine + "/metrics")).body.decode(), name)

    async def figure(self, name: str) -> float:
        """The sum of one of the gateway's own figures."""
        return _sum((await http(self.url + "/metrics", key=self.admin)).body.decode(), name)

    def engine_group(self) -> int:
        """The process group of vLLM, found as an operator would."""
        import psutil

        for process in psutil.Process(self.process.pid).children(recursive=True):
            told = " ".join(process.cmdline())
            if "vllm.entrypoints" in told and "keeper.py" not in told:
                return os.getpgid(process.pid)
        raise AssertionError("no engine runs")

    async def ready(self, deadline_s: float) -> None:
        """Wait until it generates. Fails at once when the gateway has ended."""
        limit = time.monotonic() + deadline_s
        while True:
            if self.process.returncode is not None:
                raise AssertionError(f"the gateway ended ({self.process.returncode}):\n{self.log()}")
            try:
                if (await http(self.url + "/ready", timeout_s=10)).json.get("status") == "ready":
                    return
            except (OSError, ValueError):
                pass
            assert time.monotonic() < limit, f"not ready within {deadline_s} s:\n{self.log()}"
            await asyncio.sleep(0.25)

    def log(self) -> str:
        """The end of what it wrote."""
        return (self.folder / "gateway.log").read_text("utf-8", "replace")[-3000:]


def configuration(folder: Path, engine: str, *, build: Path | None, adapters: Path | None, queued: int = 256) -> str:
    """The gateway's file: over an engine that it starts (`build`: a folder of `build_model.py`), or a foreign one."""
    quoted = json.dumps  # a JSON string is a TOML string
    text = f"""
[server]
port = 0
drain_s = 2
[store]
url = {quoted(f"sqlite:///{folder / 'gateway.db'}")}
[audit]
folder = {quoted(str(folder / "audit"))}
[limits]
key_requests_per_minute = 0
key_tokens_per_minute = 0
key_concurrent = 0
[upstreams.engine]
url = {quoted(engine)}
key_env = "ENGINE_KEY"
queued = {queued}
[models.{MODEL}]
upstream = "engine"
served = {quoted(MODEL)}
family = "qwen2.5-coder"
context_tokens = {CONTEXT}
tasks = ["complete", "generate", "fix", "comment", "tests", "explain", "chat"]
"""
    if adapters is not None:
        text += f"[adapters]\nroot = {quoted(str(adapters))}\n"
    if build is not None:
        text += f"""
[vllm]
upstream = "engine"
python = {quoted(str(PYTHON))}
platform = "cpu"
model = {quoted(str(build / "model"))}
served = [{quoted(MODEL)}]
max_model_len = {CONTEXT}
max_num_seqs = 8
queued_requests = 24
lora = true
max_loras = 2
cpu_kv_gib = 1
log = {quoted(str(folder / "vllm.log"))}
start_s = 400
"""
    return text


@asynccontextmanager
async def gateway(
    folder: Path, *, engine: str = "", build: Path | None = None, adapters: Path | None = None, **more: Any
) -> AsyncIterator[Gateway]:
    """A gateway in `folder`, with a key for each of two teams and one for an administrator; ended in order."""
    folder.mkdir(parents=True, exist_ok=True)
    engine = engine or f"http://127.0.0.1:{free_port()}"
    file = folder / "gateway.toml"
    file.write_text(configuration(folder, engine, build=build, adapters=adapters, **more), "utf-8")
    keys = {team: await _key(file, team) for team in ("ledger", "cards")}
    admin = await _key(file, "platform", "--admin")
    environment = {**os.environ, "ENGINE_KEY": "sk-engine-of-the-tests", "OMP_NUM_THREADS": "1"}
    with (folder / "gateway.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(SCRIPT, "serve", "--config", str(file)), stdout=asyncio.subprocess.PIPE, stderr=log, env=environment
        )
    assert process.stdout is not None
    running = Gateway("", engine, folder, process, keys, admin)
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
        assert "listening on" in line, running.log()
        running.url = line.split()[-1]
        yield running
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 40)
            except TimeoutError:
                process.kill()
                await process.wait()


async def _key(file: Path, team: str, *more: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *(SCRIPT, "keys", "create", "--team", team, "--user", "dev", "--config", str(file), "--json", *more),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(out)["key"]


def workspace(folder: Path) -> Path:
    """A fresh copy of the workspace."""
    return Path(shutil.copytree(HERE / "workspace", folder / "workspace"))


@asynccontextmanager
async def editor(
    folder: Path, at: Gateway, *, team: str = "ledger", engine: str = "auto", root: Path | None = None, **settings: str
) -> AsyncIterator[Any]:
    """A language server on a copy of the workspace in `folder`, its index ready, as a developer of `team`."""
    root = root or workspace(folder)
    environment = {
        "BANK_COPILOT_GATEWAY_URL": at.url,
        "COPILOT_GATEWAY_KEY": at.keys[team],
        "BANK_COPILOT_PYTHON_INTERPRETER": sys.executable,
        "BANK_COPILOT_MODEL_COMPLETE_MS": "15000",
        "BANK_COPILOT_COMPLETION_RECENT": "false",  # a model that knows prompts by heart: they may not depend on the order
        "XDG_CACHE_HOME": str(folder / "cache"),
        **settings,
    }
    started = await launch([SCRIPT, "lsp", "--engine", engine], folder, folder / "lsp.log", **environment)
    started.root = root
    started.answers["workspace/applyEdit"] = lambda _params: {"applied": True}
    started.answers["window/workDoneProgress/create"] = lambda _params: None
    started.answers["workspace/configuration"] = lambda params: [None for _ in params["items"]]
    started.answers["client/registerCapability"] = lambda _params: None
    try:
        folders = [{"uri": root.as_uri(), "name": "workspace"}]
        capabilities = {
            **EVERYTHING,
            "textDocument": {
                "inlineCompletion": {},
                "codeAction": {
                    "dataSupport": True,
                    "resolveSupport": {"properties": ["edit"]},
                    "codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}},
                },
            },
        }
        await started.initialize(capabilities, workspaceFolders=folders, rootUri=root.as_uri())
        async with asyncio.timeout(60):
            while True:
                status = await command(started, "bankCopilot.status")
                if status["workspaces"] and all(w["index"] == "ready" for w in status["workspaces"]):
                    break
                await asyncio.sleep(0.1)
        yield started
    finally:
        await started.abandon()


async def command(at: Any, name: str, *arguments: Any, seconds: float = 90) -> Any:
    """The result of a command."""
    at._last += 1  # its own deadline: a model on a shared CPU takes longer than Editor.send allows
    future = at._waiting[at._last] = asyncio.get_running_loop().create_future()
    params = {"command": name, "arguments": list(arguments)}
    at.raw(frame({"jsonrpc": "2.0", "id": at._last, "method": "workspace/executeCommand", "params": params}))
    return await asyncio.wait_for(future, seconds)
