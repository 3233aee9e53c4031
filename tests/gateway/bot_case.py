"""A bot beside a forge of the simulator: its configuration, webhooks as each forge sends them, and its parts run in order."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import itertools
import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import forge_simulator
import psutil

from serving.bots import config as configuration
from serving.bots import worker
from serving.bots.config import Config
from serving.bots.jobs import Queue
from serving.bots.webhooks import Webhooks

KINDS = ("github", "gitlab", "gitea", "gitee")
INLINE = ("github", "gitlab", "gitea")
SECRETS = {
    "BOT_SECRET": "s3cr3t-of-the-webhooks-qwzx",
    "BOT_READ": "r3ad-tok3n-abcdefghijk-91",
    "BOT_WRITE": "wr1te-tok3n-lmnopqrstuv-47",
}
CONFIG = """
[server]
port = 0

[limits]
pause_s = 0.05
attempts = 3
{limits}

[policies.default]
{policy}

[forges.bank]
kind = "{kind}"
address = "{address}"
account = "bank-copilot"
projects = ["payments/*"]
secret_env = "BOT_SECRET"
read_token_env = "BOT_READ"
write_token_env = "BOT_WRITE"
timeout_s = 10
"""

UNSAFE = "import java.math.BigDecimal;\n\nclass Fee {\n    BigDecimal rate() {\n        return new BigDecimal(0.1);\n    }\n}\n"
SAFE = UNSAFE.replace("new BigDecimal(0.1)", 'new BigDecimal("0.1")')
SHIFTED = "// Copyright\n// of the bank\n" + UNSAFE

_count = itertools.count(1)


def payload(
    forge: forge_simulator.Forge, head: str, *, title: str = "A change", text: str = "", **more: Any
) -> dict[str, Any]:
    """A webhook's body in the shape that the forge documents."""
    minute, second = divmod(next(_count), 60)
    at = f"2026-11-30 {10 + minute // 60}:{minute % 60:02}:{second:02} UTC"
    if forge.kind == "gitlab":
        told: dict[str, Any] = {
            "object_kind": "merge_request",
            "event_type": "merge_request",
            "user": {"id": 1, "name": "Zhang", "username": "zhang"},
            "project": {"id": 1, "name": "core", "path_with_namespace": "payments/core", "default_branch": "main"},
            "object_attributes": {
                "id": 99, "iid": 7, "target_branch": "main", "source_branch": forge.branch, "title": title,
                "description": text, "state": "opened", "updated_at": at, "action": "update", "oldrev": "0" * 40,
                "last_commit": {"id": head, "message": text, "title": title}, "draft": False,
            },
            "labels": [], "changes": {},
        }  # fmt: skip
        told["object_attributes"] |= more
        return told
    pull = {
        "number": 7, "state": "open", "title": title, "body": text, "updated_at": at.replace(" UTC", "Z").replace(" ", "T"),
        "head": {"sha": head, "ref": forge.branch}, "base": {"ref": "main", "sha": "0" * 40},
    }  # fmt: skip
    action = {"github": "synchronize", "gitea": "synchronized", "gitee": "update"}[forge.kind]
    told = {"action": action, "number": 7, "pull_request": pull, "repository": {"full_name": "payments/core"}}
    if forge.kind == "gitee":
        told |= {"action_desc": "source_branch_changed", "hook_name": "merge_request_hooks"}
    return {**told, **more}


def headers(kind: str, body: bytes, *, now: float | None = None, secret: str = SECRETS["BOT_SECRET"]) -> dict[str, str]:
    """The headers with which a forge sends a body."""
    key = secret.encode()
    at = time.time() if now is None else now
    match kind:
        case "github":
            sign = hmac.new(key, body, hashlib.sha256).hexdigest()
            return {"X-GitHub-Event": "pull_request", "X-GitHub-Delivery": "d", "X-Hub-Signature-256": f"sha256={sign}"}
        case "gitlab":
            return {"X-Gitlab-Event": "Merge Request Hook", "X-Gitlab-Token": secret}
        case "gitea":
            sign = hmac.new(key, body, hashlib.sha256).hexdigest()
            return {"X-Gitea-Event": "pull_request", "X-Gitea-Delivery": "d", "X-Gitea-Signature": sign}
        case "gitee":
            told = str(int(at * 1000))
            sign = base64.b64encode(hmac.new(key, f"{told}\n{secret}".encode(), hashlib.sha256).digest()).decode()
            return {"X-Gitee-Event": "Merge Request Hook", "X-Gitee-Timestamp": told, "X-Gitee-Token": sign}
        case "reviewboard":
            sign = hmac.new(key, body, hashlib.sha1).hexdigest()
            return {"X-ReviewBoard-Event": "review_request_published", "X-Hub-Signature": f"sha1={sign}"}
    raise AssertionError(kind)


@contextmanager
def simulated(kind: str, folder: Path, files: Mapping[str, str]) -> Iterator[forge_simulator.Forge]:
    """A forge of the simulator whose repository's main branch has these files (none: no commit)."""
    repository = folder / "repository"
    repository.mkdir()
    made = forge_simulator.Forge(kind, repository)
    if files:
        made.push(dict(files), "main")
    yield made
    made.close()


class Case:
    """A bot for one forge, in a folder."""

    def __init__(self, folder: Path, forge: forge_simulator.Forge, *, policy: str = "", limits: str = "") -> None:
        self.folder, self.forge = folder, forge
        self.file = folder / "bot.toml"
        self.file.write_text(CONFIG.format(kind=forge.kind, address=forge.address, policy=policy, limits=limits))
        self.config: Config = configuration.load(self.file)

    @classmethod
    def again(cls, one: Case) -> Case:
        """The same with its configuration as it is on the disk now."""
        made = cls.__new__(cls)
        made.folder, made.forge, made.file = one.folder, one.forge, one.file
        made.config = configuration.load(one.file)
        return made

    async def hook(self, head: str, **more: Any) -> tuple[int, Any]:
        """Send the webhook of a push to the application."""
        body = json.dumps(payload(self.forge, head, **more)).encode()
        return await send(self.config, self.forge.kind, body)

    def work(self) -> None:
        """Read and post until nothing is to be done."""
        for name, part in (("queue", worker.read), ("outbox", worker.post)):
            queue = Queue(self.config.store.folder / f"{name}.db")
            part(self.config, lambda queue=queue: not queue.counts()["waiting"])
            queue.close()

    async def pushed(self, files: dict[str, str | bytes | None], **more: Any) -> str:
        """A push, its webhook, and all that follows."""
        head = self.forge.push(files)
        assert await self.hook(head, **more) == (202, {"status": "new"})
        self.work()
        return head

    @property
    def summary(self) -> str:
        (text,) = [text for who, text in self.forge.notes.values() if who == forge_simulator.BOT]
        return text


class Running:
    """The bot as processes. `secrets`: tokens in place of the simulator's."""

    def __init__(self, case: Case, secrets: dict[str, str] | None = None) -> None:
        self.case = case
        self.secrets = {**SECRETS, **(secrets or {})}
        self.lines: list[str] = []
        self.start()

    def start(self) -> None:
        root = Path(__file__).parents[2]
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "copilot.cli", "bot", "--config", str(self.case.file)],
            env={**os.environ, "PYTHONPATH": str(root), **self.secrets, "UNRELATED": "x"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            text=True,
        )
        self.url = ""
        self.follower = threading.Thread(target=self._follow, args=(self.process,))
        self.follower.start()
        self.until(lambda: self.url)

    def _follow(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                self.lines.append(line)
                if found := re.search(r"listening on (http://\S+)", line):
                    self.url = found[1]

    def until(self, true: Callable[[], object]) -> None:
        """Wait for what must come; the limit is only there so that a failure ends."""
        ends = time.monotonic() + 120
        while not true():
            assert time.monotonic() < ends, "".join(self.lines)
            assert self.process.poll() is None, "".join(self.lines)
            time.sleep(0.02)

    def part(self, name: str) -> psutil.Process:
        """The process of a part that runs now."""
        found: list[psutil.Process] = []

        def there() -> bool:
            with suppress(psutil.Error):
                found[:] = [
                    one
                    for one in psutil.Process(self.process.pid).children()
                    if one.cmdline()[-4:-2] == ["--part", name]
                ]
            return bool(found)

        self.until(there)
        return found[0]

    def post(self, body: bytes) -> int:
        """A webhook over HTTP, sent again as a forge does where nobody answers."""
        ends = time.monotonic() + 120
        while True:
            asked = urllib.request.Request(f"{self.url}/webhooks/bank", body, headers(self.case.forge.kind, body))
            try:
                with urllib.request.urlopen(asked, timeout=30) as answer:
                    return int(answer.status)
            except (OSError, http.client.HTTPException):
                assert time.monotonic() < ends, "".join(self.lines)
                time.sleep(0.1)

    def stop(self) -> int:
        self.process.terminate()
        code = self.process.wait(60)
        self.follower.join(60)
        return code


async def send(
    config: Config,
    kind: str,
    body: bytes,
    *,
    told: dict[str, str] | None = None,
    app: Webhooks | None = None,
    path: str = "/webhooks/bank",
) -> tuple[int, Any]:
    """One POST to the application; status and body."""
    own = app or Webhooks(config)
    scope = {
        "type": "http", "method": "POST", "path": path, "client": ("127.0.0.1", 1),
        "headers": [(k.lower().encode(), v.encode()) for k, v in (headers(kind, body) if told is None else told).items()],
    }  # fmt: skip
    messages: list[dict[str, Any]] = []
    parts = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return parts.pop(0)

    async def answer(message: Any) -> None:
        messages.append(message)

    try:
        await own(scope, receive, answer)
    finally:
        if app is None:
            own.queue.close()
    return messages[0]["status"], json.loads(messages[1]["body"])
