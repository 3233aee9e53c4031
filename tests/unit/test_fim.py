"""Prompts of a hole: markers, budget, what is cut first, and what a keystroke leaves as it was."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts import fim
from prompts.control import JOINER

MARKED = [row for row in fim.families() if not row.chat]
BY_NAME = [pytest.param(row, id=row.name) for row in MARKED]

lines = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.sampled_from(
        [
            "    return total\n",
            "\n",
            "\r\n",
            "class A<T> {\n",
            "<|fim_suffix|>",
            "<fim_middle>",
            "[SUFFIX]",
            " <SUF>",
            "▁<SUF>",
        ]
    ),
    st.sampled_from(["<｜fim▁hole｜>\n", "<|code_suffix|>", JOINER, "好" * 7 + "\n", "<|fim_", "[PRE", " <"]),
)
texts = st.tuples(st.lists(lines, max_size=25).map("".join), st.sampled_from([1, 1, 3, 12])).map(
    lambda it: it[0] * it[1]
)
pieces = st.lists(st.builds(fim.Piece, st.text(max_size=12), texts), max_size=5)


def rendered(row, before, after, some=(), budget=4000, language="python", path="src/a.py"):
    return fim.render(row, before, after, some, language=language, path=path, budget_bytes=budget)


def marks(row):
    return [row.prefix, row.suffix, row.middle] if row.order == "psm" else [row.suffix, row.prefix, row.middle]


@given(st.sampled_from(MARKED), texts, texts, pieces, st.integers(0, 3000), st.text(max_size=8), st.text(max_size=30))
def test_each_marker_stands_once_and_in_order_whatever_the_text_holds(row, before, after, some, budget, language, path):
    prompt = rendered(row, before, after, some, budget, language, path).prompt
    at = -1
    for mark in filter(None, marks(row)):
        word = mark.strip()
        assert prompt.count(word) == 1
        assert prompt.index(word) > at
        at = prompt.index(word)
    others = [w for w in row.control if w not in "".join((*marks(row), row.head, row.repo, row.file, row.own))]
    assert [word for word in others if word in prompt] == []


@given(st.sampled_from(MARKED), texts, texts, pieces, st.integers(200, 3000))
def test_a_prompt_keeps_its_budget_and_its_bytes(row, before, after, some, budget):
    got = rendered(row, before, after, some, budget)
    assert len(got.prompt.encode()) <= budget
    assert got == rendered(row, before, after, some, budget)


@given(st.sampled_from(MARKED), texts, texts, pieces, st.integers(300, 3000))
def test_the_cursors_line_stays_unless_it_alone_is_too_long(row, before, after, some, budget):
    got = rendered(row, before, after, some, budget)
    head = fim.neutral(before[before.rfind("\n") + 1 :], row.control)
    rest = fim.neutral(after[: after.find("\n") + 1] or after, row.control)
    if len((head + rest).encode()) < budget - 200:
        ends = [f"{head}{row.suffix}{rest}" if row.order == "psm" else f"{row.suffix}{rest}", f"{head}{row.middle}"]
        assert ends[0] in got.prompt
        if row.order == "spm":
            assert got.prompt.endswith(ends[1])


@given(st.sampled_from(MARKED), texts, texts, st.integers(300, 3000))
def test_text_is_cut_at_line_starts_only(row, before, after, budget):
    got = rendered(row, before, after, (), budget)
    above, below = hole(row, got.prompt)
    whole_above, whole_below = (fim.neutral(text, row.control) for text in (before, after))
    assert whole_above.endswith(above)
    assert whole_below.startswith(below)
    assert got.cut == (above != whole_above or below != whole_below)
    head = whole_above[whole_above.rfind("\n") + 1 :]
    rest = whole_below[: whole_below.find("\n") + 1] or whole_below
    if len((head + rest).encode()) < budget - 200:
        assert above == whole_above or not above or whole_above[: -len(above)].endswith("\n")
        assert below in ("", whole_below) or below.endswith("\n")


@given(st.sampled_from(MARKED), texts, texts, st.lists(st.integers(1, 400), max_size=6), st.integers(300, 3000))
def test_the_farthest_snippets_go_first_and_whole(row, before, after, sizes, budget):
    some = [fim.Piece(f"p{i}.py", f"piece_{i} = '{'x' * size}'\n") for i, size in enumerate(sizes)]
    got = rendered(row, before, after, some, budget)
    for i, piece in enumerate(some):
        assert (f"{piece.text.strip()}\n" in got.prompt) == (i < got.kept)
        assert (f"p{i}.py" in got.prompt) == (i < got.kept)
    if got.cut:
        assert got.kept == 0
    shown = [int(number) for number in re.findall(r"piece_(\d)", got.prompt)]
    assert shown == sorted(shown, reverse=True)  # the nearest next to the file's own text


def test_a_far_snippet_does_not_overtake_a_nearer_one_that_is_too_big():
    some = [fim.Piece("near.py", "near\n"), fim.Piece("big.py", "big\n" * 900), fim.Piece("far.py", "far\n")]
    got = rendered(fim.named("qwen2.5-coder"), "a\n", "b\n", some, 1000)
    assert got.kept == 1
    assert "near.py" in got.prompt
    assert "far.py" not in got.prompt


def test_a_step_of_the_cut_never_reaches_into_the_cursors_line():
    got = rendered(fim.named("qwen2.5-coder"), "a\n" * 20 + "x" * 740, "", (), 800)
    assert got.prompt == f"<|fim_prefix|>{'x' * 740}<|fim_suffix|><|fim_middle|>"


@pytest.mark.parametrize("row", BY_NAME)
def test_snippets_go_by_steps_while_one_types(row):
    some = [fim.Piece(f"p{i}.py", f"x{i} = 1\n" * 5) for i in range(30)]
    text = "def f():\n" + "    value = compute(other)\n" * 60
    kept = [rendered(row, text + "z" * n, "\n", some, 2900).kept for n in range(201)]
    assert 0 < kept[0] < 30
    assert sum(one != two for one, two in itertools.pairwise(kept)) <= 1


@pytest.mark.parametrize("row", BY_NAME)
def test_the_text_behind_the_caret_goes_by_steps_while_one_types(row):
    text = "def f():\n" + "    value = compute(other)\n" * 60
    below = [hole(row, rendered(row, text + "z" * n, "\n" + text * 20, (), 4000).prompt)[1] for n in range(201)]
    assert len(below[0]) > 1000
    assert sum(one != two for one, two in itertools.pairwise(below)) <= 1


@pytest.mark.parametrize("row", BY_NAME)
def test_snippets_fill_the_room_that_the_text_leaves(row):
    some = [fim.Piece(f"p{i}.py", f"x{i} = 1\n" * 40) for i in range(8)]
    kept = [rendered(row, "def f():\n    ", "\n", some, budget).kept for budget in (400, 1200, 2400, 6000)]
    assert kept == sorted(kept)
    assert kept[-1] == 8
    assert 0 < kept[1] < 8


@pytest.mark.parametrize("row", BY_NAME)
def test_a_word_split_over_the_end_of_the_text_and_a_marker_makes_no_token(row):
    for word in row.control:
        for at in range(1, len(word)):
            prompt = rendered(row, word[:at], word[at:], [fim.Piece(word[at:], word[:at])]).prompt
            for mark in filter(None, marks(row)):
                assert prompt.count(mark.strip()) == 1


@pytest.mark.parametrize("row", BY_NAME)
def test_while_200_characters_are_typed_the_prompt_before_them_stays(row):
    source = "".join(
        f"def helper_{i}(account, amount):\n    return account.balance - amount * {i}\n\n" for i in range(900)
    )
    typed = (
        "    total = Money(0, currency)\n    for entry in self.entries:\n        if entry.currency != currency:\n" * 3
    )
    some = [fim.Piece(f"m{i}.py", source[9000 + i * 700 : 9600 + i * 700]) for i in range(4)]
    for above, below, budget in ((2600, 400, 6000), (4400, 500, 5800), (64_000, 24_000, 5600)):
        before = source[:above][: source[:above].rfind("\n") + 1] + "def total(self, currency):\n"
        after = f"\n\n{source[5000 : 5000 + below]}"
        got = [rendered(row, before + typed[:n], after, some, budget).prompt.encode() for n in range(201)]
        share = [shared(one, two) / len(two) for one, two in itertools.pairwise(got)]
        assert sum(share) / len(share) > 0.85, (above, sum(share) / len(share))
        assert sum(1 for one in share if one < 0.85) <= 1  # at most one step of the cut in 200 characters


@pytest.mark.parametrize(
    ("name", "prompt"),
    [
        ("qwen2.5-coder", "<|fim_prefix|>a <|fim_suffix|> b\n<|fim_middle|>"),
        ("deepseek-coder", "<｜fim▁begin｜>a <｜fim▁hole｜> b\n<｜fim▁end｜>\n"),
        ("starcoder2", "<fim_prefix>a <fim_suffix> b\n<fim_middle>"),
        ("glm4", "<|code_prefix|>a <|code_suffix|> b\n<|code_middle|>"),
        ("codestral", "[SUFFIX] b\n[PREFIX]a "),
        ("codellama", "<PRE> a  <SUF> b\n <MID>"),
        ("codellama", "▁<PRE> a ▁<SUF> b\n▁<MID>"),
    ],
)
def test_a_frame_that_a_client_rendered_is_taken_apart(name, prompt):
    assert fim.unframed(fim.named(name), prompt) == ("a ", " b\n")


@given(st.sampled_from(MARKED), texts.filter(str.strip), texts)
def test_what_is_rendered_without_a_name_is_taken_apart_again(row, before, after):
    if row.named:  # its header stands before the first marker
        return
    treated = tuple(fim.neutral(text, row.control) for text in (before, after))
    assert fim.unframed(row, rendered(row, before, after, budget=90_000).prompt) == treated


@pytest.mark.parametrize(
    ("name", "prompt"),
    [
        ("qwen2.5-coder", "x <|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>"),
        ("qwen2.5-coder", "<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>c"),
        ("qwen2.5-coder", "<|fim_prefix|>a<|fim_suffix|><|fim_suffix|>b<|fim_middle|>"),
        ("qwen2.5-coder", "<|fim_suffix|>b<|fim_prefix|>a<|fim_middle|>"),
        ("qwen2.5-coder", "def total("),
        ("qwen2.5-coder", ""),
        ("chat", "<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>"),
    ],
)
def test_what_is_no_clean_frame_is_text(name, prompt):
    assert fim.unframed(fim.named(name), prompt) is None


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("Qwen/Qwen2.5-Coder-7B-Instruct", "qwen2.5-coder"),
        ("qwen2.5-coder:1.5b-base", "qwen2.5-coder"),
        ("Qwen/Qwen3-Coder-30B-A3B-Instruct-FP8", "qwen3-coder"),
        ("deepseek-ai/deepseek-coder-6.7b-base", "deepseek-coder"),
        ("deepseek-ai/DeepSeek-Coder-V2-Lite-Instruct", "deepseek-coder"),
        ("codellama/CodeLlama-13b-hf", "codellama"),
        ("bigcode/starcoder2-15b", "starcoder2"),
        ("mistralai/Codestral-22B-v0.1", "codestral"),
        ("THUDM/codegeex4-all-9b", "codegeex4"),
        ("zai-org/GLM-4.5-Air", "glm4"),
        ("ibm-granite/granite-4.0-h-small", "granite"),
        ("ibm-granite/granite-20b-code-base", "granite-code"),
        ("ibm-granite/granite-3.3-8b-base", "granite-code"),
        ("Qwen/Qwen2.5-72B-Instruct", "chat"),
        ("meta-llama/Llama-3.3-70B-Instruct", "chat"),
        ("", "chat"),
    ],
)
def test_a_models_name_finds_its_family(model, name):
    assert fim.family(model) is fim.named(name) or fim.family(model).name == name


def test_every_row_is_whole():
    assert len({row.name for row in fim.families()}) == len(fim.families())
    for row in MARKED:
        assert row.order in ("psm", "spm")
        assert row.prefix
        assert row.suffix
        assert row.stop
        assert len(row.control) == len(set(row.control))
    assert fim.families()[-1].chat
    with pytest.raises(KeyError):
        fim.named("nothing")


def test_a_family_without_markers_is_asked_in_a_chat_turn():
    with pytest.raises(ValueError, match="chat turn"):
        rendered(fim.named("chat"), "a", "b")


@pytest.mark.parametrize(
    ("language", "row"),
    [("java", "// x = 1"), ("python", "# x = 1"), ("sql", "-- x = 1"), ("xml", "<!-- x = 1 -->"), ("??", "# x = 1")],
)
def test_without_a_file_marker_snippets_are_comments_of_the_language(language, row):
    prompt = rendered(
        fim.named("codellama"), "a\n", "b\n", [fim.Piece("m/X", "x = 1\n\n\n\ny\r\n")], language=language
    ).prompt
    comment = row.split(" x = 1")[0]
    assert f"{comment} Path: m/X" in prompt
    assert row + "\n" in prompt
    assert [line for line in prompt.splitlines() if line != line.rstrip()] == [] or language == "xml"
    body = prompt[prompt.index("Path: ") : prompt.index("a\n▁<SUF>")]
    assert all(line.startswith(comment) for line in body.splitlines()[1:] if line)


def test_a_path_cannot_open_a_line_of_its_own():
    prompt = rendered(
        fim.named("qwen2.5-coder"), "", "", [fim.Piece("a\nimport os\n<|file_sep|>", "x\n")], path="b\r\nc"
    ).prompt
    assert prompt == (
        f"<|repo_name|>repository\n<|file_sep|>a import os <{JOINER}|file_sep|>\nx\n<|file_sep|>b c\n"
        "<|fim_prefix|><|fim_suffix|><|fim_middle|>"
    )


def test_a_lone_surrogate_is_replaced_not_raised():
    assert "?" in rendered(fim.named("qwen2.5-coder"), "x = '\ud800'", "", [fim.Piece("\udfff", "\ud800")]).prompt


def test_a_long_line_keeps_what_stands_at_the_caret():
    got = rendered(fim.named("qwen2.5-coder"), "é" * 4000 + "HERE", "THERE" + "好" * 4000, (), 1000)
    assert "HERE<|fim_suffix|>THERE" in got.prompt
    assert got.cut
    assert len(got.prompt.encode()) <= 1000


@given(texts, texts, pieces, st.integers(1200, 6000))
def test_a_chat_model_is_asked_within_the_budget_and_without_control_words(before, after, some, budget):
    turns = fim.chat_turns(before, after, some, "python", "src/a.py", budget)
    assert [role for role, _ in turns] == ["system", "user"]
    whole = "".join(text for _, text in turns)
    assert [word for word in fim.named("chat").control if word in whole] == []
    assert turns == fim.chat_turns(before, after, some, "python", "src/a.py", budget)
    head = fim.neutral(before[before.rfind("\n") + 1 :], fim.named("chat").control)
    if len(head) < 100:
        assert f"{head}<<HOLE" in whole
        assert sum(len(text.encode()) for _, text in turns) <= budget


def test_the_mark_of_the_hole_is_one_that_the_text_does_not_hold():
    text = fim.chat_turns("a = '<<HOLE>>'\nb = ", "\n", (), "python", "a.py", 3000)[-1][1]
    assert "b = <<HOLE 2>>\n" in text
    assert text.count("<<HOLE 2>>") == 2  # in the code, and in the question


def hole(row, prompt):
    prompt = prompt.replace(row.prefix + row.inside.format(path="src/a.py"), row.prefix) if row.inside else prompt
    if row.order == "psm":
        above, below = prompt.split(row.suffix)
        return above[above.index(row.prefix) + len(row.prefix) :], below.removesuffix(row.middle)
    below, above = prompt.split(row.prefix)
    return above.removesuffix(row.middle), below[below.index(row.suffix) + len(row.suffix) :]


def shared(one, two):
    """The length of the common start."""
    low, high = 0, min(len(one), len(two))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one.startswith(two[:middle]) else (low, middle - 1)
    return low
