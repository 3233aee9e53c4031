"""Code that is somebody else's: an index of fingerprints that the bank builds, and the check `licence` against it.

The file is a head of JSON (the files with their licences) and three sorted arrays that are mapped, not read: hashes,
file numbers, lines. A candidate of fewer than `LEAST` lexemes is not looked up. Nothing leaves the machine.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from copilot import files
from copilot.config import Settings
from copilot.errors import ConfigError, UnreadableFile
from copilot.messages import say
from copilot.syntax.languages import named
from copilot.types import Check, Document, Edit
from copilot.verify import winnowing
from copilot.verify.winnowing import RUN, WINDOW

LEAST: Final = 65
"""Lexemes in a row that count as taken over; about 150 characters."""

_MAGIC: Final = b"bank-copilot licences 1\n"
_FAR: Final = 1 << 62
_SHIFTED: Final = 20
"""Lines by which parts of one run may have moved against each other."""
_COMMON: Final = 16
"""A run that more files than this have is nobody's."""
LARGEST: Final = 1_000_000
"""Bytes of a file that is read."""
_HEAD: Final = 4_000
_SKIPPED: Final = frozenset({".git", "node_modules", "__pycache__", ".venv"})
_SPDX: Final = re.compile(rb"SPDX-License-Identifier:[ \t]*([\w.+() -]{2,60}\w)")
_FILES: Final = ("LICENSE*", "LICENCE*", "COPYING*", "license*")
_METADATA: Final = re.compile(rb"^License(?:-Expression)?: ([^\n]{2,80})$", re.MULTILINE)
_SAYS: Final = (
    (rb"GNU\s+AFFERO\s+GENERAL\s+PUBLIC", "AGPL-3.0"),
    (rb"GNU\s+LESSER\s+GENERAL\s+PUBLIC", "LGPL"),
    (rb"(?i)GNU\s+GENERAL\s+PUBLIC\s+LICENSE\s+Version\s+3", "GPL-3.0"),
    (rb"(?i)GNU\s+GENERAL\s+PUBLIC", "GPL"),
    (rb"Apache\s+License[\s,]+Version\s+2", "Apache-2.0"),
    (rb"Mozilla\s+Public\s+License", "MPL-2.0"),
    (rb"Eclipse\s+Public\s+License", "EPL-2.0"),
    (rb"Permission\s+is\s+hereby\s+granted,\s+free\s+of\s+charge", "MIT"),
    (rb"(?is)Redistribution\s+and\s+use\s+in\s+source.{0,900}Neither\s+the\s+name", "BSD-3-Clause"),
    (rb"Redistribution\s+and\s+use\s+in\s+source", "BSD-2-Clause"),
    (rb"Permission\s+to\s+use,\s+copy,\s+modify", "ISC"),
    (rb"PYTHON\s+SOFTWARE\s+FOUNDATION", "PSF-2.0"),
)


class Match(NamedTuple):
    """What a text shares with a file: its lexemes, and the file's lines."""

    path: str
    licence: str
    first: int
    last: int
    lexemes: int


@dataclass(frozen=True, slots=True)
class Built:
    """What was built: files read and left out, fingerprints kept, bytes of the index."""

    files: int
    left_out: int
    fingerprints: int
    size: int


@dataclass(frozen=True)
class Licences:
    """An index as it lies in its file."""

    names: Sequence[tuple[str, str]]
    hashes: NDArray[np.uint64]
    owners: NDArray[np.uint32]
    lines: NDArray[np.uint32]

    def matches(self, text: bytes, language: str | None) -> list[Match]:
        """The files that share `LEAST` lexemes in a row with a text, longest first."""
        read = winnowing.read(text, language)
        if read.lexemes < LEAST:
            return []
        hashes, places = winnowing.fingerprints(read)
        low = np.searchsorted(self.hashes, hashes, "left")
        high = np.searchsorted(self.hashes, hashes, "right")
        seen: dict[int, list[tuple[int, int]]] = {}
        for n in np.flatnonzero(high > low):
            for row in range(int(low[n]), int(high[n])):
                seen.setdefault(int(self.owners[row]), []).append((int(places[n]), int(self.lines[row])))
        found = [match for owner, rows in seen.items() for match in self._runs(read, owner, sorted(rows))]
        return sorted(found, key=lambda match: (-match.lexemes, match.path))

    def _runs(self, read: winnowing.Text, owner: int, rows: list[tuple[int, int]]) -> Iterator[Match]:
        """Fingerprints that follow each other as closely as winnowing lets equal text have them, made one run."""
        path, licence = self.names[owner]
        run: list[int] = []
        for place in [*dict.fromkeys(place for place, _ in rows), _FAR]:
            if run and place - run[-1] > WINDOW:
                lexemes = read.within(run[0], run[-1] + RUN)
                if lexemes >= LEAST:
                    first, last = _lines(read, [row for row in rows if run[0] <= row[0] <= run[-1]])
                    yield Match(path, licence, first, last, lexemes)
                run = []
            run.append(place)


def _lines(read: winnowing.Text, rows: list[tuple[int, int]]) -> tuple[int, int]:
    """The lines of the file that a run stands for: of a fingerprint that the file has more than once, the place that goes
    with the others.
    """
    shifts = Counter(line - read.line(place) for place, line in rows)
    usual = max(shifts, key=lambda shift: (shifts[shift], -shift))
    near = [line for place, line in rows if abs(line - read.line(place) - usual) <= _SHIFTED]
    return min(near), max(near)


def checks(doc: Document, edits: tuple[Edit, ...], settings: Settings) -> Iterator[Check]:
    """Check `licence`, where there is an index and an edit is long enough to be somebody's."""
    if not settings.output.licences:
        return
    try:
        index = opened(Path(settings.output.licences))
    except ConfigError:
        return  # `doctor` tells of it
    for edit in edits:
        language = doc.language if edit.path == doc.path else named("", edit.path)
        found = index.matches(edit.new.encode(), language)
        if found:
            best = found[0]
            detail = say(
                "{count} words in a row stand in {name}, lines {first} to {last} (licence {licence})",
                count=best.lexemes,
                name=best.path,
                first=best.first,
                last=best.last,
                licence=best.licence,
            )
            yield Check("licence", settings.output.verbatim == "warn", detail)
            return


def opened(path: Path) -> Licences:
    """The index in a file, kept while the file stays as it is. Raises ConfigError for one that is missing or damaged."""
    try:
        return _open(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(say("{name} is no index of licences: {reason}.", name=path.name, reason=str(error))) from None


@lru_cache(maxsize=2)
def _open(path: Path, _stamp: int) -> Licences:
    with path.open("rb") as stream:
        if stream.readline() != _MAGIC:
            raise ValueError(say("another format"))
        head = json.loads(stream.readline())
        start = stream.tell()
    count, start = int(head["count"]), start + (-start % 8)
    if path.stat().st_size != start + count * 16:
        raise ValueError(say("it is cut off"))
    if not count:
        return Licences(head["files"], np.empty(0, np.uint64), np.empty(0, np.uint32), np.empty(0, np.uint32))
    hashes = np.memmap(path, np.uint64, "r", start, (count,))
    owners = np.memmap(path, np.uint32, "r", start + count * 8, (count,))
    lines = np.memmap(path, np.uint32, "r", start + count * 12, (count,))
    return Licences(head["files"], hashes, owners, lines)


def build(folders: Iterable[Path], out: Path, tell: Callable[[int], None] = lambda _: None) -> Built:
    """Write the index of all source files under the folders. Raises ConfigError when the file cannot be written."""
    names: list[tuple[str, str]] = []
    parts: list[tuple[NDArray[np.uint64], NDArray[np.uint32], NDArray[np.uint32]]] = []
    left_out = 0
    for folder in folders:
        known: dict[Path, str] = {}
        for path in _sources(folder):
            try:
                data = files.content(path, limit=LARGEST)
            except UnreadableFile:
                left_out += 1
                continue
            read = winnowing.read(data, named("", path))
            hashes, places = winnowing.fingerprints(read)
            if read.lexemes < LEAST or not len(hashes):
                left_out += 1
                continue
            owner = np.full(len(hashes), len(names), np.uint32)
            rows = read.lines[np.searchsorted(read.starts, places, "right") - 1].astype(np.uint32)
            parts.append((hashes, owner, rows))
            names.append((f"{folder.name}/{path.relative_to(folder).as_posix()}", _licence(path, folder, data, known)))
            tell(len(names))
    hashes, owners, lines = (
        (np.concatenate([part[n] for part in parts]) if parts else np.empty(0, np.uint64)) for n in range(3)
    )
    order = np.lexsort((owners, hashes))
    hashes, owners, lines = hashes[order], owners[order], lines[order]
    _, inverse, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    kept = counts[inverse] <= _COMMON if len(hashes) else np.empty(0, bool)
    size = _write(out, names, hashes[kept], owners[kept], lines[kept])
    return Built(len(names), left_out, int(kept.sum()), size)


def _write(
    out: Path, names: object, hashes: NDArray[np.uint64], owners: NDArray[np.uint64], lines: NDArray[np.uint64]
) -> int:
    head = _MAGIC + json.dumps({"count": len(hashes), "files": names}).encode() + b"\n"
    body = b"".join((hashes.astype("<u8").tobytes(), owners.astype("<u4").tobytes(), lines.astype("<u4").tobytes()))
    data = head + b"\0" * (-len(head) % 8) + body
    try:
        beside = out.with_name(f"{out.name}.part")
        beside.write_bytes(data)
        beside.replace(out)
    except OSError as error:
        raise ConfigError(
            say("{name} cannot be written: {reason}.", name=str(out), reason=error.strerror or "")
        ) from None
    return len(data)


def _sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not _SKIPPED.intersection(path.relative_to(folder).parts) and named("", path):
            yield path


def _licence(path: Path, folder: Path, data: bytes, known: dict[Path, str]) -> str:
    """What the file says of itself, else the nearest licence file above it; `unknown` where there is none."""
    own = _SPDX.search(data[:_HEAD])
    if own:
        return own[1].decode("ascii", "replace")
    for above in path.parents:
        if above not in known:
            known[above] = _told_in(above)
        if known[above]:
            return known[above]
        if above == folder:
            break
    return "unknown"


def _told_in(folder: Path) -> str:
    for info in sorted(folder.parent.glob(f"{folder.name}-*.dist-info/METADATA")):
        told = _METADATA.search(info.read_bytes()[:20_000])
        if told:
            return told[1].decode("utf-8", "replace").strip()
    for pattern in _FILES:
        for path in sorted(folder.glob(pattern)):
            if path.is_file() and path.suffix.lower() in {"", ".txt", ".md", ".rst"}:
                text = path.read_bytes()[:20_000]
                spdx = _SPDX.search(text)
                if spdx:
                    return spdx[1].decode("ascii", "replace")
                return next((name for says, name in _SAYS if re.search(says, text)), path.name)
    return ""
