"""Every security rule on its own file: the lines marked `flag` are found, and no other line is."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot import rules
from copilot.rules.rule import languages
from copilot.syntax.parsing import compiled
from copilot.types import Span, document

FOLDER = Path(__file__).with_name("rules")
SUFFIXES = {"python": "py", "java": "java", "javascript": "js", "xml": "xml"}
ALL = [(language, rule.name.rpartition(".")[2]) for language in languages() for rule in rules.rules(language)]


def sample(language, rule):
    return (FOLDER / language / f"{rule}.{SUFFIXES[language]}").read_bytes()


def flagged(language, rule, text):
    name = f"security.{language}.{rule}"
    doc = document(Path(f"sample.{SUFFIXES[language]}"), language, text)
    return sorted({text.count(b"\n", 0, f.span.start) + 1 for f in rules.findings(doc) if f.rule == name})


@pytest.mark.parametrize(("language", "rule"), ALL)
def test_the_marked_lines_and_no_others(language, rule):
    text = sample(language, rule)
    marked = [n for n, row in enumerate(text.split(b"\n"), 1) if b" flag" in row]
    assert marked
    assert flagged(language, rule, text) == marked


@pytest.mark.parametrize(("language", "rule"), ALL)
def test_a_rule_is_whole(language, rule):
    one = next(each for each in rules.rules(language) if each.name == f"security.{language}.{rule}")
    assert one.cwe > 0
    assert one.triggers
    assert one.en != one.zh
    assert one.confidence in ("high", "medium", "low")
    compiled(language, f"(ERROR) @site {one.query}")
    assert one in rules.called(language, rules.SECURITY, sample(language, rule))


def test_only_what_touches_the_spans_is_reported():
    text = sample("python", "yaml-load")
    doc = document(Path("a.py"), "python", text)
    first = text.index(b"yaml.load(text)")
    found = rules.findings(doc, [Span(first, first + 4)])
    assert [f.span.start for f in found] == [first]


def test_a_statement_that_does_not_parse_is_not_judged():
    doc = document(Path("a.py"), "python", b"import os\n\ndef f(name):\n    os.system('rm ' + name + )\n")
    assert rules.findings(doc) == []


def test_a_message_comes_in_the_language_of_the_process():
    from copilot.messages import set_locale

    rule = rules.rules("python")[0]
    assert rule.message.startswith("SQL is built")
    set_locale("zh")
    try:
        assert rule.message.startswith("用值拼接")
        assert rule.message.endswith("(CWE-89)")
    finally:
        set_locale("en")
