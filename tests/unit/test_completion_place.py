"""What the lines around a place say of a candidate: the step to the next line, brackets, names that are due; idioms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from copilot.context.corpus import segment
from copilot.context.lexemes import kept_words
from copilot.context.tokens import NEWLINE, lex
from copilot.engines.embedded import below, scene, wellformed
from copilot.engines.embedded.caret import Caret, caret
from copilot.engines.embedded.idioms import idioms, plain, spaced


def at(text: str, language: str = "python") -> Caret:
    """The caret at `▮`."""
    before, _, after = text.partition("▮")
    found = caret(Path(f"/{abs(hash(text))}"), language, before, after)
    assert isinstance(found, Caret)
    return found


@pytest.mark.parametrize(
    ("text", "step", "words"),
    [
        ("if rate▮\n        return 1\n", 2, ("return", "1", NEWLINE)),
        ("    total = ▮\n\n    return total\n", 0, ("return", "total", NEWLINE)),
        ("        raise ▮\n    x = 1\n", -1, ("x", "=", "1", NEWLINE)),
        ("total = ▮\n", None, ()),
    ],
)
def test_the_next_line_tells_how_much_deeper_it_is(text: str, step: int | None, words: tuple[str, ...]) -> None:
    found = below.below(at(text))
    assert found.step == step
    assert found.words[: len(words)] == words


def test_names_that_the_next_lines_read_are_due() -> None:
    here = at("def pay(account, amount):\n    ▮\n    charged = fee + len(account)\n    return charged.total\n")
    due = below.expected(here, "python")
    assert due.unbound == {"fee"}, "not a parameter, not what is bound below, no member, no builtin"
    assert due.unused == {"pay", "account", "amount"}, "a parameter is due, too"


def test_a_name_bound_just_above_is_due_until_it_is_read() -> None:
    assert below.expected(at("rate = load()\n▮"), "python").unused == {"rate"}
    assert below.expected(at("rate = load()\nprint(rate)\n▮"), "python").unused == frozenset()
    assert below.expected(at("call(rate=load())\n▮"), "python").unused == frozenset(), "an argument binds nothing"


def test_what_led_over_to_the_same_words_is_counted() -> None:
    lexed = lex("try:\n    pay(order)\nexcept Refused:\n    undo()\n", "python")
    ids = {word: n for n, word in enumerate(dict.fromkeys(lexed.words))}
    numbers = np.array([ids[word] for word in lexed.words], np.int32)
    made = segment(
        [(0, numbers.tobytes(), numbers.tobytes(), bytes(lexed.spaces), np.array(lexed.lines, np.int32).tobytes())]
    )
    end = int(np.flatnonzero(made.words == ids[")"])[0]) + 1
    following = [ids[word] for word in ("except", "Refused", ":")]
    assert below.led(made, end, ids[NEWLINE], ids["<I-4>"], following) == 4
    assert below.led(made, end, ids[NEWLINE], ids["<I+4>"], following) == 3
    assert below.led(made, end, ids[NEWLINE], ids["<I-4>"], [ids["undo"]]) == 1
    assert below.led(made, end, ids[NEWLINE], -1, []) == 0


def test_only_names_that_are_read_can_be_strange() -> None:
    line = ["total", "=", "account", ".", "amount", "(", "unit", "=", "currency", ")"]
    assert below.strange(line, 0, {"account"}.__contains__) == 1
    assert below.strange(line, 9, {"account"}.__contains__) == 0


@pytest.mark.parametrize(
    ("line", "stack", "left", "wrong"),
    [
        ("f ( a [ 0", (), ("(", "["), False),
        (") :", ("(",), (), False),
        ("{ ** a )", (), (), True),
        (")", (), (), True),
    ],
)
def test_brackets_are_followed_through_a_line(
    line: str, stack: tuple[str, ...], left: tuple[str, ...], wrong: bool
) -> None:
    assert wellformed.behind(stack, line.split(), "python") == (left, wrong)


def test_brackets_left_open_long_ago_are_given_up() -> None:
    assert wellformed.open_brackets(lex("x = f(\n    a,\n", "python").words, "python") == ("(",)
    assert wellformed.open_brackets(lex("x = f(\n\ndef g(a,\n", "python").words, "python") == ("(",)
    assert wellformed.open_brackets(lex("void f() {\n g(a,\n", "java").words, "java") == ("(",), "a block is no bracket"


@pytest.mark.parametrize(
    ("line", "worth"),
    [("if x :", 1), ("if x", -1), ("return f ( x ) :", -1), ("return f ( x )", 1), ("else :", 1), ("x = 1 ,", -1)],
)
def test_a_line_ends_as_its_first_word_asks(line: str, worth: int) -> None:
    words = line.split()
    left, _ = wellformed.behind((), words, "python")
    assert wellformed.well_ended(words, left, inside=False, language="python") == worth


@pytest.mark.parametrize(
    ("line", "step", "following", "worth"),
    [
        ("if x :", 1, "return 1", 1),
        ("if x :", 0, "y = 1", -1),
        ("return x", 0, "y = 1", -1),
        ("return x", -1, "def f", 1),
        ("f ( x", 0, "def g", -1),
        ("f (", 1, "x ,", 1),
        ("f ( x", -1, ") . y", 1),
        ("f ( x )", -1, ") . y", -1),
        ("f ( x )", None, "", 0),
        ("@ Override", -1, "}", -1),
        ("@ Override", 0, "def f", 0),
    ],
)
def test_a_line_has_to_lead_over_to_the_next(line: str, step: int | None, following: str, worth: int) -> None:
    words = line.split()
    left, _ = wellformed.behind((), words, "python")
    assert wellformed.agrees(words, left, step, following.split()) == worth


def seen(text: str) -> scene.Scene:
    here = at(text)
    return scene.scene(here, "python", 0.0, (0, 0), below.NOTHING, below.below(here))


def test_lines_end_as_lines_of_their_kind_do_in_the_file() -> None:
    typed = "def pay(a) -> None:\n    pass\n\n\ndef owe(a: str) -> Money:\n    pass\n\n\n▮\n\n\ndef all() -> int:\n    pass\n"
    around = seen(typed)
    assert (
        around.ends_alike(["def", "get", "(", "x", ")", "->", "str", ":"])
        > 0
        > around.ends_alike(["def", "get", "(", "x", ")", ":"])
    )
    assert around.ends_alike(["class", "A", ":"]) == 0, "nothing is known of classes"
    assert around.ends_alike(["total", "=", "1"]) == 0, "only of what begins with a keyword"


def test_whether_a_comma_stands_before_a_closing_line_is_the_file_s_custom() -> None:
    assert seen("f(\n    a,\n    b,\n)\ng(\n    c▮\n)\n").trailing > 0
    assert seen("f(\n    a,\n    b\n)\ng(\n    c▮\n)\n").trailing < 0
    assert seen("f(a)\ng(\n    c▮\n)\n").trailing == 0


def test_idioms_speak_where_a_repository_is_silent() -> None:
    spoken = idioms("python")
    assert spoken is not None
    before = lex("class A(B):\n    def __init__(self, **kwargs):\n        super().__init__(**", "python").words
    said = spoken.after(before[-8:])
    assert said.starting("", 12)[0][0] == "kwargs"
    assert 0 < (said.chances.get("kwargs") or 0) <= 1
    assert all(word.startswith("r") for word, _ in spoken.after([NEWLINE, "<I>"]).starting("r", 12))
    assert idioms("cobol") is None


def test_idioms_hold_no_literal_and_no_long_run() -> None:
    assert plain('"IBAN"', "python") == plain("'x'", "python")
    assert plain("<I+8>", "python") == plain("<I+4>", "python")
    file = Path(below.__file__).with_name("idioms") / "python.txt"
    contexts = [row.partition("\t")[0].split() for row in file.read_text("utf-8").splitlines()]
    assert max(map(len, contexts)) <= 4
    assert not [word for context in contexts for word in context if len(word) > 2 and word[-1] in "'\""]


def test_blanks_that_nobody_has_seen_follow_custom() -> None:
    kept = kept_words("python")
    assert [spaced(before.split(), word, kept) for before, word in (
        ("x", "="), ("f ( a", "="), ("f", "("), ("return", "("), ("(", "a"), ("a", ","), (",", "b"), ("x", "."),
    )] == [True, False, False, True, False, False, True, False]  # fmt: skip
