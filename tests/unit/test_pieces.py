"""A text lexed in pieces: the words, spacing, lines and shapes of the whole, after any edits, and the same numbers."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.context import corpus, pieces
from copilot.context.pieces import Lexed, lexed
from copilot.context.tokens import NEW_NAME, REFERENCES, START, Tokens, lex, shape
from copilot.engines.embedded.sources import LOCAL, Vocabulary, buffer
from copilot.types import document
from copilot.workspace import _read_ahead

LANGUAGES = st.sampled_from(["python", "java", "yaml", "typescript"])
CHUNKS = st.sampled_from(
    ["a", "bb ", " ", "\n", "\n", "\n    c = a\n", "\r\n", "\r", '"', "'''\n", '"""', "#", "x = 1\n", "\t", "é", "\\", "(",
     "/* ", "*/\n", "//", "`", "self.d(e, f, g)\n", "h i j k l m n\n"]
)  # fmt: skip
EDITS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 30), st.lists(CHUNKS, max_size=6)), max_size=8)


@pytest.fixture(autouse=True, scope="module")
def short_pieces() -> Iterator[None]:
    """Every line may end a piece, so that small texts have many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "_ROWS", 2)
        patch.setattr(pieces, "_LONG", 0)
        yield


def same(found: Lexed, whole: Tokens) -> None:
    """The words of the whole, and what is known at the start of the last line."""
    assert (found.words, found.shapes, bytes(found.spaces), found.ends) == (
        whole.words, whole.shapes, bytes(whole.spaces), whole.ends)  # fmt: skip
    done, indent, recent = whole.restarts[-1] if whole.restarts else (0, 0, ())
    assert found.indent == indent
    assert found.recent[:10] == recent
    assert found.done == (done or 1)
    lines = [0]
    for part in found.parts:
        lines += [part.line + n for n in part.piece.lines]
    assert lines + found.lines == whole.lines
    assert set(found.known()) >= set(whole.words)
    named = [word for word in whole.words if not word.startswith("<I")]
    assert list(dict.fromkeys(w for w in found.forward() if not w.startswith("<I"))) == list(dict.fromkeys(named[1:]))
    backward = dict.fromkeys(w for w in found.backward() if not w.startswith("<I"))
    assert list(backward) == list(dict.fromkeys(w for w in reversed(named) if w != START))


@given(st.lists(CHUNKS, max_size=60), EDITS, LANGUAGES)
def test_after_any_edits_the_words_are_those_of_the_whole(start: list[str], edits: list, language: str) -> None:
    text, known = "".join(start), None
    for where, gone, new in [(0, 0, []), *edits]:
        at = where % (len(text) + 1)
        text = text[:at] + "".join(new) + text[at + gone :]
        known = lexed(text, language, known)
        same(known, lex(text, language))


@given(st.lists(CHUNKS, max_size=60), st.lists(CHUNKS, max_size=30), st.booleans())
def test_a_source_is_the_one_made_of_plain_words(before: list[str], after: list[str], repository: bool) -> None:
    language = "python"
    texts = [lexed("".join(each), language) for each in (before, after)]
    names = ["a", "c", "=", "self", START, NEW_NAME, *REFERENCES] if repository else []
    counts = np.ones(len(names), np.int64)
    words = corpus.Corpus(names, {name: n for n, name in enumerate(names)}, {}, (), counts)
    known, plain = Vocabulary(words), Vocabulary(words)
    made = buffer(texts[0], texts[1], ("<I+4>",), known).segment
    tail, shapes = ([-1, -1, *map(plain.id, each[2:])] for each in (texts[1].words, texts[1].shapes))
    head, head_shapes = ([*map(plain.id, (*each, "<I+4>"))] for each in (texts[0].words, texts[0].shapes))
    pad = [-1] * corpus.DEPTH
    assert made.words.tolist() == pad + tail + head
    assert made.shapes.tolist() == pad + shapes + head_shapes
    assert len({len(each) for each in (made.words, made.shapes, made.spaces, made.lines, made.owner)}) == 1
    assert all(
        n < LOCAL or known.word(n) == plain.word(n) for n in {*made.words.tolist(), *made.shapes.tolist()} - {-1}
    )


def test_a_piece_is_lexed_once_wherever_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "_ROWS", 24)
    monkeypatch.setattr(pieces, "_LONG", 16)
    text = "".join(f"def fee_{n}(amount):\n    return amount * {n}\n\n\n" for n in range(400))
    lexed(text, "python")
    read: list[int] = []
    whole = pieces.go_on
    monkeypatch.setattr(
        pieces, "go_on", lambda text, *more, **said: (read.append(len(text)), whole(text, *more, **said))[1]
    )
    found = lexed("import os\n" * 3 + text[2_000:9_000] + "def one(", "python")
    assert sum(read) < 5_000, "what stands at both ends, to the next end of a piece"
    assert found.words == lex("import os\n" * 3 + text[2_000:9_000] + "def one(", "python").words
    read.clear()
    lexed("import os\n" * 3 + text[2_000:9_000] + "def one(a", "python", found)
    assert sum(read) < 100, "the last line"


def test_of_an_opened_file_little_is_left_to_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pieces, "_ROWS", 24)
    monkeypatch.setattr(pieces, "_LONG", 16)
    text = "".join(f"def opened_{n}(amount):\n    return amount * {n}\n\n\n" for n in range(3_000))
    passed_over = gc.get_freeze_count()
    _read_ahead(document(tmp_path / "opened.py", "python", text), model=True)
    assert gc.get_freeze_count() > passed_over, "collections do not visit what is kept of it"
    read: list[int] = []
    whole = pieces.go_on
    monkeypatch.setattr(
        pieces, "go_on", lambda text, *more, **said: (read.append(len(text)), whole(text, *more, **said))[1]
    )
    lexed(text[20_000:80_000], "python")
    assert sum(read) < 10_000, "what stands at both ends, to the next end of a piece"


def test_shapes_go_on_pointing_back_over_the_edge_of_a_piece() -> None:
    found = lexed("first = 1\nsecond = first\nfirst(second)\n", "python")
    recent: list[str] = []
    assert [shape(word, recent, frozenset()) for word in found.words] == found.shapes
