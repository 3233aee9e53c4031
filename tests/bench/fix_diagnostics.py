"""Diagnostics of other tools on damaged real files, answered without a model: `python tests/bench/fix_diagnostics.py`.

Each file of Python's library, and each class of the JDK's source that compiles by itself, is damaged at one place as
people do it (a misspelt name, member, module or keyword, a lost import, an exception that is not declared, …). Real ruff,
mypy, pylint, basedpyright and javac say what they think; each complaint on the damaged line goes to the corrector in the
tool's own words. An answer counts as offered when it is likelier than not, as right when the file reads as before the
damage (imports in any order), and as wrong otherwise. Half of the files, by a hash of their name, is kept apart (`apart=True`).

Tools that are not there are left out and named; `build/bench-fix/venv` holds pinned ones.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import random
import re
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from copilot import edits as texts
from copilot import pipeline
from copilot.config import Settings
from copilot.syntax import tree as trees
from copilot.syntax.lexemes import lexemes
from copilot.syntax.tree import Node
from copilot.types import Declined, Document, Finding, FixOptions, Request, Severity, Span, Task, document
from copilot.workspace import Workspace

ROOT: Final = Path(__file__).parents[2]
TOOLS: Final = ROOT / "build" / "bench-fix" / "venv" / "bin"
LIKELIER_THAN_NOT: Final = 0.5
_LARGEST: Final = 60_000


@dataclass(frozen=True)
class Case:
    """A file before and after one damage of a `kind`; `line` from 1."""

    name: str
    language: str
    kind: str
    good: str
    bad: str
    line: int


@dataclass(frozen=True)
class Complaint:
    """What a tool says: line and column from 1, columns in characters, the end empty where the tool gives none."""

    tool: str
    code: str
    message: str
    line: int
    column: int
    end: tuple[int, int] | None = None


@dataclass
class Tally:
    """What became of the complaints of one tool."""

    asked: int = 0
    offered: int = 0
    right: int = 0
    wrong: list[str] = field(default_factory=list)
    silent: Counter[str] = field(default_factory=Counter)


# Damage.

Damage = Callable[[Node, bytes, random.Random], tuple[Span, str] | None]


def misspelt(word: str, rng: random.Random) -> str:
    """A slip of the fingers: two letters swapped, one lost, one doubled."""
    at = rng.randrange(1, len(word) - 1)
    return rng.choice(
        [
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
        ]
    )


def _of(node: Node | None) -> str:
    return (node.text or b"").decode() if node is not None else ""


def _respelt(nodes: list[Node], rng: random.Random) -> tuple[Span, str] | None:
    nodes = [n for n in nodes if len(_of(n)) > 4 and not _of(n).startswith("__")]
    if not nodes:
        return None
    node = rng.choice(nodes)
    return Span(node.start_byte, node.end_byte), misspelt(_of(node), rng)


def _gone(nodes: list[Node], text: bytes, rng: random.Random) -> tuple[Span, str] | None:
    whole = [n for n in nodes if not text[text.rfind(b"\n", 0, n.start_byte) + 1 : n.start_byte].strip()]
    if not whole:
        return None
    node = rng.choice(whole)
    start, end = text.rfind(b"\n", 0, node.start_byte) + 1, text.find(b"\n", node.end_byte) + 1
    return Span(start, end), ""


def member(root: Node, text: bytes, rng: random.Random) -> tuple[Span, str] | None:
    """A member of `self` that is read."""
    found = [
        n.child_by_field_name("attribute")
        for n in trees.descendants(root, "attribute")
        if _of(n.child_by_field_name("object")) == "self" and (n.parent is None or n.parent.type != "assignment")
    ]
    return _respelt([n for n in found if n is not None], rng)


def module_member(root: Node, text: bytes, rng: random.Random) -> tuple[Span, str] | None:
    """A member of an imported module."""
    modules = {_of(d) for n in trees.descendants(root, "import_statement") for d in n.named_children}
    found = [
        n.child_by_field_name("attribute")
        for n in trees.descendants(root, "attribute")
        if _of(n.child_by_field_name("object")) in modules
    ]
    return _respelt([n for n in found if n is not None], rng)


def name(root: Node, text: bytes, rng: random.Random) -> tuple[Span, str] | None:
    """A local name that is read in a call's arguments."""
    lists = list(trees.descendants(root, "argument_list"))
    return _respelt([n for part in lists for n in part.named_children if n.type == "identifier"], rng)


def imported(root: Node, text: bytes, rng: random.Random) -> tuple[Span, str] | None:
    """A name that is imported from a module."""
    rows = [n for n in root.named_children if n.type == "import_from_statement"]
    names = [d for n in rows for d in n.children_by_field_name("name") if d.type == "dotted_name"]
    return _respelt(names, rng)


def module(root: Node, text: bytes, rng: random.Random) -> tuple[Span, str] | None:
    """The module of an import."""
    rows = [n for n in root.named_children if n.type == "import_from_statement"]
    names = [m for n in rows if (m := n.child_by_field_name("module_name")) is not None and "." not in _of(m)]
    return _respelt(names, rng)


def lost_import(root: Node, text: bytes, rng: random.Random) -> tuple[Span, str] | None:
    """A plain import that is gone."""
    rows = [n for n in root.named_children if n.type == "import_statement" and "," not in _of(n)]
    return _gone(rows, text, rng)


def keyword(root: Node, text: bytes, rng: random.Random) -> tuple[Span, str] | None:
    """A keyword argument."""
    found = [n.child_by_field_name("name") for n in trees.descendants(root, "keyword_argument")]
    return _respelt([n for n in found if n is not None], rng)


def no_self(root: Node, text: bytes, rng: random.Random) -> tuple[Span, str] | None:
    """A method whose `self` was forgotten."""
    found = [n for n in trees.descendants(root, "parameters") if _of(n) == "(self)"]
    if not found:
        return None
    node = rng.choice(found)
    return Span(node.start_byte, node.end_byte), "()"


def unused_import(root: Node, text: bytes, rng: random.Random) -> tuple[Span, str] | None:
    """An import that nothing uses."""
    rows = [n for n in root.named_children if n.type == "import_statement"]
    if not rows or b"colorsys" in text:
        return None
    return Span(rows[0].start_byte, rows[0].start_byte), "import colorsys\n"


def method(root: Node, text: bytes, rng: random.Random) -> tuple[Span, str] | None:
    """A method that is called (Java)."""
    found = [n.child_by_field_name("name") for n in trees.descendants(root, "method_invocation")]
    return _respelt([n for n in found if n is not None], rng)


def variable(root: Node, text: bytes, rng: random.Random) -> tuple[Span, str] | None:
    """A variable that is read in a call's arguments or an expression (Java)."""
    holders = trees.descendants(root, "argument_list", "binary_expression", "return_statement")
    return _respelt([n for part in holders for n in part.named_children if n.type == "identifier"], rng)


def java_type(root: Node, text: bytes, rng: random.Random) -> tuple[Span, str] | None:
    """The name of a type (Java)."""
    return _respelt(list(trees.descendants(root, "type_identifier")), rng)


def java_import(root: Node, text: bytes, rng: random.Random) -> tuple[Span, str] | None:
    """An import that is gone (Java)."""
    rows = [
        n
        for n in trees.descendants(root, "import_declaration")
        if b"*" not in (n.text or b"") and b" static " not in (n.text or b"")
    ]
    return _gone(rows, text, rng)


def java_package(root: Node, text: bytes, rng: random.Random) -> tuple[Span, str] | None:
    """The full name in an import (Java)."""
    rows = [
        n
        for n in trees.descendants(root, "import_declaration")
        if b"*" not in (n.text or b"") and b" static " not in (n.text or b"")
    ]
    inner = [d for n in rows for d in trees.descendants(n, "identifier")]
    return _respelt([n for n in inner if _of(n) not in {"java", "javax"}], rng)


def throws(root: Node, text: bytes, rng: random.Random) -> tuple[Span, str] | None:
    """A `throws` clause that is gone from a private method (Java)."""
    found = [
        n for n in trees.descendants(root, "throws") if n.parent is not None and _of(n.parent).startswith("private")
    ]
    if not found:
        return None
    node = rng.choice(found)
    return Span(node.start_byte - 1, node.end_byte), ""


PYTHON: Final[tuple[Damage, ...]] = (
    member,
    name,
    lost_import,
    module_member,
    imported,
    keyword,
    module,
    no_self,
    unused_import,
)
JAVA: Final[tuple[Damage, ...]] = (method, variable, java_type, java_import, java_package, throws)


# Files.


def held_back(path: str) -> bool:
    """Whether a file belongs to the half that is looked at last."""
    return hashlib.sha256(path.encode()).digest()[0] % 2 == 0


def _python_files() -> Iterator[tuple[str, str]]:
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py")):
        if (
            path.stem.startswith("_")
            or path.stem in {"this", "antigravity", "colorsys"}
            or path.stat().st_size > _LARGEST
        ):
            continue
        text = path.read_text("utf-8", "replace")
        if text.count("\n") > 40:
            yield f"the_{path.stem}", text  # a module of the library's own name would shadow it


_JAVA_PACKAGES: Final = (
    "java.base/java/text/",
    "java.base/java/util/",
    "java.desktop/javax/swing/",
    "java.logging/",
    "java.sql/",
    "java.net.http/",
)


def _java_files() -> Iterator[tuple[str, str]]:
    """Classes of the JDK's source in a package of their own, with what stood beside them imported."""
    archive = next(iter(sorted(Path("/usr/lib/jvm").glob("*/lib/src.zip"))), None)
    if archive is None or not archive.exists():
        return
    with zipfile.ZipFile(archive) as opened:
        for entry in sorted(opened.namelist()):
            if (
                not entry.startswith(_JAVA_PACKAGES)
                or not entry.endswith(".java")
                or opened.getinfo(entry).file_size > _LARGEST
            ):
                continue
            text = opened.read(entry).decode("utf-8", "replace")
            package = re.search(r"^package ([\w.]+);", text, re.MULTILINE)
            if package is None or package[1].count(".") > 3 or "package-info" in entry or "module-info" in entry:
                continue
            body = text.replace(package[0], f"package bench;\n\nimport {package[1]}.*;", 1)
            yield Path(entry).stem, re.sub(r"\A/\*.*?\*/\s*", "", body, flags=re.DOTALL)


def cases(language: str, count: int, seed: int, *, apart: bool) -> list[Case]:
    """Damaged files, each file once, the kinds in turn."""
    rng = random.Random(f"{language}{seed}")
    source = [row for row in (_python_files() if language == "python" else _java_files()) if held_back(row[0]) is apart]
    rng.shuffle(source)
    kinds = PYTHON if language == "python" else JAVA
    found: list[Case] = []
    for stem, text in source:
        data = text.encode()
        tree = trees.parse(data, language)
        if tree is None or tree.root_node.has_error or len(found) >= count:
            continue
        for turn in range(len(kinds)):
            kind = kinds[(len(found) + turn) % len(kinds)]
            hit = kind(tree.root_node, data, rng)
            if hit is not None:
                if language == "java" and not _compiles(stem, text):
                    break
                span, new = hit
                bad = (data[: span.start] + new.encode() + data[span.end :]).decode()
                found.append(Case(stem, language, kind.__name__, text, bad, data.count(b"\n", 0, span.start) + 1))
                break
    return found


def _compiles(stem: str, text: str) -> bool:
    """Whether a class compiles by itself."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"{stem}.java")
        path.write_text(text, "utf-8")
        return not _javac(path)


# Tools.


def _ran(command: list[str | Path], cwd: Path) -> str:
    return subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False).stdout


def _ruff(folder: Path) -> dict[str, list[Complaint]]:
    rows = json.loads(
        _ran([Path(sys.executable).with_name("ruff"), "check", "--isolated", "--output-format", "json", "."], folder)
        or "[]"
    )
    return _grouped(
        (
            Path(r["filename"]).stem,
            Complaint(
                "ruff",
                r["code"] or "",
                r["message"],
                r["location"]["row"],
                r["location"]["column"],
                (r["end_location"]["row"], r["end_location"]["column"]),
            ),
        )
        for r in rows
    )


def _mypy(folder: Path) -> dict[str, list[Complaint]]:
    options = [
        "--check-untyped-defs",
        "--show-column-numbers",
        "--show-error-end",
        "--no-error-summary",
        "--no-color-output",
        "--cache-dir",
        folder.parent / "mypy-cache",
        "--hide-error-context",
    ]
    text = "".join(_ran([TOOLS / "mypy", *options, path.name], folder) for path in sorted(folder.glob("*.py")))
    pattern = re.compile(r"^([\w./-]+)\.py:(\d+):(\d+):(\d+):(\d+): error: (.*?)(?:  \[([\w-]+)\])?$", re.MULTILINE)
    return _grouped(
        (m[1], Complaint("mypy", m[7] or "", m[6], int(m[2]), int(m[3]), (int(m[4]), int(m[5]) + 1)))
        for m in pattern.finditer(text)
    )


def _pylint(folder: Path) -> dict[str, list[Complaint]]:
    options = [
        "--output-format=json",
        "--disable=all",
        "--enable=E,unused-import,unused-variable,singleton-comparison",
        "--score=n",
        "-j1",
    ]
    rows = json.loads(_ran([TOOLS / "pylint", *options, *sorted(p.name for p in folder.glob("*.py"))], folder) or "[]")
    return _grouped(
        (
            Path(r["path"]).stem,
            Complaint(
                "pylint",
                r["symbol"],
                r["message"],
                r["line"],
                r["column"] + 1,
                (r["endLine"], r["endColumn"] + 1) if r["endLine"] else None,
            ),
        )
        for r in rows
    )


def _pyright(folder: Path) -> dict[str, list[Complaint]]:
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "standard"}', "utf-8")
    rows = json.loads(_ran([TOOLS / "basedpyright", "--outputjson", "."], folder) or "{}").get("generalDiagnostics", [])
    return _grouped((Path(r["file"]).stem, _pyright_row(r)) for r in rows)


def _pyright_row(row: dict[str, Any]) -> Complaint:
    start, end = row["range"]["start"], row["range"]["end"]
    message = row["message"].replace("\u00a0", " ")
    return Complaint(
        "basedpyright",
        row.get("rule", ""),
        message,
        start["line"] + 1,
        start["character"] + 1,
        (end["line"] + 1, end["character"] + 1),
    )


_JAVAC: Final = re.compile(
    r"^[^\n]*?(\w+)\.java:(\d+): error: ([^\n]*)\n[^\n]*\n( *)\^\n((?:  (?:symbol|location): [^\n]*\n)*)", re.MULTILINE
)


def _javac(path: Path) -> list[Complaint]:
    command = [
        "javac",
        "-proc:none",
        "-Xmaxerrs",
        "50",
        "--should-stop=ifError=FLOW",
        "-d",
        str(path.parent / "out"),
        path.name,
    ]
    done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False)
    found = []
    for m in _JAVAC.finditer(done.stderr):
        said = m[3] + ("\n" + m[5].rstrip() if m[5] else "")
        found.append(Complaint("javac", "", said, int(m[2]), len(m[4]) + 1))
    return found or ([Complaint("javac", "", "?", 0, 1)] if done.returncode else [])


def _javacs(folder: Path) -> dict[str, list[Complaint]]:
    return {path.stem: _javac(path) for path in sorted(folder.glob("*.java"))}


def _grouped(rows: Iterator[tuple[str, Complaint]]) -> dict[str, list[Complaint]]:
    found: dict[str, list[Complaint]] = {}
    for stem, complaint in rows:
        found.setdefault(stem, []).append(complaint)
    return found


def tools(language: str) -> dict[str, Callable[[Path], dict[str, list[Complaint]]]]:
    """The tools of a language that are there."""
    if language == "java":
        return {"javac": _javacs}
    beside = {"mypy": _mypy, "pylint": _pylint, "basedpyright": _pyright}
    return {"ruff": _ruff, **{name: run for name, run in beside.items() if (TOOLS / name).is_file()}}


# Asking.


def _fact(doc: Document, complaint: Complaint) -> Finding:
    start = _offset(doc.text, complaint.line, complaint.column)
    end = _offset(doc.text, *complaint.end) if complaint.end else start
    return Finding(
        complaint.code, Severity.ERROR, doc.path, Span(start, max(start, end)), complaint.message, source=complaint.tool
    )


def _offset(text: bytes, line: int, column: int) -> int:
    lines = text.split(b"\n")
    row = lines[min(line, len(lines)) - 1].decode("utf-8", "replace")
    return sum(len(each) + 1 for each in lines[: line - 1]) + len(row[: max(0, column - 1)].encode())


def _shape(text: bytes, language: str) -> tuple[list[str], list[str]]:
    """Imports in any order, and the other lexemes in theirs."""
    heads = (b"import ", b"from ")
    rows = text.split(b"\n")
    imports = sorted(row.decode().strip() for row in rows if row.startswith(heads))
    rest = b"\n".join(row for row in rows if not row.startswith(heads))
    return imports, [row.text for row in lexemes(rest, language) if row.kind != "newline"]


async def asked(found: list[Case], language: str, *, verbose: bool = False) -> dict[str, Tally]:
    """What the corrector answers, by tool."""
    tallies: dict[str, Tally] = {}
    suffix = {"python": ".py", "java": ".java"}[language]
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder, "before"), Path(folder, "after")
        for place, text in ((before, "good"), (after, "bad")):
            place.mkdir()
            for case in found:
                (place / f"{case.name}{suffix}").write_text(getattr(case, text), "utf-8")
        said = {tool: (run(before), run(after)) for tool, run in tools(language).items()}
        for case in found:
            # A root of its own: what lies beside it would be imported by name.
            root = Path(folder, "roots", case.name)
            root.mkdir(parents=True)
            path = root / f"{case.name}{suffix}"
            path.write_text(case.bad, "utf-8")
            workspace = Workspace.open(root, Settings(), engine="embedded")
            try:
                await workspace.index_built()
                for tool, (was, now) in said.items():
                    known = Counter(c.message for c in was.get(case.name, []))
                    fresh = [
                        c
                        for c in now.get(case.name, [])
                        if known[c.message] == 0 and abs(c.line - case.line) <= _reach(case)
                    ]
                    for complaint in fresh[:1]:
                        tally = tallies.setdefault(tool, Tally())
                        await _one(
                            document(path, language, case.bad), case, complaint, workspace, tally, verbose=verbose
                        )
            finally:
                await workspace.close()
    return tallies


def _reach(case: Case) -> int:
    """How far from the damage its complaint may stand: what is lost shows where it is used."""
    return 10**6 if case.kind in {"lost_import", "java_import", "throws", "no_self"} else 0


async def _one(
    doc: Document, case: Case, complaint: Complaint, workspace: Workspace, tally: Tally, *, verbose: bool
) -> None:
    fact = _fact(doc, complaint)
    request = Request(Task.FIX, doc, fact.span, FixOptions(), "invoked", facts=(fact,))
    answer = await pipeline.suggest(request, workspace)
    tally.asked += 1
    told = f"{case.name} {case.kind} line {complaint.line}: {complaint.message.splitlines()[0][:110]}"
    if isinstance(answer, Declined) or answer.confidence < LIKELIER_THAN_NOT:
        tally.silent[case.kind] += 1
        if verbose:
            why = (
                f"{answer.reason}: {answer.detail[:80]}"
                if isinstance(answer, Declined)
                else f"{answer.title} {answer.confidence}"
            )
            print(f"  - {complaint.tool:12} {told}\n      {why}")
        return
    tally.offered += 1
    fixed = texts.apply(doc, answer.edits).text
    if _shape(fixed, case.language) == _shape(case.good.encode(), case.language):
        tally.right += 1
    else:
        tally.wrong.append(f"{told} -> {answer.title}")
        if verbose:
            print(f"  ! {complaint.tool:12} {tally.wrong[-1]}")


def figures(*, count: int = 60, seed: int = 1, apart: bool = False, verbose: bool = False) -> dict[str, Any]:
    """`fix.diagnostics_*`: complaints asked about, answered, right and wrong, over all tools and by tool."""
    result: dict[str, Any] = {}
    whole = Tally()
    for language in ("python", "java"):
        if language == "java" and not list(Path("/usr/lib/jvm").glob("*/lib/src.zip")):
            continue
        found = cases(language, count if language == "python" else count // 2, seed, apart=apart)
        for tool, tally in asyncio.run(asked(found, language, verbose=verbose)).items():
            result[f"fix.diagnostics_{tool}_asked"] = tally.asked
            result[f"fix.diagnostics_{tool}_fixed_pct"] = round(100 * tally.right / max(1, tally.asked), 1)
            result[f"fix.diagnostics_{tool}_wrong"] = len(tally.wrong)
            whole.asked += tally.asked
            whole.offered += tally.offered
            whole.right += tally.right
            whole.wrong += tally.wrong
    result["fix.diagnostics_asked"] = whole.asked
    result["fix.diagnostics_fixed_pct"] = round(100 * whole.right / max(1, whole.asked), 1)
    result["fix.diagnostics_wrong"] = len(whole.wrong)
    return result


def main() -> None:
    """Print the figures as JSON; `--misses` tells each complaint that has no right answer."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=60)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--apart", action="store_true", help="the half that is kept apart")
    options.add_argument("--misses", action="store_true")
    chosen = options.parse_args()
    print(
        json.dumps(figures(count=chosen.count, seed=chosen.seed, apart=chosen.apart, verbose=chosen.misses), indent=1)
    )


if __name__ == "__main__":
    main()
