"""One merge request is read and reviewed: what becomes of it is handed over as values (`handed`).

Its title and description are not even asked for. Only commits, texts and the configuration's policy decide what is found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from copilot import files as disk
from copilot.edits import apply
from copilot.errors import CopilotError, UnreadableFile, UsageError
from copilot.messages import set_locale
from copilot.review import alike
from copilot.review import change as changes
from copilot.review.change import Change, Texts, shown_texts, walked
from copilot.review.diff import BadPatch, FileDiff, Row, parsed
from copilot.review.remark import Remark, Review
from copilot.review.review import review
from copilot.syntax.languages import language_of
from copilot.syntax.outline import outline
from copilot.types import document
from serving.bots import asking, fetch, forges, handed
from serving.bots.asking import Answered
from serving.bots.config import Config, asked
from serving.bots.forge import Answer, Call, Target, drive
from serving.bots.forges import reviewboard
from serving.bots.handed import Handed, Looked, Told, TooMuch
from serving.bots.memory import Place

_LONGEST_FIX: Final = 40
"""Lines of a suggestion, and rows that it replaces."""
_WIDEST_FIX: Final = 4_000
"""Characters of one of its lines."""


class Over(Exception):
    """The merge request was merged or closed while its job waited: there is nobody to review it for."""


def reviewed(
    config: Config,
    forge: str,
    target: Target,
    token: str,
    send: Callable[[Call], Answer],
    answers: Answered | None = None,
) -> Handed:
    """The review of a merge request's head as it is now. `answers`: of the model, where one is asked.

    Raises Over, fetch.FetchFailed, calls.CallFailed, diff.BadPatch, TooMuch, UsageError for a folder of rules.
    """
    settings, policy = config.forges[forge], config.policy(forge)
    set_locale(policy.locale)
    kind = forges.named(settings.kind)
    ref = kind.ref(target.number)
    odd: set[str] = set()
    if ref:
        place = fetch.folder(config.store.folder, forge, target.project)
        head = fetch.fetched(place, settings, config.limits, token, target.project, ref, target.target)
        change, base = _fetched(place)
    else:
        change, head = _from_server(target, send, odd)
        base = head
    found = review(change, asked(policy))
    mended: tuple[str, ...] = ()
    if answers is not None and policy.model:
        where = Place(forge, target.project, target.number)
        found, mended = asking.added(
            change, asked(policy), found, where, config, answers, target=fetch.TARGET if ref else ""
        )
    return told(change, found, forge, target, head, base, config.limits.symbol_files, unplaced=odd, mended=mended)


def _fetched(place: Path) -> tuple[Change, str]:
    """The change between the two ends in a clone, and where the branch left its target. Raises fetch.FetchFailed; the clone is
    thrown away then, since what it lacks no further fetch would bring.
    """
    try:
        change = changes.between(place, fetch.TARGET, fetch.HEAD)
    except UsageError:  # its words name a folder of the bot's
        change = None
    if change is None or change.commits is None:
        fetch.removed(place)
        raise fetch.FetchFailed("git cannot tell the change between the commits that it fetched")
    return change, change.commits.start


def failed(forge: str, target: Target, why: str) -> Handed:
    """What is handed over where there is no review."""
    return Handed(
        forge=forge, project=target.project, number=target.number, head=target.head, base=target.head, failed=why[:500],
        cut=0, remarks=(), files=(),
    )  # fmt: skip


def told(
    change: Change,
    found: Review,
    forge: str,
    target: Target,
    head: str,
    base: str,
    symbol_files: int,
    *,
    unplaced: Container[str] = (),
    mended: tuple[str, ...] = (),
) -> Handed:
    """A review as it is handed over. `symbol_files`: in larger changes symbols are not asked for. `unplaced`: files whose remarks
    get no place. `mended`: what a model found before and is others now. Raises TooMuch.
    """
    diffs = {one.path: one for one in change.files()}
    wanted = {one.path for one in found.remarks if one.fix}
    lines: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
    for remark in found.remarks:
        lines[remark.path].add((remark.side, remark.line))
    texts: dict[str, bytes] = {}
    marks: dict[tuple[str, str, int], str] = {}
    symbols: dict[str, tuple[str, ...]] = {}
    if lines or len(diffs) <= symbol_files:
        few = None if len(diffs) <= symbol_files else {diffs[each].old or each for each in lines.keys() & diffs.keys()}
        for one, held in walked(change, few):
            marks |= _marks(one.path, held, lines.get(one.path, ()))
            if held.after is None:
                continue
            if one.path in wanted:
                texts[one.path] = held.after
            if len(diffs) <= symbol_files and held.whole:
                names = _symbols(one.path, held.after)
                if names is not None:
                    symbols[one.path] = names
    if len(found.coverage) > handed.MOST_FILES:
        raise TooMuch(f"{len(found.coverage)} files changed: no more than {handed.MOST_FILES} can be told of")
    kept = found.remarks[: handed.MOST]
    made = Handed(
        forge=forge,
        project=target.project,
        number=target.number,
        head=head,
        base=base,
        failed="",
        cut=len(found.remarks) - len(kept),
        remarks=tuple(
            _told(one, None if one.path in unplaced else diffs.get(one.path), texts.get(one.path), marks) for one in kept
        ),
        files=tuple(
            Looked(
                path=_name(one.path), known=_name(_known(diffs.get(one.path), one.path)), status=one.status, why=one.why[:4_000],
                hunks=one.hunks, seen=one.seen, lines=one.lines, gone=one.path in diffs and not diffs[one.path].new,
                symbols=symbols.get(one.path), model=one.model,
            )
            for one in found.coverage
        ),
        silent=tuple(why[:500] for why in found.model.why[: handed.REASONS]) if found.model is not None else None,
        mended=mended,
    )  # fmt: skip
    return handed.fitted(made)


def _known(one: FileDiff | None, path: str) -> str:
    return (one.old or one.new) if one is not None else path


def _name(path: str) -> str:
    """A path as JSON can hold it: bytes that are no UTF-8 are shown as such."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")[:4_096]


def _symbols(path: str, text: bytes) -> tuple[str, ...] | None:
    language = language_of(Path(path))
    if language is None or len(text) > changes.LARGEST:
        return None
    try:
        decoded, _ = disk.decode(text, path)
    except UnreadableFile:
        return None
    found = outline(document(Path(path), language, decoded))
    return tuple(dict.fromkeys(one.qualified[:4_000] for one in found.symbols))


def _marks(path: str, held: Texts, wanted: Iterable[tuple[str, int]]) -> Iterator[tuple[tuple[str, str, int], str]]:
    """Marks of the lines around some of a file's, by file, side and line."""
    sides = {"old": (held.before or b"").split(b"\n"), "new": (held.after or b"").split(b"\n")}
    for side, line in wanted:
        yield (path, side, line), alike.around(sides[side], line)


def _told(one: Remark, diff: FileDiff | None, text: bytes | None, marks: Mapping[tuple[str, str, int], str]) -> Told:
    rows = _rows(one, diff) if diff is not None else []
    instead = None
    if rows and one.fix and text is not None and diff is not None:
        fixed = _instead(one, diff, text)
        if fixed is not None:
            rows, instead = fixed
    return Told(
        fingerprint=one.fingerprint, rule=one.rule, severity=one.severity.value, confidence=one.confidence,
        path=_name(one.path), known=_name(one.known), side=one.side, line=one.line, end_line=one.end_line,
        message=one.message[:4_000], symbol=one.symbol[:4_000], origin=one.origin[:4_000], folded=one.folded,
        where=_where(diff, rows) if rows and diff is not None else None, instead=instead,
        alike=alike.of(one), around=marks.get((one.path, one.side, one.line), ""),
    )  # fmt: skip


def _where(diff: FileDiff, rows: Sequence[Row]) -> handed.Where | None:
    """None for a name that is no UTF-8: no forge's JSON could name it."""
    if _name(diff.old) != diff.old or _name(diff.new) != diff.new:
        return None
    return handed.where(diff, rows)


def _rows(one: Remark, diff: FileDiff) -> list[Row]:
    """The rows of a remark's lines, as far as one hunk shows them from its first line on."""
    first = next((row for row in diff.rows if row.number == one.row), None)
    if first is None or _line(first, one.side) != one.line:
        return []
    rows = [first]
    for row in diff.rows[first.number :]:
        line = _line(row, one.side)
        if row.hunk != first.hunk or (line is not None and line > one.end_line):
            break
        if line is not None:
            rows.append(row)
    return rows


def _line(row: Row, side: str) -> int | None:
    return row.old if side == "old" else row.new


def _instead(one: Remark, diff: FileDiff, text: bytes) -> tuple[list[Row], tuple[str, ...]] | None:
    """The rows that a fix replaces, all of one hunk, and the lines they become; None where it does not fit in one."""
    try:
        decoded, encoding = disk.decode(text, one.path)
        before = document(one.fix[0].path, None, decoded)
        after = apply(before, one.fix)
    except CopilotError:
        return None
    if encoding != "utf-8":  # a forge writes a suggestion in UTF-8
        return None
    old, new = before.text.split(b"\n"), after.text.split(b"\n")
    if not old[-1] and not new[-1]:
        del old[-1], new[-1]
    least = min(len(old), len(new))
    top = bottom = 0
    while top < least and old[top] == new[top]:
        top += 1
    while bottom < least - top and old[-1 - bottom] == new[-1 - bottom]:
        bottom += 1
    if top + bottom == len(old):  # lines are put in alone: one beside goes with them
        top, bottom = (top - 1, bottom) if top else (top, bottom - 1)
    first, last = top + 1, len(old) - bottom
    rows = [row for row in diff.rows if row.new is not None and first <= row.new <= last]
    lines = new[top : len(new) - bottom]
    if (
        len(rows) != last - first + 1
        or len({row.hunk for row in rows}) != 1
        or max(len(rows), len(lines)) > _LONGEST_FIX
    ):
        return None
    told = tuple(line.decode().removesuffix("\r") for line in lines)
    return (rows, told) if all(len(line) <= _WIDEST_FIX for line in told) else None


def _from_server(target: Target, send: Callable[[Call], Answer], odd: set[str]) -> tuple[Change, str]:
    """A change whose diff and texts a server gives (Review Board), and its head.

    A carriage return inside a line begins a new one for that server. A file whose patch has such is none that can be read; one
    that has such elsewhere is put into `odd` when its texts come: they, and the server's view, count other lines than the patch.
    Raises Over.
    """
    now = drive(reviewboard.request(target), send)
    if now.over:
        raise Over
    patch = drive(reviewboard.patch(now), send)
    rows: list[Any] = drive(reviewboard.files(now), send)
    try:
        whole = parsed(patch)
    except BadPatch:
        whole = tuple(_part(one, now, send) for one in rows)

    def contents(group: Sequence[FileDiff]) -> list[Texts]:
        found = [_texts(one, now, rows, send) for one in group]
        odd.update(one.path for one, held in zip(group, found, strict=True) if not _fits(one, held))
        return found

    return Change(Path("/nonexistent"), lambda: whole, contents), now.head


def _fits(one: FileDiff, held: Texts) -> bool:
    """Whether the rows of a patch stand at their lines of the whole texts; the server's ends of lines may be others."""
    sides = [
        (held.before, [(row.old, row.text) for row in one.rows]),
        (held.after, [(row.new, row.text) for row in one.rows]),
    ]
    for text, rows in sides:
        lines = text.split(b"\n") if text is not None and held.whole else []
        for line, wanted in rows if lines else ():
            if line is not None and (line > len(lines) or lines[line - 1].rstrip(b"\r") != wanted.rstrip(b"\r")):
                return False
    return True


def _part(row: Any, target: Target, send: Callable[[Call], Answer]) -> FileDiff:
    """A file of the server's list by its own patch."""
    try:
        (one,) = parsed(drive(reviewboard.part(target, int(row["id"])), send))
    except ValueError:
        return FileDiff("modified", str(row["source_file"]), str(row["dest_file"]), broken=True)
    return one


def _texts(one: FileDiff, target: Target, rows: list[Any], send: Callable[[Call], Answer]) -> Texts:
    if one.binary or one.submodule or one.link or one.large or one.broken:
        return Texts(None, None)
    shown = shown_texts(one)
    name = reviewboard.named(rows, one.old, one.new)
    if name is None:
        return shown
    before, after = (
        drive(reviewboard.text(target, name, side), send) if there else None
        for side, there in (("original", one.old), ("patched", one.new))
    )
    if (one.old and before is None) or (one.new and after is None):
        return shown
    return Texts(before, after)
