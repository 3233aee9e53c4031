"""The grammar of English sentences about code: articles, series, the imperative, and what a predicate speaks of.

Absent on purpose: which sentence is true of a definition (`prose_en.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from copilot.engines.embedded.docwords import is_verb, words
from copilot.verify.contract import Contract

PREDICATES: Final = {
    "is": "is", "was": "was", "are": "are", "has": "has", "have": "have", "had": "had", "can": "can", "should": "should",
    "must": "must", "will": "will", "needs": "needs", "supports": "supports", "contains": "contains", "allows": "allows",
    "requires": "requires", "accepts": "accepts",
}  # fmt: skip


_ARTICLE_AFTER: Final = {"to", "from", "of", "into", "onto", "on", "at", "against", "between", "within"}


PREPOSITIONS: Final = _ARTICLE_AFTER | {
    "by",
    "as",
    "in",
    "with",
    "without",
    "for",
    "per",
    "via",
    "if",
    "and",
    "or",
    "than",
}


_BARE: Final = {
    "all",
    "any",
    "each",
    "every",
    "no",
    "once",
    "now",
    "again",
    "first",
    "async",
    "own",
    "only",
    "this",
    "not",
}


_PARTICLES: Final = {"up", "down", "out", "in", "off", "over", "back", "away"}


AGENTS: Final = ("er", "or", "manager", "service", "factory", "client")


LISTED: Final = 5


def code(text: str) -> str:
    """`text` marked as code."""
    return f"`{text}`"


def series(items: Sequence[str], last: str = "and") -> str:
    """`a, b and c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def some(items: list[str]) -> str:
    """The series, cut off after the first few."""
    return series(items) if len(items) <= LISTED else f"{', '.join(items[:LISTED])} and others"


def sentence(text: str) -> str:
    """The text with a capital letter and a full stop."""
    return f"{text[0].upper()}{text[1:]}." if text else ""


def noun(phrase: Sequence[str]) -> str:
    """`the check digit`; no article before determiners, adverbs and plain acronyms."""
    text = " ".join(phrase)
    return text if not phrase or phrase[0] in _BARE or phrase[0].endswith("ly") else f"the {text}"


def phrase(found: list[str]) -> str:
    """Verbs, their object and prepositional parts, with articles: `add interest to account`."""
    text, at = [found[0]], 1
    while at < len(found) and (
        found[at] in _PARTICLES or (found[at] in {"and", "or"} and at + 1 < len(found) and is_verb(found[at + 1]))
    ):
        step = 1 if found[at] in _PARTICLES else 2
        text += found[at : at + step]
        at += step
    chunk: list[str] = []
    article = True
    for word in [*found[at:], ""]:
        if word in PREPOSITIONS or not word:
            if chunk:
                bare = not article or (len(chunk) == 1 and chunk[0].isupper())
                text.append(" ".join(chunk) if bare else noun(chunk))
            if word:
                text.append(word)
            chunk, article = [], word in _ARTICLE_AFTER
        else:
            chunk.append(word)
    return " ".join(text)


def owner_words(contract: Contract) -> str:
    """The class around, in words."""
    if contract.owner is None or contract.owner.kind in {"function", "method", "constructor"}:
        return ""
    return " ".join(words(contract.owner.name))


def subject(contract: Contract) -> str:
    """What a predicate speaks of."""
    if len(contract.parameters) == 1 and not contract.parameters[0].name.startswith("*"):
        return code(contract.parameters[0].name)
    owner = owner_words(contract)
    return f"the {owner}" if owner and "staticmethod" not in contract.flags else "it"


def is_truth(contract: Contract) -> bool:
    """True for a declared truth value, or when each value that is returned is one by its form."""
    if contract.result is not None:
        return contract.result in {"bool", "boolean", "Boolean"}
    known = {"True", "False", "None"}
    return contract.gives and all(v.kind == "bool" or v.code in known for v in contract.returned)
