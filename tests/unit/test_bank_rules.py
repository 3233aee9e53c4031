"""The bank's pack: its own samples, case by case, and what each rule's file must hold.

A sample stands in `tests/golden/bank/<ID>/`: any number of files, whose cases are routines (for XML: statements). A line that
is wanted says `flag`, and no other may be found; a good case that is nearly a bad one says `near` and why it is none.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from copilot import rules
from copilot.review import sensitive
from copilot.rules import rule as reading
from copilot.syntax import tree as trees
from copilot.syntax.languages import named
from copilot.syntax.tree import descendants
from copilot.types import Span, document

FOLDER = Path(__file__).parents[1] / "golden" / "bank"
SAMPLES = sorted(path for path in FOLDER.glob("*/*") if path.is_file())
MARK = re.compile(r"(?:#|//|<!--)\s*(flag|near)\b")
CASES = ("function_definition", "method_declaration", "element")
NAMED = re.compile(rb"<(?:select|insert|update|delete)\b")
LEAST = 8
POLICIES = frozenset({"gm"})
"""Policies of a bank that some parts of rules belong to; the samples take them all as asked for."""


def read(path):
    return document(path, named("", path), path.read_bytes())


def lines(doc, rule):
    """The lines at which a rule is found, as a review counts: security rules that it takes over, too."""
    policy = next(each for each in rules.policies() if each.id == rule)
    found = [hit.finding for hit in rules.hits(doc, pack=rules.BANK, asked=POLICIES) if hit.rule.name == rule]
    found += [each for each in rules.findings(doc) if each.rule.split(".", 2)[2] in policy.security]
    spans = [each.span for each in found] + [each.span for each in sensitive.hits(doc) if rule == sensitive.RULE]
    return {doc.text.count(b"\n", 0, span.start) + 1 for span in spans}


def marked(doc, mark):
    return {n for n, line in enumerate(doc.text.decode().split("\n"), 1) if mark in MARK.findall(line)}


def unmarked(doc):
    """The routines (for XML: statements) that no mark stands in: good cases that are not near."""
    lines = doc.text.decode().split("\n")
    cases = [
        node
        for node in descendants(trees.of(doc).root_node, *CASES)
        if node.type != "element" or NAMED.match(node.text)
    ]
    return sum(not MARK.search("\n".join(lines[one.start_point[0] : one.end_point[0] + 1])) for one in cases)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_rule_finds_what_its_sample_marks_and_nothing_else(path):
    doc = read(path)
    assert lines(doc, path.parent.name) == marked(doc, "flag")


PLACED = {
    f"{language}-{one.name}-{n}": (pack, language, one)
    for pack in (rules.BANK, rules.SECURITY)
    for language in ("python", "java")
    for n, one in enumerate(rules.rules(language, pack))
    if one.places
}


@pytest.mark.parametrize("name", PLACED)
def test_where_a_rule_is_asked_alone_is_all_where_it_finds_something(name):
    """Its `places` stand in whatever a pattern of its query matches: without them it finds the same, in all samples."""
    pack, language, one = PLACED[name]
    everywhere, found = replace(one, places=()), 0
    for path in (*SAMPLES, *sorted(FOLDER.with_name("rules").glob("*/*"))):
        if named("", path) == language:
            doc = read(path)
            told = [hit.finding for hit in rules.hits(doc, None, pack, POLICIES, [one])]
            assert told == [hit.finding for hit in rules.hits(doc, None, pack, POLICIES, [everywhere])], path
            found += len(told)
    assert found


def test_words_are_told_with_their_places_each_time_they_stand_there():
    said = rules.said("python", rules.BANK, b"x = round(a) + round(b)\nmoney = 1\n")
    assert said.any(("quantize", "round("))
    assert not said.any(("quantize",))
    assert said.places(("round(", "quantize")) == [Span(4, 10), Span(15, 21)]
    word = next(
        word
        for one in rules.rules("python") + rules.rules("python", rules.BANK)
        for word in one.places
        if word.startswith("re:")
    )
    again = rules.said("python", rules.BANK, b"account.balance = 1")
    assert again.places((word,)) == [Span(7, 18)]
    assert said.places(("round(",), [Span(0, 9), Span(12, 30)]) == [Span(15, 21)]


def test_words_that_several_rules_ask_for_stand_in_one_place():
    """In `words.toml`: each list is asked for, and told in the documentation of the format."""
    folder = resources.files("copilot.rules").joinpath("bank")
    texts = {each.name: each.read_text("utf-8") for each in folder.iterdir() if each.name.endswith(".toml")}
    lists = tomllib.loads(texts.pop("words.toml"))
    rows = Counter(row for text in texts.values() for row in re.findall("^beside = .{100,}$", text, re.MULTILINE))
    assert [row[:60] for row, count in rows.items() if count > 1] == []
    assert {name for text in texts.values() for name in re.findall(r'"words:(\w+)"', text)} == lists.keys()
    assert f"(`bank/words.toml`: {', '.join(sorted(lists))})" in (reading.__doc__ or "")


@pytest.mark.parametrize("policy", rules.policies(), ids=lambda policy: policy.id)
def test_a_rule_has_samples_of_each_language_half_of_the_good_ones_near(policy):
    spoken = {language for language, _ in policy.parts} | {each.language for each in policy.examples}
    assert spoken
    for language in spoken:
        docs = [read(path) for path in SAMPLES if path.parent.name == policy.id]
        own = [doc for doc in docs if doc.language == language]
        bad, near = (sum(len(marked(doc, mark)) for doc in own) for mark in ("flag", "near"))
        plain = sum(unmarked(doc) for doc in own)
        assert bad >= LEAST, (language, bad)
        assert near >= LEAST // 2, (language, near)
        assert near + plain >= LEAST, (language, near, plain)


@pytest.mark.parametrize("policy", rules.policies(), ids=lambda policy: policy.id)
def test_the_examples_of_a_rules_page_are_what_they_say(policy):
    for example in policy.examples:
        path = Path(f"Sample.{ {'python': 'py', 'java': 'java', 'xml': 'xml'}[example.language] }")
        assert lines(document(path, example.language, example.bad), policy.id), example
        assert not lines(document(path, example.language, example.good), policy.id), example


def test_a_change_inside_a_routine_asks_for_what_is_said_at_its_name():
    text = next(
        each.bad for each in next(p for p in rules.policies() if p.id == "TX01").examples if each.language == "java"
    )
    doc = document(Path("Transfers.java"), "java", text)
    second = text.index("jdbcTemplate", text.index("jdbcTemplate") + 1)
    inside, outside = (rules.hits(doc, [Span(at, at + 5)], pack=rules.BANK) for at in (second, 0))
    assert [doc.text[hit.finding.span.start : hit.finding.span.end] for hit in inside] == [b"transfer"]
    assert not outside


def test_each_rule_is_told_in_both_languages():
    for policy in rules.policies():
        for text in (policy.zh, policy.why_zh, *(part.zh for _, part in policy.parts)):
            assert re.search(r"[\u4e00-\u9fff]", text), (policy.id, text)
        for text in (policy.en, policy.why_en, *(part.en for _, part in policy.parts)):
            assert text, policy.id
            assert not re.search(r"[\u4e00-\u9fff]", text), (policy.id, text)
