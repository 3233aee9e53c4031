"""The bot's parts alone: who may send, what is queued, what the configuration says, how texts are shown."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from bot_case import CONFIG, KINDS, SECRETS, headers, payload, send

from copilot.cli import main
from copilot.errors import ConfigError, UsageError
from serving.bots import bodies, config, example, forges, signatures
from serving.bots.jobs import Queue, alone
from serving.bots.webhooks import Webhooks

ROOT = Path(__file__).parents[2]
HEAD = "a" * 40
NOW = 1_790_000_000.0
ALL = (*KINDS, "reviewboard")


class Target:
    """What `payload` asks of a forge."""

    branch = "change"

    def __init__(self, kind: str) -> None:
        self.kind = kind


@pytest.fixture(autouse=True)
def secrets(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def made(tmp_path, kind: str = "github", policy: str = "", limits: str = "") -> config.Config:
    file = tmp_path / "bot.toml"
    file.write_text(CONFIG.format(kind=kind, address="http://127.0.0.1:1", policy=policy, limits=limits))
    return config.load(file)


# --- who may send ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ALL)
def test_a_webhook_is_taken_from_who_knows_the_secret_alone(kind):
    body = b'{"a": 1}'

    def right(told: dict[str, str], text: bytes = body, secret: str = SECRETS["BOT_SECRET"], now: float = NOW) -> bool:
        small = {name.lower(): value for name, value in told.items()}
        return signatures.holds(kind, secret, small, text, now=now, window_s=300)

    good = headers(kind, body, now=NOW)
    assert right(good)
    assert not right(good, secret="another-secret-of-somebody")
    assert not right({})
    assert not right(headers(kind, body, now=NOW, secret="another-secret-of-somebody"))
    assert not right(dict.fromkeys(good, ""))
    assert not right({name: value + "é\udc80" for name, value in good.items()})
    if kind in {"github", "gitea", "reviewboard"}:  # the body is signed
        assert not right(good, body + b" ")
    if kind == "gitee":  # the time is
        assert not right(good, now=NOW + 301) and not right(good, now=NOW - 301)
        assert not right({**good, "X-Gitee-Timestamp": str(int(NOW * 1000) + 1)})


@pytest.mark.parametrize("secret", ["a plain signing secret", "whsec_" + base64.b64encode(b"k" * 24).decode()])
def test_gitlabs_signing_token_covers_id_time_and_body(secret):
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    body, at = b"{}", str(int(NOW))
    sign = base64.b64encode(hmac.new(key, b"id-1." + at.encode() + b"." + body, hashlib.sha256).digest()).decode()
    told = {"webhook-id": "id-1", "webhook-timestamp": at, "webhook-signature": f"v1,AAAA v1,{sign}"}

    def right(told: dict[str, str], text: bytes = body, now: float = NOW) -> bool:
        return signatures.holds("gitlab", secret, told, text, now=now, window_s=300)

    assert right(told)
    assert not right(told, b"{} ") and not right({**told, "webhook-id": "id-2"}) and not right(told, now=NOW + 301)
    assert not right({**told, "webhook-timestamp": "1e9"}) and not right({**told, "webhook-signature": f"v2,{sign}"})
    # A token beside a wrong signature does not count.
    assert not right({**told, "webhook-signature": "v1,AAAA", "x-gitlab-token": secret})


async def test_what_is_wrong_is_refused_and_never_queued(tmp_path):
    settings = made(tmp_path)
    app = Webhooks(settings)
    body = json.dumps(payload(Target("github"), HEAD)).encode()

    async def sent(text: bytes, told: dict[str, str] | None = None, path: str = "/webhooks/bank"):
        return await send(settings, "github", text, told=told, app=app, path=path)

    assert (await sent(body, {**headers("github", body), "X-Hub-Signature-256": "sha256=00"}))[0] == 401
    assert (await sent(body, path="/webhooks/other"))[0] == 404
    assert (await sent(b" " * (1024 * 1024 + 1)))[0] == 413
    for text in (b"{", b"[]", b'"x"', b"{}", b'{"action": "opened"}', b"[" * 200_000, b"\xff", b'{"action": {}}'):
        assert (await sent(text))[0] == 400, text[:20]
    for wrong in ({"number": 0}, {"number": -1}, {"head": {"sha": "../../x"}}, {"base": {"ref": "r" * 300}}):
        told = payload(Target("github"), HEAD)
        told["pull_request"] |= wrong
        assert (await sent(json.dumps(told).encode()))[0] == 400
    other = payload(Target("github"), HEAD)
    for project in ("elsewhere/core", "payments/../core", "payments/a b", "payments/core\n"):
        other["repository"]["full_name"] = project
        assert (await sent(json.dumps(other).encode())) == (202, {"status": "not_configured"})
    other = {**payload(Target("github"), HEAD), "action": "labeled"}
    assert (await sent(json.dumps(other).encode())) == (202, {"status": "ignored"})
    assert app.queue.counts() == {"waiting": 0, "out": 0, "dead": 0, "oldest_s": 0}
    assert (await sent(body)) == (202, {"status": "new"})
    assert (await sent(body)) == (202, {"status": "known"})
    text = app.metrics().decode()
    assert 'bank_copilot_bot_webhooks_total{forge="bank",outcome="signature"} 1.0' in text
    assert 'bank_copilot_bot_jobs{queue="queue",state="waiting"} 1.0' in text
    app.queue.close()


async def test_a_delivery_that_comes_again_under_another_id_is_dropped(tmp_path):
    settings = made(tmp_path)
    first, second = (json.dumps(payload(Target("github"), head)).encode() for head in (HEAD, "b" * 40))
    assert (await send(settings, "github", first)) == (202, {"status": "new"})
    assert (await send(settings, "github", second)) == (202, {"status": "newer"})
    again = {**headers("github", first), "X-GitHub-Delivery": "another"}
    assert (await send(settings, "github", first, told=again)) == (202, {"status": "known"})


async def test_an_answer_costs_one_transaction_and_asks_nobody(tmp_path, monkeypatch):
    """202 within 100 ms, by count: one commit a webhook, no connection, no process, nothing read but the queue."""
    settings = made(tmp_path)
    app = Webhooks(settings)
    said: list[str] = []
    events: list[str] = []
    app.queue.db.set_trace_callback(said.append)
    watching = True
    sys.addaudithook(lambda event, _: events.append(event) if watching else None)
    for n in range(20):
        body = json.dumps(payload(Target("github"), f"{n:040x}")).encode()
        assert (await send(settings, "github", body, app=app))[0] == 202
    watching = False
    assert [word for word in said if word in {"BEGIN IMMEDIATE", "COMMIT"}] == ["BEGIN IMMEDIATE", "COMMIT"] * 20
    assert len(said) <= 20 * 9
    assert not {"socket.connect", "subprocess.Popen", "os.fork", "open", "os.listdir"} & set(events)
    app.queue.close()


async def test_health_readiness_and_metrics(tmp_path):
    app = Webhooks(made(tmp_path))

    async def got(path: str, client: str = "127.0.0.1", method: str = "GET"):
        messages = []

        async def answer(message):
            messages.append(message)

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        await app(
            {"type": "http", "method": method, "path": path, "client": (client, 1), "headers": []}, receive, answer
        )
        return messages[0]["status"]

    assert [await got(path) for path in ("/health", "/ready", "/metrics", "/", "/webhooks/bank")] == [
        200,
        200,
        200,
        404,
        405,
    ]
    assert await got("/metrics", "10.0.0.9") == 403
    app.queue.db.execute("PRAGMA query_only=1")
    assert await got("/ready") == 503
    app.queue.close()


async def test_too_many_waiting_are_refused_so_that_the_forge_sends_again(tmp_path):
    file = tmp_path / "bot.toml"
    text = CONFIG.format(kind="github", address="http://127.0.0.1:1", policy="", limits="")
    file.write_text(text.replace("port = 0", "port = 0\nmax_waiting = 1"))
    settings = config.load(file)
    told = payload(Target("github"), HEAD)
    assert (await send(settings, "github", json.dumps(told).encode()))[0] == 202
    told["pull_request"] |= {"number": 8}
    body = json.dumps(told).encode()
    assert (await send(settings, "github", body)) == (503, {"error": "full"})
    assert (await send(settings, "github", body)) == (503, {"error": "full"})  # not taken for known
    told["pull_request"] |= {"number": 7, "head": {"sha": "b" * 40}}
    assert (await send(settings, "github", json.dumps(told).encode())) == (202, {"status": "newer"})


# --- the queue ---------------------------------------------------------------------------------------------------


def test_a_newer_head_takes_the_place_of_one_that_waits(tmp_path):
    now = [1000.0]
    queue = Queue(tmp_path / "q.db", lambda: now[0])
    assert queue.put("mr", "1", b"one", made=10) == "new"
    assert queue.put("mr", "2", b"two", made=20) == "newer"
    assert queue.put("mr", "1", b"one", made=10) == "older"
    assert queue.put("mr", "2", b"two", made=20) == "same"
    job = queue.take(60)
    assert (job.version, job.body, job.attempts) == ("2", b"two", 1)
    assert queue.put("mr", "3", b"three", made=30) == "newer"
    assert queue.take(60) is None  # one at a time for a merge request
    assert queue.put("other", "1", b"") == "new"
    other = queue.take(60)
    assert other.key == "other"
    queue.done(job)
    assert queue.put("mr", "3", b"three", made=30) == "same"
    job = queue.take(60)
    assert job.version == "3"
    queue.done(job)
    assert queue.put("mr", "3", b"three", made=30) == "known"
    assert queue.put("mr", "2", b"two", made=20) == "older"
    assert queue.put("mr", "4", b"four", delivery="d") == "new"
    now[0] += 1000
    queue.swept(500)  # what was finished long ago is forgotten, what waits is not
    assert queue.counts()["waiting"] == 1
    assert [queue.db.execute(f"SELECT count(*) FROM {name}").fetchone() for name in ("finished", "deliveries")] == [
        (0,),
        (0,),
    ]
    queue.close()


def test_a_job_waits_longer_after_each_failure_and_leases_run_out(tmp_path):
    now = [1000.0]
    queue = Queue(tmp_path / "q.db", lambda: now[0])
    queue.put("mr", "1", b"")
    waits = []
    for _ in range(3):
        job = queue.take(60)
        queue.again(job, "away", pause_s=5)
        begun = now[0]
        while queue.take(60) is None:
            now[0] += 1
        queue.db.execute("UPDATE jobs SET state = 'waiting', attempts = attempts - 1, due = 0")
        waits.append(now[0] - begun)
    assert waits == [5, 10, 20]
    job = queue.take(60)
    assert job.attempts == 4
    now[0] += 59
    assert queue.take(60) is None
    now[0] += 2
    job = queue.take(60)
    assert job.attempts == 5
    queue.put("mr", "2", b"newer")
    queue.again(job, "away", pause_s=5)
    job = queue.take(60)  # the newer one counts, at once
    assert (job.version, job.attempts) == ("2", 1)
    queue.bury(job, "no")
    assert queue.counts()["dead"] == 1 and queue.take(60) is None
    assert queue.put("mr", "2", b"again") == "new" and queue.counts()["dead"] == 0
    queue.close()


WRITER = """
import sys
from pathlib import Path
from serving.bots.jobs import Queue
queue = Queue(Path(sys.argv[1]))
n = int(sys.argv[2])
while True:
    n += 1
    queue.put(f"mr {n % 50}", str(n), b"x" * 2000, made=n, delivery=str(n))
    job = queue.take(60) if n % 3 == 0 else None
    if job is not None:
        queue.done(job)
    print(n, f"done {job.key} {job.version}" if job else "put", flush=True)
"""


def test_what_was_acknowledged_survives_kill_9_at_any_moment(tmp_path):
    file, last = tmp_path / "q.db", 0
    newest: dict[str, int] = {}
    finished: dict[str, int] = {}
    for _ in range(6):
        running = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(file), str(last)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert running.stdout is not None
        for _ in range(random.Random(last).randint(1, 40)):
            words = running.stdout.readline().decode().split()
            last = int(words[0])
            newest[f"mr {last % 50}"] = last
            if words[1] == "done":
                finished[f"mr {words[3]}"] = int(words[4])
        running.send_signal(signal.SIGKILL)
        rest = running.stdout.read().decode().splitlines()  # acknowledged before it was killed
        for line in rest:
            words = line.split()
            if line.endswith("put") or len(words) == 5:
                last = int(words[0])
                newest[f"mr {last % 50}"] = last
                if words[1] == "done":
                    finished[f"mr {words[3]}"] = int(words[4])
        running.wait()
        running.stdout.close()
        queue = Queue(file)
        assert queue.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        queue.recover()
        held = {key: int(version) for key, version in queue.db.execute("SELECT key, version FROM jobs")}
        done = {key: int(version) for key, version in queue.db.execute("SELECT key, version FROM finished")}
        queue.close()
        for key, version in newest.items():
            assert max(held.get(key, 0), done.get(key, 0)) >= version, key
        for key, version in finished.items():
            assert done[key] >= version
        last += 1  # one more may have been written than was said


def test_only_one_worker_has_a_queue(tmp_path):
    with alone(tmp_path / "lock"), pytest.raises(UsageError), alone(tmp_path / "lock"):
        pass
    with alone(tmp_path / "lock"):
        pass


# --- the configuration -------------------------------------------------------------------------------------------


def test_the_example_is_the_configurations_and_can_be_used(tmp_path, monkeypatch, capsys):
    if os.environ.get("UPDATE_DOCS"):
        example.FILE.write_text(example.text(), "utf-8")
    assert example.FILE.read_text("utf-8") == example.text(), "UPDATE_DOCS=1 writes it"
    file = tmp_path / "bot.toml"
    file.write_text(example.text())
    for name, value in zip(("BOT_WEBHOOK_SECRET", "BOT_READ_TOKEN", "BOT_WRITE_TOKEN"), SECRETS.values(), strict=True):
        monkeypatch.setenv(name, value)
    assert main(["bot", "--config", str(file), "--check", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["webhooks"] == ["/webhooks/bank"] and told["warnings"] == []
    monkeypatch.setenv("BOT_WRITE_TOKEN", os.environ["BOT_READ_TOKEN"])
    assert main(["bot", "--config", str(file), "--check"]) == 1
    assert "is the one that posts" in capsys.readouterr().out
    monkeypatch.delenv("BOT_WRITE_TOKEN")
    assert main(["bot", "--config", str(file), "--check"]) == 1
    assert "BOT_WRITE_TOKEN is not set" in capsys.readouterr().out
    assert main(["bot"]) == 2 and "bank-copilot bot --example" in capsys.readouterr().err
    assert main(["bot", "--example"]) == 0 and capsys.readouterr().out == example.text()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('account = "bank-copilot"', 'acount = "bank-copilot"', "Did you mean account?"),
        ('kind = "github"', 'kind = "svn"', "forges.bank.kind"),
        ("[forges.bank]", "[forges.Bank]", "small letters"),
        ('address = "http://127.0.0.1:1"', 'address = "https://user@git.bank"', "no http(s) address"),
        ('read_token_env = "BOT_READ"', 'read_token_env = "BOT_WRITE"', "a token each"),
        ('secret_env = "BOT_SECRET"', "", "secret_env and secret_file"),
        ('account = "bank-copilot"', 'account = "b"\npolicy = "strict"', "which is no policy"),
        ("attempts = 3", 'attempts = "many"', "limits.attempts"),
        ("[policies.default]", "[policies.default]\nmost_remarks = 3", "Did you mean most?"),
    ],
)
def test_a_mistake_is_named(tmp_path, old, new, said):
    file = tmp_path / "bot.toml"
    text = CONFIG.format(kind="github", address="http://127.0.0.1:1", policy="", limits="")
    assert old in text
    file.write_text(text.replace(old, new))
    with pytest.raises(ConfigError) as error:
        config.load(file)
    assert said in str(error.value)


def test_secrets_come_from_the_environment_or_a_file_and_placeholders_are_refused(tmp_path, monkeypatch):
    settings = made(tmp_path)
    assert config.secret(settings, "bank", "post") == SECRETS["BOT_WRITE"]
    monkeypatch.setenv("BOT_WRITE", "changeme-token-secret")
    with pytest.raises(ConfigError, match="placeholder"):
        config.secret(settings, "bank", "post")
    (tmp_path / "token").write_text(SECRETS["BOT_WRITE"] + "\n")
    forge = settings.forges["bank"].model_copy(update={"write_token_env": "", "write_token_file": tmp_path / "token"})
    filed = settings.model_copy(update={"forges": {"bank": forge}})
    assert config.secret(filed, "bank", "post") == SECRETS["BOT_WRITE"]


# --- how texts are shown -----------------------------------------------------------------------------------------

HOSTILE = [
    "/merge\n/approve", "@all please approve", "fixes #1, see !2 and ~label", "[x](https://evil.example)", "<img src=x onerror=y>",
    "<!-- bank-copilot summary -->", "```\n/close\n```", "`` ` ``", "| a | b |", "![i](http://evil.example/i.png)", "www.evil.example",
    "https://evil.example/?q=1", "</details>\n/label ~bug", "\u202ethgir", "a\u200b\x1b[2J", "---\n# Title", "&#64;all", "$x^2$", ":+1:",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_text_opens_no_markup_and_calls_nobody(text):
    shown = bodies.plain(text)
    assert "\n" not in shown and not set(shown) & set("<>[]`*_|@!~$\x1b\u202e")
    assert "://" not in shown and "www." not in shown
    # Where a forge looks for mentions in what entities have become, a blank without width stands behind each sign.
    import html

    seen = html.unescape(shown)
    assert all(seen[at + 1] == "\u200b" for at, sign in enumerate(seen) if sign in "@#!~$%&")
    assert "<!--" not in bodies.plain("<!-- x")


@pytest.mark.parametrize("kind", ["github", "gitlab", "gitea"])
def test_a_suggestion_is_fenced_longer_than_what_it_holds(kind):
    block = bodies.suggestion(("a = `x`", "````", "/merge"), 1, kind)
    fence = "`" * 5
    assert block[-1] == fence and block[-4:-1] == ["a = `x`", "````", "/merge"]
    assert block[-5] == fence + {"github": "suggestion", "gitlab": "suggestion:-1+0", "gitea": ""}[kind]


def test_every_kind_of_forge_has_its_module():
    for kind in ALL:
        forge = forges.named(kind)
        assert forge.api("https://git.bank.example/x/").startswith("https://git.bank.example/x/")
        assert forge.authorization("t")[1].endswith("t")
    assert forges.named("github").api("https://github.com") == "https://api.github.com"
