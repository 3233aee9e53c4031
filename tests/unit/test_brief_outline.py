"""The brief outline says of a file what the index keeps of the whole one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from copilot.context import rows, store
from copilot.syntax.languages import language_of
from copilot.syntax.outline import brief, near, outline
from copilot.syntax.tree import parse
from copilot.types import document

GOLDEN = Path(__file__).parents[1] / "golden" / "outline"
INPUTS = sorted(GOLDEN.glob("*/input.*"))


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.parent.name)
def test_the_index_keeps_the_same_rows(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    doc = document(path, language_of(path), path.read_text("utf-8"))
    found = []
    for read in (brief, outline):
        monkeypatch.setattr(rows, "brief", read)
        database = sqlite3.connect(":memory:")
        database.executescript(store._TABLES)
        rows.write(database, 1, doc)
        found.append(
            [list(database.execute(f"SELECT * FROM {t} ORDER BY n")) for t in ("definitions", "imports", "calls")]
        )
    assert found[0] == found[1]
    assert outline(doc).module == brief(doc).module


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.parent.name)
def test_near_a_place_the_outline_says_what_is_looked_for_there(path: Path) -> None:
    doc = document(path, language_of(path), path.read_text("utf-8"))
    whole = outline(doc)
    for at in range(0, len(doc.text) + 1, 7):
        found = near(doc, at, parse(doc.text, doc.language or ""))
        assert (found.imports, found.module, found.calls) == (whole.imports, whole.module, ())
        assert [(s.kind, s.qualified, s.span, s.returns, s.bases, s.throws, s.parent) for s in found.symbols] == [
            (s.kind, s.qualified, s.span, s.returns, s.bases, s.throws, s.parent) for s in whole.symbols
        ]
        for one, other in zip(found.symbols, whole.symbols, strict=True):
            assert one.parameters in ((), other.parameters)
            if other.span.start <= at <= other.span.end:
                assert len(one.parameters) == len(other.parameters), (at, other.qualified)
