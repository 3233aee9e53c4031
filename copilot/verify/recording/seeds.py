# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: B905, BLE001, PTH113, PTH118, PTH119, PTH120, PTH123, PTH202, S112

"""Inputs that mean something: calls in doctests, in tests and in other modules, and literals of the code itself."""

from __future__ import annotations

import ast
import builtins
import doctest
import itertools
import os
import re
import types
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from .express import Expr, reference

Imports = dict[str, tuple[str, str]]
MAX_FILES = 300
MAX_BYTES = 400_000
_ROWS = 8
_SEEDS = 60
"""Calls of one name that are kept."""
_TEXT = 300
_QUERY = re.compile(r"\s*(select|insert into|update|delete from|create table)\s", re.IGNORECASE)
"""Questions to a database stand in the code, but nobody passes them for a number or a name."""


class Seed(NamedTuple):
    """One observed call by the callee's last name; `receiver` is the object's text for a method."""

    name: str
    receiver: Expr | None
    args: tuple[Expr, ...]
    keywords: tuple[tuple[str, Expr], ...]


class Found(NamedTuple):
    """All seeds by callee name, in order of trust, and what doctests promise: text of the call to expected text."""

    calls: dict[str, list[Seed]]
    promised: dict[str, str]


def gather(module: types.ModuleType, tree: ast.Module, root: str, package_root: str, first: Sequence[str]) -> Found:
    """Seeds for the functions of `module`: its doctests, then the files `first`, then the project's other files."""
    found = Found({}, {})
    own = _visible(module)
    for text in _docstrings(tree):
        _doctests(text, own, found)
    _from_tree(tree, own, found)
    for path in files_of(root, getattr(module, "__file__", "") or "", first):
        try:
            with open(path, "rb") as stream:
                other = ast.parse(stream.read())
        except (OSError, ValueError, SyntaxError, RecursionError):
            continue
        _from_tree(other, _imports(other, path, package_root), found)
    return found


def _visible(module: types.ModuleType) -> Imports:
    """What a name in the module means, as an import that a test can write."""
    names: Imports = {}
    for name, value in vars(module).items():
        if name.startswith("__"):
            continue
        if isinstance(value, types.ModuleType):
            if value.__name__ == name:
                names[name] = (name, "")
            continue
        names[name] = (module.__name__, name)
        if isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType)):
            try:
                ((owner, attribute),) = reference(value).imports
            except Exception:
                continue
            if attribute == name:
                names[name] = (owner, name)
    return names


def _docstrings(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            text = ast.get_docstring(node)
            if text and ">>>" in text:
                yield text


def _doctests(text: str, names: Imports, found: Found) -> None:
    try:
        examples = doctest.DocTestParser().get_examples(text)
    except ValueError:
        return
    known: dict[str, ast.expr] = {}
    names = dict(names)
    for example in examples:
        try:
            body = ast.parse(example.source).body
        except SyntaxError:
            continue
        for statement in body:
            names.update(_statement_imports(statement, "", ""))
            _calls(statement, known, names, found)
            _learn(statement, known)
        if len(body) == 1 and isinstance(body[0], ast.Expr) and example.want:
            call = _closed(body[0].value, known, names)
            if call is not None:
                found.promised[call.text] = example.want.strip()


def _learn(statement: ast.stmt, known: dict[str, ast.expr]) -> None:
    """`name = expression` makes the name stand for the expression, until it is assigned again."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        known[statement.targets[0].id] = _short(_substituted(statement.value, known))
    elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
        known[statement.target.id] = _short(_substituted(statement.value, known))


def _short(node: ast.expr) -> ast.expr:
    """The expression, or a name that nobody can import where its text would be too long: `s = s + x` doubles and doubles."""
    return node if next(itertools.islice(ast.walk(node), 2 * _TEXT, None), None) is None else ast.Name("?", ast.Load())


def _substituted(node: Any, known: dict[str, ast.expr]) -> Any:
    """The tree with the known names replaced; what stays the same is shared, so nobody may change it."""
    if isinstance(node, ast.Name):
        return known.get(node.id, node)
    if isinstance(node, list):
        parts = [_substituted(part, known) for part in node]
        return parts if any(new is not old for new, old in zip(parts, node)) else node
    if not isinstance(node, ast.AST) or isinstance(node, (ast.Constant, ast.expr_context)):
        return node
    fields = vars(node)
    changed = {}
    for name in node._fields:
        old = fields.get(name)
        new = _substituted(old, known)
        if new is not old:
            changed[name] = new
    return type(node)(**{**fields, **changed}) if changed else node


def _closed(node: ast.expr, known: dict[str, ast.expr], names: Imports) -> Expr | None:
    """The text of an expression whose every name a test can import; None otherwise."""
    node = _substituted(node, known) if known else node
    if isinstance(node, ast.Constant) and type(node.value) in (int, str, bool) and node.kind is None:
        text = repr(node.value)
        return Expr(text) if len(text) <= _TEXT else None
    bound: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Starred, ast.JoinedStr)):
            return None
        if isinstance(part, ast.arg):
            bound.add(part.arg)
        elif isinstance(part, ast.comprehension):
            bound |= {n.id for n in ast.walk(part.target) if isinstance(n, ast.Name)}
    imports: set[tuple[str, str]] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id not in bound:
            if part.id in names:
                imports.add(names[part.id])
            elif not hasattr(builtins, part.id):
                return None
    text = ast.unparse(node)
    return Expr(text, frozenset(imports)) if len(text) <= _TEXT else None


def _calls(node: ast.AST, known: dict[str, ast.expr], names: Imports, found: Found) -> None:
    for part in ast.walk(node):
        if not isinstance(part, ast.Call):
            continue
        receiver: Expr | None = None
        if isinstance(part.func, ast.Name):
            name = part.func.id
            if name not in names and isinstance(getattr(builtins, name, None), types.BuiltinFunctionType):
                continue  # `len` and its like: nobody's tests are made of them
        elif isinstance(part.func, ast.Attribute):
            name = part.func.attr
        else:
            continue
        if len(found.calls.get(name, ())) >= _SEEDS:
            continue
        if isinstance(part.func, ast.Attribute):
            receiver = _closed(part.func.value, known, names)
        args = [_closed(a, known, names) for a in part.args]
        keywords = [(k.arg, _closed(k.value, known, names)) for k in part.keywords]
        if any(a is None for a in args) or any(k is None or v is None for k, v in keywords):
            continue
        seed = Seed(
            name,
            receiver,
            tuple(a for a in args if a),
            tuple((k, v) for k, v in keywords if k is not None and v is not None),
        )
        seeds = found.calls.setdefault(name, [])
        if seed not in seeds:
            seeds.append(seed)


def _from_tree(tree: ast.Module, names: Imports, found: Found) -> None:
    """Calls anywhere in a file, names replaced by what was assigned to them before in the same function."""
    constants: dict[str, ast.expr] = {}
    for statement in tree.body:
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            _calls(statement, constants, names, found)
            _learn(statement, constants)
    constants = {n: v for n, v in constants.items() if _closed(v, {}, names) is not None and len(ast.unparse(v)) < 80}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for row in _parametrized(node) or [{}]:
                known = {**constants, **row}
                for argument in ast.walk(node.args):
                    if isinstance(argument, ast.arg) and argument.arg not in row:
                        known.pop(argument.arg, None)
                for statement in node.body:
                    _calls(statement, known, names, found)
                    _learn(statement, known)


def _parametrized(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[dict[str, ast.expr]]:
    """The rows of `@pytest.mark.parametrize(names, rows)` as names to expressions."""
    for decorator in node.decorator_list:
        if not (isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute)):
            continue
        if decorator.func.attr != "parametrize" or len(decorator.args) < 2:
            continue
        head, table = decorator.args[:2]
        try:
            given = ast.literal_eval(head)
        except ValueError:
            continue
        wanted = [n.strip() for n in given.split(",")] if isinstance(given, str) else [str(n) for n in given]
        rows: list[dict[str, ast.expr]] = []
        for row in getattr(table, "elts", [])[:_ROWS]:
            cells = [row] if len(wanted) == 1 else list(getattr(row, "elts", []))
            if len(cells) == len(wanted):
                rows.append(dict(zip(wanted, cells)))
        return rows
    return []


def _imports(tree: ast.Module, path: str, package_root: str) -> Imports:
    package = os.path.relpath(os.path.dirname(path), package_root).replace(os.sep, ".").strip(".")
    names: Imports = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            names.update(_statement_imports(node, package, path))
    return names


def _statement_imports(node: ast.stmt, package: str, path: str) -> Imports:
    names: Imports = {}
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.asname is None:
                names[alias.name.split(".")[0]] = (alias.name, "")
    elif isinstance(node, ast.ImportFrom):
        module = node.module or ""
        if node.level:
            if not path or ".." in package:
                return names
            base = package.split(".") if package else []
            base = base[: len(base) - node.level + 1]
            module = ".".join([*base, *([module] if module else [])])
        for alias in node.names:
            if alias.asname in (None, alias.name) and alias.name != "*":
                names[alias.name] = (module, alias.name)
    return names


def files_of(root: str, own: str, first: Sequence[str]) -> Iterator[str]:
    """`first`, then tests, then the module's own folder, then the rest; small files only."""
    given = [p for p in first if os.path.isfile(p)]
    others: list[str] = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "__")) and f != "node_modules")
        others += [os.path.join(folder, n) for n in sorted(names) if n.endswith(".py")]
        if len(others) > 20 * MAX_FILES:
            break
    here = os.path.dirname(own)

    def rank(path: str) -> tuple[int, str]:
        name = os.path.basename(path)
        test = name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py"
        return (0 if test else 1 if os.path.dirname(path) == here else 2), path

    for path in list(dict.fromkeys([*given, *sorted(others, key=rank)]))[:MAX_FILES]:
        try:
            if os.path.realpath(path) != os.path.realpath(own) and os.path.getsize(path) <= MAX_BYTES:
                yield path
        except OSError:
            continue


def literals(tree: ast.AST) -> list[Any]:
    """Strings and numbers in a piece of code, without docstrings and the texts of exceptions; most telling first.

    Operands of comparisons come first: they are where branches part.
    """
    compared: list[Any] = []
    others: list[Any] = []
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(id(node.value))
        elif isinstance(node, (ast.Raise, ast.JoinedStr)):
            silent |= {id(n) for n in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            compared += _constants([node.left, *node.comparators], silent)
        elif isinstance(node, (ast.Dict, ast.Set)) and len(getattr(node, "keys", getattr(node, "elts", []))) <= 60:
            compared += _constants(
                [k for k in getattr(node, "keys", getattr(node, "elts", [])) if k is not None][:8], silent
            )
        elif isinstance(node, ast.Constant) and id(node) not in silent:
            others.append(node.value)
    kept: dict[tuple[str, str], Any] = {}
    for value in [*compared, *others]:
        fine = isinstance(value, (str, int, float)) and not isinstance(value, bool) and len(str(value)) <= 60
        if fine and not (isinstance(value, str) and _QUERY.match(value)):
            kept.setdefault((type(value).__name__, repr(value)), value)
    return list(kept.values())


def _constants(nodes: Iterable[ast.AST], silent: set[int]) -> list[Any]:
    return [n.value for node in nodes for n in ast.walk(node) if isinstance(n, ast.Constant) and id(n) not in silent]
