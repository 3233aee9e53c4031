"""What content review costs: CPU of the calling thread per 8 KB and 16 KB of real code, clean and with findings.

    python tests/bench/guard_probe.py [FOLDER …] [--json]

Without folders: the interpreter's own library (Python) and this repository's sample bank (Java, with Chinese comments).
Each chunk is reviewed three times and its best run counts: the machine's noise is not ours.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sysconfig
import time
from pathlib import Path

from copilot.guard import Policy, review

ROOT = Path(__file__).parents[2]
SECRETS = (
    'u = "jdbc:mysql://db/core?user=app&password=Xy7-pq-19"\nCARD = 6222021234567890128\nKEY = "ghp_'
    + "aB3dE6gH9k" * 4
    + '"\n'
)
POLICY = Policy()


def chunks(folders: list[Path], suffix: str, size: int, most: int = 300) -> list[str]:
    text = "".join(
        path.read_text("utf-8", errors="replace")
        for folder in folders
        for path in sorted(folder.rglob(f"*{suffix}"))[:400]
        if "site-packages" not in path.parts and "test" not in path.parts
    )
    found = [text[at : at + size] for at in range(0, len(text) - size + 1, size)]
    return found[:: max(1, len(found) // most)][:most] or [text]


def cost(texts: list[str]) -> list[float]:
    """CPU of each review in microseconds."""
    for text in texts[:20]:
        review((text,), POLICY)
    spent = []
    for text in texts:
        best = float("inf")
        for _ in range(3):
            started = time.thread_time_ns()
            review((text,), POLICY)
            best = min(best, (time.thread_time_ns() - started) / 1000)
        spent.append(best)
    return sorted(spent)


def row(name: str, texts: list[str]) -> dict[str, object]:
    spent = cost(texts)
    hits = sum(len(review((text,), POLICY).verdict.detections) for text in texts)
    return {
        "name": name,
        "texts": len(texts),
        "mean_us": round(statistics.fmean(spent), 1),
        "p50_us": round(spent[len(spent) // 2], 1),
        "p95_us": round(spent[len(spent) * 95 // 100], 1),
        "findings": hits,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    sources = (
        [("given", options.folders, "")]
        if options.folders
        else [
            ("python", [Path(sysconfig.get_paths()["stdlib"])], ".py"),
            ("java", [ROOT / "copilot" / "samplebank"], ".java"),
        ]
    )
    rows = []
    for name, folders, suffix in sources:
        for size in (8192, 16384):
            texts = chunks(folders, suffix, size)
            rows.append(row(f"{name} {size // 1024} KB", texts))
            half = size // 2
            rows.append(
                row(f"{name} {size // 1024} KB with three secrets", [t[:half] + SECRETS + t[half:] for t in texts])
            )
    if options.json:
        print(json.dumps(rows))
        return
    for one in rows:
        print(
            "{name:38} n {texts:4} CPU mean {mean_us:7} p50 {p50_us:7} p95 {p95_us:7} us, findings {findings}".format(
                **one
            )
        )


if __name__ == "__main__":
    main()
