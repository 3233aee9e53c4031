"""The two proofs every task starts with: the edits apply, and they bring no new syntax fault.

"No new" and not "no": broken code is a normal input, and a proposal is not to blame for faults that were there.
Absent on purpose: running anything, and lint (`copilot/verify/tools.py`).
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterable
from typing import Final

from copilot import edits as texts
from copilot import files
from copilot.errors import CopilotError
from copilot.messages import say
from copilot.syntax import languages, tree
from copilot.types import Check, Document, Edit, document

COMPILE_LIMIT: Final = 256_000
"""Bytes above which CPython is not asked: its parser holds the interpreter lock for the whole file."""

_warnings_lock = threading.Lock()


def applies(doc: Document, edits: Iterable[Edit]) -> Check:
    """Check `applies`: spans lie in the text, do not overlap, cut no character, and something changes.

    Edits of other paths are held against the file on disk; one that does not exist can only be created.
    """
    proposed = tuple(edits)
    try:
        changed = sum(after.text != before.text for before, after in _versions(doc, proposed))
    except CopilotError as error:
        return Check("applies", passed=False, detail=str(error))
    if not changed:
        return Check("applies", passed=False, detail=say("the edit changes nothing"))
    return Check("applies", passed=True, detail=say("edits: {count}", count=len(proposed)))


def no_new_faults(doc: Document, edits: Iterable[Edit], *, compiler: bool = False) -> Check:
    """Check `syntax`: the tree after the edits has no ERROR or MISSING node that was not there before.

    `compiler`: for Python also hold that CPython's parser accepts the text if it accepted it before (nothing is
    executed; a cost of about 1 ms per 100 lines, so not for completion as one types).
    """
    try:
        for before, after in _versions(doc, tuple(edits)):
            if detail := _broken(before, after, tuple(edits), compiler=compiler):
                return Check("syntax", passed=False, detail=detail)
    except CopilotError as error:
        return Check("syntax", passed=False, detail=str(error))
    return Check("syntax", passed=True, detail=say("no new syntax fault"))


def python_error(text: bytes) -> SyntaxError | None:
    """CPython's first complaint about a Python text, None when it parses (or is too big or too deep to say).

    Nothing runs; the code object (which finds a `return` outside a function) is thrown away. Positions are those of
    SyntaxError: line from 1, column in characters from 1. CPython here is our own: it may be older than the text.
    """
    if len(text) > COMPILE_LIMIT:
        return None
    # catch_warnings swaps a global; the lock keeps our own threads from restoring each other's filters. Without it
    # an invalid escape would print a line of the document on stderr.
    with _warnings_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text.decode("utf-8", "replace"), "<text>", "exec", dont_inherit=True)
        except SyntaxError as error:
            return error
        except (ValueError, MemoryError, RecursionError):
            return None
    return None


def _versions(doc: Document, edits: tuple[Edit, ...]) -> list[tuple[Document, Document]]:
    """(before, after) of each file that the edits name."""
    found: list[tuple[Document, Document]] = []
    for path in dict.fromkeys(edit.path for edit in edits):
        if path == doc.path:
            before = doc
        elif path.exists():
            before = files.read(path, languages.language_of(path))
        else:
            before = document(path, languages.language_of(path), b"")
        found.append((before, texts.apply(before, edits)))
    return found


def _broken(before: Document, after: Document, edits: tuple[Edit, ...], *, compiler: bool) -> str:
    """Why `after` is worse than `before`, or an empty string."""
    if before.language is None:
        return ""
    own = tuple(edit for edit in edits if edit.path == before.path)
    fresh = tree.new_faults(before, after, own)
    if fresh:
        line = after.text.count(b"\n", 0, fresh[0].span.start) + 1
        return say("{name}, line {line}", name=after.path.name, line=line)
    if compiler and before.language == "python" and python_error(before.text) is None:
        error = python_error(after.text)
        if error is not None:
            return say("{name}, line {line}", name=after.path.name, line=error.lineno or 1)
    return ""
