"""The modules of Python's standard library, read as text: which names they have, as far as our own interpreter's can tell."""

from __future__ import annotations

import os
import re
import sys
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from copilot import files
from copilot.errors import UnreadableFile
from copilot.types import Document
from copilot.types import document as made


def lacks(module: str, name: str, python: Path | None) -> bool:
    """Whether a module of the standard library lacks a name. A project on a newer Python than ours may have it."""
    if not _as_new(python):
        return False
    found = _text(module)
    if isinstance(found, bytes):
        return bool(found) and not re.search(rb"(?<!\w)" + re.escape(name.encode()) + rb"(?!\w)", found)
    return found is not None and not hasattr(found, name)


def _as_new(python: Path | None) -> bool:
    """Whether our Python is at least as new as the project's, as its folder says."""
    if python is None:
        return True
    home = python.absolute().parent.parent
    minors = [int(m[1]) for path in home.glob("lib/python3.*") if (m := re.fullmatch(r"python3\.(\d+)", path.name))]
    return bool(minors) and max(minors) <= sys.version_info.minor


@lru_cache(maxsize=64)
def _text(module: str) -> bytes | ModuleType | None:
    """The source of a module, the module itself where it is built in, None where neither tells everything."""
    if module in sys.builtin_module_names:
        return sys.modules.get(module)
    found = source(module) if "." not in module else None
    if found is None:
        return None
    if re.search(rb"^\s*from\s+\S+\s+import\s+\*|\bglobals\(\)|__getattr__", found.text, re.MULTILINE):
        return sys.modules.get(module)  # a name comes from elsewhere: only the loaded module knows
    inside = found.path.parent.iterdir() if found.path.name == "__init__.py" else ()
    return b" ".join((found.text, *(path.stem.encode() for path in inside)))


@lru_cache(maxsize=64)
def source(module: str) -> Document | None:
    """The source of a module of the standard library, where there is one; nothing is imported for it."""
    if module.partition(".")[0] not in sys.stdlib_module_names:
        return None
    folder = Path(os.__file__).parent
    for path in (folder / f"{module.replace('.', '/')}.py", folder / module.replace(".", "/") / "__init__.py"):
        if path.is_file():
            try:
                return made(path, "python", files.content(path, limit=2_000_000))
            except UnreadableFile:
                return None
    return None
