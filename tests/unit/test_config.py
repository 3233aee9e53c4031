"""Settings: precedence, the trust rule, and errors that name the nearest key."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from copilot import config, config_sources
from copilot.errors import ConfigError


def load(
    tmp_path: Path, *, user="", project="", pyproject="", managed="", env=None, lsp=None, cli=None
) -> config_sources.Loaded:
    root = tmp_path / "repo"
    root.mkdir()
    for name, text in ((".bank-copilot.toml", project), ("pyproject.toml", pyproject)):
        if text:
            (root / name).write_text(text, "utf-8")
    (tmp_path / "user.toml").write_text(user, "utf-8")
    (tmp_path / "managed.toml").write_text(managed, "utf-8")
    return config_sources.load(
        config_sources.Sources(
            root=root,
            user_file=tmp_path / "user.toml",
            managed_file=tmp_path / "managed.toml",
            environ=env or {},
            lsp=lsp or {},
            command_line=cli or {},
        )
    )


def test_defaults_have_no_problems(tmp_path):
    loaded = load(tmp_path)
    assert loaded.problems == ()
    assert loaded.checked() == config.Settings()


def test_each_source_outranks_the_one_before(tmp_path):
    sources = {
        "user": '[completion]\ndeadline_ms = 1\nprofile = "quiet"',
        "pyproject": "[tool.bank-copilot.completion]\ndeadline_ms = 2",
        "project": "[completion]\ndeadline_ms = 3",
        "env": {"BANK_COPILOT_COMPLETION_DEADLINE_MS": "4"},
        "lsp": {"completion": {"deadline_ms": 5}},
        "cli": {"completion": {"deadline_ms": 6}},
    }
    given: dict = {}
    for rank, (name, value) in enumerate(sources.items(), 1):
        given[name] = value
        folder = tmp_path / name
        folder.mkdir()
        loaded = load(folder, **given)
        assert loaded.problems == ()
        assert loaded.settings.completion.deadline_ms == rank
        assert loaded.settings.completion.profile == "quiet"


@pytest.mark.parametrize("key", [key for key, row in config_sources.KEYS.items() if not row.project])
@pytest.mark.parametrize("source", ["project", "pyproject", "lsp"])
def test_a_repository_can_set_only_project_keys(tmp_path, key, source):
    section, _, name = key.partition(".")
    row = config_sources.KEYS[key]
    value = 7 if row.kind in {int, float} else "weak" if key == "sandbox.mode" else "x"
    text = f"[{section}]\n{name} = {value!r}".replace("'", '"')
    given = {
        "project": {"project": text},
        "pyproject": {"pyproject": text.replace(f"[{section}]", f"[tool.bank-copilot.{section}]")},
        "lsp": {"lsp": {section: {name: value}}},
    }[source]
    loaded = load(tmp_path, **given)
    assert loaded.settings == config.Settings()
    (problem,) = loaded.problems
    assert (problem.key, problem.fatal) == (key, False)
    assert "refused" in problem.message


def test_the_gateway_address_comes_from_the_user_or_the_environment(tmp_path):
    loaded = load(tmp_path, user='[gateway]\nurl = "https://a"', project='[gateway]\nurl = "https://evil"')
    assert loaded.settings.gateway.url == "https://a"
    assert "gateway.url" in loaded.problems[0].message


def test_managed_keys_are_locked_for_everyone(tmp_path):
    loaded = load(
        tmp_path,
        managed='[gateway]\nurl = "https://bank"',
        user='[gateway]\nurl = "https://mine"',
        env={"BANK_COPILOT_GATEWAY_URL": "https://env"},
        cli={"gateway": {"url": "https://cli"}},
    )
    assert loaded.settings.gateway.url == "https://bank"
    assert {p.source for p in loaded.problems} == {"user", "environment", "command line"}
    assert all("locked" in p.message for p in loaded.problems)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("[completion]\nprofil = 'quiet'", "completion.profile"),
        ("[tests]\nbudget = 3", "tests.budget_s"),
        ("[sandboxx]\nmode = 'auto'", "sandbox.mode"),
    ],
)
def test_an_unknown_key_names_the_nearest_one(tmp_path, text, nearest):
    loaded = load(tmp_path, user=text)
    assert loaded.settings == config.Settings()
    with pytest.raises(ConfigError, match=nearest):
        loaded.checked()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("completion.deadline_ms", "fast"),
        ("completion.deadline_ms", True),
        ("completion.deadline_ms", -1),
        ("completion.enabled", "perhaps"),
        ("completion.profile", "loud"),
        ("index.exclude", [1]),
        ("tests.out", 3),
    ],
)
def test_a_wrong_value_is_an_error_and_leaves_the_default(tmp_path, key, value):
    section, _, name = key.partition(".")
    loaded = load(tmp_path, lsp={section: {name: value}})
    assert loaded.settings == config.Settings()
    with pytest.raises(ConfigError, match=key):
        loaded.checked()


def test_text_from_the_environment_is_read_as_the_type_of_the_key(tmp_path):
    env = {
        "BANK_COPILOT_COMPLETION_ENABLED": "off",
        "BANK_COPILOT_TESTS_BUDGET_S": "2.5",
        "BANK_COPILOT_INDEX_EXCLUDE": "gen/, *.pb.py",
    }
    settings = load(tmp_path, env=env).checked()
    assert settings.completion.enabled is False
    assert settings.tests.budget_s == 2.5
    assert settings.index.exclude == ("gen/", "*.pb.py")


def test_a_broken_file_is_reported_and_the_rest_still_counts(tmp_path):
    loaded = load(tmp_path, user="not toml", env={"BANK_COPILOT_TESTS_BUDGET_S": "9"})
    assert loaded.settings.tests.budget_s == 9
    assert [p.source for p in loaded.problems] == ["user"]
    with pytest.raises(ConfigError, match=r"user\.toml"):
        loaded.checked()


def test_another_tools_broken_pyproject_does_not_stop_us(tmp_path):
    assert load(tmp_path, pyproject="[tool.x\n").checked() == config.Settings()


def test_every_key_says_what_it_is_for():
    for key in config_sources.KEYS.values():
        assert key.doc.endswith("."), key.name


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[completion]\ndeadline_ms = inf", "completion.deadline_ms"),
        ("[completion]\ndeadline_ms = 1" + "0" * 400, "completion.deadline_ms"),
        ("[tests]\nbudget_s = inf", "tests.budget_s"),
        ("[tests]\nbudget_s = 1e9", "tests.budget_s"),
        ("[index]\nmax_file_kb = 900000", "index.max_file_kb"),
        ('[tests]\nout = "../elsewhere"', "tests.out"),
        ('[tests]\nout = "/etc"', "tests.out"),
        ('[tests]\nout = "a\\u0000b"', "tests.out"),
        ("[tests]\nout = " + "[" * 5000 + "]" * 5000, ""),
    ],
)
def test_a_repository_cannot_take_unlimited_time_or_reach_outside(tmp_path, text, key):
    loaded = load(tmp_path, project=text)
    assert loaded.settings == config.Settings()
    assert [p.key for p in loaded.problems] == [key]


def test_a_link_of_the_repository_does_not_lead_generated_tests_out_of_it(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    folder = tmp_path / "x"
    folder.mkdir()
    (folder / "repo").mkdir()
    (folder / "repo" / "way").symlink_to(outside)
    (folder / "repo" / ".bank-copilot.toml").write_text('[tests]\nout = "way/tests"')
    loaded = config_sources.load(
        config_sources.Sources(root=folder / "repo", user_file=folder / "u", managed_file=folder / "m", environ={})
    )
    assert loaded.settings.tests.out == ""
    assert [p.key for p in loaded.problems] == ["tests.out"]


@pytest.mark.parametrize("source", ["project", "lsp"])
def test_a_repository_may_exclude_more_paths_but_not_fewer(tmp_path, source):
    given = {"project": {"project": "[index]\nexclude = ['gen/']"}, "lsp": {"lsp": {"index": {"exclude": ["gen/"]}}}}
    loaded = load(tmp_path, user="[index]\nexclude = ['secret/']", **given[source])
    assert loaded.checked().index.exclude == ("secret/", "gen/")


@pytest.mark.parametrize("name", [".bank-copilot.toml", "pyproject.toml"])
@pytest.mark.parametrize("kind", ["endless", "pipe", "huge"])
def test_a_configuration_that_is_no_small_file_is_not_read(tmp_path, name, kind):
    path = tmp_path / name
    if kind == "endless":
        path.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        with path.open("wb") as stream:
            stream.truncate(1 << 40)
    loaded = config_sources.load(
        config_sources.Sources(root=tmp_path, user_file=tmp_path / "u", managed_file=tmp_path / "m")
    )
    assert [p.source for p in loaded.problems] == ["project"]


def test_capture_is_the_administrators_and_consent_the_users_alone(tmp_path):
    both = "[capture]\npolicy = 'on'\nconsent = true\n"
    for number, source in enumerate(("user", "project", "lsp", "cli", "env", "managed")):
        given: dict = {source: both}
        if source in {"lsp", "cli"}:
            given[source] = {"capture": {"policy": "on", "consent": True}}
        elif source == "env":
            given[source] = {"BANK_COPILOT_CAPTURE_POLICY": "on", "BANK_COPILOT_CAPTURE_CONSENT": "true"}
        folder = tmp_path / str(number)
        folder.mkdir()
        loaded = load(folder, **given)
        assert loaded.settings.capture.policy == ("on" if source == "managed" else "off"), source
        assert loaded.settings.capture.consent is (source in {"user", "env"}), source
        assert {p.key for p in loaded.problems if not p.fatal} >= {
            "capture.consent" if source == "managed" else "capture.policy"
        }


def test_zero_and_less_are_taken_where_the_description_says_so(tmp_path):
    loaded = load(
        tmp_path, user="[usage]\nsend_s = 0\n[model]\nsamples = 0\n[completion]\npause_ms = -1\ndeadline_ms = 0\n"
    )
    assert (loaded.settings.usage.send_s, loaded.settings.model.samples, loaded.settings.completion.pause_ms) == (
        0,
        0,
        -1,
    )
    assert [p.key for p in loaded.problems] == ["completion.deadline_ms"]


def test_a_default_that_an_editor_sends_along_is_refused_without_a_word(tmp_path):
    loaded = load(tmp_path, lsp={"capture": {"consent": False}, "gateway": {"url": "", "key": "env:OTHER"}})
    assert [problem.key for problem in loaded.problems] == ["gateway.key"]
