"""The bank's rule packs at a running gateway: in force within a second, no request dropped, a broken one changes nothing."""

from __future__ import annotations

import json
import subprocess
import threading
import time

import pytest
from gateway_process import COMMAND, plane

from copilot import __version__

PACK = (
    "[pack]\nname = 'bank'\nversion = '{version}'\n\n[[words]]\nid = 'projects'\nwords = ['{word}']\naction = 'deny'\n"
)


@pytest.fixture
def gateway():
    extra = "\n[guard]\npacks = ['bank.toml']\nunsigned_packs = true\n\n[limits]\nkey_requests_per_minute = 0\nkey_tokens_per_minute = 0\n"
    with plane(extra=extra, start=False) as made:
        (made.folder / "bank.toml").write_text(PACK.format(version="1", word="heron"))
        made.start()
        yield made
        made.stop()


def status(gateway, word: str) -> int:
    body = {"model": "coder", "messages": [{"role": "user", "content": f"about {word}"}]}
    return gateway.ask("POST", "/v1/chat/completions", body, key="alpha").status


def until(gateway, word: str, wanted: int, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while status(gateway, word) != wanted:
        assert time.monotonic() < end, f"{word} is not {wanted}"
        time.sleep(0.05)


def checks(gateway) -> dict[str, str]:
    return {one["name"]: one["detail"] for one in gateway.ask("GET", "/ready").json["checks"]}


def test_a_changed_pack_comes_into_force_under_load_and_a_broken_one_does_not(gateway):
    assert (status(gateway, "heron"), status(gateway, "kestrel")) == (403, 200)
    assert checks(gateway)["rules"].startswith("bank@1#")
    answers: list[int] = []
    stop = threading.Event()

    def load() -> None:
        while not stop.is_set():
            answers.append(status(gateway, "nothing"))
            time.sleep(0.01)

    workers = [threading.Thread(target=load) for _ in range(3)]
    for worker in workers:
        worker.daemon = True
        worker.start()
    pack = gateway.folder / "bank.toml"
    pack.write_text(PACK.format(version="2", word="kestrel"))
    until(gateway, "kestrel", 403)
    assert status(gateway, "heron") == 200
    pack.write_text("[[rules]]\nid = 'bad'\nregex = '(a)\\1'\n")
    end = time.monotonic() + 20
    while "(not signed)" in checks(gateway)["rules"]:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert "rule bad cannot be used" in checks(gateway)["rules"]
    assert status(gateway, "kestrel") == 403, "the rules before stay in force"
    metrics = gateway.ask("GET", "/metrics").body.decode()
    assert 'bank_copilot_rule_pack{digest="' in metrics
    assert 'version="2"' in metrics
    assert "bank_copilot_rule_pack_failures 1.0" in metrics
    pack.write_text(PACK.format(version="3", word="osprey"))
    until(gateway, "osprey", 403)
    stop.set()
    for worker in workers:
        worker.join()
    assert set(answers) == {200}, "no request is dropped"
    assert "stay in force" in gateway.errors()


def test_the_version_of_the_packs_stands_in_the_audit(gateway):
    status(gateway, "heron")
    status(gateway, "nothing")
    for _ in range(100):
        lines = [line for file in gateway.folder.rglob("*.jsonl") for line in file.read_text().splitlines()]
        records = [record for line in lines if (record := json.loads(line)["record"])["direction"] == "in"]
        if len(records) >= 2:
            break
        time.sleep(0.05)
    assert {record["packs"].partition("#")[0] for record in records} == {f"built-in@{__version__} bank@1"}
    assert records[0]["rules"] == ["projects"]


def test_a_gateway_whose_pack_is_not_signed_does_not_start():
    with plane(extra="\n[guard]\npacks = ['bank.toml']\n", start=False) as made:
        (made.folder / "bank.toml").write_text(PACK.format(version="1", word="heron"))
        done = subprocess.run(
            [COMMAND, "serve", "--config", str(made.config)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert "no configured key has signed" in done.stderr
