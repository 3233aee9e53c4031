"""The brief outline says of a file what the index keeps of the whole one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from copilot.context import rows, store
from copilot.syntax.languages import language_of
from copilot.syntax.outline import Outline, Symbol, brief, near, outline
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
        seen = {s.span: s for s in found.symbols}
        near_by = [s for s in whole.symbols if s.span in seen]
        assert [(s.kind, s.qualified, s.span, s.returns, s.bases, s.throws) for s in found.symbols] == [
            (s.kind, s.qualified, s.span, s.returns, s.bases, s.throws) for s in near_by
        ]
        for one, other in zip(found.symbols, near_by, strict=True):
            mine, its = found.parent(one), whole.parent(other)
            assert (mine and mine.span) == (its and its.span)
            assert one.parameters in ((), other.parameters)
            if other.span.start <= at <= other.span.end:
                assert len(one.parameters) == len(other.parameters), (at, other.qualified)
        left_out = {s.qualified for s in whole.symbols if s.span not in seen}
        assert not left_out & {s.qualified for s in _at_hand(whole, at)}


def _at_hand(whole: Outline, at: int) -> list[Symbol]:
    """What stands at the margin, all that is in or behind the last definition there that begins before a place, and in
    other languages than Python everything.
    """
    outer = [s for s in whole.symbols if s.parent is None]
    last = max(
        (s.span.start for s in outer if s.kind in ("class", "enum", "function") and s.span.start <= at), default=0
    )
    if whole.language != "python":
        return list(whole.symbols)
    return [*outer, *(s for s in whole.symbols if last <= s.span.start <= at)]


def test_far_from_a_place_only_imports_are_looked_for_inside_definitions() -> None:
    text = (
        "class One(Base):\n    size: int = 3\n    def f(self, a: int):\n        import json\n\n"
        "@wrap\ndef two(a: int):\n    def inner():\n        pass\n\n"
        "if True:\n    def three():\n        pass\n\n"
        "class Four(Base):\n    width: int = 3\n    def g(self):\n        pass\n"
    )
    doc = document(Path("a.py"), "python", text)

    def names(at: int) -> list[str]:
        found = near(doc, at, parse(doc.text, "python"))
        assert [row.module for row in found.imports] == ["json"]
        assert [s.bases for s in found.symbols if s.kind == "class"] == [("Base",), ("Base",)]
        return [s.qualified for s in found.symbols]

    assert names(text.index("inner")) == ["One", "One.size", "One.f", "two", "two.inner", "three", "Four"]
    assert names(text.index("if True") - 1) == names(text.index("inner"))
    assert names(len(text)) == ["One", "One.size", "One.f", "two", "three", "Four", "Four.width", "Four.g"]
