"""Answered code laid over what was shown: right where the place is plain, nothing in doubt, never outside."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot import edits
from copilot.tasks import fragments
from copilot.types import Document, Span, document

SOURCE = "import os\n\n\ndef f(a):\n    x = 1\n    y = 2\n    return a + z\n\n\ndef g():\n    return 2\n"
SHOWN = "def f(a):\n    x = 1\n    y = 2\n    return a + z\n"
WANTED = SHOWN.replace("z", "x")


def shown(text: str = SOURCE, newline: str = "\n") -> tuple[Document, Span]:
    doc = document(Path("subject.py"), "python", text.replace("\n", newline))
    start = doc.text.index(b"def f")
    return doc, Span(start, start + len(SHOWN.replace("\n", newline).encode()))


@pytest.mark.parametrize(
    "answer",
    [
        WANTED,
        f"```python\n{WANTED}```",
        SOURCE.replace("z", "x"),
        "    return a + x\n",
        "```\nx = 1\ny = 2\nreturn a + x\n```",
        f"```python\n{WANTED}\n\ndef g():\n    return 2\n```",
        f"```python\nimport os\n\n\n{WANTED}```",
        "\n".join(f"        {row}" for row in WANTED.splitlines()),
        "```diff\n@@ -4,4 +4,4 @@\n def f(a):\n     x = 1\n     y = 2\n-    return a + z\n+    return a + x\n```",
        "--- a/subject.py\n+++ b/subject.py\n@@ -99,2 +99,2 @@\n     y = 2\n-    return a + z\n+    return a + x\n",
        "```diff\n-    return a + z\n+    return a + x\n```",
        "".join(f"{at:>3} | {row}\n" for at, row in enumerate(WANTED.splitlines(), 4)),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_any_shape_of_the_same_correction_gives_the_same_text(answer: str, newline: str) -> None:
    doc, span = shown(newline=newline)
    new = fragments.replacement(answer, doc, span)
    assert new == WANTED
    edit = fragments.edit(doc, span, new)
    assert edit is not None
    assert edit.new == "    return a + x\n"
    assert edits.apply(doc, [edit]).text.decode() == SOURCE.replace("z", "x").replace("\n", newline)


@pytest.mark.parametrize(
    "answer",
    [
        "```python\ndef other():\n    print('hello')\n    print('again')\n```",
        "```diff\n-    return b\n+    return a\n```",
        "```diff\n@@ -1,2 +1,2 @@\n-    return 2\n+    return 3\n```",
        "def f(a):\n    # ... unchanged\n    return a + x\n",
        "I would rename z.",
        "x",
        "```python\ndef f(a):\n    x = 1\n",
    ],
)
def test_what_is_no_version_of_the_fragment_is_refused(answer: str) -> None:
    doc, span = shown()
    assert fragments.replacement(answer, doc, span) is None


def test_the_first_half_alone_does_not_delete_the_second() -> None:
    doc, span = shown()
    assert fragments.replacement("```python\ndef f(b):\n    x = 1\n    y = 2\n```", doc, span) == SHOWN.replace(
        "f(a)", "f(b)"
    )


def test_a_diff_that_fits_twice_needs_its_line_number() -> None:
    text = "a = 1\nb = 2\na = 1\n"
    assert fragments.patched("-a = 1\n+a = 3\n", text) is None
    assert fragments.patched("@@ -3,1 +3,1 @@\n-a = 1\n+a = 3\n", text) == "a = 1\nb = 2\na = 3\n"
    assert fragments.patched("@@ -9,1 +9,1 @@\n-a = 1\n+a = 3\n", text) is None


def test_lines_around_are_whole_lines_and_stop_at_the_ends() -> None:
    doc, _ = shown(newline="\r\n")
    inside = doc.text.index(b"y = 2")
    found = fragments.lines_around(doc, Span(inside, inside), 1, 1)
    assert doc.text[found.start : found.end] == b"    x = 1\r\n    y = 2\r\n    return a + z\r\n"
    assert fragments.lines_around(doc, Span(0, 0), 9, 99) == Span(0, len(doc))


ROWS = st.lists(
    st.sampled_from(["def f():", "    x = 1", "    y = 2", "", "    return x", "z = 3", "    }", "{"]), max_size=8
)


@settings(max_examples=300, deadline=None)
@given(ROWS, ROWS, ROWS, ROWS, st.sampled_from(["\n", "\r\n"]))
def test_nothing_outside_the_fragment_ever_changes(
    above: list[str], inner: list[str], below: list[str], answer: list[str], newline: str
) -> None:
    parts = ["".join(f"{row}{newline}" for row in rows) for rows in (above, inner, below)]
    doc = document(Path("subject.py"), "python", "".join(parts))
    start = len(parts[0].encode())
    span = Span(start, start + len(parts[1].encode()))
    new = fragments.replacement("```python\n" + "\n".join(answer) + "\n```", doc, span)
    if new is None:
        return
    edit = fragments.edit(doc, span, new)
    if edit is None:
        return
    after = edits.apply(doc, [edit]).text.decode()
    assert after.startswith(parts[0])
    assert after.endswith(parts[2])
    assert newline == "\n" or "\n" not in after.replace("\r\n", "")
