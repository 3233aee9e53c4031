"""The lexer: words, spacing, lines, layout, and where a text stops."""

from __future__ import annotations

import pytest

from copilot.context.tokens import LONG, NEWLINE, START, closed_string, lex

PYTHON = '''# note
class Account:
    """Long
    text"""

    def pay(self, cents: int = 3) -> str:
        # skipped
        return f"a{cents}" + 'b'
x = 1
'''


def test_python_words_carry_layout_spacing_and_lines() -> None:
    found = lex(PYTHON, "python")
    rows = list(zip(found.words, found.spaces, found.lines, strict=True))
    assert rows[:6] == [(START, 0, 0), ("<I>", 0, 1), ("class", 0, 1), ("Account", 1, 1), (":", 0, 1), (NEWLINE, 0, 1)]
    assert rows[6:9] == [("<I+4>", 0, 2), (LONG, 0, 2), (NEWLINE, 0, 3)]
    assert [w for w, _, n in rows if n == 7] == ["<I+4>", "return", 'f"a{cents}"', "+", "'b'", NEWLINE]
    assert next(w for w, _, n in rows if n == 8) == "<I-8>"
    assert "skipped" not in found.words


def test_java_comments_are_dropped_and_operators_are_longest_first() -> None:
    found = lex("/* a\n b */ int x >>>= 2; // end\nList<A> y = a -> b::c;\n", "java")
    assert found.words == [START, "<I+1>", "int", "x", ">>>=", "2", ";", NEWLINE,
                           "<I-1>", "List", "<", "A", ">", "y", "=", "a", "->", "b", "::", "c", ";", NEWLINE]  # fmt: skip
    assert found.lines[2] == 1


@pytest.mark.parametrize(
    ("text", "language", "place"),
    [
        ("x = 1 ", "python", "code"),
        ('x = "ab', "python", "string"),
        ('x = "ab"', "python", "code"),
        ('x = r"""ab', "python", "long"),
        ('x = """', "python", "long"),
        ('x = """ab"""', "python", "code"),
        ("# hi", "python", "comment"),
        ("# hi\n", "python", "code"),
        ("/* hi", "java", "comment"),
        ("/* hi */", "java", "code"),
        ("/*/", "java", "comment"),
        ("<!-- hi", "xml", "comment"),
        ("`a", "typescript", "long"),
        ("-- hi", "sql", "comment"),
        ("", "python", "code"),
    ],
)
def test_where_a_text_stops(text: str, language: str, place: str) -> None:
    assert lex(text, language).ends == place


def test_an_escaped_quote_does_not_close_a_string() -> None:
    assert not closed_string('"a\\"')
    assert closed_string('"a\\\\"')


def test_what_was_lexed_before_does_not_matter() -> None:
    beside, alone = "a: b#c\nb#\n", "a: b #c\n#\n# \nb #\n"
    first = [lex(text, "yaml") for text in (beside, alone)]
    again = [lex(text, "yaml") for text in (alone, beside, alone)]
    assert again == [first[1], first[0], first[1]]
    assert "#" in first[0].words
    assert "#" not in first[1].words


def test_the_index_lexes_without_restarts_and_sees_the_same() -> None:
    text = 'def f(a):\n    return f"{a}" + a\n\n\nclass B:\n    """One\n    two."""\n    x = 1\n'
    whole, plain = lex(text, "python"), lex(text, "python", resumed=False)
    assert whole.restarts
    assert not plain.restarts
    fields = ("words", "shapes", "spaces", "lines", "ends")
    assert [getattr(plain, name) for name in fields] == [getattr(whole, name) for name in fields]
