"""What the gateway hands out for a team: its templates and pins are used, and a profile that fails blocks nothing."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from gateway_process import plane
from ways import answering

from copilot.config import Gateway, Prompts, Settings
from copilot.engines import profile
from copilot.engines.model import ModelEngine
from copilot.engines.profile import Profile
from copilot.engines.wire import Garbled
from copilot.types import Candidate, Context, GenerateOptions, Request, Span, Task, document
from prompts import templates
from prompts.templates import Library

OWN = '+++\nid = "generate"\nversion = "{version}"\nlanguages = ["python"]\n+++\n## user\n{words} {{{{instruction}}}}{more}\n'
ANSWER = "```python\ndef area(radius):\n    return math.pi * radius ** 2\n```"


def template(words: str, version: str = "9", more: str = "") -> str:
    return OWN.format(version=version, words=words, more=more)


@pytest.fixture(scope="module")
def bank():
    """Team alpha is pinned to generate@1; beta has a template of its own, and standards hold for all."""
    with plane(start=False) as made:
        (made.folder / "templates" / "beta" / "generate").mkdir(parents=True)
        (made.folder / "templates" / "beta" / "generate" / "python.md").write_text(
            template("BETA", more="\n{{standards}}")
        )
        (made.folder / "standards.md").write_text("Money is Decimal.\n")
        section = '[prompts]\nfolder = "templates"\nstandards = "standards.md"\npins = { alpha = ["generate@1"] }\n\n'
        made.config.write_text(re.sub(r"\[prompts\]\n.*?\n\n", section, made.config.read_text(), flags=re.DOTALL))
        made.start()
        made.behave(texts=[ANSWER])
        yield made


def request(tmp_path) -> Request:
    doc = document(tmp_path / "calc.py", "python", "import math\n\n\n")
    return Request(Task.GENERATE, doc, Span(13, 13), GenerateOptions(), instruction="the area of a circle")


async def ask(url: str, tmp_path, monkeypatch, key: str, **sections) -> tuple[list, list[str]]:
    monkeypatch.setenv("K", key)
    notices: list[str] = []
    current = replace(Settings(), gateway=Gateway(url=url, key="env:K"), **sections)
    engine = ModelEngine(tmp_path, current, None, notices.append)
    try:
        return [one async for one in engine.propose(request(tmp_path), Context("import math\n\n\n", ""))], notices
    finally:
        await engine.close()


async def test_a_teams_own_template_and_standards_are_used_from_the_first_question(bank, tmp_path, monkeypatch):
    found, notices = await ask(bank.url, tmp_path, monkeypatch, bank.keys["beta"])
    assert [type(one) for one in found] == [Candidate]
    sent = bank.seen()["requests"][-1]["body"]["messages"]
    assert sent == [{"role": "user", "content": "BETA the area of a circle\nMoney is Decimal."}]
    assert notices == []


async def test_a_pin_of_the_team_wins_over_the_machines_own_template(bank, tmp_path, monkeypatch):
    (tmp_path / "prompts" / "generate").mkdir(parents=True)
    (tmp_path / "prompts" / "generate" / "python.md").write_text(template("MINE"))
    own = Prompts(folder=str(tmp_path / "prompts"))
    found, _ = await ask(bank.url, tmp_path, monkeypatch, bank.keys["alpha"], prompts=own)
    assert [type(one) for one in found] == [Candidate]
    assert "MINE" not in json.dumps(bank.seen()["requests"][-1]["body"])
    found, _ = await ask(bank.url, tmp_path, monkeypatch, bank.keys["admin"], prompts=own)
    assert "MINE" in json.dumps(bank.seen()["requests"][-1]["body"])


async def test_a_template_that_was_refused_meanwhile_is_fetched_and_asked_with_again(bank, tmp_path, monkeypatch):
    """The profile of before a new pin is at hand: the gateway refuses its template, and the engine reads the new one."""
    monkeypatch.setenv("K", bank.keys["alpha"])
    current = replace(Settings(), gateway=Gateway(url=bank.url, key="env:K"))
    engine = ModelEngine(tmp_path, current)
    old = templates.parse(template("OLD"), "old")
    engine._profile, engine._due = Profile(templates=(old,)), float("inf")
    found = [one async for one in engine.propose(request(tmp_path), Context("import math\n\n\n", ""))]
    await engine.close()
    assert [type(one) for one in found] == [Candidate]
    assert engine.team == "alpha"
    assert "OLD" not in json.dumps(bank.seen()["requests"][-1]["body"])


async def test_the_profile_is_asked_for_once_with_its_version(tmp_path, monkeypatch):
    monkeypatch.setenv("K", "bck_x")
    body = b'{"team": "alpha", "models": {"complete": "coder"}}'
    head = f'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nETag: "v1"\r\nContent-Length: {len(body)}\r\n\r\n'
    async with answering(head.encode() + body) as server:
        current = replace(Settings(), gateway=Gateway(url=f"http://127.0.0.1:{server.port}", key="env:K"))
        engine = ModelEngine(tmp_path, current)
        await engine._fetch()
        await engine._fetch()
        assert (engine.team, engine.model) == ("alpha", "coder")
        await engine.close()
    assert b"If-None-Match" not in server.heads[0]
    assert b'If-None-Match: "v1"' in server.heads[1]


@pytest.mark.parametrize("body", [b"", b"null", b"[1]", b"\xff", b"[" * 100_000])
def test_a_profile_that_is_none_is_garbled(body):
    with pytest.raises(Garbled):
        profile.read(body, "")


@pytest.mark.parametrize(
    "row", [None, 5, "x", {}, {"name": 1, "source": "no template"}, {"name": "a", "source": template("{{NOPE}}")}]
)
def test_a_template_that_cannot_be_used_is_left_out_and_the_rest_holds(row):
    body = {
        "team": 5,
        "models": [],
        "pins": [1, "generate@9"],
        "templates": [row, {"name": "g", "source": template("OK")}],
    }
    found = profile.read(json.dumps(body).encode(), "")
    assert [t.id for t in found.templates] == ["generate"]
    assert found.pins == ("generate@9",)
    assert (found.team, dict(found.models)) == ("", {})


def test_a_broken_pin_of_the_team_does_not_take_our_templates_away():
    told = Profile(pins=("generate",), templates=(templates.parse(template("TEAM"), "t"),))
    library = profile.library(Library(), told)
    assert library.choose("generate", "python").version == "9"
    assert library.choose("complete", "python").id == "complete"


def test_local_pins_hold_where_the_team_has_none():
    library = profile.library(Library(pins=("generate@7", "fix@1"), standards="own"), Profile(pins=("generate@9",)))
    assert library.pins == ("generate@9", "fix@1")
    assert library.standards == "own"
