"""A file as the last commit has it: what an unsaved text is compared with. Asked of git at most every ten seconds a file."""

from __future__ import annotations

import time
from collections import OrderedDict
from pathlib import Path
from typing import Final, NamedTuple

from copilot import files, git
from copilot.errors import UnreadableFile
from copilot.types import Document, document

_KEPT_S: Final = 10.0
"""So long the last commit's text of a file is not asked for again."""
_MOST: Final = 64


class Committed(NamedTuple):
    """`before`: the text of the last commit, None where it has none that can be read; the same object while it is the same text.
    `versioned`: a repository holds the file.
    """

    before: Document | None
    versioned: bool


_tops: Final[dict[Path, Path]] = {}
_commits: OrderedDict[Path, tuple[float, Committed]] = OrderedDict()


def committed(doc: Document) -> Committed:
    """What the last commit has of a document; kept for a short while. Blocks: some 10 ms where git is asked."""
    now = time.monotonic()
    known = _commits.get(doc.path)
    if known is None or now - known[0] >= _KEPT_S:
        known = _commits[doc.path] = (now, _again(_asked(doc), known[1] if known is not None else None))
        while len(_commits) > _MOST:
            _commits.popitem(last=False)
    return known[1]


def top(doc: Document) -> Path | None:
    """The work tree that holds a document; None for none. Blocks the first time in a folder: a repository hardly ever moves."""
    folder = doc.path.parent
    if folder not in _tops:
        found = git.root(folder) if folder.is_dir() else None
        if found is None:
            return None
        _tops[folder] = found
    return _tops[folder]


def _again(now: Committed, last: Committed | None) -> Committed:
    """The answer with the document of before where its text is the same: what is known of it need not be found again."""
    if last is None or last.before is None or now.before is None:
        return now
    same = (last.before.text, last.before.language) == (now.before.text, now.before.language)
    return now._replace(before=last.before) if same else now


def _asked(doc: Document) -> Committed:
    if not doc.path.is_absolute() or not doc.path.parent.is_dir():
        return Committed(None, versioned=False)
    data = git.at_head(doc.path)
    if data is None:
        return Committed(None, versioned=git.root(doc.path.parent) is not None)
    if len(data) > files.MAX_BYTES:
        return Committed(None, versioned=False)
    try:
        return Committed(document(doc.path, doc.language, files.decode(data, doc.path.name)[0]), versioned=True)
    except UnreadableFile:
        return Committed(None, versioned=False)
