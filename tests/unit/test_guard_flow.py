"""Review of a text while it is written: the verdict of the whole text, no character of a value shown, however it is cut."""

from __future__ import annotations

import random

import pytest
from guard_vectors import CODE, chunks, jwt, pem, surrounded, values
from hypothesis import given, settings
from hypothesis import strategies as st
from test_guard_bounds import HOSTILE, WHOLE

from copilot.guard import Flow, Judge, Policy, escapes, masks
from copilot.guard.detect import LONGEST, detect

REDACT = Policy()
SEEDS = range(3) if WHOLE else range(1)


def flowing(pieces, policy=REDACT, **more):
    """The text as a client saw it grow, and the flow at its end."""
    flow = Flow(Judge(policy, **more))
    text, shown = "", ""
    for piece in (*pieces, None):
        before = flow.released
        if piece is None:
            flow.end()
        else:
            text += piece
            flow.feed(piece)
        shown += flow.masks.shown(text[before : flow.released], before)
    return flow, shown


def texts(seed):
    rng = random.Random(seed)
    for value in values(rng):
        for name, text in surrounded(rng, value).items():
            yield name, escapes.plain(text) if "arguments" in name else text


@pytest.mark.parametrize("seed", SEEDS)
def test_no_cut_changes_the_verdict_and_nothing_of_a_value_is_shown(seed):
    rng = random.Random(1000 + seed)
    found = 0
    for name, text in texts(seed):
        whole = masks(text, Judge(REDACT))
        for pieces in (text if seed % 3 == 0 else chunks(rng, text), chunks(rng, text)):
            flow, shown = flowing(pieces)
            assert flow.masks.places == whole.places, name
            assert shown == whole.shown(text, 0), name
        for place in detect(text):
            assert any(one.start <= place.start and place.end <= one.end for one in whole.places)
            value = text[place.start : place.end]
            assert len(value) < 8 or value not in shown, name
            found += 1
    assert found > 800


def test_a_denied_value_ends_the_text_before_it_wherever_it_is_cut():
    policy = Policy({"private-key": "deny", "provider-key": "deny"})
    rng = random.Random(3)
    for value in (pem(rng), f'token = "{jwt(rng)}"', pem(rng).split("-----END")[0]):
        text = f"{CODE}\n{value}\n{CODE}"
        ends = set()
        for _ in range(20):
            flow, shown = flowing(chunks(rng, text), policy)
            assert flow.masks.denied is not None
            ends.add((flow.masks.denied.rule, shown))
        assert len(ends) == 1
        assert text.startswith(shown)
        assert len(shown) <= len(CODE) + 1


def test_a_value_that_the_asker_sent_is_his_own():
    text = 'db = "postgresql://app:hunter2x@db/core"\nother = "postgresql://app:Zq8-pp-71@db/core"\n'
    flow, shown = flowing(text, own={"hunter2x"})
    assert "hunter2x" in shown
    assert "Zq8-pp-71" not in shown
    assert len(flow.masks.places) == 1


def test_ordinary_code_waits_for_its_line_at_first_and_never_long():
    flow = Flow(Judge(REDACT))
    text = CODE * 20
    waited = []
    for n, character in enumerate(text, 1):
        flow.feed(character)
        waited.append(n - flow.released)
        if n == text.index("\n") + 1:
            assert flow.released == n
    assert max(waited) <= 256


def test_a_word_of_chinese_does_not_wait_longer_than_one_of_english():
    flow = Flow(Judge(REDACT))
    text = "".join(f"    # 第{n}步：检查账户余额是否足够，并记录日志\n" for n in range(200))
    longest = 0
    for n, character in enumerate(text, 1):
        flow.feed(character)
        longest = max(longest, len(text[flow.released : n].encode()))
    assert longest <= 256


class Counting(Judge):
    """Counts what review looks at."""

    seen = 0

    def found(self, text):
        self.seen += len(text)
        return super().found(text)


@pytest.mark.parametrize("name", [*HOSTILE, "open key", "open string", "one run"])
def test_a_text_without_end_costs_so_much_a_character_and_no_memory(name):
    more = {
        "open key": "-----BEGIN PRIVATE KEY-----\n" + ("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n" * 9000),
        "open string": 'text = "' + "word of a string that never ends " * 12_000,
        "one run": "aB3+" * 100_000,
    }
    text = more.get(name) or HOSTILE[name] * (300_000 // len(HOSTILE[name]))
    judge = Counting(REDACT)
    flow = Flow(judge)
    kept = 0
    for at in range(0, len(text), 37):
        flow.feed(text[at : at + 37])
        kept = max(kept, len(flow._context) + len(flow._text) + sum(map(len, flow._fresh)))
    flow.end()
    assert flow.masks.denied is not None or flow.released == len(text)
    assert kept < 6 * LONGEST
    assert judge.seen < 16 * len(text)


def test_what_no_rule_decides_within_bounds_is_refused():
    flow = Flow(Judge(REDACT))
    head = "-----BEGIN PRIVATE KEY-----"
    flow.feed(head)
    for _ in range(200):  # nothing but dressing: no key so far, and never none
        flow.feed("\n" * 4096)
    assert flow.masks.denied is not None
    assert flow.masks.denied.rule == "held-too-long"
    assert flow.released == 0


PIECES = st.sampled_from(
    [
        "\\",
        "\\\\",
        '\\"',
        "\\n",
        "\\u00",
        "\\u0041",
        "\\ud83d\\ude00",
        "41",
        "u0041",
        "a",
        "\n",
        "你",
        '"',
        "\\u",
        "\\u4",
    ]
)


@given(st.lists(PIECES, max_size=12))
def test_escapes_are_one_character_each_and_written_back_as_they_were(pieces):
    written = "".join(pieces)
    units = list(escapes.units(written))
    assert "".join(units) == written
    assert len(units) == len(escapes.plain(written))


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=12), st.integers(0, 80))
def test_an_escape_that_is_cut_waits_for_its_rest(pieces, at):
    written = "".join(pieces)
    head, tail = written[:at], written[at:]
    held = escapes.unfinished(head)
    cut = len(head) - held
    assert escapes.plain(head[:cut]) + escapes.plain(head[cut:] + tail) == escapes.plain(written)
