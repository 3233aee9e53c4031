"""Real code in pieces of a prompt's size, for the measures of content review."""

from __future__ import annotations

import sys
import sysconfig
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SUBJECTS = ROOT / "build" / "bench-guard" / "venv"
SUFFIXES = frozenset(
    {".py", ".java", ".js", ".ts", ".sql", ".yaml", ".yml", ".xml", ".json", ".toml", ".cfg", ".ini", ".properties"}
    | {".html", ".md", ".rst", ".sh", ".j2", ".pyi"}
)
_LONGEST_LINE = 4_000
"""A file with a longer line is minified or data: nobody asks about it."""


def folders() -> list[Path]:
    """Where the code lies: the interpreter's library, the bench's subjects, our sample bank."""
    lib = SUBJECTS / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    return [Path(sysconfig.get_paths()["stdlib"]), lib, ROOT / "copilot" / "samplebank"]


@cache
def files() -> tuple[tuple[str, str], ...]:
    """Name and text of every file; not the tests, which hold sensitive values on purpose."""
    found = []
    for folder in folders():
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(folder).parts
            if (
                path.suffix not in SUFFIXES
                or not path.is_file()
                or {"test", "tests", "pip", "idlelib"} & set(parts[:-1])
            ):
                continue
            if folder.name != "site-packages" and "site-packages" in parts:
                continue
            try:
                text = path.read_text("utf-8")
            except UnicodeDecodeError:
                continue
            if max(map(len, text.split("\n")), default=0) < _LONGEST_LINE:
                found.append(("/".join(parts), text))
    return tuple(found)


def pieces(size: int, most: int = 1 << 30) -> list[str]:
    """All the code in pieces of `size` UTF-8 bytes or a little less, at most so many, evenly spread."""
    whole = "\n".join(text for _, text in files()).encode()
    found = [whole[at : at + size].decode("utf-8", "ignore") for at in range(0, len(whole) - size + 1, size)]
    return found[:: max(1, -(-len(found) // most))]
