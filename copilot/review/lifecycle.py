"""What becomes of remarks from one review of a merge request to the next: what is posted, left, closed, opened again.

Plain functions over values. A remark is the same one as long as its fingerprint is, which knows no line number (of several that
are alike, `alike` has told which is which). It counts as fixed only where its file was looked at again whole: what nobody looked
at is left as it is. A model's silence says nothing: what one found counts as fixed only where that is said (`mended`). A
dismissal holds until it expires, on whichever merge request of the project the same text comes back. Absent on purpose: posting
and remembering.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from copilot.review.remark import MODEL, Remark

State = Literal["open", "fixed", "dismissed", "outdated"]


@dataclass(frozen=True, slots=True)
class Known:
    """A remark that was told before. `path`: the file by the name that the target branch knows. `handle`: what the forge
    calls it, empty for one that stands in the summary alone. `reason`, `who` and `until` (seconds of the epoch; None: for
    good) are those of a dismissal.
    """

    fingerprint: str
    rule: str
    path: str
    symbol: str = ""
    state: State = "open"
    handle: str = ""
    reason: str = ""
    who: str = ""
    until: float | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file of the change as it was looked at. `gone`: the head has it no more. `symbols`: the qualified names of what it
    defines now; None where that was not asked.
    """

    status: Literal["reviewed", "partly", "skipped"]
    gone: bool = False
    symbols: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do. `quiet`: found again and dismissed, so not told. `left`: open before and found again, or not known."""

    post: tuple[Remark, ...] = ()
    left: tuple[Known, ...] = ()
    fixed: tuple[Known, ...] = ()
    outdated: tuple[Known, ...] = ()
    reopen: tuple[tuple[Known, Remark], ...] = ()
    quiet: tuple[Known, ...] = ()

    @property
    def is_idle(self) -> bool:
        """Whether nothing would be posted or closed."""
        return not (self.post or self.fixed or self.outdated or self.reopen)


def plan(
    known: Iterable[Known],
    found: Sequence[Remark],
    files: Mapping[str, File],
    *,
    now: float,
    elsewhere: Mapping[str, Known] | None = None,
    mended: Container[str] = (),
) -> Plan:
    """What a fresh review of the head asks for. `files`: every file of the change, by the name that the target branch knows.
    `elsewhere`: dismissals on other merge requests of the project, by fingerprint. `mended`: fingerprints of a model's remarks
    whose lines are known to be others now.
    """
    before = {one.fingerprint: one for one in known}
    fresh = {one.fingerprint: one for one in found}
    post: list[Remark] = []
    left: list[Known] = []
    reopen: list[tuple[Known, Remark]] = []
    quiet: list[Known] = []
    for name, remark in fresh.items():
        own = before.get(name)
        other = (elsewhere or {}).get(name)
        if own is not None and own.state == "open":
            left.append(own)
        elif own is not None and own.state == "dismissed" and holds(own, now):
            quiet.append(own)
        elif other is not None and holds(other, now):
            quiet.append(other)
        elif own is not None:
            reopen.append((own, remark))
        else:
            post.append(remark)
    fixed: list[Known] = []
    outdated: list[Known] = []
    for name, own in before.items():
        if own.state != "open" or name in fresh:
            continue
        match _fate(own, files.get(own.path), mended):
            case "fixed":
                fixed.append(own)
            case "outdated":
                outdated.append(own)
            case _:
                left.append(own)
    return Plan(tuple(post), tuple(left), tuple(fixed), tuple(outdated), tuple(reopen), tuple(quiet))


def holds(one: Known, now: float) -> bool:
    """Whether a dismissal is still in force."""
    return one.state == "dismissed" and (one.until is None or now < one.until)


def _fate(one: Known, file: File | None, mended: Container[str]) -> State:
    """What became of an open remark that was not found again."""
    if file is None or file.gone:  # the change does not touch the file any more, or took it away
        return "outdated"
    known = one.fingerprint in mended if one.rule.startswith(MODEL) else file.status == "reviewed"
    if not known:
        return "open"
    if one.symbol and file.symbols is not None and one.symbol not in file.symbols:
        return "outdated"
    return "fixed"
