"""Our rows on a real Review Board, and what it then shows at them: its own pages tell which lines a comment stands at."""

from __future__ import annotations

import html
import random
import re
import struct
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from board import ROOT, Request

from copilot.review.diff import FileDiff, Row, parsed
from serving.bots import bodies, handed, worker
from serving.bots.config import Config
from serving.bots.forge import Acts, Standing, Target, drive
from serving.bots.forges import reviewboard

_ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL)
_NUMBER = re.compile(r"<th>(\d*)</t[hd]>")
_TEXT = re.compile(r"<pre>(.*?)</pre>", re.DOTALL)
_INDENT = re.compile(r'<span class="(?:un)?indent">[^<]*</span>')
"""Arrows that the server draws in place of blanks where lines were moved in or out."""
_BATCH = 40


@dataclass(frozen=True)
class Line:
    """A row as the server shows it: line numbers (None: nothing there) and texts of both sides."""

    old: int | None
    new: int | None
    before: str
    after: str


@dataclass
class Echo:
    """How many rows were drawn, by kind; taken at their lines; shown by the server at the very lines. `wrong`: the others;
    `refused`: those that the bot would tell in its summary alone, by file.
    """

    drawn: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    taken: int = 0
    right: int = 0
    wrong: list[str] = field(default_factory=list)


def shown(request: Request, comments: Sequence[int]) -> dict[int, list[Line]]:
    """What the server's pages show at comments."""
    found = {}
    for start in range(0, len(comments), _BATCH):
        names = ",".join(map(str, comments[start : start + _BATCH]))
        data = request.board.raw("GET", f"r/{request.number}/_fragments/diff-comments/{names}/", accept="*/*")
        while data:
            name, size = struct.unpack_from("<LL", data)
            found[name] = list(_lines(data[8 : 8 + size].decode()))
            data = data[8 + size :]
    return found


def _lines(page: str) -> Iterator[Line]:
    for row in _ROW.findall(page):
        numbers = [int(text) if text else None for text in _NUMBER.findall(row)]
        texts = [html.unescape(re.sub(r"<[^>]*>", "", _INDENT.sub("", text))) for text in _TEXT.findall(row)]
        if numbers:
            yield Line(None, numbers[0], "", texts[0]) if len(texts) == 1 else Line(*numbers, *texts)


def positions(request: Request, head: str, config: Config, most: int, seed: int) -> Echo:
    """Comment on random rows of a published diff as the bot does, and hold each against what the server shows there."""
    chance = random.Random(seed)
    send = worker.senders(config, "post")["bank"]
    target = Target(request.project, request.number, head)
    places = list(_places(drive(reviewboard.patch(target), send), chance))
    chance.shuffle(places)
    drawn = sorted(places, key=_turn())[:most]
    remarks = [_told(*place, n) for n, place in enumerate(drawn)]
    acts = Acts(post=[(one, bodies.remark(one, "reviewboard")) for one in remarks], summary=lambda _: "rows")
    before = {one["id"] for one in request.comments()}
    refused = drive(reviewboard.act(target, Standing(head, (), "", {"account": "bank-copilot"}), "", acts), send)
    names = {reviewboard.fingerprint(one): one for one in request.comments() if one["id"] not in before}
    pages = shown(request, [one["id"] for one in names.values()])
    echo = Echo(taken=len(names))
    for (diff, first, last), remark in zip(drawn, remarks, strict=True):
        echo.drawn[_kind(diff, first, last)] += 1
        if remark.fingerprint in refused:
            echo.refused[diff.path] += 1
            continue
        lines = pages[names[remark.fingerprint]["id"]]
        if _same(request, diff, first, lines[:1]) and _same(request, diff, last, lines[-1:]):
            echo.right += 1
        else:
            echo.wrong.append(f"{diff.path} {first} {last} {lines}")
    return echo


def _kind(diff: FileDiff, first: Row, last: Row) -> str:
    return f"{last.kind}{'s' if first is not last else ''} in {diff.status}"


def _turn() -> Callable[[tuple[FileDiff, Row, Row]], int]:
    """For sorting: the first three of every kind come first, whatever the others are."""
    counts = Counter[str]()

    def turn(place: tuple[FileDiff, Row, Row]) -> int:
        counts[_kind(*place)] += 1
        return counts[_kind(*place)] > 3

    return turn


def _places(patch: bytes, chance: random.Random) -> Iterator[tuple[FileDiff, Row, Row]]:
    """Every row of a patch; of some also the next ones of its side."""
    for diff in parsed(patch):
        for row in diff.rows:
            yield diff, row, row
            side = [
                other
                for other in diff.rows[row.number : row.number + 6]
                if other.hunk == row.hunk and (other.kind == "deleted") == (row.kind == "deleted")
            ]
            if side and chance.random() < 0.3:
                yield diff, row, chance.choice(side)


def _told(diff: FileDiff, first: Row, last: Row, n: int) -> handed.Told:
    return handed.Told(
        fingerprint=f"{n:032x}", rule="MONEY01", severity="error", confidence="high", path=diff.path, known=diff.path,
        side="old" if last.kind == "deleted" else "new", line=1, end_line=1, message=f"row {n}", symbol="", origin="rules",
        folded=False, where=handed.where(diff, [first, last]), instead=None,
    )  # fmt: skip


def _same(request: Request, diff: FileDiff, row: Row, lines: Sequence[Line]) -> bool:
    """Whether the server shows the row's line, by number and by what git has there."""
    if not lines:
        return False
    gone = row.kind == "deleted"
    number, text = (lines[0].old, lines[0].before) if gone else (lines[0].new, lines[0].after)
    wanted = row.old if gone else row.new
    assert wanted is not None
    blob = request.git("cat-file", "blob", f"HEAD:{diff.old}" if gone else f":{diff.new}")
    line = blob.split(b"\n")[wanted - 1].removesuffix(b"\r")
    readings = {line.decode("utf-8", "replace").lstrip(), line.decode("iso-8859-15").lstrip()}
    return number == wanted and text.lstrip() in readings


def files(seed: int, commits: int) -> tuple[dict[str, str | bytes | None], dict[str, str | bytes | None]]:
    """Files before and after: of every kind that git can show, changed at random, and those of some commits of this repository."""
    chance = random.Random(seed)
    before: dict[str, str | bytes | None] = {}
    after: dict[str, str | bytes | None] = {}
    for name, new, lines, end in (
        ("plain.txt", "plain.txt", [f"line {n}" for n in range(150)], "\n"),
        ("windows.txt", "windows.txt", [f"\tline {n} of <b>Windows</b>" for n in range(150)], "\r\n"),
        ("old name.py", "new/name.py", [f"value_{n} = {n}  # & so on" for n in range(150)], "\n"),
        ("费用/计算 表.java", "费用/计算 表.java", [f"int 值{n} = {n}; // 第 {n} 行" for n in range(150)], "\n"),
        ("breaks.txt", "breaks.txt", [f"a{n}\x0cb\x85c\u2028d\x1ce" for n in range(90)], "\n"),
    ):
        before[name] = end.join(lines) + end
        if new != name:
            after[name] = None
        after[new] = end.join(changed(lines, chance)) + end
    chinese = [f"字段{n} = 金额" for n in range(60)]
    before["gb.txt"] = "\n".join(chinese).encode("gb18030") + b"\n"
    after["gb.txt"] = "\n".join(changed(chinese, chance)).encode("gb18030") + b"\n"
    before["end.txt"], after["end.txt"] = "a\nb\nc", "a\nB\nc\nd"
    before["ended.txt"], after["ended.txt"] = "a\nb\nc", "a\nb\nc\n"
    before["gone.txt"], after["gone.txt"] = "".join(f"gone {n}\n" for n in range(40)), None
    after["fresh.txt"] = "".join(f"fresh {n}\n" for n in range(40)) + "no newline"
    for n, (name, old, new) in enumerate(history(chance, commits)):
        before[f"h{n}/{name}"], after[f"h{n}/{name}"] = old, new
    return before, after


def changed(lines: Sequence[str], chance: random.Random) -> list[str]:
    """Lines of which some are gone, some are others, and some are new."""
    found = []
    for line in lines:
        kind = chance.choices(("same", "gone", "other", "more"), (85, 6, 5, 4))[0]
        if kind in {"same", "more"}:
            found.append(line)
        if kind in {"other", "more"}:
            found += [f"new {chance.randrange(10**6)} {line}" for _ in range(chance.randrange(1, 4))]
    return found


def history(chance: random.Random, most: int) -> list[tuple[str, bytes, bytes]]:
    """Texts that commits of this repository changed: a name, what was, what is; none in a clone without its history."""
    done = subprocess.run(
        ["git", "rev-list", "--no-merges", "--max-count=300", "HEAD"], cwd=ROOT, capture_output=True, check=False
    )
    names = done.stdout.decode().split()[:-1]
    found = []
    for commit in chance.sample(names, min(most, len(names))):
        told = _git("diff", "--name-status", "--no-renames", "-z", f"{commit}~1", commit).decode().split("\0")
        touched = [path for status, path in zip(told[::2], told[1::2], strict=False) if status == "M"]
        for path in chance.sample(touched, min(2, len(touched))):
            old, new = (_git("cat-file", "blob", f"{at}:{path}") for at in (f"{commit}~1", commit))
            if b"\0" not in old + new and len(old + new) < 200_000:
                found.append((Path(path).name, old, new))
    return found


def _git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=True).stdout
