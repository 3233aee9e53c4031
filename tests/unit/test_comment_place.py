"""Documentation on headers and bodies of any shape: the program stays the same, a second run changes nothing."""

from __future__ import annotations

import ast
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from copilot import edits, files
from copilot.config import Settings
from copilot.engines.embedded.comment import document_at
from copilot.syntax.outline import outline
from copilot.tasks import comment
from copilot.types import Candidate, CommentOptions, Declined, Document, Project, Request, Span, Task, document

HEADERS = [
    "def f(a, b=1):",
    "async def f(a, *, b: int = 1) -> int:",
    "def f(\n{I}a,  # first\n{I}b=1,\n):",
    "@dec\n@other(1)\ndef f(a, /, *b, **c):  # note",
    "def f(a) -> 'dict[str, int]' :",
]
BODIES = [
    " return a",
    " x = a; return x  # why",
    ' return """two\n  lines"""',
    "\n{I}return a",
    "\n{I}# type: (int) -> int\n{I}# remark\n{I}return a",
    "\n\n{I}# remark\n\n{I}if a:\n{I}{I}raise ValueError('x')\n{I}return [a]\n",
    "\n{I}'Words.'\n{I}return a",
    '\n{I}"""Words of a person.\n\n{I}More words.\n{I}"""\n{I}return a',
    '\n{I}r"""Words.\n\n{I}:param a: what\n{I}"""\n{I}raise KeyError(a)',
    '\n{I}"""Words.\n\n{I}Args:\n{I}{I}a: what\n\n{I}Note:\n{I}{I}Kept.\n{I}"""\n{I}yield a',
    '\n{I}"""Words.\n\n{I}Parameters\n{I}----------\n{I}a\n{I}{I}what\n{I}"""\n{I}return a',
    "\n{I}...",
    " ...",
]
WRAPPERS = ["{F}", "class A:\n{I}x = 1\n\n{F1}\n", "def outer():\n{F1}\n{I}return f\n", "if True:\n{F1}\n"]


def program(header: str, body: str, wrapper: str, indent: str) -> str:
    if "# note" in header and not body.startswith("\n"):
        header = header.replace("  # note", "")
    text = (header + body).replace("{I}", indent)
    inner = "\n".join(indent + line if line.strip() else line for line in text.split("\n"))
    return wrapper.replace("{F1}", inner).replace("{F}", text).replace("{I}", indent) + "\n"


def stripped(text: bytes) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and ast.get_docstring(node) is not None
        ):
            del node.body[0]
    return ast.dump(tree)


def ask(doc: Document, name: str, options: CommentOptions) -> tuple[Request, Candidate | Declined]:
    span = next(s.name_span for s in outline(doc).symbols if s.name == name)
    request = Request(Task.COMMENT, doc, span, options)
    return request, document_at(request, options, Settings())


@given(
    st.sampled_from(HEADERS),
    st.sampled_from(BODIES),
    st.sampled_from(WRAPPERS),
    st.sampled_from(["    ", "  ", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["google", "numpy", "rest"]),
    st.sampled_from(["en", "zh"]),
)
@settings(max_examples=300, deadline=None)
def test_any_shape(header, body, wrapper, indent, newline, style, lang):
    text = program(header, body, wrapper, indent).replace("\n", newline)
    before = stripped(text.encode())
    doc = document(Path("a.py"), "python", text)
    options = CommentOptions(style, lang)
    _, answer = ask(doc, "f", options)
    if isinstance(answer, Declined):
        return
    after = edits.apply(doc, answer.edits)
    assert stripped(after.text) == before
    assert newline == "\n" or b"\n" not in after.text.replace(b"\r\n", b"")
    for words in ("Words", "More words.", "# remark", "# why", "# note", "Kept."):
        assert after.text.decode().count(words) == text.count(words)
    _, again = ask(after, "f", options)
    assert isinstance(again, Declined), again.edits


async def test_every_shape_passes_the_gates():
    refused = []
    for header in HEADERS:
        for body in BODIES:
            doc = document(Path("a.py"), "python", program(header, body, WRAPPERS[1], "    "))
            request, answer = ask(doc, "f", CommentOptions("google", "en"))
            if isinstance(answer, Candidate):
                checks = [c async for c in comment.checks(answer, request, Project(Path()), Settings())]
                refused += [(header, body, c) for c in checks if not c.passed]
    assert refused == []


def test_a_gb18030_file_keeps_its_encoding(tmp_path: Path):
    path = tmp_path / "a.py"
    path.write_bytes(
        "# -*- coding: gb18030 -*-\n# 余额\ndef get_balance(account):\n    return account.value\n".encode("gb18030")
    )
    doc = files.read(path, "python")
    _, answer = ask(doc, "get_balance", CommentOptions())
    assert isinstance(answer, Candidate)
    files.write(edits.apply(doc, answer.edits))
    text = path.read_bytes().decode("gb18030")
    assert '"""返回余额：' in text
    compile(path.read_bytes(), "a.py", "exec")


def test_offers_only_where_something_is_missing():
    doc = document(Path("a.py"), "python", 'def f(a):\n    return a\n\n\ndef g():\n    """Do nothing."""\n\n\nX = 1\n')
    at = doc.text.index(b"return")
    offers = comment.offers(doc, Span(at, at))
    assert [(o.title, o.task) for o in offers] == [("Document f", Task.COMMENT)]
    inside = doc.text.index(b"nothing")
    assert comment.offers(doc, Span(inside, inside)) == []
    assert comment.offers(doc, Span(len(doc.text), len(doc.text))) == []


def test_targets_of_a_file_leave_out_what_is_minor():
    text = (
        '"""Doc."""\nclass A:\n    def __init__(self, x): self.x = x\n    def __repr__(self): return "A"\n'
        "    def f(self):\n        def inner(): pass\n        return inner\n"
        "class B(A):\n    def f(self): return 1\n    def g(self): return 2\n"
    )
    doc = document(Path("a.py"), "python", text)
    spans = comment.targets(doc, Span(0, len(doc)))
    assert [doc.text[s.start : s.end].decode() for s in spans] == ["A", "__init__", "f", "B", "g"]


def test_other_languages_have_nothing_to_offer():
    doc = document(Path("a.sql"), "sql", "SELECT 1;\n")
    assert comment.offers(doc, Span(0, 0)) == []
    assert comment.targets(doc, Span(0, len(doc))) == []
    answer = document_at(Request(Task.COMMENT, doc, Span(0, 0), CommentOptions()), CommentOptions(), Settings())
    assert isinstance(answer, Declined)


def test_wider_offers_are_for_a_selection_a_file_a_header_and_reasons():
    text = "def f(a):\n    return a\n\n\ndef g(wait_s):\n    wait_ms = wait_s * 1000\n    return wait_ms\n"
    doc = document(Path("a.py"), "python", "X = 1\n\n\n" + text)
    whole = Span(doc.text.index(b"def f"), len(doc))
    assert [o.title for o in comment.wider_offers(doc, whole)] == [
        "Document the selection",
        "Document what is missing in this file",
    ]
    assert all(o.options.reach == "all" for o in comment.wider_offers(doc, whole))
    inside = doc.text.index(b"wait_ms")
    kinds = [(o.title, o.options.kind) for o in comment.offers(doc, Span(inside, inside))]
    assert kinds == [("Document g", "docstring"), ("Say in comments why", "inline")]
    bare = document(Path("a.py"), "python", "import os\n\n\n" + text)
    assert [(o.title, o.options.kind) for o in comment.offers(bare, Span(0, 0))] == [
        ("Write the header of the file", "header")
    ]
