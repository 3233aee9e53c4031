"""Judges of generated documentation that share nothing with what wrote it: Python's `ast`, a scanner of Java's tokens,
pydoclint, javac's doclint, and a definition of an empty phrase.

A description is empty when all its content words are in the name or the type of the thing it describes. Content words
are what is left without the words that any description may have (articles, "returns", "value", "parameter" …). A word
is in a name when both begin alike (`calc`, "calculate"; `init`, "initialize"). Chinese has no such likeness: there a
description is empty when it shows no code and, without a translation of the name, nothing is left.
"""

from __future__ import annotations

import ast
import re
import subprocess
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from copilot.engines.embedded.docwords import chinese, words
from copilot.syntax.outline import Symbol, outline
from copilot.types import Document, document
from copilot.verify import docsections
from copilot.verify.doctarget import KINDS

GENERAL = frozenset(
    [
        "a",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "being",
        "by",
        "can",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "may",
        "must",
        "no",
        "not",
        "of",
        "on",
        "one",
        "or",
        "otherwise",
        "shall",
        "should",
        "so",
        "some",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "under",
        "until",
        "was",
        "were",
        "what",
        "when",
        "where",
        "whether",
        "which",
        "while",
        "who",
        "will",
        "with",
        "within",
        "would",
        "you",
        "your",
        "argument",
        "arguments",
        "attribute",
        "attributes",
        "call",
        "called",
        "calls",
        "class",
        "constructor",
        "data",
        "exception",
        "field",
        "fields",
        "function",
        "given",
        "gets",
        "gives",
        "holds",
        "instance",
        "item",
        "items",
        "method",
        "module",
        "object",
        "objects",
        "param",
        "parameter",
        "parameters",
        "result",
        "results",
        "return",
        "returned",
        "returning",
        "returns",
        "set",
        "sets",
        "something",
        "thing",
        "things",
        "type",
        "types",
        "typed",
        "use",
        "used",
        "uses",
        "using",
        "value",
        "values",
        "variable",
    ]
)
CHINESE_GENERAL = (
    "返回值", "返回", "参数", "类型为", "类型", "数值", "结果", "对象", "函数", "方法", "属性", "字段", "给定", "指定", "用于", "所有",
    "一个", "表示", "该", "此", "的", "值", "为", "是", "和", "与", "或", "在", "中", "类",
)  # fmt: skip
TAGS = r"@param|@return|@returns|@throws|@yields|:param|:raises|:return|:rtype|:type|:yield|:ytype|:ivar|:vartype|\.\. attribute ::"


def described(doc: Document) -> Iterator[tuple[str, str, str]]:
    """`(name, type, description)` of each definition's summary and of each entry of its documentation."""
    found = outline(doc)
    for symbol in found.symbols:
        text = (
            docsections.read(doc, symbol.docstring) if symbol.docstring is not None and symbol.kind in KINDS else None
        )
        if text is None:
            continue
        end = min((section.first for section in text.sections), default=len(text.lines))
        owner = found.parent(symbol)
        name = f"{symbol.name} {owner.name}" if symbol.kind == "constructor" and owner is not None else symbol.name
        yield name, symbol.returns or "", " ".join(line.text for line in text.lines[:end])
        for section in text.sections:
            lines = [line.text for line in text.lines]
            if not section.entries:
                yield (
                    symbol.name,
                    symbol.returns or "",
                    _value(lines[section.body : section.last + 1], text.style, symbol),
                )
            for entry in section.entries:
                own = lines[entry.first : entry.last + 1]
                if re.match(r"\s*(:rtype|:type|:ytype|:vartype)", own[0]):
                    continue
                if section.part in {"returns", "yields"}:
                    yield symbol.name, symbol.returns or "", _value(own, text.style, symbol)
                    continue
                kind = next((p.annotation or "" for p in symbol.parameters if p.name == entry.name), "")
                yield entry.name, kind, _entry(own, text.style)


def _value(lines: list[str], style: str, symbol: Symbol) -> str:
    """A returned value's description without its type."""
    if style == "numpy":
        lines = (
            lines[1:] if lines and lines[0].strip() in " ".join((symbol.returns or "").split()) else lines
        )  # without a type the sentence begins at once
    text = " ".join(lines)
    if style == "google" and symbol.returns:
        text = text.strip().removeprefix(f"{symbol.returns}:")
    return re.sub(rf"^\s*(?:{TAGS})\s*(?:\{{[^@}}][^}}]*\}})?:?", "", text)


def _entry(lines: list[str], style: str) -> str:
    if style == "numpy":
        return " ".join(lines[1:])
    head = rf"^\s*(?:{TAGS})?\s*(?:\{{[^@}}][^}}]*\}}\s*)?\[?\*{{0,2}}[\w.<>$]+(?:=[^\]]*)?\]?\s*(?:\(.*?\):|:)?"
    if style == "jsdoc" and "@throws" in lines[0]:
        return re.sub(r"^\s*@throws\s+\{[^}]*\}", "", " ".join(lines))
    return " ".join([re.sub(head, "", lines[0], count=1), *(line for line in lines[1:] if ":type" not in line)])


def is_empty(name: str, kind: str, text: str) -> bool:
    """True for a description that says no more than the name and the type of what it describes."""
    if re.search(r"`(?:\[\]|\(\)|\{\}|''|\"\")`", text):  # an empty value is one
        return False
    plain = re.sub(r"\{@(?:code|link) |[{}]", " ", text)
    own = {
        w.lower()
        for w in re.findall(r"[A-Za-z]+", " ".join(words(name)) + " " + re.sub(r"([a-z])([A-Z])", r"\1 \2", kind))
    }
    own |= {w.lower() for w in re.findall(r"[A-Za-z]+", name.replace("_", " ") + " " + kind)}
    said = [w.lower() for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", plain)]
    quoted = " ".join("".join(found) for found in re.findall(r"`([^`]+)`|\{@code ([^}]*)\}", text))
    shown = {w.lower() for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", quoted)}  # in code no word is a filler
    left = [w for w in said if (w in shown or w not in GENERAL) and not any(_alike(w, other) for other in own)]
    if left or re.search(r"[\d=<>+*/%'\"-]", re.sub(r"``|\*\*|--", "", plain)):
        return False
    cjk = "".join(re.findall(r"[\u4e00-\u9fff]+", text))
    for known in sorted({chinese(words(name)), *(chinese([w]) for w in words(name))} - {""}, key=len, reverse=True):
        cjk = cjk.replace(known, "")
    for general in CHINESE_GENERAL:
        cjk = cjk.replace(general, "")
    return len(cjk) < 2


def _alike(word: str, other: str) -> bool:
    short = min(len(word), len(other))
    return word[:4] == other[:4] if short >= 4 else word[:short] == other[:short] and (short >= 3 or word == other)


def empty_phrases(doc: Document) -> list[str]:
    """The descriptions that are empty, with the name before them."""
    return [f"{name}: {' '.join(text.split())}" for name, kind, text in described(doc) if is_empty(name, kind, text)]


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


PYDOCLINT = (
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
"""As strict as it gets. What this asks of the code instead of its documentation is set aside, each time with proof."""


def pydoclint(style: str, folder: Path) -> tuple[Counter[str], Counter[str], list[str]]:
    """`(findings, set aside, lines)`: a finding is set aside when its reason is shown to hold by Python's own `ast`."""
    program = Path(__file__).parents[2] / ".venv" / "bin" / "pydoclint"
    command = [str(program), f"--style={'sphinx' if style == 'rest' else style}", *PYDOCLINT, str(folder)]
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
            defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
            nodes = {n.lineno: n for n in ast.walk(tree) if isinstance(n, defined)}
            continue
        match = re.match(r"\s+(\d+): (DOC\d+)", line)
        if match is None:
            continue
        node = nodes.get(int(match[1]))
        reason = _aside(match[2], node, methods)
        (aside if reason else found)[reason or match[2]] += 1
        if not reason:
            shown.append(f"{path}:{line.strip()}")
    return found, aside, shown


def _aside(finding: str, node: ast.AST | None, methods: set[ast.AST]) -> str:
    """Why a finding says nothing about the documentation; empty when it does."""
    if isinstance(node, ast.ClassDef):
        targets = [t for n in node.body if isinstance(n, ast.Assign) for t in n.targets]
        untyped = any(isinstance(n, ast.Assign) for n in node.body)
        texts = [isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant) for n in node.body]
        if finding in {"DOC601", "DOC603"} and any(texts[1:]):
            return "attributes that people documented by strings below them"
        if finding in {"DOC601", "DOC603"} and any(not isinstance(t, ast.Name) for t in targets):
            return "an assignment to several names, or to another object's attribute"
        return "an attribute without a type in the code" if finding == "DOC605" and untyped else ""
    if finding == "DOC606":  # found at the attribute
        return "attributes that people documented by strings below them"
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return ""
    is_method = node in methods and not any(ast.unparse(one).endswith("staticmethod") for one in node.decorator_list)
    listed = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
    bare = any(one is not None and one.annotation is None for one in listed[is_method:])
    if finding in {"DOC106", "DOC107", "DOC109", "DOC110", "DOC111"} and bare:
        return "a parameter without a type in the code"
    own = list(_own(node))
    makes = any(isinstance(n, ast.Yield | ast.YieldFrom) for n in own)
    declared = ast.unparse(node.returns) if node.returns is not None else ""
    if finding in {"DOC203", "DOC402", "DOC403", "DOC404"} and not declared:
        return "no result type in the code"
    if (
        finding in {"DOC201", "DOC203", "DOC403"}
        and makes
        and not any(
            isinstance(n, ast.Expr | ast.Assign | ast.AnnAssign)
            and any(isinstance(m, ast.Yield | ast.YieldFrom) for m in ast.walk(n))
            for n in own
        )
    ):
        return "a `yield` inside a `return`, which pydoclint does not see"
    if finding in {"DOC201", "DOC203", "DOC403", "DOC404", "DOC405"} and makes:
        known = re.match(r"['\"]?(?:\w+\.)*(Async)?(Generator|Iterator|Iterable)\[", declared)
        return "" if known and finding != "DOC405" else "a generator that is not annotated as one"
    gives = any(isinstance(n, ast.Return) and n.value is not None for n in own)
    if (finding == "DOC202" and gives) or (
        finding == "DOC403" and makes and any(isinstance(n, ast.Return) and isinstance(n.value, ast.Yield) for n in own)
    ):
        return "a `return` or `yield` that pydoclint does not see"
    if finding == "DOC201" and not any(isinstance(n, ast.Return) and n.value is not None for n in own):
        return "only bare `return`: nothing is returned"
    if finding in {"DOC501", "DOC502", "DOC503"}:
        raised = [n.exc for n in own if isinstance(n, ast.Raise)]
        if any(isinstance(n, ast.Try | ast.With | ast.AsyncWith) for n in own) or any(
            exc is None or not re.match(r"[\w.]*[A-Z]\w*(\(|$)", ast.unparse(exc)) for exc in raised
        ):
            return "a raise that is caught here, or of a value whose class is not in the statement"
    return ""


def _own(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function without those of the functions in it."""
    stack: list[ast.AST] = list(node.body)
    while stack:
        at = stack.pop()
        yield at
        if not isinstance(at, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            stack.extend(ast.iter_child_nodes(at))


@cache
def _documented_lines(path: str) -> frozenset[int]:
    """The lines on which a documented type, method or constructor has its name; `javac` names the same lines."""
    doc = document(Path(path), "java", Path(path).read_bytes())
    spans = [s.name_span for s in outline(doc).symbols if s.kind in KINDS and s.docstring is not None]
    return frozenset(doc.text.count(b"\n", 0, span.start) + 1 for span in spans)


def doclint(folder: Path) -> tuple[Counter[str], Counter[str]]:
    """`(findings, of members that stand without documentation)` of `javac -Xdoclint:all` on all files of `folder`."""
    files = [str(path) for path in sorted(folder.rglob("*.java"))]
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
    return found, without
