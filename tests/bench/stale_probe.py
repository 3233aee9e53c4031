"""How much of foreign documentation the code contradicts: findings of the rules `doc:…` per 1,000 documented definitions,
and a sample to read by hand. Foreign code is only read.

    python tests/bench/stale_probe.py FOLDER… [--language python] [--sample 50] [--seed 5]
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from pathlib import Path

from report import Figure, publish

from copilot import files
from copilot.errors import UnreadableFile
from copilot.syntax.languages import language_of
from copilot.tasks import comment_stale
from copilot.types import Document
from copilot.verify.docstale import RULES, stale
from copilot.verify.docsubject import Stale, subjects

LARGEST = 400_000
ASIDE = {"tests", "test", "idle_test"}


def documents(folders: list[Path], language: str) -> list[Path]:
    """The files of a language, tests left out, in a fixed order."""
    found = [p for folder in folders for p in folder.rglob("*") if p.is_file() and language_of(p) == language]
    return sorted(p for p in found if not ASIDE & set(p.parts))


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--language", choices=["python", "java"], default="python")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=5)
    asked = parser.parse_args()
    looked, definitions, began = 0, 0, time.process_time()
    found: list[tuple[Document, Stale]] = []
    for path in documents(asked.folders, asked.language):
        try:
            doc = files.read(path, asked.language, limit=LARGEST)
        except UnreadableFile:
            continue
        count = sum(1 for _ in subjects(doc, None))
        looked, definitions = looked + 1, definitions + count
        found += [(doc, one) for one in (stale(doc) if count else ())]
    spent = time.process_time() - began
    counts = Counter(one.rule for _, one in found)
    print(f"{looked} files, {definitions} definitions with sections, {len(found)} findings, {spent:.1f} s of CPU")
    for rule in RULES:
        print(f"  {rule:<24}{counts[rule]:>6}{1000 * counts[rule] / max(definitions, 1):>9.2f} per 1,000")
    random.Random(asked.seed).shuffle(found)
    for doc, one in found[: asked.sample]:
        line = doc.text.count(b"\n", 0, one.span.start) + 1
        print(f"{doc.path}:{line}: {one.symbol.qualified}: {comment_stale.told(one)}")
    per = 1000 * len(found) / max(definitions, 1)
    publish(
        "stale",
        [
            Figure("comment.stale_per_1000", round(per, 2), "findings"),
            Figure("comment.stale_looked", definitions, "definitions"),
        ],
    )


if __name__ == "__main__":
    main()
