"""What the last review of a work tree found, for each document while its text is the one that was reviewed.

A diagnostic that the live ones of an open document tell already is not shown twice. Absent on purpose: who shows them
(`features/diagnostics`), and what is found (`features/reviewing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from lsprotocol import types


class Looked(NamedTuple):
    """A document as it was reviewed: its text (UTF-8), and what was found in it."""

    text: bytes
    found: tuple[types.Diagnostic, ...]


class Reviewed:
    """The documents of the last review by uri, those without a remark left out."""

    def __init__(self) -> None:
        self._held: dict[str, Looked] = {}

    def replaced(self, held: Mapping[str, Looked]) -> set[str]:
        """Keep those of a new review; the uris of which something else is to be shown now."""
        before, self._held = self._held, dict(held)
        return before.keys() | held.keys()

    def forget(self, uri: str) -> bool:
        """Whether there was anything of a document, whose text is another from now on."""
        return self._held.pop(uri, None) is not None

    def holds(self, uri: str) -> bool:
        """Whether there is anything of a document."""
        return uri in self._held

    def beside(self, uri: str, text: bytes | None, live: Iterable[types.Diagnostic] = ()) -> list[types.Diagnostic]:
        """What is shown of a document beside its live diagnostics; nothing where its `text` is another than the one that was
        reviewed (None: nobody knows).
        """
        looked = self._held.get(uri)
        if looked is None or (text is not None and text != looked.text):
            return []
        told = {(one.code, one.range.start.line) for one in live}
        return [one for one in looked.found if (one.code, one.range.start.line) not in told]
