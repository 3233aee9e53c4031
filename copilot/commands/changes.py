"""Proven edits of one call, collected file by file: shown as one unified diff, written only on request."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from copilot import edits, files
from copilot.commands import session
from copilot.errors import UnreadableFile
from copilot.messages import say
from copilot.syntax.languages import language_of
from copilot.types import Declined, Document, Suggestion
from copilot.usage import written as writing
from copilot.verify import evidence
from copilot.workspace import Workspace


class Changes:
    """The files of a call before and after the suggestions applied so far."""

    def __init__(self, document: Document) -> None:
        self._before: dict[Path, Document] = {document.path: document}
        self._after: dict[Path, Document] = {document.path: document}
        self._newline = document.newline
        self.language = document.language

    def apply(self, suggestion: Suggestion) -> None:
        """Add a suggestion; its spans refer to the documents as they are after the earlier ones."""
        for path in dict.fromkeys(edit.path for edit in suggestion.edits):
            if path not in self._after:
                self._before[path] = self._after[path] = self._opened(path)
            self._after[path] = edits.apply(self._after[path], suggestion.edits)

    def replace(self, document: Document) -> None:
        """Take `document` as the present state of its file."""
        self._after[document.path] = document

    def document(self, path: Path) -> Document:
        """The file as it is now."""
        return self._after[path]

    def diff(self, root: Path) -> str:
        """Unified diff of all files, with paths relative to `root`, as `git apply` and `patch -p1` take it."""
        return "".join(_diff(self._before[path], after, root) for path, after in self._after.items())

    def write(self) -> list[Path]:
        """Write what changed; returns the paths written.

        Raises UnreadableFile, before anything is written, when somebody has changed a file since it was read.
        """
        changed = [doc for path, doc in self._after.items() if doc.text != self._before[path].text]
        for doc in changed:
            before = self._before[doc.path]
            there = files.content(doc.path) if doc.path.exists() else b""
            if there != before.text.decode().encode(before.encoding):
                raise UnreadableFile(say("{name} has changed meanwhile; nothing was written.", name=doc.path.name))
        for doc in changed:
            files.write(doc)
        return [doc.path for doc in changed]

    def _opened(self, path: Path) -> Document:
        if path.exists():
            return files.read(path, language_of(path))
        return Document(path, language_of(path), (b"",), newline=self._newline)


def present(
    changes: Changes,
    suggestions: Sequence[Suggestion],
    declines: Sequence[Declined],
    options: argparse.Namespace,
    workspace: Workspace,
) -> int:
    """Print the diff (or JSON), write when asked; 0 when something was offered, else 1."""
    if not suggestions and not declines:
        declines = [Declined(say("nothing to offer"))]
    text = changes.diff(workspace.project.root)
    written = [str(path) for path in changes.write()] if options.write and suggestions else []
    if written:
        writing.count(suggestions, options.verb, changes.language, workspace.settings)
    if options.json:
        session.print_json(
            {
                "suggestions": [session.suggestion(s) for s in suggestions],
                "declined": [session.declined(d) for d in declines],
                "diff": text,
                "written": written,
            }
        )
    else:
        sys.stdout.write(text)
        for suggestion in suggestions:
            session.warn(f"{suggestion.title} [{suggestion.origin}] {evidence.told(suggestion)}")
            for note in evidence.notes(suggestion):
                session.warn(f"  {note}")
        for answer in declines:
            session.warn(evidence.why(answer))
        for name in written:
            session.warn(say("wrote {name}", name=name))
    return 0 if suggestions else 1


def present_one(
    answer: Suggestion | Declined, document: Document, options: argparse.Namespace, workspace: Workspace
) -> int:
    """`present` for a single answer about `document`."""
    changes = Changes(document)
    if isinstance(answer, Declined):
        return present(changes, [], [answer], options, workspace)
    changes.apply(answer)
    return present(changes, [answer], [], options, workspace)


def _diff(before: Document, after: Document, root: Path) -> str:
    path = before.path.relative_to(root).as_posix() if before.path.is_relative_to(root) else before.path.name
    old, new = _rows(before.text.decode()), _rows(after.text.decode())
    return "".join(difflib.unified_diff(old, new, f"a/{path}" if old else "/dev/null", f"b/{path}"))


def _rows(text: str) -> list[str]:
    rows = [row for row in re.split(r"(?<=\n)", text) if row]
    if rows and not rows[-1].endswith("\n"):
        rows[-1] += "\n\\ No newline at end of file\n"
    return rows
