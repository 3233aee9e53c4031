"""The pinned rivals on the same modules: Pynguin's search and Hypothesis' ghostwriter, kept under build/ by content.

Pynguin takes about a minute a module, so a suite is written once and reused while the module, the tool and its options
stay the same; so is the referee's verdict on it, while the referee does. Both get the modules with docstrings.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from judging import HERE, Cost, Verdict, judged
from subjects import BUILD, PYTHON, ROOT, Subject

PYNGUIN = ROOT / "build" / "pynguin" / "bin" / "pynguin"
SEARCH_S = 45
LIMIT_S = 300
SEED = 1


def pynguin(one: Subject, out: Path) -> list[str | Path]:
    """Pynguin's command: one seed, 45 seconds of search, all else as it comes."""
    return [
        PYNGUIN,
        *("--project-path", one.project, "--module-name", one.module, "--output_path", out),
        *("--maximum-search-time", str(SEARCH_S), "--seed", str(SEED), "--no-rich"),
        *("--create-coverage-report", "False", "--report_dir", out / "report"),
    ]


def ghostwriter(one: Subject, out: Path) -> list[str | Path]:
    """The ghostwriter's command; it prints the file."""
    script = '"$1" write "$2" > "$3"'
    return ["bash", "-c", script, "bash", PYTHON.with_name("hypothesis"), one.module, out / "test_written.py"]


PEERS: dict[str, Callable[[Subject, Path], list[str | Path]]] = {"pynguin": pynguin, "ghostwriter": ghostwriter}
VERSIONS = {"pynguin": "0.48.0", "ghostwriter": "6.170.15"}


def suite(peer: str, one: Subject) -> tuple[Path, Cost]:
    """The peer's suite for a module, and what it took when it was written."""
    key = hashlib.sha256(repr((VERSIONS[peer], SEARCH_S, LIMIT_S, SEED, one.digest())).encode()).hexdigest()[:12]
    folder = BUILD / "peers" / peer / f"{one.module}-{key}"
    report = folder / "cost.json"
    if not report.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "suite").mkdir(parents=True)
        environ = {"PYNGUIN_DANGER_AWARE": "1", "PYTHONHASHSEED": str(SEED), "PYTHONPATH": str(one.project)}
        with (folder / "log.txt").open("w") as log:
            subprocess.run(
                [sys.executable, HERE / "meter.py", report, str(LIMIT_S), *PEERS[peer](one, folder / "suite")],
                stdout=log,
                stderr=log,
                check=False,
                cwd=folder,
                env={**os.environ, **environ},
            )
        shutil.rmtree(folder / "suite" / "report", ignore_errors=True)
    return folder, Cost(**json.loads(report.read_text("utf-8")))


def verdict(peer: str, one: Subject, mutants: int) -> Verdict:
    """The referee's verdict on the peer's suite."""
    folder, cost = suite(peer, one)
    key = hashlib.sha256((HERE / "referee.py").read_bytes() + str(mutants).encode()).hexdigest()[:12]
    kept = folder / f"verdict-{key}.json"
    if not kept.is_file():
        kept.write_text(json.dumps(judged(one.project, one.file, folder / "suite", mutants, 0)), "utf-8")
    return Verdict(json.loads(kept.read_text("utf-8")), cost, f"exit {cost.rc}, see {folder.relative_to(ROOT)}/log.txt")


def there(options_without: bool) -> bool:
    """Whether the peers are to run; leaves with a word when they are wanted and absent."""
    if not options_without and not PYNGUIN.is_file():
        raise SystemExit(f"{PYNGUIN.relative_to(ROOT)} is missing: `make bench-tests` makes it (or --without-peers)")
    return not options_without
