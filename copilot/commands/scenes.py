"""The scenes of the demo: what the developer does at each step, and what the editor must show.

Absent on purpose: starting and ending the session, and the summary (`demo.py`).
"""

from __future__ import annotations

import asyncio
import difflib
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from copilot import samplebank
from copilot.commands.editor import Editor, JsonObject, output_of
from copilot.messages import say
from copilot.verify import evidence


class Unmet(Exception):
    """A step did not show what it must show."""


@dataclass(slots=True)
class Stage:
    """The running session, and what to print."""

    editor: Editor
    folder: Path
    quiet: bool
    seen: list[str] = field(default_factory=list)

    def show(self, text: str) -> None:
        """Print a line as part of the present step."""
        self.seen.append(text)
        if not self.quiet:
            sys.stdout.write("".join(f"    {row}\n" for row in text.splitlines()))
            sys.stdout.flush()

    def path(self, name: str) -> Path:
        """A file of the sample."""
        return self.folder / name


def _need(condition: object, why: str) -> None:
    if not condition:
        raise Unmet(why)


def own_script() -> str:
    """The console script beside this interpreter: never `python -m`, which a workspace could shadow."""
    name = "bank-copilot.exe" if sys.platform == "win32" else "bank-copilot"
    return str(Path(sys.executable).parent / name)


async def _connected(stage: Stage) -> None:
    capabilities = stage.editor.capabilities
    names = sorted(name.removesuffix("Provider") for name in capabilities if name.endswith("Provider"))
    stage.show(say("the server offers: {names}", names=", ".join(names)))
    _need("inlineCompletionProvider" in capabilities, "inlineCompletion is not advertised")
    rows: list[JsonObject] = []
    for _ in range(300):
        rows = (await stage.editor.request("workspace/executeCommand", {"command": "bankCopilot.status"}))["workspaces"]
        if len(rows) == len(samplebank.LANGUAGES) and all(row["index"] in {"ready", "failed"} for row in rows):
            break
        await asyncio.sleep(0.1)
    for row in rows:
        name = Path(row["root"]).name
        stage.show(say("{root}: index {state}, files: {count}", root=name, state=row["index"], count=row["files"]))
    indexed = [row for row in rows if row["index"] == "ready" and row["files"] > 0]
    _need(len(indexed) == len(samplebank.LANGUAGES), f"the index is not ready: {[row['why'] for row in rows]}")


async def _complete_python(stage: Stage) -> None:
    path = stage.path("python/bank/limits.py")
    stage.editor.open(path, "python")
    await _written(
        stage,
        path,
        "def risk_factor(",
        """def spent_in_year(history: Iterable[Spent], day: date, profile: LimitProfile) -> Money:
    \"\"\"What was paid in the year of a day.\"\"\"
    return total((item.amount for item in history if item.day.year == day.year), profile.monthly.currency)


""",
    )


async def _complete_java(stage: Stage) -> None:
    path = stage.path("java/src/main/java/com/example/bank/Account.java")
    stage.editor.open(path, "java")
    await _written(
        stage,
        path,
        "    /** 冻结. */",
        """    public void reopen() {
        requireOperable();
        if (status == AccountStatus.CLOSED) {
            throw new BankException("B0302", "a closed account cannot be frozen");
        }
        status = AccountStatus.ACTIVE;
    }

""",
    )


async def _written(stage: Stage, path: Path, before: str, wanted: str) -> None:
    """Write `wanted` above `before` as a developer does: key by key, accepting ghost text that says what is meant.

    An editor asks after each key. Ghost text that says something else is counted and typed over.
    """
    editor, original = stage.editor, stage.editor.texts[path]
    caret = at = original.index(before)
    editor.type(path, at, "\n")
    saved, passed_over = 0, set[str]()
    while (typed := caret - at) < len(wanted):
        caret = editor.type(path, caret, wanted[typed])
        rest = wanted[caret - at :].partition("\n")[0]
        if not rest or wanted[typed] == "\n":
            continue
        reply = await editor.request("textDocument/inlineCompletion", _invoked(editor, path, caret))
        for item in (reply or {}).get("items", ())[:1]:
            start = editor.offset(path, item["range"]["start"])
            new = item["insertText"][caret - start :]
            row = editor.texts[path].rfind("\n", 0, caret) + 1
            if not rest.startswith(new):
                passed_over.add(editor.texts[path][row:caret] + new)  # the same line, offered again, counts once
                continue
            stage.show(f"{editor.texts[path][row:caret]}\u27e6{new}\u27e7")
            caret = editor.type(path, start, item["insertText"], remove=caret - start)
            saved += len(new)
            await editor.request("workspace/executeCommand", _call(item["command"]))
    stage.show(
        say(
            "{saved} of {all} characters came from accepted ghost text; other lines offered and typed over: {wrong}",
            saved=saved,
            all=len(wanted),
            wrong=len(passed_over),
        )
    )
    _need(editor.texts[path][at : at + len(wanted)] == wanted, "the buffer is not what was written")
    _need(saved > 0, "no ghost text was accepted")
    editor.type(path, at, "", remove=len(wanted) + 1)
    _need(editor.texts[path] == original, "undoing did not restore the buffer")


def _invoked(editor: Editor, path: Path, caret: int) -> JsonObject:
    return {
        "textDocument": {"uri": path.as_uri()},
        "position": editor.position(path, caret),
        "context": {"triggerKind": 2},
    }


def _call(command: JsonObject) -> JsonObject:
    return {"command": command["command"], "arguments": command.get("arguments", [])}


async def _action(stage: Stage, path: Path, where: str, wanted: str, kind: str | None = None) -> JsonObject:
    """Choose, resolve and apply the first code action at `where` whose title holds `wanted`."""
    editor = stage.editor
    at = editor.texts[path].index(where)
    params: JsonObject = {
        "textDocument": {"uri": path.as_uri()},
        "range": editor.range(path, at, at + len(where)),
        "context": {"diagnostics": editor.diagnostics.get(path, [])},
    }
    if kind is not None:
        params["context"]["only"] = [kind]
    actions = await editor.request("textDocument/codeAction", params) or []
    stage.show(say("actions here: {titles}", titles="; ".join(a["title"] for a in actions) or "-"))
    chosen: JsonObject | None = next((a for a in actions if wanted.lower() in _names(a)), None)
    if chosen is None:
        raise Unmet(f"no action about {wanted!r}")
    if "edit" not in chosen and "command" not in chosen:
        resolved: JsonObject = await editor.request("codeAction/resolve", chosen)
        return resolved
    return chosen


def _names(action: JsonObject) -> str:
    """What an action is called: its title, and its command, which is the same in every language."""
    return f"{action['title']} {(action.get('command') or {}).get('command', '')}".lower()


async def _apply(stage: Stage, path: Path, action: JsonObject) -> None:
    """Apply an action's edit and show the change as a diff."""
    editor = stage.editor
    _need("edit" in action, f"declined: {'; '.join(editor.said[-1:])}")
    before = editor.texts[path]
    editor.apply(action["edit"])
    stage.show(_diff(before, editor.texts[path]))
    if proof := (action.get("data") or {}).get("evidence"):
        stage.show(say("evidence: {text}", text=proof))


def _diff(before: str, after: str) -> str:
    rows = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
    return "\n".join(row.rstrip("\r") for row in rows if not row.startswith(("---", "+++")))


async def _generate_python(stage: Stage) -> None:
    path = stage.path("python/bank/mandates.py")
    stage.editor.open(path, "python")
    await _apply(stage, path, await _action(stage, path, "class Mandate", "Mandate", "refactor.rewrite"))
    _need("def __init__(" in stage.editor.texts[path], "no constructor")


async def _generate_java(stage: Stage) -> None:
    path = stage.path("java/drafts/SmsNotifier.java")
    stage.editor.open(path, "java")
    await _apply(stage, path, await _action(stage, path, "class SmsNotifier", "isAvailable", "refactor.rewrite"))
    _need(stage.editor.texts[path].count("@Override") == 3, "the missing methods are not there")


async def _fix(stage: Stage, name: str, language: str, where: str, wanted: str, expected: str) -> None:
    path = stage.path(name)
    stage.editor.open(path, language)
    for _ in range(100):
        if stage.editor.diagnostics.get(path):
            break
        await asyncio.sleep(0.1)
    for row in stage.editor.diagnostics.get(path, []):
        stage.show(f"{path.name}:{row['range']['start']['line'] + 1}: {row['message']}")
    _need(stage.editor.diagnostics.get(path), "no diagnostics were published")
    await _apply(stage, path, await _action(stage, path, where, wanted, "quickfix"))
    _need(expected in stage.editor.texts[path], f"{expected!r} is not in the buffer")


async def _fix_syntax_python(stage: Stage) -> None:
    await _fix(stage, "python/drafts/loan_quote.py", "python", "months: int) -> Money", ":", "months: int) -> Money:\n")


async def _fix_syntax_java(stage: Stage) -> None:
    await _fix(stage, "java/drafts/DailyReport.java", "java", "int debits = 0", ";", "int debits = 0;\n")


async def _fix_name(stage: Stage) -> None:
    await _fix(
        stage, "python/drafts/overdraft.py", "python", "simple_intrest", "simple_interest", "return simple_interest("
    )


async def _fix_import(stage: Stage) -> None:
    path = stage.path("python/drafts/overdraft.py")
    await _apply(stage, path, await _action(stage, path, "add_workdays", "import", "quickfix"))
    _need("from bank.workdays import" in stage.editor.texts[path], "the import is not there")


async def _comment_python(stage: Stage) -> None:
    path = stage.path("python/bank/limits.py")
    await _apply(
        stage, path, await _action(stage, path, "remaining_allowance", "remaining_allowance", "refactor.rewrite")
    )
    _need("ValueError:" in stage.editor.texts[path], "the raised exception is not documented")


async def _comment_java(stage: Stage) -> None:
    path = stage.path("java/src/main/java/com/example/bank/TransferService.java")
    stage.editor.open(path, "java")
    await _apply(stage, path, await _action(stage, path, "execute(Transfer", "execute", "refactor.rewrite"))
    _need("@param transfer" in stage.editor.texts[path], "the parameter is not documented")


async def _tests(stage: Stage) -> None:
    path = stage.path("python/bank/iban.py")
    editor = stage.editor
    editor.open(path, "python")
    # The whole file: its first line belongs to no function.
    action = await _action(stage, path, editor.texts[path].splitlines()[0], "bankCopilot.tests", "source")
    result = await editor.request("workspace/executeCommand", _call(action["command"]))
    _need(result.get("files"), f"declined: {result.get('declined')} {result.get('detail', '')}")
    for message in dict.fromkeys(editor.progress):
        stage.show(say("progress: {text}", text=message))
    for check in result["checks"]:
        stage.show(f"{evidence.claim(check['name'])}: {check['detail'] or say('proven')}")
    made = Path(result["files"][0])
    text = made.read_text("utf-8")
    stage.show("\n".join(["", f"{made.name}:", *text.splitlines()[:40], "…"]))
    _need("assert " in text and "def test_" in text, "no assertion in the generated tests")
    await _run_tests(stage, made)


async def _run_tests(stage: Stage, made: Path) -> None:
    """Run the new tests as the developer would, in the copy of the sample (our own code: no sandbox needed)."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(made)]
    code, output = await output_of(command, stage.path("python"))
    stage.show("pytest: " + output.strip().splitlines()[-1])
    _need(code == 0, "the generated tests do not pass")


async def _declined_without_model(stage: Stage) -> None:
    path = stage.path("python/bank/limits.py")
    result = await stage.editor.request(
        "workspace/executeCommand",
        {
            "command": "bankCopilot.generate",
            "arguments": [
                path.as_uri(),
                stage.editor.range(path, 0, 0),
                "settle all open payments in foreign currency",
            ],
        },
    )
    stage.show(say("declined: {reason}", reason=result.get("declined")))
    _need(result.get("declined"), "something was generated from nothing")


async def _declined_by_check(stage: Stage) -> None:
    """A recorded model answer that would break the file: the same checks stand in its way."""
    path = stage.path("python/bank/limits.py")
    text = path.read_text("utf-8")
    line = text[: text.index("    if profile.daily <")].count("\n")
    row: dict[str, Any] = {"path": str(path), "text": text, "line": line, "character": 4, "replay": "return (total(("}
    command = [own_script(), "complete", "--batch", "-", "--root", str(stage.path("python"))]
    _, output = await output_of(command, stage.folder, json.dumps(row) + "\n")
    answer = json.loads(output.splitlines()[-1])
    stage.show(say("proposed: {text}", text=row["replay"]))
    for check in answer["checks"]:
        verdict = say("proven") if check["passed"] else say("NOT PROVEN")
        stage.show(f"{evidence.claim(check['name'])}: {verdict} {check['detail']}".rstrip())
    stage.show(say("declined: {reason}", reason=answer["declined"]))
    _need(answer["text"] is None and any(not c["passed"] for c in answer["checks"]), "a broken text was shown")


SCENES: list[tuple[str, Callable[[Stage], Awaitable[None]]]] = [
    ("an editor connects; the repository is indexed", _connected),
    ("Python: type, see ghost text, accept it", _complete_python),
    ("Java: type, see ghost text, accept it", _complete_java),
    ("Python: generate a constructor from the fields", _generate_python),
    ("Java: implement the missing methods of an interface", _generate_java),
    ("Python: fix a syntax error", _fix_syntax_python),
    ("Java: fix a syntax error", _fix_syntax_java),
    ("Python: fix a misspelt name", _fix_name),
    ("Python: import a name that the index knows", _fix_import),
    ("Python: document a function", _comment_python),
    ("Java: document a method", _comment_java),
    ("Python: generate unit tests, proven in the sandbox, and run them", _tests),
    ("a wish that needs a model is declined", _declined_without_model),
    ("a proposal that its checks decline", _declined_by_check),
]
