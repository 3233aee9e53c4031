"""Review Board: rows of its own view, draft reviews, issues and the status update, from diff to diff."""

from __future__ import annotations

import json

import pytest
from board_simulator import Board, chunks
from bot_case import SAFE, SECRETS, SHIFTED, UNSAFE, Case, send

from copilot.review import positions
from copilot.review.diff import BadPatch, parsed
from serving.bots.forges import reviewboard


@pytest.fixture
def board(tmp_path, monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    repository = tmp_path / "repository"
    repository.mkdir()
    made = Board(repository)
    made.push({"src/Fee.java": "class Fee {\n    int a;\n    int b;\n}\n", "README.md": "x\n"}, "main")
    yield made
    made.close()


def published(head: str) -> bytes:
    links = {
        "repository": {"title": "payments/core"},
        "latest_diff": {"href": f"http://board/api/review-requests/7/diffs/{head[5:]}/"},
    }
    told = {"id": 7, "status": "pending", "public": True, "summary": "/merge", "last_updated": "", "links": links}
    return json.dumps({"event": "review_request_published", "is_new": True, "review_request": told}).encode()


async def pushed(case: Case, files: dict) -> str:
    head = case.forge.push(files)
    assert (await send(case.config, "reviewboard", published(head)))[1]["status"] in {"new", "newer"}
    case.work()
    return head


async def test_an_issue_stands_at_the_row_of_the_servers_view_and_is_resolved(board, tmp_path):
    case = Case(tmp_path, board)
    await pushed(case, {"src/Fee.java": UNSAFE})
    (one,) = board.threads
    view = chunks("class Fee {\n    int a;\n    int b;\n}\n", UNSAFE)
    row = next(line for chunk in view for line in chunk["lines"] if line[0] == int(one.place["first_line"]))
    assert row[5].strip() == "return new BigDecimal(0.1);" and one.place["issue_opened"] == "true"
    assert "<!--" not in one.body and "MONEY02" in one.body
    (review,) = board.reviews.values()
    assert review["public"] and "Looked at 1 of 1 files whole" in review["body_top"]
    assert board.status_update["state"] == "done-failure" and board.status_update["description"].startswith(
        "Remarks: 1 (diff-1) Looked"
    )
    assert not set("<>*#") & set(board.status_update["description"])
    await pushed(case, {"src/Fee.java": SHIFTED})
    assert len(board.threads) == 1 and len(board.reviews) == 1 and one.place["status"] == "open"
    await pushed(case, {"src/Fee.java": SAFE})
    assert one.place["status"] == "resolved" and board.status_update["state"] == "done-success"
    await pushed(case, {"src/Fee.java": UNSAFE})
    assert one.place["status"] == "open" and len(board.threads) == 1
    one.place["status"] = "dropped"  # by a person
    await pushed(case, {"src/Fee.java": SHIFTED})
    assert one.place["status"] == "dropped" and len(board.threads) == 1
    assert board.status_update["state"] == "done-success"
    reading = [each for each in board.seen if SECRETS["BOT_READ"] in each.token]
    assert reading and {each.method for each in reading} == {"GET"}


async def test_the_same_diff_again_writes_nothing(board, tmp_path):
    case = Case(tmp_path, board)
    head = await pushed(case, {"src/Fee.java": UNSAFE})
    writes = [one for one in board.seen if one.method != "GET"]
    told = json.loads(published(head))
    told |= {"is_new": False}  # as the server says of one that was public before
    told["review_request"]["summary"] = "another"
    assert (await send(case.config, "reviewboard", json.dumps(told).encode()))[1] == {"status": "known"}
    case.work()
    assert [one for one in board.seen if one.method != "GET"] == writes


async def test_a_draft_that_a_killed_poster_left_is_thrown_away(board, tmp_path):
    case = Case(tmp_path, board)
    board.reviews[1] = {"id": 1, "public": False, "links": {"user": {"title": "bank-copilot"}}}
    await pushed(case, {"src/Fee.java": UNSAFE})
    assert 1 not in board.reviews and len(board.reviews) == 1 and len(board.threads) == 1


async def test_a_carriage_return_inside_a_line_costs_the_place_of_its_file_alone(board, tmp_path):
    mixed = "// old Mac\rfile\n" + "".join(f"// {n}\n" for n in range(30))
    board.push({"src/Far.java": mixed + SAFE}, "main")
    case = Case(tmp_path, board)
    files = {
        "src/Far.java": mixed + UNSAFE,
        "src/Near.java": UNSAFE.replace("class", "// a\rb\nclass"),
        "src/Other.java": UNSAFE.replace("Fee", "Other"),
    }
    await pushed(case, files)
    assert [one.body.partition(" ")[0] for one in board.threads] == ["**MONEY02**"]
    (review,) = board.reviews.values()
    assert "src/Near.java: skipped: its patch cannot be read" in review["body_top"]
    assert "src/Far.java&#58;3" in review["body_top"] and "At their lines: 1." in review["body_top"]


def test_names_that_git_quoted_and_fingerprints_that_look_like_numbers():
    rows = [
        {"id": 1, "source_file": '"a//350/264/271 x.java"', "dest_file": '"b//350/264/271 x.java"'},
        {"id": 2, "source_file": '"c/350/264/271.txt"', "dest_file": "d.txt"},
        {"id": 3, "source_file": "费.txt", "dest_file": "费.txt"},
    ]
    assert reviewboard.named(rows, "费 x.java", "费 x.java") == reviewboard.named(rows, "", "费 x.java") == 1
    assert reviewboard.named(rows, "c费.txt", "d.txt") == 2 and reviewboard.named(rows, "费.txt", "") == 3
    assert reviewboard.named(rows, "d.txt", "d.txt") is None
    name = "12345678901234567890123456789012"
    assert reviewboard.fingerprint({"extra_data": {"bank_copilot": f"remark {name}"}}) == name
    assert reviewboard.fingerprint({"extra_data": {"bank_copilot": int(name)}}) == ""


def test_every_row_of_a_patch_is_found_in_the_view(board):
    before = "".join(f"line {n}\n" for n in range(40))
    after = before.replace("line 3\n", "").replace("line 10\n", "ten\neleven\n").replace("line 30\n", "thirty\n")
    board.push({"a.txt": before}, "main")
    board.push({"a.txt": after})
    (one,) = [each for each in parsed(board.git("diff", "main", "change").encode()) if each.path == "a.txt"]
    view = chunks(before, after)
    rows = {line[0]: line for chunk in view for line in chunk["lines"]}
    for row in one.rows:
        number = positions.review_board(view, row)
        assert number is not None
        side = 2 if row.new is None else 5
        assert rows[number][side] == row.text.decode()


async def test_a_review_that_failed_is_no_success(board, tmp_path, monkeypatch):
    case = Case(tmp_path, board)
    await pushed(case, {"src/Fee.java": SAFE})
    assert board.status_update["state"] == "done-success"

    def broken(*_: object) -> None:
        raise BadPatch("line 1: no file is named")

    monkeypatch.setattr("serving.bots.reading.review", broken)
    await pushed(case, {"src/Fee.java": SHIFTED})
    assert board.status_update["state"] == "error" and "not reviewed" in board.status_update["description"]
