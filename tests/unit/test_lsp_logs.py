"""What a log line keeps: our words, and of everything else only the place."""

from __future__ import annotations

import io
import logging
import sys

import pytest

from lsp import logs

SECRET = "Kontonummer 4711"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """A handler with our formatter, on the loggers that the test uses."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Redacting())
    for name in ("lsp.some", "foreign"):
        monkeypatch.setattr(logging.getLogger(name), "handlers", [handler])
        monkeypatch.setattr(logging.getLogger(name), "propagate", False)
    return stream


def test_our_messages_are_kept_and_exceptions_are_not(written: io.StringIO) -> None:
    try:
        int(SECRET)
    except ValueError:
        logging.getLogger("lsp.some").exception("it failed")
    line = written.getvalue()
    assert line.startswith("bank-copilot: error: it failed (ValueError at test_lsp_logs.py:")
    assert SECRET not in line


@pytest.mark.parametrize("message", [SECRET, f"text {SECRET} %s", "%s"])
def test_foreign_messages_are_places(written: io.StringIO, message: str) -> None:
    logging.getLogger("foreign").warning(message, *([SECRET] if "%s" in message else []))
    assert "foreign at test_lsp_logs.py:" in written.getvalue()
    assert "4711" not in written.getvalue()


def test_an_exception_is_its_type_and_its_places() -> None:
    try:
        int(SECRET)
    except ValueError as error:
        described = logs.describe(error)
    assert described.startswith("ValueError at test_lsp_logs.py:")
    assert "4711" not in described
    assert logs.describe(KeyError(SECRET)) == "KeyError"


def test_uncaught_exceptions_keep_to_it(written: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "logger", logging.getLogger("lsp.some"))
    try:
        int(SECRET)
    except ValueError:
        logs._uncaught(*sys.exc_info())  # type: ignore[arg-type]
    assert "uncaught error (ValueError at" in written.getvalue()
    assert SECRET not in written.getvalue()
