"""Everything that the bot sends is what the forges' own descriptions take (`review.prism_refusals` is 0); and what they send, as
their own examples have it, is read.
"""

from __future__ import annotations

import json
import random
import subprocess

import forge_simulator
import pytest
from bot_case import SAFE, SHIFTED, UNSAFE, Case
from conftest import PACKAGES, rest

from serving.bots import bodies, forges, handed
from serving.bots.forge import Target
from serving.bots.forges import gitea as gitea_words
from serving.bots.forges import github as github_words

PREFIX = {"github": "/api/v3", "gitea": "/api/v1"}


async def life(kind: str, folder) -> list[forge_simulator.Request]:
    """The requests of a merge request's whole life: posted, refused, moved, fixed, back, gone, in both languages."""
    repository = folder / "repository"
    repository.mkdir()
    forge = forge_simulator.Forge(kind, repository)
    try:
        forge.push({"README.md": "x\n", "bank/pay.py": GUARDED, "旧.java": UNSAFE}, "main")
        case = Case(folder, forge, policy='locale = "zh"')
        forge.refused = lambda place: "Other" in place["path"]
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
    from copilot.review import change

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
    found = change.between(folder, "main", "change")
    remarks = []
    for diff in found.files():
        for row in diff.rows:
            remarks.append(told(diff, row, row, len(remarks)))
            below = [other for other in diff.rows[row.number : row.number + 4] if other.hunk == row.hunk]
            if below and chance.random() < 0.3:
                remarks.append(told(diff, row, below[-1], len(remarks)))
    return remarks


def reviews(words, remarks: list[handed.Told], kind: str):
    target = Target("payments/core", 7, "a" * 40)
    for start in range(0, len(remarks), 40):
        group = [(one, bodies.remark(one, kind)) for one in remarks[start : start + 40]]
        yield words.review(target, group)


async def test_github_takes_every_body(github, tmp_path):
    for one in await life("github", tmp_path):
        if one.path.endswith("/graphql"):
            continue
        github.ask(one.method, rest(one.path, PREFIX["github"]), one.body)
    remarks = rows(tmp_path / "rows")
    for call in reviews(github_words, remarks, "github"):
        github.ask(call.method, call.path, call.body)
    print(
        f"\nreview.prism_refusals (GitHub): {len(github.refused)} of {github.accepted + len(github.refused)} bodies, {len(remarks)} rows"
    )
    assert github.refused == [] and github.accepted >= 20
    wrong = next(iter(reviews(github_words, remarks, "github")))
    assert github.ask("POST", wrong.path, {**wrong.body, "event": "HELLO"}) == 422  # it does look
    github.refused.clear()


async def test_gitea_takes_every_body(gitea, tmp_path):
    for one in await life("gitea", tmp_path):
        gitea.ask(one.method, rest(one.path, PREFIX["gitea"]), one.body)
    remarks = rows(tmp_path / "rows")
    for call in reviews(gitea_words, remarks, "gitea"):
        gitea.ask(call.method, call.path, call.body)
    print(
        f"\nreview.prism_refusals (Gitea): {len(gitea.refused)} of {gitea.accepted + len(gitea.refused)} bodies, {len(remarks)} rows"
    )
    assert gitea.refused == [] and gitea.accepted >= 20
    wrong = next(iter(reviews(gitea_words, remarks, "gitea")))
    comments = [{**one, "new_position": "five"} for one in wrong.body["comments"]]
    assert gitea.ask("POST", wrong.path, {**wrong.body, "comments": comments}) == 422
    gitea.refused.clear()


def test_githubs_schema_takes_every_query():
    queries = [github_words.THREADS, github_words.SUMMARIES, github_words.CLOSE, github_words.REOPEN]
    script = """
const { buildSchema, parse, validate } = require('graphql');
const schema = buildSchema(require('fs').readFileSync(process.argv[1], 'utf8'), { assumeValidSDL: true });
const queries = JSON.parse(require('fs').readFileSync(0, 'utf8'));
console.log(JSON.stringify(queries.map(q => validate(schema, parse(q)).map(e => e.message))));
"""
    schema = PACKAGES / "@octokit/graphql-schema/schema.graphql"
    wrong = github_words.CLOSE.replace("threadId", "thread")
    done = subprocess.run(
        ["node", "-e", script, str(schema)],
        input=json.dumps([*queries, wrong]),
        check=False,
        capture_output=True,
        text=True,
        cwd=PACKAGES.parent,
    )
    assert done.returncode == 0, done.stderr
    *found, refused = json.loads(done.stdout)
    assert found == [[]] * len(queries) and refused


EXAMPLES = PACKAGES / "@octokit/webhooks-examples"


@pytest.mark.parametrize("edition", ["api.github.com", "ghes-31", "ghes-35"])
def test_githubs_example_webhooks_are_read(edition):
    forge = forges.named("github")
    seen = {}
    for kind in json.loads((EXAMPLES / edition / "index.json").read_text()):
        for body in kind["examples"]:
            target = forge.event({"x-github-event": kind["name"]}, body)
            if target is not None:
                pull = body["pull_request"]
                assert kind["name"] == "pull_request"
                assert target == Target(
                    body["repository"]["full_name"],
                    pull["number"],
                    pull["head"]["sha"],
                    pull["base"]["ref"],
                    target.made,
                )
                assert target.made > 1_500_000_000 and handed.HEAD.fullmatch(target.head)
                seen.setdefault(body["action"], 0)
                seen[body["action"]] += 1
    assert "opened" in seen and set(seen) <= {"opened", "reopened", "synchronize", "ready_for_review"}
    assert edition != "api.github.com" or len(seen) == 4
