"""Identifiers as words: splitting, abbreviations, verbs, and their Chinese from `glossary.toml`.

Absent on purpose: sentences (`prose_en.py`, `prose_zh.py`).
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any, Final

_VOWEL: Final = re.compile(r"[aeiouy]")
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


def is_ambiguous(word: str) -> bool:
    """True for a verb that is a noun too, so that a name of this one word says little."""
    return word in glossary()["ambiguous"]["verbs"]


def is_word(word: str) -> bool:
    """False for what is too short or has no vowel: it may be an abbreviation that only the author knows."""
    return (
        word.isupper()
        or word in {"to", "of", "in", "on", "by", "or", "as", "at", "no"}
        or (len(word) > 2 and bool(_VOWEL.search(word)))
    )


def is_noun(phrase: list[str]) -> bool:
    """True for a phrase of words whose last one is known to be a noun and whose first is no verb."""
    if not phrase or not all(is_word(word) for word in phrase):
        return False
    last = phrase[-1]
    ends = (
        last in glossary()["nouns"]
        or last in glossary()["ambiguous"]["noun_heads"]
        or last in glossary()["more_nouns"]["words"]
        or last.isupper()
    )
    return ends and (len(phrase) == 1 or not is_verb(phrase[0]) or reads_as_noun(phrase))


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
