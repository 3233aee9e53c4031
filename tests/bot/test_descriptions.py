"""Everything that the bot sends is what the forges' own descriptions take (`review.prism_refusals` is 0); and what they send, as
their own examples have it, is read.
"""

from __future__ import annotations

import json
import subprocess

import outgoing
import pytest
from prism import PACKAGES

from serving.bots import forges, handed
from serving.bots.forge import Target
from serving.bots.forges import github as github_words


@pytest.mark.parametrize("kind", ["github", "gitea", "gitlab"])
async def test_a_forge_takes_every_body(kind, request, tmp_path):
    mock = request.getfixturevalue(kind)
    rows = await outgoing.asked(mock, kind, tmp_path)
    print(
        f"\nreview.prism_refusals ({kind}): {len(mock.refused)} of {mock.accepted + len(mock.refused)} bodies, {rows} rows"
    )
    assert mock.refused == [] and mock.accepted >= 20
    assert outgoing.wrong(mock, kind, tmp_path) == 422  # it does look
    mock.refused.clear()


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
                    over=body["action"] == "closed" or pull["state"] == "closed",
                    back=body["action"] == "reopened",
                )
                assert target.made > 1_500_000_000 and handed.HEAD.fullmatch(target.head)
                seen.setdefault(body["action"], 0)
                seen[body["action"]] += 1
    assert "opened" in seen and set(seen) <= {"opened", "reopened", "synchronize", "ready_for_review", "closed"}
    assert edition != "api.github.com" or len(seen) == 5
