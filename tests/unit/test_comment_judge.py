"""The judges of the benchmark of comments (`tests/bench`): a mistake in documentation is reported, also where parts of what
pydoclint says are set aside; and a judge that did not run is an error, not a file without findings.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path

import pytest

from copilot.types import document

sys.path.append(str(Path(__file__).parents[1] / "bench"))  # behind all: it has a module `lsp`

import comment_judges
import comments
from pydoclint_judge import pydoclint

TRIED = '''
def load(path: str) -> int:
    """Return the number in a file.

    Args:
        path (str): Opened.

    Returns:
        int: The number.

    Raises:
        KeyError: If it is empty.
        ValueError: If it is too large.
    """
    if not path:
        raise KeyError(path)
    if len(path) > 100:
        raise ValueError(path)
    try:
        return int(path)
    except OSError:
        return 0
'''
BARE = '''
def numbers(rows, most):
    """Yield the rows up to a number.

    Args:
        rows: Iterated.
        most: Compared.

    Yields:
        int: A row.
    """
    for row in rows:
        if row > most:
            return
        yield row
'''
ENDED = '''
def told(rows: list[int]):
    """Print the first row.

    Args:
        rows (list[int]): Printed.
    """
    if not rows:
        return
    print(rows[0])
'''
FIELDS = '''
class Row:
    """A row.

    Attributes:
        size: How many.
        name (str): What.
    """

    size = 1
    name: str = ""
'''
UNTYPED = '''
def half(size: int):
    """Return the half of a size.

    Args:
        size (int): Divided by 2.

    Returns:
        The result of ``size / 2``.
    """
    return size / 2
'''
TAKEN = '''
def first(rows: list[int]) -> int:
    """Return the first row.

    Args:
        rows (list[int]): Read as ``rows[0]``.

    Returns:
        int: The row.
    """
    with open(rows) as file:
        return rows[0]
'''
MISTAKES = [
    (TRIED, "        KeyError: If it is empty.\n", "", "DOC503"),
    (TRIED, "KeyError:", "IndexError:", "DOC503"),
    (TRIED, "    Raises:\n", "    Raises:\n        IndexError: If it is red.\n", "DOC503"),
    (TRIED, r"\n    Raises:\n(        .*\n)+", "", "DOC501"),
    (TRIED, "int: The", "str: The", "DOC203"),
    (TRIED, r"\n    Returns:\n(        .*\n)+", "", "DOC201"),
    (TRIED, r"path \(str\)", "path (bytes)", "DOC105"),
    (BARE, r"\n    Yields:\n(        .*\n)+", "", "DOC402"),
    (BARE, "        most: Compared.\n", "", "DOC101"),
    (BARE, "        most:", "        least:", "DOC103"),
    (ENDED, r"Printed\.\n", "Printed.\n\n    Returns:\n        int: Five.\n", "DOC203"),
    (ENDED, r"Printed\.\n", "Printed.\n\n    Yields:\n        int: Five.\n", "DOC403"),
    (FIELDS, "        size: How many.\n", "", "DOC601"),
    (FIELDS, "        size:", "        width:", "DOC603"),
    (FIELDS, r"name \(str\)", "name (int)", "DOC605"),
    (TAKEN, "    Returns:", "    Yields:", "DOC201"),
    (TAKEN, r"The row\.\n", "The row.\n\n    Raises:\n        KeyError: If it is red.\n", "DOC502"),
]


def test_what_asks_something_of_the_code_is_set_aside_and_no_more(tmp_path: Path):
    for at, text in enumerate((TRIED, BARE, ENDED, FIELDS, UNTYPED, TAKEN)):
        (tmp_path / f"{at}.py").write_text(text)
    found, aside, shown = pydoclint("google", tmp_path)
    assert (found, shown) == (Counter(), [])
    assert set(aside) == {
        "a parameter without a type in the code", "no result type in the code", "only bare `return`: nothing is returned",
        "a generator that is not annotated as one",
    }  # fmt: skip


def test_mistakes_are_reported_also_where_something_is_set_aside(tmp_path: Path):
    for at, (text, old, new, _) in enumerate(MISTAKES):
        wrong = re.sub(old, new, text, count=1)
        assert wrong != text
        (tmp_path / f"{at:02}.py").write_text(wrong)
    _, _, shown = pydoclint("google", tmp_path)
    told = {
        at: {line.split()[1].rstrip(":") for line in shown if f"{at:02}.py:" in line} for at in range(len(MISTAKES))
    }
    assert [at for at, mistake in enumerate(MISTAKES) if mistake[3] not in told[at]] == [], told


def test_a_judge_that_did_not_run_is_an_error(tmp_path: Path):
    with pytest.raises(RuntimeError, match="no Python file"):
        pydoclint("google", tmp_path)
    with pytest.raises(RuntimeError, match="no Java file"):
        comment_judges.doclint(tmp_path)
    (tmp_path / "a.py").write_text(TRIED)
    with pytest.raises(RuntimeError, match="pydoclint ended with 2"):
        pydoclint("google", tmp_path, ("--no-such-option",))


def test_nothing_measured_is_an_error(tmp_path: Path):
    script = [sys.executable, comments.__file__, "--only", "jsdoc:en", "--script", str(tmp_path)]
    done = subprocess.run(script, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 1
    assert "jsdoc:en: no function was found" in done.stderr


@pytest.mark.parametrize("style", ["google", "numpy", "rest"])
def test_an_empty_phrase_is_seen_in_each_part(style: str):
    parts = {
        "google": ("Args:\n    rows: The rows.\n    most: Compared with 3.\n\nReturns:\n    int: The int.\n\nRaises:\n    KeyError: The key error.",),
        "numpy": ("Parameters\n----------\nrows\n    The rows.\nmost\n    Compared with 3.\n\nReturns\n-------\nint\n    The int.\n\nRaises\n------\nKeyError\n    The key error.",),
        "rest": (":param rows: The rows.\n:param most: Compared with 3.\n:returns: The int.\n:rtype: int\n:raises KeyError: The key error.",),
    }[style]  # fmt: skip
    docstring = textwrap.indent(f'"""Limit the rows.\n\n{parts[0]}\n"""', "    ")
    doc = document(Path("a.py"), "python", f"def limit_rows(rows, most) -> int:\n{docstring}\n")
    assert comment_judges.empty_phrases(doc, style) == [
        "limit_rows: Limit the rows.", "rows: The rows.", "limit_rows: The int.", "KeyError: The key error.",
    ]  # fmt: skip


def test_a_value_is_no_repetition_of_the_word_for_no_known_type():
    text = 'def limit(rows):\n    """Cut.\n\n    Returns\n    -------\n    object\n        ``obj``.\n    """\n'
    assert comment_judges.empty_phrases(document(Path("a.py"), "python", text), "numpy") == []


def test_changed_code_is_seen(tmp_path: Path):
    assert comment_judges.same_ast(b"def f():\n    '''A.'''\n    return 1\n", b"def f():\n    return 1\n")
    assert not comment_judges.same_ast(b"def f():\n    return 2\n", b"def f():\n    return 1\n")
    assert comment_judges.tokens(b"/** A. */ int x = 1;") == comment_judges.tokens(b"int x = 1 ;")
    if shutil.which("node") is not None:
        (tmp_path / "a.js").write_text("x = 1")
        (tmp_path / "b.js").write_text("/** A. */\nx = 1")
        (tmp_path / "c.js").write_text("x = 2")
        pairs = [(tmp_path / "a.js", tmp_path / "b.js"), (tmp_path / "a.js", tmp_path / "c.js")]
        assert comment_judges.changed_scripts(pairs) == [str(tmp_path / "c.js")]
