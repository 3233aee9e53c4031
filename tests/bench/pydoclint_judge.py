"""What pydoclint says about generated docstrings, and what of it asks something of the code instead.

A finding is set aside when its reason is shown to hold by Python's own `ast`; the reasons are as narrow as they can be, and
`tests/unit/test_comment_judge.py` shows that mistakes in documentation are reported.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ASKED = (
    "--allow-init-docstring=True",  # both a class and its `__init__` are documented
    "--skip-checking-short-docstrings=False",
    "--check-return-types=True",
    "--check-yield-types=True",
    "--check-class-attributes=True",
    "--check-arg-order=True",
    "--arg-type-hints-in-signature=True",
    "--arg-type-hints-in-docstring=True",
    "--quiet",
)
"""As strict as it gets."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
_DEFINED = Function | ast.ClassDef


def pydoclint(style: str, folder: Path, asked: tuple[str, ...] = ASKED) -> tuple[Counter[str], Counter[str], list[str]]:
    """`(findings, set aside, lines)` for the Python files of `folder`.

    Raises RuntimeError when there are none, and when the program did not run to its end.
    """
    if not any(folder.rglob("*.py")):
        raise RuntimeError(f"no Python file in {folder}")
    program = Path(sys.executable).with_name("pydoclint")
    command = [str(program), f"--style={'sphinx' if style == 'rest' else style}", *asked, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found, aside, shown = Counter[str](), Counter[str](), list[str]()
    nodes: dict[int, ast.AST] = {}
    path, methods = "", set[ast.AST]()
    for line in (done.stdout + done.stderr).splitlines():
        if line.endswith(".py"):
            path = line.strip()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(Path(path).read_bytes())
            methods = {n for c in ast.walk(tree) if isinstance(c, ast.ClassDef) for n in c.body}
            nodes = {n.lineno: n for n in ast.walk(tree) if isinstance(n, _DEFINED)}
            continue
        match = re.match(r"\s+(\d+): (DOC\d+)", line)
        if match is None:
            continue
        reason = _aside(match[2], nodes.get(int(match[1])), methods, line)
        (aside if reason else found)[reason or match[2]] += 1
        if not reason:
            shown.append(f"{path}:{line.strip()}")
    if done.returncode != bool(found or aside):
        raise RuntimeError(f"pydoclint ended with {done.returncode}: {(done.stdout + done.stderr)[-500:]}")
    return found, aside, shown


def _aside(finding: str, node: ast.AST | None, methods: set[ast.AST], line: str) -> str:
    """Why a finding says nothing about the documentation; empty when it does."""
    if isinstance(node, ast.ClassDef):
        return _of_a_class(finding, node)
    if finding == "DOC606":  # found at the attribute
        return "attributes that people documented by strings below them"
    if not isinstance(node, Function):
        return ""
    is_method = node in methods and not any(ast.unparse(one).endswith("staticmethod") for one in node.decorator_list)
    listed = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
    bare = any(one is not None and one.annotation is None for one in listed[is_method:])
    if finding in {"DOC106", "DOC107", "DOC109", "DOC110"} and bare:
        return "a parameter without a type in the code"
    if finding in {"DOC501", "DOC503"}:
        return _of_raises(finding, node, line)
    return _of_results(finding, node)


def _of_a_class(finding: str, node: ast.ClassDef) -> str:
    if finding not in {"DOC601", "DOC603"}:
        return ""
    texts = [isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant) for n in node.body]
    if any(texts[1:]):
        return "attributes that people documented by strings below them"
    targets = [t for n in node.body if isinstance(n, ast.Assign) for t in n.targets]
    if any(not isinstance(t, ast.Name) for t in targets):
        return "an assignment to several names, or to another object's attribute"
    return ""


def _of_results(finding: str, node: Function) -> str:
    own = list(_own(node))
    makes = any(isinstance(n, ast.Yield | ast.YieldFrom) for n in own)
    gives = any(isinstance(n, ast.Return) and n.value is not None for n in own)
    if node.returns is None and ((finding == "DOC203" and gives) or (finding in {"DOC403", "DOC404"} and makes)):
        return "no result type in the code"
    stands = [n for n in own if isinstance(n, ast.Expr | ast.Assign | ast.AnnAssign)]
    seen = any(isinstance(m, ast.Yield | ast.YieldFrom) for n in stands for m in ast.walk(n))
    if finding in {"DOC203", "DOC403"} and makes and not seen:
        return "a `yield` inside a `return`, which pydoclint does not see"
    if finding == "DOC405" and makes and "Generator[" not in (ast.unparse(node.returns) if node.returns else ""):
        return "a generator that is not annotated as one"
    return "only bare `return`: nothing is returned" if finding == "DOC201" and not makes and not gives else ""


def _of_raises(finding: str, node: Function, line: str) -> str:
    """Aside only where the statements do not say what leaves: nothing that they do say may be missing or wrong."""
    own = list(_own(node))
    caught = {n for t in own if isinstance(t, ast.Try) and t.handlers for s in t.body for n in ast.walk(s)}
    thrown = [n for n in own if isinstance(n, ast.Raise)]
    sure = {_class(n) for n in thrown if n not in caught} - {""}
    unsure = any(isinstance(n, ast.Try | ast.With | ast.AsyncWith) for n in own) or not all(map(_class, thrown))
    if finding == "DOC503" and unsure:
        told, raised = (set(re.findall(r"'([^']*)'", part)) for part in re.findall(r"\[(.*?)\]", line)[-2:])
        unsure = not (raised - told) & sure and not told - raised
    elif sure:
        unsure = False
    return "a raise that is caught here, or of a value whose class is not in the statement" if unsure else ""


def _class(node: ast.Raise) -> str:
    """The exception class that a statement names; empty for a value."""
    text = ast.unparse(node.exc) if node.exc is not None else ""
    return text.partition("(")[0] if re.match(r"[\w.]*[A-Z]\w*(\(|$)", text) else ""


def _own(node: Function) -> Iterator[ast.AST]:
    """The nodes of a function without those of the functions in it."""
    stack: list[ast.AST] = list(node.body)
    while stack:
        at = stack.pop()
        yield at
        if not isinstance(at, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            stack.extend(ast.iter_child_nodes(at))
