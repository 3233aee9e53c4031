"""Which names the modules of Python's standard library have, as far as our own interpreter's can tell."""

from __future__ import annotations

import importlib.util
import re
import sys
from functools import lru_cache
from pathlib import Path
from types import ModuleType


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
    try:
        spec = importlib.util.find_spec(module) if "." not in module else None
    except (ImportError, ValueError, AttributeError):
        return None
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        return None
    text = Path(spec.origin).read_bytes()
    if re.search(rb"^\s*from\s+\S+\s+import\s+\*|\bglobals\(\)|__getattr__", text, re.MULTILINE):
        return sys.modules.get(module)  # a name comes from elsewhere: only the loaded module knows
    if spec.submodule_search_locations:
        return (
            b""
            if not spec.origin.endswith("__init__.py")
            else text
            + b" ".join(
                path.stem.encode() for folder in spec.submodule_search_locations for path in Path(folder).iterdir()
            )
        )
    return text
