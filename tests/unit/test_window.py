"""A window of a large file says of a place what the whole file says."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from copilot import edits as texts
from copilot.syntax import tree
from copilot.syntax.outline import outline
from copilot.syntax.window import LARGE, window
from copilot.tasks import complete
from copilot.types import Document, Edit, Span, document

PYTHON = "import os\nfrom bank.money import (\n    Amount,\n    Rate,\n)\n\n"
JAVA = "package bank.fees;\n\nimport java.util.List;\n\npublic class Fees extends Table implements Named {\n"


def python(count: int, *, classes: bool) -> str:
    """Functions, or the methods of one class."""
    pad = "    " if classes else ""
    rows = [PYTHON, "class Fees(Table):\n" if classes else ""]
    for n in range(count):
        me = "self, " if classes else ""
        rows.append(
            f'{pad}def fee_{n}({me}amount, days):\n{pad}    """The fee {n}: {{all}} of it (net)."""\n'
            f"{pad}    total = amount * {n}\n{pad}    if days > {n % 30}:\n"
            f"{pad}        total += sum(\n{pad}            [days, {n}],\n{pad}        )\n{pad}    return total\n\n"
        )
    return "".join(rows)


def java(count: int) -> str:
    """The methods of one class."""
    rows = [JAVA]
    rows += [
        f"    /** The fee {n}. */\n    public long fee{n}(long amount, int days) {{\n        long total = amount * {n};\n"
        f"        if (days > {n % 30}) {{\n            total += Math.max(days, {n});\n        }}\n        return total;\n    }}\n\n"
        for n in range(count)
    ]
    return "".join(rows) + "}\n"


FILES = {
    "functions": (document(Path("/r/fees.py"), "python", python(1_000, classes=False)), "total = "),
    "methods": (document(Path("/r/fees.py"), "python", python(1_000, classes=True)), "total = "),
    "java": (document(Path("/r/Fees.java"), "java", java(1_000)), "long total = "),
}
TRIES = [
    "amount",
    "amount +",
    "max(amount, days)",
    "max(amount",
    ")",
    "[1, 2]",
    "'",
    "{",
    "1\n\n",
    "if",
    "amount;",
    "max(1);",
]


def cut(doc: Document, mark: str, chance: random.Random) -> tuple[Document, int]:
    """The document with the rest of a random line behind `mark` taken out, and the caret there."""
    text = doc.text.decode()
    at = text.find(mark, chance.randrange(len(text) * 9 // 10)) + len(mark)
    end = text.index("\n", at)
    return document(doc.path, doc.language, text[:at] + text[end:]), at


@pytest.mark.parametrize("name", FILES)
def test_the_verdict_of_a_window_is_the_verdict_of_the_file(name):
    doc, mark = FILES[name]
    chance = random.Random(7)
    verdicts = set()
    for _ in range(5):
        open_, at = cut(doc, mark, chance)
        for new in TRIES:
            edits = (Edit(doc.path, Span(at, at), new),)
            whole = not tree.new_faults(open_, texts.apply(open_, edits), edits)
            assert complete._syntax(open_, edits).passed == whole, (new, at)
            verdicts.add(whole)
    assert verdicts == {True, False}


@pytest.mark.parametrize("name", FILES)
def test_a_window_knows_what_it_lies_in(name):
    doc, mark = FILES[name]
    open_, at = cut(doc, mark, random.Random(3))
    here = window(open_, at)
    assert len(here.document) < LARGE < len(doc)
    caret = here.span(Span(at, at))
    assert here.document.text[caret.start - len(mark) : caret.start] == mark.encode()
    whole, part = outline(open_).at(Span(at, at)), outline(here.document).at(caret)
    assert part.qualified == whole.qualified
    holders = [s for s in outline(here.document).symbols if s.kind == "class"]
    if name != "functions":
        assert holders[0].bases == next(s for s in outline(open_).symbols if s.kind == "class").bases
    assert {i.name or i.module for i in outline(here.document).imports} == {
        i.name or i.module for i in outline(open_).imports
    }


def test_the_same_text_has_the_same_window_and_a_small_file_is_its_own():
    doc, _ = FILES["methods"]
    at = len(doc) // 2
    assert window(doc, at).document is window(doc, at + 1).document
    small = document(Path("/r/a.py"), "python", "x = 1\n")
    assert window(small, 3).document is small
    for edge in (0, 10, len(doc) - 1, len(doc)):
        here = window(doc, edge)
        assert (
            here.document.text.endswith(doc.text[edge : edge + 50]) or doc.text[edge : edge + 50] in here.document.text
        )


def test_what_is_typed_moves_no_border():
    doc, mark = FILES["functions"]
    open_, at = cut(doc, mark, random.Random(5))
    text = open_.text.decode()
    shifts = set()
    for count in range(30):
        typed = document(doc.path, doc.language, text[:at] + "x" * count + text[at:])
        shifts.add(window(typed, at + count).shift)
    assert len(shifts) <= 2


def test_of_a_large_file_only_the_pieces_are_kept() -> None:
    text = python(800, classes=False).encode()
    half = text.index(b"\n", len(text) // 2) + 1
    doc = Document(Path("fees.py"), "python", (text[:half], text[half:]))
    first = window(doc, half)
    again = Document(doc.path, doc.language, doc.parts)
    assert window(again, half) is first
    joined = doc._joined
    del doc
    assert sys.getrefcount(joined) == 2, "no document that holds its joined text"
