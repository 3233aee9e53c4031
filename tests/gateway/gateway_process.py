"""The gateway as its own process over a stub engine, for tests of what is seen from outside. Plain sockets, no client
library: paths and headers go out exactly as a test writes them.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from serving.manage import desk

ROOT = Path(__file__).parents[2]
COMMAND = str(Path(sys.executable).with_name("bank-copilot"))

CONFIG = """
[server]
port = 0
drain_s = {drain_s}
body_timeout_s = 2
header_timeout_s = 1
max_header_kb = 16
metrics = "{metrics}"

[prompts]
folder = "prompts"
standards = "standards.md"
pins = {{ alpha = ["generate@7.1"] }}

[adapters]
root = "adapters"

[upstreams.local]
url = "{upstream}"
first_byte_s = 20

[models.coder]
upstream = "local"
served = "stub"
family = "qwen2.5-coder"
tasks = ["complete", "generate", "fix", "comment", "tests", "explain", "chat"]

[models.secret-model]
upstream = "local"
served = "stub"
family = "qwen2.5-coder"
"""


TEMPLATE = """+++
id = "generate"
version = "{version}"
languages = []
+++
## system
{text}

## user
{{{{instruction}}}}
"""


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Plane:
    """A running gateway, its stub, and keys: `admin` (team ops), `alpha` and `beta` (developers)."""

    folder: Path
    upstream: str
    stub: subprocess.Popen[bytes]
    process: subprocess.Popen[bytes] | None = None
    url: str = ""
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        return self.folder / "gateway.toml"

    def start(self) -> float:
        """Start it; seconds until its line."""
        began = time.monotonic()
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()
        with (self.folder / "stderr").open("ab") as errors:
            self.process = subprocess.Popen(
                [COMMAND, "serve", "--config", str(self.config)], stdout=subprocess.PIPE, stderr=errors, cwd="/"
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode()
        found = re.search(r"listening on (http://\S+)", line)
        assert found, (line, self.errors())
        self.url = found[1]
        return time.monotonic() - began

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it; the exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def errors(self) -> str:
        """What it wrote to stderr."""
        return (self.folder / "stderr").read_text()

    def cli(self, *words: str, code: int = 0) -> Any:
        """`bank-copilot keys …`, its JSON."""
        done = subprocess.run(
            [COMMAND, "keys", *words, "--config", str(self.config), "--json"],
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
        )
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout) if code == 0 else done.stderr

    def connection(self) -> HTTPConnection:
        return HTTPConnection(self.url.removeprefix("http://"), timeout=30)

    def ask(self, method: str, path: str, body: Any = None, *, key: str | None = "", **headers: str) -> Answer:
        """One request; `key` is a name of `keys` or a key itself, empty for none."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if key:
            sent["Authorization"] = f"Bearer {self.keys.get(key, key)}"
        data = body
        if body is not None and not isinstance(body, bytes):
            data = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        connection = self.connection()
        try:
            connection.putrequest(method, path, skip_host=False, skip_accept_encoding=True)
            for name, value in sent.items():
                connection.putheader(name, value)
            if data is not None:
                connection.putheader("Content-Length", str(len(data)))
            connection.endheaders(data)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def behave(self, **fields: Any) -> None:
        """Tell the stub what to do."""
        self._stub(json.dumps(fields).encode())

    def seen(self) -> Any:
        """What the stub counted."""
        return self._stub(None)

    def _stub(self, body: bytes | None) -> Any:
        with urllib.request.urlopen(urllib.request.Request(f"{self.upstream}/_stub", data=body), timeout=10) as answer:
            return json.loads(answer.read())


@contextmanager
def plane(*, drain_s: float = 5, metrics: str = "loopback", extra: str = "", start: bool = True) -> Iterator[Plane]:
    """A gateway over a stub of its own."""
    with tempfile.TemporaryDirectory(prefix="gateway-") as folder:
        stub = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "stub_vllm.py")],
            stdout=subprocess.PIPE,
            cwd="/",
            env=dict(os.environ),
        )
        assert stub.stdout is not None
        upstream = f"http://127.0.0.1:{int(stub.stdout.readline().split()[-1])}"
        made = Plane(Path(folder), upstream, stub)
        for layer, version in (("alpha", "7.1"), ("all", "7.0")):
            file = made.folder / "prompts" / layer / "generate" / "default.md"
            file.parent.mkdir(parents=True)
            file.write_text(TEMPLATE.format(version=version, text=f"As {layer} want it."))
        (made.folder / "standards.md").write_text("Money is Decimal.\n")
        made.config.write_text(CONFIG.format(upstream=upstream, drain_s=drain_s, metrics=metrics) + extra)
        try:
            with desk(made.config) as at:  # as `bank-copilot keys` does it, without three more processes
                at.set_team("beta", ["coder"], {})
                for name, team, user, role in (
                    ("admin", "ops", "root", "admin"),
                    ("alpha", "alpha", "ann", "developer"),
                    ("beta", "beta", "bob", "developer"),
                ):
                    made.keys[name] = at.create(team, user, role, 365, {})["key"]
            if start:
                made.start()
            yield made
        finally:
            for process in (made.process, stub):
                if process is not None:
                    with suppress(ProcessLookupError):
                        process.kill()
                    process.wait(10)
                    if process.stdout is not None:
                        process.stdout.close()
