"""The README's page of correction, recorded: one file through all stages, and another server's complaint. UPDATE_DOCS=1 writes it."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path

from copilot import pipeline
from copilot.config import Settings
from copilot.types import Finding, FixOptions, Request, Severity, Span, Task, document
from copilot.verify import evidence
from copilot.workspace import Workspace

README = Path(__file__).parents[2] / "README.md"
PAGE = re.compile(r"(?<=<!-- a correction: tests/unit/test_fix_page.py -->\n)(?s:.*?)(?=<!-- end -->)")

PYTHON = """\
import os
import random
import sqlite3


def reset_token(db: sqlite3.Connection, user: str) -> str
    token = str(random.randint(100000, 999999))
    db.execute(f"insert into tokens values ('{user}', '{token}')")
    return tokn
"""
JAVA = """\
package bank;

class Statement {
    String shown(List<String> lines) {
        return String.join("\\n", lines).trimm();
    }
}
"""


async def page(folder: Path) -> str:
    """What `bank-copilot fix` prints of both files, and the answer to what Pylance says of a third."""
    workspace = Workspace.open(folder, Settings(), engine="embedded")
    shown = []
    try:
        for name, language, text in (("tokens.py", "python", PYTHON), ("Statement.java", "java", JAVA)):
            before = document(folder / name, language, text)
            after, done, declined = await pipeline.repair(before, workspace)
            rows = difflib.unified_diff(
                text.splitlines(), after.text.decode().splitlines(), f"a/{name}", f"b/{name}", lineterm=""
            )
            told = [f"{each.title} [{each.origin}] {evidence.told(each)}" for each in done]
            told += [evidence.why(each) for each in declined]
            shown.append("\n".join(["```", f"$ bank-copilot fix {name}", *rows, *told, "```"]))
        text = "class Account:\n    def __init__(self) -> None:\n        self.balance = 0\n\n    def shown(self) -> str:\n        return str(self.balnce)\n"
        doc = document(folder / "account.py", "python", text)
        message = 'Cannot access attribute "balnce" for class "Account*"'
        at = text.index("balnce")
        fact = Finding(
            "reportAttributeAccessIssue", Severity.ERROR, doc.path, Span(at, at + 6), message, source="Pylance"
        )
        answer = await pipeline.suggest(Request(Task.FIX, doc, fact.span, FixOptions(), facts=(fact,)), workspace)
        shown.append(
            f"Pylance says *{message}*; the quick fix is *{answer.title}*, its evidence: {evidence.told(answer)}."
        )
    finally:
        await workspace.close()
    return "\n" + "\n\n".join(shown) + "\n\n"


async def test_the_page_of_correction_shows_what_it_does(tmp_path):
    made = await page(tmp_path)
    text = README.read_text("utf-8")
    if os.environ.get("UPDATE_DOCS"):
        README.write_text(PAGE.sub(lambda _: made, text, count=1), "utf-8")
        text = README.read_text("utf-8")
    assert PAGE.search(text)[0] == made, "UPDATE_DOCS=1 writes it"
