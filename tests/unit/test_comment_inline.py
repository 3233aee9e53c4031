"""Comments inside the code and file headers: only what the code shows and the line does not say, and nothing but comments."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from copilot import edits
from copilot.config import Settings
from copilot.engines.embedded.comment import headed, remarked
from copilot.tasks import comment, comment_header
from copilot.types import Candidate, CommentOptions, Declined, Document, Edit, Project, Request, Span, Task, document
from copilot.verify import patterns, remark_gates

PYTHON = """\
DAY_SECONDS = 86400


class Desk:
    def post(self, entry, timeout_s):
        if entry is None:
            return None
        timeout_ms = timeout_s * 1000
        self.count = self.count + 1
        self.ledger.append(entry)
        return timeout_ms

    def fetch(self, url, rate_bps):
        share = rate_bps / 10_000
        for attempt in range(5):
            try:
                return self.open(url)
            except TimeoutError:
                time.sleep(86400)
        raise RuntimeError(share)


def code(text):
    if not re.fullmatch(r"[A-Z]{2}\\d{2}-x*", text):
        raise ValueError(text)
"""
JAVA = """\
package a;

class B {
    private static final int WINDOW = 8640;

    void book(Entry entry, long timeoutSeconds) {
        if (entry == null) {
            return;
        }
        long timeoutMs = timeoutSeconds * 1000L;
        this.total = entry.total;
        ledger.append(entry);
        wait(8640);
        for (int i = 0; i < TIMES; i++) {
            try {
                send(Pattern.compile("\\\\d{4}-[a-z]+"));
                break;
            } catch (IOException e) {
                sleep(i);
            }
        }
    }
}
"""


def doc_of(text: str, path: str) -> Document:
    return document(Path(path), "java" if path.endswith(".java") else "python", text)


async def written(doc: Document, kind: str, lang: str) -> Document:
    """The document with all comments of a kind, proven by the task's checks."""
    options = CommentOptions("auto", lang, kind)  # type: ignore[arg-type]
    for target in reversed(comment.targets(doc, Span(0, len(doc)), kind)):
        request = Request(Task.COMMENT, doc, target, options)
        made = (remarked if kind == "inline" else headed)(request, options, Settings())
        assert isinstance(made, Candidate), made
        async for check in comment.checks(made, request, Project(Path()), Settings()):
            assert check.passed, check
        doc = edits.apply(doc, made.edits)
    return doc


def added(before: Document, after: Document) -> list[str]:
    known = before.text.decode().splitlines()
    return [row.strip() for row in after.text.decode().splitlines() if row not in known]


async def test_python_says_what_its_lines_do_not():
    doc = doc_of(PYTHON, "a.py")
    after = await written(doc, "inline", "en")
    assert added(doc, after) == [
        "# Then `self.count` is not set and `self.ledger.append()` is not called.",
        "# From seconds to milliseconds.",
        "# From basis points to a share of one.",
        "# Tries again on `TimeoutError`, `5` times at most in all.",
        "# The same number as `DAY_SECONDS`.",
        "# Pattern: 2 capital letters, 2 digits, `-`, any number of `x`.",
    ]
    assert comment.targets(after, Span(0, len(after)), "inline") == []


async def test_java_in_chinese():
    doc = doc_of(JAVA, "B.java")
    assert added(doc, await written(doc, "inline", "zh")) == [
        "// 此时不设置 `this.total`，也不调用 `ledger.append()`，也不调用 `wait()`。",
        "// 由秒换算为毫秒。",
        "// 与 `WINDOW` 的值相同。",
        "// 遇到 `IOException` 时重试，总共最多 `TIMES` 次。",
        "// 模式：4 位数字，`-`，至少 1 个小写字母。",
    ]


QUIET = [
    "def f(a):\n    # A person's.\n    if a:\n        return\n    self.x = a\n    go(a)\n",
    "A_CODE = 1000\n\n\ndef f(a):\n    return a * 1000\n",
    "ONE_DAY = 86400\nOTHER = 86400\n\n\ndef f(a):\n    return a + 86400\n",
    "def f(seconds_left):\n    milliseconds = seconds_left * 1000\n    return milliseconds\n",
    "def f(wait_seconds):\n    wait_milliseconds = wait_seconds * 1000\n    return wait_milliseconds\n",
    "def f(a):\n    for one in range(3):\n        try:\n            go(a)\n        except ValueError:\n            raise\n",
    "def f(a):\n    return re.match(r'(?=a)b+', a)\n",
    "def f(a):\n    return re.match('abc', a)\n",
]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("text", QUIET)
def test_no_comment_where_the_code_shows_nothing_more_and_none_is_offered(text, lang):
    doc = doc_of(text, "a.py")
    options = CommentOptions("auto", lang, "inline")
    whole = Request(Task.COMMENT, doc, Span(0, len(doc)), options)
    assert isinstance(remarked(whole, options, Settings()), Declined)
    assert comment.targets(doc, Span(0, len(doc)), "inline") == []
    assert not [one for one in comment.offers(doc, whole.span) if one.options.kind == "inline"]


def test_a_caret_in_a_class_is_not_about_all_its_functions():
    doc = doc_of(
        PYTHON.replace("class Desk:\n", "class Desk:\n    MOST = 1\n\n    def __init__(self):\n        pass\n\n"),
        "a.py",
    )
    options = CommentOptions("auto", "en", "inline")
    for place, count in (("MOST", 0), ("timeout_ms = ", 2)):
        at = doc.text.decode().index(place)
        made = remarked(Request(Task.COMMENT, doc, Span(at, at), options), options, Settings())
        assert len(made.edits if isinstance(made, Candidate) else ()) == count


@pytest.mark.parametrize(
    ("literal", "language", "expected"),
    [
        (r'r"^\d{4}-\d{2}$"', "python", ("digit:4:4", "text:-", "digit:2:2")),
        (r'"[A-Za-z_]+x"', "python", ()),
        (r'"\\d+\\s?"', "java", ("digit:1:*", "space:0:1")),
        (r'"(a|b)\\d"', "java", ()),
        (r'r"(?i)ab\d"', "python", ()),
        (r'f"{x}\d"', "python", ()),
        (r'r"(\d{2})(\d{2})"', "python", ("digit:2:2", "digit:2:2")),
        (r'r"("', "python", ()),
    ],
)
def test_a_pattern_has_a_reading_or_none(literal, language, expected):
    assert patterns.parts(literal, language) == expected


def test_the_gates_refuse_code_and_repetition():
    doc = doc_of(PYTHON, "a.py")
    code = (Edit(doc.path, Span(0, 0), "# fine\nx = 1\n"),)
    assert not remark_gates.only_comments(doc, edits.apply(doc, code), code).passed
    note = (Edit(doc.path, Span(0, 0), "# fine\n# and so on\n"),)
    assert remark_gates.only_comments(doc, edits.apply(doc, note), note).passed
    inside = (Edit(doc.path, Span(doc.text.index(b'"[A-Z]') + 1, doc.text.index(b'"[A-Z]') + 1), "# no"),)
    assert not remark_gates.only_comments(doc, edits.apply(doc, inside), inside).passed
    assert remark_gates.restates("Sets the total.", "self.total = total")
    assert not remark_gates.restates("From seconds to milliseconds.", "timeout_ms = timeout_s * 1000")


HEADERS = [
    (
        "// Copyright 2026 Bank\npackage a;\n\nclass A { }\n\nenum B { X }\n",
        "// Copyright 2026 Bank\n/* Defines the class A and the enum B. */\n\npackage a;",
    ),
    ("package a;\n\nclass A { }\n\nenum B { X }\n", "/* Defines the class A and the enum B. */\n\npackage a;"),
]


@pytest.mark.parametrize(("text", "expected"), HEADERS)
async def test_a_java_header_stands_below_the_licence(text, expected):
    doc = doc_of(text, "A.java")
    after = await written(doc, "header", "en")
    assert after.text.decode().startswith(expected)
    assert not comment_header.wanted(after)
    assert not comment_header.wanted(doc_of("package a;\n\nclass A { }\n", "A.java"))


async def test_a_package_and_a_module_say_what_they_hold(tmp_path):
    for name in ("Account", "Ledger"):
        (tmp_path / f"{name}.java").write_text(f"class {name} {{ }}\n")
    doc = doc_of("package a;\n", str(tmp_path / "package-info.java"))
    assert (await written(doc, "header", "en")).text == (
        b"/**\n * Holds {@link Account} and {@link Ledger}.\n */\npackage a;\n"
    )
    shell = "#!/usr/bin/env python3\n# Copyright 2026 Bank\n\nimport os\n\n\ndef half(total):\n    return total / 2\n"
    after = (await written(doc_of(shell, "fees.py"), "header", "en")).text.decode()
    head, _, rest = after.partition('"""')
    assert head == "#!/usr/bin/env python3\n# Copyright 2026 Bank\n\n"
    assert "``half``" in rest.partition('"""')[0]
    assert textwrap.dedent(rest).endswith("return total / 2\n")
