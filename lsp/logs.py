"""Logging that cannot carry document text.

Messages of our own loggers are written by us and name no content. From every other library only the level and the
place in its code are kept, and of an exception its type and places, never its message: a decoding error, a JSON error
or a syntax warning quotes what it was given.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import traceback
from types import TracebackType
from typing import Any, Final

OWN: Final = ("copilot", "lsp")
"""Loggers whose messages are ours."""

_FRAMES: Final = 6

logger: Final = logging.getLogger("lsp")


class Redacting(logging.Formatter):
    """One line a record, without a foreign message and without an exception's message."""

    def format(self, record: logging.LogRecord) -> str:
        """The line for stderr."""
        if record.name.partition(".")[0] in OWN:
            text = record.getMessage()
        else:
            text = f"{record.name} at {record.filename}:{record.lineno}"
        error = record.exc_info[1] if record.exc_info else None
        suffix = f" ({describe(error)})" if error is not None else ""
        return f"bank-copilot: {record.levelname.lower()}: {text}{suffix}"


def describe(error: BaseException) -> str:
    """An exception's type and the innermost places it passed, never its message."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames))
    name = type(error).__name__
    return f"{name} at {places}" if places else name


def setup(level: str) -> None:
    """Send records of `level` and above to stderr, and every uncaught exception through the same filter."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redacting())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OWN:
        logging.getLogger(name).setLevel(level.upper())
    # pygls logs bodies below WARNING; captured warnings quote the source line that was compiled.
    logging.getLogger("pygls").setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    logging.raiseExceptions = False  # a record that cannot be formatted would be printed with its arguments
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def uncaught_in_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Exception handler for the event loop, whose own one prints the message and the task's repr."""
    error = context.get("exception")
    logger.error("error outside a request", exc_info=error if isinstance(error, Exception) else None)


def _uncaught(_kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None) -> None:
    logger.error("uncaught error", exc_info=error)
