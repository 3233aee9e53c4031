"""Foreign code without documentation: files of the standard library, installed packages, a Java or JavaScript tree.

What people wrote is taken out first, so that every definition is one without a docstring. Which files are taken, and in
which order, is chosen by a seed; half of them (`apart`) are looked at last.
"""

from __future__ import annotations

import ast
import random
import re
import site
import sysconfig
import warnings
from collections.abc import Iterator
from pathlib import Path

from copilot.syntax.tree import descendants, of
from copilot.types import document

SEED = 7
LARGEST = 30_000
"""Bytes of a Python file; what a definition's proof costs follows the file's size."""


def python_files(seed: int, *, apart: bool) -> Iterator[Path]:
    """Files of the standard library and of the installed packages in a random order; `apart` is the half kept back."""
    folders = [Path(sysconfig.get_path("stdlib")), *map(Path, site.getsitepackages())]
    found = {p for folder in folders for p in folder.rglob("*.py") if not {"test", "tests", "idle_test"} & set(p.parts)}
    listed = sorted(found)
    random.Random(seed).shuffle(listed)
    yield from listed[apart::2]


def is_utf8(text: bytes) -> bool:
    """False for other encodings, which pydoclint does not read."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return not re.match(rb"(?:.*\n)?#.*coding[:=][ \t]*(?!utf-?8)", text)


def bare_python(text: bytes) -> bytes | None:
    """The file without docstrings; None when Python cannot parse it or a docstring is the only body on its line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None
    lines = text.split(b"\n")
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if ast.get_docstring(node, clean=False) is None:
            continue
        first = node.body[0]
        start, end = first.lineno - 1, first.end_lineno or first.lineno
        if lines[start][: first.col_offset].strip() or lines[end - 1].rstrip().endswith(b";"):
            return None
        indent = lines[start][: first.col_offset]
        tail = lines[end - 1][first.end_col_offset :].strip()
        if tail and not tail.startswith(b"#"):
            return None
        for at in range(start, end):
            lines[at] = b""
        if len(node.body) == 1 and not isinstance(node, ast.Module):
            lines[start] = indent + b"pass"
    return b"\n".join(lines)


def bare_braces(text: bytes, language: str) -> bytes:
    """A Java, JavaScript or TypeScript file without its documentation comments."""
    tree = of(document(Path("A"), language, text))
    assert tree is not None
    pieces, at = [], 0
    for node in descendants(tree.root_node, "block_comment", "comment"):
        if re.match(rb"/\*\*[^/]", node.text or b""):
            pieces.append(text[at : node.start_byte])
            at = node.end_byte
    return b"".join([*pieces, text[at:]])
