"""Run by the installed bank-copilot's own Python: a language-server session that gets and accepts one completion.

Arguments: the server's command, the folder of the sample (copied there when absent). It writes one JSON object: what
the server says of itself, what was accepted, and what became of the text.
"""

import asyncio
import json
import sys
from pathlib import Path

from copilot import samplebank
from copilot.commands.editor import Editor

WANTED = '''def spent_in_year(history: Iterable[Spent], day: date, profile: LimitProfile) -> Money:
    """What was paid in the year of a day."""
    return total((item.amount for item in history if item.day.year == day.year), profile.monthly.currency)
'''


async def ready(editor):
    """What the server says of the workspace once its index is there (or has failed)."""
    while True:
        reply = await editor.request("workspace/executeCommand", {"command": "bankCopilot.status"})
        for row in reply["workspaces"]:
            if row["index"] in {"ready", "failed"}:
                return row
        await asyncio.sleep(0.05)


async def accepted(editor, path, at):
    """Type until ghost text says what is meant, and take it; where the caret is then, and what was taken."""
    editor.type(path, at, "\n")
    caret = at
    for typed, letter in enumerate(WANTED):
        caret = editor.type(path, caret, letter)
        place = {"textDocument": {"uri": path.as_uri()}, "position": editor.position(path, caret)}
        reply = await editor.request("textDocument/inlineCompletion", {**place, "context": {"triggerKind": 2}})
        for item in (reply or {}).get("items", ())[:1]:
            start = editor.offset(path, item["range"]["start"])
            new = item["insertText"][caret - start :]
            if new and WANTED[typed + 1 :].startswith(new):
                editor.type(path, start, item["insertText"], remove=caret - start)
                call = {"command": item["command"]["command"], "arguments": item["command"].get("arguments", [])}
                await editor.request("workspace/executeCommand", call)
                return new
    raise SystemExit("no completion was what is meant")


async def main(command, folder):
    if not folder.exists():
        samplebank.copy_to(folder)
    editor = await Editor.start([command, "lsp", "--stdio"], [folder / "python"], "en")
    now = await ready(editor)
    path = folder / "python/bank/limits.py"
    editor.open(path, "python")
    at = editor.texts[path].index("def risk_factor(")
    taken = await accepted(editor, path, at)
    text = editor.texts[path]
    code = await editor.stop()
    print(json.dumps({"status": now, "taken": taken, "text": text[at:].partition("\n")[0], "code": code}))


asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
