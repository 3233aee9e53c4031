"""A change and a model that answers as it is told: what the tests of a model's part of a review have in common."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from copilot import reviewing, tasks
from copilot.config import Review as ReviewSettings
from copilot.config import Settings
from copilot.context.index import Index
from copilot.engines.replay import ReplayEngine
from copilot.review import change as changes
from copilot.review.looking import Asked
from copilot.review.remark import Review
from copilot.reviewfacts import ReviewOptions
from copilot.rules import BANK
from copilot.types import Candidate, Context, Declined, Project, Request, Task

BEFORE = """\
from store import load, save


def transfer(source, target, cents):
    account = load(source)
    if account.balance < cents:
        raise ValueError(cents)
    account.balance -= cents
    save(account)
    other = load(target)
    other.balance += cents
    save(other)


def name(account):
    return account.owner.strip()
"""
GUARD = "    if account.balance < cents:\n        raise ValueError(cents)\n"
AFTER = (
    BEFORE.replace(GUARD, "")
    .replace("+= cents", "+= cents * 100")
    .replace("    save(other)\n", "    save(other, target)\n")
)
PATCH = """\
diff --git a/bank.py b/bank.py
index 1111111..2222222 100644
--- a/bank.py
+++ b/bank.py
@@ -4,11 +4,9 @@ from store import load, save
 def transfer(source, target, cents):
     account = load(source)
-    if account.balance < cents:
-        raise ValueError(cents)
     account.balance -= cents
     save(account)
     other = load(target)
-    other.balance += cents
-    save(other)
+    other.balance += cents * 100
+    save(other, target)


"""
QUOTE = "other.balance += cents * 100"


def finding(line: int = 9, quote: str = QUOTE, **more: object) -> dict[str, object]:
    told = {
        "side": "new", "line": line, "quote": quote, "kind": "money", "severity": "error",
        "message": "`cents` are multiplied: the target gets a hundred times what was taken.", "names": [], "fix": None,
    }  # fmt: skip
    return told | more


def found(*rows: object) -> str:
    return json.dumps({"findings": rows})


def verdicts(**holds: bool) -> str:
    return json.dumps({"verdicts": [{"claim": int(k[1:]), "why": "w", "holds": v} for k, v in holds.items()]})


YES = verdicts(**{f"c{n}": True for n in range(1, 9)})


class Bench:
    """What the pipeline needs, with one engine."""

    def __init__(self, root: Path, engine: object, own: ReviewSettings, index: Index | None = None) -> None:
        self.settings, self.project, self.index = Settings(review=own), Project(root), index or Index()
        self.engine = engine

    def engines(self, request: Request) -> tuple[object, ...]:  # noqa: ARG002
        return (self.engine,)

    async def gather(self, request: Request) -> Context:  # noqa: ARG002
        return Context("", "")


class Told:
    """An engine that answers by what it is asked; `seen` are the questions."""

    name = "told"

    def __init__(self, say: Callable[[ReviewOptions], str | None]) -> None:
        self.say, self.seen = say, list[ReviewOptions]()

    def rounds(self, task: Task) -> int:  # noqa: ARG002 -- the protocol's
        return 1

    async def propose(self, request: Request, context: Context) -> AsyncIterator[Candidate | Declined]:  # noqa: ARG002
        assert isinstance(request.options, ReviewOptions)
        self.seen.append(request.options)
        text = self.say(request.options)
        got = tasks.module(Task.REVIEW).read(text, request) if text is not None else None
        yield got or Declined("silence")


ONE = ReviewSettings(samples=1, votes=1)


async def asked(
    root: Path, *answers: str, own: ReviewSettings = ONE, patch: str = PATCH, engine: object | None = None
) -> Review:
    (root / "bank.py").write_text(AFTER)
    change = changes.of_patch(patch.encode(), root)
    bench = Bench(root, engine or ReplayEngine({Task.REVIEW: list(answers)}), own)
    got = await reviewing.reviewed(change, Asked((BANK,), frozenset(own.off)), bench)
    model = got.model
    assert model is not None
    assert model.claims == model.kept + sum(count for why, count in model.dropped if why != "fix")  # none is lost
    return got


def model(got: Review) -> list[tuple[str, str, int, str]]:
    return [(one.rule, one.side, one.line, one.evidence) for one in got.remarks if one.origin == "model"]


def many(count: int, lines: int) -> str:
    """A patch of new files of data, and one of a routine that a guard is taken from."""
    body = "".join(f"+value_{n} = {n}\n" for n in range(lines))
    new = "".join(
        f"diff --git a/d{n}.yaml b/d{n}.yaml\nnew file mode 100644\n--- /dev/null\n+++ b/d{n}.yaml\n@@ -0,0 +1,{lines} @@\n{body}"
        for n in range(count)
    )
    return new + PATCH
