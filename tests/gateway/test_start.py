"""What stops a gateway from starting is one sentence on stderr and an exit code, never a traceback or a half-start."""

from __future__ import annotations

import os
import socket
import sqlite3
import stat
import subprocess
import sys
import time

import pytest
from gateway_process import COMMAND, plane


@pytest.fixture(scope="module")
def made():
    with plane(start=False) as found:
        yield found


def refused(made, *, env=None):
    done = subprocess.run(
        [COMMAND, "serve", "--config", str(made.config)], capture_output=True, text=True, timeout=60, cwd="/", check=False,
        env={**os.environ, **(env or {})},
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("bank-copilot: "), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.returncode, done.stderr


def test_two_gateways_never_write_one_audit_chain(made):
    made.start()
    try:
        code, said = refused(made)
        assert code == 2
        assert "audit" in said or "journal" in said
    finally:
        assert made.stop() == 0


def test_a_database_of_a_newer_version(made):
    with sqlite3.connect(made.folder / "gateway.db") as db:
        db.execute("update meta set value = '9' where name = 'schema'")
    try:
        code, said = refused(made)
        assert code == 2
        assert "written by a newer version (schema 9" in said
    finally:
        with sqlite3.connect(made.folder / "gateway.db") as db:
            db.execute("update meta set value = '1' where name = 'schema'")


def test_a_template_that_cannot_be_used(made):
    file = made.folder / "prompts" / "all" / "generate" / "default.md"
    whole = file.read_text()
    file.write_text("nothing")
    try:
        code, said = refused(made)
        assert code == 2
        assert "prompts.folder" in said
    finally:
        file.write_text(whole)


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ('[upstreams.other]\nurl = "https://127.0.0.1:1"\nca_bundle = "gone.pem"\n', "upstreams.other.ca_bundle"),
        ('[limits]\nstorage = "papyrus://x"\n', "limits.storage"),
    ],
)
def test_a_file_or_storage_that_cannot_be_used(made, section, said):
    whole = made.config.read_text()
    made.config.write_text(whole + "\n" + section)
    try:
        assert said in refused(made)[1]
    finally:
        made.config.write_text(whole)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def engine(made, script):
    path = made.folder / "engine"
    path.write_text(f"#!{sys.executable}\n{script}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    (made.folder / "model").mkdir(exist_ok=True)
    plain = made.config.read_text().replace(made.upstream, f"http://127.0.0.1:{free_port()}")
    made.config.write_text(
        plain
        + '\n[vllm]\nupstream = "local"\npython = "engine"\nplatform = "cpu"\nmodel = "model"\nserved = ["stub"]\nstart_s = 20\n'
    )


def test_an_engine_that_ends_while_starting_ends_the_gateway_with_its_own_words():
    with plane(start=False) as made:
        engine(made, "import sys; sys.exit('ValueError: max_model_len is larger than the model knows')")
        began = time.monotonic()
        done = subprocess.run(
            [COMMAND, "serve", "--config", str(made.config)],
            capture_output=True,
            text=True,
            timeout=60,
            cwd="/",
            check=False,
        )
        assert time.monotonic() - began < 20
        assert done.returncode == 2
        assert "max_model_len is larger than the model knows" in done.stderr
        assert "Traceback" not in done.stderr


def test_while_the_engine_starts_the_gateway_answers_and_says_so():
    with plane(start=False) as made:
        engine(made, "import time; time.sleep(60)")
        made.start()
        assert made.ask("GET", "/health").status == 200
        answer = made.ask("GET", "/ready")
        assert answer.status == 503
        assert answer.json["status"] == "not-ready"
        upstream = next(check for check in answer.json["checks"] if check["name"] == "upstream local")
        assert upstream["detail"] == "vLLM is starting"
        assert "Wait" in upstream["advice"]
        refused = made.ask("POST", "/v1/completions", {"prompt": "x"}, key="alpha")
        assert refused.status == 503
        assert refused.json["error"]["code"] == "upstream_unavailable"
        assert made.stop() == 0


def test_a_foreign_engine_is_looked_over_once_it_answers(made):
    made.behave(old=True)
    try:
        made.start()
        until = time.monotonic() + 20
        while "developer mode" not in made.errors() and time.monotonic() < until:
            time.sleep(0.1)
        assert made.stop() == 0
    finally:
        made.behave(old=False)
    said = made.errors()
    assert "upstream local: it does not know cache_salt" in said
    assert said.count("developer mode is on") == 1
