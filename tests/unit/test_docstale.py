"""Documentation that the code contradicts: found only where it is certain, put right without losing a sentence."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from copilot import edits
from copilot.config import Comment, Settings
from copilot.engines.embedded.comment import corrected
from copilot.tasks import comment, comment_stale
from copilot.types import Candidate, CommentOptions, Document, Project, Request, Task, document
from copilot.verify.docstale import RULES, stale


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
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


def test_the_setting_switches_it_off():
    doc = python(GOOGLE)
    assert comment_stale.findings(doc, Settings())
    assert comment_stale.findings(doc, Settings(comment=Comment(stale=False))) == ()
