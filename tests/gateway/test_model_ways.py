"""The way to the gateway over real sockets: authorities, names, dates, client certificates, proxies, and other answers
than a gateway's. Each failure is one sentence that says what to do, and the key is in none.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
import ssl
from contextlib import asynccontextmanager

import pytest
import trustme
from stub_vllm import stub
from ways import answering, connect_proxy, tls_in_front

from copilot.config import Gateway
from copilot.engines import credentials, wire
from copilot.engines.client import Client, Refused
from copilot.errors import GatewayUnavailable

KEY = "bck_canary0123456789"
BODY = {"prompt": "x = ", "stream": True}


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("K", KEY)
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
async def upstream():
    async with stub() as running:
        await running.behave(texts=["1 + 1"])
        yield running


@pytest.fixture
def bundle(authority, tmp_path) -> str:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return str(tmp_path / "ca.pem")


def server_context(authority, *names: str, wants_client: bool = False, **how) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*(names or ("localhost",)), **how).configure_cert(context)
    if wants_client:
        context.verify_mode = ssl.CERT_REQUIRED
        authority.configure_trust(context)
    return context


@asynccontextmanager
async def client(url: str, **settings):
    made = Client(Gateway(url=url, key="env:K", **settings))
    try:
        yield made
    finally:
        await made.close()


async def ask(url: str, **settings) -> str:
    async with client(url, **settings) as made:
        choices, _ = await made.ask("/v1/completions", BODY, {})
        return choices[0].text


async def failure(url: str, **settings) -> GatewayUnavailable:
    with pytest.raises(GatewayUnavailable) as caught:
        await ask(url, **settings)
    assert KEY not in str(caught.value)
    return caught.value


# TLS


async def test_a_banks_own_authority_is_trusted_once_it_is_set(authority, upstream, bundle):
    port = int(upstream.url.rpartition(":")[2])
    async with tls_in_front(port, server_context(authority)) as secured:
        assert await ask(f"https://localhost:{secured}", ca_bundle=bundle) == "1 + 1"
        error = await failure(f"https://localhost:{secured}")
    assert error.reason == "tls"
    assert "gateway.ca_bundle" in str(error)


async def test_an_expired_certificate_is_called_so(authority, upstream, bundle):
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    context = server_context(authority, not_before=yesterday - dt.timedelta(days=9), not_after=yesterday)
    async with tls_in_front(int(upstream.url.rpartition(":")[2]), context) as port:
        error = await failure(f"https://localhost:{port}", ca_bundle=bundle)
    assert error.reason == "tls"
    assert "expired" in str(error)


async def test_a_certificate_of_another_name_is_called_so(authority, upstream, bundle):
    context = server_context(authority, "other.bank.example")
    async with tls_in_front(int(upstream.url.rpartition(":")[2]), context) as port:
        error = await failure(f"https://localhost:{port}", ca_bundle=bundle)
    assert error.reason == "tls"
    assert "not one of localhost" in str(error)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_mutual_tls_needs_and_takes_the_client_certificate(authority, upstream, bundle, tmp_path, version):
    context = server_context(authority, wants_client=True)
    context.minimum_version = context.maximum_version = version
    authority.issue_cert("ann@bank.example").private_key_and_cert_chain_pem.write_to_path(tmp_path / "ann.pem")
    trustme.CA().issue_cert("eve@bank.example").private_key_and_cert_chain_pem.write_to_path(tmp_path / "eve.pem")
    async with tls_in_front(int(upstream.url.rpartition(":")[2]), context) as port:
        url = f"https://localhost:{port}"
        assert await ask(url, ca_bundle=bundle, client_cert=str(tmp_path / "ann.pem")) == "1 + 1"
        without = await failure(url, ca_bundle=bundle)
        foreign = await failure(url, ca_bundle=bundle, client_cert=str(tmp_path / "eve.pem"))
    assert without.reason == foreign.reason == "tls"
    assert "asks for a client certificate" in str(without)
    assert "refuses the client certificate" in str(foreign)


async def test_a_plain_port_asked_for_tls_says_so(bundle):
    async with answering(http("400 Bad Request", b"no"), at_once=True) as server:
        error = await failure(f"https://localhost:{server.port}", ca_bundle=bundle)
    assert error.reason == "tls"
    assert "speaks no TLS" in str(error)


async def test_a_server_that_hangs_up_in_the_handshake_is_no_riddle(bundle):
    async with answering(b" ", at_once=True) as server:
        server_that_closes = f"https://localhost:{server.port}"
        error = await failure(server_that_closes, ca_bundle=bundle)
    assert error.reason == "tls"
    assert "TLS" in str(error)


async def test_nginxs_own_words_for_a_missing_client_certificate_are_understood(authority, bundle):
    page = b"<html><head><title>400 No required SSL certificate was sent</title></head></html>"
    async with answering(http("400 Bad Request", page, "Content-Type: text/html")) as server:
        error = await failure(f"http://localhost:{server.port}")
    assert error.reason == "tls"
    assert "gateway.client_cert" in str(error)


# Proxies


async def test_the_way_goes_through_the_proxy_and_the_key_stays_inside_the_tunnel(
    authority, upstream, bundle, monkeypatch
):
    context = server_context(authority, "copilot.bank.example")
    async with tls_in_front(int(upstream.url.rpartition(":")[2]), context) as port, connect_proxy() as proxy:
        url = f"https://copilot.bank.example:{port}"
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert await ask(url, ca_bundle=bundle) == "1 + 1"
        async with client(url, ca_bundle=bundle) as made:
            assert (await made.get("/health")).status == 200
    assert proxy.seen == [f"CONNECT copilot.bank.example:{port} HTTP/1.1"] * 2
    assert KEY.encode() not in b"".join(proxy.heads)


async def test_a_proxy_that_wants_a_password_gets_it_from_its_address(authority, upstream, bundle):
    context = server_context(authority, "copilot.bank.example")
    async with tls_in_front(int(upstream.url.rpartition(":")[2]), context) as port:
        url = f"https://copilot.bank.example:{port}"
        async with connect_proxy(password="Basic YW5uOnNlY3JldA==") as proxy:
            told = f"ann:secret@127.0.0.1:{proxy.port}"
            assert await ask(url, ca_bundle=bundle, proxy=f"http://{told}") == "1 + 1"
            error = await failure(url, ca_bundle=bundle, proxy=f"http://127.0.0.1:{proxy.port}")
            wrong = await failure(url, ca_bundle=bundle, proxy=f"http://ann:hidden@127.0.0.1:{proxy.port}")
    assert error.reason == wrong.reason == "away"
    assert "HTTP 407" in str(error)
    assert "hidden" not in str(wrong)


async def test_a_proxy_that_is_away_or_forbids_is_named_instead_of_the_gateway():
    gone = await failure("https://copilot.bank.example", proxy="http://127.0.0.1:9")
    assert gone.reason == "away"
    assert "proxy http://127.0.0.1:9" in str(gone)
    async with connect_proxy(status=403) as proxy:
        forbidden = await failure("https://copilot.bank.example", proxy=f"http://127.0.0.1:{proxy.port}")
    assert "HTTP 403" in str(forbidden)


# What is not the gateway


def http(status: str, body: bytes, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]).encode() + body


async def test_a_redirect_is_never_followed():
    async with answering(http("200 OK", b"{}")) as elsewhere:
        location = f"Location: http://127.0.0.1:{elsewhere.port}/"
        async with answering(http("307 Moved", b"", location)) as first:
            error = await failure(f"http://127.0.0.1:{first.port}")
    assert error.reason == "error"
    assert "gateway.url" in str(error)
    assert elsewhere.seen == []


async def test_a_login_page_is_not_taken_for_an_answer():
    async with answering(http("200 OK", b"<html>log in</html>", "Content-Type: text/html")) as server:
        error = await failure(f"http://127.0.0.1:{server.port}")
    assert "Something else" in str(error)
    assert "text/html" in str(error)


async def test_what_speaks_no_http_is_called_so():
    async with answering(b"SSH-2.0-OpenSSH_9.2\r\n") as server:
        error = await failure(f"http://127.0.0.1:{server.port}")
    assert "speaks no HTTP" in str(error)


async def test_a_closed_port_and_an_unknown_name_are_told_apart():
    closed = await failure("http://127.0.0.1:9")
    unknown = await failure("http://no-such-host.invalid:80")
    assert (closed.reason, unknown.reason) == ("away", "away")
    assert "Connection refused" in str(closed)
    assert "is not known" in str(unknown)


async def test_a_connection_that_is_never_made_ends_after_connect_s():
    # A listener whose queue is full answers nothing.
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        error = await failure(f"http://127.0.0.1:{port}", connect_s=0.3)
        for filler in fillers:
            filler.close()
    assert error.reason == "away"
    assert "within 0.3 s" in str(error)


@pytest.mark.parametrize(
    ("status", "body", "reason", "words"),
    [
        ("401 No", b'{"error": {"code": "invalid_key", "message": "x"}}', "key", "gateway.key"),
        ("429 Slow", b'{"error": {"code": "rate_limited", "message": "x"}}', "limited", "limit"),
        ("503 Full", b'{"error": {"code": "overloaded", "message": "x"}}', "limited", "overloaded"),
        ("503 Off", b'{"error": {"code": "upstream_unavailable", "message": "x"}}', "away", "no model"),
        ("503 Off", b'{"error": {"code": "draining", "message": "x"}}', "away", "stopping"),
        ("504 Late", b'{"error": {"code": "upstream_timeout", "message": "x"}}', "slow", "in time"),
        ("502 Bad", b"<html>nginx</html>", "error", "502"),
        ("500 Bad", b"", "error", "500"),
        ("200 OK", b"\xff\x00", "error", "cannot be read"),
    ],
)
async def test_a_gateways_refusal_becomes_a_stable_word(status, body, reason, words):
    async with answering(http(status, body, "Content-Type: application/json", "Retry-After: 7")) as server:
        error = await failure(f"http://127.0.0.1:{server.port}")
    assert error.reason == reason
    assert words in str(error)
    assert error.retry_after_s == (7.0 if reason in ("limited", "away") else None)


@pytest.mark.parametrize(
    ("status", "code", "reason", "notice"),
    [
        ("403 No", "content_denied", "content review at the gateway refused it", False),
        ("400 No", "prompt_too_long", "it is too long for the model", False),
        ("413 No", "too_large", "it is too long for the model", False),
        ("403 No", "template_refused", "the gateway refuses the request", True),
        ("404 No", "unknown_model", "the gateway refuses the request", True),
        ("400 No", "unknown_field", "the gateway refuses the request", True),
    ],
)
async def test_a_refused_question_is_no_outage(status, code, reason, notice):
    body = f'{{"error": {{"code": "{code}", "message": "because"}}}}'.encode()
    async with answering(http(status, body, "Content-Type: application/json")) as server:
        with pytest.raises(Refused) as caught:
            await ask(f"http://127.0.0.1:{server.port}")
    assert caught.value.declined.reason == reason
    assert caught.value.declined.detail == "because"
    assert bool(caught.value.notice) is notice


async def test_connections_are_kept_and_one_that_was_closed_meanwhile_is_opened_again(upstream):
    # The first server answers once and closes after it, as a gateway that restarts does.
    async with client(upstream.url) as made:
        for _ in range(3):
            await made.ask("/v1/completions", BODY, {})
    once = http("200 OK", b'{"model": "m", "choices": [{"text": "a"}]}', "Content-Type: application/json")
    async with answering(once) as server, client(f"http://127.0.0.1:{server.port}") as made:
        for _ in range(3):
            choices, _ = await made.ask("/v1/completions", BODY, {})
            assert choices == [wire.Choice("a", "")]


def test_one_client_serves_several_loops_and_closes_in_all_of_them():
    made = Client(Gateway(url="http://127.0.0.1:1", key="env:K"))
    first, second = asyncio.new_event_loop(), asyncio.new_event_loop()

    async def use() -> str:
        return (await made.ask("/v1/completions", BODY, {}))[0][0].text

    upstream = stub()
    running = first.run_until_complete(upstream.__aenter__())
    try:
        made = Client(Gateway(url=running.url, key="env:K"))
        answers = [loop.run_until_complete(use()) for loop in (first, second, first)]
        assert [text[:5] for text in answers] == ["x = 1"] * 3
        second.run_until_complete(made.close())
        first.run_until_complete(asyncio.sleep(0.05))  # the other loop's session is closed where it lives
    finally:
        first.run_until_complete(upstream.__aexit__(None, None, None))
        first.close()
        second.close()


async def test_a_new_key_is_read_after_the_old_one_was_refused(monkeypatch, upstream):
    async with client(upstream.url) as made:
        await made.ask("/v1/completions", BODY, {})
        monkeypatch.setenv("K", "bck_new")
        await made.ask("/v1/completions", BODY, {})
        made.forget()
        await made.ask("/v1/completions", BODY, {})
    keys = [row["headers"]["authorization"] for row in (await upstream.state())["requests"]]
    assert keys == [f"Bearer {KEY}", f"Bearer {KEY}", "Bearer bck_new"]


def test_a_gateway_in_the_clear_loads_no_authorities():
    from copilot.engines.client import prepare

    assert prepare(Gateway(url="http://localhost:1", key="env:K")).tls is None
    assert credentials.address(Gateway(url="http://localhost:1")).local
