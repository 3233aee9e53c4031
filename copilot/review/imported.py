"""Findings of other tools as remarks: on lines that the change touches, and once where several say the same.

A claim whose quote stands elsewhere in the file moves there, one whose quote is gone goes (`gates.anchored`): the tool read
another state of the file. Absent on purpose: reading the files of tools (`foreign`).
"""

from __future__ import annotations

import os
import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

from copilot.review import gates
from copilot.review.diff import FileDiff
from copilot.review.foreign import Claim
from copilot.review.looking import Seen
from copilot.review.remark import Remark, readable, shown
from copilot.rules import BANK, PREFIX, policies, rules
from copilot.syntax.outline import outline
from copilot.types import Document, Finding, Span
from copilot.verify import claims as known_claims

_DRIVE: Final = re.compile(r"\A/?[A-Za-z]:[\\/]+")
"""Where an absolute path of Windows begins."""
_ALIKE: Final = 0.6
"""Share of the words of two messages in common from which on they say the same."""


class Claims:
    """The claims of all tools, by the file of the change that they name. `elsewhere`: how many name a file or a place in one that
    is not in the change; `unplaced`: how many name no line, or no file that is here.
    """

    def __init__(self, claims: Iterable[Claim], root: Path, files: Callable[[], Iterable[FileDiff]]) -> None:
        self._root = os.path.realpath(root)
        self._by_path: dict[str, list[Claim]] = defaultdict(list)
        self._known: dict[str, str | None] = {}
        self._names: dict[str, str] = {}
        self.elsewhere = self.unplaced = 0
        held = list(claims)
        if held:
            names = [one.path for one in files()]
            self._names = {readable(name): name for name in names} | {name: name for name in names}
        for one in held:
            path = self._path(one.path) if one.line else None
            if path is None:
                self.unplaced += 1
            else:
                self._by_path[path].append(one)
                self.elsewhere += 1

    def of(self, path: str) -> list[Claim]:
        """The claims on a file; they are asked for once."""
        return self._by_path.pop(path, [])

    def _path(self, written: str) -> str | None:
        """The file that a tool means, by its path under the root; None where there is none such."""
        if written not in self._known:
            ways = (written, written.replace("\\", "/")) if "\\" in written else (written,)
            self._known[written] = next((found for way in ways if (found := self._file(way)) is not None), None)
        return self._known[written]

    def _file(self, written: str) -> str | None:
        path = posixpath.normpath(_DRIVE.sub("/", written))
        if not path.startswith(("/", "../")):
            return self._here(path)
        if path.startswith("/"):
            real = os.path.realpath(path) if "\0" not in path else path
            if real.startswith(self._root + os.sep):
                return self._here(os.path.relpath(real, self._root))
        # A checkout elsewhere, or a tool that ran in another folder: the longest end that is a file here.
        parts = [part for part in path.split("/") if part not in {"", ".."}]
        ends = ("/".join(parts[n:]) for n in range(len(parts)))
        return next((found for end in ends if (found := self._here(end)) is not None), None)

    def _here(self, path: str) -> str | None:
        """A file of the change, or one that lies under the root."""
        if path in self._names:
            return self._names[path]
        return path if os.path.isfile(os.path.join(self._root, path)) else None  # noqa: PTH113, PTH118 -- False for odd names


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
