"""A merge request that is merged or closed while its review is on the way: nothing is written there, until it is opened again."""

from __future__ import annotations

import itertools
import json

import pytest
from board_simulator import Board
from bot_case import INLINE, KINDS, SECRETS, UNSAFE, Case, headers, payload, send, simulated

from serving.bots import worker
from serving.bots.forge import Answer, Target
from serving.bots.forges import gitlab, reviewboard
from serving.bots.jobs import Queue

CLOSING = {
    "github": {"action": "closed"},
    "gitlab": {"action": "merge", "state": "merged"},
    "gitea": {"action": "closed"},
    "gitee": {"action": "merge"},
}
OPENING = {
    "github": {"action": "reopened"},
    "gitlab": {"action": "reopen"},
    "gitea": {"action": "reopened"},
    "gitee": {"action": "reopen"},
}
MAIN = {"src/Fee.java": "class Fee {}\n", "README.md": "x\n"}
_seconds = itertools.count(1)
over = pytest.mark.parametrize("state", ["merged", "closed"])


@pytest.fixture(params=[*KINDS, "reviewboard"])
def case(request, tmp_path, monkeypatch):
    """A bot beside each kind of forge."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    if request.param != "reviewboard":
        with simulated(request.param, tmp_path, MAIN) as forge:
            yield Case(tmp_path, forge)
        return
    (tmp_path / "repository").mkdir()
    board = Board(tmp_path / "repository")
    board.push(dict(MAIN), "main")
    yield Case(tmp_path, board)
    board.close()


def webhook(case: Case, what: str, head: str) -> tuple[bytes, dict[str, str]]:
    """A webhook of a push, of closing or of opening again, each later than the one before; with its headers."""
    kind = case.forge.kind
    if kind != "reviewboard":
        body = json.dumps(
            payload(case.forge, head, **{"push": {}, "close": CLOSING, "open": OPENING}[what].get(kind, {}))
        ).encode()
        return body, headers(kind, body)
    event = {"push": "review_request_published", "close": "review_request_closed", "open": "review_request_reopened"}[
        what
    ]
    links = {
        "repository": {"title": "payments/core"},
        "latest_diff": {"href": f"http://board/api/review-requests/7/diffs/{head[5:]}/"},
    }
    at = f"2026-11-30T10:00:{next(_seconds):02}Z"
    told = {"id": 7, "status": "pending", "public": True, "last_updated": at, "links": links}
    body = json.dumps({"event": event, "review_request": told}).encode()
    return body, {**headers(kind, body), "X-ReviewBoard-Event": event}


async def sent(case: Case, body: bytes, told: dict[str, str]) -> str:
    """What the bot says to a webhook."""
    status, answer = await send(case.config, case.forge.kind, body, told=told)
    assert status == 202
    return answer["status"]


async def told(case: Case, what: str, head: str) -> str:
    """The same of one that is made now."""
    return await sent(case, *webhook(case, what, head))


def part(case: Case, name: str) -> None:
    """One of the two working parts, until nothing waits for it."""
    queue = Queue(case.config.store.folder / f"{ {'read': 'queue', 'post': 'outbox'}[name] }.db")
    getattr(worker, name)(case.config, lambda: not queue.counts()["waiting"])
    assert queue.counts()["dead"] == 0
    queue.close()


def written(case: Case) -> list[str]:
    """What the bot changed on the forge: a question in GraphQL changes nothing."""
    asks = [one for one in case.forge.seen if one.method != "GET"]
    return [f"{one.method} {one.path}" for one in asks if not (one.body or {}).get("query", "").startswith("query")]


@over
async def test_a_request_that_is_over_when_its_job_is_taken_gets_no_remarks(case, state, caplog):
    head = case.forge.push({"src/Fee.java": UNSAFE})
    assert await told(case, "push", head) == "new"
    case.forge.state = state  # and its webhook is late, or nobody chose that event
    with caplog.at_level("INFO"):
        case.work()
    assert written(case) == []
    assert [one for one in caplog.messages if "over" in one and head[:12] in one]


@over
async def test_a_request_that_is_closed_between_reading_and_posting_gets_no_remarks(case, state, caplog):
    head = case.forge.push({"src/Fee.java": UNSAFE})
    await told(case, "push", head)
    part(case, "read")
    case.forge.state = state
    with caplog.at_level("INFO"):
        part(case, "post")
    assert written(case) == []
    assert [one for one in caplog.messages if "word='over'" in one]


async def test_its_webhook_takes_the_waiting_job_away(case, caplog):
    head = case.forge.push({"src/Fee.java": UNSAFE})
    await told(case, "push", head)
    with caplog.at_level("INFO"):
        assert await told(case, "close", head) == "withdrawn"
    assert [one for one in caplog.messages if "payments/core 7: over before it was read" in one]
    assert await told(case, "close", head) == "ignored"
    case.forge.seen.clear()
    case.work()
    assert case.forge.seen == []  # nothing was even asked


@pytest.mark.parametrize("when", ["waiting", "read", "posted over", "posted"])
async def test_one_that_is_opened_again_is_reviewed_once(case, when):
    head = case.forge.push({"src/Fee.java": UNSAFE})
    await told(case, "push", head)
    if when != "waiting":
        part(case, "read")
    if when == "posted":
        part(case, "post")
    case.forge.state = "closed"
    if when == "posted over":
        part(case, "post")
    await told(case, "close", head)
    case.forge.state = "open"
    before = written(case)
    assert await told(case, "open", head) == "new"
    case.work()
    first = written(case)
    assert (first == before) == (when == "posted")
    text = " ".join([*(one.body for one in case.forge.threads), *(text for _, text in case.forge.notes.values())])
    assert "MONEY02" in text
    assert len(case.forge.threads) == (case.forge.kind in {*INLINE, "reviewboard"})
    assert await told(case, "open", head) in {"new", "known"}  # as after another pair of closing and opening
    case.work()
    assert written(case) == first


@pytest.mark.parametrize("first", [True, False])
async def test_a_closing_that_comes_again_or_late_takes_nothing_away(case, first):
    """Who saw one signed delivery could send it again, to keep the next change from being reviewed."""
    closing = webhook(case, "close", case.forge.push({"src/Fee.java": UNSAFE}))
    if first:
        assert await sent(case, *closing) == "ignored"
    head = case.forge.push({"src/Fee.java": UNSAFE + "// more\n"})
    assert await told(case, "push", head) == "new"
    assert await sent(case, *closing) == "ignored"
    case.work()
    assert written(case) != []


async def test_what_was_discarded_and_is_opened_as_a_draft_waits_for_being_published(tmp_path):
    body = {
        "review_request": {"id": 7, "status": "pending", "public": False, "links": {"repository": {"title": "core"}}}
    }
    body["review_request"]["links"]["latest_diff"] = {"href": "http://board/api/review-requests/7/diffs/1/"}
    reopened = {"x-reviewboard-event": "review_request_reopened"}
    assert reviewboard.event(reopened, body) is None
    body |= {"is_new": True}
    published = reviewboard.event({"x-reviewboard-event": "review_request_published"}, body)
    assert published.back and not published.over


def test_one_that_is_being_merged_may_be_open_again():
    """GitLab's `locked`: where the merge fails, nothing would tell of it."""
    asked = gitlab.standing(Target("payments/core", 7, "a" * 40), "bank-copilot")
    answers = {
        "": {"state": "locked"},
        "versions": [dict.fromkeys(("base_commit_sha", "start_commit_sha", "head_commit_sha"), "a" * 40)],
    }
    call = next(asked)
    with pytest.raises(StopIteration) as ended:
        while True:
            name = call.path.partition("/merge_requests/7")[2].strip("/").partition("?")[0]
            call = asked.send(Answer(200, answers.get(name, [])))
    assert not ended.value.value.over
