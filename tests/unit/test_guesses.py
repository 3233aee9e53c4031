"""Types that names probably have, read from the rest of the repository; what is bound and waits to be used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from copilot.context import choice, guesses
from copilot.context import place as places
from copilot.context.index import Index
from copilot.context.recent import Work
from copilot.types import CompleteOptions, Request, Snippet, Span, Task, document

Indexed = Callable[[Mapping[str, str]], tuple[Path, Index]]

FILES = {
    "pay/gateway.py": "class PaymentGateway:\n    def authorise(self, cents):\n        return cents\n\n    @property\n    def closed(self):\n        return False\n",
    "pay/one.py": "from pay.gateway import PaymentGateway\n\n\ndef first(channel: PaymentGateway) -> None:\n    channel.authorise(1)\n",
    "pay/two.py": "from pay.gateway import PaymentGateway\n\n\ndef second():\n    channel = PaymentGateway()\n    channel.authorise(2)\n",
    "pay/ledger.py": "class BankLedger:\n    def post(self, row):\n        return row\n\n    def settle_all(self):\n        return 1\n\n    def reconcile(self):\n        return 2\n",
    "pay/other.py": "class Mailbox:\n    def post(self, letter):\n        return letter\n",
    "app/Clearing.java": "package app;\npublic class Clearing {\n  private int secret() { return 1; }\n  public long net(long cents) { return cents; }\n}\n",
    "app/Batch.java": "package app;\nclass Batch {\n  void run(Clearing house) { house.net(1); }\n  void all(java.util.List<Clearing> houses) { }\n}\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def repository(indexed: Indexed) -> tuple[Path, Index]:
    return indexed(FILES)


def shown(repository: tuple[Path, Index], name: str, before: str) -> tuple[Snippet, ...]:
    root, index = repository
    doc = document(root / name, "java" if name.endswith(".java") else "python", before)
    request = Request(Task.COMPLETE, doc, Span(len(doc), len(doc)), CompleteOptions())
    return choice.chosen(request, index, before, "", Work(patience_s=30))


def test_a_name_has_the_type_that_other_files_declare_it_with(repository: tuple[Path, Index]) -> None:
    _, index = repository
    corpus = index.corpus("python")
    assert corpus is not None
    assert list(guesses.declared(corpus, "channel", "python", "pay/three.py")) == ["PaymentGateway"]
    assert guesses.declared(corpus, "nobody", "python", None) == {}
    corpus = index.corpus("java")
    assert corpus is not None
    assert list(guesses.declared(corpus, "house", "java", None)) == ["Clearing"]
    assert list(guesses.declared(corpus, "houses", "java", None)) == ["Clearing"], "what a list holds"
    found = shown(repository, "pay/three.py", "def third(channel):\n    channel.")
    assert found[0].path.name == "gateway.py"
    assert "    def authorise(self, cents):\n" in found[0].text


def test_a_name_may_spell_its_type(repository: tuple[Path, Index]) -> None:
    _, index = repository
    for name in ("ledger", "bank_ledgers", "our_bank_ledger"):
        units = guesses.spelt(index, [name], "python", "pay/three.py")[name]
        assert [unit.name for unit, _ in units] == (["BankLedger"] if name != "ledger" else [])


def test_what_is_used_behind_a_name_tells_its_type(repository: tuple[Path, Index]) -> None:
    _, index = repository
    found = guesses.used(index, {"x": {"post": 1.0, "settle_all": 1.0}}, "python", "pay/three.py")["x"]
    assert found[0][0].name == "BankLedger"
    assert found[0][1] > found[1][1], "a mailbox has half of them"
    lines = "def night(x):\n    x.post(1)\n    x.settle_all()\n    "
    assert any("def reconcile(self):" in one.text for one in shown(repository, "pay/four.py", lines)[:2])


def test_no_other_file_is_shown_a_private_member_and_a_property_says_that_it_is_one(
    repository: tuple[Path, Index],
) -> None:
    lines = "package app;\nclass Night {\n  void run(Clearing clearing) {\n    clearing."
    text = next(one.text for one in shown(repository, "app/Night.java", lines) if one.path.name == "Clearing.java")
    assert "public long net(long cents)" in text
    assert "secret" not in text
    text = shown(repository, "pay/three.py", "def third(channel):\n    channel.")[0].text
    assert "    @property\n    def closed(self):\n" in text


def waiting(name: str, text: str) -> tuple[str, ...]:
    doc = document(Path(name), "java" if name.endswith(".java") else "python", text)
    return places.place(doc, name, text, "", len(doc)).waiting


def test_what_was_bound_and_is_not_used_yet_waits() -> None:
    text = "def f(a, b):\n    c = a + 1\n    for d in c:\n        with e() as g:\n            h = d\n            "
    assert waiting("x.py", text) == ("h", "g", "b")
    text = "class X {\n  void f(int a, Foo b) {\n    Foo c = b.x();\n    for (Bar d : c.all()) {\n      "
    assert waiting("X.java", text) == ("d", "a")
