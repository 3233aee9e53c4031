"""A Review Board for the tests of this folder: one site, and what the tests of the gateway bring."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "gateway"))

import board


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Iterator[board.Board]:
    """A running server; its last words are shown where a test failed."""
    with board.running(tmp_path_factory.mktemp("board")) as found:
        yield found
