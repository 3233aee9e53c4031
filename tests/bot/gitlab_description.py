"""The bodies that GitLab's interface takes where the bot writes, as a description that a mock server reads.

Written here from what GitLab declares for `POST` and `PUT` of a merge request's discussions and notes (its REST description,
version 19, and the documentation of the Discussions and Notes APIs); the whole file is 4 MB and in no package. Stricter than
theirs: a name that is not declared is refused. GITLAB_OPENAPI names the whole file, as JSON, to be used in its place.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

TEXT, NUMBER, YES = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
_ROOT = "/projects/{id}/merge_requests/{noteable_id}"


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **(optional or {})},
        "additionalProperties": False,
    }


_END = _object({}, {"line_code": TEXT, "type": {**TEXT, "nullable": True}, "old_line": NUMBER, "new_line": NUMBER})
_POSITION = _object(
    {
        "base_sha": TEXT,
        "start_sha": TEXT,
        "head_sha": TEXT,
        "position_type": {"type": "string", "enum": ["text", "image", "file"]},
    },
    {
        "new_path": TEXT,
        "new_line": NUMBER,
        "old_path": TEXT,
        "old_line": NUMBER,
        "line_range": _object({}, {"start": _END, "end": _END}),
    },
)
_BODIES = {
    ("post", f"{_ROOT}/discussions"): _object({"body": TEXT}, {"created_at": TEXT, "position": _POSITION}),
    ("put", f"{_ROOT}/discussions/{{discussion_id}}"): _object({"resolved": YES}),
    ("post", f"{_ROOT}/notes"): _object({"body": TEXT}, {"created_at": TEXT, "internal": YES}),
    ("put", f"{_ROOT}/notes/{{note_id}}"): _object({"body": TEXT}),
}
_NAMES = {"id": TEXT, "noteable_id": NUMBER, "discussion_id": TEXT, "note_id": NUMBER}


def told() -> dict[str, Any]:
    """An OpenAPI 3 description."""
    whole = os.environ.get("GITLAB_OPENAPI")
    if whole:
        found: dict[str, Any] = json.loads(Path(whole).read_text())
        return {**found, "paths": {name.removeprefix("/api/v4"): rows for name, rows in found["paths"].items()}}
    paths: dict[str, dict[str, Any]] = {}
    for (method, path), body in _BODIES.items():
        names = [name for name in _NAMES if f"{{{name}}}" in path]
        paths.setdefault(path, {})[method] = {
            "parameters": [{"name": name, "in": "path", "required": True, "schema": _NAMES[name]} for name in names],
            "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
            "responses": {
                "200": {"description": "done", "content": {"application/json": {"schema": {"type": "object"}}}}
            },
        }
    return {"openapi": "3.0.0", "info": {"title": "GitLab", "version": "19"}, "paths": paths}
