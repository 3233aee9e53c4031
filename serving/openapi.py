"""The OpenAPI document: FastAPI's for the control plane, the data path's two raw routes from the table of fields.

And a page to read it offline (`server.docs`): plain HTML, no script, nothing loaded from elsewhere.
"""

from __future__ import annotations

import html
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from serving import fields
from serving.config import TASKS
from serving.routes.shapes import OpenAIError, Problem

Json = dict[str, Any]

_TEXT: Final[Json] = {"type": "string"}
_FLAG: Final[Json] = {"type": "boolean"}


def _whole(least: int, most: int) -> Json:
    return {"type": "integer", "minimum": least, "maximum": most}


def _number(least: float, most: float) -> Json:
    return {"type": "number", "minimum": least, "maximum": most}


_SNIPPETS: Final[Json] = {
    "type": "array",
    "maxItems": fields.MOST_SNIPPETS,
    "description": "Text from elsewhere in the repository, nearest first.",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["text"],
        "properties": {"path": {"type": "string", "maxLength": 1024}, "text": _TEXT},
    },
}

SHAPES: Final[dict[str, Json]] = {
    "model": {"type": "string", "maxLength": 256},
    "prompt": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1, "maxItems": fields.MOST_PROMPTS}]},
    "suffix": _TEXT,
    "messages": {
        "type": "array",
        "minItems": 1,
        "maxItems": fields.MOST_MESSAGES,
        "items": {
            "type": "object",
            "required": ["role", "content"],
            "properties": {"role": {"enum": ["system", "user", "assistant"]}, "content": _TEXT},
        },
    },
    "max_tokens": _whole(1, 1_000_000),
    "n": _whole(1, fields.MOST_CHOICES),
    "stream": _FLAG,
    "stream_options": {
        "type": "object",
        "additionalProperties": False,
        "properties": {"include_usage": _FLAG, "include_obfuscation": _FLAG},
    },
    "stop": {
        "anyOf": [
            {"type": "string", "minLength": 1, "maxLength": 256},
            {
                "type": "array",
                "items": {"type": "string", "minLength": 1, "maxLength": 256},
                "maxItems": fields.MOST_STOPS,
            },
        ]
    },
    "temperature": _number(0, 2),
    "top_p": _number(0.000001, 1),
    "top_k": _whole(-1, 1000),
    "min_p": _number(0, 1),
    "seed": _whole(-(2**53), 2**53),
    "presence_penalty": _number(-2, 2),
    "frequency_penalty": _number(-2, 2),
    "repetition_penalty": _number(0.01, 2),
    "priority": _whole(0, 1000),
    "copilot": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "task": {"enum": sorted(TASKS)},
            "language": {"type": "string", "pattern": r"^[A-Za-z0-9+#._-]{0,32}$"},
            "path": {"type": "string", "maxLength": 1024},
            "snippets": _SNIPPETS,
        },
    },
}
"""The shapes of the fields that most clients send; the table of fields says what is done with each."""

_CHOICE: Final[Json] = {
    "type": "object",
    "required": ["index", "finish_reason"],
    "properties": {"index": {"type": "integer"}, "finish_reason": {"type": ["string", "null"]}},
}
_USAGE: Final[Json] = {
    "type": "object",
    "required": ["prompt_tokens", "completion_tokens", "total_tokens"],
    "properties": {name: {"type": "integer"} for name in ("prompt_tokens", "completion_tokens", "total_tokens")},
}

STATUSES: Final[dict[int, str]] = {
    400: "Invalid JSON, an unknown or refused field, a wrong value; `param` names it.",
    401: "No, an unknown, an expired or a revoked key.",
    403: "Content review denies the text, or a template version is not the team's.",
    404: "No such model for the caller's team.",
    405: "Only POST.",
    408: "The body took too long to arrive.",
    413: "The body is too large.",
    429: "Over the limit of the key or the team; see Retry-After.",
    500: "Internal error.",
    502: "The model's engine gave no usable answer.",
    503: "Draining, the queue is full, or the audit journal cannot be written; see Retry-After.",
    504: "The model's engine was too slow.",
}


def document(app: FastAPI) -> Json:
    """The whole document."""
    made: Json = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes, openapi_version="3.1.0"
    )
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for shape in (Problem, OpenAIError):
        told = shape.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(told.pop("$defs", {}))
        schemas[shape.__name__] = told
    for name in ("HTTPValidationError", "ValidationError"):  # ours are problem+json and OpenAI's
        schemas.pop(name, None)
    for path, operations in made["paths"].items():
        for operation in operations.values():
            _own_errors(path, operation)
    made["paths"]["/v1/completions"] = {"post": _generation("completions", fields.COMPLETIONS, ["prompt"])}
    made["paths"]["/v1/chat/completions"] = {"post": _generation("chat", fields.CHAT, ["messages"])}
    for name in ("completions", "chat"):
        schemas[f"{name.title()}Answer"] = _answer(name)
    return made


def _own_errors(path: str, operation: Json) -> None:
    """FastAPI documents its own 422; where parameters or a body are read, ours looks otherwise."""
    own = "OpenAIError" if path.startswith("/v1/") else "Problem"
    kind = "application/json" if path.startswith("/v1/") else "application/problem+json"
    content = {kind: {"schema": {"$ref": f"#/components/schemas/{own}"}}}
    responses = operation["responses"]
    if path.startswith("/v1/") and responses.pop("422", None) is not None:
        responses["400"] = {"description": STATUSES[400], "content": content}
    if "422" in responses:
        responses["422"] = {"description": "A value does not fit; the message names the field.", "content": content}
    if operation.get("security") or "401" in responses:
        responses.setdefault("401", {"description": STATUSES[401], "content": content})


def _generation(name: str, table: dict[str, fields.Rule], required: list[str]) -> Json:
    properties: Json = {}
    for field, rule in table.items():
        if rule.does == "refused":
            continue
        text = ("Ignored. " if rule.does == "ignored" else "") + rule.note
        properties[field] = {**SHAPES.get(field, {}), "description": text} if text else SHAPES.get(field, {})
    refused = ", ".join(f"`{field}`" for field, rule in table.items() if rule.does == "refused")
    answer = {"schema": {"$ref": f"#/components/schemas/{name.title()}Answer"}}
    stream = {"schema": {"type": "string", "description": "Server-sent events, the last one `data: [DONE]`."}}
    errors = {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAIError"}}}
    waits = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
    header = {"in": "header", "required": False}
    return {
        "tags": ["generation"],
        "summary": "Fill in or continue text" if name == "completions" else "Answer a conversation",
        "description": f"OpenAI's interface. Refused with 400: {refused}. Any field that is not listed is refused too.",
        "operationId": name,
        "security": [{"key": []}],
        "parameters": [
            {**header, "name": "X-Copilot-Task", "schema": {"enum": sorted(TASKS)}},
            {
                **header,
                "name": "X-Copilot-Prompt",
                "schema": {"type": "string", "pattern": r"^[a-z0-9.-]{1,60}@[0-9.]{1,20}(#[0-9a-f]{12})?$"},
            },
            {
                **header,
                "name": "X-Copilot-Classification",
                "schema": {"type": "string", "pattern": "^[A-Za-z0-9-]{1,32}$"},
            },
            {
                **header,
                "name": "traceparent",
                "schema": {"type": "string", "pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$"},
            },
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": required,
                        "additionalProperties": False,
                        "properties": properties,
                    }
                }
            },
        },
        "responses": {
            "200": {"description": "The answer.", "content": {"application/json": answer, "text/event-stream": stream}},
            **{
                str(code): {"description": text, "content": errors} | ({"headers": waits} if code in {429, 503} else {})
                for code, text in STATUSES.items()
            },
        },
    }


def _answer(name: str) -> Json:
    said: Json = {"text": _TEXT} if name == "completions" else {"message": {"type": "object"}}
    choice = {**_CHOICE, "required": [*_CHOICE["required"], *said], "properties": {**_CHOICE["properties"], **said}}
    return {
        "type": "object",
        "required": ["id", "object", "model", "choices"],
        "properties": {
            "id": _TEXT,
            "object": {"const": "text_completion" if name == "completions" else "chat.completion"},
            "created": {"type": "integer"},
            "model": _TEXT,
            "choices": {"type": "array", "items": choice},
            "usage": {"anyOf": [_USAGE, {"type": "null"}]},
        },
    }


def page(told: Json) -> str:
    """The document as one HTML page."""
    rows = []
    for path, operations in sorted(told["paths"].items()):
        for method, operation in operations.items():
            codes = ", ".join(operation["responses"])
            text = operation.get("description") or operation.get("summary", "")
            rows.append(
                f"<tr><td><code>{method.upper()}</code></td><td><code>{html.escape(path)}</code></td>"
                f"<td>{html.escape(text)}</td><td>{codes}</td></tr>"
            )
    title = html.escape(told["info"]["title"])
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><h1>{title}</h1>"
        "<p>The full document, with all schemas: <a href=/openapi.json>/openapi.json</a>.</p>"
        f"<table><tr><th>Method<th>Path<th>What<th>Answers</tr>{''.join(rows)}</table></html>"
    )
