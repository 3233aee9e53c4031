"""Explanations: words about what is there, in the reader's language; a made-up name is refused, silence is polite."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot import pipeline
from copilot.config import Settings, Ui
from copilot.engines.base import Resources
from copilot.engines.embedded import EmbeddedEngine
from copilot.engines.replay import ReplayEngine
from copilot.tasks import explain
from copilot.types import (
    Context,
    Declined,
    ExplainOptions,
    Project,
    Request,
    Span,
    Suggestion,
    Task,
    document,
)

SOURCE = """import decimal


def half(amount: decimal.Decimal) -> decimal.Decimal:
    if amount < 0:
        raise ValueError("negative")
    return amount / 2
"""
GOOD = "Gives half of `amount`; a negative one raises `ValueError`."


class Bench:
    def __init__(self, root: Path, engine: object, settings: Settings | None = None) -> None:
        self.project, self.settings, self.index, self._engine = Project(root), settings or Settings(), None, engine

    def engines(self, _request: Request) -> list[object]:
        return [self._engine]

    async def gather(self, _request: Request) -> Context:
        return Context("", "")


async def ask(root: Path, *answers: str, lang: str = "en", source: str = SOURCE) -> Suggestion | Declined:
    doc = document(root / "half.py", "python", source)
    request = Request(Task.EXPLAIN, doc, Span(0, len(doc)), ExplainOptions(lang))
    return await pipeline.suggest(request, Bench(root, ReplayEngine({Task.EXPLAIN: list(answers)})))


@pytest.mark.parametrize(
    "answer",
    [
        GOOD,
        f"<think>\nwhat is `zork`?\n</think>\n\n{GOOD}",
        f"```markdown\n{GOOD}\n```\n",
        GOOD + "\n\n```python\nresult = half(Decimal(4))\n```\n",
        'It divides: `amount / 2`. The exception is `ValueError("negative")`, raised by `if amount < 0`. See `decimal.Decimal`.',
        "Uses `functools` in no place; `self` neither. The file is `half.py`.",
    ],
)
async def test_an_explanation_of_what_is_there_is_shown(tmp_path: Path, answer: str) -> None:
    found = await ask(tmp_path, answer)
    assert isinstance(found, Suggestion), found
    assert found.edits == ()
    assert "think" not in found.prose
    assert not found.prose.startswith("```")
    assert [check.name for check in found.checks] == ["told", "language", "entities"]


@pytest.mark.parametrize(
    ("answer", "check"),
    [
        ("```python\nprint(1)\n```", "told"),
        ("`half`", "told"),
        ("It calls `round_half_even` before it returns the amount.", "entities"),
        ("`amount.quantise()` is called on the way to the result.", "entities"),
        ("该函数返回金额的一半，负数会引发异常。", "language"),
    ],
)
async def test_what_explains_nothing_or_makes_things_up_is_refused(tmp_path: Path, answer: str, check: str) -> None:
    found = await ask(tmp_path, answer)
    assert isinstance(found, Declined)
    assert found.attempts[0].checks[-1].name == check


async def test_a_second_answer_is_asked_for_and_taken(tmp_path: Path) -> None:
    found = await ask(tmp_path, "It calls `round_half_even` on the amount first.", GOOD)
    assert isinstance(found, Suggestion)
    assert found.prose == GOOD


async def test_names_of_the_repository_count_as_known(tmp_path: Path) -> None:
    (tmp_path / "money.py").write_text("def round_half_even(amount): ...\n")
    assert isinstance(await ask(tmp_path, "It never calls `round_half_even` on the amount."), Suggestion)


async def test_chinese_is_held_to_chinese(tmp_path: Path) -> None:
    assert isinstance(await ask(tmp_path, "返回 `amount` 的一半；负数会抛出 `ValueError`。", lang="zh"), Suggestion)
    found = await ask(tmp_path, GOOD, lang="zh")
    assert isinstance(found, Declined)
    assert found.attempts[0].checks[-1].name == "language"


def test_the_language_is_asked_then_set_then_the_locale() -> None:
    doc = document(Path("/x.py"), "python", SOURCE)
    plain = Request(Task.EXPLAIN, doc, Span(0, 1), ExplainOptions())
    assert explain.wanted(plain, Settings()) == "en"
    assert explain.wanted(plain, Settings(ui=Ui(locale="zh"))) == "zh"
    assert (
        explain.wanted(Request(Task.EXPLAIN, doc, Span(0, 1), ExplainOptions("en")), Settings(ui=Ui(locale="zh")))
        == "en"
    )


@pytest.mark.parametrize("answer", ["", "<think>only thoughts", "   \n"])
async def test_no_answer_is_silence(tmp_path: Path, answer: str) -> None:
    found = await ask(tmp_path, answer)
    assert isinstance(found, Declined)
    assert not found.attempts


async def test_without_a_model_it_says_so(tmp_path: Path) -> None:
    project, settings = Project(tmp_path), Settings()
    engine = EmbeddedEngine(Resources(project, settings, None, None))  # type: ignore[arg-type]
    doc = document(tmp_path / "half.py", "python", SOURCE)
    found = await pipeline.suggest(Request(Task.EXPLAIN, doc, Span(0, 9), ExplainOptions()), Bench(tmp_path, engine))
    assert found == Declined("needs a model")


def test_it_is_offered_for_a_selection_or_a_definition_and_nowhere_else() -> None:
    doc = document(Path("/x.py"), "python", SOURCE)
    at = SOURCE.index("return")
    assert [o.title for o in explain.offers(doc, Span(at, at))] == ["Explain half"]
    assert [o.title for o in explain.offers(doc, Span(at, at + 8))] == ["Explain line 7"]
    assert explain.offers(doc, Span(3, 3)) == []
