"""Where the developer has typed lately: the documents that were completed in, the last first. Never on disk."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import Final

from copilot.context.choice import Work
from copilot.types import Document

_OPENED: Final = 20
_EDITED: Final = 3


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
