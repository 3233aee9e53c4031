"""The VS Code extension's data against the code: settings, languages, commands, texts, pinned packages, pictures.

What it does is proven in VS Code itself (`make ide-vscode`).
"""

from __future__ import annotations

import json
import re
import typing
from pathlib import Path

from copilot import config_sources
from copilot.syntax.languages import LANGUAGES
from lsp import main

ROOT = Path(__file__).parents[2]
HOME = ROOT / "lsp/clients/vscode"
MANIFEST = json.loads((HOME / "package.json").read_text("utf-8"))
SOURCES = {path.name: path.read_text("utf-8") for path in sorted((HOME / "src").glob("*.ts"))}
SETTINGS = MANIFEST["contributes"]["configuration"]["properties"]
OWN = {"server.path"}
TEXT = re.compile(r'l10n\.t\(\s*((?:"(?:[^"\\]|\\.)*"(?:\s*\+\s*)?)+)')
PICTURES = ("completion", "quick-fix", "comment", "tests-preview", "tests")


def test_the_settings_are_those_that_an_editor_may_set_and_one_of_its_own():
    offered = {name.removeprefix("bankCopilot."): row for name, row in SETTINGS.items()}
    ours = {key.name: key for key in config_sources.KEYS.values() if key.project}
    assert offered.keys() - ours.keys() <= OWN
    assert ours.keys() <= offered.keys()
    for name, key in ours.items():
        row = offered[name]
        default = list(key.default) if isinstance(key.default, tuple) else key.default
        assert row["default"] == default, name
        assert row.get("maximum") == key.most, name
        kinds = typing.get_args(key.kind) if typing.get_origin(key.kind) is typing.Literal else ()
        assert row.get("enum", []) == list(kinds), name


def test_a_workspace_does_not_set_the_program():
    assert SETTINGS["bankCopilot.server.path"]["scope"] == "machine"


def test_the_languages_are_ours():
    ids = {name for language in LANGUAGES.values() for name in language.lsp_ids}
    assert {event.removeprefix("onLanguage:") for event in MANIFEST["activationEvents"]} == ids
    listed = re.search(r"const LANGUAGES = \[(.*?)\]", SOURCES["server.ts"], re.DOTALL)
    assert set(re.findall(r'"(\w+)"', listed[1])) == ids


def test_every_command_of_the_manifest_is_registered_and_no_other():
    offered = {row["command"].removeprefix("bank-copilot.") for row in MANIFEST["contributes"]["commands"]}
    table = re.search(r"const table: .*? = \{\n(.*?)\n  \};", SOURCES["commands.ts"], re.DOTALL)
    assert set(re.findall(r"^    (\w+)[:,]", table[1], re.MULTILINE)) == offered


def test_menus_offer_commands_that_are_there_and_a_review_where_changes_are_looked_at():
    menus = MANIFEST["contributes"]["menus"]
    offered = {row["command"]: row for row in MANIFEST["contributes"]["commands"]}
    assert {row["command"] for rows in menus.values() for row in rows} <= offered.keys()
    for place in ("editor/title", "scm/title"):
        assert [row["command"] for row in menus[place]] == ["bank-copilot.review"]
    assert "enablement" not in offered["bank-copilot.review"]  # no editor need be open
    buttons = [row for rows in menus.values() for row in rows if row["group"].startswith("navigation")]
    assert all(offered[row["command"]]["icon"].startswith("$(") for row in buttons)
    assert "reviewing" in main.FEATURES


def test_every_command_that_is_asked_of_the_server_is_one_of_its():
    asked = set(re.findall(r'(?:asked|sent)\(client, "(\w+)"', SOURCES["commands.ts"]))
    features = "".join(path.read_text("utf-8") for path in sorted((ROOT / "lsp/features").glob("*.py")))
    assert "review" in asked
    assert {f"bankCopilot.{name}" for name in asked} <= set(re.findall(r"\bbankCopilot\.\w+", features))


def test_the_manifest_speaks_english_and_chinese():
    used = set(re.findall(r'"%([\w.]+)%"', (HOME / "package.json").read_text("utf-8")))
    for name in ("package.nls.json", "package.nls.zh-cn.json"):
        assert json.loads((HOME / name).read_text("utf-8")).keys() == used, name


def test_every_text_of_the_sources_has_a_chinese_row_with_the_same_places():
    said = set()
    for source in SOURCES.values():
        for found in TEXT.finditer(source):
            said.add("".join(json.loads(part) for part in re.findall(r'"(?:[^"\\]|\\.)*"', found[1])))
    rows = json.loads((HOME / "l10n/bundle.l10n.zh-cn.json").read_text("utf-8"))
    assert rows.keys() == said
    for english, chinese in rows.items():
        assert set(re.findall(r"\{\d\}", english)) == set(re.findall(r"\{\d\}", chinese)), english


def test_packages_are_pinned_by_hash_and_no_registry_is_named():
    text = (HOME / "package-lock.json").read_text("utf-8")
    assert "resolved" not in text
    assert "registry" not in text
    packages = json.loads(text)["packages"]
    root = packages.pop("")
    assert root["devDependencies"] == MANIFEST["devDependencies"]
    assert root["dependencies"] == MANIFEST["dependencies"]
    for wanted in (*MANIFEST["dependencies"].values(), *MANIFEST["devDependencies"].values()):
        assert re.fullmatch(r"\d+\.\d+\.\d+", wanted)
    assert [name for name, row in packages.items() if not row.get("integrity", "").startswith("sha512-")] == []


def test_the_pictures_are_there_small_and_shown():
    shown = (ROOT / "README.md").read_text("utf-8") + (ROOT / "lsp/clients/README.md").read_text("utf-8")
    for name in PICTURES:
        assert (HOME / f"images/{name}.png").stat().st_size <= 150_000
        assert f"vscode/images/{name}.png)" in shown
