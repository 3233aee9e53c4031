"""`bank-copilot doctor` on the whole way to the gateway: what is wrong, what to do, and never the key."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import trustme
from gateway_process import COMMAND, plane
from ways import answering, connect_proxy, tls_in_front

from copilot.config import Gateway, Settings
from copilot.engines import reach

KEY = "bck_canary" + "0" * 43


@pytest.fixture(scope="module")
def bank():
    with plane() as made:
        yield made


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def doctor(tmp_path: Path, **environment: str) -> tuple[int, dict[str, dict], str]:
    done = subprocess.run(
        [COMMAND, "doctor", "--json"],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path), "LANG": "C.UTF-8", **environment},
        timeout=60,
    )
    assert KEY not in done.stdout + done.stderr
    return done.returncode, {f["name"]: f for f in json.loads(done.stdout)["findings"]}, done.stderr


async def walk(**gateway) -> dict[str, reach.Step]:
    settings = Settings(gateway=Gateway(**gateway))
    found = {step.name: step async for step in reach.walk(settings)}
    assert KEY not in repr(found)
    return found


def test_a_well_gateway_is_walked_to_the_last_token(bank, tmp_path):
    code, found, _ = doctor(tmp_path, BANK_COPILOT_GATEWAY_URL=bank.url, COPILOT_GATEWAY_KEY=bank.keys["beta"])
    gateway = [name for name in found if name.startswith(("gateway", "clock", "model"))]
    assert all(found[name]["ok"] for name in gateway), found
    assert "team beta, user bob" in found["gateway profile"]["detail"]
    assert found["gateway ready"]["detail"] == "ready"
    assert [name for name in gateway if name.startswith("model")] == [
        "model coder (complete)",
        "model coder (generate, fix, comment, tests, explain, review)",
    ]
    asked = [row["body"] for row in bank.seen()["requests"]][-2:]
    assert [row["max_tokens"] for row in asked] == [1, 1]
    assert bank.keys["beta"] not in json.dumps(found)
    assert code == 0


def test_without_a_gateway_it_says_so_and_is_well(tmp_path):
    _, found, _ = doctor(tmp_path)
    assert found["gateway"]["ok"]
    assert "embedded" in found["gateway"]["detail"]


def test_a_missing_key_stops_at_the_key(bank, tmp_path):
    code, found, _ = doctor(tmp_path, BANK_COPILOT_GATEWAY_URL=bank.url)
    assert code == 1
    assert found["gateway health"]["ok"]
    assert "COPILOT_GATEWAY_KEY" in found["gateway key"]["detail"]
    assert "gateway profile" not in found


def test_a_wrong_key_is_refused_and_never_shown(bank, tmp_path):
    code, found, _ = doctor(tmp_path, BANK_COPILOT_GATEWAY_URL=bank.url, COPILOT_GATEWAY_KEY=KEY)
    assert code == 1
    assert not found["gateway key"]["ok"]
    assert "administrator" in found["gateway key"]["advice"]


def test_a_key_file_that_others_can_read_is_a_finding(bank, tmp_path):
    file = tmp_path / "key"
    file.write_text(bank.keys["beta"])
    file.chmod(0o644)
    _, found, _ = doctor(tmp_path, BANK_COPILOT_GATEWAY_URL=bank.url, BANK_COPILOT_GATEWAY_KEY=f"file:{file}")
    assert "chmod 600" in found["gateway key"]["detail"]
    assert found["gateway profile"]["ok"]


def test_a_pin_that_nothing_satisfies_is_a_finding(bank, tmp_path):
    environment = {"BANK_COPILOT_GATEWAY_URL": bank.url, "COPILOT_GATEWAY_KEY": bank.keys["beta"]}
    code, found, _ = doctor(tmp_path, **environment, BANK_COPILOT_PROMPTS_PINS="fix@99")
    assert code == 1
    assert "fix@99" in found["prompts"]["detail"]


async def test_name_port_and_proxy_are_told_apart():
    unknown = await walk(url="https://no-such-host.invalid")
    assert not unknown["gateway name"].ok
    closed = await walk(url="http://127.0.0.1:9")
    assert closed["gateway name"].ok
    assert not closed["gateway port"].ok
    assert "firewall" in closed["gateway port"].advice
    proxied = await walk(url="https://copilot.bank.example", proxy="http://ann:secret@127.0.0.1:9")
    assert proxied["gateway proxy"].detail == "http://127.0.0.1:9"
    assert not proxied["gateway port"].ok
    assert "gateway.proxy" in proxied["gateway port"].advice
    async with connect_proxy(status=403) as proxy:
        forbidden = await walk(url="https://copilot.bank.example", proxy=f"http://127.0.0.1:{proxy.port}")
    assert "HTTP 403" in forbidden["gateway away"].detail


async def test_a_foreign_authority_and_a_soon_expired_certificate_are_told(bank, tmp_path, monkeypatch):
    import datetime as dt
    import ssl

    monkeypatch.setenv("COPILOT_GATEWAY_KEY", bank.keys["beta"])
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(days=3, hours=1)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", not_after=soon).configure_cert(context)
    async with tls_in_front(int(bank.url.rpartition(":")[2]), context) as port:
        url = f"https://localhost:{port}"
        unknown = await walk(url=url)
        known = await walk(url=url, ca_bundle=str(tmp_path / "ca.pem"))
    assert "gateway.ca_bundle" in unknown["gateway tls"].detail
    assert "expires in 3 days" in known["gateway tls"].detail
    assert not known["gateway tls"].ok
    assert known["gateway ready"].ok


async def test_something_else_at_the_address_is_not_taken_for_a_gateway():
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"
    async with answering(page) as server:
        found = await walk(url=f"http://127.0.0.1:{server.port}")
    assert not found["gateway health"].ok
    assert "login page" in found["gateway health"].advice


async def test_a_wrong_clock_is_told():
    body = b'{"status": "ok", "version": "1"}'
    head = f"HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Length: {len(body)}\r\n\r\n"
    async with answering(head.encode() + body) as server:
        found = await walk(url=f"http://127.0.0.1:{server.port}")
    assert not found["clock"].ok


def test_a_model_behind_it_that_is_gone_is_told(tmp_path):
    with plane() as bank:
        bank.stub.kill()
        bank.stub.wait(10)
        code, found, _ = doctor(tmp_path, BANK_COPILOT_GATEWAY_URL=bank.url, COPILOT_GATEWAY_KEY=bank.keys["beta"])
    assert code == 1
    assert found["gateway key"]["ok"]
    assert not found["gateway ready"]["ok"]
    assert not found["model coder (complete)"]["ok"]


def test_the_text_for_a_person_has_advice_only_where_something_is_wrong(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "from copilot.cli import main; main(['doctor'])"],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path), "BANK_COPILOT_GATEWAY_URL": "http://127.0.0.1:9"},
        timeout=60,
    )
    lines = done.stdout.splitlines()
    advice = [number for number, line in enumerate(lines) if line.startswith("     -> ")]
    assert advice
    assert all(lines[number - 1].startswith("FAIL") for number in advice)
