"""JetBrains IDEs through LSP4IJ: what it says of itself, what it reads of us, and what it then makes of our answers.

No JetBrains IDE runs here. `lsp4ij.json` are the client capabilities that LSP4IJ 0.20.2 sends (as far as they are about
us), and the functions below do what its code does with a reply; the server is real.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from raw_editor import PRODUCT, Editor, Json

from copilot import config_sources, samplebank

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "lsp/clients/jetbrains"
CAPABILITIES = json.loads(Path(__file__).with_name("lsp4ij.json").read_text("utf-8"))


def template(name: str) -> Any:
    return json.loads((TEMPLATE / name).read_text("utf-8"))


def found(section: str, settings: Json) -> Any:
    """What LSP4IJ answers for a section, with `expandConfiguration`: flat keys as a tree."""
    tree: Json = {}
    for key, value in settings.items():
        *path, last = key.split(".")
        inner = tree
        for part in path:
            inner = inner.setdefault(part, {})
        inner[last] = value
    for part in section.split("."):
        tree = tree.get(part) if isinstance(tree, dict) else None  # type: ignore[assignment]
    return tree


def shown(item: Json, line: str, column: int) -> str:
    """The grey text that LSP4IJ makes of an item: what stands in its range before the caret is cut off by length."""
    text, span = item["insertText"], item["range"]
    start, end = span["start"]["character"], span["end"]["character"]
    assert text.strip(), "LSP4IJ leaves out a blank text"
    assert span["start"]["line"] == span["end"]["line"]
    assert text.startswith(line[start:column]), "LSP4IJ counts, and does not compare"
    return text[column - start :] if start < column <= end else text


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    return samplebank.copy_to((tmp_path / "bank").resolve())


@pytest.fixture
async def intellij(start, bank: Path, tmp_path: Path) -> Editor:
    words = template("template.json")["programArgs"]["default"].split()
    assert words == ["bank-copilot", *PRODUCT[1:2], "--stdio"]
    editor = await start([PRODUCT[0], *words[1:]], XDG_CACHE_HOME=str(tmp_path / "cache"))
    chosen = {**template("settings.json"), "bankCopilot.completion.deadline_ms": 2000}
    editor.answers["workspace/configuration"] = lambda params: [
        found(item["section"], chosen) for item in params["items"]
    ]
    editor.answers["window/workDoneProgress/create"] = lambda _: None
    editor.answers["client/registerCapability"] = lambda _: None
    editor.answers["workspace/applyEdit"] = lambda _: {"applied": True}
    editor.answers["workspace/diagnostic/refresh"] = lambda _: None
    reply = await editor.request(
        "initialize",
        {
            "processId": None,
            "clientInfo": {"name": "IntelliJ IDEA", "version": "2026.1 (build IC-261.1)"},
            "rootUri": bank.as_uri(),
            "workspaceFolders": [{"uri": (bank / name).as_uri(), "name": name} for name in samplebank.LANGUAGES],
            "initializationOptions": template("initializationOptions.json"),
            "capabilities": CAPABILITIES,
            "trace": "off",
        },
    )
    editor.notify("initialized", {})
    editor.said = reply["capabilities"]
    async with asyncio.timeout(60):
        while not all(row["index"] == "ready" for row in await status(editor)):
            await asyncio.sleep(0.1)
    return editor


async def status(editor: Editor) -> list[Json]:
    answer = await editor.request("workspace/executeCommand", {"command": "bankCopilot.status"})
    return answer["workspaces"] or [{"index": "not open"}]


def opened(editor: Editor, path: Path, language: str) -> list[str]:
    editor.open(path.as_uri(), path.read_text("utf-8"), language)
    return path.read_text("utf-8").split("\n")


async def test_lsp4ij_reads_every_capability_where_it_looks_for_it(intellij):
    said = intellij.said
    # At the top, not below `experimental` or by registration: else ghost text never appears, without an error.
    assert said["inlineCompletionProvider"] == {}
    assert said["codeActionProvider"]["resolveProvider"] is True
    assert {"quickfix", "refactor.rewrite", "source"} <= set(said["codeActionProvider"]["codeActionKinds"])
    commands = {f"bankCopilot.{name}" for name in ("fix", "generate", "edit", "comment", "tests", "explain", "status")}
    assert commands <= set(said["executeCommandProvider"]["commands"])
    assert said["positionEncoding"] == "utf-16"
    assert said["textDocumentSync"]["change"] == 2
    assert said["textDocumentSync"]["openClose"] is True
    assert said["textDocumentSync"]["save"]
    assert said["diagnosticProvider"]["interFileDependencies"] in (True, False)
    assert said["workspace"]["workspaceFolders"]["supported"] is True
    assert await intellij.stop() == 0


async def test_ghost_text_is_what_is_missing_behind_the_caret(intellij, bank):
    path = bank / "python/bank/accounts.py"
    lines = opened(intellij, path, "python")
    number = next(n for n, row in enumerate(lines) if row.startswith("    def release("))
    typed = '        if amount.is_negative():\n            raise ValueError("amount must'
    intellij.change(path.as_uri(), 2, ((number, 0), (number, 0), typed + "\n"))
    row = typed.rsplit("\n", maxsplit=1)[-1]
    params = {
        "textDocument": {"uri": path.as_uri()},
        "position": {"line": number + 1, "character": len(row)},
        "context": {"triggerKind": 2},  # LSP4IJ's word for it, also where somebody asked
    }
    (item,) = (await intellij.request("textDocument/inlineCompletion", params))["items"]
    assert (row + shown(item, row, len(row))).startswith('            raise ValueError("amount must not be')
    assert await intellij.stop() == 0


async def test_a_code_action_is_resolved_to_versioned_changes_without_annotations(intellij, bank):
    path = bank / "java/src/main/java/com/example/bank/TransferService.java"
    lines = opened(intellij, path, "java")
    number = next(n for n, row in enumerate(lines) if "TransferStatus execute" in row)
    at = {"line": number, "character": lines[number].index("execute")}
    context = {"diagnostics": [], "triggerKind": 2}
    params = {"textDocument": {"uri": path.as_uri()}, "range": {"start": at, "end": at}, "context": context}
    actions = await intellij.request("textDocument/codeAction", params)
    lazy = [action for action in actions if "edit" not in action and "command" not in action]
    assert lazy, "an action with neither edit nor command is resolved"
    resolved = await intellij.request("codeAction/resolve", lazy[0])
    (change,) = resolved["edit"]["documentChanges"]
    assert change["textDocument"]["version"] == 1
    assert "changeAnnotations" not in resolved["edit"]
    assert await intellij.stop() == 0


async def test_a_command_creates_the_file_with_the_tests(intellij, bank):
    path = bank / "python/bank/iban.py"
    lines = opened(intellij, path, "python")
    number = next(n for n, row in enumerate(lines) if row.startswith("def mask_iban"))
    at = {"line": number, "character": 5}
    call = {"command": "bankCopilot.tests", "arguments": [path.as_uri(), {"start": at, "end": at}]}
    _, asked = intellij.send("workspace/executeCommand", call)
    create, text = (await intellij.sight("workspace/applyEdit"))["params"]["edit"]["documentChanges"]
    assert (create["kind"], create["options"]["overwrite"]) == ("create", False)
    assert "annotationId" not in create
    assert create["uri"] == text["textDocument"]["uri"]
    assert "mask_iban" in text["edits"][0]["newText"]
    assert (await asked)["applied"] is True
    assert await intellij.stop() == 0


def test_the_template_names_our_languages_and_its_schema_our_settings():
    from copilot.syntax.languages import by_lsp_id, language_of

    rows = template("template.json")["fileTypeMappings"]
    for row in rows:
        for pattern in row["fileType"]["patterns"]:
            assert language_of(Path(pattern.replace("*", "x"))) == by_lsp_id(row["languageId"])
    properties = template("settings.schema.json")["properties"]
    own = {f"bankCopilot.{key.name}": key for key in config_sources.KEYS.values() if key.project}
    assert {name: row["description"] for name, row in properties.items()} == {n: key.doc for n, key in own.items()}
    assert found("bankCopilot", {"bankCopilot.completion.profile": "quiet"}) == {"completion": {"profile": "quiet"}}
    assert found("bankCopilot", template("settings.json")) is None
