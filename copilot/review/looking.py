"""One file of a change: what the rules find in its text now that they did not find in the one before.

A finding of before is known by its rule and the text of its line, wherever it stands now; of several such the ones on
unchanged lines are the old ones. What is found on an unchanged line and was not there before is the change's doing all the
same: it took away what had made the line right. Absent on purpose: deleted lines (`removed`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from copilot import files
from copilot.errors import UnreadableFile
from copilot.messages import say
from copilot.review import reach
from copilot.review.change import Texts
from copilot.review.diff import FileDiff, changed
from copilot.review.remark import Confidence, Covered, Remark, shown
from copilot.rules import SECURITY, Hit, hits, policies, triggered
from copilot.syntax.languages import language_of
from copilot.syntax.lines import line_end, line_start
from copilot.syntax.outline import outline
from copilot.types import Document, Severity, Span, document

_MADE: Final = re.compile(
    r"(?:^|/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|poetry\.lock|uv\.lock|Pipfile\.lock|Cargo\.lock"
    r"|go\.sum|gradle\.lockfile)$|\.min\.(?:js|css)$|\.map$|_pb2(?:_grpc)?\.pyi?$|(?:^|/)(?:node_modules|vendor|third_party)/"
)
_MARKED: Final = re.compile(
    rb"@generated\b|(?i:\bgenerated (?:by|from)\b[^\n]{0,80}(?:do not edit|don't edit))|(?i:^[^\n]{0,6}do not edit)"
)
_HEAD: Final = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What a review looks for, by the policy of who runs it, never of the branch under review. `packs`: names as in
    `rules.rule`; `off`: ids of rules that are not told; `most`: remarks beyond this number are folded into one summary.
    """

    packs: tuple[str, ...]
    off: frozenset[str] = frozenset()
    most: int = 30


class Place(NamedTuple):
    """A finding before it is a remark: the rule that tells it, what found it (empty: the rule itself), and where."""

    rule: str
    detail: str
    severity: Severity
    confidence: Confidence
    message: str
    span: Span


class Seen(NamedTuple):
    """A file as it was looked at. The documents are None where there is no text of that side, or none that can be read."""

    diff: FileDiff
    before: Document | None
    after: Document | None
    covered: Covered


def seen(one: FileDiff, held: Texts) -> Seen:
    """A file of a change, read as far as it can be, with its coverage."""
    lines = sum(1 for _ in changed(one))
    hunks = len(one.sections)
    why = _unread(one)
    if why:
        return Seen(one, None, None, Covered(one.path, "skipped", why, hunks, 0, lines))
    if not one.rows:  # a mode, a name, an empty file: nothing to read
        return Seen(one, None, None, Covered(one.path, "reviewed", "", hunks, hunks, lines))
    before, after = _document(one.old, held.before), _document(one.new, held.after)
    if (one.new and after is None) or (one.old and not one.new and before is None):
        return Seen(one, before, after, Covered(one.path, "skipped", say("no text that can be read"), hunks, 0, lines))
    text = (after or before or document(Path(one.path), None, b"")).text
    if _MADE.search(one.path) or _MARKED.search(text[:_HEAD]):
        return Seen(one, before, after, Covered(one.path, "skipped", say("made by a program"), hunks, 0, lines))
    if language_of(Path(one.path)) is None:
        why = say("no rules for this kind of file: looked for secrets alone")
    elif not held.whole:
        why = say("only the lines of the patch are known")
    return Seen(one, before, after, Covered(one.path, "partly" if why else "reviewed", why, hunks, hunks, lines))


def _unread(one: FileDiff) -> str:
    if one.large:
        return say("too large")
    if one.broken:
        return say("its patch cannot be read")
    if one.binary:
        return say("not a text")
    if one.submodule:
        return say("another repository's commit")
    if one.link:
        return say("a symbolic link")
    if one.status == "combined":
        return say("a merge of several parents")
    return ""


def _document(name: str, data: bytes | None) -> Document | None:
    if not name or data is None:
        return None
    try:
        text, _ = files.decode(data, name)
    except UnreadableFile:
        return None
    return document(Path(name), language_of(Path(name)), text)


def places(doc: Document, asked: Asked, lines: AbstractSet[int] | None = None) -> list[Place]:
    """What the rules find where changed `lines` reach (None: anywhere). Raises UsageError as `rule.policies`."""
    packs = (*asked.packs, SECURITY)
    text = doc.text if lines is None else reach.roughly(doc, lines)
    called = [pack for pack in packs if triggered(doc.language, text, pack)]
    if not called:
        return []
    spans = None if lines is None else reach.spans(doc, lines)
    owners = _owners(asked.packs)
    found: list[Place] = []
    for pack in called:
        for hit in hits(doc, spans, pack):
            if pack == SECURITY and _is_told(hit):
                found.append(_owned(hit, owners))
            elif pack != SECURITY:
                finding = hit.finding
                found.append(Place(hit.rule.name, "", finding.severity, hit.confidence, hit.rule.message, finding.span))
    return found


def _is_told(hit: Hit) -> bool:
    return hit.confidence != "low" and hit.rule.severity is not Severity.INFORMATION


@cache
def _owners(packs: tuple[str, ...]) -> dict[str, str]:
    """Which rule of the packs a security rule (without language) counts as."""
    return {name: policy.id for pack in packs for policy in policies(pack) for name in policy.security}


def _owned(hit: Hit, owners: Mapping[str, str]) -> Place:
    own = hit.rule.name.split(".", 2)[2]
    name = owners.get(own, hit.rule.name)
    detail = hit.rule.name if name != hit.rule.name else ""
    return Place(name, detail, hit.finding.severity, hit.confidence, hit.rule.message, hit.finding.span)


def remarks(file: Seen, asked: Asked, *, whole: bool = True) -> Iterator[Remark]:
    """What a change brings in. `whole`: False where a text is only what hunks show: then changed lines alone count."""
    after, diff = file.after, file.diff
    if after is None or file.covered.status == "skipped":
        return
    added = {row.new: row.number for row in diff.rows if row.kind == "added"}
    shown_at = {row.new: row.number for row in diff.rows if row.new is not None}
    lines = {row.at[1] for row in changed(diff)} if file.before is not None else None
    found = [(each, _line(after, each.span.start)) for each in places(after, asked, lines)]
    if not found:
        return
    before: Counter[tuple[str, bytes]] = Counter()
    if file.before is not None:
        former = {row.at[0] for row in changed(diff)}
        before.update(_key(file.before, each) for each in places(file.before, asked, former))
    for each, line in sorted(found, key=lambda pair: (pair[1] in added, pair[0].span)):
        key = _key(after, each)
        if before[key] > 0:
            before[key] -= 1
        elif whole or line in added:
            yield _remark(file, after, each, line, shown_at.get(line, 0))


def _key(doc: Document, each: Place) -> tuple[str, bytes]:
    start = line_start(doc.text, each.span.start)
    return each.rule, b" ".join(doc.text[start : line_end(doc.text, each.span.start)].split())


def _line(doc: Document, offset: int) -> int:
    return doc.text.count(b"\n", 0, offset) + 1


def _remark(file: Seen, doc: Document, each: Place, line: int, row: int) -> Remark:
    start = line_start(doc.text, each.span.start)
    around = outline(doc).at(each.span)
    return Remark(
        rule=each.rule,
        severity=each.severity,
        confidence=each.confidence,
        path=file.diff.path,
        side="new",
        line=line,
        end_line=_line(doc, max(each.span.start, each.span.end - 1)),
        message=each.message,
        row=row,
        evidence=shown(doc.text[start : line_end(doc.text, each.span.start)]),
        symbol=around.qualified if around is not None else "",
        detail=each.detail,
        known=file.diff.old or file.diff.new,
    )
