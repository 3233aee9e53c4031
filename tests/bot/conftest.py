"""The forges' own descriptions, as packages under build/bot (`make bot-test` installs them), and a mock server over each."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ROOT / "build/bot/node_modules"
sys.path.insert(0, str(ROOT / "tests/gateway"))

from bot_case import SECRETS  # noqa: E402 -- a module beside other tests

KEPT = re.compile(r"/repos/\{owner\}/\{repo\}/(?:pulls/\{(?:pull_number|index)\}/(?:reviews|comments)|issues/)")


@pytest.fixture(autouse=True)
def secrets(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@dataclass
class Mock:
    """Prism over one description. `refused`: what it found wrong, in its own words."""

    host: str
    port: int
    accepted: int = 0
    refused: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, body: Any) -> int:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=120)
        try:
            headers = {"Content-Type": "application/json", "Accept": "application/json", "Authorization": "token x"}
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status < 400:
                self.accepted += 1
            else:
                self.refused.append(f"{answer.status} {method} {path} {answer.headers.get('sl-violations', '')}"[:2000])
            return answer.status
        finally:
            connection.close()


@contextmanager
def mock(description: dict[str, Any], folder: Path) -> Iterator[Mock]:
    """Prism with the paths that a review bot needs; the rest would take a minute to start."""
    paths = {name: told for name, told in description["paths"].items() if KEPT.match(name)}
    file = folder / "description.json"
    file.write_text(json.dumps({**description, "paths": paths}))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    prism = PACKAGES / "@stoplight/prism-cli/dist/index.js"
    log = (folder / "prism.log").open("w")
    running = subprocess.Popen(
        ["node", str(prism), "mock", "--errors", "-h", "127.0.0.1", "-p", str(port), str(file)], stdout=log, stderr=log
    )
    try:
        found = Mock("127.0.0.1", port)
        ends = time.monotonic() + 180
        while True:
            try:
                socket.create_connection((found.host, port), 1).close()
                break
            except OSError:
                assert running.poll() is None and time.monotonic() < ends, (folder / "prism.log").read_text()
                time.sleep(0.2)
        yield found
    finally:
        running.terminate()
        running.wait(30)
        log.close()


@pytest.fixture(scope="session")
def github(tmp_path_factory) -> Iterator[Mock]:
    """GitHub's official description."""
    told = json.loads((PACKAGES / "@octokit/openapi/generated/api.github.com.json").read_text())
    with mock(told, tmp_path_factory.mktemp("github")) as found:
        yield found


@pytest.fixture(scope="session")
def gitea(tmp_path_factory) -> Iterator[Mock]:
    """What a Gitea server says of itself: GITEA_SWAGGER names the file that it serves as /swagger.v1.json."""
    told = json.loads(Path(os.environ["GITEA_SWAGGER"]).read_text())
    with mock(told, tmp_path_factory.mktemp("gitea")) as found:
        yield found


def rest(path: str, prefix: str) -> str:
    """A path as the description has it."""
    return urlsplit(path).path.removeprefix(prefix)
