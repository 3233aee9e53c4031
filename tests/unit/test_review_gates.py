"""What a remark and its fix have to pass: quotes that stand where they are said to, fixes that end what they answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from copilot import edits as texts
from copilot.review import gates
from copilot.review.looking import Asked, places
from copilot.review.remark import Remark
from copilot.rules import BANK
from copilot.rules.repairing import Repaired
from copilot.types import Edit, Severity, Span, document

TEXT = "import os\n\n\ndef pay(amount):\n    total  =  amount * 2\n\n    return total\n\n\ndef other():\n    return total\n"
INSECURE = "import yaml\r\n\r\n\r\ndef load(text):\r\n    # 账户\r\n    return yaml.load(text, Loader=yaml.Loader)\r\n"


def remark(line: int, evidence: str, end: int = 0) -> Remark:
    return Remark("R", Severity.WARNING, "medium", "a.py", "new", line, end or line, "m", row=7, evidence=evidence)


@pytest.mark.parametrize(
    ("line", "quote", "stands"),
    [
        (5, "total = amount * 2", 5),  # blanks do not count
        (5, "amount * 2", 5),
        (9, "total = amount * 2", 5),  # moved to where it stands
        (7, "return total", 7),  # twice: the claimed one
        (10, "return total", 11),  # twice: the nearest
        (1, "return total", 7),
        (6, "total = amount * 2\n\n    return total", 5),
        (5, "total = amount * 3", None),
        (4, "total", None),  # too short to be looked for elsewhere
        (7, "total", 7),
        (0, "return total", 7),
        (99, "def other():", 10),
        (4, "", 4),
        (99, "", None),
    ],
)
def test_a_quote_stands_where_it_is_said_or_the_remark_moves_or_goes(line, quote, stands):
    found = gates.anchored(remark(line, quote), TEXT.encode())
    assert (found.line if found is not None else None) == stands
    if found is not None and stands != line:
        assert found.row == 0  # a row was of the old place


def test_a_remark_that_moves_keeps_its_length_inside_the_file():
    assert gates.anchored(remark(4, "def other():", end=6), TEXT.encode()).end_line == 11


def mender(text: str):
    doc = document(Path("a.py"), "python", text)
    asked = Asked((BANK,))
    found = places(doc, asked)
    return doc, found, gates.Mender(doc, lambda after: places(after, asked))


def test_a_repair_that_ends_its_finding_is_the_fix_and_line_ends_stay():
    doc, (one,), made = mender(INSECURE)
    edits = made.fixed(one)
    assert texts.apply(doc, edits).text.decode() == INSECURE.replace(
        "yaml.load(text, Loader=yaml.Loader)", "yaml.safe_load(text)"
    )
    (part,) = gates.rewritten(doc, edits)
    assert part == (
        6,
        6,
        ("    return yaml.load(text, Loader=yaml.Loader)\r\n",),
        ("    return yaml.safe_load(text)\r\n",),
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("yaml.load(text, Loader=yaml.Loader)", "yaml.load(text, Loader=yaml.Loader) "),  # the finding stays
        ("yaml.load(text, Loader=yaml.Loader)", "yaml.safe_load(text"),  # does not parse
        ("yaml.load(text, Loader=yaml.Loader)", "eval(text)"),  # another finding comes
        ("yaml.load(text, Loader=yaml.Loader)", 'yaml.safe_load(text), "AKIAQZ7JD5MNW4RTX2VB"'),  # a secret comes
        ("return yaml.load(text, Loader=yaml.Loader)", "return yaml.load(text, Loader=yaml.Loader)"),  # nothing changes
    ],
)
def test_a_repair_that_breaks_a_gate_is_no_fix(monkeypatch, old, new):
    doc, (one,), made = mender(INSECURE)
    start = doc.text.index(old.encode())
    edit = Edit(doc.path, Span(start, start + len(old)), new)
    monkeypatch.setattr("copilot.rules.repairing.repairs", lambda *_: [Repaired((edit,), "t", 0.9)])
    assert made.fixed(one) == ()


def test_edits_that_overlap_or_name_another_file_are_no_fix(monkeypatch):
    doc, (one,), made = mender(INSECURE)
    whole = one.span
    two = (Edit(doc.path, whole, "1"), Edit(doc.path, Span(whole.start, whole.start + 2), "2"))
    other = (Edit(Path("b.py"), Span(0, 0), "x = 1\n"),)
    monkeypatch.setattr(
        "copilot.rules.repairing.repairs", lambda *_: [Repaired(two, "t", 0.9), Repaired(other, "t", 0.9)]
    )
    assert made.fixed(one) == ()


@pytest.mark.parametrize(
    ("edits", "parts"),
    [
        ([(0, 0, "import re\n")], [(1, 0, [], ["import re\n"])]),
        ([(4, 5, "bb")], [(3, 3, ["c\n"], ["bb\n"])]),
        ([(2, 4, "")], [(2, 2, ["b\n"], [])]),
        ([(0, 1, "A"), (6, 7, "D")], [(1, 1, ["a\n"], ["A\n"]), (4, 4, ["d"], ["D"])]),
        ([(0, 1, "A"), (2, 3, "B")], [(1, 1, ["a\n"], ["A\n"]), (2, 2, ["b\n"], ["B\n"])]),
        ([(1, 2, "")], [(1, 2, ["a\n", "b\n"], ["ab\n"])]),
        ([(7, 7, "\ne\n")], [(4, 4, ["d"], ["d\n", "e\n"])]),
        ([(7, 7, "e")], [(4, 4, ["d"], ["de"])]),
    ],
)
def test_edits_as_whole_lines_make_the_same_text(edits, parts):
    doc = document(Path("a.txt"), None, "a\nb\nc\nd")
    own = tuple(Edit(doc.path, Span(start, end), new) for start, end, new in edits)
    found = gates.rewritten(doc, own)
    assert [(part.first, part.last, list(part.old), list(part.new)) for part in found] == parts
    lines = doc.text.decode().splitlines(keepends=True)
    for part in reversed(found):
        assert tuple(lines[part.first - 1 : part.last]) == part.old
        lines[part.first - 1 : part.last] = part.new
    assert "".join(lines) == texts.apply(doc, own).text.decode()


SECRET = 'token = "ghp_R7kT2mQx9VbL4nWc8ZsD1fHj6YpA3eGu5iOo"'


def test_no_secret_is_repeated():
    one = remark(1, SECRET)
    found = gates.masked(one)
    assert "ghp_R7kT" not in str(found)
    assert found.evidence.startswith("token =")
    told = gates.masked(replace(one, evidence="x = 1", message=f"found {SECRET}"))
    assert "ghp_R7kT" not in str(told)
    edit = Edit(Path("a.py"), Span(0, 1), "y")
    part = gates.Rewritten(1, 1, (SECRET + "  # x\n",), (SECRET + "\n",))
    assert gates.masked(replace(one, fix=(edit,), patch=(part,))).patch == ()
    clean = replace(one, evidence="password = read()", patch=(gates.Rewritten(1, 1, ("a\n",), ("b\n",)),))
    assert gates.masked(clean) is clean
