"""What the editor at the other end can do, read once from its capabilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lsprotocol import types
from pygls.capabilities import get_capability


@dataclass(frozen=True, slots=True)
class Client:
    """Capabilities as plain answers; everything is False for an editor that says nothing."""

    apply_edit: bool = False
    """Takes `workspace/applyEdit`."""
    document_changes: bool = False
    """Takes versioned edits; else only `changes` without versions."""
    create_files: bool = False
    change_annotations: bool = False
    configuration: bool = False
    """Answers `workspace/configuration`."""
    progress: bool = False
    """Takes progress that the server starts."""
    pull_diagnostics: bool = False
    publish_versions: bool = False
    show_document: bool = False
    """Opens a document that the server names."""
    code_action_literals: bool = False
    """Takes code actions; else only commands."""
    resolve_edit: bool = False
    """May ask for the `edit` of a code action later (`codeAction/resolve`), and keeps its `data`."""
    watched_files: bool = False
    """Lets the server register for file changes on disk."""
    status: bool = False
    """Wants `bankCopilot/status` (`experimental.bankCopilotStatus`)."""

    @classmethod
    def of(cls, capabilities: types.ClientCapabilities) -> Client:
        """Read the capabilities of `initialize`."""

        def has(path: str) -> bool:
            return bool(get_capability(capabilities, path, default=False))

        experimental = capabilities.experimental
        operations = get_capability(capabilities, "workspace.workspace_edit.resource_operations", default=None) or ()
        resolvable = (
            get_capability(capabilities, "text_document.code_action.resolve_support.properties", default=None) or ()
        )
        return cls(
            apply_edit=has("workspace.apply_edit"),
            # Neovim 0.12 names the operations and not this, and applies both: an operation only fits in documentChanges.
            document_changes=has("workspace.workspace_edit.document_changes") or bool(operations),
            create_files=types.ResourceOperationKind.Create in operations,
            change_annotations=has("workspace.workspace_edit.change_annotation_support"),
            configuration=has("workspace.configuration"),
            progress=has("window.work_done_progress"),
            pull_diagnostics=has("text_document.diagnostic"),
            publish_versions=has("text_document.publish_diagnostics.version_support"),
            show_document=has("window.show_document.support"),
            code_action_literals=has("text_document.code_action.code_action_literal_support"),
            resolve_edit="edit" in resolvable and has("text_document.code_action.data_support"),
            watched_files=has("workspace.did_change_watched_files.dynamic_registration"),
            status=isinstance(experimental, Mapping) and experimental.get("bankCopilotStatus") is True,
        )
