"""A diagnosis waits for a completion that somebody waits for, and not for ever."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from copilot import pipeline
from copilot.types import document
from lsp import diagnoses
from lsp.diagnoses import Diagnoses

DOC = document(Path("/r/a.py"), "python", "x = 1\n")


@pytest.fixture
def begun(monkeypatch):
    """The documents whose diagnosis has begun."""
    found = []

    async def diagnose(doc, workspace):
        found.append(doc)
        return ()

    monkeypatch.setattr(pipeline, "diagnose", diagnose)
    return found


async def test_it_begins_when_the_last_completion_is_answered(begun):
    found = Diagnoses()
    with found.held():
        with found.held():
            asking = asyncio.create_task(found.of(DOC, None))
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.05)
        assert begun == []
    assert await asking == ()
    assert begun == [DOC]


async def test_it_does_not_wait_for_ever(begun, monkeypatch):
    monkeypatch.setattr(diagnoses, "_HELD_S", 0.1)
    found = Diagnoses()
    with found.held():
        assert await found.of(DOC, None) == ()
    assert begun == [DOC]
