"""The real bot beside a real Review Board: its three processes, told by the server's own webhooks."""

from __future__ import annotations

import http.server
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bot_case
from board import Board, Request
from bot_story import BEFORE, Files, Seen

from serving.bots import config as configuration


@dataclass
class Recorder:
    """A second receiver of the server's webhooks: what was sent, to be sent again."""

    sent: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @contextmanager
    def listening(self) -> Iterator[str]:
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                told = {name: text for name, text in self.headers.items() if name != "Content-Length"}
                recorder.sent.append((told, body))
                self.send_response(202)
                self.end_headers()

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            server.server_close()


@dataclass
class Served:
    """A review request and the bot's processes, as a place for the story."""

    request: Request
    bot: bot_case.Running
    recorder: Recorder

    def push(self, files: Files) -> None:
        self.settled(self.request.push(files))

    def settled(self, head: str) -> None:
        """Until the status update is about a head: it is what the bot writes last."""
        self.bot.until(
            lambda: any(f"({head})" in one["description"] for one in self.request.statuses()) or self._wait()
        )

    def _wait(self) -> None:
        time.sleep(0.3)  # each look is a request to a server of one process

    def seen(self) -> list[Seen]:
        return [
            Seen(
                one["links"]["filediff"]["title"].rpartition(" -> ")[2].rpartition(" (")[0],
                "open" if one["issue_status"] == "open" else "closed",
                one,
            )
            for one in self.request.comments()
        ]

    def dismiss(self, one: Seen) -> None:
        self.request.drop(one.thing)

    def replay(self) -> int:
        before = self.written()
        for told, body in self.recorder.sent:
            assert self.again(told, body) == (202, '{"status": "known"}'), "a webhook that came again was taken for new"
        assert self.queued() == 0
        return sum(before[name] != count for name, count in self.written().items())

    def again(self, told: dict[str, str], body: bytes) -> tuple[int, str]:
        """A webhook to the bot once more, with the headers that the server gave it."""
        asked = urllib.request.Request(f"{self.bot.url}/webhooks/bank", body, told)
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def queued(self) -> float:
        """Jobs that wait or are worked on, as the bot's own counters have it."""
        with urllib.request.urlopen(f"{self.bot.url}/metrics", timeout=60) as answer:
            rows = answer.read().decode().splitlines()
        return sum(float(row.rpartition(" ")[2]) for row in rows if "jobs{" in row and "dead" not in row)

    def written(self) -> dict[str, Any]:
        """What the bot wrote, as it stands on the server."""
        return {
            "reviews": [(one["id"], one["body_top"]) for one in self.request.reviews()],
            "comments": [(one["id"], one["issue_status"], one["text"]) for one in self.request.comments()],
            "statuses": [(one["id"], one["state"], one["description"]) for one in self.request.statuses()],
        }


def configured(board: Board, folder: Path) -> Any:
    """The bot's configuration for a server, with tokens of its own, as `bot_case.Running` takes it."""
    secrets = {"BOT_READ": board.token("read"), "BOT_WRITE": board.token("write")}
    os.environ |= bot_case.SECRETS | secrets
    file = folder / "bot.toml"
    file.write_text(bot_case.CONFIG.format(kind="reviewboard", address=board.address, policy="", limits=""))
    return SimpleNamespace(file=file, config=configuration.load(file), secrets=secrets)


@contextmanager
def serving(board: Board, folder: Path, project: str, **texts: str) -> Iterator[Served]:
    """A review request of a new repository, and a bot that the server tells of it."""
    case = configured(board, folder)
    request = Request(board, folder / "repository", project)
    request.texts |= texts
    request.begin(BEFORE)
    recorder = Recorder()
    bot = bot_case.Running(case, case.secrets)
    try:
        with recorder.listening() as url:
            board.hook(f"{bot.url}/webhooks/bank", bot_case.SECRETS["BOT_SECRET"])
            board.hook(url, bot_case.SECRETS["BOT_SECRET"])
            yield Served(request, bot, recorder)
    finally:
        assert bot.stop() == 0
