"""A merge request from push to push, over forges that keep what they are told: real git, real queue, real HTTP."""

from __future__ import annotations

import re

import forge_simulator
import pytest
from bot_case import INLINE, KINDS, SAFE, SECRETS, SHIFTED, UNSAFE, Case, payload, send

from serving.bots.forge import marked


@pytest.fixture(autouse=True)
def secrets(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def forge(request, tmp_path):
    repository = tmp_path / "repository"
    repository.mkdir()
    made = forge_simulator.Forge(request.param, repository)
    made.push({"README.md": "core\n", "old.py": "x = 1\n"}, "main")
    yield made
    made.close()


@pytest.fixture
def case(forge, tmp_path):
    return Case(tmp_path, forge)


each = pytest.mark.parametrize("forge", INLINE, indirect=True)
every = pytest.mark.parametrize("forge", KINDS, indirect=True)


@each
async def test_a_remark_stands_once_at_its_line_moves_and_is_closed_when_fixed(case, forge):
    await case.pushed({"src/Fee.java": UNSAFE})
    (thread,) = forge.threads
    assert "MONEY02" in thread.body and marked(thread.body)
    line = thread.place.get("line") or thread.place.get("new_line") or thread.place.get("new_position")
    assert line == 5
    assert "Looked at 1 of 1 files whole" in case.summary
    await case.pushed({"src/Fee.java": SHIFTED})
    assert len(forge.threads) == 1
    await case.pushed({"src/Fee.java": SAFE})
    (thread,) = forge.threads
    assert (thread.closed and thread.closed_by == "bank-copilot") or "Fixed in" in thread.body
    assert "No remarks" in case.summary
    await case.pushed({"src/Fee.java": SHIFTED})
    (thread,) = forge.threads
    assert not thread.closed and "Fixed in" not in thread.body


@every
async def test_the_same_head_or_a_webhook_that_comes_again_writes_nothing(case, forge):
    head = await case.pushed({"src/Fee.java": UNSAFE})
    writes = [one for one in forge.seen if one.method != "GET"]
    assert (await case.hook(head))[1] == {"status": "known"}
    assert (await case.hook(head, title="Another title"))[1] == {"status": "known"}
    case.work()
    assert [one for one in forge.seen if one.method != "GET"] == writes
    assert len(forge.notes) == 1
    assert "MONEY02" in "".join([case.summary, *(one.body for one in forge.threads)])
