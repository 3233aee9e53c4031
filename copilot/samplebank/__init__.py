"""The sample: a small fictitious bank in Python and Java, shipped as data for the demo and the tests.

`DEFECTS.md` lists what is wrong in it on purpose. Absent on purpose: any code that imports the sample; it is copied
somewhere and treated like anybody's repository.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("python", "java")
"""The folders of the sample, one a project."""


def copy_to(folder: Path) -> Path:
    """Copy the sample's two projects into `folder` (made when absent), byte for byte; returns `folder`.

    Raises FileExistsError when a file of the sample stands there already: nothing of the user's is overwritten.
    """
    for parts, source in _sources():
        target = folder.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as out:
            out.write(source.read_bytes())
    return folder


def _sources() -> Iterator[tuple[tuple[str, ...], Traversable]]:
    """Every file of the sample with its place, in a fixed order; caches of an interpreter are not part of it."""
    waiting: list[tuple[tuple[str, ...], Traversable]] = [
        ((name,), files(__name__).joinpath(name)) for name in LANGUAGES
    ]
    while waiting:
        parts, item = waiting.pop()
        if not item.is_dir():
            yield parts, item
        elif not parts[-1].startswith((".", "__pycache__")):
            waiting.extend(((*parts, child.name), child) for child in sorted(item.iterdir(), key=lambda one: one.name))
