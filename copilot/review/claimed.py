"""What a model says is wrong, through the gates that need no model: each claim becomes a remark, or is dropped for a reason.

In order: the quote stands at the line, or the claim moves to where it stands (on either side); the line was changed, or is of the
same routine and names what a changed line names; what it says of names is not refuted; several answers agree on place and kind;
nobody else says it. A fix has to stand as any other does, else the finding goes on without it. Absent on purpose: asking, and
the judge (`copilot.reviewing`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from copilot import edits as texts
from copilot.config import Settings
from copilot.context.index import Index
from copilot.review import asserted, gates
from copilot.review.hunks import Line, line_starts, symbol
from copilot.review.imported import alike
from copilot.review.looking import Asked, Seen, places
from copilot.review.remark import MODEL, Remark, Side, shown
from copilot.rules import PREFIX as RULES
from copilot.types import Document, Edit, Project, Severity, Span
from copilot.verify import existing, names, output

PREFIX: Final = MODEL
_NEAR: Final = 2
"""Lines between two claims of one kind that mean the same place."""
_FAR: Final = 12
"""Lines between a finding and what its fix replaces."""
_NUMBERED: Final = re.compile(r"^[ \t]*[+-]?[ \t]*\d{1,7} \| ?", re.MULTILINE)
_MARKED: Final = re.compile(r"^[+-]", re.MULTILINE)
_LEAST: Final = 2
"""Letters and digits of a quote that says something."""
_WORD: Final = re.compile(r"[^\W\d]\w{2,}")
_COMMON: Final = frozenset(
    [
        "and",
        "assert",
        "async",
        "await",
        "bool",
        "boolean",
        "break",
        "byte",
        "case",
        "catch",
        "char",
        "class",
        "const",
        "continue",
        "def",
        "default",
        "del",
        "double",
        "elif",
        "else",
        "except",
        "extends",
        "false",
        "final",
        "finally",
        "float",
        "for",
        "from",
        "global",
        "if",
        "implements",
        "import",
        "int",
        "interface",
        "lambda",
        "let",
        "long",
        "new",
        "none",
        "not",
        "null",
        "or",
        "pass",
        "private",
        "protected",
        "public",
        "raise",
        "return",
        "self",
        "static",
        "string",
        "super",
        "switch",
        "this",
        "throw",
        "throws",
        "true",
        "try",
        "var",
        "void",
        "while",
        "with",
        "yield",
    ]
)
_FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {
    "security": ("SQL", "SEC", "CRYPTO", "TLS", "DEL", RULES),
    "privacy": ("PII",),
    "money": ("MONEY",),
    "transaction": ("TX", "IDEM", "DEL"),
    "concurrency": ("CONC", "DEL"),
    "errors": ("EXC",),
    "contract": ("DEL",),
    "correctness": ("TIME", "DEL"),
}
"""Rules that speak of the same as a kind: as near as that they mean the same."""


class Said(NamedTuple):
    """A model's claim. `names`: (name, undefined, unused or missing); `fix`: old and new lines, empty without one."""

    side: Side
    line: int
    quote: str
    kind: str
    severity: Severity
    message: str
    names: tuple[tuple[str, str], ...] = ()
    fix: tuple[str, ...] = ()


class Dropped(NamedTuple):
    """Why a claim goes no further: `unreadable` or `beyond` (the most of an answer that are read), `quote`, `unchanged`, `names`,
    `off`, `votes`, `duplicate`, `judge`, `unjudged`, or `broken` (its question broke off).
    """

    reason: str


class Gates:
    """The gates of one file. `seen`: its documents under absolute paths; `lines`: what the model was shown of it."""

    def __init__(self, seen: Seen, lines: Sequence[Line], index: Index, project: Project) -> None:
        self._seen, self._index, self._project = seen, index, project
        self._shown = {(_side(each), each.number) for each in lines if each.number}
        self._changed = {(_side(each), each.number): each.text for each in lines if each.mark != " "}

    def placed(self, said: Said) -> Remark | Dropped:
        """The remark that a claim makes, where it stands."""
        why = "quote"
        other: Side = "old" if said.side == "new" else "new"
        for side in (said.side, other):
            one = self._anchored(said, side)
            if one is None:
                continue
            why = "unchanged"
            if not self._is_touched(one):
                continue
            if self._is_refuted(said, one):
                return Dropped("names")
            return one
        return Dropped(why)

    def _anchored(self, said: Said, side: Side) -> Remark | None:
        doc = self._document(side)
        if doc is None:
            return None
        kind = f"{PREFIX}{said.kind}"
        path = self._seen.diff.path
        one = Remark(
            kind,
            said.severity,
            "medium",
            path,
            side,
            said.line,
            said.line,
            said.message,
            origin="model",
        )
        likely = {line for at, line in self._changed if at == side}
        tries = (gates.anchored(replace(one, evidence=quote), doc.text, likely) for quote in _quotes(said.quote))
        found = next((each for each in tries if each is not None), None)
        if found is None:
            return None
        around = symbol(doc, found.line)
        row = next((row for row in self._seen.diff.rows if (row.new if side == "new" else row.old) == found.line), None)
        return replace(
            found,
            row=row.number if row is not None else 0,
            evidence=shown(doc.text[slice(*_bounds(doc, found.line))]),
            symbol=around.qualified if around is not None else "",
            known=self._seen.diff.old or path,
            beside=row.at[1] if row is not None and side == "old" and self._seen.diff.new else 0,
        )

    def _document(self, side: Side) -> Document | None:
        return self._seen.after if side == "new" else self._seen.before

    def _is_touched(self, one: Remark) -> bool:
        """Whether its line was changed, or is shown, of a routine that was, and names something that a changed line names."""
        if (one.side, one.line) in self._changed:
            return True
        if one.side == "old" or (one.side, one.line) not in self._shown:
            return False
        own = _words(one.evidence)
        for (side, line), text in self._changed.items():
            doc = self._document(side)
            if doc is None or not own & _words(text):
                continue
            around = symbol(doc, line)
            if (around.qualified if around is not None else "") == one.symbol:
                return True
        return False

    def _is_refuted(self, said: Said, one: Remark) -> bool:
        after = self._seen.after
        claims = asserted.claims(said.message, said.names, after.language) if after is not None else []
        if not claims or after is None:
            return False
        line = Span(*_bounds(after, one.line)) if one.side == "new" else None
        return asserted.refuted(claims, after, line, self._index)

    def fixed(self, one: Remark, fix: Sequence[str], asked: Asked, settings: Settings) -> Remark:
        """The remark with a fix that stands: it applies, parses, adds nothing the rules find and names nothing made up."""
        after = self._seen.after
        edit = self._edit(one, fix) if after is not None and one.side == "new" and fix else None
        if after is None or edit is None:
            return one
        name = Path(self._seen.diff.new)
        mender = gates.Mender(after, lambda doc: places(replace(doc, path=name), asked))
        if not mender.sound((edit,)) or not names.bound(after, (edit,)).passed:
            return one
        if not existing.exist(after, (edit,), self._index, self._project).passed:
            return one
        if not all(each.passed for each in output.checks(after, (edit,), self._index, self._project, settings)):
            return one
        own = replace(edit, path=name)
        return replace(one, fix=(own,), patch=gates.rewritten(after, (edit,)))

    def _edit(self, one: Remark, fix: Sequence[str]) -> Edit | None:
        """What puts new lines in the place of old ones, which stand near the finding and were shown; None where none do."""
        tries = (self._replaced(one, *pair) for pair in _pairs(*fix))
        return next((edit for edit in tries if edit is not None), None)

    def _replaced(self, one: Remark, old: list[str], new: list[str]) -> Edit | None:
        after = self._seen.after
        assert after is not None
        lines = [row.decode("utf-8", "replace").rstrip() for row in after.text.split(b"\n")]
        starts = line_starts(after.text)
        near = range(max(1, one.line - _FAR - len(old)), min(len(lines) - len(old) + 1, one.line + _FAR) + 1)
        found = [at for at in near if lines[at - 1 : at - 1 + len(old)] == old]
        found = [at for at in found if all(("new", at + n) in self._shown for n in range(len(old)))]
        if not any(old) or not found:
            return None
        at = min(found, key=lambda each: abs(each - one.line))
        span = Span(starts[at - 1], min(len(after.text), starts[at - 1 + len(old)]))
        told = "\n".join(new)
        ended = after.text[span.start : span.end].endswith(b"\n")
        return Edit(after.path, span, texts.lf(told) + "\n" * (ended and bool(told)))


def _quotes(text: str) -> list[str]:
    """A quote as it is, without the numbers and marks of the lines that were shown, and without the sign that one was cut."""
    own = text.strip("\r\n")
    tries = [own, _NUMBERED.sub("", own), _MARKED.sub("", own)]
    tries += [each.rstrip().removesuffix("…") for each in tries]
    return [each for each in dict.fromkeys(tries) if len(re.sub(r"\W", "", each)) >= _LEAST]


def _pairs(old: str, new: str) -> Iterator[tuple[list[str], list[str]]]:
    """The lines of a fix as they are, and without the numbers of the lines that were shown."""
    yield _fixed(old), _fixed(new)
    if _NUMBERED.search(old):
        yield _fixed(_NUMBERED.sub("", old)), _fixed(_NUMBERED.sub("", new))


def _fixed(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\r\n").split("\n")]


def _side(each: Line) -> Side:
    return "old" if each.mark == "-" else "new"


def _bounds(doc: Document, line: int) -> tuple[int, int]:
    starts = line_starts(doc.text)
    return starts[line - 1], min(len(doc.text), starts[line] - 1)


def _words(text: str) -> set[str]:
    return {word for word in _WORD.findall(text) if word.lower() not in _COMMON}


class Agreed(NamedTuple):
    """What several answers say: the remark, in how many of them it stands, and a fix that one of them has."""

    remark: Remark
    votes: int
    fix: tuple[str, ...]


def agreed(
    found: Iterable[tuple[int, Remark, tuple[str, ...]]], least: Callable[[str], int]
) -> tuple[list[Agreed], int]:
    """Claims `(answer, remark, fix)` of one question that enough answers agree on by place and kind, and how many do not.

    `least`: how many answers, by the rule. The words are those of the first answer at the place that most of them name.
    """
    groups: list[list[tuple[int, Remark, tuple[str, ...]]]] = []
    for each in sorted(found, key=lambda one: (one[1].rule, one[1].side, one[1].line, one[0])):
        first = groups[-1][0][1] if groups else None
        one = each[1]
        same = first is not None and (first.rule, first.side) == (one.rule, one.side)
        if same and first is not None and one.line - first.line <= _NEAR:
            groups[-1].append(each)
        else:
            groups.append([each])
    kept: list[Agreed] = []
    lost = 0
    for group in groups:
        votes = len({answer for answer, _, _ in group})
        if votes < least(group[0][1].rule):
            lost += len(group)
            continue
        lines = Counter(one.line for _, one, _ in group)
        _, best, fix = min(group, key=lambda each: (-lines[each[1].line], each[0]))
        fixes = (other for _, one, other in group if other and one.line == best.line)
        kept.append(Agreed(best, votes, fix or next(fixes, ())))
    return kept, lost


def merged(own: Sequence[Remark], model: Iterable[Remark]) -> tuple[list[Remark], list[Remark]]:
    """The remarks of a change, and a model's that say something else; what both say is told once, by ours, with the name."""
    found = list(own)
    new: list[Remark] = []
    for one in model:
        twin = next((n for n, mine in enumerate(found) if _is_same(mine, one)), None)
        if twin is not None:
            found[twin] = replace(found[twin], also=tuple(dict.fromkeys((*found[twin].also, f"model ({one.rule})"))))
        elif not any(_is_same(other, one) for other in new):
            new.append(one)
    return found, new


def _is_same(mine: Remark, other: Remark) -> bool:
    apart = max(mine.line - other.end_line, other.line - mine.end_line)
    if (mine.path, mine.side) != (other.path, other.side) or apart > _NEAR:
        return False
    if mine.rule == other.rule or mine.rule.startswith(_FAMILIES.get(other.rule.removeprefix(PREFIX), ())):
        return True
    return apart <= 0 and alike(mine.message, other.message)
