# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""Command lines that a program understands, read from its `add_argument` calls."""

from __future__ import annotations

import ast
import itertools
import re
from typing import Any, NamedTuple

from .code import Code, last
from .express import Expr
from .files import Files
from .identifiers import BY_NAME
from .seeds import literals
from .tables import NUMBERS
from .targets import Target

_ROWS = 30
_FLAGS = frozenset({"store_true", "store_false", "store_const", "append_const", "count"})
_PARSERS = frozenset({"parse_args", "parse_known_args"})


class _Option(NamedTuple):
    """One `add_argument`: how it is written, whether it must be there, and texts for its value (none for a flag)."""

    name: str
    required: bool
    values: list[Expr]

    def written(self, turn: int) -> list[Expr]:
        """The words on the command line, with the value whose turn it is."""
        head = [Expr(repr(self.name))] if self.name.startswith("-") else []
        return [*head, *([self.values[turn % len(self.values)]] if self.values else [])]


def takes(code: Code, target: Target) -> str:
    """The parameter of a target that holds the words of the command line, empty where there is none."""
    names = {p.name for p in target.parameters}
    for call in code.calls(target):
        if (
            last(call.func) in _PARSERS
            and call.args
            and isinstance(call.args[0], ast.Name)
            and call.args[0].id in names
        ):
            return call.args[0].id
    return ""


def given(code: Code, target: Target) -> Target:
    """The target with that parameter always given: without it, the code reads the command line of the tests."""
    name = takes(code, target)
    if not name:
        return target
    parameters = [p.replace(default=p.empty) if p.name == name else p for p in target.parameters]
    first = next(i for i, p in enumerate(parameters) if p.name == name)
    return target._replace(parameters=tuple(parameters)) if not first else target


def lists(code: Code, target: Target, name: str, files: Files) -> list[Expr]:
    """What the parameter `name` may hold when it is the words of the command line; else nothing."""
    if takes(code, target) != name:
        return []
    found = rows(code, target, files)
    return [
        Expr("[" + ", ".join(e.text for e in row) + "]", frozenset(pair for e in row for pair in e.imports))
        for row in found
    ]


def reads(code: Code, target: Target) -> bool:
    """True when a target, or what it calls, reads `sys.argv`."""
    if code.mentions(target, "argv") and any(
        isinstance(part, ast.Attribute) and part.attr == "argv" and last(part.value) == "sys"
        for node in code.closure(target)
        for part in ast.walk(node)
    ):
        return True
    return any(last(call.func) in _PARSERS and not call.args for call in code.calls(target)) and not takes(code, target)


def rows(code: Code, target: Target, files: Files) -> list[list[Expr]]:
    """Command lines for a target, the most natural first; without the name of the program."""
    parsed = any(last(call.func) in _PARSERS for call in code.calls(target))
    parsers = _parsers(code, target, files) if parsed else []
    found: list[list[Expr]] = []
    for words, options in parsers:
        head = [Expr(repr(word)) for word in words]
        base = [*head, *(word for one in options if one.required for word in one.written(0))]
        found.append(base)
        for one in options:
            for turn in range(min(3, len(one.values)) if one.values else 1):
                if one.required and turn:
                    found.append([*head, *(w for o in options if o.required for w in o.written(turn * (o is one)))])
                elif not one.required:
                    found.append([*base, *one.written(turn)])
        flags = [one for one in options if not one.required]
        found += [
            [*base, *(w for one in pair for w in one.written(0))] for pair in itertools.combinations(flags[:4], 2)
        ]
    if parsers:
        found += [[], [*(found[0] if found else []), Expr("'--unknown'")]]
    else:
        texts = [v for node in code.closure(target) for v in literals(node) if isinstance(v, str)][:8]
        tried = [Expr(repr(v)) for v in texts if re.fullmatch(r"[\w.:/-]+", v)] or [Expr("'abc'")]
        found += [[], *([w] for w in tried), *([w, v] for w in tried[:4] for v in (Expr("'12'"), *tried[:3]))]
        found += [[Expr("'12'")], [Expr("'3'"), Expr("'4'")], [*tried[:3]]]
    kept = {tuple(e.text for e in row): row for row in reversed(found)}
    return list(reversed(kept.values()))[:_ROWS]


def _parsers(code: Code, target: Target, files: Files) -> list[tuple[list[str], list[_Option]]]:
    """For each command of the program its words and options; only one without words where there are no commands."""
    owners: dict[str, str] = {}
    commands: dict[str, str] = {}
    options: dict[str, list[_Option]] = {}
    nodes = [n for n in ast.walk(code.tree) if isinstance(n, (ast.Assign, ast.Call))]
    for node in sorted(nodes, key=lambda n: (n.lineno, n.col_offset)):
        call: Any = node.value if isinstance(node, ast.Assign) else node
        if not isinstance(call, ast.Call):
            continue
        name = last(call.func)
        owner = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
        if isinstance(node, ast.Assign):
            variable = ast.unparse(node.targets[0])
            if name == "add_parser" and call.args and isinstance(call.args[0], ast.Constant):
                commands[variable] = str(call.args[0].value)
                owners[variable] = variable
            elif name in ("add_argument_group", "add_mutually_exclusive_group"):
                owners[variable] = owners.get(owner, owner)
        elif name == "add_argument":
            option = _option(call, target, files)
            if option is not None:
                options.setdefault(owners.get(owner, owner), []).append(option)
    top = [o for owner, own in options.items() if owner not in commands for o in own]
    if commands:
        return [([word], [*options.get(variable, []), *top]) for variable, word in commands.items()]
    return [([], top)] if top or code.mentions(target, "ArgumentParser") else []


def _option(call: ast.Call, target: Target, files: Files) -> _Option | None:
    names = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    if not names:
        return None
    given = {k.arg: k.value for k in call.keywords if k.arg}
    action = getattr(given.get("action"), "value", "store")
    if action in ("version", "help"):
        return None
    name = max(names, key=len)
    optional = name.startswith("-")
    nargs = getattr(given.get("nargs"), "value", None)
    required = bool(getattr(given.get("required"), "value", False)) if optional else nargs not in ("?", "*")
    if action in _FLAGS:
        return _Option(name, required, [])
    return _Option(name, required, _values(name.strip("-").replace("-", "_"), given, target, files))


def _values(name: str, given: dict[str, Any], target: Target, files: Files) -> list[Expr]:
    choices = given.get("choices")
    if choices is not None:
        texts = [n.value for n in ast.walk(choices) if isinstance(n, ast.Constant)]
        if texts:
            return [Expr(repr(str(text))) for text in texts]
    kind = last(given["type"]) if "type" in given else ""
    if kind in ("Path", "FileType") or re.search(r"(^|_)(path|file|filename|infile|outfile|input|output)$", name):
        return files.texts(target)
    numbers = [n for pattern, texts in NUMBERS if re.search(pattern, name) for n in texts[:2]]
    if kind in ("int", "float", "Decimal"):
        return [Expr(repr(n)) for n in dict.fromkeys([*numbers, "3", "0", "-1"])]
    if "date" in kind.lower() or re.search(r"date|day$|since|until", name):
        return [Expr("'2024-01-15'"), Expr("'2024-02-29'")]
    known = [text for pattern, texts in BY_NAME if re.search(pattern, name) for text in texts[:2]]
    return [Expr(repr(text)) for text in [*known, "abc", "12"]]
