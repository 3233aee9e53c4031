"""Values as source text: equal when evaluated again, and true on another machine."""

from __future__ import annotations

import datetime as dt
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from copilot.verify.recording.express import Inexpressible, express, made


@pytest.mark.parametrize(
    "value",
    [
        0,
        -1.5,
        "账户\n",
        b"\x00",
        None,
        Decimal("10.00"),
        dt.date(2024, 2, 29),
        Path("ledger/book.csv"),
        [1, ("a", {"k": {1, 2}})],
        frozenset({"CNY"}),
    ],
)
def test_text_evaluates_to_an_equal_value(value):
    again = made(express(value))
    assert again == value
    assert type(again) is type(value)


@pytest.mark.parametrize("value", [float("nan"), object(), lambda: 1, "x" * 100])
def test_what_has_no_honest_text_is_left_out(value):
    with pytest.raises(Inexpressible):
        express(value)


@pytest.mark.parametrize("place", [str(Path.cwd()), sys.prefix])
def test_folders_of_this_machine_are_never_pinned(place):
    for value in (place, f"{place}/data.csv", Path(place), [f"file://{place}/a"]):
        with pytest.raises(Inexpressible):
            express(value)
