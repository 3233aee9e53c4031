"""Where the developer has typed lately: the documents that were completed in, the last first. Never on disk."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from copilot.types import Document

DEADLINE_S: Final = 0.15
_OPENED: Final = 20
_EDITED: Final = 3


@dataclass(frozen=True, slots=True)
class Work:
    """What the developer has before them: open documents, the one used last first, and the places edited lately."""

    opened: tuple[Document, ...] = ()
    edits: tuple[tuple[Path, int], ...] = ()
    """`(file, byte offset)`, the latest first, at most one a file."""
    drafts: tuple[str, ...] = ()
    """How the completion engine would end the line, likeliest first, the letters typed included."""
    patience_s: float = DEADLINE_S
    """Wall seconds after which no further source is asked."""


class Recent:
    """A short memory; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._opened: OrderedDict[Path, Document] = OrderedDict()
        self._edits: OrderedDict[Path, int] = OrderedDict()

    def note(self, document: Document, offset: int) -> None:
        """Somebody types in a document, at a byte offset."""
        with self._lock:
            self._opened[document.path] = document
            self._opened.move_to_end(document.path)
            self._edits[document.path] = offset
            self._edits.move_to_end(document.path)
            while len(self._opened) > _OPENED:
                self._opened.popitem(last=False)
            while len(self._edits) > _EDITED:
                self._edits.popitem(last=False)

    def now(self, document: Document) -> Work:
        """What matters for a request about `document`, which itself is left out."""
        with self._lock:
            opened = tuple(doc for path, doc in reversed(self._opened.items()) if path != document.path)
            edits = tuple(row for row in reversed(self._edits.items()) if row[0] != document.path)
        return Work(opened, edits)
