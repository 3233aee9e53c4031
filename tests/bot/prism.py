"""Prism, a mock server over a forge's own description: it refuses what the description does not take.

`make bot-test` installs it and the descriptions into build/bot.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PACKAGES = Path(__file__).parents[2] / "build/bot/node_modules"
GITHUB = PACKAGES / "@octokit/openapi/generated/api.github.com.json"
KEPT = re.compile(
    r"/repos/\{owner\}/\{repo\}/(?:pulls/\{(?:pull_number|index)\}/(?:reviews|comments)|issues/)|/projects/\{id\}/merge_requests/"
)


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


def rest(path: str, prefix: str) -> str:
    """A path as the description has it."""
    return urlsplit(path).path.removeprefix(prefix)
