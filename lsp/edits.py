"""Core edits as a workspace edit: versions, new files, change annotations; and sending one to the editor.

Absent on purpose: which edits (the pipeline's answer) and positions (`convert.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from copilot.errors import UsageError
from copilot.messages import say
from copilot.types import Document, Edit, document
from lsp import convert

if TYPE_CHECKING:
    from lsp.server import Server

_CHANGE: Final = "change"
_NEW_FILE: Final = "new-file"


def workspace_edit(
    server: Server,
    edits: Iterable[Edit],
    label: str,
    *,
    documents: Sequence[Document] = (),
    confirm: bool = False,
    why: str = "",
) -> types.WorkspaceEdit:
    """The edits with the versions they were made for.

    `documents` are the snapshots that the edits' spans refer to; other paths are taken as they are now. A path that
    does not exist is created, and the editor is told to ask first (for every change with `confirm`), and shows `why`. Raises
    UsageError when the editor cannot create files, UnreadableFile for a file on disk that is no text.
    """
    known = {doc.path: doc for doc in documents}
    grouped: dict[Path, list[Edit]] = {}
    for edit in edits:
        grouped.setdefault(edit.path, []).append(edit)
    if not server.client.document_changes:
        return _plain(server, grouped, known)
    annotate, created = server.client.change_annotations, False
    changes: list[types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile] = []
    for path, group in grouped.items():
        doc, uri = known.get(path) or server.document(path), server.uri_of(path)
        kind = _NEW_FILE if doc is None else _CHANGE
        if doc is None:
            created = True
            changes.append(_create(server, uri))
            doc = document(path, None, b"")
        changes.append(
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(uri, doc.version),
                [_annotated(convert.text_edit(doc, edit, server.units), kind if annotate else None) for edit in group],
            )
        )
    annotations = {_CHANGE: types.ChangeAnnotation(label, needs_confirmation=confirm, description=why or None)}
    if created:
        annotations[_NEW_FILE] = types.ChangeAnnotation(label, needs_confirmation=True, description=why or None)
    return types.WorkspaceEdit(document_changes=changes, change_annotations=annotations if annotate else None)


async def apply(
    server: Server,
    edits: Iterable[Edit],
    label: str,
    *,
    documents: Sequence[Document] = (),
    confirm: bool = False,
    why: str = "",
) -> bool:
    """Send the edits to the editor; True when it applied them. Says why when it did not."""
    if not server.client.apply_edit:
        raise UsageError(say("This editor cannot apply a change that it did not ask for."))
    if any(server.is_stale(doc) for doc in documents):
        server.tell(say("The text has changed meanwhile; nothing was applied."), types.MessageType.Warning)
        return False
    edit = workspace_edit(server, edits, label, documents=documents, confirm=confirm, why=why)
    answer = await server.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(edit, label))
    if not answer.applied:
        reason = answer.failure_reason or say("no reason given")
        server.tell(say("The editor did not apply the change: {reason}.", reason=reason), types.MessageType.Warning)
    return bool(answer.applied)


def _plain(server: Server, grouped: dict[Path, list[Edit]], known: dict[Path, Document]) -> types.WorkspaceEdit:
    changes: dict[str, list[types.TextEdit]] = {}
    for path, group in grouped.items():
        doc = known.get(path) or server.document(path)
        if doc is None:
            raise _cannot_create(path)
        changes[server.uri_of(path)] = [convert.text_edit(doc, edit, server.units) for edit in group]
    return types.WorkspaceEdit(changes=changes)


def _create(server: Server, uri: str) -> types.CreateFile:
    if not server.client.create_files:
        raise _cannot_create(convert.path_of(uri))
    options = types.CreateFileOptions(overwrite=False, ignore_if_exists=False)
    return types.CreateFile(uri, options=options, annotation_id=_NEW_FILE if server.client.change_annotations else None)


def _cannot_create(path: Path) -> UsageError:
    return UsageError(say("This editor cannot create {name} for a language server.", name=path.name))


def _annotated(edit: types.TextEdit, annotation: str | None) -> types.TextEdit | types.AnnotatedTextEdit:
    if annotation is None:
        return edit
    return types.AnnotatedTextEdit(annotation, edit.range, edit.new_text)
