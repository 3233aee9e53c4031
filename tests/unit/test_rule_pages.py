"""The pages of the bank's rules: what is committed is what the rule files say. UPDATE_DOCS=1 writes them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from copilot import messages, rules
from copilot.review import pages

FOLDER = Path(pages.__file__).parents[1] / "rules" / "pages"


def wanted() -> dict[str, str]:
    found = {f"{policy.id}.md": pages.markdown(policy) for policy in pages.known((rules.BANK,)).values()}
    return found | {"README.md": pages.index()}


def test_the_pages_are_those_of_the_rules():
    if os.environ.get("UPDATE_DOCS"):
        FOLDER.mkdir(exist_ok=True)
        for path in FOLDER.glob("*.md"):
            path.unlink()
        for name, text in wanted().items():
            (FOLDER / name).write_text(text, "utf-8")
    assert {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.md")} == wanted(), "UPDATE_DOCS=1 writes them"


@pytest.mark.parametrize("policy", pages.known((rules.BANK,)).values(), ids=lambda policy: policy.id)
def test_a_page_is_in_both_languages_whoever_asks(policy):
    try:
        messages.set_locale("zh")
        chinese, shown = pages.markdown(policy), pages.shown(policy)
    finally:
        messages.set_locale("en")
    assert chinese == pages.markdown(policy)
    assert policy.why_zh in shown
    assert policy.why_en in pages.shown(policy)
    for text in (policy.en, policy.zh, policy.why_en, policy.why_zh):
        assert text in chinese
    for example in policy.examples:
        assert example.bad.strip("\n") in chinese
        assert example.good.strip("\n") in chinese
