"""One request in this process, its journal in the test's hands: what is sent when, and what ends what."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from stub_vllm import stub

from copilot.errors import AuditUnavailable
from copilot.guard import Policy
from serving.bank_templates import BankTemplates
from serving.callers import Caller, Route
from serving.config import Config, Limits, Prompts
from serving.config import Upstream as Settings
from serving.limits import Limiter
from serving.metrics import Metrics
from serving.routes.completions import DataPath
from serving.state import State
from serving.upstream import Upstream


class Directory:
    """One caller, one model."""

    def __init__(self):
        self.counted = []

    def authenticate(self, _):
        return Caller("bck_1", "a", "u")

    def route(self, *_):
        return Route("bank", "stub", "main", "qwen2.5-coder", 8192)

    def surrogate_key(self, *_):
        return b"key"

    def salt(self, *_):
        return "t:s"

    def permits_template(self, _, reference):
        return reference != "old@1"

    def used(self, _caller, _route, tokens_in, tokens_out):
        self.counted.append((tokens_in, tokens_out))


class Journal:
    """Its records become durable when the test says so."""

    def __init__(self):
        self.records, self.futures, self.at_once = [], [], True

    def submit(self, record):
        future = asyncio.get_running_loop().create_future()
        self.records.append(record)
        self.futures.append(future)
        if self.at_once:
            future.set_result(None)
        return future


class Call:
    """An ASGI client."""

    def __init__(self, path, body, headers=()):
        self.scope = {"type": "http", "method": "POST", "path": path, "headers": list(headers)}
        self.body, self.sent, self.left, self.read = json.dumps(body).encode(), [], asyncio.Event(), False

    async def receive(self):
        if not self.read:
            self.read = True
            return {"type": "http.request", "body": self.body, "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        self.sent.append(message)

    @property
    def status(self):
        return self.sent[0]["status"]

    @property
    def text(self):
        return b"".join(m.get("body", b"") for m in self.sent)


class House:
    def __init__(self, upstream):
        self.stub = upstream
        self.journal, self.directory = Journal(), Directory()
        settings = Settings(url=upstream.url, active=2, queued=2, first_byte_s=5)
        self.upstream = Upstream("main", settings)
        self.state = State(
            Config(), self.directory, Limiter(Limits()), {"main": self.upstream}, self.journal, Metrics(), Policy()
        )
        self.path = DataPath(self.state)

    def start(self, *, stream=False, headers=(), **more):
        call = Call("/v1/completions", {"prompt": "x", "max_tokens": 8, "stream": stream, **more}, headers)
        return call, asyncio.create_task(self.path(call.scope, call.receive, call.send))

    async def ask(self, **more):
        call, task = self.start(**more)
        await task
        return call

    async def running(self, count):
        for _ in range(500):
            if (await self.stub.state())["running"] == count:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(await self.stub.state())


@pytest.fixture
async def house():
    async with stub() as upstream:
        made = House(upstream)
        yield made
        await made.path.close()
        assert made.upstream.open_connections == 0
        assert sum(made.upstream.lanes.running) == made.upstream.lanes.waiting == made.path.running == 0
        await made.upstream.close()


@pytest.mark.parametrize("stream", [False, True])
async def test_no_byte_leaves_before_the_record_is_durable(house, stream):
    house.journal.at_once = False
    call, task = house.start(stream=stream)
    for _ in range(100):
        if (await house.stub.state())["finished"]:
            break
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    assert call.sent == []
    house.journal.futures[0].set_result(None)
    await task
    assert call.status == 200
    assert b"x = 1" in call.text or stream


@pytest.mark.parametrize("stream", [False, True])
async def test_without_a_record_nothing_is_answered_and_the_engine_is_stopped(house, stream):
    await house.stub.behave(fault="hang")
    house.journal.at_once = False
    call, task = house.start(stream=stream)
    await house.running(1)
    house.journal.futures[0].set_exception(AuditUnavailable("disk full"))
    await asyncio.wait_for(task, 2)
    assert call.status == 503
    assert json.loads(call.text)["error"]["code"] == "audit_unavailable"
    assert house.state.faults["audit"] == "disk full"
    await house.running(0)
    assert (await house.stub.state())["aborted"] == 1


async def test_a_journal_that_is_well_again_is_no_fault_any_more(house):
    house.state.faults["audit"] = "disk full"
    await house.ask()
    await asyncio.sleep(0)
    assert "audit" not in house.state.faults


async def test_out_records_follow_soon_and_in_order(house):
    for _ in range(3):
        await house.ask()
    await asyncio.sleep(0.1)
    assert [r.direction for r in house.journal.records] == ["in", "out"] * 3
    assert {r.outcome for r in house.journal.records[1::2]} == {"ok"}


async def test_the_end_of_the_process_ends_streams_with_a_word_and_records_them(house):
    await house.stub.behave(chunk_ms=50, chunks=100)
    call, task = house.start(stream=True)
    waiting = [house.start(stream=True) for _ in range(3)]
    while not call.text:
        await asyncio.sleep(0.01)
    house.state.draining = True
    await house.path.close()
    await task
    last = call.text.split(b"\n\n")[-2]
    assert json.loads(last.removeprefix(b"data: "))["error"]["code"] == "draining"
    for one, ending in waiting:
        await ending
        assert one.sent
    outs = [r.outcome for r in house.journal.records if r.direction == "out"]
    assert len(outs) == 4
    assert (await house.ask()).status == 503
    await house.running(0)


async def test_usage_is_counted_by_the_engine_and_by_size_when_broken_off(house):
    await house.ask()
    assert house.directory.counted[-1][0] > 0
    await house.stub.behave(chunk_ms=20, chunks=100)
    call, task = house.start(stream=True)
    while call.text.count(b"data:") < 5:
        await asyncio.sleep(0.01)
    call.left.set()
    await task
    given, made = house.directory.counted[-1]
    assert given > 0
    assert 5 <= made < 100
    assert house.journal.records == [] or house.state.limiter._running == {}


async def test_a_template_that_the_team_is_not_pinned_to_is_refused(house):
    call = await house.ask(headers=[(b"x-copilot-prompt", b"old@1")])
    assert call.status == 403
    assert json.loads(call.text)["error"]["code"] == "template_refused"


async def test_a_connection_is_used_again_after_a_stream(house):
    for _ in range(5):
        assert (await house.ask(stream=True)).text.endswith(b"data: [DONE]\n\n")
    assert sum(len(pool) for pool in house.upstream.connector._conns.values()) == 1


async def test_another_path_is_no_business_of_the_data_path(house):
    with pytest.raises(LookupError):
        await house.path({"type": "http", "path": "/tokenize"}, None, None)


async def test_a_probe_needs_no_slot_and_says_what_is_wrong(house):
    house.upstream.lanes.active = 0
    assert (await house.upstream.ask("GET", "/health"))[0] == 200
    await house.stub.behave(fault="hang")
    from serving.errors import Refused

    with pytest.raises(Refused) as slow:
        await house.upstream.ask("POST", "/v1/completions", {"prompt": "x"}, timeout_s=0.2)
    assert slow.value.code == "upstream_timeout"
    house.upstream.lanes.active = 2


def test_a_connection_that_nobody_reads_ends_some_day():
    import socket

    from serving.main import UNREAD_MS, _bound

    with _bound("127.0.0.1", 0) as listener:
        listener.setblocking(True)
        listener.listen()
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == UNREAD_MS


async def test_an_engine_that_was_killed_is_used_again_as_soon_as_it_is_back():
    async with stub() as first:
        house = House(first)
        await first.behave(fault="stall")
        streamed, ending = house.start(stream=True)
        await house.running(1)
        await first.behave(fault="hang")
        plain, other = house.start()
        await house.running(2)
        port = int(first.url.rsplit(":", 1)[1])
    await asyncio.wait_for(asyncio.gather(ending, other), 5)
    assert json.loads(streamed.text.split(b"\n\n")[-2].removeprefix(b"data: "))["error"]["code"] == "upstream_error"
    assert plain.status == 503
    away = await house.ask()
    assert (away.status, json.loads(away.text)["error"]["code"]) == (503, "upstream_unavailable")
    assert "upstream main" in house.state.faults
    async with stub(port=port) as again:
        house.stub = again
        assert (await house.ask()).status == 200
        assert "upstream main" not in house.state.faults
        assert house.upstream.open_connections == 0
        await house.path.close()
        await house.upstream.close()


async def test_an_engine_behind_tls_is_trusted_by_the_banks_authority_only(tmp_path):
    import ssl

    import trustme

    async def answer(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        body = b'{"choices": [{"index": 0, "text": "safe"}]}'
        assert b"authorization: bearer engine-key" in head.lower()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n")
        writer.write(f"content-length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        url = f"https://localhost:{server.sockets[0].getsockname()[1]}"
        for settings, status in (
            (Settings(url=url, ca_bundle=str(bundle), key_env="ENGINE_KEY_OF_TEST"), 200),
            (Settings(url=url), 503),
        ):
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("ENGINE_KEY_OF_TEST", "engine-key")
                upstream = Upstream("main", settings)
            state = State(Config(), Directory(), Limiter(Limits()), {"main": upstream}, Journal(), Metrics(), Policy())
            call = Call("/v1/completions", {"prompt": "x"})
            await DataPath(state)(call.scope, call.receive, call.send)
            assert call.status == status
            await upstream.close()
            await asyncio.sleep(0.05)


async def test_a_hole_for_a_chat_model_is_asked_for_in_the_words_of_the_teams_templates(house, tmp_path):
    own = tmp_path / "all" / "complete"
    own.mkdir(parents=True)
    (own / "default.md").write_text(
        '+++\nid = "complete"\nversion = "7"\nlanguages = []\n+++\n'
        "## system\nHouse rules: {{standards}}\n\n## user\nFill {{hole}} in\n{{code}}\n"
    )
    (tmp_path / "standards.md").write_text("no globals")
    house.state.templates = BankTemplates(Prompts(folder=tmp_path, standards=tmp_path / "standards.md"))
    house.directory.route = lambda *_: Route("bank", "stub", "main", "chat", 8192)
    call = await house.ask(prompt="def f():\n    return ", suffix="\n")
    assert call.status == 200
    (sent,) = (await house.stub.state())["requests"]
    assert sent["body"]["messages"] == [
        {"role": "system", "content": "House rules: no globals"},
        {"role": "user", "content": "Fill <<HOLE>> in\n```\ndef f():\n    return <<HOLE>>\n```"},
    ]
