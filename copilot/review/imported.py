"""Findings of other tools as remarks: on lines that the change touches, and once where several say the same.

A claim whose quote stands elsewhere in the file moves there, one whose quote is gone goes (`gates.anchored`): the tool read
another state of the file. Absent on purpose: reading the files of tools (`foreign`).
"""

from __future__ import annotations

import os
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

from copilot.review import gates
from copilot.review.foreign import Claim
from copilot.review.looking import Seen
from copilot.review.remark import Remark, shown
from copilot.rules import BANK, PREFIX, policies, rules
from copilot.syntax.outline import outline
from copilot.types import Document, Finding, Span
from copilot.verify import claims as known_claims

_ALIKE: Final = 0.6
"""Share of the words of two messages in common from which on they say the same."""


class Claims:
    """The claims of all tools, by the path under the root; `left` are those that no file of the change has asked for."""

    def __init__(self, claims: Iterable[Claim], root: Path) -> None:
        self._root = os.path.realpath(root)
        self._by_path: dict[str, list[Claim]] = defaultdict(list)
        self._away: dict[str, list[Claim]] = defaultdict(list)
        self.left = 0
        for one in claims:
            path = self._under(one.path)
            (self._away if path.startswith("/") else self._by_path)[path].append(one)
            self.left += 1

    def _under(self, written: str) -> str:
        path = written.replace("\\", "/") if re.match(r"[A-Za-z]:\\|[^/]*\\", written) else written
        path = posixpath.normpath(path)
        if path.startswith("/"):
            real = os.path.realpath(path)
            return os.path.relpath(real, self._root) if real.startswith(self._root + os.sep) else path
        return path

    def of(self, path: str) -> list[Claim]:
        """The claims on a file. An absolute path that is not under the root (a checkout elsewhere) counts by its end."""
        found = self._by_path.pop(path, [])
        for other in [each for each in self._away if each.endswith("/" + path)]:
            found += self._away.pop(other)
        return found


def placed(file: Seen, found: Iterable[Claim]) -> Iterator[Remark]:
    """The claims on a file that stand on lines that the change adds or alters, as remarks."""
    numbers = {row.new: row.number for row in file.diff.rows if row.new is not None}
    added = sorted(row.new for row in file.diff.rows if row.kind == "added" and row.new is not None)
    texts = {row.new: row.text for row in file.diff.rows if row.new is not None}
    for claim in found:
        one = _remark(claim, file)
        if file.after is not None:
            anchored = gates.anchored(one, file.after.text)
            if anchored is None:
                continue
            one = anchored
        touched = [line for line in added if one.line <= line <= one.end_line]
        if not touched:
            continue
        line = one.line if one.line in numbers else touched[0]
        symbol, evidence = _around(file.after, line) if file.after is not None else ("", shown(texts[line]))
        yield replace(one, line=line, row=numbers[line], symbol=symbol, evidence=evidence)


def _remark(claim: Claim, file: Seen) -> Remark:
    return Remark(
        rule=claim.rule,
        severity=claim.severity,
        confidence="medium",
        path=file.diff.path,
        side="new",
        line=claim.line,
        end_line=claim.end_line,
        message=claim.message or claim.rule,
        evidence=claim.quote,
        detail=" ".join(f"CWE-{number}" for number in sorted(claim.cwes)),
        origin=f"tool:{claim.tool}",
        known=file.diff.old or file.diff.new,
    )


def _around(doc: Document, line: int) -> tuple[str, str]:
    """The symbol around a line, and the line as evidence."""
    span = _span(doc, line, line)
    around = outline(doc).at(span)
    return (around.qualified if around is not None else ""), shown(doc.text[span.start : span.end])


def _span(doc: Document, first: int, last: int) -> Span:
    """The bytes of lines, without the last line end."""
    lines = doc.text.split(b"\n")
    start = sum(len(row) + 1 for row in lines[: first - 1])
    return Span(start, start + sum(len(row) + 1 for row in lines[first - 1 : last]) - 1)


def merged(own: Sequence[Remark], others: Iterable[Remark], doc: Document | None) -> list[Remark]:
    """Our remarks on a file and those of tools, once where one of each says the same: ours, with the tool's name."""
    found = list(own)
    for other in others:
        name = f"{other.origin.removeprefix('tool:')} ({other.rule})"
        twin = next((n for n, mine in enumerate(found) if _is_same(mine, other, doc)), None)
        if twin is None:
            found.append(other)
        elif name not in found[twin].also and found[twin].origin != other.origin:
            found[twin] = replace(found[twin], also=(*found[twin].also, name))
    return found


def _is_same(mine: Remark, other: Remark, doc: Document | None) -> bool:
    if mine.side != other.side or mine.line > other.end_line or other.line > mine.end_line:
        return False
    if mine.rule == other.rule or (mine.line == other.line and alike(mine.message, other.message)):
        return True
    if _cwes(mine) & _cwes(other):
        return True
    if doc is None or mine.origin != "rules":
        return False
    finding = Finding(
        mine.detail or mine.rule, mine.severity, doc.path, _span(doc, mine.line, mine.end_line), mine.message
    )
    place = _span(doc, other.line, other.end_line)
    claim = Finding(
        other.rule, other.severity, doc.path, place, other.message, source=other.origin.removeprefix("tool:")
    )
    return known_claims.same(doc, claim, [finding]) is not None


def alike(one: str, other: str) -> bool:
    """Whether two messages say the same, by their words."""
    first, second = (set(re.findall(r"\w+", text.lower())) for text in (one, other))
    return bool(first and second) and len(first & second) / len(first | second) >= _ALIKE


def _cwes(one: Remark) -> frozenset[int]:
    if one.origin.startswith("tool:"):
        return frozenset(int(number) for number in re.findall(r"CWE-(\d+)", one.detail))
    return _of_rules().get(one.detail or one.rule, frozenset())


@cache
def _of_rules() -> dict[str, frozenset[int]]:
    """The CWE numbers of our rules by name."""
    found: dict[str, frozenset[int]] = {}
    for language in ("java", "javascript", "python", "xml"):
        for rule in rules(language):
            if rule.name.startswith(PREFIX) and rule.cwe:
                found[rule.name] = frozenset({rule.cwe})
    for policy in policies(BANK):
        found[policy.id] = frozenset(rule.cwe for _, rule in policy.parts if rule.cwe)
    return found
