"""The one place where editor values and core values meet: ranges and spans, edits, diagnostics, uris.

Pure functions of a document (open or on disk) and the negotiated units. Absent on purpose: which edits to send
(`edits.py`) and what the editor is able to show.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path

from copilot.edits import with_newline
from copilot.messages import say
from copilot.types import Document, Edit, Finding, Severity, Span
from lsp.store import Change
from lsp.text import Encoding, text_of

SOURCE: Final = "bank-copilot"
"""`source` of our diagnostics; those of others are facts for correction."""

_SEVERITIES: Final = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFORMATION: types.DiagnosticSeverity.Information,
    Severity.HINT: types.DiagnosticSeverity.Hint,
}
_FROM_SEVERITY: Final = {value: key for key, value in _SEVERITIES.items()}


def path_of(uri: str) -> Path:
    """The path of a file uri. Another scheme (`untitled:`) gives a relative path that exists nowhere."""
    path = to_fs_path(uri)
    if path is not None:
        return Path(os.path.normpath(path))
    parts = urlsplit(uri)
    return Path(f"{parts.scheme}:", *PurePosixPath(unquote(parts.path)).parts[-2:])


def uri_of(path: Path) -> str:
    """The file uri of an absolute path (the store knows the editor's own spelling for open ones)."""
    return str(from_fs_path(str(path)))


def offset(document: Document, position: types.Position, units: Encoding) -> int:
    """Byte offset of a position, clamped as the specification says."""
    return text_of(document).offset(position.line, position.character, units)


def span(document: Document, where: types.Range, units: Encoding) -> Span:
    """Byte span of a range; one whose end comes first is turned around."""
    start, end = offset(document, where.start, units), offset(document, where.end, units)
    return Span(min(start, end), max(start, end))


def position(document: Document, at: int, units: Encoding) -> types.Position:
    """Position of a byte offset."""
    return types.Position(*text_of(document).position(at, units))


def range_of(document: Document, where: Span, units: Encoding) -> types.Range:
    """Range of a byte span."""
    return types.Range(position(document, where.start, units), position(document, where.end, units))


def text_edit(document: Document, edit: Edit, units: Encoding) -> types.TextEdit:
    """An edit of this document, with the document's own line ends."""
    return types.TextEdit(range_of(document, edit.span, units), with_newline(edit.new, document.newline))


def diagnostic(document: Document, finding: Finding, units: Encoding, data: Any = None) -> types.Diagnostic:
    """A finding of this document. `data` comes back with the code action request."""
    return types.Diagnostic(
        range=range_of(document, finding.span, units),
        message=finding.message,
        severity=_SEVERITIES[finding.severity],
        code=finding.rule,
        source=SOURCE,
        data=data,
    )


def finding(document: Document, foreign: types.Diagnostic, units: Encoding) -> Finding:
    """A diagnostic of the editor or another server, as a fact for the engines."""
    rule = str(foreign.code) if foreign.code is not None else foreign.source or ""
    severity = _FROM_SEVERITY[foreign.severity or types.DiagnosticSeverity.Error]
    where, source = span(document, foreign.range, units), foreign.source or say("another tool")
    source = "" if source == SOURCE else source
    return Finding(rule, severity, document.path, where, foreign.message, source=source)


def change(event: types.TextDocumentContentChangeEvent) -> Change:
    """A content change in plain values."""
    if isinstance(event, types.TextDocumentContentChangeWholeDocument):
        return Change(None, (0, 0), event.text)
    start, end = event.range.start, event.range.end
    return Change((start.line, start.character), (end.line, end.character), event.text)
