"""Whether rules that a bank wrote can be run at all: said when they are read, not by a crash in the middle of a review.

Absent on purpose: whether they find what they should; their page's examples show that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from copilot.rules import matching
from copilot.rules.flow import Flow
from copilot.rules.predicates import Judge
from copilot.rules.rule import READ_AS, Policy, Rule
from copilot.syntax import parsing
from copilot.syntax import tree as trees
from copilot.types import document

_SITE: Final = re.compile(r"@site(?![\w.-])")
_SURE: Final = frozenset({"high", "medium", "low"})


def check(policies: Iterable[Policy]) -> None:
    """Raises ValueError that names the first rule that cannot be run, and why not."""
    for policy in policies:
        for language, rule in policy.parts:
            if why := _wrong(language, rule):
                raise ValueError(f"{policy.id}: {why}")


def _wrong(language: str, rule: Rule) -> str:
    if rule.confidence not in _SURE or rule.unsure not in {None, *_SURE}:
        return f"no confidence: {rule.confidence if rule.confidence not in _SURE else rule.unsure}"
    if not all(isinstance(text, str) for text in (rule.query, rule.en, rule.zh, *rule.triggers, *rule.beside)):
        return "query, en, zh and triggers are texts"
    if language in READ_AS:  # it would never be asked for
        return f"rules for {language} are those for {READ_AS[language]}: write that"
    try:
        query = parsing.compiled(language, rule.query)
    except KeyError:
        return f"no such language: {language}"
    except (ValueError, RuntimeError) as wrong:  # QueryError is a ValueError
        return f"query: {wrong}"
    source = rule.query.encode()
    for n in range(query.pattern_count):
        pattern = source[query.start_byte_for_pattern(n) : query.end_byte_for_pattern(n)].decode()
        if not _SITE.search(pattern):
            return "query: a pattern without @site"
    return _unknown(language, rule) or _unreadable(rule)


def _unknown(language: str, rule: Rule) -> str:
    """The first predicate that nobody knows."""
    empty = document(Path("a"), language, b"")
    tree = trees.of(empty)
    known = Judge(Flow(empty, tree)).names if tree is not None else frozenset[str]()
    for name in matching.predicates(language, rule.query):
        if name not in known:
            return f"query: no such predicate: #{name}"
    return ""


def _unreadable(rule: Rule) -> str:
    """The first trigger that is no expression of re2."""
    import re2  # 20 ms, paid with the first look otherwise

    options = re2.Options()
    options.log_errors = False
    for word in (*rule.triggers, *rule.beside, *rule.places):
        try:
            re2.compile(word.removeprefix("re:") if word.startswith("re:") else re2.escape(word), options)
        except re2.error as wrong:
            return f"trigger {word}: {wrong}"
    return ""
