"""Plays a scenario in an editor: opens the file, asks at the place, and returns what the editor is given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scenarios import Scenario
from stack import command

Json = dict[str, Any]


def position(text: str, at: int) -> Json:
    """An offset as LSP has it (the workspace is ASCII)."""
    return {"line": text.count("\n", 0, at), "character": at - (text.rfind("\n", 0, at) + 1)}


def uri_of(editor: Any, scenario: Scenario) -> str:
    """The document's uri in this editor's workspace."""
    return Path(editor.root, scenario.file).as_uri()


def open_(editor: Any, scenario: Scenario) -> str:
    """Open the scenario's text; a second opening of the same file closes the first."""
    uri = uri_of(editor, scenario)
    opened = editor.__dict__.setdefault("opened", set())
    if uri in opened:
        editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    opened.add(uri)
    editor.open(uri, scenario.text(), scenario.language)
    return uri


def completion_params(uri: str, text: str, at: int, kind: int = 1) -> Json:
    """Parameters of an inline completion; kind 1: asked for, 2: automatic."""
    return {
        "textDocument": {"uri": uri},
        "position": position(text, at),
        "context": {"triggerKind": kind},
    }


async def complete(editor: Any, scenario: Scenario) -> str | None:
    """The ghost text at the scenario's hole, None for silence."""
    uri = open_(editor, scenario)
    found = await editor.request(
        "textDocument/inlineCompletion", completion_params(uri, scenario.text(), scenario.at())
    )
    items = (found or {}).get("items") or []
    return items[0]["insertText"] if items else None


async def ask(editor: Any, scenario: Scenario) -> Json:
    """The answer of the scenario's command; the edit is in `editor.edit` (None when nothing was applied)."""
    uri = open_(editor, scenario)
    text, at = scenario.text(), scenario.at()
    where = {"start": position(text, at), "end": position(text, at + len(scenario.cut))}
    edits: list[Json] = []
    editor.answers["workspace/applyEdit"] = lambda params: edits.append(params["edit"]) or {"applied": True}
    match scenario.task:
        case "generate":
            answer = await command(
                editor, "bankCopilot.generate", uri, {"start": where["end"], "end": where["end"]}, scenario.instruction
            )
        case "edit":
            answer = await command(editor, "bankCopilot.edit", uri, where, scenario.instruction)
        case "fix":
            answer = await command(editor, "bankCopilot.fix", uri)
        case _:
            answer = await command(editor, f"bankCopilot.{scenario.task}", uri, where)
    editor.edit = edits[0] if edits else None
    return answer


async def play(editor: Any, scenario: Scenario) -> str | Json | None:
    """Either of the two."""
    return await (complete if scenario.task == "complete" else ask)(editor, scenario)
