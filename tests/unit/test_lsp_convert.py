"""Editor values and core values: there and back, in every encoding and with the file's own line ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from copilot import edits
from copilot.types import Edit, Finding, Severity, Span, document
from lsp import convert
from lsp.store import Change, Store
from lsp.text import Encoding

PATH = Path("/repo/a.py")
ATOMS = ["a", "b", "\n", "\r\n", "\r", "\f", "\u2028", "é", "中", "😀"]
texts = st.lists(st.sampled_from(ATOMS), max_size=40).map("".join)


@given(
    text=texts,
    new=texts,
    cut=st.tuples(st.integers(0, 40), st.integers(0, 40)),
    units=st.sampled_from(["utf-8", "utf-16", "utf-32"]),
)
def test_an_edit_that_the_editor_applies_gives_the_text_that_the_core_applies(
    text: str, new: str, cut: tuple[int, int], units: Encoding
) -> None:
    spots = [i for i in range(len(text) + 1) if text[i - 1 : i + 1] != "\r\n"]
    i, j = sorted(spots[c % len(spots)] for c in cut)
    doc = document(PATH, None, text)
    new = new.replace("\r", "")
    edit = Edit(PATH, Span(len(text[:i].encode()), len(text[:j].encode())), new)
    sent = convert.text_edit(doc, edit, units)
    store = Store(units)
    store.open("u", PATH, None, 1, text)
    event = types.TextDocumentContentChangePartial(sent.range, sent.new_text)
    store.change("u", 2, [convert.change(event)])
    after = store.snapshot("u")
    assert after is not None
    assert after.text == edits.apply(doc, [edit]).text
    assert convert.span(doc, sent.range, units) == edit.span


def test_a_whole_text_is_a_change_without_a_range() -> None:
    assert convert.change(types.TextDocumentContentChangeWholeDocument("x")) == Change(None, (0, 0), "x")


def test_a_range_turned_around_is_a_span() -> None:
    doc = document(PATH, None, "abc\ndef")
    backwards = types.Range(types.Position(1, 2), types.Position(0, 1))
    assert convert.span(doc, backwards, "utf-16") == Span(1, 6)


def test_findings_become_diagnostics_and_foreign_ones_facts() -> None:
    doc = document(PATH, "python", "é = 😀\n")
    mine = convert.diagnostic(doc, Finding("syntax", Severity.WARNING, PATH, Span(5, 9), "What?"), "utf-16", {"id": 1})
    assert (mine.range.start.character, mine.range.end.character) == (4, 6)
    assert (mine.code, mine.source, mine.severity, mine.data) == (
        "syntax",
        convert.SOURCE,
        types.DiagnosticSeverity.Warning,
        {"id": 1},
    )
    back = convert.finding(doc, mine, "utf-16")
    assert back == Finding("syntax", Severity.WARNING, PATH, Span(5, 9), "What?")
    bare = types.Diagnostic(mine.range, "m", source="pyright")
    told = Finding("pyright", Severity.ERROR, PATH, Span(5, 9), "m", source="pyright")
    assert convert.finding(doc, bare, "utf-16") == told


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///repo/a.py", "/repo/a.py"),
        ("file:///repo/a%20b%2Fc/%E8%B4%A6.py", "/repo/a b/c/账.py"),
        ("file:///repo/./x/../a.py", "/repo/a.py"),
        ("untitled:Untitled-1", "untitled:/Untitled-1"),
        ("vscode-notebook-cell:/repo/n.ipynb#C1", "vscode-notebook-cell:/repo/n.ipynb"),
    ],
)
def test_uris(uri: str, path: str) -> None:
    assert convert.path_of(uri) == Path(path)
    if path.startswith("/"):
        assert convert.path_of(convert.uri_of(Path(path))) == Path(path)
    else:
        assert not convert.path_of(uri).is_absolute()
