"""The control plane from outside, in a real process: who may do what, keys from birth to end, drain, and closed doors."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import threading
import time
from contextlib import closing, suppress
from http.client import HTTPException
from pathlib import Path

import pytest
from gateway_process import plane

pytestmark = pytest.mark.slow

OPENAPI_ROUTES = {
    "/v1/completions", "/v1/chat/completions", "/v1/models", "/v1/models/{name}", "/v1/copilot/profile", "/health",
    "/ready", "/metrics", "/admin/teams", "/admin/teams/{name}", "/admin/keys", "/admin/keys/{prefix}",
    "/admin/keys/{prefix}/rotate", "/admin/usage", "/admin/suggestions", "/v1/copilot/usage", "/admin/drain", "/admin/reload", "/admin/adapters",
}  # fmt: skip

ADMIN = [
    ("GET", "/admin/teams", None),
    ("POST", "/admin/teams", {"name": "new"}),
    ("GET", "/admin/teams/alpha", None),
    ("PATCH", "/admin/teams/alpha", {"concurrent": 1}),
    ("DELETE", "/admin/teams/alpha", None),
    ("GET", "/admin/keys", None),
    ("POST", "/admin/keys", {"team": "alpha", "user": "x", "role": "admin"}),
    ("POST", "/admin/keys/bck_00000000/rotate", {}),
    ("DELETE", "/admin/keys/bck_00000000", None),
    ("GET", "/admin/usage", None),
    ("GET", "/admin/suggestions", None),
    ("POST", "/admin/drain", None),
    ("DELETE", "/admin/drain", None),
    ("POST", "/admin/reload", None),
    ("GET", "/admin/adapters", None),
    ("POST", "/admin/adapters", {"name": "a", "base": "coder", "path": "a", "teams": ["alpha"]}),
    ("DELETE", "/admin/adapters/a", None),
]

ENGINE_PATHS = [
    "/invocations", "/tokenize", "/detokenize", "/v1/load_lora_adapter", "/v1/unload_lora_adapter", "/server_info",
    "/pause", "/resume", "/sleep", "/wake_up", "/reset_prefix_cache", "/collective_rpc", "/v1/embeddings",
    "/v1/responses", "/v1/messages", "/pooling", "/score", "/rerank", "/ping", "/version", "/load", "/inference/v1/generate",
    "/scale_elastic_ep", "/v1/completions/render", "/v1/chat/completions/render", "/_stub", "/classify", "/v1/audio/transcriptions",
]  # fmt: skip

TRICKS = [
    "/v1//completions", "//v1/completions", "/v1/completions/", "/v1/chat/completions/", "/V1/completions",
    "/v1/Completions", "/v1/completions/../load_lora_adapter", "/v1/completions/%2e%2e/load_lora_adapter",
    "/v1/completions%2f..%2f..%2ftokenize", "/v1/../tokenize", "/v1/%2e%2e/tokenize", "/./tokenize", "/v1/completions;/../tokenize",
    "/v1/completions%00", "/v1/completions%20", "/v1/completions\\..\\tokenize", "/v1/models/../../tokenize",
    "/v1/models/%2e%2e%2f%2e%2e%2ftokenize", "/%2f/tokenize", "/v1/completions#/tokenize", "/v1%2fcompletions%3f",
]  # fmt: skip


@pytest.fixture(scope="module")
def running():
    with plane() as made:
        yield made


def chat(running, key, **more):
    body = {"messages": [{"role": "user", "content": "hello"}], **more}
    return running.ask("POST", "/v1/chat/completions", body, key=key)


@pytest.mark.parametrize(("method", "path", "body"), ADMIN)
@pytest.mark.parametrize(
    ("key", "status"), [("", 401), ("alpha", 403), ("bck_00000000_" + "A" * 43, 401), ("sk-x", 401)]
)
def test_administration_is_for_administrators(running, method, path, body, key, status):
    answer = running.ask(method, path, body, key=key)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["code"] == {401: "invalid_key", 403: "forbidden"}[status]
    assert (answer.headers.get("www-authenticate") == "Bearer") == (status == 401)


def test_a_body_without_its_content_type_is_told_which(running):
    answer = running.ask("POST", "/admin/teams", b'{"name": "new"}', key="admin", Content_Type="text/plain")
    assert answer.status == 422
    assert "Content-Type: application/json" in answer.json["detail"]


def test_a_refused_change_changed_nothing(running):
    teams = {row["name"]: row for row in running.ask("GET", "/admin/teams", key="admin").json["teams"]}
    assert teams.keys() == {"ops", "alpha", "beta"}
    assert teams["alpha"]["concurrent"] is None
    assert not running.ask("POST", "/admin/drain", key="alpha").json.get("draining")
    assert running.ask("GET", "/ready").status == 200


@pytest.mark.parametrize("path", ["/v1/models", "/v1/copilot/profile", "/v1/models/coder"])
def test_without_a_key_nobody_sees_models_and_hears_it_in_openais_words(running, path):
    answer = running.ask("GET", path)
    assert answer.status == 401
    assert answer.json["error"]["code"] == "invalid_key"
    assert answer.json["error"]["type"] == "authentication_error"


def test_another_teams_model_and_no_model_look_the_same(running):
    assert [row["id"] for row in running.ask("GET", "/v1/models", key="alpha").json["data"]] == [
        "coder",
        "secret-model",
    ]
    assert [row["id"] for row in running.ask("GET", "/v1/models", key="beta").json["data"]] == ["coder"]
    for ask in (
        lambda name: running.ask("GET", f"/v1/models/{name}", key="beta"),
        lambda name: chat(running, "beta", model=name),
    ):
        forbidden, absent = ask("secret-model"), ask("no-such-model")
        assert forbidden.status == absent.status == 404
        assert forbidden.body == absent.body
    assert chat(running, "alpha", model="secret-model").status == 200
    assert "secret-model" not in running.ask("GET", "/v1/copilot/profile", key="beta").body.decode()


def test_another_teams_adapter_looks_like_none(running):
    running.cli("create", "--team", "gamma", "--user", "eve")
    from serving.config import load, store_url
    from serving.store import AdapterRow, Store

    store = Store(store_url(load(running.config)))
    store.put_adapter(AdapterRow("alpha-lora", "coder", "0" * 64, "alpha", ("alpha",), loaded=True))
    store.close()
    assert running.ask("POST", "/admin/reload", key="admin").json["adapters"] == 1
    rows = {row["id"]: row for row in running.ask("GET", "/v1/models", key="alpha").json["data"]}
    assert rows["alpha-lora"]["parent"] == "coder"
    assert "root" not in rows["alpha-lora"]
    assert chat(running, "alpha", model="alpha-lora").status == 200
    assert running.seen()["requests"][-1]["body"]["model"] == "alpha-lora"
    forbidden, absent = chat(running, "beta", model="alpha-lora"), chat(running, "beta", model="beta-lora")
    assert (forbidden.status, forbidden.body) == (absent.status, absent.body)
    assert forbidden.status == 404
    assert "alpha-lora" not in running.ask("GET", "/v1/models", key="beta").body.decode()


def test_two_teams_never_send_the_same_cache_salt_and_a_clients_own_never_arrives(running):
    salts = []
    for key in ("alpha", "alpha", "beta"):
        assert chat(running, key).status == 200
        salts.append(running.seen()["requests"][-1]["body"]["cache_salt"])
    assert salts[0] == salts[1] != salts[2]
    assert all(salt.startswith("t:") and len(salt) == 66 for salt in salts)
    assert chat(running, "beta", cache_salt=salts[0]).status == 200
    assert running.seen()["requests"][-1]["body"]["cache_salt"] == salts[2]


def test_a_template_of_another_version_than_the_teams_pin_is_refused(running):
    def ask(key, reference):
        body = {"messages": [{"role": "user", "content": "x"}]}
        return running.ask("POST", "/v1/chat/completions", body, key=key, X_Copilot_Prompt=reference).status

    assert ask("alpha", "generate@7.1#0123456789ab") == 200
    assert ask("alpha", "generate@7.2#0123456789ab") == 403
    assert ask("alpha", "fix@2#0123456789ab") == 200
    assert ask("beta", "generate@7.2#0123456789ab") == 200


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ENGINE_PATHS)
def test_the_engines_own_paths_do_not_exist_here(running, method, path):
    answer = running.ask(method, path, {"model": "stub", "prompt": "x"} if method == "POST" else None, key="admin")
    assert answer.status == 404, answer
    assert b"leaked" not in answer.body


@pytest.mark.parametrize("path", TRICKS)
def test_no_spelling_of_a_path_reaches_the_engine_by_a_side_door(running, path):
    before = len(running.seen()["requests"])
    last = running.seen()["requests"][-1:]
    answer = running.ask("POST", path, {"prompt": "x", "model": "coder"}, key="alpha")
    assert b"leaked" not in answer.body
    if answer.status != 200:
        assert answer.status in {400, 404, 405}
        assert running.seen()["requests"][-1:] == last or before == 50
    else:  # another spelling of the very same path: then it went the reviewed way
        assert running.seen()["requests"][-1]["path"] == "/v1/completions"
        assert running.seen()["requests"][-1]["body"]["cache_salt"].startswith("t:")


def test_headers_cannot_choose_where_a_request_goes(running):
    answer = running.ask(
        "POST", "/v1/completions", {"prompt": "x", "max_tokens": 1}, key="alpha",
        X_Original_URL="/tokenize", X_Rewrite_URL="/tokenize", X_HTTP_Method_Override="GET", X_Forwarded_Prefix="/..",
    )  # fmt: skip
    assert answer.status == 200
    assert running.seen()["requests"][-1]["path"] == "/v1/completions"


def test_the_document_lists_every_route_and_nothing_leaks_a_path(running):
    told = running.ask("GET", "/openapi.json").json
    assert told["paths"].keys() >= OPENAPI_ROUTES
    assert "HTTPValidationError" not in json.dumps(told)
    assert str(running.folder) not in json.dumps(told)
    assert running.ask("GET", "/docs").status == 404


def test_metrics_are_for_this_host_or_an_administrator(running):
    assert running.ask("GET", "/metrics").status == 200
    assert running.ask("GET", "/metrics", X_Forwarded_For="127.0.0.1").status == 401
    assert running.ask("GET", "/metrics", key="alpha", X_Forwarded_For="10.0.0.1").status == 403
    text = running.ask("GET", "/metrics", key="admin", X_Forwarded_For="10.0.0.1").body.decode()
    assert 'bank_copilot_requests_total{endpoint="chat",model="coder",outcome="ok"' in text
    assert float(text.partition("bank_copilot_audit_seconds_count ")[2].split()[0]) >= 2
    assert 'bank_copilot_upstream_running{upstream="local"} 0.0' in text
    assert "hello" not in text
    assert "bck_" not in text


def test_a_client_cannot_make_labels(running):
    for at in range(5):
        chat(running, "alpha", model=f"made-up-{at}")
        running.ask("POST", "/v1/completions", {"prompt": "x"}, key="alpha", X_Copilot_Task=f"made-up-{at}")
    assert "made-up" not in running.ask("GET", "/metrics").body.decode()


def test_the_profile_is_sent_again_only_when_it_changed(running):
    first = running.ask("GET", "/v1/copilot/profile", key="alpha")
    told = first.json
    assert (told["team"], told["user"], told["key"]) == ("alpha", "ann", running.keys["alpha"][:12])
    assert told["models"]["complete"] == "coder"
    assert told["pins"] == ["generate@7.1"]
    again = running.ask("GET", "/v1/copilot/profile", key="alpha", If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert running.ask("PATCH", "/admin/teams/alpha", {"concurrent": 7}, key="admin").status == 200
    changed = running.ask("GET", "/v1/copilot/profile", key="alpha", If_None_Match=first.headers["etag"])
    assert changed.status == 200
    assert changed.json["limits"]["team"]["concurrent"] == 7


def test_a_team_gets_its_own_templates_before_those_for_all(running):
    def generate(key):
        told = running.ask("GET", "/v1/copilot/profile", key=key).json
        assert told["standards"] == "Money is Decimal.\n"
        (row,) = told["templates"]
        return row["name"], row["source"]

    assert generate("alpha")[0] == generate("beta")[0] == "generate/default.md"
    assert "As alpha want it." in generate("alpha")[1]
    assert "As all want it." in generate("beta")[1]


def test_templates_are_read_again_on_demand_and_a_faulty_one_changes_nothing(running):
    file = running.folder / "prompts" / "all" / "generate" / "default.md"
    whole = file.read_text()
    try:
        file.write_text(whole.replace("As all want it.", "As all want it now."))
        assert running.ask("POST", "/admin/reload", key="admin").json["templates"] == 2
        assert "want it now" in running.ask("GET", "/v1/copilot/profile", key="beta").json["templates"][0]["source"]
        file.write_text("no front matter")
        answer = running.ask("POST", "/admin/reload", key="admin")
        assert answer.status == 422
        assert str(running.folder) not in answer.body.decode()
        assert "want it now" in running.ask("GET", "/v1/copilot/profile", key="beta").json["templates"][0]["source"]
    finally:
        file.write_text(whole)


def test_a_key_lives_rotates_and_ends(running):
    made = running.ask("POST", "/admin/keys", {"team": "alpha", "user": "life", "days": 30}, key="admin")
    assert made.status == 201
    assert made.headers.get("cache-control") == "no-store"
    key, prefix = made.json["key"], made.json["prefix"]
    assert key.startswith(prefix)
    assert chat(running, key).status == 200
    assert key not in running.ask("GET", "/admin/keys", key="admin").body.decode()

    rotated = running.ask("POST", f"/admin/keys/{prefix}/rotate", {"grace_days": 1}, key="admin").json
    second = rotated["new"]["key"]
    assert chat(running, key).status == chat(running, second).status == 200
    assert rotated["old"]["replaced_by"] == rotated["new"]["prefix"]
    assert rotated["old"]["expires"] < rotated["new"]["expires"]

    rotated = running.ask("POST", f"/admin/keys/{prefix}/rotate", {"grace_days": 0}, key="admin").json
    assert rotated["old"]["state"] == "expired"
    assert chat(running, key).status == 401
    assert "expired" in chat(running, key).json["error"]["message"]

    assert running.ask("DELETE", f"/admin/keys/{rotated['new']['prefix']}", key="admin").status == 204
    assert chat(running, rotated["new"]["key"]).status == 401
    assert chat(running, second).status == 200


def test_what_the_command_line_revokes_ends_here_within_seconds(running):
    made = running.cli("create", "--team", "alpha", "--user", "cli")
    deadline = time.monotonic() + 6
    while chat(running, made["key"]).status != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    running.cli("revoke", made["prefix"])
    began = time.monotonic()
    while chat(running, made["key"]).status != 401:
        assert time.monotonic() - began < 6
        time.sleep(0.1)


def test_an_administrator_cannot_lock_itself_out(running):
    own = running.keys["admin"][:12]
    assert running.ask("DELETE", f"/admin/keys/{own}", key="admin").status == 409
    assert running.ask("DELETE", "/admin/teams/ops", key="admin").status == 409


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/admin/teams", {"name": "Bad Name"}, 422),
        ("POST", "/admin/teams", {"name": "alpha"}, 409),
        ("POST", "/admin/teams", {"name": "x", "models": ["nope"]}, 422),
        ("POST", "/admin/teams", {"name": "x", "surprise": 1}, 422),
        ("POST", "/admin/teams", {"name": "x", "concurrent": "3"}, 422),
        ("POST", "/admin/teams", {"name": "x", "concurrent": 10**13}, 422),
        ("POST", "/admin/teams", b"{", 422),
        ("POST", "/admin/teams", b"[]", 422),
        ("POST", "/admin/teams", b"\xff\xfe", 422),
        ("POST", "/admin/teams", b"\x80{}", 422),
        ("POST", "/admin/teams", b'{"name": "\\ud800"}', 422),
        ("POST", "/admin/keys", {"team": "nobody", "user": "x"}, 404),
        ("POST", "/admin/keys", {"team": "alpha", "user": "a\nb"}, 422),
        ("POST", "/admin/keys", {"team": "alpha", "user": "x", "days": 0}, 422),
        ("POST", "/admin/keys", {"team": "alpha", "user": "x", "role": "root"}, 422),
        ("GET", "/admin/usage?since=2026-02-30", None, 422),
        ("GET", "/admin/usage?since=x", None, 422),
        ("GET", "/admin/keys?team=%00", None, 422),
        ("POST", "/admin/keys/bck_ffffffff/rotate", {}, 404),
        ("DELETE", "/admin/keys/bck_ffffffff", None, 404),
        ("DELETE", "/admin/teams/nobody", None, 404),
        ("PUT", "/admin/teams", {}, 405),
    ],
)  # fmt: skip
def test_bad_administration_is_a_problem_that_names_the_field(running, method, path, body, status):
    answer = running.ask(method, path, body, key="admin", Content_Type="application/json")
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["detail"]
    assert b"Traceback" not in answer.body


def test_changes_are_in_the_audit_journal_and_the_journal_holds_no_key(running):
    made = running.ask("POST", "/admin/keys", {"team": "alpha", "user": "audited"}, key="admin").json
    notes = []
    for file in (running.folder / "audit").glob("gateway-0*.jsonl"):
        text = file.read_text()
        assert made["key"] not in text
        notes += [json.loads(line)["record"].get("note", "") for line in text.splitlines() if '"record"' in line]
    assert "key-added:alpha/audited" in notes


def test_usage_is_counted_by_team_key_and_model(running):
    made = running.ask("POST", "/admin/keys", {"team": "beta", "user": "counted"}, key="admin").json
    for _ in range(3):
        assert chat(running, made["key"]).status == 200
    report = running.ask("GET", "/admin/usage?team=beta", key="admin").json
    (row,) = [row for row in report["rows"] if row["key"] == made["prefix"]]
    assert (row["requests"], row["model"], row["team"]) == (3, "coder", "beta")
    assert row["tokens_in"] > 0
    assert row["tokens_out"] > 0
    assert {r["team"] for r in report["rows"]} == {"beta"}
    assert report["requests"] == sum(r["requests"] for r in report["rows"])


def raw(running, data, *, wait_s=5.0):
    host, port = running.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), wait_s) as link:
        link.settimeout(wait_s)
        link.sendall(data)
        got = b""
        while piece := link.recv(65536):
            got += piece
        return got


def test_a_body_that_is_too_large_or_too_slow_ends_before_the_key_is_looked_at(running):
    answer = running.ask("POST", "/admin/teams", b" " * 200_000)
    assert (answer.status, answer.json["code"]) == (413, "too_large")
    began = time.monotonic()
    got = raw(
        running,
        b"POST /admin/teams HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nContent-Type: application/json\r\n\r\n{",
    )
    assert got.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"body_timeout"' in got
    assert time.monotonic() - began < 5


def test_a_flood_of_headers_is_refused_and_the_connection_ends(running):
    many = b"".join(b"X-%d: %s\r\n" % (at, b"a" * 100) for at in range(1000))
    assert raw(running, b"GET /health HTTP/1.1\r\nHost: x\r\n" + many + b"\r\n").startswith(b"HTTP/1.1 431 ")


def test_one_endless_header_is_refused_without_being_collected(running):
    host, port = running.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 5) as link:
        link.sendall(b"GET /health HTTP/1.1\r\nX-Long: ")
        sent = 0
        try:
            while sent < 64_000_000:
                sent += link.send(b"a" * 65536)
        except OSError:
            pass
        assert sent < 16_000_000


def test_headers_that_trickle_end_the_connection(running):
    began = time.monotonic()
    assert raw(running, b"GET /health HTTP/1.1\r\nHost: x\r\nX-Slow").startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - began < 4
    began = time.monotonic()
    assert raw(running, b"") == b""
    assert time.monotonic() - began < 4


def test_a_second_request_that_trickles_ends_the_connection_too(running):
    whole = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    got = raw(running, whole + whole + b"GET /health HTT")
    assert got.count(b"HTTP/1.1 200 OK") == 2
    assert b"HTTP/1.1 408 " in got


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\r\n" * 10 + b"x",
    ],
)
def test_what_is_no_http_is_a_400_and_no_traceback(running, data):
    got = raw(running, data)
    assert got == b"" or got.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 404 ", b"HTTP/1.1 408 ")), got
    assert b"Traceback" not in got


def test_nothing_of_all_this_was_logged(running):
    text = running.errors()
    assert "Traceback" not in text
    assert "hello" not in text
    assert not any(key in text for key in running.keys.values())
    assert text == ""


def test_a_restart_keeps_keys_teams_usage_and_salts():
    with plane() as made:
        assert chat(made, "alpha").status == 200
        salt = made.seen()["requests"][-1]["body"]["cache_salt"]
        assert made.ask("PATCH", "/admin/teams/beta", {"requests_per_minute": 5}, key="admin").status == 200
        assert made.stop() == 0
        made.start()
        assert chat(made, "alpha").status == 200
        assert made.seen()["requests"][-1]["body"]["cache_salt"] == salt
        assert made.ask("GET", "/admin/teams/beta", key="admin").json["requests_per_minute"] == 5
        assert made.ask("GET", "/admin/usage", key="admin").json["requests"] == 2


def test_a_kill_loses_at_most_the_last_seconds_of_usage():
    with plane() as made:
        assert chat(made, "alpha").status == 200
        deadline = time.monotonic() + 20
        with closing(sqlite3.connect(made.folder / "gateway.db")) as db:
            while db.execute("select sum(requests) from usage").fetchone() != (1,):
                assert time.monotonic() < deadline
                time.sleep(0.1)
        assert made.stop(signal.SIGKILL) == -signal.SIGKILL
        made.start()
        assert made.ask("GET", "/admin/usage", key="admin").json["requests"] == 1


def test_a_drain_lets_running_answers_finish_and_refuses_new_ones():
    with plane(drain_s=15) as made:
        made.behave(ttft_ms=4000, chunk_ms=10, chunks=40)
        told: list[object] = []

        def stream():
            body = {"messages": [{"role": "user", "content": "x"}], "stream": True}
            told.append(made.ask("POST", "/v1/chat/completions", body, key="alpha"))

        runs = [threading.Thread(target=stream) for _ in range(8)]
        for run in runs:
            run.start()
        while made.seen()["running"] < 8:
            time.sleep(0.02)
        os.kill(made.process.pid, signal.SIGTERM)
        while made.ask("GET", "/ready").json["status"] != "draining":
            time.sleep(0.02)
        refused = chat(made, "alpha")
        assert refused.status == 503
        assert refused.json["error"]["code"] == "draining"
        assert int(refused.headers["retry-after"]) >= 1
        assert made.ask("GET", "/ready").json["status"] == "draining"
        assert made.ask("GET", "/health").status == 200
        for run in runs:
            run.join(30)
        assert made.process.wait(10) == 0
        assert [(answer.status, answer.body.endswith(b"data: [DONE]\n\n")) for answer in told] == [(200, True)] * 8
        assert made.seen()["aborted"] == 0
        made.start()
        assert made.ask("GET", "/admin/usage", key="admin").json["requests"] == 8


def test_a_drain_ends_in_time_and_what_was_cut_is_audited():
    with plane(drain_s=1) as made:
        made.behave(fault="hang")

        def hang():
            with suppress(OSError, HTTPException):  # its answer is cut, as it should be
                chat(made, "alpha")

        run = threading.Thread(target=hang)
        run.start()
        while made.seen()["running"] < 1:
            time.sleep(0.02)
        began = time.monotonic()
        assert made.stop() == 0
        assert time.monotonic() - began < 8
        while made.seen()["running"]:
            time.sleep(0.05)
        assert made.seen()["aborted"] == 1
        lines = [
            line for file in (made.folder / "audit").glob("gateway-0*.jsonl") for line in file.read_text().splitlines()
        ]
        outs = [r for r in (json.loads(line).get("record", {}) for line in lines) if r.get("direction") == "out"]
        assert [row["outcome"] for row in outs] == ["aborted"]
        run.join(10)
        assert "Traceback" not in made.errors()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_the_waiting(number):
    with plane(drain_s=60) as made:
        made.behave(fault="hang")

        def hang():
            with suppress(OSError, HTTPException):
                chat(made, "alpha")

        run = threading.Thread(target=hang)
        run.start()
        while made.seen()["running"] < 1:
            time.sleep(0.02)
        os.kill(made.process.pid, number)
        time.sleep(0.5)
        assert made.process.poll() is None
        began = time.monotonic()
        assert made.stop(number) == 0
        assert time.monotonic() - began < 10
        run.join(10)


def test_an_administrator_drains_and_takes_it_back():
    with plane() as made:
        assert made.ask("POST", "/admin/drain", key="admin").json == {"draining": True, "running": 0}
        assert chat(made, "alpha").status == 503
        assert made.ask("GET", "/ready").status == 503
        assert made.ask("DELETE", "/admin/drain", key="admin").json["draining"] is False
        assert chat(made, "alpha").status == 200


def test_ready_says_what_is_wrong_and_what_to_do():
    with plane() as made:
        assert made.ask("GET", "/ready").json["status"] == "ready"
        made.stub.kill()
        made.stub.wait()
        time.sleep(2.1)
        answer = made.ask("GET", "/ready")
        assert answer.status == 503
        (check,) = [row for row in answer.json["checks"] if not row["ok"]]
        assert check["name"] == "upstream local"
        assert "Start the engine" in check["advice"]
        assert made.upstream not in answer.body.decode()


def test_ready_sees_an_engine_that_lives_and_does_not_generate():
    with plane() as made:
        made.behave(fault="hang")
        answer = made.ask("GET", "/ready")
        assert answer.status == 503
        assert "timeout" in next(row["detail"] for row in answer.json["checks"] if not row["ok"])
        made.behave(fault="")
        time.sleep(2.1)
        assert made.ask("GET", "/ready").status == 200
        before = made.seen()["finished"]
        time.sleep(2.1)
        assert made.ask("GET", "/ready").status == 200
        assert made.seen()["finished"] == before


def test_one_of_two_engines_away_is_degraded_and_still_in_service():
    away = '\n[upstreams.far]\nurl = "http://127.0.0.1:9"\n[models.far]\nupstream = "far"\nserved = "stub"\n'
    with plane(extra=away) as made:
        answer = made.ask("GET", "/ready")
        assert (answer.status, answer.json["status"]) == (200, "degraded")
        assert [row["name"] for row in answer.json["checks"] if not row["ok"]] == ["upstream far"]
        assert chat(made, "alpha", model="coder").status == 200
        assert chat(made, "alpha", model="far").status == 503
        text = made.ask("GET", "/metrics").body.decode()
        assert 'bank_copilot_upstream_up{upstream="far"} 0.0' in text
        assert 'bank_copilot_upstream_up{upstream="local"} 1.0' in text


def test_without_its_database_it_serves_the_keys_it_knows_and_says_so():
    with plane() as made:
        with sqlite3.connect(made.folder / "gateway.db") as db:
            db.execute("alter table meta rename to hidden")
        deadline = time.monotonic() + 10
        while made.ask("GET", "/ready").status != 503:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        answer = made.ask("GET", "/ready")
        assert [row["name"] for row in answer.json["checks"] if not row["ok"]] == ["store"]
        assert "hidden" not in answer.body.decode()
        assert chat(made, "alpha").status == 200
        refused = made.ask("POST", "/admin/teams", {"name": "late"}, key="admin")
        assert (refused.status, refused.json["code"]) == (503, "store_unavailable")
        with sqlite3.connect(made.folder / "gateway.db") as db:
            db.execute("alter table hidden rename to meta")
        while made.ask("GET", "/ready").status != 200:
            assert time.monotonic() < deadline + 10
            time.sleep(0.2)
        assert made.ask("POST", "/admin/teams", {"name": "late"}, key="admin").status == 201
        assert made.ask("GET", "/admin/usage", key="admin").json["requests"] == 1


def test_metrics_may_be_for_administrators_alone():
    with plane(metrics="admin") as made:
        assert made.ask("GET", "/metrics").status == 401
        assert made.ask("GET", "/metrics", key="admin").status == 200


def test_the_process_is_small_and_quick_to_start():
    with plane(start=False) as made:
        made.start()
        used = Path(f"/proc/{made.process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        assert sum(map(int, used)) / os.sysconf("SC_CLK_TCK") < 3  # seconds of CPU: wall seconds are the machine's
        assert chat(made, "alpha").status == 200
        status = Path(f"/proc/{made.process.pid}/status").read_text()
        resident_mb = int(status.partition("VmRSS:")[2].split()[0]) / 1024
        assert resident_mb < 120
