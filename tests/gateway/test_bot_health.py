"""What the bot does where it cannot work for a while, and what it says of itself: health, metrics, jobs that wait."""

from __future__ import annotations

from pathlib import Path

import pytest
from bot_case import SECRETS, UNSAFE, Case, simulated

from copilot.errors import ConfigError
from serving.bots import figures, worker
from serving.bots import main as bot
from serving.bots.jobs import Queue
from serving.bots.webhooks import Webhooks


@pytest.fixture(autouse=True)
def secrets(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def forge(tmp_path):
    with simulated("gitlab", tmp_path, {"README.md": "core\n"}) as made:
        yield made


@pytest.fixture
def case(forge, tmp_path):
    """One whose tokens stand in files."""
    made = Case(tmp_path, forge)
    text = made.file.read_text()
    for part in ("read", "write"):
        (tmp_path / f"{part}.token").write_text(SECRETS[f"BOT_{part.upper()}"])
        text = text.replace(f'{part}_token_env = "BOT_{part.upper()}"', f'{part}_token_file = "{part}.token"')
    made.file.write_text(text)
    return Case.again(made)


def once(case: Case, part: str) -> None:
    """One attempt of each job that is due."""
    queue = Queue(case.config.store.folder / f"{'queue' if part == 'read' else 'outbox'}.db")
    before = int(queue.db.execute("SELECT coalesce(sum(value), 0) FROM figures").fetchone()[0])
    queue.db.execute("UPDATE jobs SET due = 0")

    def ended() -> bool:
        now = int(queue.db.execute("SELECT coalesce(sum(value), 0) FROM figures").fetchone()[0])
        return now != before or not queue.counts()["waiting"]

    getattr(worker, part)(case.config, ended)
    queue.close()


def told(case: Case) -> dict:
    app = Webhooks(case.config)
    try:
        return app.health(whole=True)
    finally:
        app.queue.close()


@pytest.mark.parametrize("part", ["read", "post"])
async def test_a_token_that_is_being_replaced_loses_no_job(case, forge, part, caplog, monkeypatch):
    head = forge.push({"Fee.java": UNSAFE})
    assert (await case.hook(head))[0] == 202
    if part == "post":
        once(case, "read")
    file = case.folder / f"{'read' if part == 'read' else 'write'}.token"
    # It was there when the part began.
    monkeypatch.setattr("serving.bots.worker.senders", _without_check)
    file.rename(case.folder / "aside")
    for _ in range(case.config.limits.attempts + 2):
        once(case, part)
    assert forge.notes == {} and forge.threads == []
    health = told(case)
    assert health["status"] == "attention"
    (text,) = health["todo"]
    assert text.startswith(f"{part}: forges.bank: forges.bank.{file.stem}_token_file: {file} cannot be read.")
    assert str(file) in caplog.text
    (case.folder / "aside").rename(file)
    once(case, part)
    once(case, "post")
    assert "Remarks: 1" in case.summary and len(forge.threads) == 1
    assert str(case.folder) not in case.summary
    assert told(case) == {"status": "ok", "todo": []}


def _without_check(config, part):
    from functools import partial

    from serving.bots import forges
    from serving.bots.calls import Sender
    from serving.bots.config import secret

    return {
        name: Sender(one, forges.named(one.kind), partial(secret, config, name, part))
        for name, one in config.forges.items()
    }


@pytest.mark.parametrize("status", [401, 503])
async def test_a_forge_that_is_away_for_long_gets_its_review_when_it_is_back(case, forge, status):
    head = forge.push({"Fee.java": UNSAFE})
    assert (await case.hook(head))[0] == 202
    once(case, "read")
    forge.status = status
    for _ in range(case.config.limits.attempts + 5):
        once(case, "post")
    assert f"status {status}" in told(case)["todo"][0]
    forge.status = 0
    once(case, "post")
    assert len(forge.threads) == len(forge.notes) == 1 and told(case)["status"] == "ok"


async def test_what_waited_too_long_is_given_up_said_and_done_again_when_it_is_sent_again(case, forge):
    head = forge.push({"Fee.java": UNSAFE})
    assert (await case.hook(head))[0] == 202
    once(case, "read")
    queue = Queue(case.config.store.folder / "outbox.db")
    queue.db.execute("UPDATE jobs SET since = since - 90000")
    queue.close()
    forge.status = 503
    for _ in range(case.config.limits.attempts):
        once(case, "post")
    assert any("post: 1 jobs were given up" in one for one in told(case)["todo"])
    forge.status = 0
    case.work()
    assert forge.notes == {}
    assert (await case.hook(head)) == (202, {"status": "new"})
    case.work()
    assert len(forge.threads) == len(forge.notes) == 1
    assert told(case) == {"status": "ok", "todo": []}
    assert (await case.hook(head)) == (202, {"status": "known"})


async def test_metrics_tell_what_the_parts_did(case, forge):
    forge.refused = lambda _: True
    await case.pushed({"Fee.java": UNSAFE})
    forge.status = 401
    head = forge.push({"Fee.java": UNSAFE + "\n"})
    assert (await case.hook(head))[0] == 202
    once(case, "read")
    once(case, "post")
    app = Webhooks(case.config)
    text = app.metrics().decode()
    app.queue.close()
    for line in (
        'bank_copilot_bot_done_total{forge="bank",queue="queue"} 2.0',
        'bank_copilot_bot_done_total{forge="bank",queue="outbox"} 1.0',
        'bank_copilot_bot_again_total{forge="bank",queue="outbox"} 1.0',
        'bank_copilot_bot_refused_total{forge="bank",queue="outbox"} 1.0',
        'bank_copilot_bot_job_seconds_count{forge="bank",queue="outbox"} 1.0',
        'bank_copilot_bot_job_seconds_bucket{forge="bank",le="+Inf",queue="queue"} 2.0',
        'bank_copilot_bot_jobs{queue="outbox",state="waiting"} 1.0',
    ):
        assert line in text, text
    assert [one for one in text.splitlines() if one.startswith('bank_copilot_bot_oldest_seconds{queue="outbox"} ')]


def test_health_says_what_to_do_where_a_part_does_not_keep_up(case):
    now = [1_790_000_000.0]
    app = Webhooks(case.config, lambda: now[0])
    assert app.queue.put("bank payments/core 7", "1", b"{}") == "new"
    assert app.health(whole=True) == {"status": "ok", "todo": []}
    now[0] += 4_000
    assert app.health(whole=False) == {"status": "attention"}
    assert app.health(whole=True)["todo"] == ["read: a job waits for 1 h 6 min: does the part `read` run, and keep up?"]
    app.queue.close()


def test_times_of_jobs_are_counted_in_their_buckets(tmp_path):
    queue = Queue(tmp_path / "q.db")
    for seconds in (0, 5, 5.1, 100_000):
        figures.lasted(queue.db, "bank", seconds)
    *_, times = figures.families({"queue": figures.kept(tmp_path / "q.db")})
    counts = {one.labels["le"]: one.value for one in times.samples if one.name.endswith("_bucket")}
    assert (counts["5.0"], counts["15.0"], counts["21600.0"], counts["+Inf"]) == (2, 3, 3, 4)
    queue.close()


class Ends:
    """A part in place of a process."""

    def __init__(self, codes: list[int | None]) -> None:
        self.codes = codes

    def poll(self) -> int | None:
        return self.codes.pop(0)


def test_a_part_that_ran_is_started_again_where_its_token_is_missing_for_a_moment(case, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("serving.bots.main.time.monotonic", lambda: now[0])
    lives: list[list[int | None]] = [[None, 2], [2], [None] * 9]
    monkeypatch.setattr("serving.bots.main.subprocess.Popen", lambda *_, **__: Ends(lives.pop(0)))
    parent = bot._Parent(Path(case.file), case.config)
    parent._kept("post")
    now[0] += 10
    for _ in range(8):
        parent._kept("post")
        now[0] += 10
    assert lives == []
    lives.append([2])
    parent = bot._Parent(Path(case.file), case.config)
    parent._kept("post")
    with pytest.raises(ConfigError):  # one that never ran cannot
        parent._kept("post")


def test_the_pause_grows_with_the_trouble_and_not_with_the_queue(tmp_path):
    now = [1_790_000_000.0]
    queue = Queue(tmp_path / "q.db", lambda: now[0])
    queue.put("bank payments/core 7", "1", b"{}")
    now[0] += 7_200  # many were before it
    waits = []
    for _ in range(6):
        job = queue.take(60)
        assert job.attempts == 1
        queue.troubled(job, "away")
        queue.again(job, "away", pause_s=5, counted=False)
        begun = now[0]
        now[0] = queue.db.execute("SELECT due FROM jobs").fetchone()[0]
        waits.append(now[0] - begun)
    assert waits[:2] == [5, 5] and waits == sorted(waits) and 10 < waits[-1] < 60
    queue.close()


def test_a_folder_may_be_called_anything(tmp_path):
    folder = tmp_path / "bot #1?mode=rw %41"
    queue = Queue(folder / "queue.db")
    queue.put("bank payments/core 7", "1", b"{}")
    assert figures.kept(folder / "queue.db").jobs == {"waiting": 1}
    queue.close()


async def test_where_it_broke_is_for_the_log_alone(case, forge, monkeypatch, caplog):
    monkeypatch.setattr("serving.bots.reading.review", lambda *_: 1 / 0)
    head = forge.push({"Fee.java": UNSAFE})
    assert (await case.hook(head))[0] == 202
    for _ in range(case.config.limits.attempts):
        once(case, "read")
    once(case, "post")
    assert "internal error&#58; ZeroDivisionError\n" in case.summary + "\n" and ".py" not in case.summary
    assert f"internal error: ZeroDivisionError at {__file__}" in caplog.text
