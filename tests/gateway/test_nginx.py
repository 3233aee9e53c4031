"""The documented nginx configuration in a real nginx: TLS, streams piece by piece, aborts, closed administration."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import ssl
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
import trustme

EXAMPLE = Path(__file__).parents[2] / "serving" / "nginx.example.conf"


@pytest.fixture
async def front(gateway, tmp_path):
    """`(port, ssl context)` of an nginx with the example's configuration before the gateway."""
    authority = trustme.CA()
    made = authority.issue_cert("localhost")
    made.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    for at, blob in enumerate(made.cert_chain_pems):
        blob.write_to_path(str(tmp_path / "cert.pem"), append=at > 0)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    text = EXAMPLE.read_text("utf-8")
    for old, new in {
        "127.0.0.1:8080": gateway.url.removeprefix("http://"),
        "listen 443": f"listen 127.0.0.1:{port}",
        "copilot.bank.example": "localhost",
        "/etc/nginx/tls/copilot.pem": str(tmp_path / "cert.pem"),
        "/etc/nginx/tls/copilot.key": str(tmp_path / "key.pem"),
    }.items():
        assert old in text
        text = text.replace(old, new)
    temporary = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = (
        f"daemon off; pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; {temporary} {text} }}"
    )
    (tmp_path / "nginx.conf").write_text(main)
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program is not None, "make test installs nginx (tests/system.sh)"
    process = subprocess.Popen([program, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")])
    try:
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert process.poll() is None, "nginx did not start"
            await asyncio.sleep(0.05)
        trusted = ssl.create_default_context()
        authority.configure_trust(trusted)
        yield port, trusted
    finally:
        process.terminate()
        process.wait(10)


async def opened(front, request: bytes):
    port, trusted = front
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusted, server_hostname="localhost")
    writer.write(request)
    return reader, writer


def asked(gateway, *, stream: bool) -> bytes:
    body = json.dumps(
        {"model": "bank-coder", "messages": [{"role": "user", "content": "x"}], "stream": stream}
    ).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {gateway.key}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def test_an_answer_comes_through_tls(front, gateway):
    await gateway.upstream.behave(texts=["hello"], fault="", ttft_ms=0, chunk_ms=0)
    reader, writer = await opened(front, asked(gateway, stream=False))
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    writer.close()


async def test_a_stream_is_not_held_back_and_leaving_it_aborts_the_generation(front, gateway):
    await gateway.upstream.behave(texts=["word word\n" * 100], chunks=100, chunk_ms=50, fault="")
    before = (await gateway.upstream.state())["aborted"]
    reader, writer = await opened(front, asked(gateway, stream=True))
    async with asyncio.timeout(3):  # the whole stream takes five seconds: nothing may wait for its end
        await reader.readuntil(b"word")
    writer.transport.abort()
    async with asyncio.timeout(3):
        while (await gateway.upstream.state())["aborted"] == before:
            await asyncio.sleep(0.02)
    assert (await gateway.upstream.state())["running"] == 0


async def test_an_unknown_authority_is_refused_by_the_client(front):
    port, _ = front
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.open_connection("127.0.0.1", port, ssl=ssl.create_default_context(), server_hostname="localhost")
