"""Inside a session: documents on disk, staleness, cancellation, progress and edits, on two servers for all tests."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from raw_editor import EVERYTHING, PROBE, Editor, Refused, launch

pytestmark = pytest.mark.asyncio(loop_scope="module")

numbers = itertools.count()


@pytest.fixture
def uri() -> str:
    """A document of this test alone."""
    return f"file:///nowhere/{next(numbers)}.py"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def able(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Editor]:
    """A server whose editor can do everything."""
    folder = tmp_path_factory.mktemp("able")
    started = await launch(PROBE, folder, folder / "stderr.txt")
    started.answers["workspace/configuration"] = lambda params: [None for _ in params["items"]]
    await started.initialize(EVERYTHING)
    yield started
    await started.abandon()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def unable(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Editor]:
    """A server whose editor can apply edits and nothing else."""
    folder = tmp_path_factory.mktemp("unable")
    started = await launch(PROBE, folder, folder / "stderr.txt")
    await started.initialize({"workspace": {"applyEdit": True}})
    yield started
    await started.abandon()


@pytest.fixture
def editor(able: Editor) -> Editor:
    """The able editor, with nothing left of the test before."""
    able.seen.clear()
    able.answers = {"window/workDoneProgress/create": lambda _: None}
    return able


@pytest.fixture
def simple(unable: Editor) -> Editor:
    """The simple editor, with nothing left of the test before."""
    unable.seen.clear()
    unable.answers = {}
    return unable


async def test_the_encoding_of_the_file_on_disk_is_known(simple: Editor, tmp_path: Path) -> None:
    file = tmp_path / "账户.py"
    file.write_bytes("# 银行账户余额\nbalance = 1\n".encode("gb18030"))
    simple.open(file.as_uri(), "# 银行账户余额\nbalance = 1\n")
    async with asyncio.timeout(5):
        # It is read in the background, which sends nothing that could be waited for.
        while (await simple.request("probe/text", {"uri": file.as_uri()}))["encoding"] != "gb18030":
            await asyncio.sleep(0.02)


async def test_a_closed_document_is_the_file_again(simple: Editor, tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("on disk\n")
    simple.open(file.as_uri(), "in the editor\n")
    assert (await simple.request("probe/text", {"uri": file.as_uri()}))["text"] == "in the editor\n"
    simple.notify("textDocument/didClose", {"textDocument": {"uri": file.as_uri()}})
    assert (await simple.request("probe/text", {"uri": file.as_uri()}))["text"] == "on disk\n"
    file.unlink()
    with pytest.raises(Refused, match="cannot be read") as refused:
        await simple.request("probe/text", {"uri": file.as_uri()})
    assert refused.value.code == -32803


async def test_a_huge_document_is_declined_by_name(simple: Editor, uri: str) -> None:
    simple.open(uri, "x = 1\n" * 1_000_000)
    with pytest.raises(Refused, match="more than the limit"):
        await simple.request("probe/text", {"uri": uri})
    simple.notify(
        "textDocument/didChange", {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": "y"}]}
    )
    assert (await simple.request("probe/text", {"uri": uri}))["text"] == "y"


async def test_a_change_makes_a_snapshot_stale(simple: Editor, uri: str) -> None:
    simple.open(uri, "a")
    assert await simple.request("probe/stale", {"uri": uri, "seconds": 0.01}) is False
    _, waiting = simple.send("probe/stale", {"uri": uri, "seconds": 0.3})
    simple.change(uri, 2, ((0, 0), (0, 0), "b"))
    assert await waiting is True


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("probe/wait", {}),
        ("workspace/executeCommand", {"command": "probe.sleep", "arguments": [60]}),
        ("probe/work", {"steps": 1000}),
    ],
)
async def test_a_request_can_be_cancelled(editor: Editor, method: str, params: object) -> None:
    identifier, future = editor.send(method, params)
    await asyncio.sleep(0.2)
    begun = time.perf_counter()
    editor.notify("$/cancelRequest", {"id": identifier})
    with pytest.raises(Refused) as refused:
        await asyncio.wait_for(future, 5)
    assert refused.value.code == -32800
    assert time.perf_counter() - begun < 1
    editor.notify("$/cancelRequest", {"id": identifier})  # too late: no fault
    assert await editor.request("probe/work", {"steps": 0}) == "done"


async def test_blocking_work_does_not_hold_up_others(simple: Editor, uri: str) -> None:
    simple.open(uri, "a")
    blocked = [simple.send("probe/block", {"seconds": 0.6})[1] for _ in range(8)]
    begun = time.perf_counter()
    await simple.request("probe/text", {"uri": uri})
    assert time.perf_counter() - begun < 0.5
    assert not any(future.done() for future in blocked)
    await asyncio.gather(*blocked)


async def test_progress_is_shown_and_cancelled(editor: Editor) -> None:
    assert await editor.request("probe/work", {"steps": 4}) == "done"
    values = [m["params"]["value"] for m in editor.seen if m.get("method") == "$/progress"]
    assert [values[0]["kind"], values[-1]["kind"]] == ["begin", "end"]
    assert values[0] | {"title": "Working", "cancellable": True} == values[0]
    reports = [value for value in values if value["kind"] == "report"]
    assert reports
    assert all(value["message"].startswith("step ") for value in reports)
    assert [value["percentage"] for value in reports] == sorted(value["percentage"] for value in reports)

    editor.seen.clear()
    _, future = editor.send("probe/work", {"steps": 1000, "workDoneToken": "mine"})
    assert (await editor.sight("$/progress"))["params"]["token"] == "mine"
    editor.notify("window/workDoneProgress/cancel", {"token": "mine"})
    with pytest.raises(Refused) as refused:
        await asyncio.wait_for(future, 5)
    assert refused.value.code == -32800


async def test_an_editor_without_progress_still_gets_its_answer(simple: Editor) -> None:
    assert await simple.request("probe/work", {"steps": 1}) == "done"
    assert not [m for m in simple.seen if m.get("method", "").endswith("rogress/create")]


async def test_an_edit_carries_version_line_ends_and_annotations(editor: Editor, uri: str, tmp_path: Path) -> None:
    editor.answers["workspace/applyEdit"] = lambda _: {"applied": True}
    editor.open(uri, "é😀\r\nb\r\n")
    fresh = tmp_path / "new file.py"
    question = {"uri": uri, "span": [8, 9], "new": "c\nd", "also": str(fresh)}
    assert await editor.request("probe/edit", question) is True
    edit = (await editor.sight("workspace/applyEdit"))["params"]["edit"]
    change, create, fill = edit["documentChanges"]
    assert change["textDocument"] == {"uri": uri, "version": 1}
    place = {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 1}}
    assert change["edits"] == [{"range": place, "newText": "c\r\nd", "annotationId": "change"}]
    assert (create["kind"], create["uri"], fill["textDocument"]) == (
        "create",
        fresh.as_uri(),
        {"uri": fresh.as_uri(), "version": None},
    )
    assert edit["changeAnnotations"][create["annotationId"]]["needsConfirmation"] is True
    assert edit["changeAnnotations"]["change"]["needsConfirmation"] is False


async def test_an_edit_of_a_text_that_moved_on_is_not_sent(editor: Editor, uri: str) -> None:
    editor.open(uri, "a")
    _, future = editor.send("probe/edit", {"uri": uri, "span": [0, 1], "new": "b", "wait": 0.2})
    editor.change(uri, 2, ((0, 0), (0, 0), "x"))
    assert await future is False
    assert "changed" in (await editor.sight("window/showMessage"))["params"]["message"]
    assert not [m for m in editor.seen if m.get("method") == "workspace/applyEdit"]


async def test_an_editor_that_refuses_an_edit_is_heard(editor: Editor, uri: str) -> None:
    editor.answers["workspace/applyEdit"] = lambda _: {"applied": False, "failureReason": "read-only"}
    editor.open(uri, "a")
    assert await editor.request("probe/edit", {"uri": uri, "span": [0, 1], "new": "b"}) is False
    assert "read-only" in (await editor.sight("window/showMessage"))["params"]["message"]


async def test_a_simple_editor_gets_simple_edits(simple: Editor, uri: str, tmp_path: Path) -> None:
    simple.answers["workspace/applyEdit"] = lambda _: {"applied": True}
    simple.open(uri, "a")
    assert await simple.request("probe/edit", {"uri": uri, "span": [0, 1], "new": "b"}) is True
    edit = (await simple.sight("workspace/applyEdit"))["params"]["edit"]
    assert list(edit) == ["changes"]
    with pytest.raises(Refused, match="cannot create new"):
        await simple.request("probe/edit", {"uri": uri, "span": [0, 1], "new": "b", "also": str(tmp_path / "new.py")})
