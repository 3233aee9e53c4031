"""The prompts of every family, byte for byte: `UPDATE_GOLDEN=1` writes what is rendered now."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from prompts import fim
from prompts.templates import Library, parse

FOLDER = Path(__file__).parent / "fim"

BEFORE = (
    "from decimal import Decimal\n\n\ndef rounded(amount: Decimal) -> Decimal:\n    return amount.quantize(CENT)\n\n\n"
    "def fee(amount: Decimal, tier: str) -> Decimal:\n    # marks: <|fim_suffix|> <fim_suffix> [SUFFIX] <SUF>\n    rate = RATES["
)
AFTER = "]\n    return rounded(amount * rate)\n\n\ndef total(entries):\n    return sum(entries)\n"
PIECES = (
    fim.Piece("bank/rates.py", 'RATES = {"gold": Decimal("0.001")}\n'),
    fim.Piece("bank/money.py", "CENT = Decimal('0.01')\n\n\nclass Money:\n    <｜fim▁end｜> <|code_middle|> </s>"),
)
CASES = {
    "snippets": (BEFORE, AFTER, PIECES, "python", "bank/fees.py", 2000),
    "no snippets": (BEFORE, AFTER, (), "python", "bank/fees.py", 2000),
    "an empty file": ("", "\n", (), "java", "src/main/java/bank/Fees.java", 2000),
    "java, one snippet fits": (
        "class Fees<T> {\n  T of(",
        ") {}\n}\n",
        (fim.Piece("Rates.java", "interface Rates {\n\n  int of();\n}\n"), fim.Piece("Far.java", "// far\n" * 90)),
        "java",
        "Fees.java",
        620,
    ),
    "cut on both sides": (
        "".join(f"line_{i} = {i}\n" for i in range(60)) + "here = ",
        "\n" + "".join(f"below_{i} = {i}\n" for i in range(60)),
        PIECES,
        "python",
        "lines.py",
        500,
    ),
}


@pytest.mark.parametrize("name", [row.name for row in fim.families() if not row.chat])
def test_a_familys_prompts_are_these(name):
    row = fim.named(name)
    parts = [f"models {' '.join(row.models)}\nstop {' '.join(map(repr, row.stop))}\n"]
    for title, (before, after, pieces, language, path, budget) in CASES.items():
        got = fim.render(row, before, after, pieces, language=language, path=path, budget_bytes=budget)
        size = len(got.prompt.encode())
        parts.append(
            f"{f' {title} ':=^100}\n{size} of {budget} bytes, snippets {got.kept}, cut {got.cut}\n{got.prompt}\n"
        )
    agree(f"{name}.txt", "".join(parts))


TEMPLATE = parse(
    '+++\nid = "complete"\nversion = "99"\nlanguages = []\n+++\n## system\nFill the gap.\n{{standards}}\n'
    "## user\n{{snippets}}\n\nFile {{path}} ({{language}}):\n{{code}}\n\nWhat replaces {{hole}}?\n",
    "golden.md",
)


def test_the_chat_turns_are_these():
    parts = []
    for title in ("snippets", "an empty file", "cut on both sides"):
        before, after, pieces, language, path, budget = CASES[title]
        turns = fim.chat_turns(before, after, pieces, language, path, budget, library=Library((TEMPLATE,)))
        parts += [f"{f' {title}: {role} ':=^100}\n{text}\n" for role, text in turns]
    agree("chat.txt", "".join(parts))


def test_every_family_has_its_file():
    assert {path.stem for path in FOLDER.glob("*.txt")} == {row.name for row in fim.families()}


def agree(name, got):
    path = FOLDER / name
    text = got.replace("\u2060", "⟨U+2060⟩")  # so that a reader sees it
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")
