"""Documentation that the code contradicts: found only where it is certain, put right without losing a sentence."""

from __future__ import annotations

import textwrap
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from copilot import edits
from copilot.config import Comment, Settings
from copilot.engines.embedded.comment import corrected, propose
from copilot.syntax.outline import outline
from copilot.tasks import comment, comment_stale
from copilot.types import Candidate, CommentOptions, Context, Document, Project, Request, Span, Task, document
from copilot.verify import docsubject, doctarget
from copilot.verify.docstale import RULES, stale
from lsp.features.code_action import PREFERRED


def python(text: str, path: str = "a.py") -> Document:
    return document(Path(path), "python", textwrap.dedent(text).lstrip("\n"))


def java(body: str) -> Document:
    text = textwrap.dedent(body).strip("\n")
    return document(Path("A.java"), "java", f"class A {{\n{textwrap.indent(text, '    ')}\n}}\n")


def found(doc: Document, before: Document | None = None) -> list[str]:
    return [" ".join(filter(None, (one.rule[4:], one.name, one.new))) for one in stale(doc, before)]


GOOGLE = '''
    def fee(total, rate: float = 2.0, *, cap=5):
        """Compute the fee.

        Args:
            amount: What is charged, see ``amount``.
            rate (float): The rate. Defaults to 1.5.
            cap: The most.
        """
        return total
'''
NUMPY = '''
    def fee(total, cap: str):
        """Compute the fee.

        Parameters
        ----------
        total : array_like
            What is charged.
        cap : int, optional
            The most.
        depth
            How far. It goes on
            here.
        """
        return total
'''
REST = '''
    def fee(total, cap):
        """Compute the fee.

        :param str totals: What is charged.
        :type totals: str
        :param cap: The most.
        :return: The fee.
        """
        print(total)
        print(cap)
'''
RAISED = '''
    class Closed(RuntimeError):
        """No."""

    def book(total):
        """Book it.

        Args:
            total: What.

        Raises:
            ValueError: If negative.
        """
        if total is None:
            raise Closed("shut")
        raise ValueError
'''
YIELDED = '''
    def each(total):
        """Numbers.

        Returns:
            int: The next number.
        """
        yield total
'''
LISTED = '''
    def each(total) -> list[int]:
        """Numbers.

        Parameters
        ----------
        total : int
            How many.

        Yields
        ------
        int
            The next number.
        """
        return [total]
'''


CLASSES = [
    f"""
    class Account:
        '''An account.

        {entries}
        '''

        def __init__(self, owner_name: str, limit: int) -> None:
            self.name = owner_name
            self.most = limit
    """
    for entries in (
        "Args:\n            owner_nam: Who.\n            limit: Most.",
        "Parameters\n        ----------\n        owner_nam : str\n            Who.\n        limit : int\n            Most.",
    )
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *[(text, ["parameter-renamed owner_nam owner_name"]) for text in CLASSES],
        (GOOGLE, ["parameter-renamed amount total", "default rate 2.0"]),
        (NUMPY, ["type cap str", "parameter-removed depth"]),
        (REST, ["parameter-renamed totals total", "returns"]),
        (RAISED, ["raises-missing Closed"]),
        (YIELDED, ["yields"]),
        (LISTED, ["yields"]),
    ],
)
def test_each_contradiction_is_found_once(text, expected):
    assert found(python(text)) == expected


def test_javadoc_contradictions():
    doc = java("""
        /**
         * Books.
         *
         * @param sum the amount
         * @param memo the text
         * @return the balance
         * @throws IllegalStateException if closed
         */
        void book(long total, String memo) throws java.io.IOException {
            if (total < 0) { throw new IllegalArgumentException("negative"); }
        }
    """)
    assert found(doc) == [
        "parameter-renamed sum total",
        "raises-missing java.io.IOException",
        "raises-missing IllegalArgumentException",
        "returns",
    ]


QUIET = [
    'def f(a, **options):\n    """Do.\n\n    Args:\n        a: One.\n        depth: In options.\n    """\n',
    '@wrapped(3)\ndef f(a):\n    """Do.\n\n    Args:\n        a: One.\n        extra: Given by the wrapper.\n    """\n',
    'def f(a=None):\n    """Do.\n\n    Args:\n        a: One. Defaults to 10.\n    """\n',
    'def f(a=3, b=4):\n    """Do.\n\n    Args:\n        a: If ``b`` is set, defaults to 5.\n        b: Two.\n    """\n',
    'def f(a=3):\n    """Do.\n\n    Args:\n        a: Default 5 seconds longer than usual.\n    """\n',
    'def f(a, b, c, d):\n    """Do.\n\n    Args:\n        a: One of them.\n    """\n',
    'def f(a):\n    """Do.\n\n    Returns:\n        None: Nothing.\n    """\n    print(a)\n    print(a)\n',
    'def f(a):\n    """Do.\n\n    Returns:\n        What a subclass says.\n    """\n    raise NotImplementedError\n',
    'def f(a):\n    """Do.\n\n    Returns:\n        Iterator of numbers.\n    """\n    yield a\n',
    'def f(a):\n    """Do.\n\n    Raises:\n        LookupError: Always.\n    """\n    raise KeyError(a)\n',
    'def f(a):\n    """Do.\n\n    Raises:\n        KeyError: From inside.\n    """\n    return a.get()\n',
    'def f(a: "Sequence[int]"):\n    """Do.\n\n    Parameters\n    ----------\n    a : list of int\n        One.\n    """\n',
    'def f(a: float):\n    """Do.\n\n    Parameters\n    ----------\n    a : int or str\n        One.\n    """\n',
    'def f(a):\n    """Do.\n\n    Parameters\n    ----------\n    a : int\n        One.\n    Otherwise\n    """\n',
    'def f(ecc):\n    """Do.\n\n    Parameters\n    ----------\n    *ecc* is an array of\n    eccentricities\n    """\n',
    'def f(a, b):\n    """Do this with a and that.\n\n    It takes b too.\n    """\n',
    (
        'class A:\n    """A.\n\n    Args:\n        depth: How far it goes.\n    """\n\n'
        "    def __init__(self, name):\n        self.name = name\n\n"
        "    def __call__(self, depth):\n        return self.name * depth\n"
    ),
    (
        'class A:\n    """A.\n\n    Attributes:\n        x: One.\n\n    Args:\n        a: Two.\n        x: Kept.\n    """\n\n'
        "    def __init__(self, a):\n        self.x = a\n"
    ),
]


@pytest.mark.parametrize("text", QUIET)
def test_what_is_not_certain_is_not_said(text):
    assert found(document(Path("a.py"), "python", text)) == []


def test_an_exception_of_a_documented_kind_is_told_already():
    doc = java("""
        /**
         * Books.
         *
         * @throws org.w3c.dom.DOMException if it does not fit
         */
        void book() { throw new Refused(); }

        static class Refused extends org.w3c.dom.DOMException { }
    """)
    assert found(doc) == []


def test_the_last_commit_tells_a_rename_and_an_exception_that_is_gone():
    before = python('''
        def book(amount, memo):
            """Book.

            Args:
                amount: What.
                memo: Why.

            Raises:
                Refused: Never mind.
            """
            check(amount)
            raise Refused
    ''')
    now = before.text.decode().replace("(amount, memo)", "(sum_of_money, text)").replace("    raise Refused\n", "")
    after = document(before.path, "python", now.replace("check(amount)", "check(sum_of_money)"))
    assert found(after, before) == [
        "parameter-renamed amount sum_of_money",
        "parameter-renamed memo text",
        "raises-removed Refused",
    ]
    called = document(before.path, "python", after.text.decode().replace("check(", "other("))
    assert "raises-removed Refused" not in found(called, before)


async def put_right(doc: Document) -> Document:
    """The document after each contradiction's correction in turn, every one proven by the task's checks."""
    for _ in range(9):
        listed = comment_stale.contradictions(doc)
        if not listed:
            break
        fact = comment_stale.finding(doc, listed[0])
        assert fact.severity is RULES[fact.rule]
        request = Request(Task.COMMENT, doc, fact.span, CommentOptions("auto", "en"), facts=(fact,))
        candidate = corrected(request, CommentOptions("auto", "en"), Settings())
        assert isinstance(candidate, Candidate), candidate
        async for check in comment.checks(candidate, request, Project(Path()), Settings()):
            assert check.passed, (check, candidate)
        doc = edits.apply(doc, candidate.edits)
    return doc


@pytest.mark.parametrize(("newline", "text"), [("\n", GOOGLE), ("\r\n", GOOGLE)])
async def test_a_rename_keeps_its_description_and_every_line_end(newline, text):
    doc = python(text)
    doc = document(doc.path, "python", doc.text.replace(b"\n", newline.encode()))
    after = (await put_right(doc)).text.decode()
    assert f"    total: What is charged, see ``total``.{newline}" in after
    assert f"    rate (float): The rate. Defaults to 2.0.{newline}" in after
    assert after.count("\n") == after.count(newline) == doc.text.decode().count("\n")


async def test_corrections_of_the_other_styles():
    numpy = (await put_right(python(NUMPY))).text.decode()
    assert 'cap : str, optional\n        The most.\n    """' in numpy
    assert "How far" not in numpy
    rest = (await put_right(python(REST))).text.decode()
    assert ':param str total: What is charged.\n    :type total: str\n    :param cap: The most.\n    """' in rest
    raised = (await put_right(python(RAISED))).text.decode()
    assert '        Closed: If ``total is None``, with the message ``"shut"``.\n' in raised
    assert "    Yields:\n        int: The next number.\n" in (await put_right(python(YIELDED))).text.decode()
    listed = (await put_right(python(LISTED))).text.decode()
    assert "    Returns\n    -------\n    list[int]\n        The next number.\n" in listed


async def test_a_new_parameter_gets_an_entry_in_its_place():
    doc = java("""
        /**
         * Books.
         *
         * @param sum the amount
         * @param memo the text
         */
        void book(long sum, int days, String memo) { }
    """)
    assert found(doc) == ["parameter-missing days"]
    assert "@param sum the amount\n     * @param days Ignored by this implementation.\n     * @param memo" in (
        (await put_right(doc)).text.decode()
    )


@pytest.mark.parametrize("text", CLASSES)
async def test_a_renamed_entry_of_a_class_is_renamed_and_not_doubled(text):
    after = (await put_right(python(text))).text.decode()
    assert after == python(text).text.decode().replace("owner_nam", "owner_name", 1)


@pytest.mark.parametrize(
    ("old", "new", "asks"),
    [("amountInCents", "cents", False), ("theAmountInCents", "amount", False), ("memo", "rate", True)],
)
def test_a_rename_is_certain_where_the_names_share_a_word(old, new, asks):
    doc = java(f"""
        /**
         * Books.
         *
         * @param sum the sum
         * @param {old} the other
         */
        void book(long sum, long {new}) {{ }}
    """)
    assert [(one.name, one.new, one.asks) for one in stale(doc)] == [(old, new, asks)]


def test_a_method_is_looked_at_without_its_class():
    doc = python('''
        class Fees:
            """Fees.

            Args:
                ratio: The rate.
                cap: The most.
            """

            def __init__(self, rate, cap):
                pass

            def book(self, total):
                """Book.

                Args:
                    totals: What.
                """
    ''')
    whole, method = (next(s.span for s in outline(doc).symbols if s.name == name) for name in ("Fees", "book"))
    assert [one.name for one in stale(doc, None, method)] == ["totals"]
    assert [one.name for one in stale(doc, None, whole)] == ["ratio", "totals"]
    assert [one.name for one in stale(doc, None, Span(20, 20))] == ["ratio"]


def test_what_a_person_should_see_first_is_not_preferred():
    doc = python('''
        def book(total):
            """Book.

            Args:
                total: What.
                gone: What is no more.

            Returns:
                The balance, half even.
            """
            print(total)
            print(total)
    ''')
    sure = {}
    for one in stale(doc):
        fact = comment_stale.finding(doc, one)
        made = corrected(
            Request(Task.COMMENT, doc, fact.span, CommentOptions(), facts=(fact,)), CommentOptions(), Settings()
        )
        assert isinstance(made, Candidate)
        sure[one.rule] = made.confidence
    assert sure.keys() == {"doc:parameter-removed", "doc:returns"}
    assert max(sure.values()) < PREFERRED


def test_a_correction_reads_only_the_definition_that_it_is_about(monkeypatch):
    many = "".join(f"\n\n{python(GOOGLE).text.decode().replace('fee(', f'fee_{n}(')}" for n in range(20))
    doc = python(many)
    facts = comment_stale.findings(doc, Settings())
    read = []
    own = docsubject.docsections.read
    monkeypatch.setattr(docsubject.docsections, "read", lambda doc, span: (read.append(span), own(doc, span))[1])
    for fact in facts:
        read.clear()
        request = Request(Task.COMMENT, doc, fact.span, CommentOptions("auto", "en"), facts=(fact,))
        assert isinstance(corrected(request, CommentOptions("auto", "en"), Settings()), Candidate)
        assert len(set(read)) == 1


async def test_what_may_ask_git_lets_others_run(monkeypatch):
    doc, threads = python(GOOGLE), []
    monkeypatch.setattr(comment_stale, "last_commit", lambda _doc: threads.append(threading.current_thread()))
    fact = comment_stale.findings(doc, Settings())[0]
    threads.clear()
    request = Request(Task.COMMENT, doc, fact.span, CommentOptions(), facts=(fact,))
    resources = SimpleNamespace(settings=Settings())
    async for one in propose(request, Context("", ""), resources):  # type: ignore[arg-type]
        assert isinstance(one, Candidate)
        async for check in comment.checks(one, request, Project(Path()), Settings()):
            assert check.passed
    assert len(threads) > 1
    assert threading.main_thread() not in threads


def test_a_contract_is_read_once_and_of_the_last_commit_where_the_source_differs(monkeypatch):
    reads = []
    own = doctarget.contract_python.read
    monkeypatch.setattr(doctarget.contract_python, "read", lambda *a: (reads.append(a[0]), own(*a))[1])
    twice = python(GOOGLE).text.decode() + "\n\n" + python(GOOGLE).text.decode().replace("fee(", "cost(")
    before, doc = (
        document(Path("a.py"), "python", twice),
        document(Path("a.py"), "python", twice.replace("5)", "6)", 1)),
    )
    assert len(list(stale(doc, before))) == len(list(stale(doc, before))) == 4
    assert [one is doc for one in reads].count(True) == 2
    assert [one is before for one in reads].count(True) == 1


def test_the_setting_switches_it_off_and_large_files_are_for_commands():
    doc = python(GOOGLE)
    assert comment_stale.findings(doc, Settings())
    large = document(doc.path, "python", doc.text + b"x = 1\n" * 20_000)
    assert comment_stale.findings(large, Settings()) == ()
    assert comment_stale.contradictions(large)
    assert comment_stale.findings(doc, Settings(comment=Comment(stale=False))) == ()
