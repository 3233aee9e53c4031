"""Rule packs: what is taken of a file and what is refused, what rules find, signatures, and what happens when a file changes."""

from __future__ import annotations

import json
import random
import re
import time
from pathlib import Path

import pytest
from pack_files import broken, gitleaks, key

from copilot import cli
from copilot.config import Guard
from copilot.errors import ConfigError
from copilot.guard import Policy, policy, review
from copilot.guard.packs import Kept, Wanted, load, read, signed, together

FEATURES = r"""
title = "features"
minVersion = "v8.25.0"

[[rules]]
id = "group"
description = "secretGroup picks the part"
regex = '''(?i)(acme)_key\s*=\s*"([a-z0-9]{16})"'''
secretGroup = 2
keywords = ["ACME"]
tags = ["x"]

[[rules]]
id = "entropy"
regex = '''low_[a-z0-9]{20}'''
entropy = 3.0
keywords = ["low_"]

[[rules]]
id = "no-keyword"
regex = '''\bzz[0-9]{6}zz\b'''

[[rules]]
id = "in-a-file"
regex = '''only_[a-z]{8}'''
path = '''(?i)\.ya?ml$'''
keywords = ["only_"]

[[rules]]
id = "lists"
regex = '''tok_([a-z0-9]{12})'''
keywords = ["tok_"]
    [[rules.allowlists]]
    regexes = ['''^0{12}$''']
    stopwords = ["example"]
    [[rules.allowlists]]
    condition = "AND"
    regexTarget = "line"
    regexes = ['''# demo''']
    paths = ['''docs/''']
    [[rules.allowlists]]
    regexTarget = "match"
    regexes = ['''^tok_aaaa''']

[[rules]]
id = "old-list"
regex = '''old_([a-z0-9]{12})'''
keywords = ["old_"]
    [rules.allowlist]
    stopwords = ["sample"]

[[allowlists]]
description = "for all"
paths = ['''^vendor/''']

[[allowlists]]
targetRules = ["old-list"]
regexes = ['''^b+$''']
"""


def made(text: str, **more: bool):
    return together((read(Path("p.toml"), text.encode(), **more),))


def hits(text: str, path: str = "") -> list[tuple[str, str]]:
    return sorted((one.rule, text[one.start : one.end]) for one in made(FEATURES).found(text, path))


@pytest.mark.parametrize(
    ("text", "path", "found"),
    [
        ('ACME_KEY = "abcdefgh12345678"', "", [("group", "abcdefgh12345678")]),
        ('客户 = 1\nacme_key="abcdefgh12345678" # 密钥', "", [("group", "abcdefgh12345678")]),
        ("low_" + "a" * 20, "", []),
        ("low_a1b2c3d4e5f6g7h8i9j0", "", [("entropy", "low_a1b2c3d4e5f6g7h8i9j0")]),
        ("x zz123456zz y zz12345zz", "", [("no-keyword", "zz123456zz")]),
        ("only_abcdefgh", "", []),
        ("only_abcdefgh", "deploy/a.YAML", [("in-a-file", "only_abcdefgh")]),
        ("only_abcdefgh", "vendor/a.yaml", []),
        ("tok_abc123abc123", "", [("lists", "abc123abc123")]),
        ("tok_000000000000", "", []),
        ("tok_exAmple12345".lower(), "", []),
        ("tok_abc123abc123 # demo", "src/a.py", [("lists", "abc123abc123")]),
        ("tok_abc123abc123 # demo", "docs/a.md", []),
        ("tok_aaaa12345678", "", []),
        ("old_abc123abc123 old_sample123456 old_bbbbbbbbbbbb", "", [("old-list", "abc123abc123")]),
    ],
)
def test_every_feature_of_the_gitleaks_format_means_what_it_means_there(text, path, found):
    assert hits(text, path) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[extend]\nuseDefault = true\n[[rules]]\nid='a'\nregex='a'", "extend"),
        ("[[rules]]\nid = 'back'\nregex = '''(a)\\1'''", "back"),
        ("[[rules]]\nid = 'ahead'\nregex = '''a(?=b)'''", "ahead"),
        ("[[rules]]\nid = 'big'\nregex = '''((a{100}){100}){100}'''", "big"),
        ("[[rules]]\nid = 'open'\nregex = '''(a'''", "open"),
        ("[[rules]]\nid = 'group'\nregex = '''(a)'''\nsecretGroup = 2", "secretGroup 2"),
        ("[[rules]]\nid = 'parts'\nregex = 'a'\n[[rules.required]]\nid = 'b'", "parts"),
        ("[[rules]]\nid = 'where'\npath = 'a'", "where"),
        ("[[rules]]\nregex = 'a'", "rule 1"),
        ("[[rules]]\nid='a'\nregex='a'\n[[rules]]\nid='a'\nregex='b'", "twice"),
        ("[[rules]]\nid='a'\nregex='a'\nkeyword=['a']", "keyword"),
        ("[[rules]]\nid='a'\nregex='a'\nentropy='x'", "entropy"),
        ("[[rules]]\nid='a'\nregex='a'\n[[rules.allowlists]]\nregexTarget='all'", "regexTarget"),
        ("[[rules]]\nid='a'\nregex='a'\n[rules.allowlist]\nregexes=['(']", "a"),
        ("title = 'x'", "no rule"),
        ("rules = 3", "rules"),
        ("[", "no rule pack"),
        ("[pack]\nname='x y'\n[[words]]\nid='a'\nwords=['a']", "letters"),
        ("[pack]\n[[words]]\nid='a'\nwords=['a']\nkind='nothing'", "kind"),
        ("[pack]\n[[words]]\nid='a'\nwords=['a']\naction='shout'", "action"),
        ("[pack]\n[[words]]\nid='a'", "neither words"),
        ("[pack]\n[[patterns]]\nid='a'\nregex='(?<=a)b'", "a"),
        ("[pack]\n[[rules]]\nid='a'", "rules"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_name_and_reason(text, said):
    with pytest.raises(ConfigError, match=r"p\.toml") as refused:
        made(text)
    assert said in str(refused.value)


def test_a_rule_that_cannot_be_used_is_left_out_where_the_settings_say_so():
    pack = read(Path("p.toml"), b"[[rules]]\nid='bad'\nregex='(a)\\1'\n[[rules]]\nid='good'\nregex='b'", skip=True)
    assert [one.rule.name for one in pack.rules] == ["good"]
    assert [name for name, reason in pack.left_out if reason] == ["bad"]


OWN = r"""
[pack]
name = "bank-rules"
version = "2026-11-30"

[[words]]
id = "projects"
words = ["Project Heron", "苍鹭项目", "A+B"]
kind = "bank-term"
grade = "C2"

[[words]]
id = "never"
words = ["KESTREL"]
action = "deny"

[[words]]
id = "told"
words = ["osprey"]
action = "report"

[[patterns]]
id = "employee"
regex = '\bE(\d{8})\b'
keywords = ["employee"]
kind = "resident-id"
"""


def test_our_own_format_finds_words_and_patterns_and_decides():
    rules = Policy({"private-key": "deny"}, made(OWN))
    for text, seen in [
        ("# see project heron.", "project heron"),
        ("projectheron heronry", None),
        ("苍鹭项目的代码", "苍鹭项目"),
        ("A+B and XA+BX", "A+B"),
        ("employee = 'E12345678'", "12345678"),
        ("staff E12345678", None),
    ]:
        reviewed = review([text], rules)
        assert [text[d.start : d.end] for d in reviewed.verdict.detections] == ([seen] if seen else []), text
        assert reviewed.verdict.action == ("redact" if seen else "allow")
        assert reviewed.restored(reviewed.texts[0]) == text
        assert reviewed.verdict.packs.split()[1].startswith("bank-rules@2026-11-30#")
    assert review(["kestrel"], rules).verdict.action == "deny"
    told = review(["the osprey"], rules)
    assert (told.verdict.action, told.texts[0], len(told.verdict.detections)) == ("allow", "the osprey", 1)
    assert review(["kestrel"], Policy({"bank-term": "allow"}, made(OWN))).verdict.detections == ()


def test_two_hundred_rules_find_theirs_and_cost_a_clean_text_next_to_nothing():
    packs = made(gitleaks(220))
    assert len(packs.matcher.rules) == 220
    values = {}
    for one in packs.matcher.rules:
        name, regex = one.rule.name, one.rule.regex
        size = int(re.search(r"(?:Z0-9|a-z0-9)\]\{(\d+)\}", regex)[1])
        value = "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8s9t0"[:size]
        number = name.partition("-")[2]
        if "vnd" in regex:
            value = f"vnd{number}x_{value}"
        values[name] = (f'KEY = "{value}"\n' if "vnd" in regex else f'vendor{number}q_token = "{value}"\n', value)
    for name, (text, value) in values.items():
        assert [(one.rule, text[one.start : one.end]) for one in packs.found(text)] == [(name, value)]
    clean = Path(json.__file__).read_text() * 3
    best = min(_cost(packs, clean[:16_384]) for _ in range(20))
    assert best < 0.002, "an order of magnitude above what it is here"


def _cost(packs, text: str) -> float:
    started = time.thread_time()
    packs.found(text)
    return time.thread_time() - started


def test_only_what_a_configured_key_signed_is_taken(tmp_path):
    pack = tmp_path / "bank.toml"
    pack.write_text(OWN)
    secret, public = key(tmp_path)
    other_secret, other = key(tmp_path, "other")
    wanted = Wanted((str(pack),), (str(other), str(public)))
    with pytest.raises(ConfigError, match="no configured key"):
        load(wanted)
    signed(pack, secret)
    assert load(wanted).packs[0].signer == str(public)
    assert load(Wanted((str(pack),), unsigned=True)).packs[0].signer == ""
    signature = pack.with_name("bank.toml.sig")
    signature.write_bytes(broken(signature.read_bytes()))
    with pytest.raises(ConfigError, match="no configured key"):
        load(wanted)
    signed(pack, other_secret)
    pack.write_text(OWN + "# changed")
    with pytest.raises(ConfigError, match="no configured key"):
        load(wanted)
    with pytest.raises(ConfigError, match="Ed25519"):
        load(Wanted((str(pack),), (str(pack),)))
    with pytest.raises(ConfigError, match="cannot be read"):
        load(Wanted((str(tmp_path / "absent.toml"),), unsigned=True))


def test_a_changed_file_comes_into_force_and_a_broken_one_leaves_the_old_rules(tmp_path):
    pack = tmp_path / "bank.toml"
    pack.write_text("[pack]\nversion='1'\n[[words]]\nid='a'\nwords=['heron']")
    kept = Kept(Wanted((str(pack),), unsigned=True))
    first = kept.packs
    assert not kept.refresh()
    pack.write_text("[pack]\nversion='2'\n[[words]]\nid='a'\nwords=['kestrel', 'heron']")
    assert kept.refresh()
    assert (kept.packs.packs[0].version, len(kept.packs.found("kestrel")), kept.fault) == ("2", 1, "")
    assert len(first.found("kestrel")) == 0, "who began under the first ends under it"
    pack.write_text("[pack]\nversion='3'\n[[patterns]]\nid='a'\nregex='('")
    assert kept.refresh()
    assert (kept.packs.packs[0].version, kept.failures) == ("2", 1)
    assert "rule a cannot be used" in kept.fault
    pack.unlink()
    assert kept.refresh()
    assert len(kept.packs.found("heron")) == 1
    pack.write_text("[pack]\nversion='4'\n[[words]]\nid='a'\nwords=['osprey']")
    assert kept.refresh()
    assert (kept.fault, len(kept.packs.found("osprey"))) == ("", 1)


def test_the_settings_name_packs_and_each_review_sees_the_latest(tmp_path):
    pack = tmp_path / "bank.toml"
    pack.write_text("[[rules]]\nid='a'\nregex='heron-[0-9]{4}'")
    settings = Guard(packs=(str(pack),), unsigned_packs=True)
    assert review(["x = heron-1234"], policy(settings)).texts == ("x = REDACTED_PROVIDER_KEY_0001",)
    pack.write_text("[[rules]]\nid='a'\nregex='kestrel-[0-9]{4}'\nkeywords=['kestrel']")
    assert review(["x = heron-1234"], policy(settings)).verdict.action == "allow"
    with pytest.raises(ConfigError, match="no configured key"):
        policy(Guard(packs=(str(pack),)))


def run(capsys, *words: str) -> tuple[int, dict]:
    code = cli.main(["rules", *words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_verb_checks_signs_and_shows(tmp_path, capsys, monkeypatch):
    pack, text = tmp_path / "bank.toml", tmp_path / "a.txt"
    pack.write_text(OWN)
    text.write_text("x\nkestrel\n")
    code, told = run(capsys, "check", str(pack), "--try", str(text))
    assert (code, told["packs"][0]["found"][0]["rule"], told["packs"][0]["found"][0]["line"]) == (0, "never", 2)
    secret, public = key(tmp_path)
    code, told = run(capsys, "sign", str(pack), "--key", str(secret))
    assert (code, told["signatures"]) == (0, [f"{pack}.sig"])
    settings = tmp_path / "config.toml"
    settings.write_text(f"[guard]\npacks = ['{pack}']\npack_keys = ['{public}']\n")
    monkeypatch.setenv("BANK_COPILOT_GUARD_PACKS", str(pack))
    monkeypatch.setenv("BANK_COPILOT_GUARD_PACK_KEYS", str(public))
    code, told = run(capsys, "show")
    assert (code, told["packs"][0]["signed_by"], told["packs"][0]["version"]) == (0, str(public), "2026-11-30")
    bad = tmp_path / "bad.toml"
    bad.write_text("[[rules]]\nid='x'\nregex='(a)\\1'")
    code, told = run(capsys, "check", str(bad))
    assert (code, told["packs"][0]["problems"][0]["rule"]) == (1, "x")
    assert cli.main(["scan", str(text)]) == 1
    assert ":2:1: bank-term (never): deny" in capsys.readouterr().out


def test_the_one_pass_says_what_every_rule_by_itself_says():
    packs = made(gitleaks(60) + FEATURES.partition("[[allowlists]]")[0].partition('minVersion = "v8.25.0"')[2])
    rng = random.Random(5)
    pieces = ["vnd1x_", "vnd2x_", "VENDOR3q", "vendor6q_key = ", '"', "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8s9t0", "ACME_KEY", " = ", "abcdefgh12345678",
              "low_", "zz123456zz", "tok_", "abc123abc123", "old_", "# demo", "\n", " ", "中文", "ü"]  # fmt: skip
    for _ in range(1_500):
        text = "".join(rng.choice(pieces) for _ in range(rng.randint(1, 14)))
        data = text.encode()
        alone = {
            (one.rule.name, data[start:end].decode())
            for one in packs.matcher.rules
            if not one.rule.keywords or any(word.lower() in text.lower() for word in one.rule.keywords)
            for start, end in one.found(data, "")
        }
        assert {(one.rule, text[one.start : one.end]) for one in packs.found(text)} == alone
