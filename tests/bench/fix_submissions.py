"""Whole programs with one to three realistic mistakes, repaired until they parse: `python tests/bench/fix_submissions.py`.

Programs of 8 to 60 lines: small files, classes and functions (methods inside a class) of the packages installed beside
us and of `--from FOLDER…`, Java of the JDK's source. A third of the packages (by checksum of their name) is kept apart:
`--apart` measures on them only. The oracle is the good text: "exact" compares all code, layout included, comments left
out where the mistake was one.
"""

from __future__ import annotations

import argparse
import ast
import random
import statistics
import sysconfig
import textwrap
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import fix_mistakes
import fix_probe
from report import Figure

from copilot.engines.embedded.mend import mends
from copilot.engines.embedded.repair import undo
from copilot.syntax import tree as trees
from copilot.syntax.lexemes import comments, lexemes

Program = tuple[str, str]
"""The package and the text."""


def apart(package: str) -> bool:
    """Whether a package belongs to the third that is looked at last."""
    return zlib.crc32(package.encode()) % 3 == 2


def python_programs(folders: list[Path]) -> Iterator[Program]:
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            if {"test", "tests", "lib2to3"} & set(path.relative_to(folder).parts):
                continue
            parts = path.relative_to(folder).parts
            package = parts[0] if len(parts) > 1 and folder.name == "site-packages" else folder.name
            try:
                text = path.read_text("utf-8")
                tree = ast.parse(text)
            except (SyntaxError, ValueError):
                continue
            lines = text.splitlines()
            if len(lines) > 4000 or "\r" in text or "\f" in text:
                continue
            if 8 <= len(lines) <= 60 and any(
                isinstance(node, ast.FunctionDef)
                for node in tree.body
                + [each for node in tree.body if isinstance(node, ast.ClassDef) for each in node.body]
            ):
                yield package, text
                continue
            for node in tree.body:
                some = node.body if isinstance(node, ast.ClassDef) else [node]
                for each in some:
                    if isinstance(each, ast.FunctionDef) and each.end_lineno:
                        rows = lines[each.lineno - 1 : each.end_lineno]
                        if 7 <= len(rows) <= 58 and not any("\t" in row for row in rows):
                            body = textwrap.dedent("\n".join(rows)) + "\n"
                            if isinstance(node, ast.ClassDef):
                                body = "class Solution:\n" + textwrap.indent(body, "    ")
                            yield package, body


def java_programs(folders: list[Path]) -> Iterator[Program]:
    for folder in folders:
        for path in sorted(folder.rglob("*.java")):
            data = path.read_bytes()
            tree = trees.parse(data, "java")
            if tree is None or tree.root_node.has_error or b"\r" in data or b"\t" in data:
                continue
            if 8 <= data.count(b"\n") <= 60:
                yield folder.name, data.decode("utf-8", "replace")
                continue
            for node in trees.descendants(tree.root_node, "method_declaration"):
                start = data.rfind(b"\n", 0, node.start_byte) + 1
                body = data[start : node.end_byte].decode("utf-8", "replace")
                if 6 <= body.count("\n") <= 58 and "\t" not in body:
                    body = textwrap.indent(textwrap.dedent(body), "    ")
                    yield folder.name, "class Solution {\n" + body + "\n}\n"


def same(one: bytes, other: bytes, language: str, *, comment: bool) -> bool:
    """Same code and layout, blanks at line ends left out; with `comment` also the comments left out."""

    def rows(text: bytes) -> list[bytes]:
        if comment:
            for start, end in reversed(comments(text, language)):
                text = text[:start] + text[end:]
        return [row.rstrip() for row in text.splitlines() if row.strip()]

    return rows(one) == rows(other)


def tokens_same(one: bytes, other: bytes, language: str) -> bool:
    """Same lexemes, and for Python the same indentation steps."""
    left, right = lexemes(one, language), lexemes(other, language)
    keep = language == "python"
    return [t.text + (t.mark if t.kind == "newline" else "") for t in left if keep or t.kind != "newline"] == [
        t.text + (t.mark if t.kind == "newline" else "") for t in right if keep or t.kind != "newline"
    ]


def measure(language: str, programs: list[Program], seed: int, *, misses: str, only: str) -> list[Figure]:
    rng = random.Random(seed)
    rows: list[tuple[tuple[str, ...], bool, bool, bool, bool, float]] = []
    kinds = list(dict.fromkeys(fix_mistakes.MISTAKES[language]))
    for number, (_, text) in enumerate(programs):
        wanted = rng.choices([1, 2, 3], [0.6, 0.25, 0.15])[0]
        first = kinds[number % len(kinds)]
        if only and first.__name__ != only:
            continue
        made = fix_mistakes.hurt(
            text, language, 1 if only else wanted, rng, lambda t: fix_probe.broken(t, language), first
        )
        if made is None:
            continue
        bad, names = made
        cpu = time.process_time()
        found = mends(bad, language)
        cpu = time.process_time() - cpu
        noted = bool({"foreign_comment", "conflict"} & set(names))
        good = text.encode()
        after = [undo(bad, each.slips) for each in found[:5]]
        right = [same(each, good, language, comment=noted) for each in after]
        loose = bool(found) and tokens_same(after[0], good, language)
        parses = bool(found) and not fix_probe.broken(after[0], language)
        rows.append((tuple(names), parses, right[:1] == [True], any(right), loose, cpu))
        if misses and right[:1] != [True] and (misses == "all" or misses in names):
            print(f"\n--- {names} {'' if parses else 'NO PARSE'}{' ties' if loose else ''} {cpu:.2f} s")
            _show(good, bad, found, right)
    return _table(language, rows, [kind.__name__ for kind in kinds])


def _show(good: bytes, bad: bytes, found: list, right: list[bool]) -> None:
    import difflib

    for line in difflib.unified_diff(
        good.decode().splitlines(), bad.decode().splitlines(), "good", "bad", n=1, lineterm=""
    ):
        print("   ", line)
    for each, ok in list(zip(found, right, strict=False))[:3]:
        print(
            f"  {'*' if ok else ' '} {each.cost:.1f} {each.share:.2f}",
            [
                (
                    s.kind,
                    bad.count(b"\n", 0, s.start) + 1,
                    bad[s.start : s.end][-60:].decode("utf-8", "replace"),
                    s.new[-60:].decode("utf-8", "replace"),
                )
                for s in each.slips
            ],
        )


def _table(
    language: str, rows: list[tuple[tuple[str, ...], bool, bool, bool, bool, float]], kinds: list[str]
) -> list[Figure]:
    print(f"\n{language}: {len(rows)} programs")
    print(f"{'mistake':20} {'n':>4} {'parses':>7} {'top-1':>7} {'top-5':>7} {'tokens':>7} {'p50 ms':>7} {'p95 ms':>7}")
    table: dict[str, list[tuple[tuple[str, ...], bool, bool, bool, bool, float]]] = defaultdict(list)
    for row in rows:
        if len(row[0]) == 1:
            table[row[0][0]].append(row)
        table[f"{len(row[0])} at once"].append(row)
        table["all"].append(row)
    figures = []
    for name in [*kinds, "1 at once", "2 at once", "3 at once", "all"]:
        some = table[name]
        if not some:
            continue
        times = sorted(row[5] * 1000 for row in some)
        shares = [100 * sum(bool(row[n]) for row in some) / len(some) for n in (1, 2, 3, 4)]
        p95 = times[min(len(times) - 1, int(0.95 * len(times)))]
        print(
            f"{name:20} {len(some):4} "
            + " ".join(f"{s:7.1f}" for s in shares)
            + f" {statistics.median(times):7.1f} {p95:7.1f}"
        )
        if name == "all":
            figures = [
                Figure(f"fix.submissions_{language}_parse_pct", shares[0], "%", ">=", 90),
                Figure(f"fix.submissions_{language}_top1_pct", shares[1], "%", ">=", 70),
                Figure(f"fix.submissions_{language}_top5_pct", shares[2], "%"),
            ]
    return figures


def chosen(language: str, folders: list[str], count: int, seed: int, *, last: bool) -> list[Program]:
    """`count` programs of the packages for development (or of those kept apart), as many of each package."""
    own = [Path(sysconfig.get_paths()["purelib"])] if not folders else []
    roots = [*own, *map(Path, folders)]
    packages: dict[str, list[Program]] = defaultdict(list)
    for program in (python_programs if language == "python" else java_programs)(roots):
        if apart(program[0]) == last or folders:
            packages[program[0]].append(program)
    rng = random.Random(seed)
    for some in packages.values():
        rng.shuffle(some)
    found: list[Program] = []
    while len(found) < count and any(packages.values()):
        for some in packages.values():
            if some:
                found.append(some.pop())
    rng.shuffle(found)
    return found[:count]


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--from", dest="folders", nargs="*", default=[])
    options.add_argument("--language", choices=["python", "java"], default="python")
    options.add_argument("--apart", action="store_true")
    options.add_argument("--misses", default="")
    options.add_argument("--only", default="")
    given = options.parse_args()
    some = chosen(given.language, given.folders, given.count, given.seed, last=given.apart)
    measure(given.language, some, given.seed, misses=given.misses, only=given.only)


if __name__ == "__main__":
    main()
