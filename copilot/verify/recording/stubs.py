# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""Stand-ins for clients of a database or a web service: a `Mock` that answers what the code goes on to read."""

from __future__ import annotations

import ast
import builtins
import datetime as dt
import decimal
import inspect
import pathlib
import sys
import weakref
from collections.abc import Iterator
from typing import Any

from . import answering
from .code import Code, last
from .express import Expr, Inexpressible, express
from .fakes import Fake
from .place import AENTER, AWAIT, CALL, DATES, ENTER, LIBRARIES, Place
from .standins import Reading
from .targets import Target

_PLAIN = frozenset(
    name
    for kind in (str, bytes, list, dict, set, int, float, decimal.Decimal, dt.datetime, pathlib.Path)
    for name in dir(kind)
)
_DEEPEST = 6
_CALL = frozenset({("unittest.mock", "call")})
_SHOWN = 2


def pool(code: Code, target: Target, parameter: inspect.Parameter, kinds: Any, method: str = "") -> list[Expr]:
    """Stand-ins for a parameter that is a connection, a cursor, a session or another client; none for any other.

    Of a constructor's parameter they answer what all methods ask, or one `method`; what it does not use is a bare one.
    """
    if any(not _is_foreign(kind) for kind in kinds):
        return []
    owner = target.owner.__name__ if target.owner is not None else ""
    name = "__init__" if target.kind == "constructor" else target.name.rsplit(".", 1)[-1]
    reading = _reading(code)
    place = reading.of(owner, name).get(parameter.name)
    if place is None or not _serves(place) or place.called() & reading.methods:
        return []
    place = reading.of(owner, name, method).get(parameter.name, place)
    return list(answering.answers(place, vars(sys.modules.get(target.function.__module__, builtins))))


def _is_foreign(kind: Any) -> bool:
    """Whether a type says nothing, or is that of a client library: of other types there are real objects."""
    module = str(getattr(kind, "__module__", "")).partition(".")[0]
    return kind is object or kind is Any or module in LIBRARIES or bool(getattr(kind, "_is_protocol", False))


_READINGS: weakref.WeakKeyDictionary[Code, Reading] = weakref.WeakKeyDictionary()


def _reading(code: Code) -> Reading:
    if code not in _READINGS:
        _READINGS[code] = Reading(code)
    return _READINGS[code]


def _serves(place: Place) -> bool:
    """True for an object whose answers are asked for, and not only data of a plain type."""
    if {ENTER, AENTER} & set(place.steps):
        return True
    answer = place.steps.get(CALL)
    if answer is not None and (answer.attributes() or AWAIT in answer.steps or ENTER in answer.steps):
        return True
    for name, held in place.attributes():
        answer = held.steps.get(CALL)
        if answer is not None and (
            name not in _PLAIN or name in DATES or answer.attributes() or {AWAIT, ENTER, AENTER} & set(answer.steps)
        ):
            return True
    return False


def clients(code: Code, target: Target) -> dict[str, list[Fake]]:
    """What the target calls of client libraries (`requests.get`, `psycopg2.connect`), with what may stand in its place."""
    reading = _reading(code)
    owner = target.owner.__name__ if target.owner is not None else ""
    name = "__init__" if target.kind == "constructor" else target.name.rsplit(".", 1)[-1]
    module = target.function.__module__
    found: dict[str, list[Fake]] = {}
    for path, place in reading.clients(owner, name).items():
        head, _, rest = path.partition(".")
        where = f"{reading.imported[head]}.{rest}" if rest else f"{module}.{head}"
        if where.startswith("urllib.parse"):
            continue
        variable = path.rsplit(".", 1)[-1].lower()
        stands = answering.answers(place, vars(sys.modules.get(module, builtins)))
        patch = f'monkeypatch.setattr("{where}", {variable})'
        found[where] = [Fake(where, f"{variable} = {expr.text}\n{patch}", expr.imports, variable) for expr in stands]
    return found


def named(text: str, owner: type) -> tuple[list[tuple[str, str]], str]:
    """The stand-ins in a constructor call as variables of their own, so that a test can ask them: (name, text), and the
    call with the names in their places.
    """
    if "Mock(" not in text:
        return [], text
    call: Any = ast.parse(text, mode="eval").body
    names = list(inspect.signature(owner).parameters) if isinstance(call, ast.Call) else []
    found: list[tuple[str, str]] = []
    for at, argument in enumerate(getattr(call, "args", ())):
        if isinstance(argument, ast.Call) and last(argument.func) in ("Mock", "MagicMock") and at < len(names):
            found.append((names[at], ast.unparse(argument)))
            call.args[at] = ast.Name(names[at], ast.Load())
    return found, ast.unparse(call) if found else text


def calls_of(value: Any, subject: str) -> list[tuple[str, Expr]]:
    """What was asked of a stand-in, as rows that a test can assert; nothing for any other object."""
    if type(value).__module__ != "unittest.mock":
        return []
    asked = [(left, call) for left, call in _asked(value, subject, 0) if call is not None]
    telling = [row for row in asked if row[1].args or row[1].kwargs] or asked
    rows: list[tuple[str, Expr]] = []
    for left, call in telling:
        if len(rows) == _SHOWN:
            break
        try:
            parts = [express(one) for one in call.args]
            named = [(key, express(one)) for key, one in call.kwargs.items()]
        except Inexpressible:
            continue
        words = [e.text for e in parts] + [f"{key}={e.text}" for key, e in named]
        imports = _CALL.union(*(e.imports for e in (*parts, *(e for _, e in named))))
        rows.append((f"{left}.call_args", Expr(f"call({', '.join(words)})", imports)))
    return rows


def _asked(mock: Any, subject: str, depth: int) -> Iterator[tuple[str, Any]]:
    """Each mock of a tree that was called, with its last call; what an `__exit__` was told is nobody's business."""
    yield subject, getattr(mock, "call_args", None)
    if depth == _DEEPEST:
        return
    held = vars(mock)
    children = [(f"{subject}.{name}", child) for name, child in list(held.get("_mock_children", {}).items())]
    answer = held.get("_mock_return_value")
    if type(answer).__module__ == "unittest.mock":
        children.append((f"{subject}.return_value", answer))
    for left, child in children:
        name = left.rsplit(".", 1)[-1]
        if type(child).__module__ != "unittest.mock" or name in ("()", "__exit__", "__aexit__"):
            continue
        yield from _asked(child, left, depth + 1)


def keys_of(tree: ast.AST) -> set[int]:
    """The names of what a stand-in answers, as nodes: they are no input."""
    return {
        id(key)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and last(node.func) in ("Mock", "MagicMock", "AsyncMock")
        for keyword in node.keywords
        for key in getattr(keyword.value, "keys", ())
    }
