"""Which functions and classes of a file a commit changes, and how they could be called before and now.

By the text alone: outlines of both versions, and the lines that git calls changed. What only moved, or changed in its
comments, its docstring or its layout, has not changed. Absent on purpose: git (`copilot/git.py`), running anything.
"""

from __future__ import annotations

import ast
import hashlib
import re
import textwrap
from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from copilot.config import Guard
from copilot.context import provenance
from copilot.guard.detect import detect
from copilot.guard.review import policy
from copilot.messages import say
from copilot.syntax.outline import Outline, Symbol, outline
from copilot.types import Document, Span

_FOREIGN: Final = frozenset(
    {"vendor", "vendored", "_vendor", "third_party", "node_modules", "site-packages", "generated", "migrations"}
)
_SAYS_MADE: Final = re.compile(
    rb"(?im)^\s*(?:(?:#|//|/?\*).*(@generated|auto-?generated|generated (by|from)|do not edit|code generated)"
    rb"|@(?:javax?\.[\w.]*|jakarta\.[\w.]*)?Generated\b)"
)
_HEAD: Final = 1000
"""Bytes at the start of a file in which generators say who they are."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A public function, method or class that the commit changes.

    `old` is the same in `before`, None where it is new. `signature` is how it was and is called, where that differs.
    `uses`: what it uses of this file that changed, when its own text has not. `code` names the version of its text.
    """

    document: Document
    symbol: Symbol
    before: Document | None
    old: Symbol | None
    signature: tuple[str, str] | None
    uses: str
    code: str


@dataclass(frozen=True, slots=True)
class Changed:
    """`subjects`: what changed and can be tested, what was edited itself first. `gone`: calls that there are no more."""

    subjects: tuple[Subject, ...]
    gone: tuple[str, ...]


def unwanted(path: str, text: bytes) -> str:
    """Why a file of the commit gets no tests, empty when it may: not Python, a test, made by a program, foreign."""
    where = PurePosixPath(path)
    if where.suffix != ".py":
        return say("unit tests are generated for Python only so far")
    if provenance.is_test(where):
        return say("{name} is a test file itself", name=where.name)
    return foreign(path, text)


def foreign(path: str, text: bytes) -> str:
    """Why nobody edits a file by hand: it lies among foreign code, or a program made it; empty otherwise."""
    where = PurePosixPath(path)
    if _FOREIGN & set(where.parts[:-1]):
        return say("it lies in a folder of foreign or generated code")
    if provenance.is_made(where) or _SAYS_MADE.search(text[:_HEAD]):
        return say("it was made by a program")
    return ""


def secret(text: str, guard: Guard) -> str:
    """The kind of sensitive text that a file holds and policy does not allow, empty when it holds none."""
    rules = policy(guard)
    return next((one.kind for one in detect(text, (), rules.packs) if rules.decided(one) in {"redact", "deny"}), "")


def changed(document: Document, before: Document | None, lines: Collection[int]) -> Changed:
    """What `lines` (from 1) of the new text, which git calls changed, change against the text `before`."""
    new, old = outline(document), outline(before) if before is not None else Outline(document.language)
    earlier = {symbol.qualified: symbol for symbol in old.symbols}
    starts = _starts(document.text)
    touched: list[Symbol] = []
    names: dict[str, str] = {}
    for symbol in _innermost(new, starts, lines):
        unit = _unit(new, symbol)
        was = earlier.get(unit.qualified)
        if before is not None and was is not None and _meaning(document, unit) == _meaning(before, was):
            continue
        if unit.kind not in _UNITS or unit.name.startswith("_"):
            names[unit.name] = _meaning(document, unit)
        elif unit not in touched:
            touched.append(unit)
    touched = [unit for unit in touched if not any(new.parent(unit) == other for other in touched)]
    users = [*_users(document, new, names, touched)]
    subjects = [_subject(document, new, unit, before, old, earlier, "", "") for unit in touched]
    subjects += [_subject(document, new, unit, before, old, earlier, name, names[name]) for unit, name in users]
    kept = {symbol.qualified for symbol in new.symbols}
    gone = [
        _called(old, symbol)
        for symbol in old.symbols
        if symbol.kind in _UNITS and symbol.qualified not in kept and not symbol.name.startswith("_")
        if _unit(old, symbol) is symbol and (symbol.parent is None or old.symbols[symbol.parent].qualified in kept)
    ]
    return Changed(tuple(subjects), tuple(gone))


_UNITS: Final = frozenset({"function", "method", "class"})
_ROUTINES: Final = frozenset({"function", "method", "constructor"})


def _unit(found: Outline, symbol: Symbol) -> Symbol:
    """What is tested when this symbol changes: a nested function's outer one, the class of a constructor or field."""
    unit = symbol
    above = found.parent(symbol)
    while above is not None:
        if above.kind in _ROUTINES or unit.kind in {"field", "constructor", "constant", "variable"}:
            unit = above
        elif unit.kind == "class":
            unit = above  # a class inside a class
        elif unit.kind == "method" and (above.name.startswith("_") or found.parent(above) is not None):
            unit = above
        above = found.parent(above)
    return unit


def _innermost(found: Outline, starts: list[int], lines: Collection[int]) -> list[Symbol]:
    """The definitions on changed lines, of several around a line the innermost; in document order."""
    at: dict[int, list[Symbol]] = {line: [] for line in lines}
    for symbol in found.symbols:
        for line in _lines(symbol.span, starts) & at.keys():
            at[line].append(symbol)
    hit = {
        found.index(one)
        for around in at.values()
        for one in around
        if len(one.span) == min(len(o.span) for o in around)
    }
    return [found.symbols[number] for number in sorted(hit)]


def _users(
    document: Document, found: Outline, names: dict[str, str], touched: list[Symbol]
) -> Iterator[tuple[Symbol, str]]:
    """Public functions and methods that name a changed constant or private helper of their file, each with that name."""
    for symbol in found.symbols:
        if (
            symbol.kind not in {"function", "method"}
            or symbol.name.startswith("_")
            or _unit(found, symbol) is not symbol
        ):
            continue
        if symbol in touched or found.parent(symbol) in touched:
            continue
        text = _text(document, symbol.span)
        for name in names:
            if re.search(rf"\b{re.escape(name)}\b", text):
                yield symbol, name
                break


def _subject(
    document: Document,
    new: Outline,
    unit: Symbol,
    before: Document | None,
    old: Outline,
    earlier: dict[str, Symbol],
    uses: str,
    more: str,
) -> Subject:
    was = earlier.get(unit.qualified)
    signature = None
    if was is not None:
        called = _called(old, was), _called(new, unit)
        signature = called if called[0] != called[1] else None
    code = hashlib.sha256(f"{_meaning(document, unit)}\n{more}".encode()).hexdigest()[:12]
    return Subject(document, unit, before, was, signature, uses, code)


def _called(found: Outline, symbol: Symbol) -> str:
    """How a function, or a class's constructor, is called: `Account.deposit(amount, *, note="")`."""
    source = symbol
    if symbol.kind == "class":
        inner = found.children(symbol)
        source = next((one for one in inner if one.kind == "constructor"), symbol)
        if source is symbol:
            fields = [one.name for one in inner if one.kind == "field" and one.returns is not None]
            return f"{symbol.qualified}({', '.join(fields)})"
    words: list[str] = []
    starred = False
    for parameter in source.parameters:
        if source.kind in {"method", "constructor"} and parameter.name in {"self", "cls"}:
            continue
        if parameter.kind == "keyword-only" and not starred:
            words.append("*")
        starred = starred or parameter.kind in {"keyword-only", "varargs"}
        star = {"varargs": "*", "kwargs": "**"}.get(parameter.kind, "")
        default = f"={parameter.default}" if parameter.default is not None else ""
        words.append(f"{star}{parameter.name}{default}")
    return f"{symbol.qualified}({', '.join(words)})"


def _meaning(document: Document, symbol: Symbol) -> str:
    """The text of a definition without comments, docstrings and layout; as it stands where it does not parse."""
    text = _text(document, symbol.span)
    row = document.text.rfind(b"\n", 0, symbol.span.start) + 1
    lead = document.text[row : symbol.span.start].decode(errors="replace")
    try:
        tree = ast.parse(textwrap.dedent(lead + text if not lead.strip() else text))
        for node in ast.walk(tree):
            kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
            if isinstance(node, kinds) and ast.get_docstring(node) is not None:
                node.body = node.body[1:]
        return ast.dump(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return re.sub(r"\s+", " ", text)


def _text(document: Document, span: Span) -> str:
    return document.text[span.start : span.end].decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n")


def _starts(text: bytes) -> list[int]:
    return [0, *(found.end() for found in re.finditer(rb"\n", text))]


def _lines(span: Span, starts: list[int]) -> set[int]:

    return set(range(bisect_right(starts, span.start), bisect_right(starts, max(span.start, span.end - 1)) + 1))
