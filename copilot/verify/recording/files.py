# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: B905

"""Temporary files for code that takes a path: content that suits, written by the lines of set-up that the test shows."""

from __future__ import annotations

import ast
import inspect
import json
import os
import pathlib
import re
from typing import Any

from .code import Code, last
from .express import Expr
from .targets import Target

_NAMES = re.compile(r"(^|_)(path|file|filename|filepath|fname|infile|outfile|file_?name|csv|json)$")
_METHODS = frozenset(
    {"read_text", "write_text", "read_bytes", "write_bytes", "exists", "is_file", "is_dir", "iterdir", "glob", "rglob", "mkdir",
     "stat", "unlink", "with_suffix", "joinpath"}
)  # fmt: skip
_OPENERS = frozenset({"open", "Path", "PurePath", "exists", "isfile", "isdir", "getsize", "listdir", "makedirs"})
_FOLDERS = frozenset({"iterdir", "glob", "rglob", "listdir", "walk", "scandir"})
_MODES = frozenset({"r", "w", "a", "x", "rb", "wb", "ab", "r+", "w+"})
_ON_STREAMS = frozenset({"reader", "DictReader", "writer", "DictWriter", "load", "dump"})
_STRING_IO = frozenset({("io", "StringIO")})
_USED = re.compile(r"""tmp_path / (["'])([\w.-]+)\1""")
_VALUES: tuple[tuple[str, Any], ...] = (
    (r"amount|price|balance|total|fee|rate|cost", 10.5),
    (r"count|qty|quantity|number|size|age|year|port|limit|days|months", 3),
    (r"date|day$|since|until", "2024-01-15"),
    (r"items|rows|values|entries|list|accounts|payments|transactions|lines", []),
    (r"currency", "EUR"),
    (r"id$|code|key", "A1"),
)


class Files:
    """The files that calls of one module's targets may find, by name; what a file holds follows from its name."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self._contents: dict[str, str] = {}

    def pool(self, target: Target, parameter: inspect.Parameter, kinds: Any) -> list[Expr]:
        """Expressions for a parameter that takes a path or an open file; none for any other."""
        node = self.code.of(target)
        uses = uses_of(node, parameter.name) if node is not None else set()
        plain = not kinds or str in kinds
        paths = any(isinstance(k, type) and issubclass(k, (pathlib.PurePath, os.PathLike)) for k in kinds)
        names = {str(getattr(k, "__name__", k)) for k in kinds}
        stream = bool(uses & (_ON_STREAMS | {"read", "write", "readline"}) or names & {"TextIO", "IO"})
        if stream and not names - {"TextIO", "IO", "object"}:
            if "write" in uses and not uses & {"read", "readline", *_ON_STREAMS}:
                return [Expr("StringIO()", _STRING_IO)]
            return [Expr(f"StringIO({t!r})", _STRING_IO) for t in self._texts(target).values()]
        named = plain and bool(_NAMES.search(parameter.name)) and bool(self._reaches(target))
        if not (paths or (plain and uses & (_METHODS | _OPENERS)) or named):
            return []
        texts = [f'tmp_path / "{name}"' for name in self._names(target)]
        if self.code.mentions(target, *_FOLDERS):
            texts.insert(0, "tmp_path")
        wrapped = not paths and not uses & _METHODS
        return [Expr(f"str({text})") if wrapped else Expr(text) for text in texts]

    def texts(self, target: Target) -> list[Expr]:
        """Paths as text, for a command line."""
        return [Expr(f'str(tmp_path / "{name}")') for name in self._names(target)]

    def lines(self, *texts: str) -> tuple[str, ...]:
        """The lines that write the files which these texts name."""
        names = [found[1] for text in texts for found in _USED.findall(text)]
        if any(re.search(r"tmp_path(?! /)", text) for text in texts):
            names += list(self._contents)[:2]
        return tuple(
            f'(tmp_path / "{name}").write_text({self._contents[name]!r})'
            for name in dict.fromkeys(names)
            if name in self._contents
        )

    def _reaches(self, target: Target) -> bool:
        return self.code.mentions(target, "open", *_METHODS)

    def _names(self, target: Target) -> list[str]:
        texts = self._texts(target)
        self._contents.update(texts)
        suffix = next(iter(texts)).rsplit(".", 1)[-1]
        new = f"new.{suffix}"
        return [new, *texts] if self._writes(target) else [*texts, new]

    def _writes(self, target: Target) -> bool:
        """True when the target writes files and reads none."""
        modes = [
            str(getattr(each, "value", ""))
            for call in self.code.calls(target)
            if last(call.func) == "open"
            for each in [*call.args, *(k.value for k in call.keywords if k.arg == "mode")]
            if str(getattr(each, "value", "")) in _MODES
        ]
        reads = self.code.mentions(target, "read_text", "read_bytes") or any("r" in mode for mode in modes)
        return not reads and (bool(modes) or self.code.mentions(target, "write_text", "write_bytes"))

    def _texts(self, target: Target) -> dict[str, str]:
        """Files by name, the most telling first."""
        keys = [key for key in self.code.keys(target) if key.isprintable()]
        kind = "txt"
        for name in ("json", "csv", "configparser"):
            if self.code.mentions(target, name) or any(last(c.func) == "DictReader" for c in self.code.calls(target)):
                kind = name if self.code.mentions(target, name) else "csv"
                break
        if kind == "json":
            row: dict[str, Any] = {key: value_of(key) for key in keys} or {"a": 1, "b": 2}
            values: list[Any] = [row, [row], [row, row], {}, []]
            found = ("data.json", "list.json", "rows.json", "empty.json", "empty_list.json")
            return {name: json.dumps(value) for name, value in zip(found, values)}
        if kind == "csv":
            head = keys or ["name", "amount"]
            cells = [str(value_of(key) or "") for key in head]
            lines = [",".join(head), ",".join(cells)]
            other = ",".join(_other(cell) for cell in cells)
            return {
                "rows.csv": "\n".join([*lines, other]) + "\n",
                "one.csv": "\n".join(lines) + "\n",
                "head.csv": lines[0] + "\n",
                "empty.csv": "",
            }
        if kind == "configparser":
            body = "".join(f"{key} = {value_of(key)}\n" for key in keys) or "name = abc\n"
            return {"config.ini": "".join(f"[{key}]\n{body}" for key in (keys[:1] or ["main"])), "empty.ini": ""}
        return {
            "lines.txt": "first line\n\n# comment\nkey = 12\n",
            "numbers.txt": "3\n1\n2\n",
            "word.txt": "abc",
            "empty.txt": "",
        }


def value_of(key: str) -> Any:
    """A value that the name of a field suggests."""
    return next((value for pattern, value in _VALUES if re.search(pattern, key.lower())), "abc")


def _other(cell: str) -> str:
    """Another cell of the same kind."""
    return str(float(cell) * 2) if re.fullmatch(r"\d+\.\d+", cell) else cell.replace("1", "2").replace("abc", "xyz")


def uses_of(node: Any, name: str) -> set[str]:
    """Functions that get the parameter and methods that are called on it."""
    found: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            if any(isinstance(a, ast.Name) and a.id == name for a in part.args):
                found.add(last(part.func))
            if isinstance(part.func, ast.Attribute) and isinstance(part.func.value, ast.Name):
                found |= {part.func.attr} if part.func.value.id == name else set()
    return found
