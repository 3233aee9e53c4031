"""The registry: who claims a file, what importing it costs, and that a language is data."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from copilot.syntax import languages, outline, parsing
from copilot.types import document

FIXTURES = Path(__file__).parents[1] / "fixtures" / "syntax"


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("ledger.py", "python"),
        ("stubs.pyi", "python"),
        ("Account.JAVA", "java"),
        ("app.mjs", "javascript"),
        ("row.tsx", "tsx"),
        ("row.ts", "typescript"),
        ("V1__init.sql", "sql"),
        ("AccountMapper.xml", "xml"),
        ("application.yml", "yaml"),
        ("README", None),
        ("notes.txt", None),
        (".py", None),
    ],
)
def test_a_path_names_its_language(name: str, language: str | None) -> None:
    assert languages.language_of(Path("src") / name) == language


def test_an_editors_identifier_names_its_language() -> None:
    assert languages.by_lsp_id("typescriptreact") == "tsx"
    assert languages.by_lsp_id("javascriptreact") == "javascript"
    assert languages.by_lsp_id("cobol") is None


def test_no_suffix_and_no_identifier_is_claimed_twice() -> None:
    rows = languages.LANGUAGES.values()
    for claims in ([s for r in rows for s in r.suffixes], [i for r in rows for i in r.lsp_ids]):
        assert len(claims) == len(set(claims))


def test_importing_the_registry_loads_no_grammar() -> None:
    code = (
        "import sys, copilot.syntax.languages as l; l.language_of.__name__;"
        "print([m for m in sys.modules if m.startswith('tree_sitter')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def documented_captures() -> set[str]:
    """The capture names that the recipe in the outline's docstring lists."""
    assert outline.__doc__ is not None
    return set(re.findall(r"`@([a-z][a-z.]*)`", outline.__doc__))


@pytest.mark.parametrize("name", sorted(languages.LANGUAGES))
def test_a_query_compiles_and_uses_documented_captures_only(name: str) -> None:
    rules = parsing.query(name, "outline")
    assert rules is not None
    used = {rules.capture_name(index) for index in range(rules.capture_count)}
    kinds = {capture for capture in used if capture.startswith("definition.")}
    assert {capture for capture in used - kinds if not capture.startswith("_")} <= documented_captures()
    from typing import get_args

    assert {kind.removeprefix("definition.") for kind in kinds} <= {*get_args(outline.Kind), "member"}


@pytest.fixture
def dtd() -> Iterator[str]:
    row = languages.Language(
        "dtd", (".dtd",), ("dtd",), ("tree_sitter_xml", "language_dtd"), queries=(FIXTURES / "dtd",)
    )
    languages.LANGUAGES["dtd"] = row
    yield "dtd"
    del languages.LANGUAGES["dtd"]


def test_a_new_language_is_a_row_and_a_query(dtd: str) -> None:
    text = (
        "<!-- Statement of one account -->\n"
        "<!ELEMENT statement (account, entry)>\n"
        "<!ELEMENT entry (#PCDATA)>\n"
        '<!ENTITY bank "Example Bank">\n'
    )
    path = Path("statement.dtd")
    assert languages.language_of(path) == dtd
    found = outline.outline(document(path, dtd, text))
    assert [(s.kind, s.name) for s in found.symbols] == [
        ("element", "statement"),
        ("element", "entry"),
        ("constant", "bank"),
    ]
    doc = found.symbols[0].docstring
    assert doc is not None
    assert text[doc.start : doc.end] == "<!-- Statement of one account -->"
    assert [call.name for call in found.calls] == ["account", "entry"]
