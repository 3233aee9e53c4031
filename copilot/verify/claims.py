"""What another tool's diagnostic claims, read as one of the kinds of fault that we know (`claims.toml`).

A message is matched, not a tool: servers wrap one another, and codes differ between versions. Only scanners of security are
known by their name or code. What matches nothing is a fault for a model, in the tool's own words. Absent on purpose: whether a claim is true (`same` finds our own finding of
it, where we have one), and what to do about it (`engines/embedded/claimed*.py`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from copilot.rules.rule import PREFIX
from copilot.types import Document, Finding
from copilot.verify import diagnostics

JAVAC: Final = "javac:"
"""What the rule of a compiler's error begins with; the key follows."""

_CODE_FIRST: Final = re.compile(r"^(?:\[[\w./-]+\]|[A-Z]{1,4}\d{2,5}:?|error:|warning:)\s+")
_QUOTED: Final = re.compile(r"[\"'`](\w+)[\"'`]")


@dataclass(frozen=True, slots=True)
class Claim:
    """A fault of a `kind`: about `name`, looked for in `owner` (a type, a module; of a conversion the target type)."""

    kind: str
    name: str = ""
    owner: str = ""
    hints: tuple[str, ...] = ()


def read(message: str, source: str = "", code: str = "") -> Claim | None:
    """The claim of a message, else of who says it (`source`, `code`); None for one that is of no kind we know."""
    text = _CODE_FIRST.sub("", message.strip())
    for kind, pattern in _patterns():
        match = pattern.match(text)
        if match is not None:
            told = match.groupdict()
            hints = tuple(dict.fromkeys(_QUOTED.findall(told.get("hints") or "")))
            return Claim(kind, told.get("name") or "", told.get("owner") or "", hints)
    return next((Claim(kind) for kind, field, pattern in _tools() if pattern.fullmatch((source, code)[field])), None)


@cache
def _rows() -> tuple[dict[str, Any], ...]:
    return tuple(tomllib.loads(resources.files("copilot.verify").joinpath("claims.toml").read_text("utf-8"))["claim"])


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((row["kind"], _pattern(says)) for row in _rows() for says in row.get("says", ()))


@cache
def _tools() -> tuple[tuple[str, int, re.Pattern[str]], ...]:
    """Kinds that are known by who says it: the kind, 0 for its source or 1 for its code, and the pattern of that."""
    return tuple(
        (row["kind"], n, re.compile(pattern, re.IGNORECASE))
        for row in _rows()
        for n, field in enumerate(("source", "code"))
        for pattern in row.get(field, ())
    )


def _pattern(says: str) -> re.Pattern[str]:
    return re.compile(says.replace("[^@]", "[^\"'`]").replace("@", "[\"'`]"))


_OWN: Final = {
    "syntax": (diagnostics.SYNTAX,),
    "undefined": (diagnostics.UNDEFINED, JAVAC + "cant.resolve"),
    "type": (JAVAC + "cant.resolve",),
    "member": (JAVAC + "cant.resolve",),
    "package": (JAVAC + "doesnt.exist", JAVAC + "cant.resolve"),
    "unreported": (JAVAC + "unreported.exception",),
    "convert": (JAVAC + "prob.found.req",),
    "unused-import": (diagnostics.LINT + "F401",),
    "unused-variable": (diagnostics.LINT + "F841",),
    "security": (PREFIX,),
}
"""The rules of ours that say the same, by what they begin with."""

_NAMELESS: Final = frozenset({"syntax", "unreported", "convert", "security"})
"""Kinds whose place is enough: our finding of them stands elsewhere than at a name."""


def same(document: Document, foreign: Finding, own: Iterable[Finding]) -> Finding | None:
    """Our own finding of what another tool claims: of the same kind, on the same line, about the same name if it is about one."""
    claim = read(foreign.message, foreign.source, foreign.rule)
    if claim is None:
        return None
    name = re.split(r"[. ]", claim.name)[-1].encode()  # `bank.book as b` is b
    for each in own:
        if each.rule.startswith(_OWN.get(claim.kind, ("\0",))) and _one_line(document, each, foreign):
            word = document.text[each.span.start : each.span.end]
            said = re.findall(rb"\w+", word) if claim.kind == "unused-import" else [word]  # `numpy as np`, `os.path`
            if claim.kind in _NAMELESS or name in said:
                return each
    return None


def _one_line(document: Document, one: Finding, other: Finding) -> bool:
    """Whether one begins on a line of the other, or the lines of syntax faults follow each other."""
    first, second = (document.text.count(b"\n", 0, each.span.start) for each in (one, other))
    last = document.text.count(b"\n", 0, max(other.span.start, other.span.end))
    return first <= second <= first + 1 if one.rule == diagnostics.SYNTAX else second <= first <= last
