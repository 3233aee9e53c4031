"""Control words in user text: none survives, nothing else changes, and every text comes back exactly."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts import fim
from prompts.control import JOINER, Neutral

FAMILIES = fim.families()
WORDS = sorted({word for row in FAMILIES for word in row.control})

shards = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(
        [JOINER, 2 * JOINER, "<", "|", ">", "[", "]", "\n", "fim_", "<|fim_", "prefix|>", "T", "é", "好", "\ud800"]
    ),
    st.sampled_from(WORDS).map(lambda word: word[0] + JOINER + word[1:]),
    st.sampled_from(WORDS).flatmap(lambda word: st.integers(0, len(word)).map(lambda at: word[:at])),
    st.text(max_size=4),
)
texts = st.lists(shards, max_size=12).map("".join)
rows = st.sampled_from(FAMILIES)


@given(texts, rows)
def test_no_control_word_is_left_and_the_text_comes_back_exactly(text, row):
    treated = fim.neutral(text, row.control)
    assert [word for word in row.control if word in treated] == []
    assert fim.original(treated) == text
    assert fim.original(str.__str__(treated)) == text


@given(texts, rows)
def test_a_second_call_changes_nothing(text, row):
    once = fim.neutral(text, row.control)
    assert fim.neutral(once, row.control) == once


@given(texts, rows, rows)
def test_a_text_treated_for_one_family_is_still_treated_for_another(text, one, two):
    both = fim.neutral(fim.neutral(text, one.control), two.control)
    assert [word for word in (*one.control, *two.control) if word in both] == []
    assert fim.original(both) == text


@given(texts, rows)
def test_a_treated_text_that_came_from_outside_comes_back_exactly_too(text, row):
    outside = "".join(fim.neutral(text, row.control))
    assert fim.original(fim.neutral(outside, row.control)) == outside


@given(texts, rows)
def test_only_word_joiners_are_added(text, row):
    assert fim.neutral(text, row.control).replace(JOINER, "") == text.replace(JOINER, "")


@given(texts, rows, st.lists(st.integers(0, 200), max_size=6))
def test_an_answer_streamed_in_any_pieces_comes_back_exactly(text, row, cuts):
    answer = str(fim.neutral(text, row.control))
    bounds = [0, *sorted(min(cut, len(answer)) for cut in cuts), len(answer)]
    got, carry = "", ""
    for start, end in itertools.pairwise(bounds):
        piece = carry + answer[start:end]
        keep = fim.held(piece)
        got += fim.original(piece[: len(piece) - keep])
        carry = piece[len(piece) - keep :]
    assert got + fim.original(carry) == text


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("qwen2.5-coder", "Map<T, List<String>> m; // <s> </s> <think> [INST] <PRE>\n"),
        ("deepseek-coder", "x <| y |> z; <s>[0]</s> <fim_prefix>"),
        ("codellama", "List<T> xs = a[i]; // <|fim_prefix|>"),
        ("starcoder2", "<PRE>html</PRE> <NAME>Smith</NAME>"),
        ("codestral", "String[] PREFIX = { SUFFIX[0] };"),
    ],
)
def test_code_that_holds_no_word_of_the_family_stays_as_it_is(name, code):
    assert fim.neutral(code, fim.named(name).control) is code


def test_one_invisible_character_is_all_that_changes():
    treated = fim.neutral("a <|fim_suffix|> b", fim.named("qwen2.5-coder").control)
    assert treated == "a <\u2060|fim_suffix|> b"
    assert isinstance(treated, Neutral)


def test_markers_are_control_words_of_their_family():
    for row in FAMILIES:
        for marker in (row.prefix, row.suffix, row.middle, row.repo, row.file, row.own):
            if marker.startswith(("<", "[", " <")):
                assert any(word in marker for word in row.control), (row.name, marker)


def test_what_ends_an_infill_cannot_stand_in_user_text():
    for row in FAMILIES:
        assert [word for word in row.stop if word.strip(" ▁") not in row.control] == []


def test_a_control_word_of_one_character_is_refused():
    with pytest.raises(ValueError, match="too short"):
        fim.neutral("text", ("<",))


def test_clean_text_of_8_kb_costs_at_most_30_us():
    code = "".join(f"def total_{i}(a, b):\n    return a[{i}] < b and a | b\n\n" for i in range(200))[:8192]
    for row in FAMILIES:
        fim.neutral(code, row.control)
        best = min(_cpu(lambda row=row: fim.neutral(code, row.control)) for _ in range(20))
        assert best < 60e-6, row.name  # twice the figure: a shared machine


def _cpu(action, times=50):
    started = time.process_time()
    for _ in range(times):
        action()
    return (time.process_time() - started) / times
