"""What a remark and its fix have to pass before anybody is shown them: plain checks that ask no model.

A quote stands where the remark says, or the remark moves to where it stands, or goes (`anchored`). A fix applies, parses, adds
nothing that the rules or content review would find, and ends what it answers (`Mender`). No secret is repeated (`masked`).
Absent on purpose: who makes a remark.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final, Protocol

from copilot import edits as texts
from copilot.errors import UsageError
from copilot.guard.detect import detect
from copilot.guard.kinds import TABLE
from copilot.review.remark import Remark, Rewritten
from copilot.rules import repairing
from copilot.syntax.lines import line_start, next_line, rows
from copilot.types import Document, Edit, Finding, Severity, Span
from copilot.verify import secure, syntax

_TELLING: Final = 8
"""Characters of a quote that is looked for on other lines than the claimed one: a shorter one stands anywhere by chance."""
_OTHERS: Final = frozenset(kind.name for kind in TABLE if kind.family != "secret")
_MOST: Final = 20
"""Fixes that are proven a file: each costs two readings of it."""
_LARGEST: Final = 128 * 1024
"""Bytes of a file in which fixes are proven."""


class Found(Protocol):
    """What the rules find: `rule` tells it, `detail` found it (empty: the rule itself)."""

    @property
    def rule(self) -> str:
        """Its id."""

    @property
    def detail(self) -> str:
        """The name of the rule behind it."""

    @property
    def severity(self) -> Severity:
        """How grave it is."""

    @property
    def message(self) -> str:
        """What it says."""

    @property
    def span(self) -> Span:
        """Where it is."""


class Mender:
    """The proven fixes of one file. `look` tells what the rules find anywhere in a text."""

    def __init__(self, doc: Document, look: Callable[[Document], Sequence[Found]]) -> None:
        self._doc, self._look, self._left = doc, look, _MOST
        self._known: Counter[tuple[str, str]] | None = None  # of the document, once it is asked for

    def fixed(self, one: Found) -> tuple[Edit, ...]:
        """The first repair of a finding that passes the gates; empty where there is none."""
        doc = self._doc
        if len(doc) > _LARGEST or self._left <= 0:
            return ()
        finding = Finding(one.detail or one.rule, one.severity, doc.path, one.span, one.message)
        for repair in repairing.repairs(doc, finding):
            self._left -= 1
            if self._holds(one, repair.edits):
                return repair.edits
        return ()

    def _holds(self, one: Found, edits: tuple[Edit, ...]) -> bool:
        now, key = self._after(edits), (one.rule, one.detail)
        return now is not None and self._known is not None and now[key] < self._known[key]

    def sound(self, edits: tuple[Edit, ...]) -> bool:
        """Whether edits that end no finding of ours apply, parse and add nothing."""
        self._left -= 1
        return len(self._doc) <= _LARGEST and self._left >= 0 and self._after(edits) is not None

    def _after(self, edits: tuple[Edit, ...]) -> Counter[tuple[str, str]] | None:
        """What is found after edits that apply, parse and add nothing; None for others."""
        doc = self._doc
        if any(edit.path != doc.path for edit in edits):
            return None
        try:
            after = texts.apply(doc, edits)
        except UsageError:
            return None
        if after.text == doc.text or not syntax.no_new_faults(doc, edits, compiler=True).passed:
            return None
        if self._known is None:
            self._known = _counted(self._look(doc))
        now = _counted(self._look(after))
        return None if secure.added(doc, edits) or now - self._known else now


def _counted(found: Iterable[Found]) -> Counter[tuple[str, str]]:
    return Counter((each.rule, each.detail) for each in found)


def rewritten(doc: Document, edits: tuple[Edit, ...]) -> tuple[Rewritten, ...]:
    """Edits of a document as whole lines, in order; edits on the same lines together. Lines end as in the document."""
    found: list[Rewritten] = []
    for span in _lines(doc.text, edits):
        inner = [edit for edit in edits if span.contains(edit.span)]
        moved = [replace(edit, span=Span(edit.span.start - span.start, edit.span.end - span.start)) for edit in inner]
        old = doc.text[span.start : span.end]
        new = texts.apply(replace(doc, parts=(old,)), moved).text
        first = len(rows(doc.text[: span.start]))
        before, after = ([row.decode("utf-8", "replace") for row in text.splitlines(True)] for text in (old, new))
        found.append(_trimmed(first, before, after))
    return tuple(found)


def _lines(text: bytes, edits: tuple[Edit, ...]) -> list[Span]:
    """The whole lines, ends included, that edits touch; ranges that meet are one."""
    spans: list[Span] = []
    for edit in sorted(edits, key=lambda each: each.span):
        start, end = line_start(text, edit.span.start), edit.span.end
        closed = edit.new.endswith("\n") or (not edit.new and start == edit.span.start)
        if not closed or line_start(text, end) != end:
            end = next_line(text, end)
        if spans and start < spans[-1].end:
            spans[-1] = Span(spans[-1].start, max(end, spans[-1].end))
        else:
            spans.append(Span(start, end))
    return spans


def _trimmed(first: int, old: list[str], new: list[str]) -> Rewritten:
    """Without lines at both ends that stay as they are."""
    while old and new and old[0] == new[0]:
        first, old, new = first + 1, old[1:], new[1:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return Rewritten(first, first + len(old) - 1, tuple(old), tuple(new))


def anchored(one: Remark, text: bytes, likely: Container[int] = ()) -> Remark | None:
    """A remark whose quote (`evidence`, one line or several) stands at its line: as it is, or moved to where it stands; None
    where it stands nowhere. Blanks do not count. A remark without a quote keeps its line if there is one.

    `text`: that of the remark's side, UTF-8, in lines as git counts them. Of several places the nearest is meant, one of the
    lines `likely` before all others.
    """
    lines = _bare(text)
    quote = [" ".join(line.split()) for line in one.evidence.strip().split("\n")]
    if quote == [""]:
        return one if 1 <= one.line <= len(lines) else None
    if _stands(quote, lines, one.line):
        return one
    if sum(map(len, quote)) < _TELLING:
        return None
    places = [at for at in range(1, len(lines) + 1) if _stands(quote, lines, at)]
    if not places:
        return None
    nearest = min(places, key=lambda at: (at not in likely, abs(at - one.line), at))
    end = min(len(lines), max(nearest, one.end_line + nearest - one.line))
    return replace(one, line=nearest, end_line=end, row=0, columns=(0, 0))


@lru_cache(maxsize=8)
def _bare(text: bytes) -> tuple[str, ...]:
    """The lines of a text with single blanks between their words."""
    lines = [" ".join(line.decode("utf-8", "replace").split()) for line in text.split(b"\n")]
    return tuple(lines if lines[-1] else lines[:-1])


def _stands(quote: Sequence[str], lines: Sequence[str], at: int) -> bool:
    """Whether a quote begins on a line: one line anywhere in it, of several the inner ones whole."""
    if not 1 <= at <= len(lines) - len(quote) + 1:
        return False
    own = lines[at - 1 : at - 1 + len(quote)]
    if len(quote) == 1:
        return quote[0] in own[0]
    inner = all(mine == theirs for mine, theirs in zip(quote[1:-1], own[1:-1], strict=True))
    return own[0].endswith(quote[0]) and own[-1].startswith(quote[-1]) and inner


def masked(one: Remark) -> Remark:
    """A remark whose quote and message hold no key and no password: reports are kept and sent to where not everybody may read
    the code. A fix that would have to show one is left out. Comes before the fingerprint, from which one could be guessed.
    """
    evidence, message = hidden(one.evidence), hidden(one.message)
    lines = "".join(line for part in one.patch for line in (*part.old, *part.new))
    if hidden(lines) != lines:
        one = replace(one, fix=(), patch=())
    return (
        one if (evidence, message) == (one.evidence, one.message) else replace(one, evidence=evidence, message=message)
    )


def hidden(text: str) -> str:
    """A text without its keys and passwords."""
    for found in reversed(detect(text, but=_OTHERS)):
        text = f"{text[: found.start]}***{text[found.end :]}"
    return text
