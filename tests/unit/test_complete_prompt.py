"""The hole that a model is asked to fill: stable while somebody types, within its budget; and what is read from answers."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot import edits
from copilot.config import Settings
from copilot.context.gather import around
from copilot.tasks import complete, infill
from copilot.types import CompleteOptions, Context, Document, Prompt, Request, Snippet, Span, Task, document
from prompts.templates import Library

LINE = "    total_{n} = compute(total_{n}, rate, {n})  # step {n}\n"
LONG = "import os\n\n\ndef work(rate):\n" + "".join(LINE.format(n=n) for n in range(400)) + "    return rate\n"
TYPED = "".join(f"    extra_{n} = combine(total_{n}, rate)\n" for n in range(6))[:200]


def asked(text: str, at: int, context: Context | None = None) -> tuple[Prompt, Request]:
    doc = document(Path("work.py"), "python", text)
    request = Request(Task.COMPLETE, doc, Span(at, at), CompleteOptions())
    found = around(doc, request.span)
    prompt = complete.build(request, context or Context(found[0], found[1]), Settings(), Library())
    assert prompt.hole is not None
    return prompt, request


def test_while_two_hundred_characters_are_typed_the_start_of_the_prompt_stands_still() -> None:
    caret = LONG.index("    total_300")
    starts = []
    for count in range(len(TYPED) + 1):
        prompt, _ = asked(LONG[:caret] + TYPED[:count] + "\n" + LONG[caret:], caret + count)
        assert prompt.hole is not None
        assert prompt.hole.before.endswith(TYPED[:count])
        assert prompt.hole.before.startswith("    total_"), "whole lines"
        starts.append(prompt.hole.before[:200])
    assert sum(a != b for a, b in itertools.pairwise(starts)) <= 1, "one step at most in 200 characters"


@pytest.mark.parametrize("row", [120, 200, 300, 390])
def test_the_prompt_keeps_its_budget_and_most_of_it_is_what_stands_before(row: int) -> None:
    snippet = Snippet(Path("other.py"), Span(0, 1), "def combine(a, b):\n    return a + b\n" * 20, "", 1)
    caret = LONG.index(f"    total_{row}")
    found = around(document(Path("work.py"), "python", LONG), Span(caret, caret))
    prompt, _ = asked(LONG, caret, Context(found[0], found[1], (snippet,)))
    hole = prompt.hole
    assert hole is not None
    assert hole.snippets == (snippet,)
    size = sum(map(len, (hole.before, hole.after, *(s.text for s in hole.snippets))))
    assert 1_200 <= size / 3.4 <= 1_800
    many, _ = asked(LONG, caret, Context(found[0], found[1], (snippet,) * 40))
    assert many.hole is not None
    assert (many.hole.before, many.hole.after) == (hole.before, hole.after), "snippets have a budget of their own"
    assert 1_800 <= sum(len(s.text) for s in many.hole.snippets) / 3.4 <= 2_060
    assert 0 < len(hole.after) <= size / 10
    assert hole.after.endswith("\n")


def test_a_short_file_is_given_whole_and_the_same_request_asks_the_same() -> None:
    text = "def f(a):\n    return \n\n\nf(1)\n"
    prompt, _ = asked(text, text.index("return ") + 7)
    assert prompt.hole is not None
    assert prompt.hole.before + prompt.hole.after == text
    assert prompt == asked(text, text.index("return ") + 7)[0]
    assert prompt.template.startswith("complete@1#")
    assert prompt.messages == ()


def test_a_block_may_take_more_tokens_than_a_line() -> None:
    block, _ = asked("def f(a):\n    ", 14)
    line, _ = asked("def f(a):\n    x = ", 18)
    assert line.max_tokens < block.max_tokens <= 256


def test_fifty_thousand_lines_cost_milliseconds() -> None:
    text = "def work(rate):\n" + "".join(LINE.format(n=n) for n in range(50_000))
    data = text.encode()
    parts = tuple(data[at : at + 16_000] for at in range(0, len(data), 16_000))
    doc = Document(Path("work.py"), "python", parts)
    caret = data.index(b"    total_25000") + 4
    request = Request(Task.COMPLETE, doc, Span(caret, caret), CompleteOptions())
    best = 1.0
    for _ in range(5):
        started = time.process_time()
        before, after, _cut = around(doc, request.span)
        complete.build(request, Context(before, after), Settings(), Library())
        best = min(best, time.process_time() - started)
    assert best < 0.01


def test_a_line_that_never_ends_is_cut_but_the_caret_stays() -> None:
    text = "x = '" + "é" * 60_000
    prompt, _ = asked(text, len(text.encode()))
    assert prompt.hole is not None
    assert prompt.hole.before.endswith("éé")
    assert 3_000 < len(prompt.hole.before.encode()) <= 4_700


PLACES = ["def f(a):‸\n", "def f(a):\n    ‸\n    return a\n", "class A {\n    int f(int a) {‸}\n}\n", "x = ‸\n", "class A {\n    ‸\n}\n",
          "def f(a):\r\n    ‸\r\n    return a\r\n", "if a:\n\tx = 1\n\t‸\n"]  # fmt: skip
ROWS = st.lists(
    st.sampled_from(["    return a", "return a", "", "if a:", "        x = 1", "}", "    }", "int g() {", "x = call(", "    1)",
                     '"""', "'s", "// c", "# c", "\treturn a", "def g():", "```python", "```", "else:", "<think>", "Here is the code:"]),
    max_size=9,
)  # fmt: skip


def placed(place: str) -> Request:
    before, after = place.split("‸")
    name = "A.java" if "class A {" in place else "work.py"
    doc = document(Path(name), "java" if name == "A.java" else "python", before + after)
    at = len(before.encode())
    return Request(Task.COMPLETE, doc, Span(at, at), CompleteOptions())


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(PLACES), ROWS)
def test_whatever_the_answer_the_edit_stays_at_the_caret_and_is_short(place: str, rows: list[str]) -> None:
    request = placed(place)
    found = complete.read("\n".join(rows), request)
    if found is None:
        return
    (edit,) = found.edits
    assert edit.span == request.span
    assert len(edit.new.splitlines()) <= infill.MOST + 2
    assert edit.new.strip()
    after = edits.apply(request.document, found.edits).text
    assert after.startswith(request.document.text[: request.span.start])
    assert after.endswith(request.document.text[request.span.end :])
    check = complete._line(found, request)
    assert check.passed, check.detail


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(PLACES), ROWS, st.integers(0, 80))
def test_an_answer_that_is_settled_is_read_the_same_however_it_goes_on(place: str, rows: list[str], cut: int) -> None:
    request = placed(place)
    whole = "\n".join(row for row in rows if row[:1] not in "`<")  # a fence or a thought later on is a new beginning
    if complete.settled(whole[:cut], request):
        assert complete.read(whole, request) == complete.read(whole[:cut], request)


def test_a_streamed_answer_is_settled_as_soon_as_its_block_has_ended() -> None:
    request = placed("def f(a):\n    ‸\n\n\ndef g():\n    pass\n")
    answer = "x = a\n    return x\n\n\ndef h():\n    pass\n"
    first = next(at for at in range(len(answer) + 1) if complete.settled(answer[:at], request))
    assert answer[:first] == "x = a\n    return x\n\n\n"
    fenced = "```python\n    x = a\n    return x\n```\n"
    assert not any(complete.settled(fenced[:at], request) for at in range(30)), "a fence alone says nothing"
    assert not complete.settled("<think>x = 1\nreturn x\n", request)
    line = placed("x = ‸\n")
    assert not complete.settled("1 + ", line)
    assert complete.settled("1 + 2\n", line)


def test_a_candidate_with_lines_where_no_block_is_missing_is_refused() -> None:
    request = placed("x = ‸\n")
    found = complete.read("1", request)
    assert found is not None
    (edit,) = found.edits
    wrong = type(found)((type(edit)(edit.path, edit.span, "1\ny = 2"),), "model", 1.0)
    assert not complete._line(wrong, request).passed
