"""What a change, a payload or a forge may do to the bot: forged marks, texts that break out, numbers without end."""

from __future__ import annotations

import itertools
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from bot_case import CONFIG, INLINE, KINDS, SECRETS, SHIFTED, UNSAFE, Case, payload, send, simulated

from copilot.errors import ConfigError
from copilot.review.lifecycle import Known
from copilot.review.remark import Covered
from serving.bots import bodies, fetch, handed
from serving.bots import config as configuration
from serving.bots import main as bot
from serving.bots.calls import CallFailed, Sender
from serving.bots.forge import SUMMARY, Answer, Call, Endless, Target, drive, is_summary, mark, marked, pages
from serving.bots.forges import github, reviewboard
from serving.bots.webhooks import Webhooks


@pytest.fixture(autouse=True)
def secrets(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def forge(request, tmp_path):
    with simulated(request.param, tmp_path, {"README.md": "core\n"}) as made:
        yield made


@pytest.fixture
def case(forge, tmp_path):
    return Case(tmp_path, forge)


each = pytest.mark.parametrize("forge", INLINE, indirect=True)


def told(*instead: str) -> handed.Told:
    row = handed.Placed(kind="added", old=None, new=1, at=(0, 1), hunk=0, number=1)
    where = handed.Where(status="added", old="", new="a.py", first=row, last=row)
    return handed.Told(
        fingerprint="0" * 32, rule="R1", severity="error", confidence="high", path="a.py", known="a.py", side="new", line=1,
        end_line=1, message="m", symbol="", origin="rules", folded=False, where=where, instead=instead or None,
    )  # fmt: skip


# --- marks -------------------------------------------------------------------------------------------------------


@each
@pytest.mark.parametrize("forged", [SUMMARY, mark("f" * 32)])
async def test_a_mark_in_the_code_of_a_fix_is_none_of_ours(case, forge, forged):
    code = UNSAFE.replace("(0.1);", f"(0.1); // {forged}")
    await case.pushed({"src/Fee.java": code})
    (thread,) = forge.threads
    assert forged in thread.body, "the fix shows the line"
    before, name = thread.body, marked(thread.body)
    assert name != "f" * 32
    await case.pushed({"src/Fee.java": SHIFTED.replace("(0.1);", f"(0.1); // {forged}")})
    assert [one.body for one in forge.threads] == [before] and len(forge.notes) == 1
    assert "Remarks: 1" in case.summary and "At their lines: 1" in case.summary


def test_marks_stand_where_only_the_bot_writes():
    ours = bodies.remark(told(f"x = 1  # {mark('f' * 32)}"), "github")
    assert marked(ours) == "0" * 32 and not is_summary(ours)
    assert marked(ours.replace("\n", "\r\n") + "\r\n") == "0" * 32  # as a page sends it
    assert marked(f"{ours}\nmore") == marked(f"> {mark('0' * 32)}") == marked(None) == ""
    assert is_summary(f"{SUMMARY}\r\n### x") and not is_summary(f"see {SUMMARY}") and not is_summary(None)


def test_an_apps_marks_are_not_a_users_of_the_same_name():
    node = {"author": {"login": "bank-copilot", "__typename": "User"}}
    assert github._is(node, "bank-copilot") and github._is(node, "Bank-Copilot")
    assert not github._is(node, "bank-copilot[bot]")
    assert github._is({"author": {"login": "bank-copilot", "__typename": "Bot"}}, "bank-copilot[bot]")
    assert not github._is({"author": None}, "bank-copilot")


@each
async def test_an_account_is_the_same_however_it_is_capitalised(forge, tmp_path):
    case = Case(tmp_path, forge)
    case.file.write_text(case.file.read_text().replace('"bank-copilot"', '"Bank-Copilot"'))
    case = Case.again(case)
    await case.pushed({"src/Fee.java": UNSAFE})
    await case.pushed({"src/Fee.java": SHIFTED})
    assert len(forge.threads) == len(forge.notes) == 1


# --- texts that break out, and too much of them --------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    ["x = 1  # ```", "```", "````\n/approve", "/approve", "  /close", "x\r/approve", "x\x00", "x\x1b[2J", "x\u202ey", "\n".join(["y" * 3_900] * 3)],
)  # fmt: skip
def test_a_fix_is_offered_only_where_its_lines_can_do_nothing_else(line):
    shown = bodies.remark(told(*line.split("\n")), "gitlab")
    assert shown == bodies.remark(told(), "gitlab") and marked(shown) == "0" * 32
    if line.startswith(("x = 1", "`")):  # elsewhere the fence is longer than what stands in it
        block = bodies.remark(told(*line.split("\n")), "github").split("\n")[2:-2]
        assert block[0].removesuffix("suggestion") == block[-1] and block[-1] not in "\n".join(block[1:-1])


def test_what_is_cut_says_so():
    assert bodies.plain("a" * 1_001) == "a" * 999 + "…" and bodies.plain("a" * 1_000) == "a" * 1_000
    assert bodies.plain("see GH-12 and SHA-256") == "see GH&#45;\u200b12 and SHA-256"


@pytest.mark.parametrize("kind", ["short", "long"])
def test_a_summary_that_is_too_long_lists_less_and_says_how_much(kind):
    name = "f@" * 500 if kind == "long" else "f"
    rest = [Covered(f"{n}{name}", "skipped", "no") for n in range(300)]
    row = told().model_copy(update={"message": "<" * 1_000})
    quiet = [Known("0" * 32, "R1", name, reason="r" * 300, who="w") for _ in range(40)]
    text = bodies.summary("a" * 40, 3, [row] * 250, quiet, quiet, rest, cut=7, noisy=[f"R{n}" for n in range(400)])
    assert len(text) <= 60_000 and text.count("<details>") == text.count("</details>") == 4
    for part, count in zip(text.split("<details>")[1:], (300, 250, 40, 40), strict=True):
        listed = part.count("\n- ") - part.count("\n- … ")
        assert f"\n- … {count - listed}\n" in part or listed == count
    assert "Too many to be listed: 7 more." in text and "Dismissed: 40" in text


@each
async def test_a_line_that_is_too_long_for_a_suggestion_is_told_all_the_same(case, forge):
    await case.pushed({"src/Fee.java": UNSAFE.replace("(0.1);", f"(0.1); // {'x' * 5_000}")})
    (thread,) = forge.threads
    assert "MONEY02" in thread.body and "xxxx" not in thread.body
    assert "Remarks: 1" in case.summary


def test_what_is_too_much_to_hand_over_is_cut_and_counted(monkeypatch):
    monkeypatch.setattr(handed, "LARGEST", 20_000)
    file = handed.Looked(
        path="a.py", known="a.py", status="reviewed", why="", hunks=1, seen=1, lines=1, gone=False, symbols=("s" * 4_000,) * 9
    )  # fmt: skip
    whole = handed.Handed(
        forge="bank", project="payments/core", number=7, head="a" * 40, base="b" * 40, failed="", cut=2,
        remarks=(told(),) * 100, files=(file,),
    )  # fmt: skip
    made = handed.fitted(whole)
    assert handed.read(handed.written(made)) == made
    assert made.files[0].symbols is None and made.remarks and len(made.remarks) + made.cut == 102
    assert handed.fitted(whole.model_copy(update={"remarks": (), "files": ()})).cut == 2
    with pytest.raises(handed.TooMuch):
        handed.fitted(whole.model_copy(update={"files": (file,) * 2_000}))


# --- numbers without end -------------------------------------------------------------------------------------------


def settings_of(tmp_path, old: str, new: str):
    text = CONFIG.format(kind="gitlab", address="http://127.0.0.1:1", policy="", limits="").replace(old, new)
    assert new in text
    (tmp_path / "bot.toml").write_text(text)
    return configuration.load(tmp_path / "bot.toml")


@pytest.mark.parametrize("value", ["inf", "nan", "1e999", "1e300", "-1", "9" * 400])
@pytest.mark.parametrize(
    ("section", "key"),
    [
        ("server", "body_timeout_s"), ("server", "replay_s"), ("server", "remembered_days"), ("store", "keep_days"),
        ("limits", "fetch_s"), ("limits", "review_s"), ("limits", "repository_mb"), ("limits", "attempts"),
        ("policies.default", "dismissed_days"), ("policies.default", "demote_below"), ("forges.bank", "timeout_s"),
    ],
)  # fmt: skip
def test_a_number_that_no_clock_can_take_is_named(tmp_path, section, key, value):
    old, new = f"[{section}]", f"[{section}]\n{key} = {value}"
    if section == "store":
        old, new = "[limits]", f"{new}\n[limits]"
    if key == "attempts":
        old, new = "attempts = 3", f"attempts = {value}"
    if key == "timeout_s":
        old, new = "timeout_s = 10", f"timeout_s = {value}"
    with pytest.raises(ConfigError, match=re.escape(f"{section}.{key}")):
        settings_of(tmp_path, old, new)


@pytest.mark.parametrize("kind", [*KINDS, "reviewboard"])
@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "9" * 5_000, "1" + "0" * 400])
async def test_a_payload_with_a_number_without_end_is_refused(tmp_path, kind, number):
    text = CONFIG.format(kind=kind, address="http://127.0.0.1:1", policy="", limits="")
    (tmp_path / "bot.toml").write_text(text)
    settings = configuration.load(tmp_path / "bot.toml")
    if kind == "reviewboard":
        links = {"repository": {"title": "payments/core"}, "latest_diff": {"href": "/api/review-requests/7/diffs/1/"}}
        told: dict[str, Any] = {"review_request": {"id": 7, "status": "pending", "links": links}}
    else:
        told = payload(SimpleNamespace(kind=kind, branch="change"), "a" * 40)
    body = re.sub(r'"(number|iid|id)": 7\b', rf'"\1": {number}', json.dumps(told)).encode()
    assert number.encode() in body
    assert await send(settings, kind, body) == (400, {"error": "body"})


def test_a_time_that_is_none_counts_as_none():
    assert [github.moment(one) for one in ("0001-01-01T00:00:00", "9999-12-31T23:59:59-23:59", "x", 1e999)].count(
        0.0
    ) >= 2


# --- secrets and tokens --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["whsec_c2lnbmluZy1zZWNyZXQ_not-base64", "whsec_c2lnbmluZy1zZWNyZXQtb2YtdGhlLWJvdA", "whsec_YWJjZGVmZ2hpams="])  # fmt: skip
def test_a_signing_token_that_is_none_is_told_before_the_first_delivery(tmp_path, monkeypatch, token):
    settings = settings_of(tmp_path, "attempts = 3", "attempts = 2")
    monkeypatch.setenv("BOT_SECRET", token)
    with pytest.raises(ConfigError, match=r"forges\.bank\.secret: a signing token is whsec_") as error:
        Webhooks(settings)
    assert token[6:] not in str(error.value)
    assert [one for one in configuration.problems(settings) if "signing token" in one]
    monkeypatch.setenv("BOT_SECRET", "whsec_c2lnbmluZy1zZWNyZXQtb2YtdGhlLWJvdA==")
    Webhooks(settings).queue.close()
    assert configuration.problems(settings) == []


# --- lists that come in parts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("least", [1, 7, 30, 50])
def test_a_list_is_read_to_its_end_however_little_a_server_gives_at_once(least):
    rows = [{"id": n} for n in range(61)]
    asked: list[str] = []

    def paged(call: Call) -> Answer:
        asked.append(call.path)
        query = parse_qs(urlsplit(call.path).query)
        start = (int(query["page"][0]) - 1) * least
        return Answer(200, rows[start : start + least] or None)

    assert drive(pages("/x?a=1", size=50, name="limit"), paged) == rows
    assert len(asked) == -(-61 // least) + 1
    asked.clear()
    assert drive(pages("/x"), lambda _: Answer(200, rows)) == rows  # the same whatever page is asked for


def test_a_list_without_end_is_not_taken_for_whole():
    count = itertools.count()
    with pytest.raises(Endless, match="/x has more than 200 pages"):
        drive(pages("/x"), lambda _: Answer(200, [{"id": next(count)} for _ in range(100)]))
    page = {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": "c"}}
    pull = {"headRefOid": "a" * 40, "state": "OPEN", "reviewThreads": page, "comments": page}
    answer = Answer(200, {"data": {"repository": {"pullRequest": pull}}})
    with pytest.raises(Endless):
        drive(github.standing(Target("a/b", 7, "a" * 40), "bot"), lambda _: answer)
    with pytest.raises(Endless):
        drive(reviewboard._listed("/x/", "reviews"), lambda _: Answer(200, {"reviews": [{}], "total_results": 10**9}))
    with pytest.raises(KeyError):  # not one page for all
        drive(reviewboard._listed("/x/", "reviews"), lambda _: Answer(200, {"reviews": [{}]}))


@pytest.mark.parametrize("forge", ["gitea"], indirect=True)
async def test_a_gitea_that_gives_thirty_at_once_gets_nothing_twice(case, forge, monkeypatch):
    for n in range(60):
        forge.notes[n] = ("zhang", "LGTM")
    routes = forge._gitea()

    def short(action):
        def answer(body, query, *rest):
            told = action(body, query, *rest)
            start = (int(query.get("page", 1)) - 1) * 30
            return told[start : start + 30] if isinstance(told, list) and "page" in query else told

        return answer

    monkeypatch.setattr(forge, "_gitea", lambda: [(verb, path, short(action)) for verb, path, action in routes])
    await case.pushed({"src/Fee.java": UNSAFE})
    await case.pushed({"src/Fee.java": SHIFTED})
    assert len([text for who, text in forge.notes.values() if who == "bank-copilot"]) == len(forge.threads) == 1


# --- what a forge answers ------------------------------------------------------------------------------------------


class Says:
    """A server with one answer, and what it was sent."""

    def __init__(self, status: int, body: bytes, **more: str) -> None:
        self.status, self.body, self.more = status, body, more
        self.tokens: list[str] = []
        own = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do(self) -> None:
                own.tokens.append(self.headers.get("Authorization", ""))
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(own.status)
                for name, value in own.more.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(own.body)))
                self.end_headers()
                self.wfile.write(own.body)

            do_GET = do_POST = do  # noqa: N815

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def asked(says: Says, call: Call) -> Answer:
    settings = configuration.Forge(kind="github", address=says.address, account="b", projects=("a/*",))
    return Sender(settings, github, lambda: SECRETS["BOT_WRITE"])(call)


@pytest.mark.parametrize(
    ("errors", "soft", "again", "after_s"),
    [
        ([{"type": "RATE_LIMITED"}], False, True, 60),
        ([{"type": "RATE_LIMITED"}], True, True, 60),
        ([{"message": "Something went wrong while executing your query."}], False, True, 0),
        ([{"type": "NOT_FOUND"}], False, False, 0),
        ([{"type": "FORBIDDEN"}, {"type": "NOT_FOUND"}], False, False, 0),
    ],
)
def test_graphql_that_fails_for_now_is_asked_again(errors, soft, again, after_s):
    says = Says(200, json.dumps({"data": None, "errors": errors}).encode())
    with pytest.raises(CallFailed) as error:
        asked(says, Call("POST", "/graphql", {"query": "query"}, soft=soft))
    assert (error.value.again, error.value.after_s) == (again, after_s)
    assert asked(Says(200, b'{"errors": [{"type": "FORBIDDEN"}]}'), Call("POST", "/graphql", {}, soft=True)).status == 0
    says.close()


@pytest.mark.parametrize(
    ("status", "body", "more", "again", "after_s"),
    [
        (403, b'{"message": "You have exceeded a secondary rate limit."}', {}, True, 60),
        (403, b"{}", {"X_RateLimit_Remaining": "0"}, True, 60),
        (403, b"{}", {}, False, 0),
        (429, b"{}", {"Retry_After": "7"}, True, 7),
        (429, b"{}", {"Retry_After": "\u00b2"}, True, 0),
        (429, b"{}", {"Retry_After": "9" * 400}, True, 3_600),
        (401, b"{}", {}, True, 0),
        (404, b"{}", {}, False, 0),
        (302, b"{}", {"Location": "http://127.0.0.1:1/"}, False, 0),
    ],
)
def test_what_may_go_better_later_is_asked_again_and_no_redirect_is_followed(status, body, more, again, after_s):
    elsewhere = Says(200, b"{}")
    if status == 302:
        more = {"Location": f"{elsewhere.address}/x"}
    says = Says(status, body, **more)
    with pytest.raises(CallFailed) as error:
        asked(says, Call("GET", "/x"))
    assert (error.value.again, error.value.after_s) == (again, after_s)
    assert len(says.tokens) == 1 and elsewhere.tokens == [] and SECRETS["BOT_WRITE"] not in str(error.value)
    says.close()
    elsewhere.close()


def test_the_bot_does_not_start_with_one_token_for_both_parts(tmp_path, monkeypatch):
    settings = settings_of(tmp_path, "attempts = 3", "attempts = 2")
    monkeypatch.setenv("BOT_WRITE", SECRETS["BOT_READ"])
    monkeypatch.setattr("serving.bots.main.subprocess.Popen", lambda *_, **__: pytest.fail("a part was started"))
    with pytest.raises(ConfigError, match="is the one that posts"):
        bot._Parent(tmp_path / "bot.toml", settings).run()


@pytest.mark.parametrize(
    ("status", "away"), [(401, True), (403, True), (429, True), (500, True), (503, True), (404, False), (302, False)]
)
def test_a_fetch_says_whether_the_forge_is_away(tmp_path, status, away):
    elsewhere = Says(200, b"")
    says = Says(status, b"no", Location=f"{elsewhere.address}/x.git/info/refs", WWW_Authenticate='Basic realm="x"')
    settings = configuration.Forge(kind="gitlab", address=says.address, account="b", projects=("a/*",))
    with pytest.raises(fetch.FetchFailed) as error:
        fetch.fetched(tmp_path / "c", settings, configuration.Limits(), SECRETS["BOT_READ"], "a/b", "refs/x", "main")
    assert error.value.away is away, str(error.value)
    assert (
        SECRETS["BOT_READ"] not in str(error.value) and elsewhere.tokens == [] and says.address not in str(error.value)
    )
    says.close()
    elsewhere.close()


RULE = '''
id = "ACME 1: no print (v2)"
severity = "warning"
en = "Printed"
zh = "打印"
why_en = "x"
why_zh = "x"

[[part]]
language = "python"
confidence = "high"
triggers = ["print"]
en = "Printed"
zh = "打印"
query = """(call function: (identifier) @f (#eq? @f "print")) @site"""
'''


@pytest.mark.parametrize("forge", ["gitlab"], indirect=True)
async def test_a_bank_calls_its_rules_as_it_likes(forge, tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/acme.toml").write_text(RULE)
    case = Case(tmp_path, forge, policy='packs = ["rules"]')
    await case.pushed({"a.py": "print(1)\n"})
    assert "ACME 1&#58; no print (v2)" in "".join([case.summary, *(one.body for one in forge.threads)]), case.summary
