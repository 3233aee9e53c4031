"""Every user-visible template has a Chinese row with the same placeholders, and no row is stale."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

from copilot import cli, messages
from copilot.commands import scenes

ROOT = Path(__file__).parents[2]


def templates() -> set[str]:
    found = set(cli.VERBS.values()) | {title for title, _ in scenes.SCENES}
    for package in ("copilot", "lsp", "serving"):
        for path in (ROOT / package).rglob("*.py"):
            if "samplebank" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say":
                    first = node.args[0]
                    if isinstance(first, ast.Constant):
                        found.add(first.value)
                    elif isinstance(first, ast.IfExp):
                        found |= {first.body.value, first.orelse.value}
    return found


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_every_template_is_translated():
    assert sorted(templates() - messages.catalogue().keys()) == []


def test_no_translation_is_stale():
    assert sorted(messages.catalogue().keys() - templates()) == []


def test_placeholders_agree():
    for english, chinese in messages.catalogue().items():
        assert fields(english) == fields(chinese), english


@pytest.fixture(autouse=True)
def _english_again():
    yield
    messages.set_locale("en")


@pytest.mark.parametrize(
    ("wanted", "environ", "expected"),
    [
        ("zh_CN.UTF-8", {}, "zh"),
        ("zh-Hans", {}, "zh"),
        ("en", {"LANG": "zh_CN.UTF-8"}, "en"),
        ("auto", {"LANG": "zh_CN.UTF-8"}, "zh"),
        ("auto", {"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        ("auto", {}, "en"),
        ("fr", {}, "en"),
    ],
)
def test_the_language_follows_setting_or_environment(monkeypatch, wanted, environ, expected):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert messages.set_locale(wanted) == expected
    said = messages.say("{name} is not a text file.", name="a.bin")
    assert said == ("a.bin 不是文本文件。" if expected == "zh" else "a.bin is not a text file.")


def test_control_characters_are_shown_and_not_obeyed():
    assert messages.visible("a\x1b]52;c;eA==\x07\x9b2J\r\tb\n账户") == "a\\x1b]52;c;eA==\\x07\\x9b2J\\x0d\tb\n账户"


def test_a_file_name_cannot_steer_the_terminal(tmp_path, capsys):
    name = tmp_path / "\x1b[2Jhidden.py"
    name.write_bytes(b"\0")
    assert cli.main(["fix", str(name)]) == 2
    shown = capsys.readouterr()
    assert "\x1b" not in shown.err + shown.out
    assert "hidden.py" in shown.err
