"""What other tools say, read as faults we know; and our own finding of the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.types import Finding, Severity, Span, document
from copilot.verify import claims
from copilot.verify.claims import Claim

SAID = {
    '"totl" is not defined': Claim("undefined", "totl"),
    'Name "totl" is not defined': Claim("undefined", "totl"),
    'Name "totl" is not defined; did you mean "total"?': Claim("undefined", "totl", "", ("total",)),
    "E0602: Undefined variable 'totl'": Claim("undefined", "totl"),
    "undefined name 'totl'": Claim("undefined", "totl"),
    "totl cannot be resolved to a variable": Claim("undefined", "totl"),
    "Arrays cannot be resolved": Claim("undefined", "Arrays"),
    "List cannot be resolved to a type": Claim("type", "List"),
    "cannot find symbol\n  symbol:   class List\n  location: class bank.Book": Claim("type", "List"),
    "The import java.utl cannot be resolved": Claim("package", "java.utl"),
    "package java.utl does not exist": Claim("package", "java.utl"),
    'Import "jsn" could not be resolved': Claim("module", "jsn"),
    'Import "yaml" could not be resolved from source': None,
    'Cannot find implementation or library stub for module named "jsn"': Claim("module", "jsn"),
    '"dumsp" is unknown import symbol': Claim("import-name", "dumsp"),
    'Module "json" has no attribute "dumsp"; maybe "dumps"?': Claim("import-name", "dumsp", "json", ("dumps",)),
    "No name 'dumsp' in module 'json'": Claim("import-name", "dumsp", "json"),
    'Cannot access attribute "balnce" for class "Account*"\n  Attribute "balnce" is unknown': Claim(
        "member", "balnce", "Account*"
    ),
    '"Account" has no attribute "balnce"; maybe "balance" or "balances"?': Claim(
        "member", "balnce", "Account", ("balance", "balances")
    ),
    "Instance of 'Account' has no 'balnce' member; maybe 'balance'?": Claim(
        "member", "balnce", "Account", ("balance",)
    ),
    '"joins" is not a known attribute of module "os.path"': Claim("member", "joins", "os.path"),
    "The method lenght() is undefined for the type String": Claim("member", "lenght", "String"),
    "cannot find symbol\n  symbol:   method lenght()\n  location: variable s of type String": Claim("member", "lenght"),
    'No parameter named "titel"': Claim("keyword", "titel"),
    'Unexpected keyword argument "titel" for "book"; did you mean "title"?': Claim(
        "keyword", "titel", "book", ("title",)
    ),
    'Import "os" is not accessed': Claim("unused-import", "os"),
    "Unused Any imported from typing": Claim("unused-import", "Any", "typing"),
    "[unused-import] Unused import os": Claim("unused-import", "os"),
    "The import java.util.List is never used": Claim("unused-import", "java.util.List"),
    "Unused variable 'spare'": Claim("unused-variable", "spare"),
    "The value of the local variable spare is not used": Claim("unused-variable", "spare"),
    "Unhandled exception type IOException": Claim("unreported", "IOException"),
    "unreported exception java.io.IOException; must be caught or declared to be thrown": Claim(
        "unreported", "java.io.IOException"
    ),
    "Type mismatch: cannot convert from int to String": Claim("convert", "int", "String"),
    'Syntax error, insert ";" to complete BlockStatements': Claim("syntax"),
    "';' expected": Claim("syntax"),
    'Expected ":"': Claim("syntax"),
    "Expected 1 positional argument": None,
    "Comparison 'x == None' should be 'x is None'": Claim("written", "x == None", "x is None"),
    'Argument of type "int" cannot be assigned to parameter "x" of type "str"': None,
}


@pytest.mark.parametrize("message", SAID)
def test_a_message_is_a_claim_of_a_kind(message):
    assert claims.read(message) == SAID[message]


def finding(doc, rule, word, message="", source=""):
    at = doc.text.index(word)
    return Finding(rule, Severity.ERROR, doc.path, Span(at, at + len(word)), message, source=source)


def test_our_own_finding_of_the_same_is_of_its_kind_line_and_name():
    doc = document(Path("a.py"), "python", "import os\nprint(nmae, totl)\n")
    own = [
        finding(doc, "ruff:F401", b"os"),
        finding(doc, "undefined-name", b"nmae"),
        finding(doc, "undefined-name", b"totl"),
    ]
    told = finding(doc, "reportUndefinedVariable", b"totl", '"totl" is not defined', "pyright")
    assert claims.same(doc, told, own) is own[2]
    assert claims.same(doc, finding(doc, "x", b"os", 'Import "os" is not accessed', "pyright"), own) is own[0]
    doc = document(Path("a.py"), "python", "print(totl_x, totl)\n")
    exact = Finding("undefined-name", Severity.ERROR, doc.path, Span(14, 18), "")
    own = [finding(doc, "undefined-name", b"totl_x"), exact]
    told = Finding("x", Severity.ERROR, doc.path, Span(14, 18), '"totl" is not defined', source="pyright")
    assert claims.same(doc, told, own) is exact
    doc = document(Path("a.py"), "python", "import os.path, bank.book as totl\n")
    own = [finding(doc, "ruff:F401", b"os.path"), finding(doc, "ruff:F401", b"bank.book as totl")]
    for message in ('Import "totl" is not accessed', "'bank.book as totl' imported but unused"):
        assert claims.same(doc, finding(doc, "x", b"totl", message, "any"), own) is own[1]
    assert claims.same(doc, finding(doc, "x", b"os", "'os.path' imported but unused", "any"), own) is own[0]
    # Another complaint about the same place is another fault.
    doc = document(Path("a.py"), "python", "import os\nprint(nmae, totl)\n")
    own = [finding(doc, "ruff:F401", b"os"), finding(doc, "undefined-name", b"totl")]
    strange = finding(doc, "reportCallIssue", b"totl", "Expected 1 positional argument", "pyright")
    assert claims.same(doc, strange, own) is None


@pytest.mark.parametrize(
    ("source", "code"),
    [("bandit", ""), ("Semgrep", "python.lang.security"), ("CodeQL", ""), ("gitleaks", ""), ("Snyk Security", ""),
     ("find-sec-bugs", ""), ("Ruff", "S506"), ("pylsp", "B506"), ("another tool", "CWE-502")],
)  # fmt: skip
def test_a_scanner_s_words_are_not_known_but_its_place_is(source, code):
    doc = document(Path("a.py"), "python", "import yaml\nx = yaml.load(text)\ny = 1\n")
    own = [finding(doc, "security.python.yaml-load", b"yaml.load(text)")]
    told = finding(doc, code, b"x = yaml.load(text)", "Use of unsafe yaml load.", source)
    assert claims.same(doc, told, own) is own[0]
    assert claims.same(doc, finding(doc, code, b"y = 1", "Something else.", source), own) is None


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("Pylance", "reportArgumentType"),
        ("mypy", "arg-type"),
        ("Ruff", "B006"),
        ("Ruff", "SIM108"),
        ("SonarLint", "python:S1192"),
        ("SpotBugs", "NP"),
    ],
)
def test_another_complaint_about_an_insecure_statement_is_another_fault(source, code):
    doc = document(Path("a.py"), "python", "import yaml\nx = yaml.load(text)\n")
    own = [finding(doc, "security.python.yaml-load", b"yaml.load(text)")]
    message = 'Argument of type "str" cannot be assigned to parameter "stream" of type "bytes"'
    assert claims.same(doc, finding(doc, code, b"text", message, source), own) is None


@pytest.mark.parametrize(
    "message",
    [
        "Make sure that using this pseudorandom number generator is safe here.",
        "Make sure this weak hash algorithm is not used in a sensitive context here.",
        "Make sure publicly writable directories are used safely here.",
        "Enable server certificate validation on this SSL/TLS connection.",
        "Change this code to not construct SQL queries directly from user-controlled data.",
        "Use a strong cipher algorithm.",
    ],
)
def test_one_that_says_other_things_too_is_known_by_its_words(message):
    assert claims.read(message, "SonarLint", "java:S1") == claims.Claim("security")
