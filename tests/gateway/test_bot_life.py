"""A merge request from push to push, over forges that keep what they are told: real git, real queue, real HTTP."""

from __future__ import annotations

import json

import bot_injections
import forge_simulator
import pytest
from bot_case import INLINE, KINDS, SAFE, SECRETS, SHIFTED, UNSAFE, Case, simulated

from copilot.cli import main
from copilot.messages import set_locale
from copilot.review.diff import BadPatch
from serving.bots import worker
from serving.bots.forge import marked
from serving.bots.jobs import Queue

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def secrets(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def forge(request, tmp_path):
    with simulated(request.param, tmp_path, {"README.md": "core\n", "old.py": "x = 1\n"}) as made:
        yield made


@pytest.fixture
def case(forge, tmp_path):
    return Case(tmp_path, forge)


each = pytest.mark.parametrize("forge", INLINE, indirect=True)
every = pytest.mark.parametrize("forge", KINDS, indirect=True)


@each
async def test_a_remark_stands_once_at_its_line_moves_and_is_closed_when_fixed(case, forge):
    await case.pushed({"src/Fee.java": UNSAFE})
    (thread,) = forge.threads
    assert "MONEY02" in thread.body and marked(thread.body)
    line = thread.place.get("line") or thread.place.get("new_line") or thread.place.get("new_position")
    assert line == 5
    assert "Looked at 1 of 1 files whole" in case.summary
    await case.pushed({"src/Fee.java": SHIFTED})
    assert len(forge.threads) == 1
    await case.pushed({"src/Fee.java": SAFE})
    (thread,) = forge.threads
    assert (thread.closed and thread.closed_by == "bank-copilot") or "Fixed in" in thread.body
    assert "No remarks" in case.summary
    await case.pushed({"src/Fee.java": SHIFTED})
    (thread,) = forge.threads
    assert not thread.closed and "Fixed in" not in thread.body


@pytest.mark.parametrize("forge", ["github", "gitlab"], indirect=True)
async def test_a_token_that_may_not_close_threads_says_it_in_the_comment(case, forge):
    forge.closes = False
    await case.pushed({"src/Fee.java": UNSAFE})
    before = forge.threads[0].body
    await case.pushed({"src/Fee.java": SAFE})
    assert not forge.threads[0].closed and "**Fixed in" in forge.threads[0].body and "No remarks" in case.summary
    await case.pushed({"src/Fee.java": SAFE + "// x\n"})
    assert forge.threads[0].body.count("Fixed in") == 1
    await case.pushed({"src/Fee.java": SHIFTED})
    assert forge.threads[0].body == before and len(forge.threads) == 1


@every
async def test_the_same_head_or_a_webhook_that_comes_again_writes_nothing(case, forge):
    head = await case.pushed({"src/Fee.java": UNSAFE})
    writes = [one for one in forge.seen if one.method != "GET"]
    assert (await case.hook(head))[1] == {"status": "known"}
    assert (await case.hook(head, title="Another title"))[1] == {"status": "known"}
    case.work()
    assert [one for one in forge.seen if one.method != "GET"] == writes
    assert len(forge.notes) == 1
    assert "MONEY02" in "".join([case.summary, *(one.body for one in forge.threads)])


@every
async def test_whatever_a_change_and_its_title_say_the_same_requests_go_out(case, forge):
    assert await bot_injections.actions(case, forge) == []


@pytest.mark.parametrize("forge", ["gitlab"], indirect=True)
async def test_the_branch_cannot_change_what_is_looked_for(case, forge):
    settings = '[tool.bank-copilot.review]\noff = ["MONEY02"]\nmost = 0\n'
    await case.pushed(
        {
            "src/Fee.java": UNSAFE,
            "pyproject.toml": settings,
            ".bank-copilot.toml": settings.replace("tool.bank-copilot.", ""),
            ".gitattributes": "*.java binary -diff linguist-generated\n",
            ".copilotignore": "*.java\n",
            "bot.toml": '[policies.default]\noff = ["MONEY02"]\n',
        }
    )
    assert [one.place["new_path"] for one in forge.threads] == ["src/Fee.java"]


@pytest.mark.parametrize("forge", INLINE, indirect=True)
async def test_a_remark_that_somebody_closed_is_not_told_again_until_that_expires(case, forge, monkeypatch):
    now = [1_790_000_000.0]
    monkeypatch.setattr("serving.bots.worker.time.time", lambda: now[0])
    await case.pushed({"src/Fee.java": UNSAFE})
    (thread,) = forge.threads
    thread.closed, thread.closed_by, thread.reply = True, "lead.zhang", ("lead.zhang", "rates are exact\nhere @all")
    await case.pushed({"src/Fee.java": SHIFTED})
    assert len(forge.threads) == 1 and thread.closed
    assert "Dismissed: 1" in case.summary and "lead.zhang" in case.summary and "@all" not in case.summary
    assert "No remarks" in case.summary
    # In another merge request of the project it is quiet too: the file's text is the same.
    now[0] += 89 * 86_400
    await case.pushed({"src/Fee.java": UNSAFE})
    assert len(forge.threads) == 1 and thread.closed
    now[0] += 2 * 86_400
    await case.pushed({"src/Fee.java": SHIFTED})
    open_ = [one for one in forge.threads if not one.closed]
    assert len(open_) == 1  # opened again where the forge can, else told anew
    assert len(forge.threads) == (2 if forge.kind == "gitea" else 1)


@pytest.mark.parametrize("forge", ["gitlab"], indirect=True)
async def test_only_whom_the_policy_names_dismisses(forge, tmp_path):
    case = Case(tmp_path, forge, policy='dismiss_by = ["lead.zhang"]')
    await case.pushed({"src/Fee.java": UNSAFE})
    (thread,) = forge.threads
    thread.closed, thread.closed_by = True, "author"
    await case.pushed({"src/Fee.java": SHIFTED})
    assert not thread.closed and "Remarks: 1" in case.summary
    thread.closed, thread.closed_by = True, "lead.zhang"
    await case.pushed({"src/Fee.java": UNSAFE})
    assert thread.closed and "Dismissed: 1" in case.summary
    thread.closed = False  # he thought better of it
    await case.pushed({"src/Fee.java": SHIFTED})
    assert "Dismissed" not in case.summary and "Remarks: 1" in case.summary
    forge.threads.clear()  # and somebody deletes the comment
    await case.pushed({"src/Fee.java": UNSAFE})
    assert forge.threads == [] and "its comment was deleted" in case.summary


@each
async def test_a_comment_of_somebody_else_with_our_mark_is_not_ours(case, forge):
    await case.pushed({"src/Fee.java": UNSAFE})
    name = marked(forge.threads[0].body)
    forge.threads[0].author = "mallory"
    forge.notes[1] = ("mallory", "<!-- bank-copilot summary -->\nNo remarks")
    for file in case.config.store.folder.glob("memory.db*"):
        file.unlink()
    await case.pushed({"src/Fee.java": SHIFTED})
    ours = [one for one in forge.threads if one.author == "bank-copilot"]
    assert [marked(one.body) for one in ours] == [name]
    assert "Remarks: 1" in case.summary


@each
async def test_what_the_forge_does_not_take_at_its_line_stands_in_the_summary(case, forge):
    forge.refused = lambda place: (place.get("path") or place.get("new_path")) == "src/Fee.java"
    await case.pushed({"src/Fee.java": UNSAFE, "src/Tax.java": UNSAFE.replace("Fee", "Tax")})
    assert [one.place.get("path") or one.place.get("new_path") for one in forge.threads] == ["src/Tax.java"]
    assert "src/Fee.java&#58;5" in case.summary and "Remarks: 2" in case.summary
    # On the next push it is not offered again, and not lost.
    await case.pushed({"src/Other.java": "class Other {}\n"})
    assert len(forge.threads) == 1 and "src/Fee.java&#58;5" in case.summary


@each
async def test_more_than_the_policy_shows_and_less_sure_ones_go_into_the_summary(forge, tmp_path):
    case = Case(tmp_path, forge, policy="most = 2")
    await case.pushed({f"src/F{n}.java": UNSAFE.replace("Fee", f"F{n}") for n in range(5)})
    assert len(forge.threads) == 2 and "Remarks: 5" in case.summary and "Told here alone: 3" in case.summary
    await case.pushed({"src/F9.java": UNSAFE.replace("Fee", "F9")})
    assert len(forge.threads) == 2 and "Remarks: 6" in case.summary


@pytest.mark.parametrize("forge", ["github"], indirect=True)
async def test_a_noisy_rule_is_told_in_the_summary_alone(forge, tmp_path, caplog, capsys):
    case = Case(tmp_path, forge, policy="demote_samples = 3")
    await case.pushed({f"src/F{n}.java": UNSAFE.replace("Fee", f"F{n}") for n in range(3)})
    for one in forge.threads:
        one.closed, one.closed_by = True, "lead.zhang"
    await case.pushed({"README.md": "x\n"})
    with caplog.at_level("WARNING"):
        await case.pushed({"src/New.java": UNSAFE.replace("Fee", "New")})
    assert len(forge.threads) == 3 and "MONEY02" in case.summary
    assert "told here alone: MONEY02" in case.summary
    assert [one for one in caplog.messages if "rule MONEY02 is told in summaries alone" in one]
    assert main(["bot", "--config", str(case.file), "--rules", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["rules"]
    assert (row["rule"], row["shown"], row["dismissed"], row["precision"]) == ("MONEY02", 4, 3, 0.0)
    assert main(["bot", "--config", str(case.file), "--rules"]) == 0
    assert capsys.readouterr().out.splitlines()[1].split() == ["MONEY02", "4", "0", "3", "0", "0.00", "0.00"]
    caplog.clear()
    await case.pushed({"src/New2.java": UNSAFE.replace("Fee", "New2")})
    assert [one for one in caplog.messages if "MONEY02" in one] == []  # said once


@each
async def test_an_older_head_is_not_posted_and_a_gone_file_is_outdated(case, forge):
    old = forge.push({"src/Fee.java": UNSAFE})
    assert (await case.hook(old))[0] == 202
    worker_only(case, "read")
    new = forge.push({"src/Fee.java": SHIFTED})
    worker_only(case, "post")
    assert forge.threads == [] and forge.notes == {}  # superseded
    assert (await case.hook(new))[0] == 202
    case.work()
    assert len(forge.threads) == 1
    await case.pushed({"src/Fee.java": None})
    assert forge.threads[0].closed or "Outdated since" in forge.threads[0].body
    assert "No remarks" in case.summary


def worker_only(case: Case, part: str) -> None:
    name = {"read": "queue", "post": "outbox"}[part]
    queue = Queue(case.config.store.folder / f"{name}.db")
    getattr(worker, part)(case.config, lambda: not queue.counts()["waiting"])
    queue.close()


@each
async def test_a_forge_that_is_away_is_asked_again_and_a_review_that_fails_is_told(case, forge):
    head = forge.push({"src/Fee.java": UNSAFE})
    assert (await case.hook(head))[0] == 202
    forge.status = 503
    worker_only(case, "read")
    queue = Queue(case.config.store.folder / "outbox.db")
    tries = iter([0, 0, 1])
    worker.post(case.config, lambda: bool(next(tries, 1)))
    assert queue.counts()["waiting"] == 1
    forge.status = 0
    queue.db.execute("UPDATE jobs SET due = 0")
    queue.close()
    worker_only(case, "post")
    assert len(forge.threads) == 1
    # A head that cannot be fetched is tried, and then the merge request is told that nobody looked.
    forge.git("update-ref", "-d", f"refs/{forge.ref}/7/head")
    forge.git("update-server-info")
    lost = forge.push({"src/Fee.java": SHIFTED}, forge.branch)
    forge.git("update-ref", "-d", f"refs/{forge.ref}/7/head")
    forge.git("update-server-info")
    assert (await case.hook(lost))[0] == 202
    queue = Queue(case.config.store.folder / "queue.db")
    worker.read(case.config, lambda: not queue.counts()["waiting"])
    queue.close()
    worker_only(case, "post")
    assert "This change was not reviewed" in case.summary and "git fetch failed" in case.summary
    assert len(forge.threads) == 1 and not forge.threads[0].closed


@each
async def test_chinese_names_renames_and_files_that_nobody_can_read(forge, tmp_path):
    case = Case(tmp_path, forge, policy='locale = "zh"')
    forge.push({"源码/费用.java": UNSAFE, "图.png": b"\x89PNG\0\0"}, "main")
    await case.pushed(
        {"源码/费率.java": UNSAFE.replace("0.1", "0.2"), "源码/费用.java": None, "图.png": b"\x89PNG\0\1"}
    )
    (thread,) = forge.threads
    place = thread.place
    assert (place.get("path") or place.get("new_path")) == "源码/费率.java"
    if forge.kind == "gitlab":
        assert place["old_path"] == "源码/费用.java" and place["new_line"] == 5 and "old_line" not in place
    assert "意见：" in case.summary and "图.png" in case.summary
    set_locale("en")


GUARDED = """\
import app


class Transfers:
    @permission_required("transfer.create")
    def transfer(self, source, target, amount):
        self.db.move(source, target, amount)
        return self.db.state(source)
"""


@each
async def test_a_remark_at_a_deleted_line_stands_on_the_old_side(case, forge):
    forge.push({"bank/transfers.py": GUARDED}, "main")
    await case.pushed({"bank/transfers.py": GUARDED.replace('    @permission_required("transfer.create")\n', "")})
    (thread,) = forge.threads
    assert "DEL01" in thread.body
    match forge.kind:
        case "github":
            assert (thread.place["side"], thread.place["line"]) == ("LEFT", 5)
        case "gitlab":
            assert thread.place["old_line"] == 5 and "new_line" not in thread.place
        case "gitea":
            assert (thread.place["old_position"], thread.place["new_position"]) == (5, 0)


@pytest.mark.parametrize("forge", ["gitlab"], indirect=True)
async def test_a_lost_memory_is_made_again_of_what_stands_on_the_forge(case, forge):
    await case.pushed(
        {"src/A.java": UNSAFE, "src/B.java": UNSAFE.replace("Fee", "B"), "src/C.java": UNSAFE.replace("Fee", "C")}
    )
    by = {one.place["new_path"]: one for one in forge.threads}
    by["src/A.java"].closed, by["src/A.java"].closed_by = True, "lead.zhang"
    for file in case.config.store.folder.glob("memory.db*"):
        file.unlink()
    await case.pushed({"src/B.java": SAFE})
    assert len(forge.threads) == 3
    assert {name: one.closed for name, one in by.items()} == {
        "src/A.java": True,
        "src/B.java": True,
        "src/C.java": False,
    }
    assert "Remarks: 1" in case.summary and "Dismissed: 1" in case.summary


@pytest.mark.parametrize("forge", ["gitlab"], indirect=True)
async def test_a_comment_that_the_forge_lists_late_is_not_taken_for_deleted(case, forge):
    hidden: list[forge_simulator.Thread] = []
    forge.after = lambda method, path: (
        hidden.append(forge.threads.pop()) if method == "POST" and path.endswith("/discussions") else None
    )
    await case.pushed({"src/Fee.java": UNSAFE})
    (late,) = hidden
    await case.pushed({"src/Fee.java": SHIFTED})
    assert "Dismissed" not in case.summary and "Remarks: 1" in case.summary and forge.threads == []
    forge.threads.append(late)
    await case.pushed({"src/Fee.java": UNSAFE})
    assert "Remarks: 1" in case.summary and forge.threads == [late]


@each
async def test_a_comment_that_somebody_deletes_at_once_is_dismissed(case, forge):
    await case.pushed({"src/Fee.java": UNSAFE, "src/Tax.java": UNSAFE.replace("Fee", "Tax")})
    forge.threads[:] = [one for one in forge.threads if "Fee" not in str(one.place)]
    await case.pushed({"src/Fee.java": SHIFTED})
    assert len(forge.threads) == 1
    assert "Remarks: 1" in case.summary and "Dismissed: 1" in case.summary and "was deleted" in case.summary
    await case.pushed({"src/Fee.java": SAFE})
    await case.pushed({"src/Fee.java": UNSAFE})
    assert len(forge.threads) == 1 and "Dismissed: 1" in case.summary


@every
async def test_after_a_review_that_failed_the_head_before_is_told_again(case, forge, monkeypatch):
    first = await case.pushed({"src/Fee.java": UNSAFE})

    def broken(*_: object) -> None:
        raise BadPatch("line 1: no file is named")

    with monkeypatch.context() as patch:
        patch.setattr("serving.bots.reading.review", broken)
        await case.pushed({"src/Fee.java": SHIFTED})
    assert "not reviewed" in case.summary
    forge.git("checkout", "-q", "main")
    forge.git("branch", "-f", "change", first)  # somebody takes the push back
    forge.git("update-ref", f"refs/{forge.ref}/7/head", first)
    forge.git("update-server-info")
    assert (await case.hook(first))[1] == {"status": "new"}
    case.work()
    assert "Remarks: 1" in case.summary and len(forge.notes) == 1


@each
async def test_a_forge_that_tells_the_head_before_for_a_moment_is_asked_again(case, forge, monkeypatch):
    first = await case.pushed({"src/Fee.java": UNSAFE})
    second = forge.push({"src/Fee.java": SHIFTED, "src/Tax.java": UNSAFE.replace("Fee", "Tax")})
    assert (await case.hook(second))[0] == 202
    worker_only(case, "read")
    kind = type(forge)
    with monkeypatch.context() as patch:
        patch.setattr(kind, "head", property(lambda _: first))
        git = forge.git
        patch.setattr(forge, "git", lambda *words: git(*(first if one == forge.branch else one for one in words)))
        queue = Queue(case.config.store.folder / "outbox.db")
        tries = iter([0, 1])
        worker.post(case.config, lambda: bool(next(tries, 1)))
        assert queue.counts()["waiting"] == 1 and len(forge.threads) == 1
        queue.db.execute("UPDATE jobs SET due = 0")
        queue.close()
    worker_only(case, "post")
    assert len(forge.threads) == 2 and "Remarks: 2" in case.summary


@each
async def test_who_closes_the_thread_of_what_he_mends_dismisses_nothing(case, forge, capsys):
    await case.pushed({"src/Fee.java": UNSAFE})
    forge.threads[0].closed, forge.threads[0].closed_by = True, "author"
    await case.pushed({"src/Fee.java": SAFE})
    assert main(["bot", "--config", str(case.file), "--rules", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["rules"]
    assert (row["shown"], row["addressed"], row["dismissed"]) == (1, 1, 0)
    await case.pushed({"src/Fee.java": UNSAFE})  # it comes back: nobody ever said that it is none
    assert "Remarks: 1" in case.summary and "Dismissed" not in case.summary
    assert len([one for one in forge.threads if not one.closed]) == 1
