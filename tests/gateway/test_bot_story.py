"""The whole story of a merge request on each forge of the simulator; `make reviewboard-test` tells it to a real server."""

from __future__ import annotations

import bot_story
import forge_simulator
import pytest
from bot_case import INLINE, SECRETS, Case


@pytest.mark.parametrize("kind", INLINE)
def test_nothing_twice_fixed_is_closed_dismissed_stays(kind, tmp_path, monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "repository").mkdir()
    forge = forge_simulator.Forge(kind, tmp_path / "repository")
    try:
        story = bot_story.told(bot_story.Simulated(Case(tmp_path, forge)))
    finally:
        forge.close()
    assert story == bot_story.Story(
        found=11, duplicates=0, fixed=5, resolved=5, dismissed=3, returned=0, reopened=1, replayed=0
    )
