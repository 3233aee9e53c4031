"""Counts from editors at the real gateway: strict, counted once, added up for the administrator, and never a text."""

from __future__ import annotations

import json
import re
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from gateway_process import plane

CANARY = "canary_of_the_code"
PATH = "/v1/copilot/usage"


@pytest.fixture(scope="module")
def running():
    with plane() as made:
        yield made


def day(ago: int = 0) -> str:
    return (datetime.now(UTC).date() - timedelta(days=ago)).isoformat()


def row(**fields) -> dict:
    base = {"day": day(), "task": "complete", "language": "python", "engine": "model", "model": "coder"}
    return {**base, "template": "complete@1.0#0123456789ab", "profile": "normal", **fields}


def body(*rows: dict, batch: str = "") -> dict:
    return {"batch": batch or secrets.token_hex(16), "rows": list(rows)}


def reported(running, query: str = "") -> dict:
    answer = running.ask("GET", f"/admin/suggestions{query}", key="admin")
    assert answer.status == 200, answer.body
    return answer.json


def test_counts_of_a_report_are_added_once_by_team_language_and_day(running):
    typed = row(task="typing", engine="", model="", template="", profile="", typed_chars=60)
    told = body(row(shown=10, accepted=3, partly=1, accepted_chars=40, kept_30s=2, changed_30s=1, gone_30s=1), typed)
    before = reported(running)["totals"]
    for counted in (True, False):  # the second one is a retry
        answer = running.ask("POST", PATH, told, key="alpha")
        assert (answer.status, answer.json) == (200, {"counted": counted})
    running.ask("POST", PATH, body(row(shown=5, accepted=1)), key="beta")
    assert reported(running)["totals"]["shown"] == before["shown"] + 15
    (found,) = [r for r in reported(running, "?team=alpha")["rows"] if (r["language"], r["day"]) == ("python", day())]
    assert (found["team"], found["shown"], found["acceptance"], found["assistant_share"]) == ("alpha", 10, 0.4, 0.4)
    assert found["survival"]["30s"] == {"measured": 4, "kept": 0.5, "there": 0.75}
    assert reported(running, "?language=java")["rows"] == []
    assert reported(running, f"?since={day(3)}&until={day(1)}")["totals"]["shown"] == 0
    (record,) = [r for r in _records(running) if r.get("note") == f"counts-reported:{told['batch']}"][:1]
    assert (record["team"], record["user"]) == ("alpha", "ann")


def _records(running) -> list[dict]:
    lines = [line for path in (running.folder / "audit").glob("*.jsonl") for line in path.read_text().splitlines()]
    return [json.loads(line)["record"] for line in lines]


def test_the_same_batch_of_another_key_is_another_report(running):
    told = body(row(shown=1))
    assert [running.ask("POST", PATH, told, key=key).json["counted"] for key in ("alpha", "beta", "alpha")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("spoilt", "named", "code"),
    [
        ({"text": CANARY}, "rows.0.text", "unknown_field"),
        ({"shown": -1}, "rows.0.shown", "invalid_request"),
        ({"shown": "1"}, "rows.0.shown", "invalid_request"),
        ({"shown": 10**9}, "rows.0.shown", "invalid_request"),
        ({"task": CANARY}, "rows.0.task", "invalid_request"),
        ({"language": CANARY}, "rows.0.language", "invalid_request"),
        ({"engine": CANARY}, "rows.0.engine", "invalid_request"),
        ({"profile": CANARY}, "rows.0.profile", "invalid_request"),
        ({"template": f"x@1 {CANARY}"}, "rows.0.template", "invalid_request"),
        ({"model": f"x = {CANARY}"}, "rows.0.model", "invalid_request"),
        ({"day": "2026-02-31"}, "rows.day", "invalid_request"),
        ({"day": day(70)}, "rows.day", "invalid_request"),
        ({"day": day(-3)}, "rows.day", "invalid_request"),
    ],
)
def test_what_is_no_count_is_refused_and_named_and_not_repeated(running, spoilt, named, code):
    before = reported(running)["totals"]
    answer = running.ask(
        "POST", PATH, body(row(shown=1), row(**spoilt)) if "day" in spoilt else body(row(**spoilt)), key="alpha"
    )
    assert answer.status == 400
    error = answer.json["error"]
    assert (error["param"], error["code"]) == (named, code)
    assert CANARY not in answer.body.decode()
    assert reported(running)["totals"] == before


def test_envelopes_are_bounded_and_need_a_key(running):
    assert running.ask("POST", PATH, body(*[row()] * 101), key="alpha").status == 400
    assert running.ask("POST", PATH, body(), key="alpha").status == 400
    assert running.ask("POST", PATH, body(row(), batch="no batch"), key="alpha").status == 400
    assert running.ask("POST", PATH, {**body(row()), "extra": 1}, key="alpha").json["error"]["code"] == "unknown_field"
    assert running.ask("POST", PATH, b"x" * 70_000, key="alpha").status == 413
    assert running.ask("POST", PATH, b"vj\xef\xbf", key="alpha", Content_Type="application/json").status == 400
    assert running.ask("POST", PATH, body(row())).status == 401
    assert running.ask("GET", "/admin/suggestions", key="alpha").status == 403
    assert running.ask("GET", "/admin/suggestions?since=2026-02-31", key="admin").status == 422


def test_metrics_have_bounded_labels_and_a_model_that_nobody_has_is_other(running):
    running.ask("POST", PATH, body(row(shown=7, accepted=2, gone_10m=1, model=CANARY, language="java")), key="beta")
    text = running.ask("GET", "/metrics").body.decode()
    wanted = (
        'bank_copilot_suggestions_total{engine="model",language="java",outcome="shown",task="complete",team="beta"} 7.0'
    )
    assert wanted in text
    assert re.search(r'bank_copilot_survival_total\{age="10m",found="gone",task="complete",team="beta"\} 1\.0', text)
    assert CANARY not in text
    data = b"".join(path.read_bytes() for path in running.folder.glob("*.db*"))
    assert b"java" in data
    assert CANARY.encode() not in data
    assert running.errors() == ""
