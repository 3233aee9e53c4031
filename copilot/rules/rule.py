"""One rule as data, and the reading of the rule files.

A rule is a tree-sitter query whose capture `@site` is the place that is reported. Beside the predicates of tree-sitter
(`#eq?`, `#match?`, `#any-of?`) a query may use those of `predicates.py`. A file of rules has one table a rule:

    [[rule]]
    id = "sql-built"                  # stable, unique in its language
    cwe = 89
    severity = "error"                # error, warning, information
    confidence = "high"               # how often it is right: high, medium, low
    unsure = "medium"                 # the same where it is not known what is put in; left out: no finding then
    triggers = ["execute"]            # one of these stands in every text that it can find something in
    en = "…"
    zh = "…"
    query = '''(call …) @site'''
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, Literal

from copilot.messages import locale
from copilot.types import Severity

Confidence = Literal["high", "medium", "low"]

PREFIX: Final = "security."
"""What the `rule` of every finding begins with."""

_READ_AS: Final = {"typescript": "javascript", "tsx": "javascript"}
"""Languages whose rules are another's: their trees have the same nodes."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule; `name` is what a finding carries: `security.<language>.<id>`."""

    name: str
    cwe: int
    severity: Severity
    confidence: Confidence
    unsure: Confidence | None
    triggers: tuple[bytes, ...]
    en: str
    zh: str
    query: str

    @property
    def message(self) -> str:
        """What is wrong and what to do instead, in the language of this process."""
        return f"{self.zh if locale() == 'zh' else self.en} (CWE-{self.cwe})"

    def called_for(self, text: bytes) -> bool:
        """Whether one of the trigger words stands in a text."""
        return any(word in text for word in self.triggers)


def languages() -> tuple[str, ...]:
    """The languages that have rules of their own."""
    return tuple(
        sorted(entry.name[:-5] for entry in resources.files("copilot.rules").iterdir() if entry.name.endswith(".toml"))
    )


@cache
def rules(language: str) -> tuple[Rule, ...]:
    """The rules of a language, none where there are none. Raises KeyError or ValueError for a damaged rule file."""
    own = _READ_AS.get(language, language)
    place = resources.files("copilot.rules").joinpath(f"{own}.toml")
    if not place.is_file():
        return ()
    return tuple(
        Rule(
            name=f"{PREFIX}{own}.{row['id']}",
            cwe=row["cwe"],
            severity=Severity(row["severity"]),
            confidence=row["confidence"],
            unsure=row.get("unsure"),
            triggers=tuple(word.encode() for word in row["triggers"]),
            en=row["en"],
            zh=row["zh"],
            query=row["query"],
        )
        for row in tomllib.loads(place.read_text("utf-8"))["rule"]
    )
