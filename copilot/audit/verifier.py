"""Checks an audit journal with nothing but Python's standard library: `python verifier.py FOLDER|FILE [--head HASH:N]`.

This file runs alone: an auditor copies it, reads it, and trusts nothing else of bank-copilot. A journal is files
`<writer>-<number>.jsonl`; each line is

    {"n":7,"prev":"<hash of line 6>","writer":"gateway","record":{…},"hash":"<hex SHA-256 of this line up to here>"}

where the hash covers the bytes before `,"hash":`. Lines count from 0 over all files of a writer; line 0 has 64 zeros as
`prev`. Any changed bit, any line removed, added or moved, and any cut inside breaks a hash or the order, and the first bad
line is named. Two things no chain can show by itself: lines removed at its very end, and a journal written anew from the
start. Keep the head that this program prints in another place, and give it back with --head: line N must then still be
there with that hash. Exit codes: 0 intact, 1 broken, 2 usage or unreadable.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

ZERO: Final = "0" * 64
NAME: Final = re.compile(r"([a-z0-9][a-z0-9-]{0,40})-(\d{6,})\.jsonl")
_TAIL: Final = re.compile(rb',"hash":"([0-9a-f]{64})"\}\n')
_TAIL_SIZE: Final = 75
"""Bytes of `,"hash":"…"}` (without the line end)."""
_START: Final = re.compile(rb'\{"n":(\d{1,18}),"prev":"([0-9a-f]{64})","writer":"([a-z0-9-]{1,41})","record":\{')
_LONGEST: Final = 1 << 20
_PATIENCE_S: Final = 0.3


@dataclass(frozen=True)
class Chain:
    """What one writer's files hold. `head` and `last` are hash and number of the last good line; `last` -1: none.

    `file`, `line` (from 1) and `reason` name the first bad line; `reason` is empty when the chain is intact.
    `first` is the number of the first line: 0 unless a single file was checked.
    """

    writer: str
    files: int
    first: int = 0
    last: int = -1
    head: str = ZERO
    file: str = ""
    line: int = 0
    reason: str = ""


def journals(path: Path) -> dict[str, list[Path]]:
    """The files of each writer in a folder, in order; a single file stands for itself."""
    names = [path] if path.is_file() else sorted(path.iterdir())
    found: dict[str, list[tuple[int, Path]]] = {}
    for name in names:
        parts = NAME.fullmatch(name.name)
        if parts is not None:
            found.setdefault(parts[1], []).append((int(parts[2]), name))
    return {writer: [name for _, name in sorted(files)] for writer, files in sorted(found.items())}


def lines(path: Path, *, growing: bool = False) -> Iterator[bytes]:
    """The lines of a file with their line ends. `growing`: a last one without it may just be being written, so it is read
    once more.
    """
    with path.open("rb") as stream:
        while True:
            at = stream.tell()
            line = stream.readline(_LONGEST)
            if growing and line and not line.endswith(b"\n") and len(line) < _LONGEST:
                time.sleep(_PATIENCE_S)
                stream.seek(at)
                line = stream.readline(_LONGEST)
            if not line:
                return
            yield line


def check(writer: str, files: Sequence[Path], head: tuple[str, int] | None = None, *, alone: bool = False) -> Chain:
    """Follow one writer's chain. `alone`: it may begin at any line. `head`: line number and hash that must be in it."""
    number, prev, first, seen = 0, ZERO, 0, False
    for file in files:
        for place, line in enumerate(lines(file, growing=file == files[-1]), 1):
            if alone and place == 1 and (start := _START.match(line)) is not None:
                number = first = int(start[1])
                prev = start[2].decode()
            reason, digest = _fault(line, number, prev, writer)
            if not reason and head is not None and head[1] == number:
                seen = True
                reason = (
                    ""
                    if head[0] == digest
                    else "this line is not the one whose hash was kept: the chain was written anew"
                )
            if reason:
                return Chain(writer, len(files), first, number - 1, prev, file.name, place, reason)
            number, prev = number + 1, digest
    reason = ""
    if head is not None and not seen:
        reason = f"line number {head[1]}, whose hash was kept, is missing: the end was cut off"
    elif number == first:
        reason = "there is no line"
    return Chain(writer, len(files), first, number - 1, prev, files[-1].name if reason else "", 0, reason)


def _fault(line: bytes, number: int, prev: str, writer: str) -> tuple[str, str]:
    """Why a line is not line `number` after the hash `prev` (empty when it is), and its hash."""
    if not line.endswith(b"\n"):
        return "the line is incomplete: a cut, or a crash that the writer repairs when it starts again", ""
    tail = _TAIL.fullmatch(line, len(line) - _TAIL_SIZE - 1) if len(line) > _TAIL_SIZE else None
    if tail is None:
        return "not a line of a journal", ""
    digest = hashlib.sha256(line[: -_TAIL_SIZE - 1]).hexdigest()
    if digest.encode() != tail[1]:
        return "the line was changed: its hash does not fit", ""
    if not line.startswith(b'{"n":%d,"prev":"%b","writer":"%b","record":{' % (number, prev.encode(), writer.encode())):
        start = _START.match(line)
        if start is None:
            return "not a line of a journal", ""
        if int(start[1]) != number:
            return f"line number {int(start[1])} stands where {number} belongs: lines were removed, added or moved", ""
        return "it does not follow the line before it: lines were replaced", ""
    return "", digest


def verify(path: Path, head: tuple[str, int] | None = None) -> list[Chain]:
    """Check every chain in a folder, or one file. `head` must stand in one of them; where none of several holds it, a
    last chain named `--head` says so. Raises OSError, and ValueError when there is no journal.
    """
    found = journals(path)
    if not found:
        raise ValueError(f"{path}: no journal (files <writer>-<number>.jsonl)")
    alone = path.is_file()
    if head is None or len(found) == 1:
        return [check(writer, files, head, alone=alone) for writer, files in found.items()]
    holders = {writer for writer, files in found.items() if _holds(files, head)}
    chains = [check(writer, files, head if writer in holders else None) for writer, files in found.items()]
    if not holders:
        reason = f"no journal here has line number {head[1]} with that hash: an end was cut off, or written anew"
        chains.append(Chain("--head", 0, reason=reason))
    return chains


def _holds(files: Sequence[Path], head: tuple[str, int]) -> bool:
    """Whether a line of that number and hash stands in the files, right or not."""
    start, end = b'{"n":%d,' % head[1], b'"hash":"%b"}\n' % head[0].encode()
    return any(line.startswith(start) and line.endswith(end) for file in files for line in lines(file))


def parsed_head(text: str) -> tuple[str, int]:
    """`HASH:N` as hash and line number. Raises ValueError."""
    parts = re.fullmatch(r"([0-9a-f]{64}):(\d{1,18})", text)
    if parts is None:
        raise ValueError("write the head as HASH:N, as it was printed")
    return parts[1], int(parts[2])


def main(arguments: Sequence[str] | None = None) -> int:
    """The program."""
    parser = argparse.ArgumentParser(description="Check an audit journal of bank-copilot.")
    parser.add_argument("path", type=Path, metavar="FOLDER|FILE")
    parser.add_argument("--head", metavar="HASH:N", help="head printed earlier, kept elsewhere")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    options = parser.parse_args(arguments)
    try:
        chains = verify(options.path, parsed_head(options.head) if options.head else None)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{os.path.basename(sys.argv[0])}: {error}\n")  # noqa: PTH119 -- sys.argv is text
        return 2
    broken = any(chain.reason for chain in chains)
    if options.json:
        sys.stdout.write(json.dumps({"intact": not broken, "chains": [asdict(chain) for chain in chains]}) + "\n")
    else:
        for chain in chains:
            sys.stdout.write(told(chain) + "\n")
    return 1 if broken else 0


def told(chain: Chain) -> str:
    """A chain in one line."""
    if chain.reason:
        where = f"{chain.file} line {chain.line}: " if chain.file else ""
        return f"BROKEN {chain.writer}: {where}{chain.reason}"
    span = f"lines {chain.first} to {chain.last} in {chain.files} file(s)"
    return f"intact {chain.writer}: {span}; head {chain.head}:{chain.last}"


if __name__ == "__main__":
    sys.exit(main())
