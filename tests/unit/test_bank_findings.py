"""The bank's rules while somebody writes: on lines that differ from the last commit, and their repairs as quick fixes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from test_review_diff import git

from copilot import edits, messages, pipeline, rules
from copilot.config import Fix, Review, Settings
from copilot.errors import UsageError
from copilot.review.change import of_files
from copilot.review.looking import Asked
from copilot.review.review import review
from copilot.rules import repairing, rule
from copilot.rules.repairing import Repaired
from copilot.tasks import bank_findings, committed, fix_findings
from copilot.types import Edit, Finding, Severity, Span, Suggestion, document
from copilot.workspace import Workspace

OLD = "from decimal import Decimal\n\nrate = Decimal(0.5)\n"
NEW = "import os\n" + OLD + "fee = Decimal(0.1)\n"


@pytest.fixture
def top(tmp_path):
    git(tmp_path, "init", "-q")
    (tmp_path / "a.py").write_text(OLD)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "c")
    return tmp_path


def lines(path: Path, text: str, settings: Settings | None = None) -> list[int]:
    doc = document(path, "python", text)
    wanted = settings or Settings()
    found = bank_findings.findings(doc, wanted) if bank_findings.wanted(doc, wanted) else []
    return [doc.text.count(b"\n", 0, each.span.start) + 1 for each in found]


def test_lines_that_moved_are_not_new_and_those_that_changed_are(top):
    path = top / "a.py"
    assert lines(path, OLD) == []
    assert lines(path, NEW) == [5]
    assert lines(path, OLD.replace("0.5", "0.25")) == [3]
    assert lines(path, NEW.replace("\n", "\r\n")) == [5]  # a line end alone is no change
    assert lines(top / "b.py", OLD) == [3]  # a new file
    assert lines(top.parent / "c.py", OLD) == []  # in no repository
    assert lines(Path("unsaved"), OLD) == []


def test_settings_and_size_bound_it(top):
    path = top / "a.py"
    assert lines(path, NEW, Settings(review=Review(editor=False))) == []
    assert lines(path, NEW, Settings(review=Review(off=("MONEY02",)))) == []
    assert lines(path, NEW + "#" * bank_findings.LARGEST) == []


def test_a_rule_that_looks_far_is_called_by_words_of_other_routines(top):
    path = top / "pay.py"
    held = (
        "from django.db.models import F\n\n\n{head}\n    _take(a, amount)\n    _give(b, amount)\n\n\n"
        'def _take(a, amount):\n    Account.objects.filter(pk=a).update(balance=F("balance") - amount)\n\n\n'
        'def _give(b, amount):\n    Account.objects.filter(pk=b).update(balance=F("balance") + amount)\n'
    )
    path.write_text(held.format(head="@atomic\ndef move(a, b, amount):"))
    git(top, "add", "-A")
    git(top, "commit", "-qm", "d")
    doc = document(path, "python", held.format(head="def move(a, b, amount):  # plain"))
    assert [one.rule for one in bank_findings.findings(doc, Settings())] == ["TX01"]


def test_a_policy_of_the_bank_holds_where_it_says(top):
    text = "import hashlib\n\n\ndef digest(data):\n    return hashlib.sha256(data).hexdigest()\n"
    path = top / "pay/sign.py"
    path.parent.mkdir()
    assert lines(path, text) == []
    assert lines(path, text, Settings(review=Review(gm="block"))) == [5]
    assert lines(path, text, Settings(review=Review(gm="block", gm_paths=("pay/*",)))) == [5]
    assert lines(path, text, Settings(review=Review(gm="block", gm_paths=("core/*",)))) == []
    doc = document(path, "python", text)
    (one,) = bank_findings.findings(doc, Settings(review=Review(gm="warn")))
    assert (one.rule, one.severity) == ("CRYPTO02", Severity.WARNING)


def test_a_commit_is_noticed(top, monkeypatch):
    path = top / "a.py"
    assert lines(path, NEW) == [5]
    path.write_text(NEW)
    git(top, "commit", "-qam", "d")
    assert lines(path, NEW) == [5]  # for ten seconds
    monkeypatch.setattr(committed, "_KEPT_S", 0.0)
    assert lines(path, NEW) == []


def test_a_finding_is_told_in_the_language_of_now(top):
    doc = document(top / "a.py", "python", NEW)
    (english,) = bank_findings.findings(doc, Settings())
    try:
        messages.set_locale("zh")
        (chinese,) = bank_findings.findings(doc, Settings())
    finally:
        messages.set_locale("en")
    assert english.message != chinese.message


@pytest.mark.parametrize(
    ("rule", "stage"),
    [
        ("MONEY02", fix_findings.RULES),
        ("security.python.yaml-load", fix_findings.RULES),
        ("undefined-name", fix_findings.NAMES),
        ("javac:cant.resolve", fix_findings.NAMES),
        ("ruff:F401", fix_findings.LINT),
        ("syntax", fix_findings.SYNTAX),
    ],
)
def test_a_rule_of_the_bank_has_its_turn_with_the_insecure_statements(rule, stage):
    assert fix_findings.stage(Finding(rule, Severity.ERROR, Path("a.py"), Span(0, 0), "")) == stage


async def test_a_repair_goes_through_the_proof_of_every_correction(top, monkeypatch):
    """The pack's repairs are other rules' data: what stands here is the way from a finding to a quick fix."""
    doc = document(top / "a.py", "python", NEW)

    def repairs(doc, finding):
        if finding.rule != "MONEY02":
            return []
        ways = []
        for new in ("Decimal(0.2)", "Decimal('0.1'", "Decimal('0.1')"):  # the finding stays; no syntax; right
            ways.append(Repaired((Edit(doc.path, finding.span, new),), f"Change to {new}", 0.9))
        return ways

    monkeypatch.setattr(repairing, "repairs", repairs)
    workspace = Workspace.open(top, replace(Settings(), fix=Fix(lint=False)), engine="embedded")
    try:
        (finding,) = await pipeline.diagnose(doc, workspace)
        answer = await pipeline.suggest(pipeline.question(doc, finding), workspace)
    finally:
        await workspace.close()
    assert isinstance(answer, Suggestion)
    assert answer.title == "Change to Decimal('0.1')"
    assert edits.apply(doc, answer.edits).text.decode() == NEW.replace("Decimal(0.1)", "Decimal('0.1')")
    assert "fault gone" in {check.name for check in answer.checks}


OWN = """\
id = "OWN01"
severity = "error"
en = "t"
zh = "t"
why_en = "w"
why_zh = "w"

[[part]]
language = "python"
confidence = "high"
triggers = ["Decimal"]
en = "m"
zh = "m"
query = '(call function: (identifier) @name (#eq? @name "Decimal")) @site'
"""
DAMAGED = [
    ("[[part]]", "[[part", "OWN01.toml: "),
    ('"error"', '"fatal"', "'fatal' is not a valid Severity"),
    ('zh = "t"\n', "", "'zh' is missing"),
    ('why_en = "w"', "why_en = 5", "OWN01.toml: "),
    ('"high"', '"sure"', "no confidence: sure"),
    ('"python"', '"cobol"', "no such language: cobol"),
    ('"python"', '"typescript"', "rules for typescript are those for javascript"),
    ('["Decimal"]', '["re:("]', "trigger re:("),
    ('["Decimal"]', "[5]", "are texts"),
    ('["Decimal"]', '"Decimal"', "are texts in a list, not 'Decimal'"),
    ('["Decimal"]', '["words:persnal"]', "words:persnal: there is no such list (amounts, payments, personal, stores)"),
    ("@site'", "'", "a pattern without @site"),
    ("(call ", "(nonsense ", "query: Invalid node type"),
    ("#eq?", "#nope?", "no such predicate: #nope?"),
    ('(#eq? @name "Decimal")', "(#file-has?)", "index out of range"),
    ('(#eq? @name "Decimal")', '(#file-has? "(")', "missing ), unterminated subpattern"),
]


@pytest.fixture
def own(tmp_path):
    folder = tmp_path / "rules"
    folder.mkdir()

    def made(text: str) -> Settings:
        (folder / "OWN01.toml").write_text(text)
        rules.policies.cache_clear()
        rule.rules.cache_clear()
        rule._words.cache_clear()
        rule.called.cache_clear()
        bank_findings._tried.clear()
        return Settings(review=Review(rules=(str(folder),)))

    return made


def test_rules_of_the_banks_own_are_told_too(top, own):
    found = bank_findings.findings(document(top / "a.py", "python", NEW), own(OWN))
    assert [each.rule for each in found] == ["MONEY02", "OWN01"]


@pytest.mark.parametrize(("old", "new", "why"), DAMAGED)
def test_a_damaged_folder_of_rules_takes_nothing_away_and_is_told(top, own, old, new, why):
    settings = own(OWN.replace(old, new))
    assert lines(top / "a.py", NEW, settings) == [5]
    assert lines(top / "a.py", "x = 1  # no word of a rule\n", settings) == []
    (told,) = bank_findings.refused(settings).values()
    assert why in told
    assert settings.review.rules[0] in told
    with pytest.raises(UsageError, match=r"a rule in .* cannot be read"):  # a review does not begin
        rules.hits(document(top / "a.py", "python", NEW), None, settings.review.rules[0])


def test_lists_of_words_have_names_ours_for_every_folder_and_its_own_before_them(top, own):
    """A list stands for its words, among others, for triggers and what stands beside them."""
    text = OWN.replace('["Decimal"]', '["words:figures", "Fraction"]\nbeside = ["words:stores"]')
    settings = own(text)
    folder = Path(settings.review.rules[0])
    (folder / "words.toml").write_text('figures = ["Decimal"]\nstores = ["re:(?i)cellar"]\n')
    assert bank_findings.refused(settings) == {}
    ((_, one),) = rules.policies(str(folder))[0].parts
    assert (one.triggers, one.beside) == (("Decimal", "Fraction"), ("re:(?i)cellar",))
    assert lines(top / "a.py", NEW, settings) == [5]
    assert lines(top / "a.py", NEW.replace("Decimal(0.1)", "Decimal(0.1)  # Cellar"), settings) == [5, 5]
    settings = own(text)  # without a list of its own of that name
    (folder / "words.toml").write_text('figures = ["Decimal"]\n')
    ((_, one),) = rules.policies(str(folder))[0].parts
    assert "pymongo" in one.beside[0]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("figures = [", "words.toml: "),
        ('figures = "Decimal"', "words.toml: triggers and what stands beside them are texts in a list"),
        ('figures = ["words:amounts"]', "words.toml: words:amounts: there is no such list (a list names no other)"),
        ('[figures]\na = ["x"]', "words.toml: "),
    ],
)
def test_a_damaged_file_of_lists_is_told(top, own, text, why):
    settings = own(OWN)
    (Path(settings.review.rules[0]) / "words.toml").write_text(text)
    (told,) = bank_findings.refused(settings).values()
    assert why in told
    assert lines(top / "a.py", NEW, settings) == [5]


def test_a_folder_that_was_put_right_is_read_again(top, own, monkeypatch):
    settings = own("nonsense")
    assert lines(top / "a.py", NEW, settings) == [5]
    (Path(settings.review.rules[0]) / "OWN01.toml").write_text(OWN)
    assert len(bank_findings.refused(settings)) == 1  # for ten seconds
    monkeypatch.setattr(bank_findings, "_AGAIN_S", 0.0)
    assert bank_findings.refused(settings) == {}
    assert lines(top / "a.py", NEW, settings) == [5, 5]


def test_only_what_the_changed_lines_reach_is_looked_at(top, monkeypatch):
    body = "".join(f"def f{n}(x):\n    y = Decimal(0.5)\n    return x + y\n\n\n" for n in range(3000))
    long = "from decimal import Decimal\n\n\n" + body
    assert len(long) > 150_000
    path = top / "long.py"
    path.write_text(long)
    git(top, "add", "-A")
    git(top, "commit", "-qm", "d")
    asked = []
    hits = rules.hits
    monkeypatch.setattr(
        rules, "hits", lambda doc, spans, *more: asked.append((spans, more[-1])) or hits(doc, spans, *more)
    )
    text = long.replace("def f1500(x):\n", "def f1500(x):\n    z = Decimal(0.1)\n")
    assert lines(path, text) == [text[: text.index("z =")].count("\n") + 1]
    assert lines(path, long) == []
    ((spans, said),) = asked
    assert sum(span.end - span.start for span in spans) < 100
    assert len(said) < 500
    assert lines(path.with_name("new.py"), long) == []  # all of it is new: the review tells


def test_columns_end_behind_a_character_of_several_bytes(top, own):
    text = OWN.replace('(call function: (identifier) @name (#eq? @name "Decimal")) @site', "(identifier) @site")
    settings = own(text)
    (top / "b.py").write_text("费率, Decimal\n")
    found = review(of_files(top, ["b.py"]), Asked((settings.review.rules[0],))).remarks
    assert [one.columns for one in found] == [(1, 3)]
