"""Generation, edits and explanations from the editor and the command line, through the real gateway, run in the sandbox."""

from __future__ import annotations

import ast
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient, make_test_lsp_client

SCRIPT = str(Path(sys.executable).with_name("bank-copilot"))
SOURCE = '''"""Coins."""


def change(cents: int) -> list[int]:
    """The fewest coins of 10, 5 and 1.

    >>> change(16)
    [10, 5, 1]
    """
    raise NotImplementedError


def double(cents: int) -> int:
    return cents * 2
'''
RIGHT = """```python
def change(cents: int) -> list[int]:
    coins = []
    for coin in (10, 5, 1):
        while cents >= coin:
            coins.append(coin)
            cents -= coin
    return coins
```
"""
WRONG = RIGHT.replace("(10, 5, 1)", "(1, 5, 10)")
TOLD = "Gives twice the `cents` that `double` is called with."


@pytest.fixture
def environment(tmp_path: Path, gateway: Any) -> dict[str, str]:
    own = {
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "LC_ALL": "C.UTF-8",
        "COPILOT_GATEWAY_KEY": gateway.key,
        "BANK_COPILOT_GATEWAY_URL": gateway.url,
        "BANK_COPILOT_PYTHON_INTERPRETER": sys.executable,
    }
    return {**os.environ, **own}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = (tmp_path / "repo").resolve()
    root.mkdir()
    (root / "pyproject.toml").write_text("[project]\nname = 'coins'\n")
    (root / "coins.py").write_text(SOURCE)
    (root / "test_coins.py").write_text("from coins import double\n\n\ndef test_double():\n    assert double(2) == 4\n")
    return root


class Editor:
    """A language server's client that takes every edit and opens every document."""

    def __init__(self) -> None:
        self.client: LanguageClient = make_test_lsp_client()
        self.applied: list[types.ApplyWorkspaceEditParams] = []

        @self.client.feature(types.WORKSPACE_APPLY_EDIT)
        def _apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
            self.applied.append(params)
            return types.ApplyWorkspaceEditResult(applied=True)

    @property
    def shown(self) -> list[Path]:
        return [Path(unquote(urlsplit(params.uri).path)) for params in self.client.shown_documents]

    @property
    def said(self) -> list[str]:
        return [params.message for params in self.client.messages]

    async def start(self, root: Path, environment: dict[str, str], *, documents: bool = True) -> str:
        await self.client.start_io(SCRIPT, "lsp", "--stdio", env=environment, cwd=root)
        literals = types.ClientCodeActionLiteralOptions(types.ClientCodeActionKindOptions([]))
        await self.client.initialize_session(
            types.InitializeParams(
                capabilities=types.ClientCapabilities(
                    window=types.WindowClientCapabilities(
                        show_document=types.ShowDocumentClientCapabilities(documents)
                    ),
                    workspace=types.WorkspaceClientCapabilities(
                        apply_edit=True, workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True)
                    ),
                    text_document=types.TextDocumentClientCapabilities(
                        code_action=types.CodeActionClientCapabilities(code_action_literal_support=literals)
                    ),
                ),
                workspace_folders=[types.WorkspaceFolder(root.as_uri(), "repo")],
            )
        )
        uri = (root / "coins.py").as_uri()
        item = types.TextDocumentItem(uri, "python", 1, SOURCE)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    async def command(self, name: str, *arguments: Any) -> Any:
        params = types.ExecuteCommandParams(name, arguments=list(arguments))
        return await asyncio.wait_for(self.client.workspace_execute_command_async(params), 90)

    async def actions(self, uri: str, at: str) -> dict[str, types.CodeAction]:
        given = types.CodeActionParams(types.TextDocumentIdentifier(uri), place(at), types.CodeActionContext([]))
        found = await asyncio.wait_for(self.client.text_document_code_action_async(given), 60)
        return {action.title: _whole(action) for action in found or []}

    def text(self) -> str:
        """The one file after the last applied edit."""
        (change,) = self.applied[-1].edit.document_changes or []
        assert isinstance(change, types.TextDocumentEdit)
        rows, text = SOURCE.splitlines(keepends=True), SOURCE

        def offset(position: types.Position) -> int:
            return sum(map(len, rows[: position.line])) + position.character

        for edit in sorted(change.edits, key=lambda e: offset(e.range.start), reverse=True):
            text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
        return text


def _whole(action: types.CodeAction | types.Command) -> types.CodeAction:
    """The action that was sent: lsprotocol reads one that holds a command as a Command whose name is its whole text."""
    if isinstance(action, types.CodeAction):
        return action
    command = ast.literal_eval(action.command)
    return types.CodeAction(action.title, command=types.Command(**command))


def place(at: str) -> types.Range:
    def position(offset: int) -> types.Position:
        return types.Position(SOURCE.count("\n", 0, offset), offset - SOURCE.rfind("\n", 0, offset) - 1)

    start = SOURCE.index(at)
    return types.Range(position(start), position(start + len(at)))


def told(at: str) -> dict[str, dict[str, int]]:
    where = place(at)
    return {
        name: {"line": p.line, "character": p.character} for name, p in (("start", where.start), ("end", where.end))
    }


@pytest.fixture
async def editor():
    made = Editor()
    yield made
    await asyncio.wait_for(made.client.shutdown_session(), 30)
    await made.client.stop()


async def test_a_stub_is_implemented_from_its_listed_action(editor, project, environment, gateway) -> None:
    await gateway.upstream.behave(texts=[RIGHT])
    uri = await editor.start(project, environment)
    listed = await editor.actions(uri, "raise NotImplementedError")
    action = listed["Implement change"]
    assert action.command is not None
    found = await editor.command(action.command.command, *action.command.arguments)
    assert found["applied"], found
    assert {"examples", "scope", "signature", "names"} <= {check["name"] for check in found["checks"]}
    assert next(c["detail"] for c in found["checks"] if c["name"] == "examples") == "examples: 1 of 1 hold"
    names: dict[str, Any] = {}
    exec(compile(editor.text(), "coins.py", "exec"), names)
    assert names["change"](27) == [10, 10, 5, 1, 1]
    assert found["origin"].startswith("model")


async def test_the_second_round_is_told_which_example_failed(editor, project, environment, gateway) -> None:
    await gateway.upstream.behave(texts=[WRONG, RIGHT])
    uri = await editor.start(project, environment)
    found = await editor.command("bankCopilot.generate", uri, told("raise NotImplementedError"), "greedy")
    assert found["applied"], found
    assert "for coin in (10, 5, 1):" in editor.text()
    asked = [r["body"] for r in (await gateway.upstream.state())["requests"] if "messages" in r["body"]][-1]
    assert "change(16) gave [1, 1, 1" in asked["messages"][-1]["content"]
    assert asked["temperature"] > 0


async def test_wrong_code_alone_is_never_applied(editor, project, environment, gateway) -> None:
    await gateway.upstream.behave(texts=[WRONG])
    uri = await editor.start(project, environment)
    found = await editor.command("bankCopilot.generate", uri, told("raise NotImplementedError"), "greedy")
    assert found["declined"] == "not proven: the examples hold"
    assert editor.applied == []
    assert any("change(16) gave" in said for said in editor.said)


async def test_an_edit_is_run_against_the_tests_that_call_it(editor, project, environment, gateway) -> None:
    await gateway.upstream.behave(texts=["```python\n    return cents << 1\n```"])
    uri = await editor.start(project, environment)
    found = await editor.command("bankCopilot.edit", uri, told("    return cents * 2"), "use a shift")
    assert found["applied"], found
    assert editor.text() == SOURCE.replace("cents * 2", "cents << 1")
    assert any(c["detail"] == "tests that call it and pass: 1" for c in found["checks"])
    await gateway.upstream.behave(texts=["```python\n    return cents << 2\n```"])
    refused = await editor.command("bankCopilot.edit", uri, told("    return cents * 2"), "use a shift")
    assert refused["declined"] == "not proven: the tests that call it pass"
    assert len(editor.applied) == 1


async def test_an_explanation_is_returned_or_opened_as_a_document(editor, project, environment, gateway) -> None:
    await gateway.upstream.behave(texts=[TOLD])
    uri = await editor.start(project, environment)
    found = await editor.command("bankCopilot.explain", uri, told("    return cents * 2"))
    assert found["explanation"] == TOLD
    assert editor.shown == []  # who asks by place shows it itself
    action = (await editor.actions(uri, "double(cents"))["Explain line 13"]
    found = await editor.command(action.command.command, *action.command.arguments)
    assert found["shown"] is True
    (path,) = editor.shown
    assert path.read_text() == TOLD + "\n"
    assert path.stat().st_mode & 0o077 == path.parent.stat().st_mode & 0o077 == 0
    assert TOLD not in gateway.errors()


async def test_an_editor_that_opens_no_documents_gets_the_explanation_as_a_message(
    editor, project, environment, gateway
) -> None:
    await gateway.upstream.behave(texts=[TOLD])
    uri = await editor.start(project, environment, documents=False)
    action = (await editor.actions(uri, "double(cents"))["Explain line 13"]
    assert (await editor.command(action.command.command, *action.command.arguments))["shown"] is False
    assert TOLD in editor.said


async def test_without_a_model_nothing_that_needs_one_is_listed(editor, project, environment) -> None:
    uri = await editor.start(project, {**environment, "BANK_COPILOT_GATEWAY_URL": ""})
    found = await editor.actions(uri, "raise NotImplementedError")
    assert found
    assert not [title for title in found if title.startswith(("Implement", "Explain"))]
    refused = await editor.command("bankCopilot.explain", uri, told("return cents"))
    assert refused["declined"] == "this needs a model, and none is set"


async def command_line(project: Path, environment: dict[str, str], *words: str) -> tuple[int, dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        SCRIPT, *words, "--json", cwd=project, env=environment, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await asyncio.wait_for(process.communicate(), 120)
    return process.returncode or 0, json.loads(out)


async def test_the_command_line_generates_edits_and_explains(project, environment, gateway) -> None:
    await gateway.upstream.behave(texts=[RIGHT])
    code, found = await command_line(project, environment, "generate", "coins.py:10", "--instruction", "greedy")
    assert code == 0, found
    assert "+    for coin in (10, 5, 1):" in found["diff"]
    assert any(c["detail"] == "examples: 1 of 1 hold" for c in found["suggestions"][0]["checks"])
    await gateway.upstream.behave(texts=["```python\nreturn cents + cents\n```"])
    code, found = await command_line(
        project, environment, "generate", "coins.py:14-14", "--instruction", "add", "--write"
    )
    assert code == 0, found
    assert (project / "coins.py").read_text() == SOURCE.replace("cents * 2", "cents + cents")
    await gateway.upstream.behave(texts=[TOLD])
    code, found = await command_line(project, environment, "explain", "coins.py:13-14")
    assert (code, found["explanation"]) == (0, TOLD)
    assert {check["name"] for check in found["checks"]} == {"told", "language", "entities"}
    await gateway.upstream.behave(texts=["It hands the `cents` over to `ledger_service`."])
    code, found = await command_line(project, environment, "explain", "coins.py:13")
    assert (code, found["declined"]) == (1, "not proven: it names only what the code has")
