"""Judges of generated documentation: Python's `ast`, a scanner of Java's tokens, Node's parser and javac's doclint
(`pydoclint_judge.py` is another), which are not ours; and the product's own definition of an empty phrase
(`copilot/verify/restating.py`), on descriptions that are read by other means (docstring_parser, a split at the tags).
"""

from __future__ import annotations

import ast
import re
import subprocess
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from docstring_parser import rest
from docstring_parser.google import GoogleParser
from docstring_parser.numpydoc import NumpydocParser

from copilot.engines.embedded.docwords import chinese, words
from copilot.syntax.outline import outline
from copilot.types import Document, document
from copilot.verify.doctarget import KINDS
from copilot.verify.restating import says_nothing

READERS: dict[str, Callable[[str], Any]] = {
    "google": GoogleParser().parse, "numpy": NumpydocParser().parse, "rest": rest.parse,
}  # fmt: skip

Description = tuple[list[str], str]
"""The names and types of what is described, its own name first, and the text."""


def empty_phrases(doc: Document, style: str) -> list[str]:
    """The descriptions that say nothing, with the name before them."""
    found = _of_python(doc, READERS[style]) if doc.language == "python" else _of_braces(doc)
    return [
        f"{names[0]}: {' '.join(text.split())}" for names, text in found if says_nothing(text, names, _zh(names[0]))
    ]


def _zh(name: str) -> list[str]:
    """The translations of a name and of its words."""
    parts = words(name)
    return [chinese(parts), *(chinese([one]) for one in parts)]


def _of_python(doc: Document, read: Callable[[str], Any]) -> Iterator[Description]:
    """Each definition's summary and each entry of its docstring."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(doc.text)
    owners = {child: node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for child in node.body}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        raw = ast.get_docstring(node)
        if not raw:
            continue
        told = read(raw)
        result, kinds = "", dict[str, str]()
        if not isinstance(node, ast.ClassDef):
            result = ast.unparse(node.returns) if node.returns is not None else ""
            listed = [one for one in ast.walk(node.args) if isinstance(one, ast.arg)]
            kinds = {one.arg: ast.unparse(one.annotation) for one in listed if one.annotation is not None}
        owner = owners.get(node, "") if node.name == "__init__" else ""
        yield [node.name, owner, result], " ".join(filter(None, [told.short_description, told.long_description]))
        for one in told.meta:
            text = one.description or ""
            if one.args[0] in {"param", "attribute"}:
                yield [one.arg_name, kinds.get(one.arg_name.lstrip("*"), one.type_name or "")], text
            elif one.args[0] in {"returns", "return", "yields", "yield"}:
                shown = (one.type_name or "").replace(
                    "object", ""
                )  # what NumPy's layout has for a type that nobody knows
                yield [node.name, shown or result], text
            elif one.args[0] == "raises":
                yield [one.type_name or ""], text


_TAG = re.compile(r"@(\w+)\s*(?:\{(?!@)(?:[^{}]|\{[^{}]*\})*\}\s*)?(.*)", re.DOTALL)


def _of_braces(doc: Document) -> Iterator[Description]:
    """Each definition's summary and each tag of the comment above it."""
    found = outline(doc)
    for symbol in found.symbols:
        if symbol.docstring is None or symbol.kind not in KINDS:
            continue
        raw = doc.text[symbol.docstring.start : symbol.docstring.end].decode()
        text = re.sub(r"(?m)/\*\*+|\*+/|^[ \t]*\*+ ?", "", raw)
        summary, *tags = re.split(r"(?m)^\s*(?=@)", text)
        owner = found.parent(symbol)
        is_made = symbol.kind == "constructor" and owner is not None
        yield [symbol.name, owner.name if is_made and owner else "", symbol.returns or ""], summary
        kinds = {one.name: one.annotation or "" for one in symbol.parameters}
        for tag in tags:
            match = _TAG.match(tag)
            if match is None or match[1] not in {"param", "return", "returns", "yields", "throws"}:
                continue
            if match[1] in {"return", "returns", "yields"}:
                yield [symbol.name, symbol.returns or ""], match[2]
                continue
            name, _, rest_of_it = match[2].partition(" ")
            if match[1] == "throws" and doc.language != "java":
                name, rest_of_it = tag.partition("{")[2].partition("}")[0], match[2]
            name = re.sub(r"[\[\]<>]|=.*", "", name)
            yield [name, kinds.get(name, "")], rest_of_it.removeprefix("- ")


def same_ast(one: bytes, other: bytes) -> bool:
    """True when both parse to the same tree without docstrings (a body that was only a docstring is `pass`)."""
    return _bare(one) == _bare(other)


def _bare(text: bytes) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            node, clean=False
        ):
            del node.body[0]
    return ast.dump(tree)


def tokens(text: bytes) -> list[bytes]:
    """A Java text without comments and blanks, token by token, by a scanner of its own."""
    pattern = rb"/\*.*?\*/|//[^\n]*|\"\"\".*?\"\"\"|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])+'|\w+|[^\w\s]"
    return [m for m in re.findall(pattern, text, re.DOTALL) if not m.startswith((b"/*", b"//"))]


def changed_scripts(pairs: list[tuple[Path, Path]]) -> list[str]:
    """The JavaScript files whose tree, by the parser that Node carries, differs from the other one's."""
    script = str(Path(__file__).with_name("same_scripts.js"))
    text = "\n".join(f"{before}\t{after}" for before, after in pairs)
    command = ["node", "--expose-internals", script]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    return done.stdout.split("\n")[:-1]


@cache
def _documented_lines(path: str) -> frozenset[int]:
    """The lines on which a documented type, method or constructor has its name; `javac` names the same lines."""
    doc = document(Path(path), "java", Path(path).read_bytes())
    spans = [s.name_span for s in outline(doc).symbols if s.kind in KINDS and s.docstring is not None]
    return frozenset(doc.text.count(b"\n", 0, span.start) + 1 for span in spans)


def doclint(folder: Path) -> tuple[Counter[str], Counter[str]]:
    """`(findings, of members that stand without documentation)` of `javac -Xdoclint:all` on all files of `folder`.

    Raises RuntimeError when there are none, and when javac did not read them.
    """
    files = [str(path) for path in sorted(folder.rglob("*.java"))]
    if not files:
        raise RuntimeError(f"no Java file in {folder}")
    with tempfile.TemporaryDirectory() as out:
        limits = ["-Xmaxwarns", "100000", "-Xmaxerrs", "100000"]
        command = ["javac", "-Xdoclint:all/private", *limits, "-proc:none", "-encoding", "UTF-8", "-d", out, *files]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    found, without = Counter[str](), Counter[str]()
    for line in done.stderr.splitlines():
        match = re.match(r"(.*\.java):(\d+): (?:warning|error): (.*)", line)
        if match is None or match[3].startswith("["):
            continue
        bare = match[3].startswith("no comment") or "default constructor" in match[3]
        if bare and int(match[2]) in _documented_lines(match[1]):
            found[f"not seen as a comment ({match[3]})"] += 1
        else:
            (without if bare else found)[match[3][:70]] += 1
    if done.returncode not in {0, 1} or (done.returncode == 1 and ": error: " not in done.stderr):
        raise RuntimeError(f"javac ended with {done.returncode}: {done.stderr[-500:]}")
    return found, without
