"""What a text says of names is read by pieces: it must be what the whole text says, wherever the pieces end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.context import pieces
from copilot.context import uses as module
from copilot.context.uses import bare, uses

LINES = st.sampled_from(
    ["a = b.c(d)\n", "a\n", ".b\n", "x: int\n", "y:\n", "    Foo\n", "= 3\n", "z =\n", "await\n", "f(\n", ")\n", "except E\n", " as e:\n",
     "with open(p)\n", "from m import (\n", "  n, o)\n", "import k\n", "# a.b\n", "\n", "  \n", "|\n", "None,\n", "p = q.r\n", "s = 'a.b: int'\n",
     '"""Doc: a.b.\n', "/* c.d\n", " * e.f g;\n", "*/\n", "// h.i j;\n", "Foo bar;\n", "Foo\n", "bar = 1;\n", "var k = new Bar(1);\n", "var\n",
     "m = (n) -> { o.p(); }\n", "List<Foo> q, r;\n", "{\n", "}\n", "t.u", "'", '"']
)  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def short_pieces() -> Iterator[None]:
    """Every other line may end a piece."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "_ROWS", 2)
        patch.setattr(pieces, "_LONG", -1)
        yield


def whole(text: str, language: str) -> module.Uses:
    """The same, read from the whole text at once."""
    text = bare(text, language)
    every = re.findall(r"[^\W\d]\w*", text)
    last: dict[str, int] = {}
    for distance, word in enumerate(reversed(every)):
        last.setdefault(word, distance)
    part = module._Part.__new__(module._Part)
    part.bare, part.language = text, language
    return module.Uses(text, Counter(every), last, part.behind_dots, [row for rows in part.variables for row in rows])


@given(st.lists(LINES, max_size=40), st.sampled_from(["python", "java", "yaml"]))
def test_pieces_say_what_the_whole_says(lines: list[str], language: str) -> None:
    text = "".join(lines)
    found, expected = uses(text, language), whole(text, language)
    assert found == expected
    assert list(found.words) == list(expected.words), "in the same order"
    assert list(found.last) == list(expected.last)
    assert [(k, list(v.items())) for k, v in found.behind_dots.items()] == [
        (k, list(v.items())) for k, v in expected.behind_dots.items()
    ]
