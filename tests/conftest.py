"""No test, and no process that one starts, counts or keeps anything in this user's own state folder. No two tests have one name."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
from collections import Counter

import pytest

os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="bank-copilot-state-")
atexit.register(shutil.rmtree, os.environ["XDG_STATE_HOME"], ignore_errors=True)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what runs in its background so, and all that the tests start would inherit it: no interrupt would arrive.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Workers of a parallel run take tests by name: of two with one name, one would be run, and nobody told."""
    twice = sorted(name for name, count in Counter(item.nodeid for item in items).items() if count > 1)
    if twice:
        raise pytest.UsageError(f"tests of one name: {', '.join(twice)}")
