"""Pieces of text that tests of every style are made of: patterns of messages, long texts, imports."""

from __future__ import annotations

import ast
import re
import sys
from typing import Final

from copilot.engines.embedded.pytest_names import PRINTED, WRITTEN
from copilot.engines.embedded.records import Imports, Record

_MATCH: Final = 60
COMPARISON: Final = re.compile(r" (==|!=|<=?|>=?|in|not in|is|is not) |^not |\bif\b|\blambda\b")
"""An expression in which this is found needs parentheses before `is`."""


def pattern(record: Record) -> str:
    """The regular expression, as source text, for the message of a record's exception; empty where none would tell."""
    assert record.raised is not None
    message = record.raised[2].split("\n")[0]
    if len(message) > _MATCH:
        message = message[:_MATCH].rsplit(" ", 1)[0]
    if not message.strip() or not message.isprintable():
        return ""
    escaped = re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", message)
    return repr(message) if escaped == message else _raw(escaped)


def _raw(text: str) -> str:
    for quote in ('"', "'"):
        if quote not in text and not text.endswith("\\"):
            return f"r{quote}{text}{quote}"
    return ""


def in_lines(left: str, right: str) -> str:
    """What a call printed or wrote, one line below the other; any other value as it is."""
    if not left.startswith((PRINTED, WRITTEN)):
        return right
    lines = ast.literal_eval(right).splitlines(keepends=True)
    return "(" + "\n".join(map(repr, lines)) + ")" if len(lines) > 1 and len(right) > _MATCH else right


def needed(record: Record) -> Imports:
    """The imports whose names the record's text really has."""
    pairs = record.imports | {pair for each in record.shown for pair in each.imports}
    if record.raised is not None and record.raised[0] != "builtins":
        pairs |= {(record.raised[0], record.raised[1].split(".")[0])}
    if "asyncio." in record.wrap:
        pairs |= {("asyncio", "")}
    texts = [
        *record.helpers,
        *record.world,
        *record.setup,
        record.call,
        record.wrap,
        *(e.left for e in record.shown),
        *(e.right for e in record.shown),
    ]
    texts += [record.raised[1]] if record.raised else []
    words = set(re.findall(r"\w+", " ".join(texts)))
    return frozenset((m, n) for m, n in pairs if (n or m.split(".")[0]) in words)


def imports_text(imports: Imports) -> str:
    """Import lines: standard library, others, each `import x` before `from x import y`."""
    blocks: list[str] = []
    for ours in (True, False):
        own = [(m, n) for m, n in imports if (m.split(".")[0] in sys.stdlib_module_names) is ours]
        lines = [f"import {m}" for m, n in sorted(own) if not n]
        modules = sorted({m for m, n in own if n})
        lines += [f"from {m} import {', '.join(sorted(n for o, n in own if o == m and n))}" for m in modules]
        blocks += ["\n".join(lines)] if lines else []
    return "\n\n".join(blocks)
