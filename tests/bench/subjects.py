"""The eleven public modules that our unit tests are measured on, as small projects with and without docstrings.

Their packages come from `build/bench-tests/venv` (`make bench-tests` makes it from `subjects.txt`). A project holds the
package's folder and nothing else, as somebody's repository would.
"""

from __future__ import annotations

import ast
import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "bench-tests"
PYTHON = BUILD / "venv" / "bin" / "python"
VARIANTS = ("kept", "stripped")
MODULES = (
    "stdnum.luhn",
    "stdnum.iban",
    "stdnum.cn.ric",
    "stdnum.isin",
    "isoweek",
    "roman",
    "humanize.filesize",
    "humanize.number",
    "toolz.dicttoolz",
    "amortization.schedule",
    "semver.version",
)


@dataclass(frozen=True)
class Subject:
    """A module in a project of its own; `variant` says whether its package kept its docstrings."""

    module: str
    variant: str
    project: Path
    file: str

    def digest(self) -> str:
        """The project's content, for a cache's key."""
        sources = sorted(p for p in self.project.rglob("*") if p.is_file() and "generated" not in p.parts)
        return hashlib.sha256(b"".join(p.name.encode() + p.read_bytes() for p in sources)).hexdigest()[:16]


def subject(module: str, variant: str) -> Subject:
    """The module's project under `build/bench-tests`, made anew."""
    (site,) = (PYTHON.parents[1] / "lib").glob("python3.*/site-packages")
    package, _, rest = module.partition(".")
    project = BUILD / variant / module
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir(parents=True)
    if (site / package).is_dir():
        shutil.copytree(site / package, project / package, ignore=shutil.ignore_patterns("__pycache__"))
        file = f"{module.replace('.', '/')}.py" if rest else f"{package}/__init__.py"
    else:
        shutil.copy(site / f"{package}.py", project)
        file = f"{package}.py"
    if variant == "stripped":
        for path in project.rglob("*.py"):
            path.write_bytes(stripped(path.read_bytes()))
    return Subject(module, variant, project, file)


def stripped(source: bytes) -> bytes:
    """The module without docstrings, every other byte as it was. Their lines stay, empty, so that places compare."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    cuts = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, holders) or ast.get_docstring(node, clean=False) is None:
            continue
        place = node.body[0]
        assert place.end_lineno is not None
        assert place.end_col_offset is not None
        begin = starts[place.lineno - 1] + place.col_offset
        end = starts[place.end_lineno - 1] + place.end_col_offset
        filler = b"" if isinstance(node, ast.Module) or len(node.body) > 1 else b"pass"
        cuts.append((begin, end, filler + b"\n" * (place.end_lineno - place.lineno)))
    for begin, end, filler in sorted(cuts, reverse=True):
        source = source[:begin] + filler + source[end:]
    return source
