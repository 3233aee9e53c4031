"""Raw answers at carets with text behind them, and those that say again what stands before."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.tasks import complete
from copilot.types import CompleteOptions, Request, Span, Task, document

ABOVE = "def net(rows, fees):\n    total = sum(rows, 0)\n    "

CASES = {
    "a bracket that is there": ("net = max(", "total, 0)", ")", "total, 0"),
    "two of the line's own, one there": ("if ((total > fee(", "1)) and ready", ")", "1)) and ready"),
    "one too many for what is open": ("net = max(fee(", "1), 2))", ")", "1), 2"),
    "brackets in a string": ('print("(", ', '")", total)', ")", '")", total'),
    "the rest again, opened and closed by the answer": ("return ", "fee(total)", ")", "fee(total"),
    "its own call before the rest": ("return max(total, ", "fee(1)", ")", "fee(1)"),
    "the same end": ("return ", "total or None # why", " or None # why", "total"),
    "a comma": ("call(one, ", "two,", ", three)", "two"),
    "the line again, two letters": ("if ", "if total > 0:", "", "total > 0:"),
    "two letters of a longer word": ("if ", "iffy(total):", "", "iffy(total):"),
    "the lines above again, one of which begins like this one": (
        "total",
        "def net(rows, fees):\n    total = sum(rows, 0)\n    total -= fees",
        "",
        " -= fees",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_left_of_a_raw_answer(name: str) -> None:
    line, answer, rest, kept = CASES[name]
    before = ABOVE + line
    at = len(before.encode())
    doc = document(Path("/r/net.py"), "python", f"{before}{rest}\n\n\nlast = 1\n")
    found = complete.read(answer, Request(Task.COMPLETE, doc, Span(at, at), CompleteOptions()))
    assert found is not None
    assert found.edits[0].new == kept
