"""Findings of a model that it does not tell again: whether what they are about still stands.

A model that is silent once, or of which too few answers agree, has not said that anything was mended. A finding stands as long
as the text of its line does, in the definition it was in, on a line that the change touches; one on an unchanged line as long
as the changed lines of that definition do. Absent on purpose: where findings are kept, and what is posted.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, NamedTuple

from copilot.review import alike, claimed, gates, hunks, looking
from copilot.review.change import Change, walked
from copilot.review.diff import changed
from copilot.review.looking import Seen
from copilot.review.remark import MODEL, Confidence, Remark, Review, Side, ordered, shown
from copilot.types import Document, Severity

MOST: Final = 1_000
"""Findings of a merge request that are kept."""
_MASKED: Final = "***"


@dataclass(frozen=True, slots=True)
class Earlier:
    """A finding that was told. `known`: its file by the name that the target branch knows; `evidence`: as in `Remark`, secrets
    masked; `cause`: of a finding on an unchanged line, what the changed lines of its definition were (a hash), else empty.
    """

    rule: str
    severity: str
    confidence: Confidence
    known: str
    side: Side
    symbol: str
    evidence: str
    message: str
    fingerprint: str
    cause: str = ""


class Together(NamedTuple):
    """A review with what still stands. `found`: what is to be kept of all findings, earlier ones too; `mended`: the fingerprints
    of those that do not stand any more, in files about which the model answered; `alike`: what they share with others.
    """

    review: Review
    found: list[Earlier]
    mended: tuple[str, ...]
    alike: tuple[str, ...]


def together(change: Change, review: Review, before: Iterable[Earlier], most: int) -> Together:
    """A fresh review with the earlier findings that still stand. `most`: as in `Asked`.

    A fresh finding that says of its place what an earlier one says that stands is that one: it is not told beside it.
    """
    earlier = list(before)
    mine = [one for one in review.remarks if one.origin == "model"]
    told = {_key(each) for each in earlier}
    again = [one for one in mine if _remark_key(one) in told]
    silent = _but(earlier, again)
    files = _seen(change, {each.known for each in silent} | {one.known for one in mine})
    carried: list[Remark] = []
    for name, file in files.items():
        carried += _standing(file, [each for each in silent if each.known == name], again)
    places = {(one.path, one.side, one.line) for one in carried}
    fresh = [one for one in mine if _remark_key(one) not in told and (one.path, one.side, one.line) not in places]
    new = [one for one in fresh if claimed.merged(carried, [one])[1]]
    others = (one for one in review.remarks if one.origin != "model")
    remarks = ordered((*others, *again, *new, *carried), most)
    now = [_earlier(files[one.known], one) for one in remarks if one.origin == "model" and one.known in files]
    gone = _but(silent, carried)
    answered = {one.path for one in review.coverage if one.model and not one.away}
    left = {one.fingerprint for one in remarks}
    others_now = [each for each in gone if each.known in files and files[each.known].diff.path in answered]
    mended = tuple(each.fingerprint for each in others_now if each.fingerprint not in left)
    return Together(replace(review, remarks=remarks), [*now, *gone][:MOST], mended, shared(others_now))


def shared(found: Iterable[Earlier]) -> tuple[str, ...]:
    """What findings are `alike` in, each once: a poster may know them by other fingerprints."""
    return tuple(dict.fromkeys(alike.alike(each.rule, each.known, each.evidence) for each in found))


def _seen(change: Change, names: AbstractSet[str]) -> dict[str, Seen]:
    """The files of a change with these names on the target branch."""
    pairs = walked(change, names) if names else ()
    return {diff.old or diff.new: looking.seen(diff, texts) for diff, texts in pairs}


def _but(earlier: Iterable[Earlier], again: Iterable[Remark]) -> list[Earlier]:
    """The earlier findings that are not told again; of several alike as many as are left."""
    told = Counter(_remark_key(one) for one in again)
    left = []
    for each in earlier:
        if told[_key(each)] > 0:
            told[_key(each)] -= 1
        else:
            left.append(each)
    return left


def _standing(file: Seen, silent: Sequence[Earlier], again: Iterable[Remark]) -> Iterator[Remark]:
    """Those of a file that still stand, each on a line of its own."""
    taken = {(one.rule, one.side, one.line) for one in again if one.path == file.diff.path}
    for each in silent:
        doc = file.after if each.side == "new" else file.before
        if doc is None:
            continue
        for line in _lines(file, doc, each):
            if (each.rule, each.side, line) not in taken:
                taken.add((each.rule, each.side, line))
                yield _remark(file, doc, each, line)
                break


def _lines(file: Seen, doc: Document, each: Earlier) -> Iterator[int]:
    """The lines on which a finding stands, in the file's order."""
    rows = {row.new if each.side == "new" else row.old for row in changed(file.diff)} - {None}
    starts = hunks.line_starts(doc.text)
    numbers = range(1, len(starts)) if each.cause else sorted(n for n in rows if n is not None)
    for line in numbers:
        if (line in rows) == bool(each.cause) or not 1 <= line < len(starts):
            continue
        if _is_evidence(doc.text[starts[line - 1] : starts[line] - 1], each.evidence):
            symbol = _symbol(doc, line)
            if symbol == each.symbol and (not each.cause or cause(file, symbol) == each.cause):
                yield line


def _is_evidence(row: bytes, evidence: str) -> bool:
    text = shown(row)
    if _normal(text) == _normal(evidence):
        return True
    return _MASKED in evidence and _normal(gates.hidden(text)) == _normal(evidence)


def cause(file: Seen, symbol: str) -> str:
    """What the changed lines of a definition are, before and after, as a hash: blanks at their ends do not count."""
    told = hashlib.sha256()
    for row in changed(file.diff):
        doc, line = (file.before, row.old) if row.kind == "deleted" else (file.after, row.new)
        if doc is not None and line is not None and _symbol(doc, line) == symbol:
            told.update(row.kind.encode() + b" ".join(row.text.split()) + b"\n")
    return told.hexdigest()[:32]


def _symbol(doc: Document, line: int) -> str:
    around = hunks.symbol(doc, line)
    return around.qualified if around is not None else ""


def _remark(file: Seen, doc: Document, each: Earlier, line: int) -> Remark:
    row = next((row for row in file.diff.rows if (row.new if each.side == "new" else row.old) == line), None)
    starts = hunks.line_starts(doc.text)
    return gates.masked(
        Remark(
            each.rule, Severity(each.severity), each.confidence, file.diff.path, each.side, line, line, each.message,
            row=row.number if row is not None else 0, evidence=shown(doc.text[starts[line - 1] : starts[line] - 1]),
            symbol=each.symbol, origin="model", known=each.known,
            beside=row.at[1] if row is not None and each.side == "old" and file.diff.new else 0,
        )
    )  # fmt: skip


def _earlier(file: Seen, one: Remark) -> Earlier:
    touched = {row.new if one.side == "new" else row.old for row in changed(file.diff)}
    return Earlier(
        one.rule, str(one.severity), one.confidence, one.known, one.side, one.symbol, one.evidence, one.message,
        one.fingerprint, "" if one.line in touched else cause(file, one.symbol),
    )  # fmt: skip


def plain(each: Earlier) -> dict[str, str]:
    """As JSON holds it."""
    return asdict(each)


def read(rows: Any) -> list[Earlier]:
    """What `plain` gave. Raises ValueError for anything else."""
    try:
        found = [Earlier(**row) for row in rows]
        return [replace(each, severity=Severity(each.severity).value) for each in found if each.rule.startswith(MODEL)]
    except (TypeError, AttributeError) as wrong:
        raise ValueError(str(wrong)) from None


def _key(each: Earlier) -> tuple[str, ...]:
    return each.rule, each.known, each.side, each.symbol, _normal(each.evidence)


def _remark_key(one: Remark) -> tuple[str, ...]:
    return one.rule, one.known, one.side, one.symbol, _normal(one.evidence)


def _normal(text: str) -> str:
    return " ".join(text.split())
