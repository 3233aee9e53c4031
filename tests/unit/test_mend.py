"""Whole texts with one fault or several, mended; the recorded example of the README. UPDATE_DOCS=1 rewrites it."""

from __future__ import annotations

import os
import re
import time
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.engines.embedded.mend import difference, mends
from copilot.engines.embedded.repair import first_complaint, undo

README = Path(__file__).parents[2] / "README.md"
PAGE = re.compile(r"(?<=<!-- recorded: tests/unit/test_mend.py -->\n).*?(?=<!-- /recorded -->)", re.DOTALL)

PYTHON = """\
class Ledger:
    def settle(self, entries)
        total = 0
        for entry in entries:
            if entry.kind = "fee" && not entry.waived:
                total += entry.amount  // in cents
            else if entry.kind == “refund”:
                total -= entry.amount
        return total
"""
MENDED = """\
class Ledger:
    def settle(self, entries):
        total = 0
        for entry in entries:
            if entry.kind == "fee" and not entry.waived:
                total += entry.amount  # in cents
            elif entry.kind == "refund":
                total -= entry.amount
        return total
"""
JAVA = """\
class Ledger {
    long settle(List<Entry> entries) {
        long total = 0
        for (Entry entry : entries) {
            if (entry.fee() and !entry.waived()) {
                total += entry.amount(); # cents
            } elif (entry.refund()) {
                total -= entry.amount();
            }
        }
        return total + base(1;
    }
}
"""
MENDED_JAVA = """\
class Ledger {
    long settle(List<Entry> entries) {
        long total = 0;
        for (Entry entry : entries) {
            if (entry.fee() && !entry.waived()) {
                total += entry.amount(); // cents
            } else if (entry.refund()) {
                total -= entry.amount();
            }
        }
        return total + base(1);
    }
}
"""


@cache
def mended(text: str, language: str = "python") -> str:
    return undo(text.encode(), mends(text.encode(), language)[0].slips).decode()


def under(line: str) -> str:
    return f"def f(a, b, n):\n    {line}\n    return a\n"


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ("if a =< b: a = b", "if a <= b: a = b"),
        ("if a ! = b: a = b", "if a != b: a = b"),
        ("final int c = a", "c = a"),
        ("b = new Thing(a)", "b = Thing(a)"),
        ("b++", "b += 1"),
        ('print "total", a', 'print("total", a)'),
        ("b = a[n + 1", "b = a[n + 1]"),
        ("b = an + 1]", "b = a[n + 1]"),
        ("a = f(a, , b)", "a = f(a, b)"),
        ("a = f(a， b）", "a = f(a, b)"),
        ("a = ['x\", b]", 'a = ["x", b]'),
        ("b = a  -- keep the first", "b = a  # keep the first"),
        ("b = a  // it's the base case", "b = a  # it's the base case"),
    ],
)
def test_one_slip_of_a_line(bad, good):
    assert mended(under(bad), "python") == under(good)


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ("def f(xs):\n    for x in xs:\n    y = x\n    g(y, x)\n    return 1\n", "def f(xs):\n    for x in xs:\n        y = x\n        g(y, x)\n    return 1\n"),
        ("def f(x):\n    y = 1\n      z = 2\n    return y\n", "def f(x):\n    y = 1\n    z = 2\n    return y\n"),
        ("def f(x):\n    y = 1\n\tz = 2\n    return y\n", "def f(x):\n    y = 1\n    z = 2\n    return y\n"),
        ("def f(x):\n    if x {\n        g(x)\n    }\n    return x\n", "def f(x):\n    if x:\n        g(x)\n    return x\n"),
        ("def f(xs):\n    x in xs:\n        g(x)\n    while xs then\n        h()\n", "def f(xs):\n    for x in xs:\n        g(x)\n    while xs:\n        h()\n"),
    ],
)  # fmt: skip
def test_depth_blocks_and_headers(bad, good):
    assert mended(bad, "python") == good


def test_many_faults_are_undone_together_and_nothing_is_lost():
    assert mended(PYTHON, "python") == MENDED


def test_many_faults_of_java():
    assert mended(JAVA, "java") == MENDED_JAVA


def test_a_conflict_offers_both_sides_ours_first():
    text = "def f(a):\n<<<<<<< HEAD\n    return a + 1\n=======\n    return a + 2\n>>>>>>> theirs\n"
    found = [undo(text.encode(), each.slips).decode() for each in mends(text.encode(), "python")]
    assert found == ["def f(a):\n    return a + 1\n", "def f(a):\n    return a + 2\n"]


def test_a_side_that_does_not_parse_comes_behind():
    text = "def f(a):\n<<<<<<< HEAD\n    return ) a + ( 1 1\n=======\n    return a + 2\n>>>>>>> theirs\n"
    assert mended(text, "python") == "def f(a):\n    return a + 2\n"


def test_code_is_never_put_out_of_use_to_make_a_text_parse():
    for bad in ("vis[j] False", "a, b = None None", "b = a (n) n", "x = y z w"):
        words = re.findall(r"\w+", bad)
        best = mended(under(bad), "python")
        assert first_complaint(best.encode(), "python") is None
        assert [word for word in re.findall(r"\w+", best.splitlines()[1]) if word in words] == words
        assert "#" not in best


def page() -> str:
    parts = []
    for language, bad in (("python", PYTHON), ("java", JAVA)):
        parts.append(f"```{language}\n{bad}```\n\nbecomes\n\n```{language}\n{mended(bad, language)}```\n")
    return "\n" + "\n".join(parts) + "\n"


def test_the_readme_shows_what_it_does():
    text = README.read_text("utf-8")
    if os.environ.get("UPDATE_DOCS"):
        README.write_text(PAGE.sub(lambda _: page(), text), "utf-8")
        text = README.read_text("utf-8")
    found = PAGE.search(text)
    assert found, "the README has no such place"
    assert found[0] == page(), "UPDATE_DOCS=1 writes it"


SAMPLE = 'SAMPLE = """\\\n<<<<<<< HEAD\none\n=======\ntwo\n>>>>>>> theirs\n"""\n\n\ndef f(x)\n    return x\n'


def test_a_conflict_inside_a_string_is_text():
    assert mended(SAMPLE) == SAMPLE.replace("f(x)", "f(x):")


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ("def f(total, n):\n    x = total // n if n esle 0\n    return x\n", "// n if n else 0"),
        ("def f(lo, hi):\n    mid = (lo + hi) // 2 retrun\n    return mid\n", "(lo + hi) // 2"),
    ],
)
def test_a_division_is_no_comment(bad, good):
    assert good in mended(bad)


@pytest.mark.parametrize("line", ["x = " + "a " * 16_000, "x = (" + "ab" * 16_000, "raise " + "a, " * 8_000])
def test_a_line_without_end_costs_no_minutes(line):
    began = time.thread_time()
    mends(f"def f(a, b):\n    {line}\n".encode(), "python", seconds=1.0)
    assert time.thread_time() - began < 12, "a minute before lines were bounded; only growth fails this"


PIECES = [
    "def f(x):\n",
    "    return x\n",
    "\r\n",
    "\tx = (1,\n",
    "余额 = 1\n",
    "\ufeff",
    '"""',
    "// é\n",
    "}",
    "<<<<<<< a\n",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12), st.lists(st.sampled_from(PIECES), max_size=12))
def test_a_difference_makes_the_one_text_of_the_other(before, after):
    one, other = "".join(before).encode(), "".join(after).encode()
    slips = difference(one, other)
    assert undo(one, slips) == other
    for slip in slips:
        one[slip.start : slip.end].decode()
        slip.new.decode()
