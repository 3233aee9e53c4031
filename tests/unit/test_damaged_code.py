"""The bank's pack on damaged code: whatever a branch holds, a look at it ends, soon and without an exception."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from copilot import rules
from copilot.review import guards, sensitive
from copilot.syntax.languages import named
from copilot.types import document

SAMPLES = sorted(path for path in (Path(__file__).parents[1] / "golden" / "bank").glob("*/*") if path.is_file())
ROUNDS = 4
LONGEST_S = 20.0
"""If the depth of a text were not bounded, the deep ones below would take minutes."""
BITS = (
    b"(",
    b")",
    b"{",
    b"}",
    b'"',
    b"'",
    b'"""',
    b"\n",
    b":",
    b"=",
    b";",
    b"@",
    b"\\",
    b",",
    b".",
    b"lambda ",
    b"try:\n",
)


def damaged(text, chance):
    """A text with a part that is lost, doubled, shuffled or put in."""
    first = chance.randrange(len(text))
    last = min(len(text), first + chance.choice((1, 3, 10, 50, 300)))
    part = bytearray(text[first:last])
    chance.shuffle(part)
    lost = text[:first] + text[last:]
    doubled = text[:first] + text[first:last] * 3 + text[last:]
    shuffled = text[:first] + bytes(part) + text[last:]
    put = text[:first] + chance.choice(BITS) + text[first:]
    made = chance.choice((text[:first], text[first:], lost, doubled, shuffled, put))
    return made.decode("utf-8", "replace").encode()


def look(path, text):
    doc = document(path, named("", path), text)
    rules.hits(doc, pack=rules.BANK, asked=frozenset({"gm"}))
    rules.hits(doc)
    sensitive.hits(doc)
    guards.guards(doc)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_damaged_code_is_looked_at_without_an_exception(path):
    chance = random.Random(path.name)
    text = path.read_bytes()
    for _ in range(ROUNDS):
        text = damaged(text, chance) or text
        look(path, text)


@pytest.mark.parametrize(
    ("path", "head", "nested", "tail"),
    [
        ("a.py", "import os\n\n\ndef pay(balance):\n    balance.x = ", ("a.b(", ")"), "\n"),
        ("a.py", "balance = ", ("balance + ", ""), "1\n"),
        (
            "A.java",
            "class A { void pay() { repo.save(a); repo.save(b); if (x) { repo.save(c); int y = ",
            ("(", ")"),
            "; } } }",
        ),
        ("A.java", "class A { void pay() { repo.save(a); repo.save(b); ", ("if (x) {", "}"), "} }"),
    ],
)
def test_a_text_nested_thousands_deep_is_looked_at_soon(path, head, nested, tail):
    before, after = nested
    text = head + before * 3000 + "balance" + after * 3000 + tail
    start = time.monotonic()
    look(Path(path), text.encode())
    assert time.monotonic() - start < LONGEST_S


def test_what_stands_beside_a_deep_part_is_judged_all_the_same():
    deep = "x = " + "a.b(" * 2000 + "1" + ")" * 2000 + "\n"
    text = f"import requests\n\n{deep}\ndef get(url):\n    return requests.get(url, verify=False)\n"
    doc = document(Path("a.py"), "python", text)
    found = [hit.finding for hit in rules.hits(doc, pack=rules.BANK) if hit.rule.name == "TLS01"]
    found += [each for each in rules.findings(doc) if each.rule.endswith("tls-unverified")]
    assert found
    assert all(b"verify=False" in doc.text[each.span.start : each.span.end] for each in found)
