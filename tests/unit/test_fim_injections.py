"""Nobody's text becomes a control token: a thousand requests full of markers, through the gateway's own rendering."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

import injections

from copilot.guard import Policy, review
from prompts import fim

ATTACKS = injections.attacks()


def test_a_thousand_texts_with_markers_put_no_control_word_into_a_prompt(capsys: pytest.CaptureFixture[str]) -> None:
    found = {at: count for at, attack in enumerate(ATTACKS) if (count := injections.injected(attack))}
    held = sum(word in attack.before + attack.after for attack in ATTACKS for word in fim.named(attack.family).control)
    with capsys.disabled():
        sys.stdout.write(f"\n    {len(ATTACKS)} requests, {held} control words in their texts, {len(found)} injected\n")
    assert found == {}
    assert held > len(ATTACKS) / 2, "the texts are harmless"


def test_what_comes_back_says_what_the_text_said() -> None:
    for attack in ATTACKS[:300]:
        made = injections.rendered(attack)
        # Hidden characters are escapes by then.
        for text in review([attack.before, attack.after, *(text for _, text in attack.snippets)], Policy()).texts:
            treated = str(fim.neutral(text, made.family.control))
            assert made.escaped or treated == text
            assert made.restored(treated) == text or not made.escaped


def test_the_count_sees_a_word_that_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    untreated: Callable[[str, object], str] = lambda text, _control: text  # noqa: E731 - a stand-in for the treatment
    monkeypatch.setattr(fim, "neutral", untreated)
    assert sum(injections.injected(attack) > 0 for attack in ATTACKS[:100]) > 30
