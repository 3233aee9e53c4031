"""Trees: deadlines, the cache, reuse across edits, threads, finding nodes."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.syntax import parsing, tree
from copilot.types import Span, document

GOLDEN = Path(__file__).parents[1] / "golden" / "outline"
SOURCES = {"python": GOLDEN / "python" / "input.py", "java": GOLDEN / "java" / "input.java"}


def nodes(parsed: tree.Tree) -> list[tuple[str, tuple[int, int], tuple[int, int], tuple[int, int], bool]]:
    """Everything that two trees of one text must agree on."""
    return [
        (node.type, node.byte_range, tuple(node.start_point), tuple(node.end_point), node.is_missing)
        for node in tree.descendants(parsed.root_node)
    ]


def test_a_language_without_a_row_has_no_tree() -> None:
    assert tree.parse(b"IDENTIFICATION DIVISION.", "cobol") is None
    assert tree.of(document(Path("a.cob"), None, "x")) is None


@pytest.mark.parametrize("language", SOURCES)
def test_a_parse_that_is_too_late_is_given_up_and_the_next_one_is_whole(language: str) -> None:
    text = SOURCES[language].read_bytes() * 20
    assert tree.parse(text, language, deadline_s=0.0) is None
    again = tree.parse(b"x", language, deadline_s=5.0)
    assert again is not None
    assert again.root_node.end_byte == 1
    whole = tree.parse(text, language, deadline_s=30.0)
    plain = tree.parse(text, language)
    assert whole is not None and plain is not None
    assert nodes(whole) == nodes(plain)


def test_a_large_text_is_read_in_chunks_that_may_cut_a_character() -> None:
    line = "名称 = '账户余额𝔘' + name  # 备注\n"
    text = (line * (5 * parsing.CHUNK // len(line.encode()))).encode()
    assert len(text) > 4 * parsing.CHUNK
    parsed = tree.parse(text, "python")
    assert parsed is not None
    assert not parsed.root_node.has_error
    assert parsed.root_node.end_byte == len(text)


def test_text_that_costs_quadratic_time_is_given_up() -> None:
    assert tree.parse(b"/* \n" * 20_000, "java", deadline_s=0.2) is None


def test_a_document_is_parsed_once_and_an_equal_one_again() -> None:
    doc = document(Path("a.py"), "python", "x = 1\n")
    first = tree.of(doc)
    assert first is not None
    assert tree.of(doc) is first
    assert tree.parsed(doc) is first
    assert tree.parsed(document(Path("a.py"), "python", "x = 1\n")) is None


def test_the_cache_forgets_the_longest_unused() -> None:
    kept = parsing.Recent[int](2)
    one, two, three = (document(Path("a.py"), "python", text) for text in ("1", "2", "3"))
    kept.put(one, 1)
    kept.put(two, 2)
    assert kept.get(one) == 1
    kept.put(three, 3)
    assert (kept.get(one), kept.get(two), kept.get(three)) == (1, None, 3)
    assert kept.take(three) == 3
    assert kept.get(three) is None


def test_an_edited_tree_leaves_the_first_one_alone_and_makes_the_next_parse_incremental() -> None:
    before = document(Path("a.py"), "python", "def f():\n    return 1\n")
    first = tree.of(before)
    assert first is not None
    shape = str(first.root_node)
    edited = tree.edit_tree(first, before.text, Span(20, 21), b"amount(2)")
    assert edited.root_node.has_changes
    assert not first.root_node.has_changes
    after = document(Path("a.py"), "python", "def f():\n    return amount(2)\n")
    tree.reuse(after, edited)
    second, fresh = tree.of(after), tree.parse(after.text, "python")
    assert second is not None and fresh is not None
    assert nodes(second) == nodes(fresh)
    assert str(first.root_node) == shape


def test_threads_parse_at_the_same_time() -> None:
    texts = {language: path.read_bytes() for language, path in SOURCES.items()}
    expected = {}
    for language, text in texts.items():
        parsed = tree.parse(text, language)
        assert parsed is not None
        expected[language] = str(parsed.root_node)
    wrong: list[str] = []

    def work() -> None:
        for _ in range(10):
            for language, text in texts.items():
                parsed = tree.of(document(SOURCES[language], language, text), deadline_s=10.0)
                if parsed is None or str(parsed.root_node) != expected[language]:
                    wrong.append(language)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_nodes_are_found_by_span_and_by_ancestor() -> None:
    text = b"class A:\n    def f(self):\n        return self.x\n"
    parsed = tree.parse(text, "python")
    assert parsed is not None
    at = text.index(b"x\n")
    node = tree.node_at(parsed, Span(at, at + 1))
    assert (node.type, node.text) == ("identifier", b"x")
    method = tree.enclosing(node, "function_definition", "class_definition")
    assert method is not None
    assert method.type == "function_definition"
    assert tree.enclosing(node, "while_statement") is None
    assert tree.node_at(parsed, Span(0, len(text) + 50)) == parsed.root_node
    names = [found.text for found in tree.descendants(parsed.root_node, "identifier")]
    assert names == [b"A", b"f", b"self", b"self", b"x"]


PIECES = ["x", "(", ")", "{", "}", "\n", "\r\n", "\r", "    ", '"', "'", ":", ";", " ", "def ", "class ", "𝔘", "金额", "#", "//", "=", "1", ","]  # fmt: skip
EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 12), st.lists(st.sampled_from(PIECES), max_size=4).map("".join)),
    min_size=1,
    max_size=8,
)


@pytest.mark.parametrize("language", SOURCES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@settings(max_examples=25, deadline=None)
@given(edits=EDITS)
def test_an_incremental_parse_equals_a_full_one(
    language: str, newline: str, edits: list[tuple[float, int, str]]
) -> None:
    """Each edit is parsed incrementally, then undone in turn: positions must stay exact throughout.

    tree-sitter reuses error nodes, so in broken text two parses may guess differently; they must agree that it is
    broken. In text without faults, and so after the way back, the trees are identical.
    """
    start = SOURCES[language].read_text("utf-8").replace("\n", newline)
    text = start
    current = tree.parse(text.encode(), language)
    assert current is not None
    undo: list[tuple[int, int, str]] = []

    def step(at: int, end: int, new: str) -> None:
        nonlocal text, current
        first = len(text[:at].encode())
        span = Span(first, first + len(text[at:end].encode()))
        edited = tree.edit_tree(current, text.encode(), span, new.encode())
        text = text[:at] + new + text[end:]
        current = tree.parse(text.encode(), language, old=edited)
        fresh = tree.parse(text.encode(), language)
        assert current is not None and fresh is not None
        assert current.root_node.has_error == fresh.root_node.has_error
        if not fresh.root_node.has_error:
            assert nodes(current) == nodes(fresh)

    for where, length, new in edits:
        at = int(where * len(text))
        end = min(len(text), at + length)
        undo.append((at, at + len(new), text[at:end]))
        step(at, end, new)
    for at, end, old in reversed(undo):
        step(at, end, old)
    assert text == start
    assert not current.root_node.has_error
