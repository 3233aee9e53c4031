"""The gates refuse each kind of harm: changed code, lost words, invented names, wrong types, the wrong language."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot import edits
from copilot.config import Settings
from copilot.syntax.outline import outline
from copilot.tasks import comment
from copilot.types import Candidate, CommentOptions, Document, Edit, Project, Request, Span, Task, document

SOURCE = '''\
LIMIT = 3


def fee(amount: int, rate=2) -> int:
    # a person's remark
    if amount <= 0:
        raise ValueError("amount")
    return amount * rate


def old(a):
    """Words of a person, kept.

    Args:
        a: The first.
    """
    return a
'''
DOC = '''    """Calculate the fee once.

    Args:
        amount (int): Rejected with ``ValueError`` if ``amount <= 0``.
        rate: Default ``2``.

    Returns:
        int: ``amount * rate``.

    Raises:
        ValueError: If ``amount <= 0``.
    """
'''
JAVA = """\
class A {
    // remark
    int twice(int x) { return x * 2; }
}
"""


async def failed(doc: Document, made: tuple[Edit, ...], name: str = "fee", lang: str = "en") -> str:
    """The name of the check that refuses the edits; empty when all pass."""
    span = next(s.name_span for s in outline(doc).symbols if s.name == name)
    request = Request(Task.COMMENT, doc, span, CommentOptions("auto", lang))  # type: ignore[arg-type]
    async for check in comment.checks(Candidate(made, "test", 1.0), request, Project(Path()), Settings()):
        if not check.passed:
            return check.name
    return ""


def python(text: str = SOURCE) -> Document:
    return document(Path("a.py"), "python", text)


def insert(doc: Document, before: str, new: str) -> Edit:
    at = doc.text.index(before.encode())
    return Edit(doc.path, Span(at, at), new)


def replace(doc: Document, old: str, new: str) -> Edit:
    at = doc.text.index(old.encode())
    return Edit(doc.path, Span(at, at + len(old.encode())), new)


async def with_doc(text: str, lang: str = "en") -> str:
    doc = python()
    return await failed(doc, (insert(doc, "    # a person", text),), lang=lang)


async def test_true_documentation_passes():
    assert await with_doc(DOC) == ""


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        ("    Args:\n", '    """\n    amount = 1\n    """\n    Args:\n', "code unchanged"),
        ('    """Calculate', '    f"""Calculate', "code unchanged"),
        ("rate: Default", "rates: Default", "signature"),
        ("amount (int): Rejected", "amount (str): Rejected", "signature"),
        ("        ValueError: If", "        KeyError: If", "signature"),
        (
            "    Raises:\n        ValueError: If ``amount <= 0``.\n",
            "    Yields:\n        int: ``amount``.\n",
            "signature",
        ),
        ("Default ``2``", "Default ``RATE``", "entities"),
        ("Default ``2``", "Default ``4``", "entities"),
        ("Calculate the fee once.", "Calculate at most 30 fees.", "entities"),
        ("Calculate the fee once.", "计算费用。", "language"),
        ("Calculate the fee once.", "Calculate the fee " + "and the fee " * 9, "length"),
        ("rate: Default ``2``.", "rate: The rate, an argument.", "telling"),
        ("int: ``amount * rate``.", "int: The fee.", "telling"),
        ("Calculate the fee once.", "Return the fee.", "telling"),
        ("Calculate the fee once.", "Calculate the fee once. TODO: round it.", "clean"),
        ("Calculate the fee once.", "Calculate the fee once, password = 'Kx9#mP2$vL7q'.", "clean"),
        ("        rate: Default ``2``.\n", "", "idempotent"),
        ("    Raises:\n        ValueError: If ``amount <= 0``.\n", "", "idempotent"),
    ],
)
async def test_each_untruth_is_refused(old: str, new: str, check: str):
    assert old in DOC
    assert await with_doc(DOC.replace(old, new)) == check


async def test_parameters_stand_in_the_order_of_the_signature():
    first = "        amount (int): Rejected with ``ValueError`` if ``amount <= 0``.\n"
    second = "        rate: Default ``2``.\n"
    assert await with_doc(DOC.replace(first + second, second + first)) == "signature"


async def test_chinese_needs_chinese_prose():
    assert await with_doc(DOC, lang="zh") == "language"
    chinese = DOC.replace("Calculate the fee once.", "计算费用。").replace("Default", "默认值为")
    chinese = chinese.replace(
        "Rejected with ``ValueError`` if ``amount <= 0``.", "若 ``amount <= 0`` 则抛出 ``ValueError``。"
    )
    assert await with_doc(chinese.replace("If ``amount <= 0``.", "若 ``amount <= 0``。"), lang="zh") == ""


async def test_code_beside_the_documentation_is_refused():
    doc = python()
    good = insert(doc, "    # a person", DOC)
    assert await failed(doc, (good, replace(doc, "LIMIT = 3", "LIMIT = 4"))) == "code unchanged"
    assert await failed(doc, (good, insert(doc, "LIMIT", "# new\n"))) == "outside unchanged"


async def test_remarks_and_human_words_are_kept():
    doc = python()
    good = insert(doc, "    # a person", DOC)
    assert await failed(doc, (good, replace(doc, "    # a person's remark\n", ""))) in {"outside unchanged", "kept"}
    shorter = replace(doc, "Words of a person, kept.", "Words.")
    assert await failed(doc, (shorter,), name="old") == "kept"
    moved = replace(doc, "Words of a person, kept.", "Kept words of a person.")
    assert await failed(doc, (moved,), name="old") == "kept"


async def test_an_edit_outside_the_file_does_not_apply():
    doc = python()
    assert await failed(doc, (Edit(doc.path, Span(9999, 9999), "x"),)) == "applies"


async def test_broken_result_is_a_syntax_failure():
    doc = python()
    assert await failed(doc, (insert(doc, "    # a person", '    """Open\n'),)) == "syntax"


@pytest.mark.parametrize(
    ("new", "check"),
    [
        (
            "/**\n     * Return {@code x * 2}.\n     *\n     * @param x Doubled.\n     * @return {@code x * 2}.\n     */\n    ",
            "",
        ),
        ("/** Return {@code x * 2}. @return x */ int y;\n    ", "code unchanged"),
        (
            "/**\n     * Text.\n     *\n     * @param y Of type {@code int}.\n     * @return {@code x * 2}.\n     */\n    ",
            "signature",
        ),
        (
            "/**\n     * Text.\n     *\n     * @param x Of type {@code Integer}.\n     * @return {@code x}.\n     */\n    ",
            "entities",
        ),
        ("/**\n     * Text.\n     *\n     * @return {@code x * 2}.\n     */\n    ", "idempotent"),
        ("// Text\n    ", "outside unchanged"),
    ],
)
async def test_java(new: str, check: str):
    doc = document(Path("A.java"), "java", JAVA)
    assert await failed(doc, (insert(doc, "int twice", new),), name="twice") == check


async def test_a_comment_that_swallows_code_is_refused():
    doc = document(Path("A.java"), "java", JAVA.replace("}\n", "} /* end */\n", 1))
    assert await failed(doc, (insert(doc, "int twice", "/** Text. "),), name="twice") in {"code unchanged", "syntax"}


def test_the_probe_of_the_gates_is_valid_python():
    doc = python()
    after = edits.apply(doc, (insert(doc, "    # a person", DOC),))
    compile(after.text, "a.py", "exec")


async def test_a_wide_line_of_a_person_may_lose_its_quotes():
    wide = "Words of a person " * 6
    doc = document(Path("a.py"), "python", f'def f(a):\n    """{wide}"""\n    return g(a)\n')
    span = Span(doc.text.index(b'"""\n    return'), doc.text.index(b'"""\n    return') + 3)
    text = "\n\n    Args:\n        a: Passed to ``g``.\n\n    Returns:\n        The result of ``g(a)``.\n    "
    assert await failed(doc, (Edit(doc.path, Span(span.start, span.start), text),), name="f") == ""
