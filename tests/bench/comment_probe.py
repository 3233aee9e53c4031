"""Measures generated documentation on foreign code: the standard library and installed packages, or a Java source tree.

Docstrings (or Javadoc) are taken out first, then every definition is documented as the command line would do it, and
the result is held against Python's own `ast`, a second run, and, when given, `pydoclint` or `javac -Xdoclint:all`.

    python tests/bench/comment_probe.py [--functions 1000] [--style google] [--lang en] [--pydoclint PROGRAM]
    python tests/bench/comment_probe.py --java FOLDER [--javac PROGRAM] [--classpath PATHS]
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import random
import re
import site
import subprocess
import sysconfig
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from report import Figure, publish

from copilot import edits
from copilot.config import Settings
from copilot.engines.embedded.comment import document_at
from copilot.syntax.outline import outline
from copilot.syntax.tree import descendants, of
from copilot.tasks import comment
from copilot.types import CommentOptions, Declined, Document, Edit, Project, Request, Task, document
from copilot.verify import docsections
from copilot.verify.doctarget import KINDS

SEED = 7
LARGEST = 60_000
FILLERS = {"the", "a", "an", "of", "is", "this", "value", "parameter", "for"}


class Count(Counter[str]):
    """What was seen, by name; `times` are seconds a definition."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []
        self.reasons: Counter[str] = Counter()


def python_files() -> Iterator[Path]:
    """Files of the standard library and of the installed packages, in a fixed random order."""
    folders = [Path(sysconfig.get_path("stdlib")), *map(Path, site.getsitepackages())]
    found = {p for folder in folders for p in folder.rglob("*.py") if not {"test", "tests", "idle_test"} & set(p.parts)}
    listed = sorted(found)
    random.Random(SEED).shuffle(listed)
    yield from listed


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


def bare_java(text: bytes) -> bytes:
    """The file without its Javadoc."""
    tree = of(document(Path("A.java"), "java", text))
    assert tree is not None
    pieces, at = [], 0
    for node in descendants(tree.root_node, "block_comment"):
        if (node.text or b"").startswith(b"/**"):
            pieces.append(text[at : node.start_byte])
            at = node.end_byte
    return b"".join([*pieces, text[at:]])


async def documented(doc: Document, options: CommentOptions, count: Count) -> Document:
    """The file with every definition documented that can be; each proposal goes through all checks."""
    made: list[Edit] = []
    for symbol in outline(doc).symbols:
        if symbol.kind not in KINDS:
            continue
        request = Request(Task.COMMENT, doc, symbol.name_span, options)
        started = time.perf_counter()
        answer = document_at(request, options, Settings())
        count.times.append(time.perf_counter() - started)
        kind = "functions" if symbol.kind in {"function", "method", "constructor"} else "types"
        count[kind] += 1
        if isinstance(answer, Declined):
            count["declined"] += 1
            count.reasons[re.sub(r"\S*\.\S*|\b\w*_\w*\b", "…", answer.reason)[:60]] += 1
            continue
        failed = [
            check async for check in comment.checks(answer, request, Project(doc.path), Settings()) if not check.passed
        ]
        if failed:
            count["refused by a check"] += 1
            count.reasons[f"check {failed[0].name}: {failed[0].detail}"[:70]] += 1
            continue
        count[f"documented {kind}"] += 1
        made += answer.edits
    return edits.apply(doc, made)


async def second_run(doc: Document, options: CommentOptions, first: Document) -> int:
    """How many definitions that were documented in the first run would be changed again."""
    before = {s.qualified: s.docstring for s in outline(first).symbols}
    changed = 0
    for symbol in outline(doc).symbols:
        if symbol.kind in KINDS and symbol.docstring is not None and before.get(symbol.qualified) is None:
            answer = document_at(Request(Task.COMMENT, doc, symbol.name_span, options), options, Settings())
            changed += not isinstance(answer, Declined)
    return changed


def empty_phrases(doc: Document) -> int:
    """Entries whose description only repeats the name."""
    found = 0
    for symbol in outline(doc).symbols:
        text = docsections.read(doc, symbol.docstring) if symbol.docstring is not None else None
        for section in text.sections if text is not None else ():
            for entry in section.entries:
                lines = [line.text for line in text.lines[entry.first : entry.last + 1]] if text is not None else []
                head = r"^\s*(?:@param|:param|:raises|@throws)?\s*\*{0,2}[\w.<>]+\s*(?:\([^)]*\))?\s*:?"
                lines[0] = "" if text is not None and text.style == "numpy" else re.sub(head, "", lines[0])
                said = " ".join(lines)
                words = set(re.findall(r"[a-z]+|[\u4e00-\u9fff]+", said.lower())) - FILLERS
                own = set(re.findall(r"[a-z]+", entry.name.lower()))
                found += bool(words) and words <= own and "`" not in said and "{@code" not in said
    return found


def same_ast(one: bytes, other: bytes) -> bool:
    """True when both parse to the same tree without docstrings (a body that was only a docstring is `pass`)."""
    return _dump(one) == _dump(other)


def _dump(text: bytes) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            node, clean=False
        ):
            del node.body[0]
    return ast.dump(tree)


async def python(wanted: int, options: CommentOptions, folder: Path) -> Count:
    """The figures on Python; the documented files are left in `folder`."""
    count = Count()
    for path in python_files():
        if count["functions"] >= wanted:
            break
        raw = path.read_bytes()
        if len(raw) > LARGEST or b"\r" in raw or b"\t" in raw:
            continue
        try:
            raw.decode()
        except UnicodeDecodeError:
            continue
        bare = bare_python(raw)
        if bare is None or b"def " not in bare:
            continue
        count["files"] += 1
        doc = document(folder / f"{count['files']:04}_{path.name}", "python", bare)
        after = await documented(doc, options, count)
        doc.path.write_bytes(after.text)
        count["AST changes"] += not same_ast(bare, after.text)
        count["second-run changes"] += await second_run(after, options, doc)
        count["empty phrases"] += empty_phrases(after)
    return count


async def java(root: Path, options: CommentOptions, folder: Path) -> Count:
    """The figures on Java; the documented files are left in `folder`."""
    count = Count()
    for path in sorted(root.rglob("*.java")):
        raw = path.read_bytes()
        if path.name in {"package-info.java", "module-info.java"}:
            continue
        bare = bare_java(raw.decode("utf-8", "replace").encode())
        target = folder / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        if len(bare) > LARGEST:
            target.write_bytes(bare)  # the others need it to compile
            continue
        count["files"] += 1
        doc = document(target, "java", bare)
        after = await documented(doc, options, count)
        target.write_bytes(after.text)
        count["token changes"] += java_tokens(bare) != java_tokens(after.text)
        count["second-run changes"] += await second_run(after, options, doc)
        count["empty phrases"] += empty_phrases(after)
    return count


def java_tokens(text: bytes) -> list[bytes]:
    """The text without comments and blanks, token by token, by a scanner of its own."""
    pattern = rb"/\*.*?\*/|//[^\n]*|\"\"\".*?\"\"\"|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])+'|\w+|[^\w\s]"
    return [m for m in re.findall(pattern, text, re.DOTALL) if not m.startswith((b"/*", b"//"))]


ASIDE = (
    ("DOC(106|107|109|110)", "", "the signature has no type hints"),
    ("DOC203", "Return annotation has 0 type", "no annotation, so no type is named"),
    ("DOC40[34]|DOC203|DOC201", "", "a generator without a generator's annotation"),
    ("DOC405", "", "asks for another annotation"),
    ("DOC201", "", "only bare `return`: nothing is returned"),
    ("DOC50[13]", "", "a raise that does not leave the function, or of a value whose class is not in the statement"),
    ("DOC60[13]", "", "an assignment to another object's attribute"),
)
"""Findings that are not about the documentation: code, text in the message, reason. The first that fits counts."""


def pydoclint(program: str, style: str, folder: Path) -> tuple[Counter[str], Counter[str]]:
    """`(findings, set aside)`: a finding is set aside when its reason is shown to hold by Python's own `ast`."""
    name = "sphinx" if style == "rest" else style
    command = [program, f"--style={name}", "--allow-init-docstring=True", "--quiet", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found: Counter[str] = Counter()
    aside: Counter[str] = Counter()
    nodes: dict[int, ast.AST] = {}
    for line in (done.stdout + done.stderr).splitlines():
        if line.endswith(".py"):
            tree = ast.parse(Path(line.strip()).read_bytes())
            nodes = {
                n.lineno: n
                for n in ast.walk(tree)
                if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            }
            continue
        match = re.match(r"\s+(\d+): (DOC\d+)", line)
        if match is None:
            continue
        reason = next(
            (
                why
                for code, text, why in ASIDE
                if re.fullmatch(code, match[2]) and text in line and holds(why, nodes.get(int(match[1])))
            ),
            "",
        )
        (aside if reason else found)[reason or match[2]] += 1
    return found, aside


def holds(reason: str, node: ast.AST | None) -> bool:
    """True when the reason for setting a finding aside is a fact of the function."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        targets = (
            [t for n in node.body if isinstance(n, ast.Assign) for t in n.targets]
            if isinstance(node, ast.ClassDef)
            else []
        )
        return reason.startswith("an assignment") and any(isinstance(target, ast.Attribute) for target in targets)
    own: list[ast.AST] = []
    stack: list[ast.AST] = list(node.body)
    while stack:
        at = stack.pop()
        own.append(at)
        if not isinstance(at, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            stack.extend(ast.iter_child_nodes(at))
    if reason.startswith("a generator"):
        declared = ast.unparse(node.returns) if node.returns is not None else ""
        return any(isinstance(n, ast.Yield | ast.YieldFrom) for n in own) and not re.search(
            r"Generator\[|Iterator\[|Iterable\[", declared
        )
    if reason.startswith("only bare"):
        return not any(isinstance(n, ast.Return) and n.value is not None for n in own)
    if reason.startswith("a raise"):
        raised = [n.exc for n in own if isinstance(n, ast.Raise)]
        return any(isinstance(n, ast.Try) for n in own) or any(
            exc is None or not re.match(r"[\w.]*[A-Z]\w*(\(|$)", ast.unparse(exc)) for exc in raised
        )
    return not reason.startswith("an assignment")


def doclint(program: str, folder: Path, classpath: str) -> Counter[str]:
    """What `javac -Xdoclint:all` says about documentation that exists (not that some is missing elsewhere)."""
    files = [str(path) for path in sorted(folder.rglob("*.java"))]
    with tempfile.TemporaryDirectory() as out:
        command = [
            program,
            "-Xdoclint:all",
            "-Xmaxwarns",
            "100000",
            "-Xmaxerrs",
            "100000",
            "-proc:none",
            "-encoding",
            "UTF-8",
            "-d",
            out,
        ]
        done = subprocess.run(
            [*command, *(["-cp", classpath] if classpath else []), *files], capture_output=True, text=True, check=False
        )
    found: Counter[str] = Counter()
    for line in done.stderr.splitlines():
        match = re.match(r".*\.java:\d+: (warning|error): (.*)", line)
        if match and not match[2].startswith(("no comment", "[")) and "default constructor" not in match[2]:
            found[match[2][:70]] += 1
    return found


def figures(count: Count) -> list[Figure]:
    """The numbers of the table that later versions are compared with."""
    return [
        Figure("comment.functions", count["functions"], "functions"),
        Figure("comment.documented", count["documented functions"], "functions"),
        Figure("comment.code_changes", count["AST changes"], "functions", "<=", 0),
        Figure("comment.second_run_changes", count["second-run changes"], "functions", "<=", 0),
        Figure("comment.empty_phrases", count["empty phrases"], "phrases", "<=", 0),
    ]


def show(title: str, count: Count, foreign: Counter[str] | None, label: str) -> None:
    """Print the table."""
    print(f"\n{title}")
    keys = ["files", "functions", "types", "documented functions", "documented types", "declined", "refused by a check"]
    keys += ["AST changes", "token changes", "second-run changes", "empty phrases"]
    for key in keys:
        if key in count:
            print(f"  {key:<24}{count[key]:>8}")
    times = sorted(count.times) or [0.0]
    print(
        f"  {'ms a definition, p50':<24}{times[len(times) // 2] * 1e3:>8.2f}\n  {'ms a definition, p95':<24}{times[int(len(times) * 0.95)] * 1e3:>8.2f}"
    )
    for reason, times_seen in count.reasons.most_common(12):
        print(f"    {times_seen:>6}  {reason}")
    if foreign is not None:
        print(f"  {label:<24}{foreign.total():>8}")
        for code, times_seen in foreign.most_common(12):
            print(f"    {times_seen:>6}  {code}")


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--functions", type=int, default=1000)
    parser.add_argument("--style", choices=["google", "numpy", "rest"], default="google")
    parser.add_argument("--lang", choices=["en", "zh"], default="en")
    parser.add_argument("--pydoclint")
    parser.add_argument("--java", type=Path)
    parser.add_argument("--javac")
    parser.add_argument("--classpath", default="")
    parser.add_argument("--out", type=Path, help="keep the documented files here")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.out or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        options = CommentOptions(asked.style, asked.lang)
        if asked.java:
            count = asyncio.run(java(asked.java, options, folder))
            foreign = doclint(asked.javac, folder, asked.classpath) if asked.javac else None
            show(f"Java, {asked.lang}", count, foreign, "doclint findings")
        else:
            count = asyncio.run(python(asked.functions, options, folder))
            foreign, aside = pydoclint(asked.pydoclint, asked.style, folder) if asked.pydoclint else (None, Counter())
            show(f"Python, {asked.style}, {asked.lang}", count, foreign, "pydoclint findings")
            for reason, times in aside.most_common():
                print(f"    set aside {times:>6}  {reason}")
            publish("comments", figures(count))


if __name__ == "__main__":
    main()
