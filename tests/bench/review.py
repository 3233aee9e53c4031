"""The review of changes in figures: positions, guards that were planted and taken away, clean code, large and small changes.

    python tests/bench/review.py [--only positions board story bodies injections removed clean large small]
        [--repository FOLDER …] [--seed 7]

`positions`: rows drawn from real commits (of this repository, and of others that are named); each provider's position is read
back by `positions_read.py`, which knows the providers' documented rules and nothing of our code, and must name the row's text.
`clean`: the standard library and the packages of this environment, every line as if it were new. `large`: 5,000 of their files
with changes drawn at random, committed to a repository and reviewed in a process of its own. `board`, `story`, `bodies`,
`injections`: what the bot does on forges (`review_forges.py`). `make bench-review` runs it. With `--only`, what was measured of
the other parts before stays in `build/bench/review.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import sysconfig
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import review_forges
from positions_read import READERS, told
from removed_planted import PLANTED
from report import FOLDER, Figure, publish

from copilot.review import change, positions
from copilot.review.diff import FileDiff, Row
from copilot.review.looking import Asked
from copilot.review.positions import Commits
from copilot.review.review import review
from copilot.rules import BANK

ROOT = Path(__file__).parents[2]
GIT = [
    "git",
    "-c",
    "user.name=x",
    "-c",
    "user.email=x@example.invalid",
    "-c",
    "commit.gpgsign=false",
    "-c",
    "gc.auto=0",
]
ROWS = 2_500
"""Rows a provider, at least: six readings make 15,000."""
PARTS = ("positions", "board", "story", "bodies", "injections", "removed", "clean", "large", "small")
FILES = 5_000
BUDGET = 32_000 * 4
"""Bytes of a diff that the peer hands to a model at most (its default: 32,000 tokens)."""


def git(top: Path, *command: str) -> bytes:
    return subprocess.run([*GIT, *command], cwd=top, check=True, capture_output=True).stdout


def commits(top: Path) -> list[str]:
    return git(top, "rev-list", "--no-merges", "--max-count=400", "HEAD").decode().split()


def blob(top: Path, commit: str, name: str) -> list[bytes]:
    return git(top, "cat-file", "blob", f"{commit}:{name}").split(b"\n") if name else []


def drawn(top: Path, dice: random.Random, most: int) -> Iterator[tuple[FileDiff, list[Row], Commits]]:
    """Files of random commits with some of their rows."""
    names = commits(top)
    dice.shuffle(names)
    count = 0
    for name in names:
        found = change.between(top, f"{name}^", name)
        if found is None or found.commits is None:
            continue
        for one in found.files():
            if one.rows:
                rows = dice.sample(one.rows, min(12, len(one.rows)))
                count += len(rows)
                yield one, rows, found.commits
        if count >= most:
            return


def placed(tops: list[Path], seed: int) -> list[Figure]:
    """Our positions, read back."""
    dice = random.Random(seed)
    right = Counter[str]()
    count = Counter[str]()
    kinds = Counter[str]()
    for top in tops:
        for one, rows, ends in drawn(top, dice, ROWS // len(tops) + 1):
            old, new = blob(top, ends.base, one.old), blob(top, ends.head, one.new)
            patch = git(
                top,
                "diff",
                "--no-ext-diff",
                "--no-color",
                "--text",
                "-U3",
                "-M40%",
                ends.base,
                ends.head,
                "--",
                *filter(None, {one.old, one.new}),
            )
            for row in rows:
                kinds[row.kind] += 1
                bodies = {
                    "github": positions.github(one, row, row),
                    "gitlab": positions.gitlab(one, row, row, ends),
                    "gitea": positions.gitea(one, row),
                    "gerrit": positions.gerrit(one, row, row),
                    "bitbucket": positions.bitbucket(one, row),
                    "gitlab_range": positions.gitlab(one, one.rows[max(0, row.number - 3)], row, ends),
                }
                for provider, body in bodies.items():
                    count[provider] += 1
                    right[provider] += READERS[provider](body, old, new, patch) == told(row.kind, row.text)
    share = 100 * sum(right.values()) / max(1, sum(count.values()))
    print("positions:", dict(right), "of", dict(count), dict(kinds))
    return [
        Figure("review.positions_right_pct", round(share, 3), "%", ">=", 100),
        Figure("review.positions_rows", sum(count.values()), "rows", ">=", 10_000),
    ]


def sources(most: int, seed: int) -> list[Path]:
    """Python files of the standard library and of the packages of this environment, shuffled."""
    places = [Path(sysconfig.get_paths()["stdlib"]), Path(sysconfig.get_paths()["purelib"])]
    files = sorted(
        {
            path
            for place in places
            for path in place.rglob("*.py")
            if path.is_file() and 200 < path.stat().st_size < 400_000
        }
    )
    random.Random(seed).shuffle(files)
    return files[:most]


def clean(seed: int, most: int = 3_000) -> list[Figure]:
    """Findings on code that is taken as clean, every line as if it were new."""
    files = [
        path for path in sources(most, seed) if "/test" not in path.as_posix() and "/copilot/" not in path.as_posix()
    ]
    top = Path(os.path.commonpath(files))
    found = review(
        change.of_files(top, [path.relative_to(top).as_posix() for path in files]), Asked((BANK,), most=10**9)
    )
    lines = sum(one.lines for one in found.coverage if one.status == "reviewed")
    by = Counter(one.rule for one in found.remarks)
    print("clean:", lines, "lines", by.most_common())
    (ROOT / "build" / "review-clean.txt").write_text(
        "".join(f"{one.rule} {top / one.path}:{one.line} {one.evidence}\n" for one in found.remarks), "utf-8"
    )
    return [
        Figure(
            "review.false_alarms_per_kloc",
            round(1000 * len(found.remarks) / max(1, lines), 3),
            "per 1,000 lines",
            "<=",
            1,
        ),
        Figure("review.clean_lines", lines, "lines"),
    ]


def edited(text: bytes, other: bytes, dice: random.Random) -> bytes:
    """A text with some runs of lines taken out, and some of another text put in."""
    rows, more = text.split(b"\n"), other.split(b"\n")
    for _ in range(dice.randrange(2, 6)):
        at = dice.randrange(len(rows))
        if dice.random() < 0.5:
            del rows[at : at + dice.randrange(1, 6)]
            rows = rows or [b""]
        else:
            start = dice.randrange(len(more))
            rows[at:at] = more[start : start + dice.randrange(1, 9)]
    return b"\n".join(rows)


def repository(top: Path, before: dict[str, bytes], after: dict[str, bytes]) -> None:
    git(top, "init", "-q", "-b", "main")
    for n, tree in enumerate((before, after)):
        for name, text in tree.items():
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            (top / name).write_bytes(text)
        git(top, "add", "-A")
        git(top, "commit", "-qm", f"c{n}")


def measured(top: Path, *more: str) -> tuple[dict[str, object], float, float]:
    """`bank-copilot review` in a process: its JSON, seconds of CPU, MB of memory at most."""
    program = Path(sys.executable).with_name("bank-copilot")
    code = (
        "import json, resource, subprocess, sys; done = subprocess.run(sys.argv[1:], capture_output=True); "
        "u = resource.getrusage(resource.RUSAGE_CHILDREN); "
        "print(json.dumps([done.stdout.decode(), done.returncode, u.ru_utime + u.ru_stime, u.ru_maxrss / 1024, done.stderr.decode()[-800:]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(program), "review", "--format", "json", "--root", str(top), *more],
        check=True,
        capture_output=True,
        cwd=top,
    )
    out, status, cpu, peak, err = json.loads(done.stdout)
    if status not in (0, 1):
        raise RuntimeError(err)
    return json.loads(out), cpu, peak


def large(seed: int) -> list[Figure]:
    """A change of 5,000 files."""
    dice = random.Random(seed)
    files = sources(FILES, seed)
    texts = [path.read_bytes() for path in files]
    while len(texts) < FILES:
        texts.append(dice.choice(texts))
    before = {f"src/{n % 97}/m{n}.py": text for n, text in enumerate(texts)}
    after = {name: edited(text, dice.choice(texts), dice) for name, text in before.items()}
    for name in [name for name, text in after.items() if text == before[name]]:  # what was put in was taken out again
        after[name] = b"pass\n" + before[name]
    with tempfile.TemporaryDirectory(prefix="review-") as folder:
        top = Path(folder)
        repository(top, before, after)
        found, cpu, peak = measured(top, "--base", "HEAD~1")
    print(
        "large:",
        {key: value for key, value in found["coverage"].items() if not key.endswith("_files")},
        len(found["findings"]),
        "findings",
    )
    return [
        Figure("review.large_diff_s", round(cpu, 1), "s CPU", "<=", 25),
        Figure("review.large_diff_rss_mb", round(peak), "MB", "<=", 500),
        Figure("review.large_diff_files", found["coverage"]["files"], "files", ">=", FILES),
    ]


def small(seed: int) -> list[Figure]:
    """A change of 300 lines in eight files, the whole process."""
    dice = random.Random(seed)
    texts = [path.read_bytes() for path in sources(8, seed)]
    before = {f"src/m{n}.py": text for n, text in enumerate(texts)}
    after = {
        name: b"\n".join([*text.split(b"\n")[:60], *dice.choice(texts).split(b"\n")[:38], *text.split(b"\n")[60:]])
        for name, text in before.items()
    }
    with tempfile.TemporaryDirectory(prefix="review-") as folder:
        top = Path(folder)
        repository(top, before, after)
        times = sorted(measured(top, "--base", "HEAD~1")[1] for _ in range(5))
        lines = measured(top, "--base", "HEAD~1")[0]["coverage"]["lines"]
    print("small:", lines, "lines", times)
    return [Figure("review.small_diff_ms", round(1000 * times[2]), "ms CPU", "<=", 1_000)]


def removed(seed: int) -> list[Figure]:
    """Twenty guards taken away in a diff that is ten times what the peer hands to a model."""
    dice = random.Random(seed)
    found = right = 0
    size = 0
    for at in range(0, len(PLANTED), 10):
        texts = [path.read_bytes() for path in sources(1_200, seed + at)]
        before = {f"lib/m{n}.py": text for n, text in enumerate(texts)}
        after = {name: edited(text, dice.choice(texts), dice) for name, text in before.items()}
        lost = PLANTED[at : at + 10]
        before |= {one.name: one.before.encode() for one in lost}
        after |= {one.name: one.after.encode() for one in lost}
        with tempfile.TemporaryDirectory(prefix="review-") as folder:
            top = Path(folder)
            repository(top, before, after)
            size = len(git(top, "diff", "HEAD~1", "HEAD"))
            answer, _, _ = measured(top, "--base", "HEAD~1")
        said = {(row["file"], row["line"], row["side"]) for row in answer["findings"] if row["rule"] == "DEL01"}
        found += sum((one.name, one.line, "old") in said for one in lost)
        told_files = answer["coverage"]["reviewed"] + answer["coverage"]["partly"] + answer["coverage"]["skipped"]
        right += told_files == answer["coverage"]["files"] == sum(before[name] != after[name] for name in before)
        print(
            "removed:",
            size,
            "bytes of diff;",
            len(said),
            "remarks of DEL01, missed:",
            [one.name for one in lost if (one.name, one.line, "old") not in said],
        )
    return [
        Figure("review.removed_guard_found", found, f"of {len(PLANTED)}", ">=", len(PLANTED)),
        Figure("review.removed_guard_coverage_right", right, "of 2", ">=", 2),
        Figure("review.removed_guard_budgets", round(size / BUDGET, 1), "times the peer's budget", ">=", 10),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS)
    parser.add_argument("--repository", type=Path, action="append", default=[])
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    parts = {
        "positions": lambda: placed([ROOT, *options.repository], options.seed),
        "board": lambda: review_forges.rows(options.seed),
        "story": lambda: review_forges.stories(options.seed),
        "bodies": review_forges.bodies,
        "injections": review_forges.injections,
        "removed": lambda: removed(options.seed),
        "clean": lambda: clean(options.seed),
        "large": lambda: large(options.seed),
        "small": lambda: small(options.seed),
    }
    if not options.only:
        (FOLDER / "review.json").unlink(missing_ok=True)
    started = time.process_time()
    good = [measure(name, parts[name]) for name in options.only or parts]
    print(
        f"{time.process_time() - started:.0f} s of CPU here, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB"
    )
    return 0 if all(good) else 1


def measure(name: str, part: Callable[[], list[Figure]]) -> bool:
    """Whether a part reaches its goals. Its figures are written as soon as they are there; one that breaks ends no other."""
    try:
        figures = part()
    except Exception:  # noqa: BLE001 -- the others are worth an hour
        traceback.print_exc()
        print(f"{name}: BROKEN, no figures")
        return False
    return publish("review", figures, part=True)


if __name__ == "__main__":
    sys.exit(main())
