"""Generated documentation without a model, on foreign code: what it changes, what foreign linters say, what says nothing.

Docstrings are taken out, every definition is documented as the command line would do it, in each style and both
languages, and the result goes to judges of its own (`comment_judges.py`). `make bench-comments` runs it.

    python tests/bench/comments.py [--functions 1000] [--seed 7] [--apart] [--only google:en …] [--java FOLDER] [--script FOLDER]
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from comment_judges import changed_scripts, doclint, empty_phrases, same_ast, tokens
from comment_subjects import LARGEST, SEED, bare_braces, bare_python, is_utf8, python_files
from pydoclint_judge import pydoclint
from report import Figure, publish

from copilot import edits, files
from copilot.config import Settings
from copilot.engines.embedded.comment import document_at
from copilot.syntax.languages import language_of
from copilot.syntax.outline import outline
from copilot.tasks import comment
from copilot.types import CommentOptions, Declined, Document, Edit, Project, Request, Task, document
from copilot.verify.doctarget import KINDS

GOALS = ("code_changes", "pydoclint_findings", "second_run_changes", "empty_phrases", "doclint_findings")
CALLABLE = {"function", "method", "constructor"}
SCRIPTS = (".js", ".mjs", ".cjs", ".ts", ".tsx")


class Count(Counter[str]):
    """What was seen, by name; `times` are seconds of CPU a definition, `shown` what a person should look at."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []
        self.reasons: Counter[str] = Counter()
        self.shown: list[str] = []


async def documented(doc: Document, options: CommentOptions, count: Count) -> Document:
    """The file with every definition documented that can be; each proposal goes through all checks."""
    made: list[Edit] = []
    for symbol in outline(doc).symbols:
        if symbol.kind not in KINDS:
            continue
        request = Request(Task.COMMENT, doc, symbol.name_span, options)
        started = time.thread_time()
        answer = document_at(request, options, Settings())
        count.times.append(time.thread_time() - started)
        kind = "functions" if symbol.kind in CALLABLE else "types"
        count[kind] += 1
        if isinstance(answer, Declined):
            count["declined"] += 1
            count.reasons[answer.reason.replace(symbol.qualified, "…")[:60]] += 1
            continue
        failed = [c async for c in comment.checks(answer, request, Project(doc.path), Settings()) if not c.passed]
        if failed:
            count["refused by a check"] += 1
            count.reasons[f"check {failed[0].name}: {failed[0].detail}"[:90]] += 1
            continue
        count[f"documented {kind}"] += 1
        made += answer.edits
    return edits.apply(doc, made)


async def second_run(doc: Document, options: CommentOptions, first: Document) -> int:
    """How many definitions that were documented in the first run would be changed again."""
    before = {s.qualified: s.docstring for s in outline(first).symbols}
    changed = 0
    for symbol in outline(doc).symbols:
        if symbol.kind in KINDS and symbol.docstring is not None and before.get(symbol.qualified) is None:
            answer = document_at(Request(Task.COMMENT, doc, symbol.name_span, options), options, Settings())
            changed += not isinstance(answer, Declined)
    return changed


async def one_file(doc: Document, options: CommentOptions, count: Count) -> Document:
    """The documented file, judged."""
    count["files"] += 1
    after = await documented(doc, options, count)
    if doc.language == "python":
        count["code changes"] += not same_ast(doc.text, after.text)
    elif doc.language == "java":
        count["code changes"] += tokens(doc.text) != tokens(after.text)
    count["second-run changes"] += await second_run(after, options, doc)
    empty = empty_phrases(after, options.style)
    count["empty phrases"] += len(empty)
    count.shown += [f"empty  {text[:150]}" for text in empty]
    return after


async def python(paths: Iterable[Path], wanted: int, options: CommentOptions, folder: Path) -> Count:
    """The figures on Python; the documented files are left in `folder`."""
    count = Count()
    for path in paths:
        if count["functions"] >= wanted:
            break
        raw = path.read_bytes()
        bare = bare_python(raw) if len(raw) <= LARGEST and is_utf8(raw) else None
        if bare is None or b"def " not in bare:
            continue
        target = folder / f"{count['files']:04}_{path.name}"
        target.write_bytes(bare)
        doc = files.read(target, "python")
        files.write(await one_file(doc, options, count))
    return count


async def braces(root: Path, options: CommentOptions, folder: Path, suffixes: tuple[str, ...]) -> Count:
    """The figures on Java or on JavaScript and TypeScript; the documented files are left in `folder`."""
    count, pairs = Count(), list[tuple[Path, Path]]()
    for path in sorted(path for path in root.rglob("*") if path.suffix in suffixes and path.is_file()):
        if path.name in {"package-info.java", "module-info.java"} or ".min." in path.name:
            continue
        language = language_of(path) or ""
        bare = bare_braces(path.read_bytes().decode("utf-8", "replace").encode(), language)
        target = folder / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        after = await one_file(document(target, language, bare), options, count)
        target.write_bytes(after.text)
        kept = folder.with_name(f"{folder.name}_before") / path.relative_to(root)
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(bare)
        pairs += [(kept, target)] if path.suffix in {".js", ".mjs", ".cjs"} else []
    changed = changed_scripts(pairs) if pairs else []
    count["code changes"] += len(changed)
    count.shown += changed
    return count


def npm() -> Path | None:
    """The folder of npm's own code: JavaScript that is there wherever npm is."""
    program = shutil.which("npm")
    return Path(program).resolve().parents[1] / "lib" if program else None


def show(
    title: str, count: Count, lines: int, foreign: Counter[str] | None = None, aside: Counter[str] | None = None
) -> None:
    """Print the table."""
    print(f"\n{title}", flush=True)
    keys = ["files", "functions", "types", "documented functions", "documented types", "declined", "refused by a check"]
    for key in [*keys, "code changes", "second-run changes", "empty phrases"]:
        print(f"  {key:<24}{count[key]:>8}")
    times = sorted(count.times) or [0.0]
    for name, at in (("p50", len(times) // 2), ("p95", int(len(times) * 0.95))):
        print(f"  {f'ms CPU a definition, {name}':<24}{times[at] * 1e3:>8.2f}")
    for reason, seen in count.reasons.most_common(12):
        print(f"    {seen:>6}  {reason}")
    for label, counter in (("findings", foreign), ("set aside", aside)):
        if counter is not None:
            print(f"  {label:<24}{counter.total():>8}")
            for code, seen in counter.most_common(12):
                print(f"    {seen:>6}  {code}")
    for line in count.shown[:lines]:
        print(f"    {line}")


def main() -> int:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--functions", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--apart", action="store_true", help="the half of the files that is looked at last")
    parser.add_argument("--only", nargs="*", default=[], help="style:lang")
    parser.add_argument("--java", type=Path)
    parser.add_argument("--script", type=Path)
    parser.add_argument("--lines", type=int, default=10, help="show so many empty phrases and findings")
    parser.add_argument("--out", type=Path, help="keep the documented files here")
    asked = parser.parse_args()
    totals, figures = Counter[str](), list[Figure]()
    everything = [
        f"{style}:{lang}" for style in ("google", "numpy", "rest", "javadoc", "jsdoc") for lang in ("en", "zh")
    ]
    with tempfile.TemporaryDirectory() as scratch:
        for combination in asked.only or everything:
            style, lang = combination.split(":")
            folder = (asked.out or Path(scratch)) / re.sub(r"\W", "_", combination)
            folder.mkdir(parents=True, exist_ok=True)
            options = CommentOptions(style, lang)  # type: ignore[arg-type]
            foreign = aside = None
            if style in {"javadoc", "jsdoc"}:
                root = asked.java if style == "javadoc" else asked.script or npm()
                if root is None:
                    print(f"left out: {combination} (no folder)", file=sys.stderr)
                    continue
                count = asyncio.run(braces(root, options, folder, (".java",) if style == "javadoc" else SCRIPTS))
                if style == "javadoc":
                    foreign, aside = doclint(folder)
                    totals["doclint_findings"] += foreign.total()
            else:
                paths = python_files(asked.seed, apart=asked.apart)
                count = asyncio.run(python(paths, asked.functions, options, folder))
                foreign, aside, lines = pydoclint(style, folder)
                count.shown += lines
                totals["pydoclint_findings"] += foreign.total()
            if not count["functions"]:
                raise SystemExit(f"{combination}: no function was found, so nothing was measured")
            show(combination, count, asked.lines, foreign, aside)
            for key in ("code changes", "second-run changes", "empty phrases", "functions", "documented functions"):
                totals[key.replace(" ", "_").replace("-", "_")] += count[key]
            figures.append(Figure(f"comment.functions_{style}_{lang}", count["functions"], "functions"))
            share = 100 * count["documented functions"] / max(count["functions"], 1)
            figures.append(Figure(f"comment.documented_pct_{style}_{lang}", share, "%"))
    goals = [name for name in GOALS if name in totals]  # of what ran
    figures = [Figure(f"comment.{name}", totals[name], "", "<=", 0) for name in goals] + figures
    return 0 if figures and publish("comments", figures) else 1


if __name__ == "__main__":
    sys.exit(main())
