"""What the process that reads hands to the one that posts: JSON of a strict shape, checked again where it arrives.

The poster believes nothing else of the reader, which has seen foreign text: no addresses, no requests, no markup. Texts in it
are shown as text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from copilot.errors import CopilotError
from copilot.review.alike import Spot
from copilot.review.diff import FileDiff, Kind, Row, Status
from copilot.review.remark import Confidence, Covered, Remark, Side
from copilot.types import Severity

MOST: Final = 20_000
"""Remarks that are handed over; what is beyond is counted."""
MOST_FILES: Final = 200_000
LARGEST: Final = 64_000_000
"""Bytes of it all."""
REASONS: Final = 20
"""Why a model did not answer, at most."""
HEAD: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}|diff-[0-9]{1,9}")
"""A commit, or a revision of Review Board's."""

_Text = Annotated[str, StringConstraints(max_length=4_000)]
_Name = Annotated[str, StringConstraints(max_length=4_096)]
_Line = Annotated[int, Field(ge=0, le=100_000_000)]
_Fingerprint = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
_Marks = Annotated[str, StringConstraints(pattern=r"^(?:[0-9a-f]{4}){0,1000}$")]
_Sha = Annotated[str, StringConstraints(pattern=f"^(?:{HEAD.pattern})$")]


class TooMuch(CopilotError):
    """A change of which more would have to be told than can be handed over, its remarks left out."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Placed(_Model):
    """A row of the patch, without its text."""

    kind: Kind
    old: _Line | None
    new: _Line | None
    at: tuple[_Line, _Line]
    hunk: _Line
    number: _Line

    def row(self) -> Row:
        """As positions are derived from it."""
        return Row(self.kind, self.old, self.new, self.at, self.hunk, self.number, b"")


class Where(_Model):
    """Where a remark is in the patch: its file and the first and last row."""

    status: Status
    old: _Name
    new: _Name
    first: Placed
    last: Placed

    def diff(self) -> FileDiff:
        """The file as positions are derived from it."""
        return FileDiff(self.status, self.old, self.new)


class Told(_Model):
    """One remark. `where` is None where the patch does not show its row. `instead`: the lines that the rows of `where`
    become by its fix; None without one. `alike`, `around`: as in `copilot.review.alike.Spot`, empty from an older reader.
    """

    fingerprint: _Fingerprint
    rule: Annotated[str, StringConstraints(min_length=1, max_length=4_096)]
    severity: Literal["error", "warning", "information", "hint"]
    confidence: Confidence
    path: _Name
    known: _Name
    side: Side
    line: _Line
    end_line: _Line
    message: _Text
    symbol: _Text
    origin: _Text
    folded: bool
    where: Where | None
    instead: tuple[_Text, ...] | None
    alike: _Fingerprint | Literal[""] = ""
    around: _Marks = ""

    def remark(self) -> Remark:
        """As the life-cycle takes it."""
        return Remark(
            self.rule, Severity(self.severity), self.confidence, self.path, self.side, self.line, self.end_line,
            self.message, symbol=self.symbol, origin=self.origin, known=self.known, fingerprint=self.fingerprint,
            folded=self.folded,
        )  # fmt: skip

    def spot(self) -> Spot:
        """Where it stands, for who tells which is which."""
        return Spot(self.fingerprint, self.alike, self.symbol, self.path, self.side, self.line, self.around)


class Looked(_Model):
    """The coverage of one file. `gone`: the head has it no more. `symbols`: what it defines, where that was asked. `model`: as
    in `Covered`.
    """

    path: _Name
    known: _Name
    status: Literal["reviewed", "partly", "skipped"]
    why: _Text
    hunks: _Line
    seen: _Line
    lines: _Line
    gone: bool
    symbols: tuple[_Text, ...] | None
    model: _Line | None = None

    def covered(self) -> Covered:
        """As reports take it."""
        return Covered(self.path, self.status, self.why, self.hunks, self.seen, self.lines, self.model)


class Handed(_Model):
    """The review of one head of one merge request. `base`: where the branch left its target. `failed`: why there is none.
    `cut`: remarks beyond MOST. `silent`: why a model that was asked did not answer everything, each reason once; None where none
    was asked. `mended`: fingerprints, and what is `alike`, of what a model found before and whose lines are others now.
    """

    forge: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")]
    project: _Name
    number: Annotated[int, Field(ge=1, le=10**12)]
    head: _Sha
    base: _Sha
    failed: _Text
    cut: _Line
    remarks: Annotated[tuple[Told, ...], Field(max_length=MOST)]
    files: Annotated[tuple[Looked, ...], Field(max_length=MOST_FILES)]
    silent: Annotated[tuple[_Text, ...], Field(max_length=REASONS)] | None = None
    mended: Annotated[tuple[_Fingerprint, ...], Field(max_length=MOST)] = ()


def read(data: bytes) -> Handed:
    """What was handed over. Raises ValueError (pydantic.ValidationError) for anything of another shape."""
    if len(data) > LARGEST:
        raise ValueError("too long")
    return Handed.model_validate_json(data)


def written(handed: Handed) -> bytes:
    """As it is handed over."""
    return handed.model_dump_json().encode()


def fitted(handed: Handed) -> Handed:
    """The same within LARGEST: without what files define, then with fewer of the least remarks, which count as `cut`.

    Raises TooMuch where the files alone are more.
    """
    if len(written(handed)) > LARGEST:
        handed = handed.model_copy(
            update={"files": tuple(one.model_copy(update={"symbols": None}) for one in handed.files)}
        )
    while (size := len(written(handed))) > LARGEST:
        if not handed.remarks:
            raise TooMuch(f"{len(handed.files)} files: their names alone are {size} bytes")
        kept = handed.remarks[: len(handed.remarks) // 2]
        cut = handed.cut + len(handed.remarks) - len(kept)
        handed = handed.model_copy(update={"remarks": kept, "cut": cut})
    return handed


def placed(row: Row) -> Placed:
    """A row without its text."""
    return Placed(kind=row.kind, old=row.old, new=row.new, at=row.at, hunk=row.hunk, number=row.number)


def where(one: FileDiff, rows: Sequence[Row]) -> Where:
    """Where rows of a file are."""
    return Where(status=one.status, old=one.old, new=one.new, first=placed(rows[0]), last=placed(rows[-1]))
