"""VS Code where something is missing: the program, trust, the model."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import pytest
from window import NOTES, ROOT, VSIX, session

from copilot import __version__
from copilot.samplebank import copy_to

sys.path.insert(0, str(ROOT / "tests/gateway"))

from gateway_process import plane


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    return copy_to(tmp_path / "bank")


def test_the_package_holds_what_runs_and_its_licences_and_nothing_of_this_machine() -> None:
    with zipfile.ZipFile(VSIX) as archive:
        names = {name.removeprefix("extension/") for name in archive.namelist()}
        bundle = archive.read("extension/dist/extension.js").decode()
        manifest = json.loads(archive.read("extension/package.json"))
        licences = archive.read("extension/THIRD-PARTY.txt").decode()
    assert names - {"[Content_Types].xml", "extension.vsixmanifest"} == {
        "LICENSE.txt",
        "THIRD-PARTY.txt",
        "dist/extension.js",
        "images/icon.png",
        "l10n/bundle.l10n.zh-cn.json",
        "package.json",
        "package.nls.json",
        "package.nls.zh-cn.json",
        "readme.md",
    }
    assert manifest["version"] == __version__
    assert "sourceMappingURL" not in bundle
    assert str(ROOT) not in bundle
    assert "vscode-languageclient 11.0.0 (MIT)" in licences


def test_a_program_that_is_missing_is_said_and_looked_for_again(bank: Path, tmp_path: Path) -> None:
    with session(tmp_path / "home", bank / "python", installed=False) as code:
        code.open(bank / "python/bank/fees.py")
        code.wait(lambda: code.status().endswith("failed"), "the status to be 'failed'")
        note = code.wait(lambda: code.look(NOTES), "the message")
        assert "not installed on this machine" in note
        assert "bankCopilot.server.path" in note
        (tmp_path / "home/.local/bin/bank-copilot").symlink_to(ROOT / ".venv/bin/bank-copilot")
        code.click(".notification-list-item .monaco-button", "Try Again")
        code.wait(lambda: code.status().endswith("embedded"), "the status to be 'embedded'")


def test_in_restricted_mode_nothing_of_the_folder_runs(bank: Path, tmp_path: Path) -> None:
    (bank / "python/.vscode").mkdir()
    (bank / "python/.vscode/settings.json").write_text(json.dumps({"bankCopilot.server.path": "/bin/false"}), "utf-8")
    trust = {"security.workspace.trust.enabled": True, "security.workspace.trust.startupPrompt": "never"}
    with session(tmp_path / "home", bank / "python", settings=trust) as code:
        path = bank / "python/drafts/loan_quote.py"
        code.open(path)
        code.wait(lambda: code.look("document.body.textContent.includes('Restricted Mode')"), "Restricted Mode")
        code.wait(lambda: code.status().endswith("embedded"), "the status to be 'embedded'")  # not /bin/false
        code.wait(lambda: code.ask("diagnostics", str(path)), "a diagnostic")
        code.run("Write Unit Tests for the Function Here")
        note = code.wait(lambda: code.look(NOTES), "the message")
        assert "the folder is not trusted" in note
        assert not list((bank / "python/tests").glob("test_loan_quote*"))


def test_the_status_follows_the_model_away_and_back_without_a_key_pressed(bank: Path, tmp_path: Path) -> None:
    with plane() as gateway:
        port = gateway.url.rpartition(":")[2]
        gateway.config.write_text(gateway.config.read_text().replace("port = 0", f"port = {port}"))
        gateway.behave(texts=["return 42"])
        home = tmp_path / "home"
        (home / "config/bank-copilot").mkdir(parents=True)
        key = home / "config/bank-copilot/key"
        key.write_text(gateway.keys["beta"])
        key.chmod(0o600)
        (home / "config/bank-copilot/config.toml").write_text(
            f'[gateway]\nurl = "{gateway.url}"\nkey = "file:{key}"\nmodel = "coder"\n[model]\ncomplete_ms = 5000\n',
            "utf-8",
        )
        with session(home, bank / "python") as code:
            code.open(bank / "python/bank/fees.py")
            code.wait(lambda: code.status().endswith("coder"), "the model's name")
            code.keys("Control+End", "Enter")
            code.type("def answer() -> int:\n")
            ghost = code.wait(code.ghost, "the model's ghost text")
            assert ghost == "return 42"
            gateway.stop()
            code.type("x")
            code.wait(lambda: code.status().endswith("embedded"), "the status to be 'embedded'")
            gateway.start()
            code.wait(lambda: code.status().endswith("coder"), "the model's name again")
