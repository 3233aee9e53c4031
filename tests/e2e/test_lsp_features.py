"""The editor's features over stdio against the real server, on a copy of the sample."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import sys
from pathlib import Path

import psutil
import pytest
import pytest_lsp
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pytest_lsp import ClientServerConfig, LanguageClient

from copilot import samplebank
from copilot.messages import say

SCRIPT = str(Path(sys.executable).with_name("bank-copilot"))


def capabilities(encoding: types.PositionEncodingKind) -> types.ClientCapabilities:
    return types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=[encoding]),
        window=types.WindowClientCapabilities(work_done_progress=True),
        workspace=types.WorkspaceClientCapabilities(
            apply_edit=True,
            workspace_edit=types.WorkspaceEditClientCapabilities(
                document_changes=True,
                resource_operations=[types.ResourceOperationKind.Create],
                change_annotation_support=types.ChangeAnnotationsSupportOptions(),
            ),
        ),
        text_document=types.TextDocumentClientCapabilities(
            inline_completion=types.InlineCompletionClientCapabilities(),
            diagnostic=types.DiagnosticClientCapabilities(),
            code_action=types.CodeActionClientCapabilities(
                data_support=True,
                resolve_support=types.ClientCodeActionResolveOptions(properties=["edit"]),
                code_action_literal_support=types.ClientCodeActionLiteralOptions(
                    code_action_kind=types.ClientCodeActionKindOptions(value_set=[])
                ),
            ),
        ),
    )


@pytest.fixture
def sample(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("LANG", "C.UTF-8")
    return samplebank.copy_to((tmp_path / "sample").resolve())


@pytest_lsp.fixture(
    config=ClientServerConfig(server_command=[SCRIPT, "lsp", "--stdio"]),
)
async def client(lsp_client: LanguageClient, sample):
    lsp_client.applied = []

    @lsp_client.feature(types.WORKSPACE_APPLY_EDIT)
    def applied(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        lsp_client.applied.append(params)
        return types.ApplyWorkspaceEditResult(applied=True)

    # No clientInfo: the protocol lets an editor leave it out.
    await lsp_client.initialize_session(
        types.InitializeParams(
            capabilities=capabilities(types.PositionEncodingKind.Utf16),
            workspace_folders=[types.WorkspaceFolder((sample / n).as_uri(), n) for n in samplebank.LANGUAGES],
        )
    )
    for _ in range(300):
        status = await command(lsp_client, "bankCopilot.status")
        if len(status["workspaces"]) == 2 and all(w["index"] == "ready" for w in status["workspaces"]):
            break
        await asyncio.sleep(0.1)
    yield lsp_client
    await lsp_client.shutdown_session()


async def command(client: LanguageClient, name: str, *arguments):
    params = types.ExecuteCommandParams(name, arguments=list(arguments))
    return await client.workspace_execute_command_async(params)


def open_document(client: LanguageClient, path: Path, language: str, text: str | None = None) -> str:
    text = path.read_bytes().decode() if text is None else text
    item = types.TextDocumentItem(path.as_uri(), language, 1, text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    return text


def place(text: str, needle: str) -> types.Range:
    """Range of an ASCII needle on an ASCII line, the same in every encoding."""
    at = text.index(needle)
    line = text[:at].count("\n")
    column = at - (text.rfind("\n", 0, at) + 1)
    assert text.splitlines()[line].isascii()
    return types.Range(types.Position(line, column), types.Position(line, column + len(needle)))


def vars_of(position: types.Position) -> dict[str, int]:
    return {"line": position.line, "character": position.character}


async def actions(client, path, text, needle, only=None, diagnostics=()):
    return await client.text_document_code_action_async(
        types.CodeActionParams(
            types.TextDocumentIdentifier(path.as_uri()),
            place(text, needle),
            types.CodeActionContext(list(diagnostics), only=only),
        )
    )


def after(text: str, edit: types.WorkspaceEdit, path: Path) -> str:
    """The text after a workspace edit whose ranges lie on ASCII lines."""
    (change,) = [c for c in edit.document_changes if getattr(c, "text_document", None)]
    assert change.text_document.uri == path.as_uri()
    assert change.text_document.version == 1
    rows = text.splitlines(keepends=True)
    offset = lambda p: sum(map(len, rows[: p.line])) + p.character  # noqa: E731
    for one in sorted(change.edits, key=lambda e: offset(e.range.start), reverse=True):
        text = text[: offset(one.range.start)] + one.new_text + text[offset(one.range.end) :]
    return text


async def test_pulled_diagnostics_carry_the_proven_fix_and_are_unchanged_the_second_time(client, sample):
    path = sample / "python" / "drafts" / "loan_quote.py"
    text = open_document(client, path, "python")
    params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(path.as_uri()))
    report = await client.text_document_diagnostic_async(params)
    broken = [d for d in report.items if d.code == "syntax"]
    assert [d.range.start.line for d in broken] == [place(text, "months: int) -> Money").start.line]
    (edit,) = broken[0].data["fix"]
    assert edit["newText"] == ":"
    params.previous_result_id = report.result_id
    again = await client.text_document_diagnostic_async(params)
    assert again.kind == types.DocumentDiagnosticReportKind.Unchanged


@pytest.mark.parametrize(
    ("name", "language", "needle", "expected"),
    [
        ("python/drafts/loan_quote.py", "python", "months: int) -> Money", "months: int) -> Money:\n"),
        ("java/drafts/DailyReport.java", "java", "int debits = 0", "int debits = 0;\n"),
        ("python/drafts/overdraft.py", "python", "simple_intrest", "return simple_interest("),
        ("python/drafts/overdraft.py", "python", "WorkCalendar", "import WorkCalendar"),
        ("python/drafts/overdraft.py", "python", "import os", "annotations\n\nfrom datetime"),
    ],
)
async def test_a_quick_fix_puts_the_fault_right(client, sample, name, language, needle, expected):
    path = sample / name
    text = open_document(client, path, language)
    found, where = [], types.TextDocumentIdentifier(path.as_uri())
    for _ in range(3):  # a busy machine may take too long: each time it is the first request of a quiet server
        await client.text_document_diagnostic_async(types.DocumentDiagnosticParams(where))
        found = await actions(client, path, text, needle, [types.CodeActionKind.QuickFix])
        if found:
            break
        client.text_document_did_close(types.DidCloseTextDocumentParams(where))
        open_document(client, path, language)
    results = [after(text, action.edit, path) for action in found]
    assert any(expected in result for result in results), [a.title for a in found]
    assert all(action.kind == types.CodeActionKind.QuickFix and action.diagnostics for action in found)


async def test_generation_and_comments_get_their_edit_on_resolve(client, sample):
    path = sample / "python" / "bank" / "mandates.py"
    text = open_document(client, path, "python")
    found = await actions(client, path, text, "class Mandate", [types.CodeActionKind.Refactor])
    assert found
    assert all(action.edit is None and action.kind == "refactor.rewrite" for action in found)
    action = next(a for a in found if a.data["task"] == "generate")
    resolved = await client.code_action_resolve_async(action)
    result = after(text, resolved.edit, path)
    assert "def __init__(" in result
    compile(result, "mandates.py", "exec")
    assert resolved.data["evidence"]


async def test_a_listed_action_for_a_text_that_moved_on_applies_nothing(client, sample):
    path = sample / "python" / "bank" / "mandates.py"
    text = open_document(client, path, "python")
    found = await actions(client, path, text, "class Mandate", [types.CodeActionKind.Refactor])
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(uri=path.as_uri(), version=2),
            [types.TextDocumentContentChangePartial(types.Range(types.Position(0, 0), types.Position(0, 0)), "\n")],
        )
    )
    with pytest.raises(Exception, match="changed"):
        await client.code_action_resolve_async(found[0])


VALUE_ERROR = "ValueError that nobody raises on purpose"


async def test_unit_tests_come_with_progress_as_a_new_file_that_needs_confirmation(client, sample):
    path = sample / "python" / "bank" / "cards.py"
    text = open_document(client, path, "python")
    assert await actions(client, path, text, "def ", [types.CodeActionKind.Source])
    at = place(text, "def ")
    where = {"start": vars_of(at.start), "end": vars_of(at.end)}
    result = await command(client, "bankCopilot.tests", path.as_uri(), where)
    assert result["applied"], result
    assert {c["name"] for c in result["checks"]} >= {"runs", "stable"}
    (sent,) = client.applied
    create = next(c for c in sent.edit.document_changes if isinstance(c, types.CreateFile))
    annotation = sent.edit.change_annotations[create.annotation_id]
    assert annotation.needs_confirmation
    assert "runs pass" in annotation.description
    assert (
        f"left out: calls that failed in a way no code raises on purpose (ValueError): {result['leftOut'][VALUE_ERROR]}"
        in (annotation.description)
    )
    assert [r for reports in client.progress_reports.values() for r in reports]


async def test_a_wish_that_needs_a_model_is_declined_with_the_reason(client, sample):
    path = sample / "python" / "bank" / "limits.py"
    open_document(client, path, "python")
    nowhere = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    result = await command(client, "bankCopilot.generate", path.as_uri(), nowhere, "reconcile everything with SWIFT")
    assert result["declined"] == say("needs a model")
    assert client.applied == []


@pytest.mark.parametrize(
    "arguments",
    [
        [{"style": 5}],
        [{"style": "shouting"}],
        ["numpy"],
        [{"lang": "en"}, "too", "many"],
    ],
)
async def test_wrong_arguments_are_refused_and_change_nothing(client, sample, arguments):
    path = sample / "python" / "bank" / "limits.py"
    text = open_document(client, path, "python")
    at = place(text, "def remaining_allowance")
    where = {"start": vars_of(at.start), "end": vars_of(at.end)}
    with pytest.raises(JsonRpcException, match=r"Invalid Params|takes the place"):
        await command(client, "bankCopilot.comment", path.as_uri(), where, *arguments)
    assert client.applied == []


async def test_fix_of_a_whole_document_is_one_versioned_change(client, sample):
    path = sample / "python" / "drafts" / "overdraft.py"
    text = open_document(client, path, "python")
    result = await command(client, "bankCopilot.fix", path.as_uri())
    assert result["applied"], result
    fixed = after(text, client.applied[0].edit, path)
    assert "import os" not in fixed
    assert "return simple_interest(" in fixed
    assert fixed.count("WorkCalendar") == 2


async def test_a_failing_test_offers_the_repair_of_what_it_tests_and_asks_before_it_is_applied(client, sample):
    root = sample / "python"
    faulty = "def share(total, count):\n    if count == 0:\n        return 0\n    return total * count\n"
    tests = "from share import share\n\n\ndef test_share():\n    assert share(6, 3) == 2\n    assert share(9, 2) == 4.5\n    assert share(1, 0) == 0\n"
    (root / "share.py").write_text(faulty)
    (root / "test_share.py").write_text(tests)
    open_document(client, root / "share.py", "python")
    open_document(client, root / "test_share.py", "python")
    listed = await actions(client, root / "test_share.py", tests, "share(6, 3)")
    (repair,) = [action for action in listed if action.title == "Repair the code that test_share tests"]
    where = place(tests, "share(6, 3)")
    uri = (root / "test_share.py").as_uri()
    assert "bankCopilot.repair" in str(repair.command)
    result = await command(
        client, "bankCopilot.repair", uri, {"start": vars_of(where.start), "end": vars_of(where.end)}
    )
    assert result["applied"], result
    (applied,) = client.applied
    assert after(faulty, applied.edit, root / "share.py") == faulty.replace("*", "/")
    assert all(note.needs_confirmation for note in applied.edit.change_annotations.values())
    assert {"tests pass", "plausible"} <= {check["name"] for check in result["checks"]}


async def test_tests_that_no_small_change_repairs_are_known_to_fail_and_no_others(client, sample):
    root = sample / "python"
    text = "def codes(word):\n    return word\n"
    tests = (
        "from codes import codes\n\n\ndef test_codes():\n    assert codes('ab') == {'ab': [(1, 'x7'), (2, 'q')]}\n"
        "    assert codes('z') == {'k': 'never'}\n\n\ndef test_code():\n    assert codes('') == ''\n"
    )
    (root / "codes.py").write_text(text)
    (root / "test_codes.py").write_text(tests)
    open_document(client, root / "codes.py", "python")
    open_document(client, root / "test_codes.py", "python")
    where = place(tests, "codes('ab')")
    uri = (root / "test_codes.py").as_uri()
    span = {"start": vars_of(where.start), "end": vars_of(where.end)}
    result = await command(client, "bankCopilot.repair", uri, span)
    assert not result.get("applied"), result
    told = await actions(client, root / "codes.py", text, "return word")
    assert "Repair codes.py so that its failing tests pass" in [action.title for action in told]
    urgent = []
    for words in ("codes('ab')", "codes('')"):
        urgent += await actions(client, root / "test_codes.py", tests, words, only=[types.CodeActionKind.QuickFix])
    assert [action.title for action in urgent] == ["Repair the code that test_codes tests"]


async def test_ghost_text_is_offered_where_the_repository_repeats_itself(client, sample):
    path = sample / "java" / "src/main/java/com/example/bank/Account.java"
    text = path.read_text("utf-8")
    above, row = "    /** 冻结. */", "        requireP"
    head = "    public void reopen(Money amount) {\n        requireOperable();\n"
    line = text[: text.index(above)].count("\n") + 2
    open_document(client, path, "java", text.replace(above, f"{head}{row}\n    }}\n\n{above}"))
    reply = None
    for _ in range(50):  # a busy machine may miss the deadline of the first
        reply = await client.text_document_inline_completion_async(
            types.InlineCompletionParams(
                types.InlineCompletionContext(types.InlineCompletionTriggerKind.Invoked),
                types.TextDocumentIdentifier(path.as_uri()),
                types.Position(line, len(row)),
            )
        )
        if reply is not None:
            break
    (item,) = reply.items
    assert item.insert_text == "requirePositive(amount);"
    assert (item.range.start, item.range.end) == (types.Position(line, 8), types.Position(line, len(row)))
    assert item.filter_text == item.insert_text
    await command(client, item.command.command, *item.command.arguments)


async def test_policy_keeps_a_file_out_of_everything(client, sample):
    (sample / "python" / ".copilotignore").write_text("secret_rates.py\n")
    client.workspace_did_change_watched_files(
        types.DidChangeWatchedFilesParams(
            [types.FileEvent((sample / "python" / f"x{n}").as_uri(), types.FileChangeType.Created) for n in range(60)]
        )
    )
    path = sample / "python" / "secret_rates.py"
    text = open_document(client, path, "python", "def rate()\n    return 1\n")
    await asyncio.sleep(0.3)
    report = await client.text_document_diagnostic_async(
        types.DocumentDiagnosticParams(types.TextDocumentIdentifier(path.as_uri()))
    )
    assert not report.items
    assert not await actions(client, path, text, "def rate()")


def index_workers() -> list[psutil.Process]:
    """The workers, without a program that one of them is about to start: before its exec it looks like the worker."""
    found = {}
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):  # a zombie has no command line
            if "copilot.context" in " ".join(process.cmdline()):
                found[process.pid] = process.ppid(), process
    return [process for parent, process in found.values() if parent not in found]


async def test_the_death_of_the_index_workers_is_survived_and_mended(client, sample):
    doomed = index_workers()
    assert len(doomed) == 2
    for process in doomed:
        process.kill()
    status = None
    for _ in range(200):
        status = await command(client, "bankCopilot.status")
        fresh = {p.pid for p in index_workers()} - {p.pid for p in doomed}
        if len(fresh) == 2 and all(w["index"] == "ready" for w in status["workspaces"]):
            break
        await asyncio.sleep(0.1)
    assert all(w["index"] == "ready" and w["files"] for w in status["workspaces"]), status
    path = sample / "python" / "drafts" / "overdraft.py"
    text = open_document(client, path, "python")
    titles = [a.title for a in await actions(client, path, text, "WorkCalendar", [types.CodeActionKind.QuickFix])]
    assert any("import WorkCalendar" in title for title in titles)


@pytest.mark.parametrize(
    "data",
    [b"\0\1\2\3", b"x = 1\n" * 900_000, b"def f(:\n  ((((\n\t]]]\n", bytes(range(128, 256))],
    ids=["binary", "huge", "broken", "no encoding"],
)
async def test_bad_files_are_declined_and_left_as_they_are(client, sample, data):
    path = sample / "python" / "bad.py"
    path.write_bytes(data)
    uri = path.as_uri()
    start = types.Range(types.Position(0, 0), types.Position(0, 1))
    for name in ("bankCopilot.comment", "bankCopilot.tests", "bankCopilot.generate", "bankCopilot.fix"):
        try:
            result = await command(client, name, uri, {"start": vars_of(start.start), "end": vars_of(start.end)})
        except JsonRpcException as error:
            assert "bad.py" in str(error)
            assert "Internal" not in str(error)
        else:
            assert result["declined"]
    assert path.read_bytes() == data
    assert client.applied == []


BARE = '''\
"""Fees."""


class Refused(ValueError):
    """No."""


def fee(total, rate=2):
    """The fee.

    Args:
        amount: What is charged.
        rate: The rate. Default 3.
    """
    return total * rate


def refund(total):
    if total < 0:
        raise Refused("negative")
    return -total


def half(total):
    return total / 2
'''


async def test_what_a_file_lacks_comes_as_one_change_that_is_shown_first(client, sample):
    path = sample / "python" / "bank" / "bare.py"
    text = open_document(client, path, "python", BARE)
    found = await actions(client, path, text, "half(", [types.CodeActionKind.Source])
    action = next(a for a in found if a.title == say("Document what is missing in this file"))
    told = ast.literal_eval(
        action.command
    )  # lsprotocol reads an action that has a command as one, and writes it as text
    result = await command(client, told["command"], *told["arguments"])
    assert result["applied"], result
    assert len(result["made"]) == 2
    (sent,) = client.applied
    (change,) = sent.edit.document_changes
    assert change.text_document.version == 1
    assert all(note.needs_confirmation for note in sent.edit.change_annotations.values())
    done = after(text, sent.edit, path)
    assert "        Refused: If ``total < 0``" in done
    assert done.count('"""') == text.count('"""') + 4
    assert "amount: What is charged." in done
    assert [r for reports in client.progress_reports.values() for r in reports]


async def test_a_selection_is_documented_and_its_stale_text_put_right(client, sample):
    path = sample / "python" / "bank" / "bare.py"
    text = open_document(client, path, "python", BARE)
    at = types.Range(place(text, "def fee").start, place(text, "def half").start)
    where = {"start": vars_of(at.start), "end": vars_of(at.end)}
    result = await command(client, "bankCopilot.comment", path.as_uri(), where, {"lang": "en"})
    assert result["applied"], result
    done = after(text, client.applied[0].edit, path)
    assert "        rate: The rate. Default 2.\n" in done
    assert "def half(total):\n    return" in done
    assert done.count('"""') == text.count('"""') + 2
    assert len(result["stale"]) == 1  # a name that only stands in the same place: a person looks first


async def test_stale_documentation_is_a_diagnostic_with_a_quick_fix(client, sample):
    path = sample / "python" / "bank" / "bare.py"
    text = open_document(client, path, "python", BARE)
    report = await client.text_document_diagnostic_async(
        types.DocumentDiagnosticParams(types.TextDocumentIdentifier(path.as_uri()))
    )
    codes = {item.code for item in report.items}
    assert codes >= {"doc:parameter-renamed", "doc:default"}
    found = await actions(client, path, text, "amount", [types.CodeActionKind.QuickFix])
    assert [action.title for action in found] == [
        say("Rename {name} to {new} in the documentation", name="amount", new="total")
    ]
    assert "        total: What is charged.\n" in after(text, found[0].edit, path)
