"""Names that nobody defines: `python tests/bench/names_probe.py [lines a repository]`, the repositories of `context.py`.

Real lines of the packages are judged as if somebody proposed them: each refusal is a false alarm. Then one member or
called name of the line is spelled wrong: each refusal is a catch. A misspelled name that the repository uses elsewhere is
left out.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from context import Subject, subjects
from context_places import SKIP, blanked, index_of
from report import Figure, publish

from copilot.context.index import IndexStatus
from copilot.context.reader import StoredIndex
from copilot.syntax.languages import language_of
from copilot.types import Check, Edit, Project, Span, document
from copilot.verify import existing

CALLED = re.compile(r"([^\W\d]\w*)\.([^\W\d]\w{3,})|(?<![\w.])([^\W\d]\w{3,})(?=\()")


def judged(path: Path, text: str, start: int, old: str, new: str, index: StoredIndex, project: Project) -> Check:
    """The check of a line that is proposed in the place of an empty one."""
    bare = text[:start] + text[start + len(old) :]
    at = len(text[:start].encode())
    doc = document(path, language_of(path), bare)
    return existing.exist(doc, (Edit(path, Span(at, at), new),), index, project)


def lines_of(root: Path, count: int) -> Iterator[tuple[Path, str, int, str, re.Match[str]]]:
    """`(file, text, where the line begins, line, the name in it)` of random lines that use a member or call."""
    chance = random.Random(5)
    files = sorted(p for p in root.rglob("*") if p.suffix in (".py", ".java") and 500 < p.stat().st_size < 100_000)
    made = 0
    while files and made < count:
        path = chance.choice(files)
        text = path.read_text("utf-8", errors="replace")
        plain = blanked(text, language_of(path) or "").split("\n")
        rows = text.split("\n")
        number = chance.randrange(len(rows))
        found = [m for m in CALLED.finditer(plain[number]) if not SKIP.match(rows[number])]
        if found and plain[number].count("(") == plain[number].count(")"):
            made += 1
            yield path, text, sum(len(row) + 1 for row in rows[:number]), rows[number], chance.choice(found)


def probed(subject: Subject, count: int, folder: Path) -> Counter[str]:
    """How the lines of a repository were judged."""
    index = index_of(subject.root, folder, subject.places)
    index.set_status(IndexStatus("ready"))
    project = Project(subject.root)
    seen: Counter[str] = Counter()
    for path, text, start, line, match in lines_of(subject.root, count):
        seen["real"] += 1
        right = judged(path, text, start, line, line, index, project)
        if not right.passed:
            seen["alarm"] += 1
            print(f"  alarm: {path.name}: {line.strip()[:100]}: {right.detail}")
        name = match[2] or match[3]
        wrong = name[:-1] + ("z" if name[-1] != "z" else "x") + "ed"
        if index.select("SELECT 1 FROM words WHERE word=?", (wrong,)):
            continue
        at = match.start(2) if match[2] else match.start(3)
        kind = "member" if match[2] else "call"
        seen[f"wrong {kind}"] += 1
        seen[f"caught {kind}"] += not judged(
            path, text, start, line, line[:at] + wrong + line[at + len(name) :], index, project
        ).passed
    index.close()
    return seen


def main() -> None:
    """Probe every repository and publish."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for subject in subjects(Path(folder)):
            seen = probed(subject, count, Path(folder) / "index" / subject.name)
            print(f"{subject.name}: {dict(seen)}", flush=True)
            total += seen
    publish(
        "names",
        [
            Figure("names.real_lines", total["real"], "lines"),
            Figure("names.false_alarms", total["alarm"] / total["real"], "share", "<=", 0.005),
            Figure("names.caught_members", total["caught member"] / max(total["wrong member"], 1), "share"),
            Figure("names.caught_calls", total["caught call"] / max(total["wrong call"], 1), "share"),
        ],
    )


if __name__ == "__main__":
    main()
