"""A real Review Board on loopback: a site of its own in a folder (sqlite), its server as a process, its interface.

`make reviewboard-test` installs the program into build/reviewboard.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "build/reviewboard/bin/rb-site"
ADMIN = ("admin", "admin-of-the-test-1")
BOT = ("bank-copilot", "bot-of-the-test-1")
ALONE = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
"""An installation tells its vendor of itself: it reaches nobody."""


class Refused(Exception):
    """An answer of 400 or more."""


@dataclass
class Board:
    """A running site. `log`: what its server writes."""

    address: str
    log: Path

    def ask(self, method: str, path: str, values: dict[str, str] | None = None, **more: Any) -> Any:
        """A request to the interface as a user; `files`: what is uploaded."""
        return json.loads(self.raw(method, f"api{path}", values, **more) or b"null")

    def raw(
        self,
        method: str,
        path: str,
        values: dict[str, str] | None = None,
        *,
        files: dict[str, bytes] | None = None,
        user: tuple[str, str] = ADMIN,
        accept: str = "application/json",
    ) -> bytes:
        told = {"Authorization": "Basic " + base64.b64encode(":".join(user).encode()).decode(), "Accept": accept}
        data = None
        if files is not None:
            line = "b0undary-of-the-test"
            parts = [
                f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
                for name, text in (values or {}).items()
            ]
            for name, text in files.items():
                head = f'--{line}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'
                parts.append(head.encode() + text + b"\r\n")
            data = b"".join(parts) + f"--{line}--\r\n".encode()
            told["Content-Type"] = f"multipart/form-data; boundary={line}"
        elif values is not None:
            data = urllib.parse.urlencode(values).encode()
        asked = urllib.request.Request(f"{self.address}/{path}", data, told, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=120) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            raise Refused(f"{error.code} {method} {path} {error.read()[:500]!r}") from None

    def listed(self, path: str, key: str) -> list[Any]:
        """All rows of a list."""
        rows: list[Any] = []
        while True:
            answer = self.ask("GET", f"{path}?start={len(rows)}&max-results=200")
            rows += answer[key]
            if len(rows) >= answer["total_results"]:
                return rows

    def token(self, note: str) -> str:
        """A token of the bot's user."""
        told = {"note": note, "policy": "{}"}
        return str(self.ask("POST", f"/users/{BOT[0]}/api-tokens/", told, user=BOT)["api_token"]["token"])

    def hook(self, url: str, secret: str) -> None:
        """Tell an address of every review request that is published, closed or opened again."""
        told = {
            "url": url,
            "events": "review_request_published,review_request_closed,review_request_reopened",
            "encoding": "application/json",
            "enabled": "1",
            "secret": secret,
            "apply_to": "all",
        }
        self.ask("POST", "/webhooks/", told)


@dataclass
class Request:
    """A review request over a git repository of its own: what is pushed is published as a further diff against `base`."""

    board: Board
    top: Path
    project: str
    number: int = 0
    base: str = ""
    pushed: int = 0
    texts: dict[str, str] = field(default_factory=lambda: {"summary": "A change", "description": "It changes."})

    def git(self, *words: str) -> bytes:
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
        return subprocess.run(["git", *identity, *words], cwd=self.top, check=True, capture_output=True).stdout

    def begin(self, files: dict[str, str | bytes | None]) -> None:
        """The repository with its first commit, known to the server, and a review request in it."""
        self.top.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")
        self.git("config", "core.quotePath", "false")  # as the server's own tools have it
        self.begin_more(files)
        told = {"name": self.project, "path": str(self.top / ".git"), "tool": "Git", "trust_host": "1"}
        repository = self.board.ask("POST", "/repositories/", told)["repository"]
        made = self.board.ask("POST", "/review-requests/", {"repository": repository["id"]})
        self.number = made["review_request"]["id"]

    def begin_more(self, files: dict[str, str | bytes | None]) -> None:
        """A further commit that the changes are made to."""
        self.write(files)
        self.git("commit", "-q", "-m", "c")
        self.base = self.git("rev-parse", "HEAD").decode().strip()

    def write(self, files: dict[str, str | bytes | None]) -> None:
        for name, text in files.items():
            path = self.top / name
            if text is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        self.git("add", "-A")

    @property
    def path(self) -> str:
        return f"/review-requests/{self.number}"

    def patch(self) -> bytes:
        return self.git("diff", "--cached", "--full-index", "-M", "HEAD")

    def push(self, files: dict[str, str | bytes | None]) -> str:
        """A further diff, published: the server sends its webhooks before it answers. The head as the bot calls it."""
        self.write(files)
        self.board.ask("POST", f"{self.path}/diffs/", {"base_commit_id": self.base}, files={"path": self.patch()})
        self.pushed += 1
        self.publish()
        return f"diff-{self.pushed}"

    def publish(self) -> None:
        told = {**self.texts, "target_people": ADMIN[0], "public": "1"}
        self.board.ask("PUT", f"{self.path}/draft/", told)

    def become(self, status: str) -> None:
        """`submitted` or `discarded` by a person, or `pending` again."""
        self.board.ask("PUT", f"{self.path}/", {"status": status})

    def comments(self) -> list[Any]:
        """Our comments in public reviews; each with the `review` that it is in."""
        found = []
        for review in self.reviews():
            rows = self.board.listed(f"{self.path}/reviews/{review['id']}/diff-comments/", "diff_comments")
            found += [{**one, "review": review["id"]} for one in rows]
        return found

    def reviews(self) -> list[Any]:
        """Public reviews of the bot."""
        rows = self.board.listed(f"{self.path}/reviews/", "reviews")
        return [one for one in rows if one["public"] and one["links"]["user"]["title"] == BOT[0]]

    def statuses(self) -> list[Any]:
        return self.board.listed(f"{self.path}/status-updates/", "status_updates")

    def drop(self, comment: Any) -> None:
        """A person says that an issue is none."""
        path = f"{self.path}/reviews/{comment['review']}/diff-comments/{comment['id']}/"
        self.board.ask("PUT", path, {"issue_status": "dropped"})


@contextmanager
def running(folder: Path) -> Iterator[Board]:
    """A site in a folder, installed anew, and its server until the end."""
    site, log = folder / "site", folder / "server.log"
    home = {**os.environ, **ALONE, "HOME": str(folder)}
    words = [
        PROGRAM, "install", "--noinput", "--opt-out-support-data", "--sitelist", folder / "sites", "--db-type=sqlite3",
        f"--db-name={folder / 'board.db'}", "--cache-type=file", f"--cache-info={folder / 'cache'}", "--site-root=/",
        "--domain-name=127.0.0.1", "--media-url=media/", f"--admin-user={ADMIN[0]}", f"--admin-password={ADMIN[1]}",
        "--admin-email=a@example.org", "--company=Bank", "--web-server-type=apache", site,
    ]  # fmt: skip
    done = subprocess.run(words, env=home, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with log.open("w") as out:
        process = subprocess.Popen(
            [PROGRAM, "manage", site, "runserver", f"127.0.0.1:{port}", "--noreload"],
            env={**os.environ, "HOME": str(folder), "no_proxy": "127.0.0.1"},
            stdout=out,
            stderr=out,
        )
        try:
            board = Board(f"http://127.0.0.1:{port}", log)
            ends = time.monotonic() + 240
            while True:
                try:
                    board.ask("GET", "/info/")
                    break
                except OSError:
                    if process.poll() is not None or time.monotonic() > ends:
                        raise RuntimeError(log.read_text()[-4000:]) from None
                    time.sleep(0.3)
            board.ask("POST", "/users/", {"username": BOT[0], "email": "b@example.org", "password": BOT[1]})
            yield board
        finally:
            process.terminate()
            process.wait(60)
