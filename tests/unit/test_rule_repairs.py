"""Insecure statements put right by data: each repair on its rule's own sample, and what must stay as it is."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from copilot import edits, messages, rules
from copilot.rules import repairing
from copilot.types import document
from copilot.verify import syntax

FOLDER = Path(__file__).parents[1] / "golden" / "rules"
REPAIRS = Path(repairing.__file__).with_name("repairs")
SUFFIXES = {"python": "py", "java": "java"}
MENDED = [
    (language, rule)
    for language in SUFFIXES
    for rule in dict.fromkeys(
        row["rule"] for row in tomllib.loads((REPAIRS / f"{language}.toml").read_text("utf-8"))["repair"]
    )
]


def test_every_file_of_repairs_is_of_a_language_whose_samples_are_known():
    assert {path.stem for path in REPAIRS.glob("*.toml")} == set(SUFFIXES)


def answered(doc, rule):
    """`(repair, text after)` of each finding of a rule and each way to put it right."""
    for finding in rules.findings(doc):
        if finding.rule.endswith(f".{rule}"):
            for repair in repairing.repairs(doc, finding):
                yield repair, edits.apply(doc, repair.edits)


@pytest.mark.parametrize(("language", "rule"), MENDED)
def test_a_repair_ends_its_finding_and_brings_no_other(language, rule):
    path = FOLDER / language / f"{rule}.{SUFFIXES[language]}"
    doc = document(path, language, path.read_bytes())
    assert list(answered(doc, rule))
    name = f"security.{language}.{rule}"
    before = [each.rule for each in rules.findings(doc)]
    for repair, after in answered(doc, rule):
        now = [each.rule for each in rules.findings(after)]
        assert now.count(name) < before.count(name), repair.title
        assert all(now.count(each) <= before.count(each) for each in now), repair.title
        assert syntax.no_new_faults(doc, repair.edits, compiler=True).passed, repair.title
        assert not answered_twice(after, repair), repair.title
        assert 0 < repair.sure < 1


def answered_twice(after, repair):
    """Whether the same place would be repaired again."""
    return any(
        found.edits == repair.edits for each in rules.findings(after) for found in repairing.repairs(after, each)
    )


def one(language, rule, text, name="a"):
    doc = document(Path(f"{name}.{SUFFIXES[language]}"), language, text)
    return [after.text.decode() for _, after in answered(doc, rule)]


CONNECTED = "import sqlite3\n\n\ndef find(db, name, low):\n    {}\n"
POSTGRES = CONNECTED.replace("sqlite3", "psycopg2")


@pytest.mark.parametrize(
    ("frame", "before", "after"),
    [
        (CONNECTED, """db.execute(f"select * from t where name = '{name}'")""", 'db.execute("select * from t where name = ?", (name,))'),
        (CONNECTED, 'db.execute("select * from t where name = " + name)', 'db.execute("select * from t where name = ?", (name,))'),
        (CONNECTED, """db.execute("select a from t where n = '" + name + "' and l > " + str(low))""", 'db.execute("select a from t where n = ? and l > ?", (name, low))'),
        (POSTGRES, """db.execute("select a from t where n = '%s'" % name)""", 'db.execute("select a from t where n = %s", (name,))'),
        (CONNECTED, 'db.execute(f"select a from t where n in ({name}, {low})")', 'db.execute("select a from t where n in (?, ?)", (name, low))'),
        (CONNECTED, """db.execute(f"select a from t where n in ('{name}', 'b')")""", """db.execute("select a from t where n in (?, 'b')", (name,))"""),
        (CONNECTED, """db.execute(f"insert into t values ('{name}')")""", 'db.execute("insert into t values (?)", (name,))'),
        (POSTGRES, 'db.execute("insert into t values ({}, {})".format(name, low))', 'db.execute("insert into t values (%s, %s)", (name, low))'),
    ],
)  # fmt: skip
def test_values_of_a_statement_are_bound(frame, before, after):
    assert one("python", "sql-built", frame.replace("{}", before)) == [frame.replace("{}", after)]


@pytest.mark.parametrize(
    "statement",
    [
        'db.execute(f"select * from {name}")',  # a table cannot be bound
        'db.execute(f"select * from t order by {name}")',
        """db.execute(f"select * from t where name like '%{name}%'")""",  # not alone between its quotes
        'db.execute(f"select * from t where name = {name!r}")',
        'db.execute(f"select * from t where name = {name}", (low,))',  # there are parameters already
        "db.execute(sql + name)",
        # A list, or a part of something, is no one value.
        """db.execute(f"select * from t where id in ({','.join(name)})")""",
        'db.execute(f"select * from t where id in ({name})")',
        'db.execute("select * from t where id in (" + name + ")")',
        """db.execute("select * from t where n in ('" + "','".join(name) + "')")""",
        """db.execute(f"select * from t where n in ('{name}')")""",  # joined before, perhaps
        'db.execute(f"insert into t values ({name})")',
        """db.execute(f"select * from t where id in (0, {','.join(name)})")""",
        'db.execute(f"select * from t where a = {name}.id")',
        'db.execute(f"select * from t where a = {name}_x")',
        'db.execute(f"select * from t where a = {name}(b)")',
        """db.execute(f"select * from t where a = '{name}'::text")""",
        """db.execute(f"select * from t where a = 'n = {name}'")""",  # inside a text
    ],
)
def test_what_cannot_be_bound_surely_stays(statement):
    assert one("python", "sql-built", CONNECTED.replace("{}", statement)) == []


def test_a_list_put_in_by_a_format_stays():
    statement = 'db.execute("select * from t where id in (%s)" % ",".join(name))'
    assert one("python", "sql-built", POSTGRES.replace("{}", statement)) == []


def test_a_driver_that_is_not_known_stays():
    text = CONNECTED.replace("import sqlite3", "import bank.db").replace(
        "{}", 'db.execute("select a from t where n = " + name)'
    )
    assert one("python", "sql-built", text) == []


def test_a_seeded_random_is_wanted_to_repeat():
    text = "import random\n\n\ndef token():\n    random.seed(7)\n    token = random.randint(1, 9)\n    return token\n"
    assert one("python", "weak-random", text) == []


def test_a_hash_that_others_compare_with_stays():
    text = "import hashlib\n\n\ndef password_etag(password):\n    return hashlib.md5(password).hexdigest()\n"
    assert one("python", "weak-hash", text) == []
    (after,) = one("python", "weak-hash", text.replace("password_etag", "password_key"))
    assert "hashlib.sha256(password)" in after


def test_java_takes_the_feature_and_the_import_in():
    text = (
        "package bank;\n\nimport javax.xml.parsers.DocumentBuilderFactory;\n\nclass Read {\n"
        "    Object read(java.io.InputStream in) throws Exception {\n"
        "        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();\n"
        "        return factory.newDocumentBuilder().parse(in);\n    }\n}\n"
    )
    (after,) = one("java", "xml-entities", text)
    assert '        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);\n' in after
    token = "package bank;\n\nclass Token {\n    int token() {\n        return new java.util.Random().nextInt();\n    }\n}\n"
    assert one("java", "weak-random", token) == []  # written in full: no template says that
    (after,) = one("java", "weak-random", token.replace("java.util.Random", "Random"))
    assert "import java.security.SecureRandom;" in after
    assert "new SecureRandom()" in after


def test_mybatis_binds_values_and_leaves_columns():
    text = 'interface Users {{\n    @Select("select * from users where name = {}")\n    Object find(String name);\n}}\n'
    (after,) = one("java", "mybatis-pasted", text.format("'${name}'"))
    assert "where name = #{name}" in after
    (after,) = one("java", "mybatis-pasted", text.format("#{name} and low in (${low}, ${high})"))
    assert "in (#{low}, #{high})" in after
    for there in (
        "#{name} order by ${column}",
        "#{name} and id in (${ids})",
        "#{name} and id in ('${ids}')",
        "${alias}.id",
        "${name}_x",
        "${one}${two}",
    ):
        assert one("java", "mybatis-pasted", text.format(there)) == []


@pytest.mark.parametrize(
    ("language", "rule", "text", "other"),
    [
        ("python", "weak-random", "import random\n\n\ndef f({}):\n    token = random.choice('ab')\n    return token\n", "secrets"),
        ("python", "weak-random", "import random\nimport {}\n\n\ndef f():\n    token = random.choice('ab')\n    return token\n", "bank.secrets as secrets"),
        ("java", "weak-random", "import java.util.Random;\n\nclass Token {{\n    int token({}) {{\n        return new Random().nextInt();\n    }}\n}}\n", "SecureRandom own"),
    ],
)  # fmt: skip
def test_a_name_that_means_something_else_here_is_not_imported(language, rule, text, other):
    assert one(language, rule, text.format(other)) == []
    plain = "os" if "import {}" in text else ""
    (after,) = one(language, rule, text.format(plain))
    assert "SecureRandom;" in after or "import secrets" in after


def test_a_name_that_is_imported_already_is_used():
    text = "import random\nimport secrets\n\n\ndef f(own):\n    own.secrets = secrets.token_hex()\n    token = random.choice('ab')\n    return token\n"
    (after,) = one("python", "weak-random", text)
    assert after == text.replace("random.choice", "secrets.choice")


def test_an_argument_is_not_added_to_a_comment():
    text = "import tarfile\n\n\ndef f(t: tarfile.TarFile, p):\n    t.extractall(\n        p,  # here\n    )\n"
    (after,) = one("python", "archive-escaped", text)
    assert after == text.replace("p,  #", 'p, filter="data",  #')


def test_only_the_place_of_the_finding_is_looked_at(monkeypatch):
    asked = []

    class Counting(repairing.Judge):
        def __call__(self, predicate, *args):
            asked.append(predicate)
            return super().__call__(predicate, *args)

    monkeypatch.setattr(repairing, "Judge", Counting)
    doc = document(Path("a.py"), "python", "import yaml\n" + "x = yaml.load(text)\n" * 50)
    found = rules.findings(doc)
    assert len(found) == 50
    assert repairing.repairs(doc, found[-1])
    assert 0 < len(asked) < 10


def test_a_title_comes_in_the_language_of_the_process():
    text = "import tempfile\n\npath = tempfile.mktemp()\n"
    doc = document(Path("a.py"), "python", text)
    (finding,) = [each for each in rules.findings(doc) if each.rule.endswith("temp-name")]
    messages.set_locale("zh")
    try:
        (repair,) = repairing.repairs(doc, finding)
        assert repair.title == "改用立即创建文件的 `tempfile.mkstemp`"
        assert repair.sure < 0.5  # what is opened already would stay open: for a person to choose
    finally:
        messages.set_locale("en")


BANK = FOLDER.parent / "bank"
BANK_MENDED = [
    (language, policy.id)
    for policy in rules.policies()
    for language in SUFFIXES
    if any(spoken == language for spoken, _ in policy.repairs)
]


def bank(doc, rule):
    return [hit.finding for hit in rules.hits(doc, pack=rules.BANK) if hit.rule.name == rule]


def ended_by_the_next(doc, rule, count):
    """Whether what is left of a statement that breaks a rule twice is ended by one more repair."""
    return any(
        len(bank(edits.apply(doc, repair.edits), rule)) < count
        for finding in bank(doc, rule)
        for repair in repairing.repairs(doc, finding)
    )


@pytest.mark.parametrize(("language", "rule"), BANK_MENDED)
def test_a_repair_of_the_banks_rules_ends_its_finding(language, rule):
    repaired = 0
    for path in sorted((BANK / rule).glob(f"*.{SUFFIXES[language]}")):
        doc = document(path, language, path.read_bytes())
        before = bank(doc, rule)
        for finding in before:
            for repair in repairing.repairs(doc, finding):
                after = edits.apply(doc, repair.edits)
                assert len(bank(after, rule)) < len(before) or ended_by_the_next(after, rule, len(before)), repair.title
                assert syntax.no_new_faults(doc, repair.edits, compiler=True).passed, repair.title
                assert 0 < repair.sure < 1
                repaired += 1
    assert repaired, "no finding of the sample is repaired"


@pytest.mark.parametrize(
    ("language", "rule", "before", "after"),
    [
        ("python", "MONEY02", "from decimal import Decimal\n\nfee = Decimal(0.1)\n", 'from decimal import Decimal\n\nfee = Decimal("0.1")\n'),
        ("java", "MONEY02", "class A { BigDecimal a(double x) { return new BigDecimal(x); } }", "class A { BigDecimal a(double x) { return BigDecimal.valueOf(x); } }"),
        ("java", "MONEY04", "class A { boolean a(BigDecimal x, BigDecimal y) { return !x.equals(y); } }", "class A { boolean a(BigDecimal x, BigDecimal y) { return x.compareTo(y) != 0; } }"),
        ("java", "MONEY04", "class A { boolean a(BigDecimal x, BigDecimal y) { return x == y; } }", "class A { boolean a(BigDecimal x, BigDecimal y) { return x.compareTo(y) == 0; } }"),
        ("python", "CONC02", "def add(x, held=[]):\n    held.append(x)\n    return held\n", "def add(x, held=None):\n    if held is None:\n        held = []\n    held.append(x)\n    return held\n"),
    ],
)  # fmt: skip
def test_what_a_repair_of_the_banks_rules_writes(language, rule, before, after):
    doc = document(Path(f"a.{SUFFIXES[language]}"), language, before)
    (finding,) = bank(doc, rule)
    assert edits.apply(doc, repairing.repairs(doc, finding)[0].edits).text.decode() == after
