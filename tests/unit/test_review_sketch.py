"""The first, cheap look at a change: it keeps every place, leaves out what was not touched, and loses no finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot import rules
from copilot.review import looking
from copilot.review.change import Texts
from copilot.review.diff import FileDiff, Row
from copilot.review.looking import Asked, remarks, seen
from copilot.review.sketch import sketch
from copilot.rules import matching
from copilot.syntax import tree as trees
from copilot.types import document

FOLDER = Path(__file__).parents[1] / "golden" / "bank"
SAMPLES = [path for path in sorted(FOLDER.glob("*/*")) if path.suffix in {".py", ".java"}]
ASKED = Asked((rules.BANK,), gm="block")

PYTHON = b'''import os

LIMIT = 5


class Account:
    kind: str = "a"

    def __init__(self, owner):
        self.owner = owner
        self.limit = LIMIT

    def long(self, x):
        """Says
something at the margin.
        """
        a = x
        b = a
        return b

    def changed(self, x):
        os.system(x)
        return x

    @property
    def other(self):
        one = 1
        two = 2
        three = 3
        return one


def last(
    a,
    b,
):
    c = a
    d = b
    return c
'''

JAVA = b"""package a;

class Account {
    private final Lock lock = new Lock();

    public Account(String owner) {
        this.owner = owner;
        this.lock = null;
    }

    int longer(int x) throws Late {
        if (x > 1) {
            x = 2;
        }
        return x;
    }

    void changed(String x) {
        run(x);
        stop();
    }

    void other(
            int a,
            int b) {
        a = b;
        b = a;
    }
}
"""


def kinds(doc):
    return [node.type for node in trees.descendants(trees.of(doc).root_node)]


PYTHON = PYTHON.replace(b"        a = x\n", b"        a = x\n" + 30 * b"        a += 1\n")
JAVA = JAVA.replace(b"        return x;\n", 30 * b"        x++;\n" + b"        return x;\n")


@pytest.mark.parametrize(
    ("language", "text", "touched", "kept", "gone"),
    [
        (
            "python",
            PYTHON,
            b"os.system(x)",
            [b"os.system(x)", b"self.limit = LIMIT", b"def last"],
            [b"a = x", b"three = 3", b"d = b"],
        ),
        ("java", JAVA, b"run(x)", [b"run(x)", b"this.owner = owner", b"longer"], [b"x = 2", b"return x"]),
    ],
)
def test_bodies_that_no_changed_line_touches_are_not_parsed(language, text, touched, kept, gone):
    line = text[: text.index(touched)].count(b"\n") + 1
    doc = document(Path("a"), language, text)
    light = sketch(doc, {line})
    assert light is not doc
    assert light.text == text
    root = trees.of(light).root_node
    assert not root.has_error

    def is_read(words):
        at = text.index(words)
        node = root.descendant_for_byte_range(at, at + len(words))
        return node is not None and node.end_byte - node.start_byte < 3 * len(words) + 20

    assert all(map(is_read, kept))
    assert not any(map(is_read, gone))
    assert len(kinds(light)) < 0.8 * len(kinds(doc))


def change(text, gone):
    """A change that adds the lines `gone` (from 1) to a text."""
    lines = text.split(b"\n")
    rows, old = [], 0
    for n, line in enumerate(lines, 1):
        added = n in gone
        old += not added
        rows.append(Row("added" if added else "context", None if added else old, n, (old + added, n), 0, n, line))
    before = b"\n".join(line for n, line in enumerate(lines, 1) if n not in gone)
    return FileDiff("modified", "a", "a", rows=tuple(rows), sections=("",)), before


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_first_look_loses_nothing_that_a_change_brings_in(path, monkeypatch):
    text = path.read_bytes()
    flagged = [n for n, line in enumerate(text.split(b"\n"), 1) if b"flag" in line]
    name = f"bank{path.suffix}"

    def found(line):
        diff, before = change(text, {line})
        diff = FileDiff("modified", name, name, rows=diff.rows, sections=("",))
        file = seen(diff, Texts(before, text))
        return sorted((one.rule, one.line) for one in remarks(file, ASKED))

    cheap = [found(line) for line in flagged]
    monkeypatch.setattr(looking, "sketch", lambda doc, _lines: doc)
    assert cheap == [found(line) for line in flagged]


def test_predicates_of_ours_are_read_from_a_query_with_their_strings():
    query = '(call function: (identifier) @name (#ours? @name "a\\\\b\\"c" plain)) @site'
    asked = []

    def answer(name, given, pattern, captures):
        asked.append((name, tuple(given), pattern, captures["name"][0].text))
        return captures["name"][0].text == b"f"

    doc = document(Path("a.py"), "python", b"f(1)\ng(2)\n")
    found = list(matching.matches("python", query, trees.of(doc).root_node, answer))
    assert [captures["site"][0].text for _, captures in found] == [b"f(1)"]
    given = (("name", "capture"), ('a\\b"c', "string"), ("plain", "string"))
    assert asked == [("ours?", given, 0, b"f"), ("ours?", given, 0, b"g")]
