"""What the review of candidates costs and finds: rules on real code, the checks of one candidate, bandit beside it.

    python tests/bench/guard_output.py [--bandit PYTHON] [--most FILES] [--json]

CPU of the calling thread. `--bandit`: an interpreter that has bandit (made for this, never a dependency): both judge the
Python files of `tests/golden/rules`, where a line marked `flag` is wanted and no other is. Those files are ours, written
with the rules: the figures say that both read the same places, not how either does on code it has not seen.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sysconfig
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from report import Figure, publish

from copilot import rules
from copilot.config import Settings
from copilot.context.index import Index
from copilot.syntax import tree
from copilot.types import Edit, Project, Span, document
from copilot.verify import licensed, output, winnowing

ROOT = Path(__file__).parents[2]
MARKED = ROOT / "tests" / "golden" / "rules" / "python"
LINES = (150, 250)
"""Lines of a file of about 200."""


def files(most: int) -> list[Path]:
    """Files of installed packages and the interpreter's library, every so many."""
    places = dict.fromkeys(sysconfig.get_paths()[name] for name in ("purelib", "stdlib"))
    found = [
        path
        for place in places
        for path in sorted(Path(place).rglob("*.py"))
        if "test" not in path.as_posix().removeprefix(place) and path.stat().st_size < 200_000
    ]
    return found[:: max(1, len(found) // most)][:most]


def on_real_code(most: int) -> tuple[list[float], Counter[str], int]:
    """CPU ms of files of about 200 lines (parsed already), findings by rule and confidence, and lines in all."""
    cost: list[float] = []
    counts: Counter[str] = Counter()
    lines = 0
    for path in files(most):
        doc = document(path, "python", path.read_bytes())
        tree.of(doc)
        began = time.thread_time()
        found = rules.hits(doc)
        spent = (time.thread_time() - began) * 1000
        rows = doc.text.count(b"\n")
        lines += rows
        if LINES[0] <= rows <= LINES[1]:
            cost.append(spent)
        counts.update(f"{hit.rule.name} {hit.confidence}" for hit in found)
    return sorted(cost), counts, lines


def candidates(most: int) -> Iterator[float]:
    """CPU ms of both checks for one line that is typed into a real file, by the line's turn at being proposed."""
    settings, index = Settings(), Index()
    for path in files(most):
        data = path.read_bytes()
        rows = data.splitlines(keepends=True)
        if not LINES[0] <= len(rows) <= LINES[1]:
            continue
        for n in range(20, len(rows), 40):
            start = sum(map(len, rows[:n]))
            line = rows[n].decode("utf-8", "replace").rstrip("\r\n")
            doc = document(path, "python", data[:start] + data[start + len(rows[n]) - 1 :])
            tree.of(doc)
            began = time.thread_time()
            output.checks(doc, (Edit(path, Span(start, start), line),), index, Project(path.parent), settings)
            yield (time.thread_time() - began) * 1000


def look_ups(most: int) -> tuple[float, list[float], float]:
    """MB a second of building an index of real files; CPU ms of looking up 60 lines of them; share that was found."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "others"
        folder.mkdir()
        size = 0
        texts = []
        for n, path in enumerate(files(most)):
            data = path.read_bytes()
            (folder / f"f{n}.py").write_bytes(data)
            size += len(data)
            rows = data.split(b"\n")
            if len(rows) > 150:
                texts.append(b"\n".join(rows[60:120]))
        began = time.thread_time()
        licensed.build([folder], Path(name) / "index")
        spent = time.thread_time() - began
        index = licensed.opened(Path(name) / "index")
        cost, found, long = [], 0, 0
        for text in texts:
            began = time.thread_time()
            matches = index.matches(text, "python")
            cost.append((time.thread_time() - began) * 1000)
            if winnowing.read(text, "python").lexemes >= 2 * licensed.LEAST:
                long += 1
                found += bool(matches)
    return size / 1e6 / spent, sorted(cost), 100 * found / max(1, long)


def at(values: list[float], part: float) -> float:
    """A percentile of sorted values."""
    return values[min(len(values) - 1, int(len(values) * part))] if values else 0.0


def score(found: set[tuple[str, int]]) -> tuple[float, float]:
    """Line recall and precision against the marks, in per cent."""
    wanted = {
        (path.name, n)
        for path in MARKED.glob("*.py")
        for n, row in enumerate(path.read_text("utf-8").split("\n"), 1)
        if "# flag" in row
    }
    right = len(found & wanted)
    return 100 * right / len(wanted), 100 * right / max(1, len(found))


def ours() -> set[tuple[str, int]]:
    """Lines that our rules of warning and above find."""
    found = set()
    for path in MARKED.glob("*.py"):
        doc = document(path, "python", path.read_bytes())
        own = f"security.python.{path.stem}"
        for one in rules.findings(doc):
            if one.severity.value != "information" or one.rule == own:
                found.add((path.name, doc.text.count(b"\n", 0, one.span.start) + 1))
    return found


def bandits(python: str) -> set[tuple[str, int]]:
    """Lines that bandit finds, its notes about imports aside."""
    done = subprocess.run(
        [python, "-m", "bandit", "-q", "-r", str(MARKED), "-f", "json"], capture_output=True, text=True, check=False
    )
    rows = json.loads(done.stdout)["results"]
    return {(Path(row["filename"]).name, row["line_number"]) for row in rows if not row["test_id"].startswith("B4")}


def figures(most: int = 1500, bandit: str = "") -> list[Figure]:
    """The figures of this part of content review."""
    cost, counts, lines = on_real_code(most)
    typed = sorted(candidates(most))
    recall, precision = score(ours())
    theirs = [round(value, 1) for value in score(bandits(bandit))] if bandit else [None, None]
    looked = look_ups(most)
    sure = sum(n for name, n in counts.items() if name.endswith(" high"))
    return [
        Figure("rules.cpu_p50_ms", round(at(cost, 0.5), 2), "ms a 200-line file"),
        Figure("rules.cpu_p95_ms", round(at(cost, 0.95), 2), "ms a 200-line file", "<=", 25),
        Figure("rules.candidate_p50_ms", round(at(typed, 0.5), 3), "ms a typed line"),
        Figure("rules.candidate_p95_ms", round(at(typed, 0.95), 3), "ms a typed line", "<=", 5),
        Figure("licences.build_mb_per_s", round(looked[0], 2), "MB of source a second of CPU"),
        Figure("licences.look_up_p95_ms", round(at(looked[1], 0.95), 2), "ms a 60-line text", "<=", 5),
        Figure("licences.found_pct", round(looked[2], 1), "% of 60-line excerpts told", ">=", 95),
        Figure(
            "rules.high_per_10000_lines", round(sure * 10_000 / max(1, lines), 2), "high findings in published code"
        ),
        Figure("rules.line_recall_pct", round(recall, 1), "% of marked lines (own)", peer=theirs[0]),
        Figure("rules.line_precision_pct", round(precision, 1), "% of findings (own)", peer=theirs[1]),
    ]


def main() -> None:
    """Print the figures, and the counts a rule."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bandit", default="")
    parser.add_argument("--most", type=int, default=1500)
    options = parser.parse_args()
    _, counts, lines = on_real_code(options.most)
    publish("guard_output", figures(options.most, options.bandit), counts=dict(sorted(counts.items())), lines=lines)
    for name, count in sorted(counts.items()):
        print(f"{count:6} {name}")


if __name__ == "__main__":
    main()
