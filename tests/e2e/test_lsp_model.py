"""The model in a real editor session: its answer shown, cancel reaching the engine, and its absence told once."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "gateway"))

from gateway_process import COMMAND, plane

TEXT = "def add(first, second):\n    return \n"
SERVER = [COMMAND, "lsp", "--stdio"]


@pytest.fixture
def bank():
    with plane() as running:
        port = running.url.rpartition(":")[2]
        running.config.write_text(running.config.read_text().replace("port = 0", f"port = {port}"))
        yield running


@pytest.fixture
async def editor(start, bank, tmp_path):
    (tmp_path / "repo").mkdir()
    running = await start(
        SERVER,
        BANK_COPILOT_GATEWAY_URL=bank.url,
        BANK_COPILOT_MODEL_COMPLETE_MS="3000",
        COPILOT_GATEWAY_KEY=bank.keys["beta"],
        XDG_CACHE_HOME=str(tmp_path / "cache"),
    )
    folders = [{"uri": (tmp_path / "repo").as_uri(), "name": "repo"}]
    await running.initialize(workspaceFolders=folders)
    running.uri = (tmp_path / "repo" / "calc.py").as_uri()
    running.open(running.uri, TEXT)
    return running


def question(editor, trigger: int = 2) -> dict:
    return {
        "textDocument": {"uri": editor.uri},
        "position": {"line": 1, "character": 11},
        "context": {"triggerKind": trigger},
    }


async def keystroke(editor, number: int) -> object:
    """One change far from the caret, and the completion that the editor asks for after it."""
    editor.change(editor.uri, number + 2, ((2, 0), (2, 0), "#"))
    return await editor.request("textDocument/inlineCompletion", question(editor))


def told(editor) -> list[str]:
    messages = [m["params"] for m in editor.seen if m.get("method") == "window/showMessage"]
    return [m["message"] for m in messages if m["type"] <= 3]


async def gateway_state(editor) -> dict:
    (row,) = (await editor.request("workspace/executeCommand", {"command": "bankCopilot.status"}))["workspaces"]
    return row


async def test_the_models_answer_is_shown_and_the_status_names_it(editor, bank):
    bank.behave(texts=["first + second"])
    answer = await editor.request("textDocument/inlineCompletion", question(editor))
    (item,) = answer["items"]
    assert item["insertText"] == "first + second"
    row = await gateway_state(editor)
    assert row["engine"] == "model"
    assert (row["gateway"]["status"], row["gateway"]["model"]) == ("ok", "coder")
    assert told(editor) == []
    assert await editor.stop() == 0


async def test_typing_along_a_suggestion_asks_the_model_nothing_and_loses_no_line(editor, bank):
    block = "if first:\n        return second\n    return first"
    bank.behave(texts=[block])
    text = "def pick(first, second):\n    \n"
    editor.change(editor.uri, 2, ((0, 0), (2, 0), text))
    place = {"line": 1, "character": 4}
    (item,) = (await editor.request("textDocument/inlineCompletion", {**question(editor), "position": place}))["items"]
    assert item["insertText"] == block
    before = bank.seen()["finished"]
    line, column = 1, 4
    for number, char in enumerate(block[:-1]):
        editor.change(editor.uri, number + 3, ((line, column), (line, column), char))
        line, column = (line + 1, 0) if char == "\n" else (line, column + 1)
        place = {"line": line, "character": column}
        (item,) = (await editor.request("textDocument/inlineCompletion", {**question(editor), "position": place}))[
            "items"
        ]
        start = item["range"]["start"]
        assert start["line"] == line
        typed = block[: number + 1].rsplit("\n", maxsplit=1)[-1]
        left = block[number + 1 :]
        kept = len(typed) + (4 if line == 1 else 0) - start["character"]
        assert item["insertText"] == (typed[len(typed) - kept :] if kept else "") + left
    assert bank.seen()["finished"] == before


async def test_cancel_request_ends_the_generation(editor, bank):
    bank.behave(fault="hang")
    for number in range(3):
        identifier, asked = editor.send("textDocument/inlineCompletion", question(editor))
        async with asyncio.timeout(10):
            while not bank.seen()["running"]:
                await asyncio.sleep(0.01)
        editor.notify("$/cancelRequest", {"id": identifier})
        with pytest.raises(Exception, match="Cancelled"):
            await asked
        async with asyncio.timeout(2):
            while bank.seen()["aborted"] <= number:
                await asyncio.sleep(0.01)
        assert bank.seen()["running"] == 0


async def test_fifty_keystrokes_without_a_gateway_tell_it_once_and_its_return_once(editor, bank, stderr_file):
    bank.behave(texts=["first + second"])
    assert (await keystroke(editor, 0))["items"]
    bank.stop()
    for number in range(1, 51):
        await keystroke(editor, number)
    (message,) = told(editor)
    assert "embedded engine answers" in message
    assert (await gateway_state(editor))["gateway"]["reason"] == "away"
    bank.start()
    number = 51
    async with asyncio.timeout(40):
        while not ((found := await keystroke(editor, number)) and found["items"]):
            number += 1
            await asyncio.sleep(0.2)
    for more in range(1, 11):
        await keystroke(editor, number + more)
    assert len(told(editor)) == 2
    assert told(editor)[1] == "The model is back."
    assert (await gateway_state(editor))["gateway"]["status"] == "ok"
    assert await editor.stop() == 0
    errors = stderr_file.read_text()
    assert "first + second" not in errors
    assert bank.keys["beta"] not in errors


async def state(editor, wanted) -> dict:
    """The next state of the one workspace that is as wanted, of those that the server tells by itself."""
    while True:
        (row,) = (await editor.sight("bankCopilot/status"))["params"]["workspaces"] or ({},)
        if row and wanted(row):
            return row


async def test_who_shows_the_status_hears_of_a_gateway_that_goes_and_comes_without_a_key_pressed(start, bank, tmp_path):
    bank.stop()
    running = await start(
        SERVER,
        BANK_COPILOT_GATEWAY_URL=bank.url,
        COPILOT_GATEWAY_KEY=bank.keys["beta"],
        XDG_CACHE_HOME=str(tmp_path / "cache"),
    )
    (tmp_path / "repo").mkdir()
    folders = [{"uri": (tmp_path / "repo").as_uri(), "name": "repo"}]
    await running.initialize({"experimental": {"bankCopilotStatus": True}}, workspaceFolders=folders)
    row = await state(running, lambda row: row["gateway"]["status"] == "degraded")
    assert row["gateway"]["reason"] == "away"
    assert (row["engine"], row["completion"]) == ("model", True)
    bank.start()
    row = await state(running, lambda row: row["gateway"]["status"] == "ok" and row["index"] == "ready")
    assert Path(row["root"]) == tmp_path / "repo"
    running.uri = (tmp_path / "repo" / "calc.py").as_uri()
    running.open(running.uri, TEXT)
    bank.behave(texts=["first + second"])
    answer = await running.request("textDocument/inlineCompletion", question(running))
    assert answer["items"][0]["insertText"] == "first + second"
    assert await running.stop() == 0


async def test_who_does_not_ask_for_the_status_is_not_told_it(editor):
    await editor.request("textDocument/inlineCompletion", question(editor))
    assert [m for m in editor.seen if m.get("method") == "bankCopilot/status"] == []


async def test_settings_that_change_are_told(start, tmp_path):
    running = await start(SERVER, XDG_CACHE_HOME=str(tmp_path / "cache"))
    (tmp_path / "repo").mkdir()
    folders = [{"uri": (tmp_path / "repo").as_uri(), "name": "repo"}]
    await running.initialize({"experimental": {"bankCopilotStatus": True}}, workspaceFolders=folders)
    row = await state(running, lambda row: row["index"] == "ready")
    assert (row["engine"], row["gateway"], row["completion"]) == ("embedded", None, True)
    running.notify(
        "workspace/didChangeConfiguration", {"settings": {"bankCopilot": {"completion": {"enabled": False}}}}
    )
    await state(running, lambda row: row["completion"] is False)
    assert await running.stop() == 0


async def test_the_server_starts_without_the_gateways_client(start, tmp_path):
    running = await start(SERVER, XDG_CACHE_HOME=str(tmp_path / "cache"))
    await running.initialize()
    await running.request("workspace/executeCommand", {"command": "bankCopilot.status"})
    loaded = Path(f"/proc/{running.process.pid}/maps").read_text() if Path("/proc").exists() else ""
    assert "aiohttp" not in loaded  # its compiled parser would be mapped
    assert await running.stop() == 0
