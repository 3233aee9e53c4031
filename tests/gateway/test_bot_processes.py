"""The bot as it is started: three processes, each with its own secret; killed wherever it hurts, it does everything once."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import forge_simulator
import psutil
import pytest
from bot_case import SECRETS, Case, Running, payload, simulated

from serving.bots.forge import marked

pytestmark = pytest.mark.slow


@pytest.fixture
def forge(tmp_path):
    with simulated("gitlab", tmp_path, {"README.md": "core\n"}) as made:
        yield made


@pytest.fixture
def bot(forge, tmp_path, monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    running = Running(Case(tmp_path, forge))
    yield running
    assert running.stop() == 0


def unsafe(name: str) -> str:
    return f"import java.math.BigDecimal;\n\nclass {name} {{\n    BigDecimal rate = new BigDecimal(0.1);\n}}\n"


def settled(bot: Running, forge: forge_simulator.Forge, head: str) -> None:
    """Wait until the summary is about a head and nothing is left to do."""
    bot.until(lambda: any(head[:12] in text for _, text in forge.notes.values()))


def test_each_part_has_its_own_secret_and_no_other(bot, forge):
    held = {}
    for part in ("receive", "read", "post"):
        bot.part(part)
    head = forge.push({"Fee.java": unsafe("Fee")})
    bot.post(json.dumps(payload(forge, head)).encode())
    settled(bot, forge, head)
    for part in ("receive", "read", "post"):
        process = bot.part(part)
        found = _environment(process.pid) + b"\0".join(a.encode() for a in process.cmdline())
        held[part] = {name for name, value in SECRETS.items() if value.encode() in found}
        assert b"UNRELATED" not in found
    # Whoever becomes the reader sees no other's environment or memory either: the bot's user may not, root may.
    assert all(_private(bot.part(part).pid) for part in ("receive", "read", "post"))
    if os.geteuid() == 0:
        assert held == {"receive": {"BOT_SECRET"}, "read": {"BOT_READ"}, "post": {"BOT_WRITE"}}
        assert SECRETS["BOT_WRITE"].encode() not in _memory(bot.part("read").pid)
        assert SECRETS["BOT_WRITE"].encode() in _memory(bot.part("post").pid)
    used = {one.method for one in forge.seen if SECRETS["BOT_READ"] in one.token}
    assert used <= {"GET"}
    text = "".join(bot.lines) + "".join(p.read_text("latin-1") for p in bot.case.config.store.folder.glob("*.db*"))
    assert [name for name, value in SECRETS.items() if value in text] == []


def _environment(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except PermissionError:
        assert os.geteuid() != 0
        return b""


def _private(pid: int) -> bool:
    """Whether another process of the same user is refused: the kernel then gives the files under /proc to root."""
    return Path(f"/proc/{pid}/environ").stat().st_uid == 0


def _memory(pid: int) -> bytes:
    """All that a process has in memory and may read (as root)."""
    found = []
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        for line in maps:
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            if line.split()[1].startswith("rw"):
                try:
                    memory.seek(start)
                    found.append(memory.read(end - start))
                except (OSError, ValueError, OverflowError):
                    continue
    return b"".join(found)


KILLS = [
    ("post", "before", "POST", r".*/discussions"),
    ("post", "after", "POST", r".*/discussions"),
    ("post", "before", "POST", r".*/notes"),
    ("post", "after", "POST", r".*/notes"),
    ("post", "before", "PUT", r".*/notes/\d+"),
    ("post", "after", "PUT", r".*/notes/\d+"),
    ("post", "after", "GET", r".*/versions"),
    ("read", "before", "GIT", r".*/info/refs"),
    ("read", "before", "GIT", r".*/objects/.*"),
]


def test_killed_anywhere_it_posts_everything_once(bot, forge):
    names: list[str] = []
    for n, (part, when, method, path) in enumerate(
        [*KILLS[2:4], *KILLS[:2], *KILLS[4:], ("receive", "", "", ""), ("", "", "", "")]
    ):
        name = f"Fee{n}"
        done: list[int] = []

        def kill(seen: str, at: str, part=part, method=method, path=path, done=done) -> None:
            if not done and seen == method and re.fullmatch(path, at):
                process = bot.part(part)
                done.append(process.pid)
                process.kill()
                process.wait(60)

        if n == 1:
            forge.notes.clear()  # so that the summary is posted again
        head = forge.push({f"{name}.java": unsafe(name)})
        if when:
            setattr(forge, when, kill)
        bot.post(json.dumps(payload(forge, head)).encode())
        if part == "receive":  # what was answered 202 is there
            bot.part("receive").kill()
            done.append(1)
        if not part:  # all at once
            children = psutil.Process(bot.process.pid).children()
            bot.process.kill()
            bot.process.wait(60)
            psutil.wait_procs(children, 60)
            assert [one for one in children if one.is_running()] == []
            bot.start()
            done.append(1)
        names.append(name)
        bot.until(lambda done=done: done)
        settled(bot, forge, head)
        forge.before = forge.after = lambda *_: None
        marks = [marked(one.body) for one in forge.threads]
        assert len(marks) == len(set(marks)) == len(names), (part, when, method, path)
        assert len(forge.notes) == 1
    assert {one.place["new_path"] for one in forge.threads} == {f"{name}.java" for name in names}


HANGS = """
import sys, time
from pathlib import Path
from serving.bots import config, reading, worker
from serving.bots.jobs import Queue
reading.reviewed = lambda *_: time.sleep(600)
settings = config.load(Path(sys.argv[1]))
queue = Queue(settings.store.folder / "queue.db")
worker.read(settings, lambda: not queue.counts()["waiting"])
"""


async def test_a_review_that_hangs_ends_its_process_and_is_given_up_and_told(forge, tmp_path, monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    case = Case(tmp_path, forge, limits="fetch_s = 0.2\nreview_s = 0.2")
    head = forge.push({"Fee.java": unsafe("Fee")})
    assert (await case.hook(head))[0] == 202
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    codes = []
    for _ in range(4):
        done = subprocess.run(
            [sys.executable, "-c", HANGS, str(case.file)], env=environment, capture_output=True, check=False
        )
        codes.append(done.returncode)
    assert codes == [1, 1, 1, 0]  # three attempts, then it is given up
    case.work()
    assert "This change was not reviewed" in case.summary and "too long" in case.summary
    # Where the forge sends it again, it is tried again.
    case = Case(tmp_path, forge)
    assert (await case.hook(head)) == (202, {"status": "new"})
    case.work()
    assert "Remarks: 1" in case.summary and len(forge.threads) == 1
