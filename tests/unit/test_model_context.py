"""What a model sees of other files: what the next line is likely to use, standing still while somebody types."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from copilot import files
from copilot.config import Index as IndexSettings
from copilot.config import Settings
from copilot.context import gather
from copilot.context.index import Index
from copilot.context.recent import Recent, Work
from copilot.context.worker import IndexWorker
from copilot.tasks import complete
from copilot.types import DEFAULT_OPTIONS, Context, Request, Snippet, Span, Task, document

LEDGER = "".join(f"    def row_{n}(self, cents):\n        return cents + {n}\n\n" for n in range(40))
FILES = {
    "bank/__init__.py": "from bank.money import Money\n",
    "bank/money.py": "class Money:\n    def __init__(self, cents):\n        self.cents = cents\n\n"
    "    def plus(self, other):\n        return Money(self.cents + other.cents)\n\n\nLIMIT = 3\n",
    "bank/store.py": "from bank.ledger import Ledger\n\n\nclass Store:\n    def __init__(self, ledger: Ledger):\n"
    "        self.ledger = ledger\n\n    def find(self, key: str) -> Ledger:\n        return self.ledger\n",
    "bank/ledger.py": f"class Ledger:\n{LEDGER}    def close_books(self, day):\n        return day\n",
    "bank/fees.py": "from bank import Money\nfrom bank.store import Store\n\n\ndef fee(amount, store: Store):\n    base = Money(1)\n    \n",
    "bank/unrelated.py": "def weather():\n    return 'rain'\n",
    "tests/test_money.py": "from bank.money import Money\n\n\ndef test_plus():\n    assert Money(1).plus(Money(1)).cents == 2\n",
    "private/test_secret.py": "from bank.fees import fee\n\n\ndef test_fee():\n    assert fee(1) == 2\n",
    "private/hidden.py": "class Hidden:\n    pass\n",
    ".copilotignore": "private/\n",
    "app/Fees.java": "package app;\npublic class Fees {\n  public long of(long cents) { return cents; }\n}\n",
    "app/Use.java": "package app;\nclass Use {\n  private final Fees fees = new Fees();\n  long run() {\n    \n  }\n}\n",
}  # fmt: skip

Repository = tuple[Path, Index, Settings]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    root = tmp_path_factory.mktemp("context") / "repo"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    settings = Settings(index=IndexSettings(folder=str(root.parent / "index")))
    worker = IndexWorker(root, settings)
    worker.start()
    assert worker.wait(60)
    yield root, worker.index, settings
    worker.close()


def seen(repository: Repository, name: str, task: Task, typed: str = "", work: Work | None = None) -> Context:
    """The context behind `typed` on the last blank line of a file (of tests: for the whole file)."""
    root, index, settings = repository
    text = FILES[name]
    at = text.rindex("    \n") + 4 if task is Task.COMPLETE else 0
    if task is Task.COMPLETE:
        text = text[:at] + typed + text[at:]
        at += len(typed)
    doc = document(root / name, "python" if name.endswith(".py") else "java", text)
    span = Span(0, len(doc)) if task is Task.TESTS else Span(at, at)
    request = Request(task, doc, span, DEFAULT_OPTIONS[task])
    return gather.gather(request, index, settings, model=True, work=work or Work(patience_s=30))


def names(found: Context) -> list[str]:
    return [snippet.path.name for snippet in found.snippets]


def test_what_is_imported_through_a_re_export_comes_with_its_signatures_and_a_reason(repository: Repository) -> None:
    found = seen(repository, "bank/fees.py", Task.COMPLETE)
    assert "unrelated.py" not in names(found)[:2]
    money = next(snippet for snippet in found.snippets if snippet.path.name == "money.py")
    assert "class Money:\n" in money.text
    assert "    def plus(self, other):\n" in money.text
    assert "Money" in money.why
    assert seen(repository, "bank/fees.py", Task.COMPLETE) == found, "the same state, the same bytes"


def test_the_members_of_what_stands_before_the_dot_come_first_however_large_the_class(repository: Repository) -> None:
    found = seen(repository, "bank/fees.py", Task.COMPLETE, "store.find('a').close_b")
    assert found.snippets[0].path.name == "ledger.py"
    assert "class Ledger:" in found.snippets[0].text
    shown = [line for one in found.snippets if one.path.name == "ledger.py" for line in one.text.split("\n")]
    assert sum("def row_" in line for line in shown) == 40, "a line each, none twice"
    assert not any("return" in line for line in shown)
    found = seen(repository, "app/Use.java", Task.COMPLETE, "return fees.")
    assert found.snippets[0].path.name == "Fees.java"
    assert "public long of(long cents)" in found.snippets[0].text


def test_the_settled_snippets_stand_still_and_farthest_from_the_caret_while_a_line_is_typed(
    repository: Repository,
) -> None:
    def settled(context: Context) -> list[Snippet]:
        return sorted((s for s in context.snippets if s.settled is not None), key=lambda s: s.settled or 0)

    first = settled(seen(repository, "bank/fees.py", Task.COMPLETE))
    assert first
    for typed in ("b", "base", "base.pl", "base.plus", "store.find('a').", "store.find('a').close_books(fee"):
        found = seen(repository, "bank/fees.py", Task.COMPLETE, typed)
        assert settled(found) == first
        sent = complete.nearest(found.snippets)
        # Snippets are laid out farthest first: the prompt begins with the settled ones, in one order.
        assert list(reversed(sent))[: len(first)] == first[::-1]
    letters = [seen(repository, "bank/fees.py", Task.COMPLETE, "base.p" + "lus"[:n]) for n in range(4)]
    assert all(one.snippets == letters[0].snippets for one in letters), "letters of one name change nothing"


def test_time_ends_the_search_and_what_is_there_goes_along(repository: Repository) -> None:
    seen(repository, "bank/fees.py", Task.COMPLETE, "base.")  # loads what loads once
    started = time.thread_time()
    found = seen(repository, "bank/fees.py", Task.COMPLETE, "base.plus", Work(patience_s=0.0))
    assert time.thread_time() - started < 0.15
    assert "money.py" in names(found)


def test_the_place_edited_last_elsewhere_comes_along_until_policy_forbids_it(repository: Repository) -> None:
    root = repository[0]
    recent = Recent()
    text = "def half_done():\n    return 'not saved yet'\n"
    recent.note(document(root / "bank" / "unrelated.py", "python", text), 20)
    recent.note(document(root / "private" / "hidden.py", "python", "SECRET = 1\n"), 3)
    doc = files.read(root / "bank" / "fees.py", "python")
    recent.note(doc, 5)
    found = seen(repository, "bank/fees.py", Task.COMPLETE, "", recent.now(doc))
    edited = [snippet for snippet in found.snippets if snippet.why == "edited lately"]
    assert [snippet.text for snippet in edited] == [text]
    assert all("SECRET" not in snippet.text for snippet in found.snippets)


def test_call_sites_of_the_function_at_hand_come_along(repository: Repository) -> None:
    root, index, settings = repository
    doc = files.read(root / "bank" / "money.py", "python")
    at = doc.text.index(b"def plus")
    request = Request(Task.EXPLAIN, doc, Span(at, at + 8), DEFAULT_OPTIONS[Task.EXPLAIN])
    found = gather.gather(request, index, settings, model=True, work=Work(patience_s=30))
    assert "Money(1).plus(Money(1))\n" in [snippet.text for snippet in found.snippets]


def test_tests_get_a_test_of_the_project_for_its_style_but_none_that_policy_keeps_out(repository: Repository) -> None:
    found = seen(repository, "bank/money.py", Task.TESTS).snippets
    assert found[0].path.name == "test_money.py"
    assert found[0].text == FILES["tests/test_money.py"]
    for name in FILES:
        if name.endswith("fees.py"):
            assert all("private" not in one.path.parts for one in seen(repository, name, Task.TESTS).snippets)
