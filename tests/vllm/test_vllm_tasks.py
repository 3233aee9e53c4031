"""Every capability through the language server, the gateway and the real engine comes back with its proof."""

from __future__ import annotations

import pytest
import pytest_asyncio
import stack
from drive import play
from scenarios import FURTHER, TASKS, named

PROVEN = {
    "generate-function": {"examples": "1 of 1", "names": "", "scope": ""},
    "generate-stub": {"examples": "1 of 1", "signature": ""},
    "generate-java": {"compiler": "no syntax error", "names": ""},
    "edit-guard": {"scope": "", "syntax": "", "names": ""},
    "fix-name": {"fault gone": "1 before, 0 after", "lint": ""},
    "comment-fee": {"code unchanged": "", "signature": "", "idempotent": ""},
    "comment-java": {"code unchanged": "", "signature": ""},
    "tests-fee": {"runs": "3", "stable": "5 of 5", "covers": "3 of 3"},
    "explain-fee": {"entities": "all in the code"},
}
"""Checks that must be among the evidence, and words of what they found."""

WRITTEN = {
    "generate-function": "def round_up(amount: int, step: int) -> int:\n    return -(-amount // step) * step",
    "generate-stub": "    return yearly // 12",
    "generate-java": "    public static boolean isHigh(long percent) {\n        return percent > 10;\n    }",
    "edit-guard": "    if whole == 0:\n        return 0.0\n",
    "fix-name": "    return share + rest\n",
    "comment-fee": "What a customer pays.",
    "comment-java": "@param days How long it took.",
    "tests-fee": "assert late_fee(90) == 500",
}


@pytest_asyncio.fixture(loop_scope="session")
async def editor(gateway, tmp_path):
    """An editor whose only engine is the model: nothing embedded can answer for it."""
    async with stack.editor(tmp_path, gateway, engine="model") as opened:
        yield opened


@pytest.mark.parametrize("scenario", TASKS, ids=lambda s: s.name)
async def test_the_model_s_answer_comes_back_proven(editor, scenario):
    answer = await play(editor, scenario)
    assert not answer.get("declined"), answer
    assert answer["origin"] == f"model:{stack.MODEL}"
    assert all(check["passed"] for check in answer["checks"])
    found = {check["name"]: check["detail"] for check in answer["checks"]}
    for name, words in PROVEN[scenario.name].items():
        assert words in found[name], (name, found)
    if scenario.task == "explain":
        assert answer["explanation"] == scenario.answer
        assert editor.edit is None
        return
    changes = [change for change in editor.edit["documentChanges"] if "edits" in change]
    assert WRITTEN[scenario.name] in "".join(edit["newText"] for change in changes for edit in change["edits"])


async def test_the_model_adds_to_the_tests_that_were_recorded(gateway, tmp_path):
    async with stack.editor(tmp_path, gateway) as both:
        answer = await play(both, FURTHER)
        assert not answer.get("declined"), answer
        assert answer["origin"] == f"model:{stack.MODEL}"
        found = {check["name"]: check["detail"] for check in answer["checks"]}
        assert "5 of 5" in found["covers"], found
        (text,) = [edit["newText"] for change in both.edit["documentChanges"] for edit in change.get("edits", ())]
        assert 'assert discount("ACORN-7719", 101) == 25' in text
        assert "a negative amount" in text, "recorded before the model was asked"


async def test_an_answer_that_its_example_disproves_is_not_offered(editor):
    from dataclasses import replace

    # The same wish with another example: the model was taught an answer to something else, or babbles. Nothing of it
    # may reach the file unproven.
    taught = named("generate-function")
    other = replace(taught, instruction=taught.instruction.replace("== 10", "== 8"))
    answer = await play(editor, other)
    assert answer.get("declined"), answer
    assert editor.edit is None
