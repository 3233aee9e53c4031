"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

import pytest

from subject import is_verbose, mode, timeout_s


# guards behaviour
def test_mode_without_ledger_mode(monkeypatch):
    monkeypatch.delenv("LEDGER_MODE", raising=False)
    assert mode() == "play money"


# guards behaviour
def test_mode_with_ledger_mode_live(monkeypatch):
    monkeypatch.setenv("LEDGER_MODE", "live")
    assert mode() == "real money"


# guards behaviour
def test_mode_with_ledger_mode_demo(monkeypatch):
    monkeypatch.setenv("LEDGER_MODE", "demo")
    assert mode() == "play money"


# guards behaviour
def test_mode_rejects_unknown_mode(monkeypatch):
    monkeypatch.setenv("LEDGER_MODE", "1")
    with pytest.raises(ValueError, match="unknown mode 1"):
        mode()


# guards behaviour
def test_timeout_s_without_ledger_timeout(monkeypatch):
    monkeypatch.delenv("LEDGER_TIMEOUT", raising=False)
    assert timeout_s() == 60


# guards behaviour
def test_timeout_s_with_ledger_timeout_25(monkeypatch):
    monkeypatch.setenv("LEDGER_TIMEOUT", "25")
    assert timeout_s() == 50


# guards behaviour
def test_is_verbose_with_ledger_verbose_1(monkeypatch):
    monkeypatch.setenv("LEDGER_VERBOSE", "1")
    assert is_verbose() is True


# guards behaviour
def test_is_verbose_without_ledger_verbose(monkeypatch):
    monkeypatch.delenv("LEDGER_VERBOSE", raising=False)
    assert is_verbose() is False
