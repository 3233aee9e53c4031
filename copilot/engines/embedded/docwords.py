"""Identifiers as words: splitting, abbreviations, verbs, and their Chinese from `glossary.toml`.

Absent on purpose: sentences (`prose_en.py`, `prose_zh.py`).
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any, Final

_PIECE: Final = re.compile(r"[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+|[^\W\d_A-Za-z]+")


@cache
def glossary() -> dict[str, Any]:
    """The tables of `glossary.toml`."""
    return tomllib.loads(resources.files(__package__).joinpath("glossary.toml").read_text("utf-8"))


def words(identifier: str) -> list[str]:
    """`calcCheckDigit`, `calc_check_digit` → `["calculate", "check", "digit"]`; acronyms are upper case."""
    return [_word(piece) for piece in _PIECE.findall(identifier)]


def _word(piece: str) -> str:
    lower = piece.lower()
    if lower in glossary()["acronyms"]["words"] or (len(piece) > 1 and piece.isupper()):
        return "IDs" if lower == "ids" else "URLs" if lower == "urls" else piece.upper()
    full: str = glossary()["abbreviations"].get(lower, lower)
    return full


def shouting(identifier: str) -> list[str]:
    """The words of an UPPER_CASE constant, where upper case does not mean an acronym."""
    return words(identifier.lower())


def is_verb(word: str) -> bool:
    """True for a verb in its base form."""
    return word in glossary()["verbs"]


def reads_as_noun(phrase: list[str]) -> bool:
    """True when a name that starts with a word like `transfer` is a noun (`transfer fee`) and not an order."""
    table = glossary()["ambiguous"]
    return len(phrase) > 1 and phrase[0] in table["verbs"] and phrase[-1] in table["noun_heads"] and len(phrase) == 2


def chinese(phrase: list[str]) -> str:
    """The phrase in Chinese, longest known parts first; empty unless every word is known."""
    nouns, phrases = glossary()["nouns"], glossary()["phrases"]
    found, at = "", 0
    while at < len(phrase):
        pair = " ".join(phrase[at : at + 2]).lower()
        if at + 1 < len(phrase) and pair in phrases:
            found, at = found + phrases[pair], at + 2
            continue
        known = nouns.get(phrase[at])
        if known is None and phrase[at].isupper():
            known = phrase[at] if len(phrase) > 1 and found else None
        if known is None:
            return ""
        found, at = found + known, at + 1
    return found


def chinese_verb(word: str) -> str:
    """A verb in Chinese, empty when unknown."""
    found: str = glossary()["verbs"].get(word, "")
    return found
