"""Count lexeme classes for `copilot/engines/embedded/grams/`: `python tests/bench/fix_grams.py LANGUAGE FOLDER…`.

Only files whose path hashes to an even number are counted, so that `fix_probe.py` measures on the odd half. The output
has classes, never names or text. Python was counted over CPython 3.11's library, Java over Apache commons-lang.
"""

from __future__ import annotations

import sys
import zlib
from collections import Counter
from pathlib import Path

from copilot.engines.embedded.likelihood import ORDER, count
from copilot.syntax.lexemes import lexemes

KEEP = 3
SUFFIX = {"python": ".py", "java": ".java"}


def counted(path: Path) -> bool:
    """True for the half of the files that is counted (the other half is for measuring)."""
    return zlib.crc32(path.name.encode()) % 2 == 0


def main(language: str, folders: list[str]) -> None:
    total: Counter[str] = Counter()
    for folder in folders:
        for path in sorted(Path(folder).rglob(f"*{SUFFIX[language]}")):
            if not counted(path) or "site-packages" in path.parts or "test" in path.parts:
                continue
            marks = [lexeme.mark for lexeme in lexemes(path.read_bytes(), language)]
            total += count([marks])
    rows = [
        f"{run} {times}"
        for run, times in sorted(total.items())
        if not run.endswith(" ") and times >= (KEEP if len(run.split(" ")) > 1 else 1) and len(run.split(" ")) <= ORDER
    ]
    rows = [row for row in rows if row.isascii()]
    target = Path(__file__).parents[2] / "copilot/engines/embedded/grams" / f"{language}.txt"
    target.write_text("\n".join(rows) + "\n", "utf-8")
    print(f"{len(rows)} rows, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
