"""The gateway's configuration: every mistake is a sentence that names the key, and the example is complete."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest

from copilot.errors import ConfigError
from copilot.types import Task
from serving import config, example
from serving.bank_templates import BankTemplates
from serving.config import checked, load

UPSTREAM = {"upstreams": {"local": {"url": "http://127.0.0.1:8000"}}}


def test_the_example_is_what_the_model_of_the_configuration_says():
    if os.environ.get("UPDATE_DOCS"):
        example.FILE.write_text(example.text(), "utf-8")
    assert example.FILE.read_text("utf-8") == example.text()


def test_a_request_may_be_for_any_task_of_ours_and_for_chat():
    assert {*Task, "chat"} == config.TASKS


def test_the_example_loads_and_its_values_are_the_defaults():
    told = load(example.FILE)
    assert list(told.models) == ["bank-coder"]
    home = example.FILE.parent
    bare = checked({**UPSTREAM}, example.FILE)
    for section in ("server", "store", "audit", "guard", "limits", "adapters", "prompts"):
        assert getattr(told, section) == getattr(bare, section)
    assert told.audit.folder == home / "audit"


def test_the_example_names_every_key_and_describes_it():
    text = example.text()
    for name, kind, _ in (*example._SECTIONS, ("vllm", config.Vllm, "")):
        part = re.search(rf"^(?:# )?\[{re.escape(name)}\]\n(.*?)(?=^(?:# )?\[|\Z)", text, re.MULTILINE | re.DOTALL)
        assert part, name
        for key, field in kind.model_fields.items():
            assert field.description, f"{name}.{key}"
            assert re.search(rf"^(?:# )?{key} = ", part[1], re.MULTILINE), f"{name}.{key}"


def test_the_examples_engine_works_when_its_hashes_are_taken_away(tmp_path):
    text = example.text()
    at = text.index("# [vllm]")
    lines = [line[2:] if re.match(r"# (\[vllm\]|\w+ = )", line) else line for line in text[at:].splitlines()]
    told = checked(tomllib.loads(text[:at] + "\n".join(lines)), tmp_path / "gateway.toml")
    assert told.vllm is not None
    assert told.vllm.platform == "cuda"
    assert told.vllm.python == str(tmp_path / ".venv-vllm/bin/python")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"server": {"prot": 1}}, r"unknown key server\.prot\. Did you mean port\?"),
        ({"sever": {}}, r"unknown key sever\. Did you mean server\?"),
        (
            {"upstreams": {"a": {"url": "http://x", "actve": 1}}},
            r"unknown key upstreams\.a\.actve\. Did you mean active\?",
        ),
        ({"server": {"port": 70000}}, r"server\.port: "),
        ({"server": {"port": "x"}}, r"server\.port: "),
        ({"upstreams": {"a": {}}}, r"upstreams\.a\.url: "),
        ({"upstreams": {"a": {"url": "ftp://x"}}}, r"upstreams\.a\.url is no http"),
        ({"upstreams": {"a": {"url": "http://u:p@x"}}}, r"upstreams\.a\.url is no http"),
        ({"models": {"m": {"upstream": "b", "served": "s"}}}, r"models\.m\.upstream names b, which is no upstream"),
        ({**UPSTREAM, "models": {"auto": {"upstream": "local", "served": "s"}}}, r"models\.auto: this name stands for"),
        (
            {**UPSTREAM, "models": {"m": {"upstream": "local", "served": "s", "tasks": ["sing"]}}},
            r"models\.m\.tasks\.0: ",
        ),
        ({"guard": {"actions": {"secrets": "deny"}}}, r"guard\.actions\.secrets is no kind; there are private-key"),
        ({"guard": {"actions": {"password": "hide"}}}, r"guard\.actions\.password: "),
        ({"prompts": {"pins": {"t": ["generate"]}}}, r"prompts\.pins\.t: generate is not `id@version`"),
        ({"store": {"url": "postgresql://u:hunter2@db/x"}}, r"store\.url holds a password: put it in the environment"),
        ({"store": {"url": "sqlite://"}}, r"store\.url must name a file"),
        ({"store": {"url": "sqlite:///:memory:"}}, r"store\.url must name a file"),
        ({"audit": {"writer": "Über"}}, r"audit\.writer: "),
    ],
)
def test_a_mistake_is_a_sentence_that_names_the_key_and_no_secret(table, said):
    with pytest.raises(ConfigError) as caught:
        checked(table, Path("gateway.toml"))
    assert re.search(said, str(caught.value))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("data", [b"[server\n", b"\xff\xfe", b"server = 3\n"])
def test_a_file_that_is_no_configuration_is_a_sentence(tmp_path, data):
    path = tmp_path / "gateway.toml"
    path.write_bytes(data)
    with pytest.raises(ConfigError, match=r"gateway\.toml"):
        load(path)
    with pytest.raises(ConfigError, match="No such file"):
        load(tmp_path / "absent.toml")


def test_relative_paths_start_at_the_files_folder(tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    table = {
        "upstreams": {"local": {"url": "https://gpu:8000/", "ca_bundle": "tls/ca.pem"}},
        "store": {"url": "sqlite:///data/g.db"},
        "adapters": {"root": "lora"},
        "prompts": {"folder": "p", "standards": "/etc/standards.md"},
    }
    told = checked(table, tmp_path / "gateway.toml")
    assert told.store.url == f"sqlite:///{tmp_path}/data/g.db"
    assert told.audit.folder == tmp_path / "audit"
    assert told.adapters.root == tmp_path / "lora"
    assert told.prompts.folder == tmp_path / "p"
    assert str(told.prompts.standards) == "/etc/standards.md"
    assert told.upstreams["local"].ca_bundle == str(tmp_path / "tls/ca.pem")
    absolute = checked({"store": {"url": "sqlite:////var/lib/g.db"}}, tmp_path / "gateway.toml")
    assert absolute.store.url == "sqlite:////var/lib/g.db"
    assert checked({"store": {"url": "postgresql://db/x"}}, tmp_path / "g.toml").store.url == "postgresql://db/x"


@pytest.mark.parametrize(
    ("secret", "weak"),
    [
        ("", True), ("EMPTY", True), ("changeme", True), ("change-me-please", True), ("a" * 64, True), ("abcabcabcabcabcabcabc", True),
        ("your-secret-token-example", True), ("sk-1234567890", True), ("hY3kq0Vb2mWc9TzLr5Xe8JpD", False),
        ("prod-token-8f14e45fceea167a5a36dedd4bea2543", False),
    ],
)  # fmt: skip
def test_placeholders_and_short_secrets_are_weak(secret, weak):
    assert config.weak(secret) is weak


def test_secrets_that_are_named_must_be_there_and_good(tmp_path, monkeypatch):
    table = {
        "upstreams": {"local": {"url": "http://127.0.0.1:8000", "key_env": "GATEWAY_TEST_KEY"}},
        "store": {"url_env": "GATEWAY_TEST_DB"},
    }
    told = checked(table, tmp_path / "g.toml")
    monkeypatch.delenv("GATEWAY_TEST_KEY", raising=False)
    monkeypatch.delenv("GATEWAY_TEST_DB", raising=False)
    problems = config.secret_problems(told)
    assert [text.partition(":")[0] for text in problems] == ["upstreams.local.key_env", "store.url_env"]
    assert all("is not set" in text for text in problems)
    monkeypatch.setenv("GATEWAY_TEST_KEY", "changeme-changeme-changeme")
    monkeypatch.setenv("GATEWAY_TEST_DB", "postgresql+psycopg://gw:password@db/x")
    problems = config.secret_problems(told)
    assert len(problems) == 2
    assert "changeme" not in " ".join(problems)
    monkeypatch.setenv("GATEWAY_TEST_KEY", "hY3kq0Vb2mWc9TzLr5Xe8JpD")
    monkeypatch.setenv("GATEWAY_TEST_DB", "postgresql+psycopg://gw:4c0ffee-b1u3-9d7a@db/x")
    assert config.secret_problems(told) == []
    assert config.store_url(told) == "postgresql+psycopg://gw:4c0ffee-b1u3-9d7a@db/x"
    assert config.shown_url(told) == "(from GATEWAY_TEST_DB)"


def prompts(tmp_path, **more):
    return checked({"prompts": {"folder": "p", **more}}, tmp_path / "g.toml").prompts


GOOD = '+++\nid = "generate"\nversion = "9"\nlanguages = []\n+++\n## system\nShort.\n\n## user\n{{instruction}}\n'


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("all/generate/default.md", "nothing", "default.md"),
        ("all/generate/default.md", GOOD.replace("{{instruction}}", "{{surprise}}"), "surprise"),
    ],
)
def test_a_faulty_template_stops_the_start_and_is_named(tmp_path, file, text, said):
    path = tmp_path / "p" / file
    path.parent.mkdir(parents=True)
    path.write_text(text)
    with pytest.raises(ConfigError, match=said):
        BankTemplates(prompts(tmp_path))


def test_a_pin_that_nothing_satisfies_stops_the_start(tmp_path):
    path = tmp_path / "p" / "payments" / "generate" / "default.md"
    path.parent.mkdir(parents=True)
    path.write_text(GOOD)
    fits = BankTemplates(prompts(tmp_path, pins={"payments": ["generate@9"]}))
    assert [name for name, _ in fits.team("payments").sources] == ["generate/default.md"]
    assert fits.team("cards").sources == ()
    with pytest.raises(ConfigError, match=r"prompts\.pins\.payments.*generate"):
        BankTemplates(prompts(tmp_path, pins={"payments": ["generate@8"]}))
    with pytest.raises(ConfigError, match=r"prompts\.pins\.cards"):
        BankTemplates(prompts(tmp_path, pins={"cards": ["generate@9"]}))


def test_a_folder_or_standards_that_are_not_there_stop_the_start(tmp_path):
    with pytest.raises(ConfigError, match=r"prompts\.folder: there is no folder /"):
        BankTemplates(prompts(tmp_path))
    (tmp_path / "p").mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        BankTemplates(prompts(tmp_path, standards="absent.md"))
    (tmp_path / "long.md").write_text("x" * 70_000)
    with pytest.raises(ConfigError, match="longer than 64000"):
        BankTemplates(prompts(tmp_path, standards="long.md"))
