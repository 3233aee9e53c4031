"""How the tests around a new test file are written: framework, classes, names, imports, fixtures.

By the text of files alone, the nearest first; the same files give the same answer. Files that we wrote do not count.
Absent on purpose: writing tests in that style (engines do), and the name of the file (`python_places.test_path`).
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from copilot.testfacts import TestStyle
from copilot.verify import callers, python_places, python_tests

OURS: Final = ("# bank-copilot tests", '"""Characterisation tests of ')
"""How the first line of a file begins that we wrote."""

_READ: Final = 24
"""So many test files are looked at."""

_PATTERNS: Final = ("{}TestCase", "{}Tests", "{}Test", "Test{}")
_COMMANDS: Final = ("Makefile", "tox.ini", "noxfile.py", "setup.cfg", "pyproject.toml", "Jenkinsfile", ".gitlab-ci.yml")
_COMMAND_BYTES: Final = 200_000
_MAKING: Final = frozenset({"Iterator", "Generator", "Iterable"})


@dataclass(slots=True)
class _Seen:
    """What test files do, counted."""

    kinds: Counter[str] = field(default_factory=Counter)
    """Tests by kind: `functions`, `classes` (of pytest), `unittest`."""
    classes: dict[str, list[str]] = field(default_factory=dict)
    files: Counter[str] = field(default_factory=Counter)
    bases: Counter[str] = field(default_factory=Counter)
    camel: Counter[bool] = field(default_factory=Counter)
    imports: Counter[str] = field(default_factory=Counter)
    annotated: Counter[bool] = field(default_factory=Counter)


def style(root: Path, path: Path, place: python_places.Place, test: Path) -> TestStyle:
    """The style for tests of the file at `path`, the module of `place`, that go into the file `test`.

    What tests of this module do counts first, then those of its package, then those of the folder, then all others.
    Without any test, what the project's own commands say. Looks through the project's test files.
    """
    found = _files(root, path, test)
    seen = next((seen for ring in _rings(found, path, place, test) if (seen := _counted(ring, place)).kinds), _Seen())
    kind = max(("functions", "classes", "unittest"), key=lambda name: seen.kinds[name])
    if not seen.kinds and _runs_unittest(root):
        kind = "unittest"
    names = seen.classes.get(kind, [])
    pattern = max(_PATTERNS[::-1], key=lambda one: sum(_fits(name, one) for name in names))
    return TestStyle(
        framework="unittest" if kind == "unittest" else "pytest",
        classes="" if kind == "functions" else pattern,
        single=0 < len(names) <= seen.files[kind],
        base=max(("unittest.TestCase", "TestCase"), key=lambda one: seen.bases[one]),
        camel=seen.camel[True] > seen.camel[False],
        imports=max(sorted(seen.imports), key=lambda one: (seen.imports[one], one == "names"), default="names"),
        annotated=seen.annotated[True] > seen.annotated[False],
        fixtures=() if kind == "unittest" else tuple(fixtures(root, test)),
    )


def reached(module: str, imports: str) -> tuple[str, str]:
    """The line that imports a module as a style says (`TestStyle.imports`), and what stands before its names then.

    Both are empty for names that are imported themselves.
    """
    package, _, last = module.rpartition(".")
    if imports == "module" and package:
        return f"from {package} import {last}", last
    if imports in {"dotted", "module"}:
        return f"import {module}", module
    if imports.startswith("as"):
        name = imports.removeprefix("as").strip() or last
        return f"import {module} as {name}" if name != module else f"import {module}", name
    return "", ""


def told(one: TestStyle) -> str:
    """A style in words, for a model."""
    named = one.classes.format("Fee")
    if one.framework == "unittest":
        words = [
            f"`unittest` alone, no pytest: classes like `class {named}({one.base})`",
            "`self.assertEqual`, `self.assertRaisesRegex`, `self.subTest` for tables",
            "`IsolatedAsyncioTestCase` for coroutines",
        ]
    else:
        words = [f"pytest, methods of classes like `class {named}`" if one.classes else "pytest functions"]
        words.append("exceptions with `pytest.raises`")
    if one.camel:
        words.append("names like `testRejectsZero`")
    if one.annotated:
        words.append("`-> None` on each test")
    words += [f"the fixture `{fixture}` for a `{kind}`" for kind, fixture in one.fixtures[:8]]
    return "; ".join(words)


def texts(root: Path, path: Path, test: Path) -> list[str]:
    """The project's test files that were looked at, as text; those that we wrote too."""
    return [text for _, text in _files(root, path, test)]


def _files(root: Path, path: Path, test: Path) -> list[tuple[Path, str]]:
    near = sorted(
        callers.test_files(root, path),
        key=lambda file: (path.stem.strip("_") not in file.stem, file.parent != test.parent),
    )
    found = []
    for file in near[:_READ]:
        try:
            found.append((file, file.read_text("utf-8")))
        except (OSError, ValueError):
            continue
    return found


def _rings(
    found: list[tuple[Path, str]], path: Path, place: python_places.Place, test: Path
) -> Iterator[list[ast.Module]]:
    """Files written by people, from the nearest ring to the widest."""
    human = [(file, text) for file, text in found if not text.startswith(OURS)]
    package = place.name.rpartition(".")[0]
    stem = re.compile(rf"(test_)?{re.escape(path.stem.strip('_'))}(_test)?")
    yield _parsed(text for file, text in human if stem.fullmatch(file.stem) or _imports(text, place.name))
    yield _parsed(text for _, text in human if package and _imports(text, package))
    yield _parsed(text for file, text in human if file.parent == test.parent)
    yield _parsed(text for _, text in human)


def _imports(text: str, module: str) -> bool:
    package, _, name = module.rpartition(".")
    within = rf"|from\s+{re.escape(package)}\s+import\s[^\n]*\b{re.escape(name)}\b" if package else ""
    return re.search(rf"^\s*(?:(?:from|import)\s+{re.escape(module)}\b{within})", text, re.MULTILINE) is not None


def _parsed(texts_: Iterable[str]) -> list[ast.Module]:
    found = []
    for text in texts_:
        try:
            found.append(ast.parse(text))
        except (SyntaxError, ValueError, RecursionError):
            continue
    return found


def _counted(trees: Iterable[ast.Module], place: python_places.Place) -> _Seen:
    seen = _Seen()
    for tree in trees:
        kinds = set()
        cases = python_tests.cases(tree)
        for name, node in python_tests.named(tree):
            owner = name.rpartition("::")[0]
            kind = "functions" if not owner else "unittest" if owner in cases else "classes"
            seen.kinds[kind] += 1
            seen.camel[re.match(r"test[A-Z]", node.name) is not None] += 1
            seen.annotated[node.returns is not None] += 1
            kinds.add(kind)
            if owner and owner not in seen.classes.setdefault(kind, []):
                seen.classes[kind].append(owner)
        seen.files.update(kinds)
        for top in tree.body:
            if isinstance(top, ast.ClassDef):
                seen.bases.update(ast.unparse(base) for base in top.bases)
        seen.imports.update(_forms(tree, place))
    return seen


def _forms(tree: ast.Module, place: python_places.Place) -> Iterator[str]:
    """How a test file reaches the project's code, a word for each import (`TestStyle.imports`)."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            for one in node.names:
                if _is_ours(one.name, place.base):
                    last = one.name.rpartition(".")[2]
                    alias = "" if one.asname == last else one.asname
                    yield "dotted" if one.asname is None else f"as {alias if one.name == place.name else ''}".strip()
        elif isinstance(node, ast.ImportFrom) and not node.level and _is_ours(node.module or "", place.base):
            within = place.base.joinpath(*(node.module or "").split("."))
            for one in node.names:
                is_module = (within / f"{one.name}.py").is_file() or (within / one.name).is_dir()
                if one.asname is None:
                    yield "module" if is_module else "names"


def _is_ours(module: str, base: Path) -> bool:
    first = module.partition(".")[0]
    return first not in {"", "test", "tests"} and ((base / first).is_dir() or (base / f"{first}.py").is_file())


def _fits(name: str, pattern: str) -> bool:
    """Whether a class name follows the pattern and no longer one (`FeeTestCase` is no `{}Test`)."""
    head, _, tail = pattern.partition("{}")
    return name.startswith(head) and name.endswith(tail) and len(name) > len(head + tail)


def _runs_unittest(root: Path) -> bool:
    """Whether the project's commands run `unittest` and none speaks of pytest."""
    told = ""
    for path in [root / name for name in _COMMANDS] + sorted((root / ".github" / "workflows").glob("*.y*ml"))[:8]:
        try:
            if path.stat().st_size <= _COMMAND_BYTES:
                told += path.read_text("utf-8", "replace")
        except OSError:
            continue
    return re.search(r"-m unittest\b|unittest discover", told) is not None and "pytest" not in told


def fixtures(root: Path, test: Path) -> Iterator[tuple[str, str]]:
    """(class, fixture) of the `conftest.py` files that a test file sees: the fixture makes an object of that class.

    Only those whose object is made anew for each test, and whose tests do not run several times because of it.
    """
    folder = test.parent
    while True:
        for tree in _parsed(_text(folder / "conftest.py")):
            for node in tree.body:
                if isinstance(node, ast.FunctionDef):
                    yield from _made(node)
        if folder in (root, folder.parent) or not folder.is_relative_to(root):
            return
        folder = folder.parent


def _text(path: Path) -> list[str]:
    try:
        return [path.read_text("utf-8")]
    except (OSError, ValueError):
        return []


def _made(node: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    name = _fixture(node)
    told = node.returns
    if isinstance(told, ast.Subscript) and _last(told.value) in _MAKING:
        told = told.slice.elts[0] if isinstance(told.slice, ast.Tuple) and told.slice.elts else told.slice
    kind = told.value if isinstance(told, ast.Constant) and isinstance(told.value, str) else _last(told)
    kind = kind or _constructed(node)
    kind = kind.rpartition(".")[2]
    if name.isidentifier() and kind.isidentifier():
        yield kind, name


def _fixture(node: ast.FunctionDef) -> str:
    """The name of a fixture that suits, else empty."""
    for one in node.decorator_list:
        given = one.keywords if isinstance(one, ast.Call) else []
        if _last(one.func if isinstance(one, ast.Call) else one) != "fixture":
            continue
        options = {word.arg: getattr(word.value, "value", None) for word in given}
        if options.keys() & {"params", "autouse"} or options.get("scope", "function") != "function":
            return ""
        return str(options.get("name") or node.name)
    return ""


def _constructed(node: ast.FunctionDef) -> str:
    """The class of what a function returns or yields, where its text shows the construction."""
    made = {
        target.id: _last(one.value.func)
        for one in ast.walk(node)
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Call)
        for target in one.targets
        if isinstance(target, ast.Name)
    }
    for one in ast.walk(node):
        if isinstance(one, (ast.Return, ast.Yield)) and one.value is not None:
            value = one.value
            name = _last(value.func) if isinstance(value, ast.Call) else made.get(getattr(value, "id", ""), "")
            return name if name[:1].isupper() else ""
    return ""


def _last(node: ast.AST | None) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
