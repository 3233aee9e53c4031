# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: BLE001, PTH118, S112, S307, UP017

"""Values as source text that evaluates to an equal value, with the imports that the text needs."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import fractions
import importlib
import inspect
import math
import os
import pathlib
import signal
import sys
import types
import uuid
from typing import Any, NamedTuple

MAX_TEXT = 400
FOLDER = os.path.join(
    os.path.realpath(os.environ.get("TMPDIR") or os.path.join(os.sep, "tmp")), f"recorded-{os.getpid()}"
)
"""Where the calls of this process, and of the children it forks, may keep files."""
MACHINE = tuple({p for p in (sys.prefix, sys.base_prefix, FOLDER, str(pathlib.Path.cwd())) if len(p) > len("/usr")})
"""Folders of this machine: a test that pins one would fail on the next."""

MAX_STRING = 70
"""Longer strings cannot be broken by a formatter and do not read well in a test."""


class Expr(NamedTuple):
    """Source text and its imports as (module, name); an empty name means `import module`."""

    text: str
    imports: frozenset[tuple[str, str]] = frozenset()


_CERTAIN = frozenset({type(None), bool, int, str, bytes, float})
"""Types whose own text means the value and nothing else (a float that is none has no text)."""


class Inexpressible(Exception):
    """There is no text for this value."""


def namespace(imports: frozenset[tuple[str, str]]) -> dict[str, Any]:
    """The names of `imports`. Raises ImportError or AttributeError when one is not there."""
    names: dict[str, Any] = {}
    for module, name in imports:
        loaded = importlib.import_module(module)
        if name:
            names[name] = getattr(loaded, name)
        else:
            names[module.split(".")[0]] = importlib.import_module(module.split(".")[0])
    return names


def made(expr: Expr) -> Any:
    """The value of an expression. Raises Inexpressible whatever goes wrong: it may be any code of the project.

    Bounded in CPU time unless a timer runs already; `invoke.Runner` handles the signal.
    """
    idle = signal.getitimer(signal.ITIMER_VIRTUAL)[0] == 0
    if idle:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.3)
    try:
        return eval(expr.text, namespace(expr.imports))
    except BaseException:
        raise Inexpressible from None
    finally:
        if idle:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def express(value: Any, depth: int = 4) -> Expr:
    """The text of a value. Raises Inexpressible; never returns text that evaluates to something else."""
    expr = _text(value, depth)
    if len(expr.text) > MAX_TEXT or "\n" in expr.text or any(place in expr.text for place in MACHINE):
        raise Inexpressible
    if type(value) in _CERTAIN:
        return expr
    try:
        again = eval(expr.text, namespace(expr.imports))
        same = type(again) is type(value) and bool(again == value)
    except Exception:
        raise Inexpressible from None
    if not same:
        raise Inexpressible
    return expr


def reference(value: Any) -> Expr:
    """A class or function by its name. Raises Inexpressible for a local or anonymous one."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str) or "<" in name or module == "__main__":
        raise Inexpressible
    if module == "builtins":
        return Expr(name)
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    if found is not value:
        raise Inexpressible
    return Expr(name, frozenset({(_public(module, name.split(".")[0], value), name.split(".")[0])}))


def _public(module: str, name: str, value: Any) -> str:
    """`_decimal` and `_pydatetime` are where C and Python halves live; people import the public module."""
    for public in (module.lstrip("_"), module.lstrip("_").replace("pydatetime", "datetime")):
        try:
            if getattr(importlib.import_module(public), name, None) is value:
                return public
        except ImportError:
            continue
    return module


def _text(value: Any, depth: int) -> Expr:
    kind = type(value)
    if value is None or kind in (bool, int, bytes, complex):
        return Expr(repr(value))
    if value is Ellipsis or value is NotImplemented:
        raise Inexpressible
    if kind is str:
        longest = 4 * MAX_STRING if "\n" in value else MAX_STRING
        if len(value) > longest or not value.replace("\n", "").isprintable():
            raise Inexpressible
        return Expr(repr(value))
    if kind is float:
        if not math.isfinite(value):
            raise Inexpressible
        return Expr(repr(value))
    if depth <= 0:
        raise Inexpressible
    if isinstance(value, enum.Enum):
        owner = reference(kind)
        if not isinstance(value.name, str) or not value.name.isidentifier():
            raise Inexpressible
        return Expr(f"{owner.text}.{value.name}", owner.imports)
    if kind in (list, tuple, set, frozenset, dict):
        return _container(value, depth)
    if isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType)):
        return reference(value)
    return _object(value, depth)


def _container(value: Any, depth: int) -> Expr:
    if len(value) > 40:
        raise Inexpressible
    if isinstance(value, dict):
        rows = [(_text(k, depth - 1), _text(v, depth - 1)) for k, v in value.items()]
        body = ", ".join(f"{k.text}: {v.text}" for k, v in rows)
        return Expr("{" + body + "}", _merged([e for row in rows for e in row]))
    parts = [_text(item, depth - 1) for item in value]
    if isinstance(value, (set, frozenset)):
        parts.sort(key=lambda e: e.text)
    body = ", ".join(e.text for e in parts)
    if isinstance(value, list):
        text = f"[{body}]"
    elif isinstance(value, tuple):
        text = f"({body},)" if len(parts) == 1 else f"({body})"
    elif isinstance(value, frozenset):
        text = f"frozenset({{{body}}})" if parts else "frozenset()"
    else:
        text = f"{{{body}}}" if parts else "set()"
    return Expr(text, _merged(parts))


def _object(value: Any, depth: int) -> Expr:
    kind = type(value)
    if kind is decimal.Decimal:
        if not value.is_finite():
            raise Inexpressible
        return Expr(f'Decimal("{value}")', frozenset({("decimal", "Decimal")}))
    if kind is fractions.Fraction:
        return Expr(f"Fraction({value.numerator}, {value.denominator})", frozenset({("fractions", "Fraction")}))
    if kind is uuid.UUID:
        return Expr(f'UUID("{value}")', frozenset({("uuid", "UUID")}))
    if isinstance(value, pathlib.PurePath):
        owner = "PurePosixPath" if kind is pathlib.PurePosixPath else "Path"
        return Expr(f'{owner}("{value}")', frozenset({("pathlib", owner)}))
    if kind in _MOMENTS:
        return _moment(value)
    return constructed(value, depth)


_MOMENTS = (dt.date, dt.datetime, dt.time, dt.timedelta)
"""The real ones: a test may have put others in their place."""


def _moment(value: Any) -> Expr:
    if getattr(value, "tzinfo", None) not in (None, dt.timezone.utc):
        raise Inexpressible
    text = repr(value).replace("datetime.", "")
    names = {type(value).__name__} | ({"timezone"} if "timezone.utc" in text else set())
    return Expr(text, frozenset(("datetime", name) for name in names))


def constructed(value: Any, depth: int) -> Expr:
    """An object as a call of its class, when its attributes bear the names of the constructor's parameters."""
    kind = type(value)
    if getattr(kind, "__eq__", None) is object.__eq__ or not kind.__module__ or kind.__module__ == "builtins":
        raise Inexpressible
    owner = reference(kind)
    try:
        parameters = list(inspect.signature(kind).parameters.values())
    except (TypeError, ValueError):
        raise Inexpressible from None
    words: list[str] = []
    imports: list[Expr] = [owner]
    named = False
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        field = _attribute(value, parameter.name)
        if field is None:
            if parameter.default is parameter.empty:
                raise Inexpressible
            named = True
            continue
        current = field[0]
        if parameter.default is not parameter.empty and _equal(current, parameter.default):
            named = True
            continue
        part = _text(current, depth - 1)
        imports.append(part)
        keyword = named or parameter.kind is parameter.KEYWORD_ONLY or len(parameters) > 3
        words.append(
            f"{parameter.name}={part.text}"
            if keyword and parameter.kind is not parameter.POSITIONAL_ONLY
            else part.text
        )
    return Expr(f"{owner.text}({', '.join(words)})", _merged(imports))


def _attribute(value: Any, name: str) -> tuple[Any] | None:
    try:
        return (getattr(value, name),)
    except Exception:
        return None


def _equal(one: Any, other: Any) -> bool:
    try:
        return type(one) is type(other) and bool(one == other)
    except Exception:
        return False


def _merged(parts: list[Expr]) -> frozenset[tuple[str, str]]:
    merged: frozenset[tuple[str, str]] = frozenset()
    for part in parts:
        merged |= part.imports
    return merged


def facets(value: Any, prefix: str, limit: int = 6) -> list[tuple[str, Expr]]:
    """Public attributes and properties of an object of project code as (expression, value), those that have a text.

    For objects that have no text of their own. Properties that raise are left out.
    """
    kind = type(value)
    if kind.__module__ in ("builtins", "typing", "unittest.mock") or isinstance(
        value, (type, types.FunctionType, types.ModuleType)
    ):
        return []
    names = [name for name in getattr(value, "__dict__", {}) if not name.startswith("_")]
    names += [name for name in getattr(kind, "_fields", ()) if isinstance(value, tuple) and not name.startswith("_")]
    for cls in kind.__mro__:
        slots = cls.__dict__.get("__slots__", ())
        names += [slots] if isinstance(slots, str) else [s for s in slots if not s.startswith("_")]
        names += [n for n, v in cls.__dict__.items() if isinstance(v, property) and not n.startswith("_")]
    found: list[tuple[str, Expr]] = []
    for name in dict.fromkeys(names):
        try:
            found.append((f"{prefix}.{name}", express(getattr(value, name), 4)))
        except Exception:
            continue
        if len(found) == limit:
            break
    return found
