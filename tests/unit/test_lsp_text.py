"""The text model against a plain string, in all three encodings and with every kind of line end."""

from __future__ import annotations

import random
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.files import encode
from lsp import text as text_module
from lsp.store import Change, Store
from lsp.text import Encoding, Text

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
CODEC = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
WIDTH = {"utf-8": 1, "utf-16": 2, "utf-32": 4}

# Line ends, the characters that only str.splitlines takes for line ends, and 1- to 4-byte characters.
ATOMS = ["a", "b", " ", "\t", "\n", "\r", "\r\n", "\f", "\v", "\x1c", "\x85", "\u2028", "\u2029", "é", "中", "😀", "𝕏"]
texts = st.lists(st.sampled_from(ATOMS), max_size=60).map("".join)
places = st.tuples(st.integers(0, 30), st.integers(0, 20))


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut after eight bytes, so that short texts have many pieces."""
    monkeypatch.setattr(text_module, "PIECE", 8)
    monkeypatch.setattr(text_module, "_SMALL", 2)


class Model:
    """A plain text and the specification's words about it."""

    def __init__(self, text: str, encoding: Encoding) -> None:
        self.text, self.encoding = text, encoding

    def rows(self) -> list[tuple[int, int]]:
        """Start and end (without line end) of each line, in code points."""
        ends = [(m.start(), m.end()) for m in re.finditer("\r\n|\n|\r", self.text)]
        starts = [0, *(end for _, end in ends)]
        return list(zip(starts, [*(start for start, _ in ends), len(self.text)], strict=True))

    def index(self, line: int, character: int) -> tuple[int, bool]:
        """Code point index of a position; True when it cuts a surrogate pair."""
        rows = self.rows()
        if line >= len(rows):
            return len(self.text), False
        start, end = rows[line]
        at = 0
        for index in range(start, end):
            if at == character:
                return index, False
            size = len(self.text[index].encode(CODEC[self.encoding])) // WIDTH[self.encoding]
            if at < character < at + size:
                return index, self.encoding == "utf-16"
            at += size
        return end, False

    def replace(self, start: tuple[int, int], end: tuple[int, int], new: str) -> None:
        """Replace a range; halves of cut surrogate pairs stay, and what has no other half becomes U+FFFD."""
        (i, cut_i), (j, cut_j) = self.index(*start), self.index(*end)
        head, tail = self.text[:i], self.text[j:]
        if cut_i:
            new = half(self.text[i], 0) + new
        if cut_j:
            new, tail = new + half(self.text[j], 1), self.text[j + 1 :]
        new = new.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        self.text = head + new + tail


def half(character: str, which: int) -> str:
    units = character.encode("utf-16-le")
    return units[2 * which : 2 * which + 2].decode("utf-16-le", "surrogatepass")


def check_shape(parts: tuple[bytes, ...], expected: str) -> None:
    assert b"".join(parts) == expected.encode()
    assert all(part.endswith((b"\n", b"\r")) for part in parts[:-1])
    assert not any(a.endswith(b"\r") and b.startswith(b"\n") for a, b in pairwise(parts))


@given(text=texts, encoding=st.sampled_from(ENCODINGS), where=places)
def test_a_position_means_what_the_specification_says(text: str, encoding: Encoding, where: tuple[int, int]) -> None:
    index, cut = Model(text, encoding).index(*where)
    assert Text.of(text.encode()).place(*where, encoding) == (len(text[:index].encode()), cut)


@given(text=texts, encoding=st.sampled_from(ENCODINGS))
def test_every_offset_survives_the_round_trip(text: str, encoding: Encoding) -> None:
    model = Text.of(text.encode())
    for index in range(len(text) + 1):
        offset = len(text[:index].encode())
        inside_line_end = text[index - 1 : index + 1] == "\r\n" and index > 0
        back = model.offset(*model.position(offset, encoding), encoding)
        assert back == (offset - 1 if inside_line_end else offset)


@given(text=texts)
def test_rows_and_columns_are_those_of_the_parser(text: str) -> None:
    data = text.encode()
    model = Text.of(data)
    for offset in range(len(data) + 1):
        expected = data.count(b"\n", 0, offset), offset - data.rfind(b"\n", 0, offset) - 1
        assert model.row_and_column(offset) == expected


@settings(max_examples=300)
@given(
    text=texts,
    encoding=st.sampled_from(ENCODINGS),
    edits=st.lists(st.tuples(places, places, texts), max_size=8),
)
def test_edits_give_the_same_text_as_a_plain_string(
    text: str, encoding: Encoding, edits: list[tuple[tuple[int, int], tuple[int, int], str]]
) -> None:
    model, store = Model(text, encoding), Store(encoding)
    store.open("u", Path("/u"), None, 1, text)
    for version, (a, b, new) in enumerate(edits, 2):
        start, end = min(a, b), max(a, b)
        model.replace(start, end, new)
        store.change("u", version, [Change(start, end, new)])
        document = store.snapshot("u")
        assert document is not None
        assert (document.text.decode(), document.version) == (model.text, version)
        check_shape(document.parts, model.text)
        assert Text.of(document.text).last_line + 1 == len(model.rows())


def test_ten_thousand_random_edits_stay_in_step() -> None:
    rng = random.Random(7)
    expected, text = "", Text.of(b"")
    for _ in range(10_000):
        i = rng.randint(0, len(expected))
        j = min(len(expected), i + rng.choice([0, 0, 0, 1, 2, 30]))
        new = "".join(rng.choices(ATOMS, k=rng.choice([0, 1, 1, 2, 20])))
        if len(expected) > 2000:
            new = ""
        text = text.replace(len(expected[:i].encode()), len(expected[:j].encode()), new.encode())
        expected = expected[:i] + new + expected[j:]
        assert b"".join(text.parts) == expected.encode()
    check_shape(text.parts, expected)
    assert text.last_line == len(re.findall("\r\n|\n|\r", expected))


@pytest.mark.parametrize("character", ["\f", "\v", "\x1c", "\x85", "\u2028", "\u2029"])
def test_only_three_line_ends(character: str) -> None:
    text = Text.of(f"a{character}b\nc".encode())
    assert text.last_line == 1
    assert text.offset(1, 0, "utf-16") == len(f"a{character}b\n".encode())


@pytest.mark.parametrize(
    ("where", "offset"),
    [((0, 99), 2), ((1, 99), 5), ((9, 0), 7), ((-1, -1), 0), ((2, 0), 7), ((0, 2), 2)],
    ids=["past line end", "past the end of a CRLF line", "past the last line", "negative", "empty last", "line end"],
)
def test_places_outside_the_text_are_clamped(where: tuple[int, int], offset: int) -> None:
    assert Text.of(b"ab\ncd\r\n").offset(*where, "utf-16") == offset


def test_an_offset_inside_a_crlf_is_the_end_of_its_line() -> None:
    assert Text.of(b"ab\r\ncd").position(3, "utf-16") == (0, 2)


def test_offsets_outside_the_text_are_clamped() -> None:
    text = Text.of("é\n".encode())
    assert text.position(-5, "utf-8") == (0, 0)
    assert text.position(99, "utf-8") == (1, 0)
    assert text.position(1, "utf-16") == (0, 0)  # inside the é


def test_a_lone_surrogate_becomes_the_replacement_character() -> None:
    assert encode("a\ud83d") == "a\ufffd".encode()
    assert encode("\ud83d\ude00") == "😀".encode()


def test_one_line_larger_than_a_piece() -> None:
    text = Text.of(b"x" * 100 + b"\r\ny")
    assert text.line_span(0) == (0, 100)
    assert text.replace(50, 60, b"").parts[0] == b"x" * 90 + b"\r\n"
