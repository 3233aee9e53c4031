"""Where the gateway is away, the command line says why once."""

from __future__ import annotations

import pytest

from copilot import cli


@pytest.mark.parametrize("words", [("explain", "{file}:1"), ("complete", "{file}:2:5"), ("fix", "{file}")])
def test_a_gateway_that_is_away_is_said_once(words, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BANK_COPILOT_GATEWAY_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("COPILOT_GATEWAY_KEY", "bck_00000000_" + "A" * 43)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    file = tmp_path / "a.py"
    file.write_text("def f(total):\n    return totl\n" if words[0] == "fix" else "def f():\n    \n")
    for _ in range(2):  # the second call says it again
        cli.main([words[0], words[1].format(file=file), "--root", str(tmp_path), "--engine", "model"])
        said = capsys.readouterr().err
        assert said.count("the model is not available now") == 1
        assert "127.0.0.1 port 9" in said
