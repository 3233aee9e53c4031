"""Everything that the bot sends in a merge request's life, and comments at every kind of row of real diffs."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import forge_simulator
from bot_case import SAFE, SHIFTED, UNSAFE, Case
from prism import Mock, rest

from copilot.review import change as changes
from copilot.review.positions import Commits
from serving.bots import bodies, handed
from serving.bots.forge import Call, Target
from serving.bots.forges import gitea, github, gitlab

PREFIX = {"github": "/api/v3", "gitea": "/api/v1", "gitlab": "/api/v4"}


async def life(kind: str, folder) -> list[forge_simulator.Request]:
    """The requests of a merge request's whole life: posted, refused, moved, fixed, back, gone, in both languages."""
    repository = folder / "repository"
    repository.mkdir()
    forge = forge_simulator.Forge(kind, repository)
    try:
        forge.push({"README.md": "x\n", "bank/pay.py": GUARDED, "旧.java": UNSAFE}, "main")
        case = Case(folder, forge, policy='locale = "zh"')
        forge.refused = lambda place: "Other" in (place.get("path") or place["new_path"])
        await case.pushed(
            {
                "src/Fee.java": UNSAFE,
                "src/Other.java": UNSAFE,
                "新 名.java": UNSAFE.replace("0.1", "0.2"),
                "旧.java": None,
            }
        )
        await case.pushed({"src/Fee.java": SHIFTED, "bank/pay.py": GUARDED.replace("    @login_required\n", "")})
        await case.pushed({"src/Fee.java": SAFE, "新 名.java": None})
        await case.pushed({"src/Fee.java": UNSAFE})
        return [one for one in forge.seen if one.method != "GET"]
    finally:
        forge.close()


GUARDED = """from flask_login import login_required


class Pay:
    @login_required
    def transfer(self, account, amount):
        self.ledger.move(account, amount)
        return self.ledger.balance(account)
"""


def told(diff, first, last, n: int) -> handed.Told:
    return handed.Told(
        fingerprint=f"{n:032x}", rule="MONEY01", severity="error", confidence="high", path=diff.path, known=diff.path,
        side="old" if last.kind == "deleted" else "new", line=1, end_line=1, message="a message with `code` and @names",
        symbol="", origin="rules", folded=False, where=handed.where(diff, [first, last]), instead=None,
    )  # fmt: skip


def rows(folder) -> list[handed.Told]:
    """Remarks at every kind of row of real diffs: added, deleted, unchanged, several at once, renamed, new, deleted files."""
    folder.mkdir()
    forge = forge_simulator.Forge("github", folder)
    forge.close()
    chance = random.Random(20261130)
    text = [f"line {n}\n" for n in range(120)]
    forge.push({f"f{n}.txt": "".join(text) for n in range(8)} | {"gone.txt": "a\nb\n"}, "main")
    after: dict[str, str | bytes | None] = {
        "gone.txt": None,
        "新/a b.txt": "x\ny",
        "f7.txt": None,
        "moved.txt": "".join(text[:110]),
    }
    for n in range(7):
        lines = [line for line in text if chance.random() > 0.05]
        after[f"f{n}.txt"] = "".join(line if chance.random() > 0.05 else f"new {line}\r\n" for line in lines)
    forge.push(after)
    found = changes.between(folder, "main", "change")
    remarks = []
    for diff in found.files():
        for row in diff.rows:
            remarks.append(told(diff, row, row, len(remarks)))
            below = [other for other in diff.rows[row.number : row.number + 4] if other.hunk == row.hunk]
            if below and chance.random() < 0.3:
                remarks.append(told(diff, row, below[-1], len(remarks)))
    return remarks


def calls(kind: str, remarks: list[handed.Told]) -> Iterator[Call]:
    """The requests that post remarks at their lines."""
    target = Target("payments/core", 7, "a" * 40)
    commits = Commits("a" * 40, "b" * 40, "c" * 40)
    texts = [(one, bodies.remark(one, kind)) for one in remarks]
    if kind == "gitlab":
        yield from (gitlab.discussion(target, one, text, commits) for one, text in texts)
        return
    words: ModuleType = {"github": github, "gitea": gitea}[kind]
    for start in range(0, len(texts), 40):
        yield words.review(target, texts[start : start + 40])


async def asked(mock: Mock, kind: str, folder: Path) -> int:
    """Send everything to a mock; how many rows were commented on."""
    for one in await life(kind, folder):
        if not one.path.endswith("/graphql"):
            mock.ask(one.method, rest(one.path, PREFIX[kind]), one.body)
    remarks = rows(folder / "rows")
    if kind == "gitlab":  # a request each
        remarks = random.Random(7).sample(remarks, 400)
    for call in calls(kind, remarks):
        mock.ask(call.method, call.path, call.body)
    return len(remarks)


def wrong(mock: Mock, kind: str, folder: Path) -> int:
    """The answer to a body that no forge takes."""
    call = next(calls(kind, rows(folder / "wrong")))
    match kind:
        case "github":
            body = {**call.body, "event": "HELLO"}
        case "gitea":
            body = {**call.body, "comments": [{**one, "new_position": "five"} for one in call.body["comments"]]}
        case _:
            body = {**call.body, "position": {**call.body["position"], "position_type": "words"}}
    return mock.ask(call.method, call.path, body)
