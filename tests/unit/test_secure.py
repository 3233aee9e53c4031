"""What a candidate brings in: insecure statements, secrets, packages that nobody knows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from copilot.config import Output, Settings
from copilot.context.index import Index
from copilot.types import Edit, Project, Span, document
from copilot.verify import output, packages, secure
from copilot.verify.packages import Named, named, nearest, slips

SETTINGS = Settings()
PATH = Path("/repository/accounts.py")


def doc(text, path=PATH, language="python"):
    return document(path, language, text)


def insert(document, new, before=b""):
    at = document.text.index(before) if before else len(document)
    return (Edit(document.path, Span(at, at), new),)


def secured(document, edits, **settings):
    return list(secure.checks(document, edits, replace(SETTINGS, output=Output(**settings))))


def test_an_insecure_statement_is_declined():
    before = doc("import os\n\n\ndef clear(name):\n    pass\n")
    (check,) = secured(before, insert(before, '    os.system("rm " + name)\n'))
    assert (check.name, check.passed) == ("secure", False)
    assert check.detail.startswith("line 6: A shell runs")


def test_policy_offers_it_with_the_warning_or_does_not_look():
    before = doc("import os\n\n\ndef clear(name):\n    pass\n")
    edits = insert(before, '    os.system("rm " + name)\n')
    (check,) = secured(before, edits, insecure="warn")
    assert check.passed
    assert "line 6" in check.detail
    assert secured(before, edits, insecure="allow") == []


def test_what_may_be_insecure_is_offered_with_a_warning():
    before = doc("class Accounts:\n    def all(self, cursor):\n        pass\n")
    (check,) = secured(before, insert(before, '        cursor.execute(f"select * from {self.table}")\n'))
    assert check.passed
    assert check.detail.startswith("look at this before you take it: line 4")


def test_what_stood_there_before_is_not_the_candidates_fault():
    before = doc("import os\n\n\ndef clear(name):\n    os.system('rm ' + name)\n")
    start = before.text.index(b"    os.system")
    moved = (Edit(PATH, Span(start, len(before)), "    print(name)\n    os.system('rm ' + name)\n"),)
    (check,) = secured(before, moved)
    assert check.passed
    doubled = (Edit(PATH, Span(start, len(before)), "    os.system('rm ' + name)\n    os.system('rm ' + name)\n"),)
    assert not secured(before, doubled)[0].passed


def test_the_whole_function_counts_not_only_what_is_added():
    before = doc('def find(cursor, number):\n    sql = "select * from account where number = \'" + number + "\'"\n')
    assert not secured(before, insert(before, "    cursor.execute(sql)\n"))[0].passed
    fine = doc('def find(cursor, number):\n    sql = "select * from account where number = ?"\n')
    assert secured(fine, insert(fine, "    cursor.execute(sql, (number,))\n"))[0].passed


def test_without_a_trigger_word_nothing_is_read():
    before = doc("def add(a, b):\n")
    assert secured(before, insert(before, "    return a + b\n")) == []


def test_a_secret_that_the_text_does_not_hold_is_declined():
    key = "AKIA" + "QWERTYUIOPASDFGH"
    before = doc("KEY = None\n")
    (check,) = secured(before, insert(before, f'KEY = "{key}"\n'))
    assert not check.passed
    assert key not in check.detail
    held = doc(f'KEY = "{key}"\n')
    assert secured(held, insert(held, f'OTHER = "{key}"\n')) == []


def test_a_new_file_is_judged_by_its_own_language(tmp_path):
    before = doc("def clear(name):\n    pass\n")
    new = tmp_path / "Sample.java"
    text = "class Sample {\n    void run(String host) throws Exception {\n        Runtime.getRuntime().exec(host);\n    }\n}\n"
    (check,) = secured(before, (Edit(new, Span(0, 0), text),))
    assert not check.passed
    assert check.detail.startswith("line 3:")


def test_a_large_file_is_judged_in_its_window():
    rows = "".join(f"def f{n}(a):\n    return a + {n}\n\n\n" for n in range(3_000))
    before = doc(f"import os\n\n\n{rows}def last(name):\n    pass\n")
    line = before.text.count(b"\n") + 1
    (check,) = secured(before, insert(before, "    os.system('rm ' + name)\n"))
    assert check.detail.startswith(f"line {line}:")


# Packages.


def checked(document, edits, root, **settings):
    project = Project(root)
    return list(packages.checks(document, edits, Index(), project, replace(SETTINGS, output=Output(**settings))))


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("a.py", "import os, numpy as np\n", [("os", True), ("numpy", True)]),
        ("a.py", "from flask.views import View\nfrom . import x\n", [("flask", True)]),
        (
            "a.js",
            'import x from "@bank/core/sub";\nconst y = require("lodash/map");',
            [("@bank/core", True), ("lodash", True)],
        ),
        ("A.java", "import com.acme.Thing;\n", [("com.acme.Thing", True)]),
        ("run.sh", "pip install -r x.txt 'flask>=2' reqests\nnpm i left-pad@1", [("left-pad", False)]),
        ("run.sh", "pip install -U reqests==1.0 flask\n", [("reqests", False), ("flask", False)]),
        ("requirements.txt", "flask>=2\n# note\n-r other.txt\nreqests==1\n", [("flask", False), ("reqests", False)]),
        ("pom.xml", "<artifactId>spring-cor</artifactId>", [("spring-cor", False)]),
        ("build.gradle", "implementation 'com.acme:thing:1.0'", [("thing", False)]),
        ("package.json", '  "lodahs": "^4.0.0",\n', [("lodahs", False)]),
    ],
)
def test_the_packages_that_a_text_names(name, text, wanted):
    assert [(one.name, one.imported) for one in named(Path(name), text)] == wanted


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("reqests", "requests"),
        ("requsets", "requests"),
        ("python-requests", "requests"),
        ("beautifulsoup", "beautifulsoup4"),
        ("dateutil-python", "python-dateutil"),
        ("crypto-graphy", "cryptography"),
        ("sqlalchmey", "sqlalchemy"),
        ("bank-ledger-tools", ""),
        ("six", ""),
    ],
)
def test_a_name_a_slip_away_from_a_known_one(name, known):
    assert nearest(name, packages.WELL_KNOWN["python"]) == known


def test_slips_count_as_a_person_makes_them():
    assert slips("abcd", "abdc", 2) == 1
    assert slips("abcd", "abcd", 2) == 0
    assert slips("abcd", "abxcd", 2) == 1
    assert slips("abcd", "wxyz", 2) > 2


def test_a_typosquat_is_declined_and_an_unknown_package_told(tmp_path):
    (tmp_path / "requirements.txt").write_text("requests==2.0\nbank-ledger>=1\n", "utf-8")
    before = doc("", tmp_path / "a.py")
    (squat,) = checked(before, insert(before, "import reqeusts\n"), tmp_path)
    assert (squat.passed, squat.detail) == (False, "reqeusts is spelt nearly like requests")
    (strange,) = checked(before, insert(before, "import quickfx_rates\n"), tmp_path)
    assert strange.passed
    assert strange.detail == "nobody here knows the package quickfx_rates"
    assert not checked(before, insert(before, "import quickfx_rates\n"), tmp_path, packages="decline")[0].passed
    assert checked(before, insert(before, "import quickfx_rates\n"), tmp_path, packages="allow") == []


def test_what_the_platform_the_manifests_or_the_bank_know_passes(tmp_path):
    (tmp_path / "requirements.txt").write_text("PyYAML==6\nbank-ledger>=1\n", "utf-8")
    (tmp_path / "artefacts.txt").write_text("com.acme:fx-rates\ninternal-tools\n# a note\n", "utf-8")
    (tmp_path / "local.py").write_text("", "utf-8")
    before = doc("", tmp_path / "a.py")
    for row in (
        "import json",
        "import yaml",
        "import bank_ledger",
        "import local",
        "from .x import y",
        "import internal_tools",
    ):
        found = checked(before, insert(before, row + "\n"), tmp_path, artefacts=str(tmp_path / "artefacts.txt"))
        assert found == [], row


def test_where_nothing_names_packages_an_unknown_one_tells_nothing(tmp_path):
    before = doc("", tmp_path / "a.py")
    assert checked(before, insert(before, "import quickfx_rates\n"), tmp_path) == []


def test_both_checks_stand_behind_every_candidate(tmp_path):
    before = doc("def f(name):\n", tmp_path / "a.py")
    edits = insert(before, "    import reqeusts\n    eval(name)\n")
    found = output.checks(before, edits, Index(), Project(tmp_path), SETTINGS)
    assert [(check.name, check.passed) for check in found] == [("secure", False)]
    allowed = replace(SETTINGS, output=Output(insecure="warn"))
    found = output.checks(before, edits, Index(), Project(tmp_path), allowed)
    assert [(check.name, check.passed) for check in found] == [("secure", True), ("packages", False)]
    assert Named("python", "reqeusts", imported=True) in set(named(before.path, edits[0].new))
