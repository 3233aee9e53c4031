"""What every rule of `detect` promises, so that a text can be reviewed while it is written: see its docstring.

A rule that breaks the promise is found here by name. Values of new rules belong into `guard_vectors.values`.
"""

from __future__ import annotations

import random
import re

import pytest
from guard_vectors import surrounded, values

from copilot.guard import detect as module
from copilot.guard import escapes
from copilot.guard.detect import AHEAD, BEHIND, LONGEST, detect
from copilot.guard.found import Found
from copilot.guard.keys import unsettled
from copilot.guard.triggers import Row, Triggers

RUN = re.compile(r"""[^\s"'`<>(){}\[\],;]*""")


def broken(text: str) -> set[str]:
    """The rules that looked further than they promise at the places found in `text`."""
    return {one.rule for one in detect(text) if not _line(text, one) and not _block(text, one)}


def _line(text: str, one: Found) -> bool:
    """The same place is found in nothing but what a rule of one line may look at."""
    start = text.rfind("\n", 0, max(0, one.start - BEHIND)) + 1
    run = RUN.match(text, one.start)
    end = max(one.start + AHEAD, min(run.end() if run else 0, one.start + LONGEST))
    feed = text.find("\n", one.start)
    end = min(end, len(text) if feed < 0 else feed + 1)
    found = detect(text[start:end])
    return any((found.start + start, found.end + start) == (one.start, one.end) for found in found)


def _block(text: str, one: Found) -> bool:
    """Wherever a text ends within the block, it is found so far, or said to be unsettled."""
    value = text[one.start : one.end]
    stops = [feed.end() for feed in re.finditer("\n", value)] or range(AHEAD // 4, len(value), AHEAD // 4)
    for stop in stops:
        so_far = text[: one.start + stop]
        open_ = any(found.start <= one.start and found.end >= len(so_far) for found in detect(so_far))
        if not open_ and unsettled(so_far.encode("latin-1", "replace")) > one.start:
            return False
    return bool(stops)


@pytest.mark.parametrize("seed", range(2))
def test_every_rule_keeps_to_its_line_or_says_that_a_block_is_open(seed):
    rng = random.Random(seed)
    for value in values(rng):
        for name, text in surrounded(rng, value).items():
            told = escapes.plain(text) if "arguments" in name else text
            assert broken(told) == set(), (name, value[:80])


def _later(data: bytes):
    """A rule that looks at a later line: the value first, its name below."""
    for found in re.finditer(rb"value: (\w+)\n\s*name: password", data):
        yield Found(*found.span(1), "looks-below", "password")


def _far(data: bytes):
    for found in re.finditer(rb"#(\w{8})#.{1200}!", data):
        yield Found(*found.span(1), "looks-far", "password")


def _unsaid(data: bytes):
    for found in re.finditer(rb"<<\n(?:\w+\n)+>>", data):
        yield Found(*found.span(), "unsaid-block", "private-key")


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (_later, "value: hunter2x\n  name: password\n"),
        (_far, "#hunter2x#" + "a b" * 400 + "!"),
        (_unsaid, "x\n<<\nhunter\ntwo\n>>\n"),
    ],
)
def test_a_rule_that_breaks_the_promise_is_named(monkeypatch, rule, text):
    narrow, wide = module._triggers()
    rows = [*narrow._rows, Row((b"putty-user-key-file-",), "whole", rule)]
    monkeypatch.setattr(module, "_triggers", lambda: (Triggers(rows), wide))
    text = "PuTTY-User-Key-File-0\n" + "x = 1\n" * 300 + text
    assert {one.rule for one in detect(text)} == broken(text) != set()
