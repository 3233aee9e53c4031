"""The example configuration, written from the model of the configuration: every key, its description, its default.

`gateway.example.toml` beside this file is its output (a test holds them equal, `UPDATE_DOCS=1` writes it again), and
`bank-copilot serve --example` prints it. What has no default is filled with a value that fits one vLLM on this host.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from copilot.guard.kinds import KINDS
from serving.config import Adapters, Audit, Guard, Limits, Model, Prompts, Server, Store, Task, Upstream, Vllm

FILE: Final = Path(__file__).with_name("gateway.example.toml")

_SECTIONS: Final[tuple[tuple[str, type[BaseModel], str], ...]] = (
    ("server", Server, ""),
    ("store", Store, ""),
    ("audit", Audit, ""),
    ("guard", Guard, f"Kinds: {', '.join(KINDS)}."),
    ("limits", Limits, ""),
    ("adapters", Adapters, ""),
    ("prompts", Prompts, ""),
    ("upstreams.local", Upstream, "One section an engine, under a name of yours."),
    ("models.bank-coder", Model, "One section a model, under the name that clients use."),
)
_FILLED: Final[dict[str, object]] = {
    "upstreams.local.url": "http://127.0.0.1:8000",
    "models.bank-coder.upstream": "local",
    "models.bank-coder.served": "qwen2.5-coder-7b",
    "models.bank-coder.tasks": list(get_args(Task)),
    "vllm.upstream": "local",
    "vllm.model": "models/qwen2.5-coder-7b",
    "vllm.served": ["qwen2.5-coder-7b"],
    "adapters.root": "adapters",
    "prompts.folder": "prompts",
    "prompts.standards": "standards.md",
    "prompts.pins": {"payments": ["generate@1"]},
    "vllm.log": "vllm.log",
}
_HEAD: Final = """\
# The gateway of bank-copilot: `bank-copilot serve --config THIS_FILE` (`--check` says what would run).
# Every key is here. Without a # in front: the default, or an example where there is none. Relative paths start at the
# folder of this file. Keys, teams and adapters are not here but in the store: `bank-copilot keys --help`.
"""


def text() -> str:
    """The whole file."""
    parts = [_HEAD]
    for name, kind, note in _SECTIONS:
        parts.append(section(name, kind, note, _FILLED, commented=False))
    note = "Take the # away to use it."
    parts.append(section("vllm", Vllm, note, _FILLED, commented=True))
    return "\n".join(parts)


def section(name: str, kind: type[BaseModel], note: str, filled: Mapping[str, object], *, commented: bool) -> str:
    """One table with every key. `filled`: values of examples, by table and key."""
    said = " ".join((kind.__doc__ or "").split())
    lines = [*_comment(f"{said} {note}".strip()), f"{'# ' if commented else ''}[{name}]"]
    for key, field in kind.model_fields.items():
        lines += _comment(field.description or "")
        default = field.get_default(call_default_factory=True)
        example = filled.get(f"{name}.{key}")
        absent = default is None or default is PydanticUndefined or (example is not None and not default)
        value = example if absent else default
        # An optional key without a default is shown, and left out of force.
        quiet = commented or (
            absent and not field.is_required() and name.partition(".")[0] not in {"models", "upstreams"}
        )
        lines.append(f"{'# ' if quiet else ''}{key} = {_value(value)}")
    return "\n".join(lines) + "\n"


def _comment(words: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(words, 116, break_on_hyphens=False)]


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case dict():
            return (
                "{ " + ", ".join(f"{json.dumps(k)} = {_value(v)}" for k, v in value.items()) + " }" if value else "{}"
            )
        case list() | tuple():
            return "[" + ", ".join(map(_value, value)) + "]"
        case int() | float():
            return str(value)
        case None:
            return '""'
        case _:
            return json.dumps(str(value))
