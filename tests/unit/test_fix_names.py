"""Undefined names: what is in sight, what was meant, where an import goes."""

from __future__ import annotations

import itertools

import pytest

from copilot import edits
from copilot.context.index import Definition, ImportHint, Index
from copilot.engines.embedded import imports, names, scope
from copilot.engines.embedded.slips import distance
from copilot.syntax import tree as trees
from copilot.types import Span, document
from copilot.verify import tools

SCOPES = b"""import os.path as p
import xml.dom
from a import b, c as d
X: int = 1


class K:
    z = 1

    def m(self, first, *args, key=1, typed: int = 2, **kw):
        q, (r, s) = 1, (2, 3)
        for i, j in []:
            pass
        with open("x") as fh:
            inner = lambda hidden: hidden
        if (walrus := 1) and (match := 2):
            pass
        try:
            pass
        except OSError as err:
            pass

        def nested(secret):
            local = 1

        return [w for w in args if HERE]
"""


def test_names_in_sight():
    tree = trees.parse(SCOPES, "python")
    at = SCOPES.index(b"HERE")
    seen = {name.text: name.depth for name in scope.in_sight(trees.node_at(tree, Span(at, at + 4))) if name.start >= 0}
    inner = [
        "self",
        "first",
        "args",
        "key",
        "typed",
        "kw",
        "q",
        "r",
        "s",
        "i",
        "j",
        "fh",
        "inner",
        "walrus",
        "match",
        "err",
        "nested",
        "w",
    ]
    assert seen == dict.fromkeys(inner, 0) | dict.fromkeys(["p", "xml", "b", "d", "X", "K"], 1)


def test_a_class_body_is_seen_from_itself_only():
    text = b"class K:\n    z = 1\n    y = HERE\n"
    at = text.index(b"HERE")
    found = scope.in_sight(trees.node_at(trees.parse(text, "python"), Span(at, at + 4)))
    assert "z" in {name.text for name in found}


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("", "abc", 3),
        ("abc", "abc", 0),
        ("abc", "acb", 1),
        ("retrun", "return", 1),
        ("kitten", "sitting", 3),
        ("ca", "abc", 3),
    ],
)
def test_distance(one, other, apart):
    assert distance(one, other) == distance(other, one) == apart


def test_likeness_orders_slips():
    ranked = ["user_id", "userid", "usr_id", "used_in"]
    weights = [names.likeness("userId", other) for other in ranked]
    assert weights[0] == weights[1] > weights[2] > weights[3] >= 0
    assert names.likeness("x", "y") == names.likeness("ab", "cd") == names.likeness("amount", "balance") == 0


class Known(Index):
    """The real read side's answers, given by hand."""

    def __init__(self, hints=(), definitions=()):
        self.hints, self.known = list(hints), list(definitions)

    def imports_of(self, name):
        return [hint for hint in self.hints if hint.name == name]

    def definitions(self, name):
        return [each for each in self.known if each.name == name]


def meant(text, word, root, index=None):
    doc = document(root / "a.py", "python", text)
    at = doc.text.rindex(word.encode())
    found = names.choices(doc, Span(at, at + len(word.encode())), root, index or Index())
    return [(each.statement or each.name, each.chance) for each in found]


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("def f(amount):\n    return amuont\n", "amuont", "amount"),
        ("def f(account_id):\n    return accountId\n", "accountId", "account_id"),
        ("pritn(1)\n", "pritn", "print"),
        ("x = null\n", "null", "None"),
        ("class A:\n    def f(self):\n        return this.x\n", "this", "self"),
        ("print(math.pi)\n", "math", "import math"),
        ("print(datetime.now())\n", "datetime", "from datetime import datetime"),
        ("print(datetime.timedelta(1))\n", "datetime", "import datetime"),
        ("print(time.sleep(1))\n", "time", "import time"),
        ("print(time.fromisoformat(x))\n", "time", "from datetime import time"),
    ],
)
def test_one_meaning(tmp_path, text, word, expected):
    ((name, chance),) = meant(text, word, tmp_path)
    assert name == expected
    assert chance > 0.7


@pytest.mark.parametrize(
    ("text", "word"),
    [("def f(x):\n    return y\n", "y"), ("print(zzz)\n", "zzz"), ("math\n", "math"), ("print(_abc.x)\n", "_abc")],
)
def test_no_meaning(tmp_path, text, word):
    assert meant(text, word, tmp_path) == []


def test_two_meanings_share_the_chance(tmp_path):
    found = meant("def f(total1, total2):\n    return total3\n", "total3", tmp_path)
    assert {name for name, _ in found} == {"total1", "total2"}
    assert all(chance < 0.5 for _, chance in found)


def test_imports_as_the_repository_writes_them(tmp_path):
    hints = [
        ImportHint("Decimal", "from decimal import Decimal", "decimal", 9),
        ImportHint("Decimal", "from bank.numbers import Decimal", "bank.numbers", 1),
        ImportHint("Decimal", "from .numbers import Decimal", ".numbers", 5),
    ]
    found = meant("print(Decimal(1))\n", "Decimal", tmp_path, Known(hints))
    assert found[0][0] == "from decimal import Decimal"
    assert all(not name.startswith("from .") for name, _ in found)


def test_an_import_of_the_repository_that_would_not_work_here_is_left_out(tmp_path):
    hints = [
        ImportHint("datetime", "import datetime", "datetime", 9),
        ImportHint("datetime", "from datetime import datetime", "datetime", 1),
        ImportHint("pprint", "import pprint", "pprint", 9),
    ]
    for text in ("datetime(2020, 1, 1)\n", "datetime.now()\n"):
        ((statement, _),) = meant(text, "datetime", tmp_path, Known(hints))
        assert statement == "from datetime import datetime"
    assert all(chance < 0.4 for _, chance in meant("pprint(1)\n", "pprint", tmp_path, Known(hints)))


def test_a_definition_of_the_repository_can_be_imported(tmp_path):
    for name in ("bank/__init__.py", "bank/money.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    home = Definition("Money", "class", "Money", "python", tmp_path / "bank/money.py", Span(0, 1))
    inside = Definition("Money", "method", "Purse.Money", "python", tmp_path / "bank/money.py", Span(0, 1))
    assert meant("Money(1)\n", "Money", tmp_path, Known((), [home]))[0][0] == "from bank.money import Money"
    assert meant("Money(1)\n", "Money", tmp_path, Known((), [inside])) == []


HEADS = ["", "#!/usr/bin/env python\n# note\n", '"""Doc."""\n', '"""Doc."""\n\nfrom __future__ import annotations\n']
BLOCKS = [
    "",
    "import os\n",
    "import abc\nimport zlib\n\nfrom third import party\n",
    "from sys import (\n    argv,\n    path,\n)\n",
]
BODIES = ["print(1)\n", "def f():\n    import re\n", ""]


@pytest.mark.parametrize(("head", "block", "body"), list(itertools.product(HEADS, BLOCKS, BODIES)))
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
async def test_an_import_keeps_imports_sorted(tmp_path, head, block, body, newline):
    parts = [part for part in (head, block) if part]
    text = "\n".join(parts) + ("\n\n" if block and body else "\n" if parts and body else "") + body
    doc = document(tmp_path / "a.py", "python", text.replace("\n", newline))
    before = await tools.imports_sorted(doc, tmp_path)
    added = await imports.adding(doc, "import json", tmp_path)
    after = edits.apply(doc, added)
    assert b"import json" + doc.newline.encode() in after.text + doc.newline.encode()
    assert not trees.parse(after.text, "python").root_node.has_error
    if newline == "\r\n":
        assert after.text.count(b"\n") == after.text.count(b"\r\n") or b"\r" not in doc.text
    if before == ():
        assert await tools.imports_sorted(after, tmp_path) == ()
    assert all(line in after.text.splitlines() for line in doc.text.splitlines())


async def test_a_name_joins_the_import_of_its_module(tmp_path):
    doc = document(tmp_path / "a.py", "python", "from decimal import ROUND_HALF_UP\n\nprint(ROUND_HALF_UP, Decimal)\n")
    added = await imports.adding(doc, "from decimal import Decimal", tmp_path)
    assert edits.apply(doc, added).text.startswith(b"from decimal import ROUND_HALF_UP, Decimal\n")
