"""What javac says of Java, answered and compiled again; what is not certain stays."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from copilot import pipeline
from copilot.config import Settings
from copilot.context import jdk
from copilot.engines.embedded import claimed_java
from copilot.syntax import tree as trees
from copilot.types import Declined, Finding, FixOptions, Request, Severity, Span, Task, document
from copilot.verify import javac
from copilot.workspace import Workspace

BOOK = """package bank;

import java.util.Map;
import java.utl.Set;

public class Book {
    private final Map<String, Account> accounts = new HashMap<>();
    private int count;

    int size(String text) {
        return this.count + text.lenght();
    }

    private String load(String place) {
        return new java.io.BufferedReader(new java.io.FileReader(place)).readLine();
    }

    Account find(String iban) {
        Account found = accounts.get(ibn);
        return found.opened() ? found : null;
    }

    String shown() {
        String label = count;
        return label;
    }

    int missing(int sign) {
        if (sign > 0) {
            return 1;
        }
    }
}
"""
ACCOUNT = "package bank;\n\npublic class Account {\n    boolean opened() {\n        return true;\n    }\n}\n"


@pytest.fixture
async def book(tmp_path):
    folder = tmp_path / "src/main/java/bank"
    folder.mkdir(parents=True)
    (folder / "Account.java").write_text(ACCOUNT)
    (folder / "Book.java").write_text(BOOK)
    (tmp_path / "pom.xml").write_text("<project/>\n")
    workspace = Workspace.open(tmp_path, Settings(), engine="embedded")
    yield folder / "Book.java", workspace
    await workspace.close()


async def test_each_error_has_its_answer_compiled_again(book):
    path, workspace = book
    after, done, declined = await pipeline.repair(document(path, "java", BOOK), workspace)
    text = after.text.decode()
    for line in (
        "import java.util.Set;",
        "import java.util.HashMap;",
        "text.length()",
        "accounts.get(iban)",
    ):
        assert line in text
    assert "load(String place) throws" in text
    assert "import java.io.IOException;" in text
    assert all("compiles" in [check.name for check in each.checks] for each in done)
    assert done[-1].checks[2].detail.startswith("javac: ")
    # A missing result is for a person; how an int is to read, too: that is offered, not applied.
    assert "String label = count;" in text
    assert len(declined) == 2
    assert "several corrections are likely" in {each.reason for each in declined}
    report = await javac.report(after, workspace.project, workspace.settings)
    assert sorted(each.key for each in report.problems) == ["missing.ret.stmt", "prob.found.req"]


async def told(book, text, word, message, trigger="invoked"):
    """The answer to what Eclipse says of the first `word` of a text."""
    path, workspace = book
    doc = document(path, "java", text)
    at = doc.text.index(word.encode())
    fact = Finding("0", Severity.ERROR, path, Span(at, at + len(word)), message, source="Java")
    return await pipeline.suggest(Request(Task.FIX, doc, fact.span, FixOptions(), trigger, facts=(fact,)), workspace)


SOUND = "package bank;\n\nimport java.util.List;\n\nclass Sound {\n    int f(String text) {\n        int spare = 3;\n        return text.length();\n    }\n}\n"


@pytest.mark.parametrize(
    ("before", "after", "word", "message"),
    [
        ("text.length()", "text.lenght()", "lenght", "The method lenght() is undefined for the type String"),
        ("text.length();", "text.length()", ")\n    }", 'Syntax error, insert ";" to complete ReturnStatement'),
        ("", "", "java.util.List", "The import java.util.List is never used"),
        ("", "", "spare", "The value of the local variable spare is not used"),
    ],
)
async def test_what_eclipse_says_is_answered(book, before, after, word, message):
    broken = SOUND.replace(before, after) if before else SOUND
    answer = await told(book, broken, word, message)
    assert not isinstance(answer, Declined), answer
    fixed = document(Path("a.java"), "java", broken).text.decode()
    for edit in sorted(answer.edits, key=lambda each: -each.span.start):
        fixed = fixed[: edit.span.start] + edit.new + fixed[edit.span.end :]
    if before:
        assert fixed == SOUND
    names = [check.name for check in answer.checks]
    if "never used" in message:
        assert "List" not in fixed
        assert names[:4] == ["applies", "syntax", "compiles", "claimed"]
        assert answer.checks[3].detail == "not checked again: only Java can tell whether its complaint is gone"
    elif "not used" in message:
        assert "spare" not in fixed
    else:
        assert "fault gone" in names


async def test_what_only_looks_unused_stays(book):
    shown = SOUND.replace("class Sound", "/** See {@link List}. */\nclass Sound")
    assert isinstance(await told(book, shown, "java.util.List", "The import java.util.List is never used"), Declined)
    called = SOUND.replace("int spare = 3;", "int spare = f(text);")
    assert isinstance(
        await told(book, called, "spare", "The value of the local variable spare is not used", "automatic"), Declined
    )


async def test_columns_are_javac_s_own(tmp_path):
    text = 'class A {\n\tString 名 = "😀" + nmae;\n}\n'
    path = tmp_path / "A.java"
    project = Workspace.open(tmp_path, Settings(), engine="embedded").project
    report = await javac.report(document(path, "java", text), project, Settings())
    (problem,) = report.problems
    assert report.complete
    assert (problem.key, problem.name) == ("cant.resolve.location", "nmae")
    assert text.encode()[problem.span.start : problem.span.end] == b"nmae"


async def test_where_a_jar_is_missing_only_what_is_sure_is_said(book):
    path, workspace = book
    text = "package bank;\n\nimport org.absent.Helper;\n\nclass Uses extends Helper {\n    int f() {\n        return inherited() + nmae;\n    }\n}\n"
    doc = document(path.with_name("Uses.java"), "java", text)
    assert not (await javac.report(doc, workspace.project, workspace.settings)).complete
    after, done, _ = await pipeline.repair(doc, workspace)
    assert (after.text, done) == (doc.text, [])


def test_the_jdk_s_classes_are_read_from_its_archives():
    home = Path(shutil.which("javac")).resolve().parent.parent
    assert jdk.packages(home, "List") == ("java.awt", "java.util")
    assert "stream" in jdk.members(home, "java.util.ArrayList")
    assert "value" not in jdk.members(home, "java.lang.String")
    assert jdk.members(home, "bank.Book") == frozenset()
    assert jdk.packages(None, "List") == ()


@pytest.mark.parametrize(
    ("method", "meant"),
    [
        ("int f(Book it) { return it.siz(); }", "Book"),  # the method around, whatever the others call so
        ("int f() { return it.siz(); }", "Shelf"),  # the field of the class around
        ("int f() { Book it = null; { Shelf it = null; } return it.siz(); }", ""),
        ("int f() { return other.siz(); }", ""),
        ("int f() { return Book.siz(); }", "Book"),
    ],
)
def test_the_type_of_a_variable_is_looked_for_in_the_method_then_in_the_class(method, meant):
    text = f"class Outer {{ Far it; class A {{ Shelf it; {method} }} class B {{ void g(Tree it) {{}} }} }}\n"
    doc = document(Path("A.java"), "java", text)
    at = doc.text.index(b"siz()")
    node = trees.node_at(trees.of(doc), Span(at, at))
    name = text[: at - 1].rpartition(" ")[2]
    assert claimed_java.text_of_type(node, name) == meant
