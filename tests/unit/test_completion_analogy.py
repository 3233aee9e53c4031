"""Completion by analogy: what differs between two like lines is carried on; series; names that are at hand; positions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from copilot.config import Index as IndexSettings
from copilot.config import Settings
from copilot.context.lexemes import kept_words
from copilot.context.tokens import NEWLINE, lex
from copilot.context.worker import IndexWorker
from copilot.engines.embedded import analogy, below, position
from copilot.engines.embedded.caret import Caret, caret
from copilot.engines.embedded.complete import Proposal, proposals
from copilot.engines.embedded.idioms import idioms
from copilot.types import CompleteOptions, Request, Span, Task, document

URLS = """from shop import views

urls = [
    path("sets/", views.set_list_view.as_view(), name="voucher-set-list"),
    path("sets/create/", views.set_create_view.as_view(), name="voucher-set-create"),
    path("sets/update/", views.set_update_view.as_view(), name="voucher-set-update"),
]
"""
DIGEST = """def digest_of(source: str) -> str:
    return _sha256_of(source)


def stored(source: str) -> tuple[str, str]:
    kept = source.strip()
    return kept, _sha256_of(source)
"""
ORDER = """package shop;

public class Order {
    private final String buyer;
    private final Money total;

    public Order(String buyer, Money total) {
        this.buyer = buyer;
        this.total = total;
    }

    public String getBuyer() {
        return buyer;
    }
}
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IndexWorker]:
    root = tmp_path_factory.mktemp("shop")
    for name, text in {"urls.py": URLS, "digest.py": DIGEST, "Order.java": ORDER}.items():
        (root / name).write_text(text, "utf-8")
    worker = IndexWorker(root, Settings(index=IndexSettings(folder=str(tmp_path_factory.mktemp("index")))))
    worker.start()
    assert worker.wait(60)
    yield worker
    worker.close()


def asked(shop: IndexWorker, name: str, text: str) -> list[Proposal]:
    """What is proposed at `▮`."""
    before, _, after = text.partition("▮")
    language = "python" if name.endswith(".py") else "java"
    path = shop.index.root / name
    here = caret(path, language, before, after)
    assert isinstance(here, Caret)
    at = len(before.encode())
    request = Request(Task.COMPLETE, document(path, language, before + after), Span(at, at), CompleteOptions())
    return proposals(request, here, shop.index)


def test_what_differs_in_a_line_like_this_is_carried_on_into_its_names_and_strings(shop: IndexWorker) -> None:
    text = URLS.replace("]\n", '    path("sets/detail/", views.set_detail_view▮\n]\n')
    found = asked(shop, "urls.py", text)
    assert '.as_view(), name="voucher-set-detail"),' in [proposal.text for proposal in found]


def test_a_series_goes_on_with_the_next_parameter(shop: IndexWorker) -> None:
    text = "class Payment:\n    def __init__(self, payer, payee, amount):\n        self.payer = payer\n        self.payee = payee\n        ▮\n"
    assert asked(shop, "payment.py", text)[0].text == "self.amount = amount"


def test_a_java_constructor_and_getter_follow_the_ones_before(shop: IndexWorker) -> None:
    text = ORDER.replace("Order", "Refund").replace("buyer", "holder").replace("Buyer", "Holder")
    head, _, _ = text.partition("        this.total")
    assert "this.total = total;" in [
        proposal.text for proposal in asked(shop, "Refund.java", f"{head}        ▮\n    }}\n}}\n")
    ]
    head, _, _ = text.partition("        return")
    assert asked(shop, "Refund.java", f"{head}        ▮\n    }}\n}}\n")[0].text == "return holder;"


def test_a_copied_line_reads_the_name_that_is_at_hand(shop: IndexWorker) -> None:
    text = "def saved(entry_source: str) -> tuple[str, str]:\n    kept = entry_source.strip()\n    return kept, ▮\n"
    assert "_sha256_of(entry_source)" in [proposal.text for proposal in asked(shop, "saved.py", text)]


def test_the_same_question_has_the_same_answer(shop: IndexWorker) -> None:
    text = URLS.replace("]\n", '    path("sets/detail/", ▮\n]\n')
    first, second = asked(shop, "urls.py", text), asked(shop, "urls.py", text)
    assert [(p.text, p.confidence) for p in first] == [(p.text, p.confidence) for p in second]


@pytest.mark.parametrize(
    ("old", "new", "word", "changed"),
    [
        ("set_update_view", "set_detail_view", "'voucher-set-update'", "'voucher-set-detail'"),
        ("set_update_view", "set_detail_view", "SetUpdateView", "SetDetailView"),
        ("HTTP_START", "HTTPS_START", '"/_http_start_"', '"/_https_start_"'),
        ("name", "firstName", "getName", "getFirstName"),
        ("user", "bank_account", "user_id", "bank_account_id"),
        ("user", "account", '"no user given"', '"no account given"'),
        ("i", "j", "index", "index"),
        ("user", "account", "superuser", "superuser"),
    ],
)
def test_parts_of_words_are_replaced_as_they_are_written(old: str, new: str, word: str, changed: str) -> None:
    assert analogy.rule({old: new}).applied(word) == changed


def series(text: str, language: str, column: int = 0) -> list[tuple[int, str]]:
    words = lex(text, language).words
    found = analogy.next_lines(words if column else [*words, "<I>"], column, kept_words(language))
    return [(evidence, " ".join(rest)) for evidence, rest, _ in found]


def test_a_series_is_surer_the_more_of_it_stands() -> None:
    head = "def f(self, name, age, size):\n    self.name = name\n"
    assert series(head, "python") == [(1, "self . age = age")]
    assert series(f"{head}    self.age = age\n", "python") == [(3, "self . size = size")]
    assert series(f"{head}    self.age = age\n    self.size = size\n", "python") == [], "the list has ended"
    rows = "enum Code {\n    FIRST_CODE(1),\n    NEXT_CODE(2),\n    LAST_CODE("
    assert series(rows, "java", column=2) == [(3, "3 ) ,")]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("def f(self, a, b: int, *c, d=3, **kw) -> int:\n", "python", ["a", "b", "c", "d", "kw"]),
        ("    void put(Map<String, Integer> m, int count) throws X {\n", "java", ["m", "count"]),
        ("if same(a, b):\n", "python", []),
        ("new Order(a, b) {\n", "java", []),
    ],
)
def test_parameters_are_names_that_are_due(text: str, language: str, expected: list[str]) -> None:
    words = lex(text, language).words
    assert below.parameters(words, len(words) - 2, kept_words(language)) == expected


def test_brackets_of_a_statement_are_followed_through_the_blocks_of_a_lambda() -> None:
    words = lex("    call(items, item -> {\n        put(item", "java").words
    assert position.opened(words, "java") == ("(",)
    words = lex("x = f(\n    {1: g(", "python").words
    assert position.opened(words, "python") == ("(", "{", "(")
    assert position.opened(lex("x = f(\ndef g(", "python").words, "python") == ("(",)


def test_a_word_has_a_weight_for_its_brackets_and_one_for_the_next_line() -> None:
    nothing, inside = (position.places([")", NEWLINE, ";"], "name", stack, None, "java") for stack in ((), ("(",)))
    assert len({*nothing, *inside}) == 6, "each stands for itself"
    deeper, level = (position.places(["if", "return"], NEWLINE, (), step, "python") for step in (1, 0))
    assert not set(deeper) & set(level)
    assert position.places(["name"], "name", (), 1, "python") == [()]
    assert all(0 <= at < position.SIZE for found in (*nothing, *inside, *deeper, *level) for at in found)


def test_java_is_spoken_from_words_that_many_packages_share() -> None:
    spoken = idioms("java")
    assert spoken is not None
    before = lex("        if (name == null) {\n            throw new", "java").words
    assert "IllegalArgumentException" in [word for word, _ in spoken.after(before[-8:]).starting("", 12)]
    file = Path(below.__file__).with_name("idioms") / "java.txt"
    assert file.stat().st_size <= 300_000
    contexts = [row.partition("\t")[0].split() for row in file.read_text("utf-8").splitlines()]
    assert not [word for context in contexts for word in context if len(word) > 2 and word[-1] in "'\""]
