"""The first, cheap look at a change: it keeps every place, leaves out what was not touched, and loses no finding."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from copilot import rules
from copilot.review import looking
from copilot.review.change import Texts
from copilot.review.diff import FileDiff, Row, parsed
from copilot.review.looking import Asked, remarks, seen
from copilot.review.sketch import Touched, touched
from copilot.rules import matching
from copilot.syntax import tree as trees
from copilot.syntax.reach import roughly
from copilot.types import Span, document

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
    ("language", "text", "words", "kept", "gone"),
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
def test_bodies_that_no_changed_line_touches_are_not_parsed(language, text, words, kept, gone):
    line = text[: text.index(words)].count(b"\n") + 1
    doc = document(Path("a"), language, text)
    light = touched(doc, change(text, {line})[0], 1).light
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


class Whole(Touched):
    """As if a change touched everything: no cheap tree, and no word left out."""

    @property
    def wide(self):
        return self.doc.text

    @property
    def narrow(self):
        return self.doc.text

    @property
    def light(self):
        return self.doc


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
    monkeypatch.setattr(looking, "touched", Whole)
    assert cheap == [found(line) for line in flagged]


PADDING = b"".join(
    b"    def pad%d(self, a):\n" % n + b"        a += 1\n" * 12 + b"        return a\n\n" for n in range(5)
)
CLASS = b"from decimal import Decimal\n\n\nclass A:\n" + PADDING + b"    rate = 1\n\n"
ODD = [
    b"# a note\n",
    b"        x = sum((\n1, 2))\n",
    b"        x = 1 + \\\n2\n",
    b"        x = \"'''\"  # '''\n",
    b"        x = '''\n\"\"\"\n'''\n",
]
METHODS = (
    b"class Book {\n"
    + PADDING.replace(b"def", b"void").replace(b"(self, a):", b"(int a) {").replace(b"return a\n", b"a--;\n    }\n")
    + b"    void pay(String x) {\n        int y = 1;\n"
)


@pytest.mark.parametrize(
    ("name", "text", "old", "new"),
    [
        # A comment, or a statement that goes on, at the margin ends no body.
        *(
            (
                "a.py",
                CLASS + b"    def pay(self, amount):\n        fee = 0.1\n" + odd + b"        return Decimal(amount)\n",
                b"Decimal(amount)",
                b"Decimal(fee)",
            )
            for odd in ODD
        ),
        # What a class says of itself reaches its methods.
        (
            "a.py",
            CLASS + b"    def pay(self):\n        fee = self.rate\n        return Decimal(fee)\n",
            b"rate = 1",
            b"rate = 0.1",
        ),
        (
            "A.java",
            b'@Service("a")\n@Transactional(rollbackFor = Exception.class)\n@Lazy\n'
            + METHODS
            + b"        repo.save(x);\n        repo.update(y);\n    }\n}\n",
            b"@Transactional(rollbackFor = Exception.class)\n",
            b"",
        ),
        # A text block may hold what looks like a method's end.
        (
            "A.java",
            METHODS
            + b'        String t = """\n    }\n""";\n        double d = 0.1;\n        BigDecimal b = F;\n    }\n}\n',
            b"b = F",
            b"b = new BigDecimal(d)",
        ),
    ],
)
def test_odd_layouts_lose_nothing(name, text, old, new, monkeypatch, tmp_path):
    for folder, content in (("a", text), ("b", text.replace(old, new))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(content)
    asked = ["git", "diff", "--no-index", "--no-prefix", "a", "b"]
    patch = subprocess.run(asked, cwd=tmp_path, capture_output=True, check=False).stdout
    (diff,) = parsed(patch)

    def found():
        file = seen(diff, Texts(text, text.replace(old, new)))
        return sorted((one.rule, one.line) for one in remarks(file, ASKED))

    cheap = found()
    monkeypatch.setattr(looking, "touched", Whole)
    assert cheap == found() != []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x = 1\nfee = Decimal(0.1)\n", "fee = Decimal(0.1)\n"),
        ("x = 1\n\nfee = Decimal(0.1)\n", "x = 1\nfee = Decimal(0.1)\n"),
        ("x = 1\nfee = Decimal(0.1)\ny = 2\n", "z = 0\nx = 1\nfee = Decimal(0.1)\n"),
        ("x = 1\ny = 2\nfee = Decimal(0.1)\nz = 3\n", "import os\n\n\nfee = Decimal(0.1)\nz = 4\n"),
    ],
)
def test_what_stood_there_before_is_not_new_when_its_neighbours_go(old, new, tmp_path):
    head = "from decimal import Decimal\n\n"
    for folder, text in (("a", old), ("b", new)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.py").write_text(head + text)
    asked = ["git", "diff", "--no-index", "--no-prefix", "-U0", "a", "b"]
    (diff,) = parsed(subprocess.run(asked, cwd=tmp_path, capture_output=True, check=False).stdout)
    assert list(remarks(seen(diff, Texts((head + old).encode(), (head + new).encode())), ASKED)) == []
    worse = new + "tax = Decimal(0.1)\n"
    diff = replace(diff, rows=(*diff.rows, added_row(head + worse, len(diff.rows))))
    (one,) = remarks(seen(diff, Texts((head + old).encode(), (head + worse).encode())), ASKED)
    assert one.line == (head + worse).count("\n")


def added_row(text: str, rows: int) -> Row:
    """The last line of a text, added."""
    last = text.count("\n")
    return Row("added", None, last, (last, last), 0, rows + 1, text.splitlines()[-1].encode())


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


def test_what_touches_several_ranges_is_matched_once():
    doc = document(Path("a.py"), "python", b"def f():\n    g(1)\n    h(2)\nk(3)\n")
    query = "(function_definition) @site (call) @site"
    root, both = trees.of(doc).root_node, (Span(13, 15), Span(22, 24))
    found = [captures["site"][0].type for _, captures in matching.matches("python", query, root, None, *both)]
    assert sorted(found) == ["call", "call", "function_definition"]
    assert len(list(matching.matches("python", query, root, None))) == 4


@pytest.mark.parametrize(
    ("line", "found", "left"),
    [
        (b"    a()", [b"@one", b"def first", b"a()", b"import os"], [b"b()", b"TABLE"]),
        (b"@one", [b"def first", b"a()"], [b"b()"]),
        (b"        b()", [b"if os:", b"c()"], [b"a()"]),
        (b"    c()", [b"if os:", b"b()"], [b"a()", b"TABLE"]),
        (b"    2,", [b"TABLE", b"]"], [b"a()", b"c()"]),
    ],
)
def test_what_a_line_can_reach_is_the_block_at_the_margin_with_its_decorators_and_the_imports(line, found, left):
    text = b"import os\n@one\n@two(\n    1,\n)\ndef first():\n    a()\n\nif os:\n    if x:\n        b()\nelse:\n    c()\nTABLE = [\n    2,\n]\n"
    near = roughly("python", text, {text[: text.index(line)].count(b"\n") + 1})
    assert all(words in near for words in [*found, b"import os"])
    assert not any(words in near for words in left)
    assert roughly("java", text, {1}) == text
