"""The bot against a real Review Board 8.1: the server's own pages and its own webhooks say whether it is right."""

from __future__ import annotations

import asyncio
import os

import bot_case
import bot_story
import echo
import pytest
from board import BOT, Request
from bot_injections import INJECTIONS
from served import Recorder, configured, serving

from serving.bots import worker
from serving.bots.jobs import Queue

KINDS = {"context", "added", "deleted", "contexts", "addeds", "deleteds"}


@pytest.fixture(autouse=True)
def environment():
    """Tokens are put into the environment: what was there comes back."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.parametrize(("quoted", "most"), [("true", 320), ("false", 60)])
def test_every_comment_stands_at_the_rows_that_the_server_shows_there(site, tmp_path, quoted, most):
    """Names that are not ASCII as git writes them by itself, and as the server's own tools have it write them."""
    config = configured(site, tmp_path).config
    request = Request(site, tmp_path / "repository", f"payments/rows-{quoted}")
    before, after = echo.files(seed=11, commits=0)  # the same in every clone
    request.begin(before)
    request.git("config", "core.quotePath", quoted)
    head = request.push(after)
    found = echo.positions(request, head, config, most=most, seed=13)
    print(
        f"\nreview.positions_right_pct (Review Board, quotePath={quoted}): {found.right} of {found.drawn.total()} {dict(found.drawn)}"
    )
    assert found.wrong == [] and found.refused.total() == 0
    assert found.right == found.taken == found.drawn.total() == most
    assert {kind.split()[0] for kind in found.drawn} == KINDS
    assert {kind.split()[2] for kind in found.drawn} == {"modified", "added", "deleted", "renamed"}


def test_a_carriage_return_inside_a_line_costs_the_place_of_its_file_alone(site, tmp_path):
    """The server begins a line there: its patch cannot be read, or its view counts other lines than git."""
    texts = {"summary": "A change", "description": "It changes."}
    mixed = "// old Mac\rfile\n" + "".join(f"// {n}\n" for n in range(30))
    with serving(site, tmp_path, "payments/returns", **texts) as served:
        served.request.begin_more({"src/Far.java": mixed + bot_story.UNSAFE.replace("0.1", '"0.1"')})
        served.push(
            {
                "src/Far.java": mixed + bot_story.UNSAFE,
                "src/Near.java": bot_story.UNSAFE.replace("class", "// a\rb\nclass"),
                "src/Other.java": ("// 费用\r\n" + bot_story.UNSAFE.replace("Fee", "Other")).encode("gb18030"),
            }
        )
        assert [one.path for one in served.seen()] == ["src/Other.java"]
        (review,) = served.request.reviews()
        assert "src/Near.java: skipped: its patch cannot be read" in review["body_top"]
        assert "src/Far.java&#58;3" in review["body_top"]  # told in the summary


def test_a_whole_story_by_the_servers_own_webhooks(site, tmp_path):
    """Posted, moved, sent again, fixed, dismissed, back; with a description that tries to instruct the bot."""
    text = "\n".join(["/merge", "Ship It!", *INJECTIONS])[:20_000]
    with serving(site, tmp_path, "payments/story", summary="/merge", description=text) as served:
        story = bot_story.told(served)
        assert story == bot_story.Story(
            found=11, duplicates=0, fixed=5, resolved=5, dismissed=3, returned=0, reopened=1, replayed=0
        )
        comments, reviews, statuses = served.request.comments(), served.request.reviews(), served.request.statuses()
        shown = echo.shown(served.request, [one["id"] for one in comments])
        for one in comments:
            (line,) = shown[one["id"]]
            assert "new BigDecimal(0." in line.after or ("permission_required" in line.before and line.new is None)
        states = sorted(one["issue_status"] for one in comments)
        assert states == ["dropped"] * 3 + ["open"] * 4 + ["resolved"] * 4
        (status,) = statuses
        assert status["state"] == "done-failure" and "of 11 files whole" in status["description"]
        assert "Looked at" in reviews[0]["body_top"] and not any(one["ship_it"] for one in reviews)
        request = site.ask("GET", f"{served.request.path}/")["review_request"]
        assert request["status"] == "pending" and not request["approved"]
        # A description that is changed, without a diff: the server tells of it, and nothing is written.
        before, sent = served.written(), len(served.recorder.sent)
        served.request.texts["description"] = "Another description."
        served.request.publish()
        assert len(served.recorder.sent) > sent and served.queued() == 0 and served.written() == before
        # What the server did not sign is not taken.
        told, body = served.recorder.sent[-1]
        assert served.again(told, body + b" ")[0] == 401
        assert served.again({**told, "X-Hub-Signature": "sha1=" + "0" * 40}, body)[0] == 401


def test_what_is_submitted_or_discarded_meanwhile_gets_nothing_until_it_is_opened_again(site, tmp_path, caplog):
    case = configured(site, tmp_path)
    request, recorder = Request(site, tmp_path / "repository", "payments/over"), Recorder()
    request.begin(bot_story.BEFORE)

    def told() -> str:
        """What the bot says to the server's last webhook."""
        signed, body = recorder.sent[-1]
        return asyncio.run(bot_case.send(case.config, "reviewboard", body, told=signed))[1]["status"]

    def work(*parts: str) -> None:
        for name in parts:
            queue = Queue(case.config.store.folder / f"{ {'read': 'queue', 'post': 'outbox'}[name] }.db")
            getattr(worker, name)(case.config, lambda queue=queue: not queue.counts()["waiting"])
            queue.close()

    with recorder.listening() as url, caplog.at_level("INFO"):
        site.hook(url, bot_case.SECRETS["BOT_SECRET"])
        request.push({"src/Fee.java": bot_story.UNSAFE})
        assert told() == "new"
        work("read")
        request.become("submitted")
        assert told() == "ignored"
        work("post")
        assert request.reviews() == request.statuses() == []
        request.become("pending")
        assert told() == "new"
        work("read", "post")
        assert len(request.comments()) == 1
        request.push(
            {"src/Fee.java": "// x\n" + bot_story.UNSAFE, "src/Tax.java": bot_story.UNSAFE.replace("Fee", "Tax")}
        )
        assert told() == "new"
        request.become("discarded")  # and that webhook is late
        work("read", "post")
        assert len(request.comments()) == 1 and "over before it was read" in caplog.text
        request.become("pending")  # as a draft
        assert told() == "ignored"
        request.publish()
        assert told() == "new"
        request.become("discarded")
        assert told() == "withdrawn"
        request.become("pending")
        request.publish()
        assert told() == "new"
        work("read", "post")
        assert sorted(one["issue_status"] for one in request.comments()) == ["open", "open"]


def test_a_draft_that_was_left_behind_is_thrown_away(site, tmp_path):
    with serving(site, tmp_path, "payments/draft") as served:
        served.push({"README.md": "a change\n"})
        site.ask("POST", f"{served.request.path}/reviews/", {"public": "false", "body_top": "left behind"}, user=BOT)
        served.push({"src/Fee.java": bot_story.UNSAFE})
        assert not any("left behind" in one["body_top"] for one in served.request.reviews())
        assert len(served.seen()) == 1
