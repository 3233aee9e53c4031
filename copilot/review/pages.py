"""The page of a rule, made of its file: for a terminal in one language, as Markdown in both.

`bank-copilot review --rules` prints it, SARIF carries it as the rule's help, and `copilot/rules/pages` holds it for reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from copilot.messages import locale, say
from copilot.review import gates
from copilot.review.looking import Asked, places
from copilot.rules import BANK, PREFIX, Policy, Rule, policies, rules
from copilot.rules.rule import Example
from copilot.types import document

_OURS: Final = str(Path(__file__).with_name("rules"))
"""Rules that no query finds: their pages alone."""
_SPOKEN: Final = ("java", "javascript", "python", "xml")
_ENDS: Final = {"java": "java", "javascript": "js", "typescript": "ts", "python": "py", "xml": "xml", "sql": "sql"}


def known(packs: Sequence[str]) -> dict[str, Policy]:
    """The rules of packs and those of the review itself, by id; the first of two with one id. Raises UsageError as `rule.policies`."""
    found: dict[str, Policy] = {}
    for pack in (*packs, _OURS):
        for policy in policies(pack):
            found.setdefault(policy.id, policy)
    return found


def languages(policy: Policy) -> list[str]:
    """The languages that a rule is for: of its parts, of its examples, of the security rules that it takes over."""
    own = {language for language, _ in policy.parts} | {each.language for each in policy.examples}
    return sorted(own | {language for language, _ in _security(policy)}) or ["any · 不限"]


@cache
def mended(packs: tuple[str, ...]) -> frozenset[str]:
    """Rules of which a page's example gets a proven fix."""
    asked = Asked(packs)
    return frozenset(policy.id for policy in known(packs).values() if any(_fixed(policy.id, asked, *policy.examples)))


def _fixed(name: str, asked: Asked, *examples: Example) -> Iterator[bool]:
    for example in examples:
        path = Path(f"Sample.{_ENDS.get(example.language, 'txt')}")
        doc = document(path, example.language, example.bad)
        found = places(doc, asked)
        mender = gates.Mender(doc, lambda text: places(text, asked))
        yield any(mender.fixed(each) for each in found if each.rule == name)


def _security(policy: Policy) -> Iterator[tuple[str, Rule]]:
    for language in _SPOKEN:
        for rule in rules(language):
            if rule.name.removeprefix(f"{PREFIX}{language}.") in policy.security:
                yield language, rule


def _says(policy: Policy) -> list[tuple[str, Rule]]:
    """What it says, once for each text: language and rule."""
    told: dict[tuple[str, str], tuple[str, Rule]] = {}
    for language, rule in (*policy.parts, *_security(policy)):
        told.setdefault((language, rule.en), (language, rule))
    return list(told.values())


def listed(packs: Sequence[str]) -> str:
    """Every rule of packs in a line: id, severity, title."""
    found = known(packs)
    width = max(map(len, found), default=0)
    return "".join(f"{each.id:{width}}  {each.severity:11}  {each.title}\n" for each in found.values())


def shown(policy: Policy, packs: tuple[str, ...] = (BANK,)) -> str:
    """A rule's page for a terminal, in the language of this process."""
    chinese = locale() == "zh"
    lines = [f"{policy.id}  {policy.title}", "", policy.why_zh if chinese else policy.why_en, ""]
    lines += [
        say(
            "severity {severity}; languages: {languages}",
            severity=policy.severity,
            languages=", ".join(languages(policy)),
        ),
        say("a safe fix is offered where one can be proven")
        if policy.id in mended(packs)
        else say("no fix is offered"),
        "",
    ]
    if told := _says(policy):
        lines += [say("What it says:"), *(f"  {language}: {rule.message}" for language, rule in told)]
    for example in policy.examples:
        for title, text in ((say("Found"), example.bad), (say("Not found"), example.good)):
            lines += ["", f"{title} ({example.language}):", "", *(f"    {row}" for row in text.strip().split("\n"))]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def plain(policy: Policy, packs: tuple[str, ...] = (BANK,)) -> dict[str, Any]:
    """A rule as plain values, in both languages."""
    return {
        "rule": policy.id,
        "severity": str(policy.severity),
        "title": {"en": policy.en, "zh": policy.zh},
        "why": {"en": policy.why_en, "zh": policy.why_zh},
        "languages": languages(policy),
        "fix": policy.id in mended(packs),
        "says": [{"language": language, "en": rule.en, "zh": rule.zh} for language, rule in _says(policy)],
        "examples": [{"language": each.language, "bad": each.bad, "good": each.good} for each in policy.examples],
    }


def markdown(policy: Policy, packs: tuple[str, ...] = (BANK,)) -> str:
    """A rule's page in both languages; the same bytes whatever the language of this process."""
    lines = [f"# {policy.id}: {policy.en}", "", f"## {policy.zh}", ""]
    lines += [
        f"Severity: {policy.severity} · {', '.join(languages(policy))}" + " · has a fix" * (policy.id in mended(packs)),
        "",
    ]
    lines += [policy.why_en, "", policy.why_zh]
    if told := _says(policy):
        lines += ["", "| | says | 提示 |", "|---|---|---|"]
        lines += [f"| {language} | {_cell(rule.en)} | {_cell(rule.zh)} |" for language, rule in told]
    for example in policy.examples:
        for title, text in (("Found · 违规", example.bad), ("Not found · 合规", example.good)):
            lines += ["", f"{title}:", "", f"```{example.language}", text.strip("\n"), "```"]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def index(packs: tuple[str, ...] = (BANK,)) -> str:
    """The list of the pages, as Markdown."""
    lines = [
        "# Bank rules · 银行规则",
        "",
        "Made of `copilot/rules/bank` by `UPDATE_DOCS=1 pytest tests/unit/test_rule_pages.py`.",
    ]
    lines += ["", "| rule | | 规则 | severity | languages | fix |", "|---|---|---|---|---|---|"]
    for each in known(packs).values():
        fix = "yes" if each.id in mended(packs) else ""
        row = (f"[{each.id}]({each.id}.md)", each.en, each.zh, each.severity, ", ".join(languages(each)), fix)
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines) + "\n"
