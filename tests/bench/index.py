"""Speed of the repository index, with the real worker process: `python tests/bench/index.py [--large]`.

A repository of 500 Python files is put together from the standard library (files of 0.5-60 kB, no tests). Files a
second are counted per CPU second of the worker (one core), its start and the token arrays included. A save is the
CPU time that the worker spends on one saved file; the largest of the files' typical sizes are among those saved.

`--large`: 30 MB of Python files of the packages that `make bench-context` installs, without dependencies; writes
`index_30mb.json`. `rss_mb` is the most that the worker ever held, pages of mapped files included.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

import psutil
from report import Figure, publish

from copilot.config import Index as IndexSettings
from copilot.config import Settings
from copilot.context.worker import IndexWorker

ENVIRONMENT = Path(__file__).parents[2] / "build" / "bench-context" / "venv"
LARGE_BYTES = 30_000_000
FILES = 500
SAVES = 40


def repository(into: Path) -> list[Path]:
    """Copies of 500 standard library files."""
    home = Path(sysconfig.get_paths()["stdlib"])
    chosen = [
        path
        for path in sorted(home.rglob("*.py"))
        if not {"site-packages", "test", "tests"} & set(path.parts) and 500 < path.stat().st_size < 60_000
    ][:FILES]
    made = []
    for path in chosen:
        target = into / path.relative_to(home)
        target.parent.mkdir(parents=True, exist_ok=True)
        made.append(Path(shutil.copy(path, target)))
    return made


def save(worker: IndexWorker, path: Path, number: int) -> tuple[float, float]:
    """(CPU ms of the worker, wall ms until a reader sees it) for one saved file."""
    name = f"saved_{number}"
    path.write_bytes(path.read_bytes() + f"\n\ndef {name}():\n    return {number}\n".encode())
    started = time.perf_counter()
    worker.update(path)
    while not worker.index.definitions(name):
        time.sleep(0.0005)
    wall = (time.perf_counter() - started) * 1000
    while worker.last_save_cpu_ms is None:
        time.sleep(0.0005)
    spent, worker.last_save_cpu_ms = worker.last_save_cpu_ms, None
    return spent, wall


def large(into: Path) -> list[Path]:
    """Copies of installed packages' files, 30 MB in all."""
    (site,) = ENVIRONMENT.glob("lib/python3*/site-packages")
    made: list[Path] = []
    left = LARGE_BYTES
    for path in sorted(site.rglob("*.py")):
        size = path.stat().st_size
        if 60 <= size <= 400_000 and left > 0:
            left -= size
            target = into / path.relative_to(site)
            target.parent.mkdir(parents=True, exist_ok=True)
            made.append(Path(shutil.copy(path, target)))
    return made


def peak_mb(pid: int) -> float:
    """The most memory that a process ever held, in MB."""
    rows = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith("VmHWM")) / 1e3


def large_figures() -> list[Figure]:
    """Build 30 MB once, save some files, measure."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "repo")
        files = large(root)
        settings = Settings(index=IndexSettings(folder=str(Path(folder, "index")), dependencies=False))
        worker = IndexWorker(root, settings)
        started = time.perf_counter()
        worker.start()
        if not worker.wait(600):
            raise TimeoutError(str(worker.index.status()))
        wall = time.perf_counter() - started
        assert worker.pid is not None
        times, memory = psutil.Process(worker.pid).cpu_times(), peak_mb(worker.pid)
        saves = sorted(save(worker, path, n)[0] for n, path in enumerate(files[:: len(files) // SAVES][:SAVES]))
        size = sum(path.stat().st_size for path in worker.folder.rglob("*") if path.is_file())
        worker.close()
    return [
        Figure("index.build_cpu_s", times.user + times.system, "s CPU", "<=", 20),
        Figure("index.build_wall_s", wall, "s"),
        Figure("index.rss_mb", memory, "MB", "<=", 300),
        Figure("index.save_p95_ms", saves[int(len(saves) * 0.95) - 1], "ms CPU", "<=", 20),
        Figure("index.save_p50_ms", statistics.median(saves), "ms CPU"),
        Figure("index.size_mb", size / 1e6, "MB"),
    ]


def figures() -> list[Figure]:
    """Build once, save some files, measure."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "repo")
        files = repository(root)
        size = sum(path.stat().st_size for path in files)
        worker = IndexWorker(root, Settings(index=IndexSettings(folder=str(Path(folder, "index")))))
        started = time.perf_counter()
        worker.start()
        if not worker.wait(300):
            raise TimeoutError(str(worker.index.status()))
        wall = time.perf_counter() - started
        process = psutil.Process(worker.pid)
        times, memory = process.cpu_times(), process.memory_info().rss / 1e6
        spent = times.user + times.system
        picked = files[:: max(len(files) // SAVES, 1)][:SAVES]
        saves = sorted(save(worker, path, number) for number, path in enumerate(picked))
        seen = sorted(row[1] for row in saves)
        worker.close()
    p95 = int(len(saves) * 0.95) - 1
    return [
        Figure("index.files_per_s", len(files) / spent, "files/s", ">=", 100),
        Figure("index.files_per_s_wall", len(files) / wall, "files/s"),
        Figure("index.mb_per_s", size / 1e6 / spent, "MB/s"),
        Figure("index.save_ms", saves[p95][0], "ms CPU", "<=", 30),
        Figure("index.save_ms_p50", statistics.median(row[0] for row in saves), "ms CPU"),
        Figure("index.save_visible_ms_p95", seen[p95], "ms wall"),
        Figure("index.worker_rss_mb", memory, "MB"),
    ]


if __name__ == "__main__":
    if "--large" in sys.argv:
        sys.exit(0 if publish("index_30mb", large_figures()) else 1)
    sys.exit(0 if publish("index", figures()) else 1)
