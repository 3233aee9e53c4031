"""What is kept of taken suggestions: nothing without the bank's policy and the developer's word; sealed, reviewed, deletable."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from counted import CANARIES, HEAD, SAID, begin, plane
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

COMMAND = str(Path(sys.executable).with_name("bank-copilot"))
CONSENT = "bankCopilot.captureConsent"
AGREED = {"BANK_COPILOT_CAPTURE_CONSENT": "true"}

SECRET = '''KEY = """-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj
-----END PRIVATE KEY-----"""
'''


@pytest.fixture(scope="module")
def bank():
    with plane() as running:
        yield running


@pytest.fixture
def managed(tmp_path):
    """The administrator's file, with the policy on; the private key lies beside it."""
    key = X25519PrivateKey.generate()
    (tmp_path / "private.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "public.pem").write_bytes(public)
    path = tmp_path / "managed.toml"
    path.write_text(f'[capture]\npolicy = "on"\nkey_file = "{tmp_path}/public.pem"\nexclude = ["secret/"]\n')
    return path


def copilot(folder: Path, *words: str, code: int = 0) -> str:
    environ = {**os.environ, "XDG_STATE_HOME": str(folder / "state"), "XDG_CONFIG_HOME": str(folder)}
    done = subprocess.run([COMMAND, *words], capture_output=True, text=True, env=environ, cwd=folder, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout


def kept(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in (folder / "state").rglob("*.jsonl"))


def opened(folder: Path) -> list[dict]:
    told = copilot(folder, "capture", "open", "--key", str(folder / "private.pem"))
    return [json.loads(line) for line in told.splitlines()]


async def consent(session, *words: bool) -> dict:
    return await session.editor.request("workspace/executeCommand", {"command": CONSENT, "arguments": list(words)})


async def agreeing(start, bank, folder: Path, managed: Path, text: str = HEAD):
    """A session whose user has agreed by the environment, once the server has read it."""
    session = await begin(start, bank, folder, text, PROBE_MANAGED=str(managed), **AGREED)
    await session.editor.request("probe/quiet")
    assert (await consent(session))["active"] is True
    return session


async def aged(session) -> None:
    for seconds in (31, 90, 480):
        await session.advance(seconds)
    await session.editor.request("probe/quiet")
    await session.editor.stop()


async def taken_and_aged(session) -> None:
    await session.accept(await session.ask())
    await aged(session)


async def test_with_policy_and_consent_an_accepted_pair_is_kept_for_the_bank_alone(start, bank, managed, tmp_path):
    header = "# SPDX-License-Identifier: Apache-2.0\n"
    session = await begin(start, bank, tmp_path, header + HEAD, PROBE_MANAGED=str(managed))
    assert (await consent(session))["why"] == "you have not agreed"
    assert (await consent(session, True))["active"] is True
    await session.accept(await session.ask(2))
    await aged(session)
    data = kept(tmp_path)
    assert data
    assert [word for word in (*CANARIES, "Apache", "python", "beta") if word.encode() in data] == []
    (record,) = opened(tmp_path)
    assert (record["kind"], record["suggestion"], record["made"]) == ("accepted", SAID, SAID)
    assert record["before"] == header + HEAD.rstrip("\n")
    assert record["after"] == "\n"
    named = ("task", "language", "engine", "model", "class", "licence", "masked")
    assert [record[name] for name in named] == ["complete", "python", "model", "coder", "product", "Apache-2.0", []]
    assert record["template"].startswith("complete@")
    assert len(record["policy"]) == 12
    assert len(record["day"]) == 10


async def test_a_corrected_pair_is_kept_as_it_became(start, bank, managed, tmp_path):
    session = await agreeing(start, bank, tmp_path, managed)
    await session.accept(await session.ask())
    session.change(((1, 11 + len("kestrel ")), (1, 11 + len("kestrel +")), "-"))
    await aged(session)
    (record,) = opened(tmp_path)
    assert (record["kind"], record["made"]) == ("corrected", SAID.replace("+", "-"))


@pytest.mark.parametrize("missing", ["policy", "consent", "both"])
async def test_without_one_of_the_two_nothing_is_kept(start, bank, managed, tmp_path, missing):
    environment = {"PROBE_MANAGED": str(managed), **AGREED}
    if missing != "consent":
        managed.write_text(managed.read_text().replace('"on"', '"off"'))
    if missing != "policy":
        del environment["BANK_COPILOT_CAPTURE_CONSENT"]
    session = await begin(start, bank, tmp_path, **environment)
    await session.editor.request("probe/quiet")
    await taken_and_aged(session)
    assert kept(tmp_path) == b""


async def test_neither_the_editor_nor_the_repository_agrees_or_makes_policy(start, bank, managed, tmp_path):
    managed.write_text(managed.read_text().replace('policy = "on"\n', ""))
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo" / ".bank-copilot.toml").write_text('[capture]\nconsent = true\npolicy = "on"\n')
    session = await begin(start, bank, tmp_path, PROBE_MANAGED=str(managed))
    settings = {"bankCopilot": {"capture": {"consent": True, "policy": "on"}}}
    session.editor.notify("workspace/didChangeConfiguration", {"settings": settings})
    found = await consent(session)
    assert (found["policy"], found["consent"]) == ("off", False)
    await taken_and_aged(session)
    assert kept(tmp_path) == b""
    said = [m["params"]["message"] for m in session.editor.seen if m["method"] == "window/showMessage"]
    assert {"project", "lsp"} <= {
        word for text in said if "capture." in text for word in ("project", "lsp") if word in text
    }


async def test_withdrawing_deletes_what_was_kept_and_what_waits(start, bank, managed, tmp_path):
    await taken_and_aged(await agreeing(start, bank, tmp_path, managed))
    assert len(opened(tmp_path)) == 1
    session = await agreeing(start, bank, tmp_path, managed)
    await session.accept(await session.ask())
    found = await consent(session, False)
    assert (found["consent"], found["records"]) == (False, 0)
    await aged(session)
    assert kept(tmp_path) == b""


async def test_consent_that_is_gone_when_a_session_starts_deletes_what_is_there(start, bank, managed, tmp_path):
    await taken_and_aged(await agreeing(start, bank, tmp_path, managed))
    assert kept(tmp_path)
    session = await begin(start, bank, tmp_path, PROBE_MANAGED=str(managed))
    await session.ask()
    await session.editor.request("probe/quiet")
    await session.editor.stop()
    assert kept(tmp_path) == b""


async def test_what_review_finds_is_masked_and_what_it_denies_is_not_kept(start, bank, managed, tmp_path):
    password = 'URL = "postgresql://app:kT9wq2LmX4vR@db/app"\n'
    session = await agreeing(start, bank, tmp_path, managed, password + HEAD)
    await session.accept(await session.ask(2))
    await aged(session)
    (record,) = opened(tmp_path)
    assert record["masked"] == ["password"]
    assert "kT9wq2LmX4vR" not in json.dumps(record)
    copilot(tmp_path, "capture", "delete")
    session = await agreeing(start, bank, tmp_path, managed)
    item = await session.ask()
    session.change(((2, 0), (2, 0), SECRET))  # now: the model would not have been asked with it
    await session.accept(item)
    await aged(session)
    assert kept(tmp_path) == b""


async def test_excluded_files_are_not_kept(start, bank, managed, tmp_path):
    managed.write_text(managed.read_text().replace('"secret/"', '"calc.py"'))
    await taken_and_aged(await agreeing(start, bank, tmp_path, managed))
    assert kept(tmp_path) == b""


def test_the_verbs_tell_agree_hand_over_and_delete(managed, tmp_path):
    assert json.loads(copilot(tmp_path, "capture", "status", "--json"))["consent"] is False
    told = json.loads(copilot(tmp_path, "capture", "consent", "on", "--json"))
    assert (told["consent"], told["active"], told["why"]) == (True, False, "the bank's policy is off")
    copilot(tmp_path, "capture", "export", str(tmp_path / "records"), code=1)
    folder = tmp_path / "state" / "bank-copilot" / "capture"
    folder.mkdir()
    (folder / "2026-11-30.jsonl").write_text('{"key": "0", "sealed": ""}\nno record\n')
    told = json.loads(copilot(tmp_path, "capture", "status", "--json"))
    assert (told["consent"], told["records"]) == (True, 2)
    copilot(tmp_path, "capture", "export", str(tmp_path / "records"))
    assert (tmp_path / "records").read_bytes() == (folder / "2026-11-30.jsonl").read_bytes()
    copilot(tmp_path, "capture", "open", "--key", str(tmp_path / "private.pem"), str(tmp_path / "records"), code=1)
    copilot(tmp_path, "capture", "open", "--key", str(tmp_path / "public.pem"), code=2)
    copilot(tmp_path, "capture", "consent", "off")
    assert list(folder.iterdir()) == []
    assert json.loads(copilot(tmp_path, "capture", "status", "--json"))["consent"] is False
