"""One file of a change: what the rules find in its text now that they did not find in the one before.

A finding of before is known by its rule and the text of its line, wherever it stands now; of several such the ones on
unchanged lines are the old ones. What is found on an unchanged line and was not there before is the change's doing all the
same: it took away what had made the line right. Absent on purpose: deleted lines (`removed`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Final, Literal, NamedTuple

from copilot import files
from copilot.context import provenance
from copilot.errors import UnreadableFile
from copilot.messages import say
from copilot.review import gates, sensitive
from copilot.review.change import Texts
from copilot.review.diff import FileDiff, changed
from copilot.review.remark import Confidence, Covered, Remark, shown
from copilot.review.sketch import Touched, touched
from copilot.rules import SECURITY, Hit, Rule, called, hits, policies, said
from copilot.syntax import reach
from copilot.syntax.languages import language_of
from copilot.syntax.lines import line_end, line_start
from copilot.syntax.outline import outline
from copilot.types import Document, Edit, Severity, Span, document

_FOREIGN: Final = frozenset({"node_modules", "vendor", "third_party"})
_LOCKS: Final = frozenset({
    "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "poetry.lock", "uv.lock", "Pipfile.lock",
    "Cargo.lock", "go.sum", "gradle.lockfile",
})  # fmt: skip


GM: Final = "gm"
"""The policy, as rules name it, that modules use the national algorithms."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a review looks for, by the policy of who runs it, never of the branch under review. `packs`: names as in
    `rules.rule` (none: secrets alone); `off`: ids of rules that are not told; `most`: remarks beyond this number are folded into one summary; `gm`: whether the files of
    `gm_paths` (globs; none: all) must use SM2, SM3 and SM4, and how grave it is where they do not.
    """

    packs: tuple[str, ...]
    off: frozenset[str] = frozenset()
    most: int = 30
    gm: Literal["off", "warn", "block"] = "off"
    gm_paths: tuple[str, ...] = ()

    def policy(self, path: str) -> frozenset[str]:
        """The policies of the bank that hold for a file."""
        scoped = not self.gm_paths or any(fnmatch(path, glob) for glob in self.gm_paths)
        return frozenset({GM}) if self.gm != "off" and scoped else frozenset()

    def weight(self, policy: str) -> Severity | None:
        """How grave it is to break a policy; None where the rule itself says so."""
        return {"warn": Severity.WARNING, "block": Severity.ERROR}.get(self.gm) if policy == GM else None


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
    if _unread(one) or not one.rows:
        return judged(one, None, None)
    return judged(one, _document(one.old, held.before), _document(one.new, held.after), whole=held.whole)


def judged(one: FileDiff, before: Document | None, after: Document | None, *, whole: bool = True) -> Seen:
    """A file of a change with its two texts (None where one cannot be read), and its coverage. `whole`: they are more than what
    hunks show.
    """
    lines = sum(1 for _ in changed(one))
    hunks = len(one.sections)
    why = _unread(one)
    if why:
        return Seen(one, None, None, Covered(one.path, "skipped", why, hunks, 0, lines))
    if not one.rows:  # a mode, a name, an empty file: nothing to read
        return Seen(one, None, None, Covered(one.path, "reviewed", "", hunks, hunks, lines))
    if (one.new and after is None) or (one.old and not one.new and before is None):
        return Seen(one, before, after, Covered(one.path, "skipped", say("no text that can be read"), hunks, 0, lines))
    if _is_made(PurePosixPath(one.path), before):
        return Seen(one, before, after, Covered(one.path, "skipped", say("made by a program"), hunks, 0, lines))
    if language_of(Path(one.path)) is None:
        why = say("no rules for this kind of file: looked for secrets alone")
    elif not whole:
        why = say("only the lines of the patch are known")
    return Seen(one, before, after, Covered(one.path, "partly" if why else "reviewed", why, hunks, hunks, lines))


def _is_made(path: PurePosixPath, before: Document | None) -> bool:
    """Whether a program made a file: by its name and folders, or by what its head said already in the target branch. What it
    says since the change counts for nothing: a branch could take its files out of review by a line of text.
    """
    named = path.name in _LOCKS or path.suffix == ".map" or provenance.is_made(path)
    return named or not _FOREIGN.isdisjoint(path.parts) or (before is not None and provenance.says_made(before.text))


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


def places(doc: Document, asked: Asked, at: Touched | None = None) -> list[Place]:
    """What the rules find where changed lines reach (None: anywhere), and secrets. `doc`: the document of `at`, or its light one.
    Raises UsageError as `rule.policies`.
    """
    lines = at.lines if at is not None else None
    found = [
        Place(sensitive.RULE, each.kind, Severity.ERROR, "high", each.message, each.span)
        for each in (sensitive.hits(doc, lines) if sensitive.RULE not in asked.off else ())
    ]
    rows = _called(doc, asked, at)
    if not rows:
        return found
    spans = None if lines is None else reach.spans(doc, lines)
    owners = _owners(asked.packs)
    policy = asked.policy(doc.path.as_posix())
    for pack, wanted in rows.items():
        where = _where(at, spans, pack) if at is not None and spans is not None and len(spans) > 1 else None
        for hit in hits(doc, spans, pack, policy, wanted, where):
            if pack == SECURITY and _is_told(hit):
                found.append(_owned(hit, owners))
            elif pack != SECURITY:
                severity = asked.weight(hit.rule.policy) or hit.finding.severity
                found.append(Place(hit.rule.name, "", severity, hit.confidence, hit.rule.message, hit.finding.span))
    return found


def _called(doc: Document, asked: Asked, at: Touched | None) -> dict[str, tuple[Rule, ...]]:
    """The rules of each pack that a text calls for, where there are any."""
    if not asked.packs:
        return {}
    texts = (doc.text,) if at is None else (at.narrow, at.wide, doc.text)
    policy = asked.policy(doc.path.as_posix())
    rows = {
        pack: tuple(
            rule for rule in called(doc.language or "", pack, *texts) if not rule.policy or rule.policy in policy
        )
        for pack in (*asked.packs, SECURITY)
    }
    return {pack: wanted for pack, wanted in rows.items() if wanted}


def _where(at: Touched, spans: Sequence[Span], pack: str) -> Callable[[Rule], Sequence[Span]]:
    """In which of the spans that a change reaches a rule is asked: where one of its words stands, or in what is around them all."""
    language = at.doc.language or ""
    around = said(language, pack, at.around(spans))
    inside = [said(language, pack, at.doc.text[span.start : span.end]) for span in spans]

    def where(rule: Rule) -> Sequence[Span]:
        if rule.far or around.any(rule.triggers):
            return spans
        return [span for span, words in zip(spans, inside, strict=True) if words.any(rule.triggers)]

    return where


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
    after, before, diff = file.after, file.before, file.diff
    if after is None or file.covered.status == "skipped":
        return
    added = {row.new for row in diff.rows if row.kind == "added"}
    now = touched(after, diff, 1) if before is not None else None
    former = touched(before, diff, 0) if before is not None else None
    light = now.light if now is not None and _is_near(now, asked) else after
    if light is not after and not _new(diff, light, None, asked, now, former):
        return
    shown_at = {row.new: row.number for row in diff.rows if row.new is not None}
    mender = gates.Mender(after, lambda doc: places(doc, asked)) if whole else None
    for each, line in _new(diff, after, before, asked, now, former):
        if whole or line in added:
            fix = mender.fixed(each) if mender is not None else ()
            yield _remark(file, after, each, line, shown_at.get(line, 0), fix)


def secrets(file: Seen) -> list[Place]:
    """The secrets that a change brings in on lines that it adds."""
    after, diff = file.after, file.diff
    if after is None or file.covered.status == "skipped":
        return []
    added = {row.new for row in diff.rows if row.kind == "added"}
    now = touched(after, diff, 1) if file.before is not None else None
    former = touched(file.before, diff, 0) if file.before is not None else None
    found = _new(diff, after, file.before, Asked(()), now, former)
    return [each for each, line in found if line in added]


def _is_near(now: Touched, asked: Asked) -> bool:
    """Whether rules are called for, and all of them look at nothing but the routine, the class and what the file declares."""
    rows = [rule for wanted in _called(now.doc, asked, now).values() for rule in wanted]
    return bool(rows) and not any(rule.far for rule in rows)


def _new(
    diff: FileDiff,
    after: Document,
    before: Document | None,
    asked: Asked,
    now: Touched | None,
    former: Touched | None,
) -> list[tuple[Place, int]]:
    """What is found where changed lines reach (`now`, in the text before: `former`) and was not there before, with its line.
    `before`: None for the light document of `former`. That text is looked at also where what is found on unchanged lines stood.
    """
    found = [(each, _line(after, each.span.start)) for each in places(after, asked, now)]
    if not found or former is None:
        return found
    added = {row.new for row in diff.rows if row.kind == "added"}
    former = former.also(_stood(diff, {line for _, line in found} - added))
    before = former.light if before is None else before
    known = Counter(_key(before, each) for each in places(before, asked, former))
    new: list[tuple[Place, int]] = []
    for each, line in sorted(found, key=lambda pair: (pair[1] in added, pair[0].span)):
        key = _key(after, each)
        if known[key] > 0:
            known[key] -= 1
        else:
            new.append((each, line))
    return new


def _stood(diff: FileDiff, lines: AbstractSet[int]) -> frozenset[int]:
    """Where unchanged lines stood before."""
    added = sorted(row.new for row in diff.rows if row.kind == "added" and row.new is not None)
    gone = sorted(row.at[1] for row in diff.rows if row.kind == "deleted")
    return frozenset(line - bisect_left(added, line) + bisect_right(gone, line) for line in lines)


def _key(doc: Document, each: Place) -> tuple[str, bytes]:
    start = line_start(doc.text, each.span.start)
    return each.rule, b" ".join(doc.text[start : line_end(doc.text, each.span.start)].split())


def _line(doc: Document, offset: int) -> int:
    return doc.text.count(b"\n", 0, offset) + 1


def _remark(file: Seen, doc: Document, each: Place, line: int, row: int, fix: tuple[Edit, ...]) -> Remark:
    start = line_start(doc.text, each.span.start)
    last = max(each.span.start, each.span.end - 1)
    around = outline(doc).at(each.span)
    return Remark(
        rule=each.rule,
        severity=each.severity,
        confidence=each.confidence,
        path=file.diff.path,
        side="new",
        line=line,
        end_line=_line(doc, last),
        message=each.message,
        row=row,
        evidence=shown(doc.text[start : line_end(doc.text, each.span.start)]),
        symbol=around.qualified if around is not None else "",
        detail=each.detail,
        known=file.diff.old or file.diff.new,
        columns=(_column(doc, each.span.start), _behind(doc, last)),
        fix=fix,
        patch=gates.rewritten(doc, fix),
    )


def _column(doc: Document, offset: int) -> int:
    return len(doc.text[line_start(doc.text, offset) : offset].decode("utf-8", "replace")) + 1


def _behind(doc: Document, offset: int) -> int:
    """The column behind the character that has the byte at `offset`, its last one or (of a place without width) its first."""
    return len(doc.text[line_start(doc.text, offset) : offset + 1].decode("utf-8", "replace")) + 1
