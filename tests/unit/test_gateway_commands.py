"""`bank-copilot serve` and `keys` on the command line: the first run, the first key, mistakes."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from copilot import cli, messages

CONFIG = """
[upstreams.local]
url = "http://127.0.0.1:9"

[models.coder]
upstream = "local"
served = "stub"
family = "qwen2.5-coder"
"""


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("BANK_COPILOT_UI_LOCALE", "en")
    yield
    messages.set_locale("en")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "gateway.toml"
    path.write_text(CONFIG)
    return path


def keys(capsys, file, *words, code=0):
    assert cli.main(["keys", *words, "--config", str(file)]) == code
    return capsys.readouterr()


def test_the_first_run_writes_nothing_and_says_which_commands_to_type(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["serve"]) == 2
    said = capsys.readouterr().err
    typed = [line.split("#")[0].split() for line in said.splitlines() if line.startswith("  bank-copilot ")]
    assert len(typed) == 4
    assert list(tmp_path.iterdir()) == []
    for words in typed:  # each is a command that exists
        shell = words.index(">") if ">" in words else len(words)
        assert cli._parser(words[1]).parse_args(words[1:shell]).verb == words[1]


def test_what_it_says_to_type_works(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["serve", "--example"]) == 0
    with socket.socket() as taken:  # bound and not listening: nobody answers there, whatever else runs on this machine
        taken.bind(("127.0.0.1", 0))
        engine = f"127.0.0.1:{taken.getsockname()[1]}"
        Path("gateway.toml").write_text(capsys.readouterr().out.replace("127.0.0.1:8000", engine))
        assert cli.main(["serve", "--config", "gateway.toml", "--check"]) == 1  # no engine answers yet
    told = capsys.readouterr().out
    assert "warning: upstream local: it does not answer" in told
    assert not Path("gateway.db").exists()
    assert (
        cli.main(["keys", "create", "--config", "gateway.toml", "--team", "platform", "--user", "me", "--admin"]) == 0
    )
    made = capsys.readouterr()
    assert made.out.startswith("bck_")
    assert "shown once" in made.err
    assert made.out.strip() not in made.err


def test_a_file_that_is_not_there_is_named_with_what_to_do(capsys):
    assert cli.main(["serve", "--config", "nowhere.toml"]) == 2
    assert "bank-copilot serve --example > nowhere.toml" in capsys.readouterr().err


def test_the_check_says_what_would_run_and_where(file, capsys):
    assert cli.main(["serve", "--config", str(file), "--check", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["listen"] == "127.0.0.1:8080"
    assert told["models"] == ["coder"]
    assert told["upstreams"]["local"]["url"] == "http://127.0.0.1:9"
    assert told["vllm"] is None


def test_listening_beyond_this_host_without_tls_is_warned_of(file, capsys):
    file.write_text('[server]\nhost = "0.0.0.0"\n' + CONFIG)
    assert cli.main(["serve", "--config", str(file), "--check"]) == 1
    assert "without TLS" in capsys.readouterr().out


def test_a_weak_secret_stops_the_start_and_is_not_repeated(file, capsys, monkeypatch):
    monkeypatch.setenv("GATEWAY_TEST_KEY", "changeme")
    file.write_text(CONFIG.replace("[models", 'key_env = "GATEWAY_TEST_KEY"\n[models'))
    assert cli.main(["serve", "--config", str(file)]) == 2
    said = capsys.readouterr().err
    assert "upstreams.local.key_env" in said
    assert "changeme" not in said


def test_a_port_that_is_taken_is_a_sentence(file, capsys):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        file.write_text(f"[server]\nport = {taken.getsockname()[1]}\n" + CONFIG)
        assert cli.main(["serve", "--config", str(file)]) == 2
    assert "set server.host and server.port" in capsys.readouterr().err


def test_without_the_serve_extra_it_says_what_to_install(file, capsys, monkeypatch):
    monkeypatch.setattr("copilot.commands.serve.PARTS", ("json", "no_such_package"))
    for words in (["serve", "--config", str(file)], ["keys", "list", "--config", str(file)]):
        assert cli.main(words) == 2
        assert "no_such_package missing). In the clone" in capsys.readouterr().err


def test_a_key_from_birth_to_end(file, capsys):
    made = keys(capsys, file, "create", "--team", "payments", "--user", "ann")
    key = made.out.strip()
    assert "The team payments is new" in made.err
    assert "The team" not in keys(capsys, file, "create", "--team", "payments", "--user", "bob", "--days", "3").err
    rows = keys(capsys, file, "list").out
    assert key not in rows
    assert f"{key[:12]}  valid  developer  payments  ann" in rows
    rotated = keys(capsys, file, "rotate", key[:12], "--grace-days", "2")
    assert rotated.out.startswith("bck_")
    assert f"{key[:12]} ends on " in rotated.err
    keys(capsys, file, "revoke", key)  # the whole key works too: only its prefix is read
    assert f"{key[:12]}  revoked" in keys(capsys, file, "list", "--team", "payments").out
    assert "No valid key has the prefix" in keys(capsys, file, "rotate", key[:12], code=2).err


def test_teams_are_made_and_changed(file, capsys):
    keys(capsys, file, "team", "cards", "--models", "coder", "--requests-per-minute", "30")
    keys(capsys, file, "team", "cards", "--tokens-per-minute", "0")
    (row,) = json.loads(keys(capsys, file, "teams", "--json").out)["teams"]
    assert (row["models"], row["requests_per_minute"], row["tokens_per_minute"]) == (["coder"], 30, 0)
    assert keys(capsys, file, "teams").out == "cards  models=coder  requests_per_minute=30  tokens_per_minute=0\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["create", "--team", "Bad Name", "--user", "x"], "A team's name is"),
        (["create", "--team", "t", "--user", "a b"], "A user is"),
        (["create", "--team", "t", "--user", "x", "--days", "0"], "--days is from 1 to 3650"),
        (["team", "t", "--models", "gpt"], "gpt is no model of the configuration; there are: coder"),
        (["team", "t", "--concurrent", "-1"], "--concurrent is from 0"),
        (["revoke", "bck_00000000"], "No key has the prefix bck_00000000"),
    ],
)
def test_mistakes_are_sentences_and_change_nothing(file, capsys, words, said):
    assert said in keys(capsys, file, *words, code=2).err
    assert json.loads(keys(capsys, file, "list", "--json").out) == {"keys": []}


def test_what_the_command_line_changes_is_in_the_journal_and_no_key_is(file, capsys):
    key = keys(capsys, file, "create", "--team", "payments", "--user", "ann").out.strip()
    keys(capsys, file, "revoke", key[:12])
    text = "".join(path.read_text() for path in (file.parent / "audit").glob("gateway-cli-*.jsonl"))
    notes = [note for line in text.splitlines() if (note := json.loads(line).get("record", {}).get("note"))]
    assert notes[-3:] == ["team-added:payments", "key-added:payments/ann", f"key-revoked:{key[:12]}"]
    assert key not in text


def test_help_of_both_verbs_loads_no_server():
    code = "import sys\nfrom copilot.cli import main\ntry: main(sys.argv[1:])\nexcept SystemExit: pass\nprint(*sys.modules)"
    for words in (["serve", "--help"], ["keys", "--help"], ["keys", "create", "--help"]):
        done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True, cwd="/")
        loaded = set(done.stdout.splitlines()[-1].split())
        assert not loaded & {"fastapi", "sqlalchemy", "pydantic", "uvicorn", "serving", "aiohttp"}
