"""Runs the rules of a language that a text calls for over the parts of a document that are asked about.

Where no trigger word of any rule stands in the text, nothing is read. A place with a syntax fault inside is passed over: a
statement is judged when it is complete.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

from copilot.errors import UsageError
from copilot.messages import say
from copilot.rules import matching
from copilot.rules.depth import shallow
from copilot.rules.flow import Flow, Level
from copilot.rules.predicates import Judge
from copilot.rules.rule import BANK, SECURITY, Confidence, Rule, called, said
from copilot.syntax import tree as trees
from copilot.syntax.tree import Tree
from copilot.types import Document, Finding, Severity, Span

_LONGEST: Final = 2_000_000
"""Bytes of a text that is looked at; what is longer was made by a program."""


class Hit(NamedTuple):
    """A finding with the rule that found it and how sure that is."""

    finding: Finding
    rule: Rule
    confidence: Confidence


def triggered(language: str | None, text: bytes, pack: str = SECURITY) -> bool:
    """Whether a text can have a finding at all: a search for words, no reading."""
    return bool(called(language or "", pack, text))


def findings(document: Document, spans: Sequence[Span] | None = None) -> list[Finding]:
    """What the rules find at places (or in what they reach over) that touch `spans` (None: anywhere), in order; none for a language without rules."""
    return [hit.finding for hit in hits(document, spans)]


def hits(
    document: Document,
    spans: Sequence[Span] | None = None,
    pack: str = SECURITY,
    asked: frozenset[str] = frozenset(),
    wanted: Sequence[Rule] | None = None,
    where: Callable[[Rule], Sequence[Span]] | None = None,
) -> list[Hit]:
    """As `findings`, of any pack, each with its rule and confidence. `asked`: the policies that the bank's settings ask
    for ("gm": SM2, SM3 and SM4 only); parts of a rule that belong to another say nothing. `wanted`: the rules of the
    pack that are asked (None: those that a word of the document calls for); `where`: those of the `spans` in which each is asked
    (None: in all). Raises UsageError as `rule.policies`, and for a rule
    of the bank's own whose predicates lack what they ask for.
    """
    try:
        rows = called(document.language or "", pack, document.text) if wanted is None else wanted
        return _hits(document, spans, pack, [rule for rule in rows if not rule.policy or rule.policy in asked], where)
    except (LookupError, TypeError, re.error) as wrong:
        if pack in {BANK, SECURITY}:
            raise
        raise UsageError(say("a rule in {folder} cannot be read: {why}", folder=pack, why=str(wrong))) from None


def _hits(
    document: Document,
    spans: Sequence[Span] | None,
    pack: str,
    rows: Sequence[Rule],
    where: Callable[[Rule], Sequence[Span]] | None,
) -> list[Hit]:
    language = document.language or ""
    if len(document) > _LONGEST or not rows:
        return []
    read = trees.of(document)
    judged = shallow(document, read) if read is not None else None
    if judged is None:
        return []
    tree = judged[1]
    judge = Judge(Flow(*judged))
    words = said(language, pack, judged[0].text)
    merged = _merged(spans) if spans is not None else None
    everywhere: Sequence[Span | None] = merged if merged is not None else (None,)

    def ranges(rule: Rule) -> Sequence[Span | None]:
        if not rule.places:
            return everywhere if where is None else _merged(where(rule))
        return _merged(words.places(rule.places, merged))

    found: dict[tuple[int, int, int | str], Hit] = {}
    for rule, pattern, captures in _matched(rows, language, tree, judge, ranges):
        site = captures["site"][0]
        level = judge.levels.get((pattern, site.id))
        sure: Confidence | None = rule.unsure if level is Level.UNKNOWN else rule.confidence
        if site.has_error or sure is None:
            continue
        severity = rule.severity if sure == rule.confidence else Severity.WARNING
        reach = captures.get("reach", captures["site"])[0]
        whole = Span(reach.start_byte, reach.end_byte)
        parts = judge.places.get((pattern, site.id))
        for span in parts or [Span(site.start_byte, site.end_byte)]:
            if spans is not None and not any(each.touches(span if parts else whole) for each in spans):
                continue
            hit = Hit(Finding(rule.name, severity, document.path, span, rule.message), rule, sure)
            key = (span.start, span.end, rule.cwe if pack == SECURITY else rule.name)
            if key not in found or _ORDER[sure] < _ORDER[found[key].confidence]:
                found[key] = hit
    return sorted(found.values(), key=lambda hit: hit.finding.span)


def _matched(
    wanted: Sequence[Rule], language: str, tree: Tree, judge: Judge, ranges: Callable[[Rule], Sequence[Span | None]]
) -> Iterator[tuple[Rule, int, matching.Captures]]:
    """The matches of each rule, with what the judge noted of it alone."""
    for rule in wanted:
        judge.levels.clear()
        judge.places.clear()
        within = ranges(rule)
        found = matching.matches(language, _text(rule), tree.root_node, judge, *within) if within else ()
        for pattern, captures in found:
            if pattern:  # 0 is FIRST
                yield rule, pattern, captures


@cache
def _text(rule: Rule) -> str:
    return f"{FIRST}\n{rule.query}"


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The ranges to look at, in order, each a byte longer, so that what begins at its end is seen."""
    found: list[Span] = []
    for span in sorted(Span(one.start, one.end + 1) for one in spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


FIRST: Final = "(ERROR) @site"
"""Names the capture before predicates use it; its matches count for nothing."""

_ORDER: Final[dict[Confidence, int]] = {"high": 0, "medium": 1, "low": 2}
