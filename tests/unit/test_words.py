"""Words of the bank's packs: where they stand, longer words that hold them, and candidates that bring them in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from copilot.config import Guard, Settings
from copilot.errors import ConfigError
from copilot.guard import packs
from copilot.guard.words import place
from copilot.types import Edit, Span, document
from copilot.verify import wording

PACK = """
[pack]
name = "words"
version = "1"

[[words]]
id = "master"
words = ["master", "slave"]
stands = ["comment", "string"]
except = ["master branch"]
action = "report"

[[words]]
id = "places"
words = ["林匹"]
except = ["奥林匹克"]
action = "report"

[[words]]
id = "never"
words = ["Kestrel"]
action = "deny"
"""


def made(text=PACK):
    return packs.together((packs.read(Path("pack.toml"), text.encode()),))


def seen(text):
    return [(one.rule, text[one.start : one.end]) for one in made().found(text)]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("x = master + 1", "code"),
        ("# the master copy", "comment"),
        ("x = 1  // master", "comment"),
        ("-- master", "comment"),
        ("  * master of all", "comment"),
        ("/* the master */", "comment"),
        ('say("the master")', "string"),
        ("say('it\\'s master')", "string"),
        ('say("a", master)', "code"),
        ('url = "http://x#y" + master', "code"),
        ("<!-- master -->", "comment"),
        ('say("unclosed master', "string"),
    ],
)
def test_where_a_word_stands(line, wanted):
    data = f"first\n{line}\nlast".encode()
    assert place(data, data.index(b"master")) == wanted


def test_a_word_counts_where_the_pack_says():
    assert seen("master = connect()") == []
    assert seen("# the Master decides") == [("master", "Master")]
    assert seen('log("slave lost")') == [("master", "slave")]
    assert seen("# git's master branch") == []
    assert seen("# the master branch of the master") == [("master", "master")]


def test_a_chinese_word_inside_a_longer_one_is_none():
    assert seen("# 奥林匹克的说明") == []
    assert seen("# 林匹的说明") == [("places", "林匹")]


def test_a_long_line_costs_what_a_bounded_one_does():
    data = b"'" * 100_000 + b" master " + b"'" * 100_000
    assert place(data, data.index(b"master")) in ("code", "string")


@pytest.mark.parametrize("row", ["stands = ['margin']", "stands = 'code'", "except = 'x'", "except = [1]"])
def test_a_mistake_in_a_row_is_told(row):
    with pytest.raises(ConfigError):
        made(f"[pack]\nversion='1'\n[[words]]\nid='a'\nwords=['a']\n{row}")


def test_a_candidate_that_brings_a_word_in_is_told_or_declined(tmp_path):
    pack = tmp_path / "pack.toml"
    pack.write_text(PACK, "utf-8")
    settings = replace(Settings(), guard=Guard(packs=(str(pack),), unsigned_packs=True))
    doc = document(Path("a.py"), "python", "def f():\n    return 1  # slave\n")

    def said(new):
        return list(wording.checks(doc, (Edit(doc.path, Span(len(doc), len(doc)), new),), settings))

    (told,) = said("# a master copy\n")
    assert (told.name, told.passed, told.detail) == ("words", True, "line 3: the bank's rule master")
    (denied,) = said("\n\nkestrel = 1\n")
    assert (denied.passed, denied.detail) == (False, "line 5: the bank's rule never")
    assert said("# slave again\n") == []
    assert said("master = 1\n") == []
    assert list(wording.checks(doc, (Edit(doc.path, Span(0, 0), "kestrel"),), Settings())) == []
