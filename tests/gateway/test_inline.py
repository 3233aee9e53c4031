"""Completion while somebody types, with a real gateway before an upstream that counts what it is asked."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from copilot.config import Completion, Gateway, Model, Settings
from copilot.types import CompleteOptions, Declined, Request, Span, Suggestion, Task, document
from copilot.workspace import Workspace

HEAD = "def net(first, second, third):\n    return "
TAIL = "\n\n\ndef other():\n    pass\n"
LINE = "first + second * third"
BLOCK = "if first:\n        return second\n    return third"


@pytest.fixture(autouse=True)
def _key(gateway, monkeypatch, tmp_path):
    monkeypatch.setenv("K", gateway.key)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@asynccontextmanager
async def opened(tmp_path: Path, gateway, *, complete_ms: int = 5000, engine: str = "auto"):
    root = tmp_path / "repo"
    root.mkdir(exist_ok=True)
    settings = replace(
        Settings(),
        gateway=Gateway(url=gateway.url, key="env:K"),
        model=Model(complete_ms=complete_ms),
        completion=Completion(recent=False),
    )
    workspace = Workspace.open(root.resolve(), settings, engine=engine)
    try:
        yield workspace
    finally:
        await workspace.close()


def typed(workspace: Workspace, text: str, *, head: str = HEAD, tail: str = TAIL, trigger="automatic") -> Request:
    """The caret behind `head` and what was typed since."""
    at = len((head + text).encode())
    doc = document(workspace.project.root / "net.py", "python", head + text + tail)
    return Request(Task.COMPLETE, doc, Span(at, at), CompleteOptions(), trigger)


async def asked(gateway) -> int:
    state = await gateway.upstream.state()
    return state["finished"] + state["aborted"] + state["running"]


async def running(gateway, count: int) -> None:
    async with asyncio.timeout(10):
        while (await gateway.upstream.state())["running"] != count:
            await asyncio.sleep(0.01)


async def test_typing_what_is_shown_asks_nobody_and_keeps_every_line(gateway, tmp_path):
    head = "def net(first, second, third):\n    "
    await gateway.upstream.behave(texts=[BLOCK])
    async with opened(tmp_path, gateway, engine="model") as workspace:
        shown = await workspace.inline.suggest(typed(workspace, "", head=head, trigger="invoked"))
        assert isinstance(shown, Suggestion), shown
        assert shown.edits[0].new == BLOCK
        before = await asked(gateway)
        for count in range(1, len(BLOCK)):
            left = await workspace.inline.suggest(typed(workspace, BLOCK[:count], head=head))
            assert isinstance(left, Suggestion)
            assert left.edits[0].new == BLOCK[count:]
        assert await asked(gateway) == before


async def test_the_next_request_takes_over_what_the_one_before_has_asked(gateway, tmp_path):
    async with opened(tmp_path, gateway) as workspace:
        await gateway.upstream.behave(texts=[LINE], chunks=len(LINE), chunk_ms=60)
        before = await asked(gateway)
        first = asyncio.create_task(workspace.inline.suggest(typed(workspace, "")))
        await running(gateway, 1)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        second = asyncio.create_task(workspace.inline.suggest(typed(workspace, LINE[0])))
        await asyncio.sleep(0.1)
        second.cancel()
        answer = await workspace.inline.suggest(typed(workspace, LINE[:3]))
        assert isinstance(answer, Suggestion), answer
        assert answer.edits[0].new == LINE[3:]
        assert await asked(gateway) == before + 1


async def test_who_types_something_else_gets_an_answer_of_their_own_and_nothing_keeps_running(gateway, tmp_path):
    async with opened(tmp_path, gateway) as workspace:
        # The gateway shows no part of a line before it is reviewed: that something else is meant is noticed at its end.
        await gateway.upstream.behave(texts=[LINE], chunks=len(LINE), chunk_ms=20)
        first = asyncio.create_task(workspace.inline.suggest(typed(workspace, "")))
        await running(gateway, 1)
        await gateway.upstream.behave(texts=[" + 1"])
        answer = await workspace.inline.suggest(typed(workspace, "third"))
        assert isinstance(answer, Suggestion), answer
        assert answer.edits[0].new == " + 1"
        await running(gateway, 0)
        await first


async def test_what_nobody_waits_for_ends_soon_and_its_place_may_be_asked_again(gateway, tmp_path):
    async with opened(tmp_path, gateway) as workspace:
        await gateway.upstream.behave(fault="hang")
        asking = asyncio.create_task(workspace.inline.suggest(typed(workspace, "")))
        await running(gateway, 1)
        asking.cancel()
        began = time.monotonic()
        await running(gateway, 0)
        assert time.monotonic() - began < 2
        await gateway.upstream.behave(texts=[LINE], fault="")
        answer = await workspace.inline.suggest(typed(workspace, ""))
        assert isinstance(answer, Suggestion)


async def test_an_answer_that_comes_too_late_serves_the_next_request(gateway, tmp_path):
    async with opened(tmp_path, gateway) as workspace:
        await gateway.upstream.behave(texts=[LINE], chunks=4, chunk_ms=200)
        before = await asked(gateway)
        workspace.patience_s = lambda _trigger: 0.3
        late = await workspace.inline.suggest(typed(workspace, "", trigger="invoked"))
        assert isinstance(late, Declined)
        await running(gateway, 0)
        await asyncio.sleep(0.1)
        answer = await workspace.inline.suggest(typed(workspace, LINE[:2]))
        assert isinstance(answer, Suggestion), answer
        assert answer.edits[0].new == LINE[2:]
        assert await asked(gateway) == before + 1


async def test_a_pause_that_follows_the_typing_spares_the_model(gateway, tmp_path):
    await gateway.upstream.behave(texts=["nothing = like_this"])
    line = "total_of_everything_so_far_and_more"
    async with opened(tmp_path, gateway) as workspace:
        before = await asked(gateway)
        last = None
        for count in range(len(line)):
            if last is not None:
                last.cancel()
            last = asyncio.create_task(workspace.inline.suggest(typed(workspace, line[: count + 1])))
            await asyncio.sleep(0.05)
        await last
        assert await asked(gateway) <= before + 2


async def test_closing_the_file_ends_the_question_and_forgets_its_answers(gateway, tmp_path):
    async with opened(tmp_path, gateway) as workspace:
        await gateway.upstream.behave(texts=[LINE])
        request = typed(workspace, "")
        assert isinstance(await workspace.inline.suggest(request), Suggestion)
        await gateway.upstream.behave(fault="hang")
        asking = asyncio.create_task(workspace.inline.suggest(typed(workspace, "x = ")))
        await running(gateway, 1)
        workspace.left(request.document.path)
        assert isinstance(await asking, Declined)
        await running(gateway, 0)
        before = await asked(gateway)
        await gateway.upstream.behave(texts=[LINE], fault="")
        await workspace.inline.suggest(request)
        assert await asked(gateway) == before + 1


BOUNDARIES = {
    "a line": ("def net(first, second):\n    return ", "first + second", "\n"),
    "a block before a definition": (
        "def net(first, second):\n    ",
        "total = first\n    return total",
        "\n\n\ndef other():\n",
    ),
    "a block before a lesser indentation": (
        "class A:\n    def net(self, first):\n        ",
        "if first:\n            return 1\n        return 2",
        "\n    def other(self):\n",
    ),
    "a block before what stands below": (
        "def net(first):\n    for one in first:\n        ",
        "print(one)",
        "\n    return first\n",
    ),
    "a statement in brackets": (
        "def net(first, second):\n    return ",
        "max(\n        first,\n        second,\n    )",
        "\n",
    ),
}


@pytest.mark.parametrize("name", BOUNDARIES)
async def test_the_stream_is_left_at_the_boundary_that_the_text_decides(gateway, tmp_path, name):
    head, kept, further = BOUNDARIES[name]
    text = kept + further
    # The stream stops half way and stays open: who waits for its end gets nothing.
    await gateway.upstream.behave(texts=[text + "    x = 1\n" * (len(text) // 10 + 8)], fault="stall", chunks=400)
    aborted = (await gateway.upstream.state())["aborted"]
    tail = "\n    return first\n" if "below" in name else TAIL
    async with opened(tmp_path, gateway, engine="model", complete_ms=20_000) as workspace:
        answer = await workspace.inline.suggest(typed(workspace, "", head=head, tail=tail, trigger="invoked"))
        assert isinstance(answer, Suggestion), answer
        assert answer.edits[0].new == kept
        await running(gateway, 0)
        assert (await gateway.upstream.state())["aborted"] == aborted + 1


async def test_a_late_answer_of_several_lines_serves_what_is_typed_along_it_and_another_caret_has_its_own(
    gateway, tmp_path
):
    head = "def net(first, second, third):\n    "
    async with opened(tmp_path, gateway, engine="model") as workspace:
        await gateway.upstream.behave(texts=[BLOCK], chunks=4, chunk_ms=200)
        before = await asked(gateway)
        workspace.patience_s = lambda _trigger: 0.3
        assert isinstance(await workspace.inline.suggest(typed(workspace, "", head=head, trigger="invoked")), Declined)
        await running(gateway, 0)
        del workspace.patience_s
        for part in (3, BLOCK.index("\n") + 1, len(BLOCK) - 2):
            left = await workspace.inline.suggest(typed(workspace, BLOCK[:part], head=head))
            assert isinstance(left, Suggestion), left
            assert left.edits[0].new == BLOCK[part:]
        assert await asked(gateway) == before + 1
        # A second caret of the same file, somewhere else: the text there does not follow the suggestion.
        await gateway.upstream.behave(texts=["first"])
        other = await workspace.inline.suggest(typed(workspace, "", head=HEAD, trigger="invoked"))
        assert isinstance(other, Suggestion)
        assert other.edits[0].new == "first"
        back = await workspace.inline.suggest(typed(workspace, BLOCK[:3], head=head))
        assert isinstance(back, Suggestion)
        assert back.edits[0].new == BLOCK[3:]
        assert await asked(gateway) == before + 2
