"""An editor before a gateway or a model in other hands, in a repository of a stranger: what it may not bring about."""

from __future__ import annotations

import json
import re
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from ways import answering

from copilot.config import Gateway, Guard, Prompts, Settings
from copilot.engines import credentials, profile
from copilot.engines.model import ModelEngine
from copilot.errors import GatewayUnavailable
from copilot.progress import hearing
from copilot.types import (
    Candidate,
    CompleteOptions,
    Context,
    Declined,
    ExplainOptions,
    GenerateOptions,
    Request,
    Snippet,
    Span,
    Task,
    document,
)
from prompts.templates import Library

PASSWORD = "Tr0ub4dor-horse"
ELSEWHERE = f'URL = "postgresql://app:{PASSWORD}@db/app"\n'
WORD = "REDACTED_PASSWORD_0001"


@pytest.fixture(autouse=True)
def _key(gateway, monkeypatch):
    monkeypatch.setenv("K", gateway.key)


def settings(url: str) -> Settings:
    return replace(Settings(), gateway=Gateway(url=url, key="env:K"), guard=Guard(deny=()))


@asynccontextmanager
async def engine(url: str, root: Path):
    notices: list[str] = []
    made = ModelEngine(root, settings(url), None, notices.append)
    try:
        yield made, notices
    finally:
        await made.close()


async def proposals(made: ModelEngine, request: Request, context: Context) -> list[Candidate | Declined]:
    return [one async for one in made.propose(request, context)]


def completing(root: Path, above: str) -> tuple[Request, Context]:
    doc = document(root / "app.py", "python", above + "\n")
    at = len(above.encode())
    snippet = Snippet(root / "config.py", Span(0, len(ELSEWHERE)), ELSEWHERE, "similar", 20)
    return Request(Task.COMPLETE, doc, Span(at, at), CompleteOptions(), "invoked"), Context(above, "\n", (snippet,))


async def word_for(gateway, root: Path, request: Request, context: Context) -> str:
    """The word that the engine is told instead of the password: the same each time in a workspace."""
    async with engine(gateway.url, root) as (made, _):
        await proposals(made, request, context)
    sent = json.dumps((await gateway.upstream.state())["requests"][-1])
    return re.findall(r"REDACTED_PASSWORD_[0-9]+", sent)[0]


async def test_a_password_of_another_file_is_not_copied_here_by_a_model_that_repeats_its_mask(gateway, tmp_path):
    asked = completing(tmp_path, "import config\n\nengine = ")
    word = await word_for(gateway, tmp_path, *asked)
    await gateway.upstream.behave(texts=[f'connect("postgresql://app:{word}@db/app")'])
    async with engine(gateway.url, tmp_path) as (made, _):
        found = await proposals(made, *asked)
    sent = json.dumps((await gateway.upstream.state())["requests"][-1])
    assert word in sent
    assert PASSWORD not in sent
    assert PASSWORD not in repr(found)
    assert isinstance(found[0], Declined)
    assert "another place" in found[0].reason


async def test_a_password_of_this_very_file_is_written_here_as_it_was(gateway, tmp_path):
    asked = completing(tmp_path, ELSEWHERE + "\nengine = ")
    word = await word_for(gateway, tmp_path, *asked)
    await gateway.upstream.behave(texts=[f'connect("postgresql://app:{word}@db/app")'])
    async with engine(gateway.url, tmp_path) as (made, _):
        found = await proposals(made, *asked)
    assert isinstance(found[0], Candidate)
    assert PASSWORD in found[0].edits[0].new


async def test_an_explanation_keeps_the_mask_of_what_stands_elsewhere(gateway, tmp_path):
    await gateway.upstream.behave(texts=[f"It connects as app with the password {WORD} to the database of the bank."])
    doc = document(tmp_path / "app.py", "python", "import config\n\nengine = config.URL\n")
    request = Request(Task.EXPLAIN, doc, Span(15, 34), ExplainOptions(), "invoked")
    context = Context("", "", (Snippet(tmp_path / "config.py", Span(0, len(ELSEWHERE)), ELSEWHERE, "similar", 20),))
    async with engine(gateway.url, tmp_path) as (made, _):
        found = await proposals(made, request, context)
    assert PASSWORD not in repr(found)
    assert WORD in repr(found)


async def test_half_a_character_in_a_wish_is_no_internal_error(gateway, tmp_path):
    await gateway.upstream.behave(texts=["```python\ndef area(radius):\n    return 3.14 * radius ** 2\n```"])
    doc = document(tmp_path / "calc.py", "python", "import math\n\n\n")
    request = Request(Task.GENERATE, doc, Span(13, 13), GenerateOptions(), instruction="the area \ud83d of a circle")
    async with engine(gateway.url, tmp_path) as (made, _):
        found = await proposals(made, request, Context("import math\n\n\n", ""))
    assert isinstance(found[0], Candidate)


@pytest.mark.parametrize("location", ["http://{host}/v1/completions", "//{host}/x"])
async def test_key_and_text_follow_no_redirect(tmp_path, location):
    async with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as thief:
        there = location.format(host=f"127.0.0.1:{thief.port}")
        head = f"HTTP/1.1 307 X\r\nLocation: {there}\r\nContent-Length: 0\r\n\r\n".encode()
        async with answering(head) as server, engine(f"http://127.0.0.1:{server.port}", tmp_path) as (made, _):
            found = await proposals(made, *completing(tmp_path, "x = "))
        assert isinstance(found[0], Declined)
        assert thief.seen == []


def told(**values) -> profile.Profile:
    return profile.read(json.dumps({"team": "alpha", **values}).encode(), "")


def test_a_profile_cannot_make_prompts_endless_nor_break_the_choice_of_a_template():
    source = '+++\nid = "fix"\nversion = "{v}"\nlanguages = ["python"]\n+++\n## user\n{text}\n'
    huge = {"name": "fix/python.md", "source": source.format(v="2", text="x" * 300_000)}
    number = {"name": "fix/python.md", "source": source.format(v="9" * 5_000, text="x")}
    found = told(templates=[huge, number] * 700, standards="y" * 100_000)
    assert found.templates == ()
    assert found.standards == ""
    profile.library(Library(), found).choose("fix", "python")


def test_a_profile_cannot_write_into_the_editors_lines():
    found = told(team="alpha\x1b[2J\nerror: none", user="a\rb", models={"complete": "coder\x1b]0;x\x07"})
    assert (found.team + found.user + found.models["complete"]).isprintable()


def test_values_are_not_rendered_again():
    library = Library(standards="{{code}} {{standards}}")
    template = library.choose("fix", "python")
    values = dict.fromkeys((*template.used, "code"), "{{standards}} {{instruction}}")
    turns = library.render(template, values)
    assert any("{{code}} {{standards}}" in text for _, text in turns)


@pytest.mark.parametrize("setting", ["ca_bundle", "client_cert"])
def test_a_strangers_repository_cannot_bring_the_authority_that_is_trusted(tmp_path, monkeypatch, setting):
    (tmp_path / "ca.pem").write_text("")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(GatewayUnavailable, match="absolute path"):
        credentials.tls(Gateway(url="https://copilot.bank.example", **{setting: "ca.pem"}))


def test_a_strangers_repository_cannot_bring_the_key_nor_the_templates(tmp_path, monkeypatch):
    (tmp_path / "key").write_text("bck_of_a_stranger")
    (tmp_path / "prompts").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(GatewayUnavailable, match="absolute path"):
        credentials.key("file:key")
    library, wrong = profile.local(Prompts(folder="prompts"))
    assert library == Library()
    assert "absolute path" in wrong


LEARNT = "ghp_" + "aB3dE6gH9k" * 3 + "aB3dE6"
PEM = "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n" * 3 + "-----END PRIVATE KEY-----\n"


async def test_what_a_model_knows_by_heart_is_masked_in_candidates_and_in_what_is_heard(gateway, tmp_path):
    said: list[str] = []
    text = f'token = "{LEARNT}"\nclient = connect(token)\n'
    await gateway.upstream.behave(texts=[text], chunks=30)
    async with engine(gateway.upstream.url, tmp_path) as (made, _):  # a gateway that reviews nothing
        with hearing(said.append):
            found = await proposals(made, *completing(tmp_path, "import github\n\n"))
    assert isinstance(found[0], Candidate)
    assert "REDACTED_PROVIDER_KEY_" in found[0].edits[0].new
    assert len(said) > 2
    assert LEARNT[:12] not in repr(found) + "".join(said)


async def test_a_candidate_with_a_private_key_is_none(gateway, tmp_path):
    doc = document(tmp_path / "app.py", "python", "import ssl\n\n\n")
    request = Request(Task.GENERATE, doc, Span(12, 12), GenerateOptions(), instruction="a key for the tests")
    answer = f'```python\nKEY = """{PEM}"""\n```\n'
    await gateway.upstream.behave(texts=[answer])
    async with engine(gateway.upstream.url, tmp_path) as (made, _):
        made._settings = replace(made._settings, guard=Guard())
        found = await proposals(made, request, Context("import ssl\n\n\n", ""))
    assert isinstance(found[0], Declined)
    assert "private-key" in found[0].reason
    assert "MIIE" not in repr(found)
