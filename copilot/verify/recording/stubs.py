# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""Stand-ins for clients of a database or a web service: a `Mock` that answers what the code goes on to read."""

from __future__ import annotations

import ast
import inspect
from typing import Any

from .code import Code, last
from .express import Expr, Inexpressible, express
from .fakes import Fake
from .files import uses_of, value_of
from .targets import Target

_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "request"})
_READ = frozenset({"status_code", "raise_for_status", "json"})
_FETCH = ("fetchone", "fetchall", "fetchmany")
_QUERY = frozenset({"execute", "executemany", "cursor", *_FETCH})
_CLIENTS = ("requests", "httpx")
_MOCK = frozenset({("unittest.mock", "Mock")})
_CALL = frozenset({("unittest.mock", "call")})
_WIDEST = 6
_SHOWN = 2


def pool(code: Code, target: Target, parameter: inspect.Parameter, kinds: Any) -> list[Expr]:
    """Stand-ins for a parameter that is a connection, a cursor or a session; none for any other."""
    node = code.of(target)
    if node is None or any(getattr(kind, "__module__", "") == "builtins" and kind is not object for kind in kinds):
        return []
    uses = uses_of(node, parameter.name)
    if uses & _QUERY:
        return [_mock(answer) for answer in _rows(code, target, uses)]
    verbs = sorted(uses & _VERBS)
    if verbs and code.mentions(target, *_READ):
        return [_mock({k: v for verb in verbs for k, v in row.items()}, verbs) for row in _responses(code, target)]
    return []


def clients(code: Code, target: Target) -> dict[str, list[Fake]]:
    """Calls like `requests.get(...)` of the target, with what may stand in their place."""
    found: dict[str, list[Fake]] = {}
    for call in code.calls(target):
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        if isinstance(owner, ast.Name) and owner.id in _CLIENTS and last(call.func) in _VERBS:
            verb = last(call.func)
            name = f"{owner.id}.{verb}"
            texts = [_mock(row, ("",)).text for row in _responses(code, target)]
            patch = f'monkeypatch.setattr("{name}", {verb})'
            found[name] = [Fake(name, f"{verb} = {text}\n{patch}", _MOCK, verb) for text in texts]
    return found


def calls_of(value: Any, subject: str) -> list[tuple[str, Expr]]:
    """What was asked of a stand-in, as rows that a test can assert; nothing for any other object."""
    if type(value).__module__ != "unittest.mock":
        return []
    rows: list[tuple[str, Expr]] = []
    children = [(f"{subject}.{name}", getattr(value, name)) for name in list(vars(value).get("_mock_children", ()))]
    for left, each in [(subject, value), *children]:
        asked = getattr(each, "call_args", None)
        if asked is None or len(rows) == _SHOWN:
            continue
        try:
            parts = [express(one) for one in asked.args]
            named = [(key, express(one)) for key, one in asked.kwargs.items()]
        except Inexpressible:
            continue
        words = [e.text for e in parts] + [f"{key}={e.text}" for key, e in named]
        imports = _CALL.union(*(e.imports for e in (*parts, *(e for _, e in named))))
        rows.append((f"{left}.call_args", Expr(f"call({', '.join(words)})", imports)))
    return rows


def keys_of(tree: ast.AST) -> set[int]:
    """The names of what a stand-in answers, as nodes: they are no input."""
    return {
        id(key)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and last(node.func) == "Mock"
        for keyword in node.keywords
        for key in getattr(keyword.value, "keys", ())
    }


def _mock(answers: dict[str, Any], verbs: Any = ()) -> Expr:
    """`Mock(**{"get.return_value.status_code": 200})`."""
    if verbs:
        heads = [f"{verb}.return_value." if verb else "return_value." for verb in verbs]
        answers = {head + key: value for head in heads for key, value in answers.items()}
    return Expr(f"Mock(**{answers!r})" if answers else "Mock()", _MOCK)


def _rows(code: Code, target: Target, uses: set[str]) -> list[dict[str, Any]]:
    """Answers of a database: a row, another, none. Only for a cursor without a `with` of its own."""
    keys = code.keys(target)
    width = 1 + max(
        (
            part.slice.value
            for node in code.closure(target)
            for part in ast.walk(node)
            if isinstance(part, ast.Subscript)
            and isinstance(part.slice, ast.Constant)
            and isinstance(part.slice.value, int)
            and not isinstance(part.slice.value, bool)
            and 0 <= part.slice.value < _WIDEST
        ),
        default=0,
    )
    head = "" if uses & set(_FETCH) else "cursor.return_value." if "cursor" in uses else "execute.return_value."
    fetches = [name for name in _FETCH if code.mentions(target, name)]
    rows: list[Any] = [{key: value_of(key) for key in keys}] if keys else [("abc",) * width, (12,) * width]
    found = []
    for row in [*rows, None]:
        answers = {
            f"{head}{name}.return_value": row if name == "fetchone" else [] if row is None else [row, row]
            for name in fetches
        }
        if code.mentions(target, "rowcount"):
            answers[f"{head}rowcount"] = int(row is not None)
        found.append(answers)
    return found if fetches or code.mentions(target, "rowcount") else [{}]


def _responses(code: Code, target: Target) -> list[dict[str, Any]]:
    """Answers of a web service: one that is fine, one without content, one that is refused."""
    data = {key: value_of(key) for key in code.keys(target)} or {"a": 1}
    found: list[dict[str, Any]] = []
    for status, body in ((200, data), (200, {}), (404, {}), (500, {})):
        plain = {"status_code": status, "ok": bool(body), "text": "abc" if body else ""}
        answers: dict[str, Any] = {name: value for name, value in plain.items() if code.mentions(target, name)}
        if code.mentions(target, "json"):
            answers["json.return_value"] = body
        if answers not in found:
            found.append(answers)
    return found
