"""Secrets of a document as places, and what of the pack speaks only where a bank's policy asks for it."""

from __future__ import annotations

from pathlib import Path

from copilot import rules
from copilot.review import sensitive
from copilot.types import document


def python(text):
    return document(Path("a.py"), "python", text)


def names(doc, asked=frozenset()):
    return {hit.rule.name for hit in rules.hits(doc, pack=rules.BANK, asked=asked)}


def test_a_secret_is_told_by_its_bytes_and_its_kind():
    doc = python('# 数据库口令，上线前更换\nDB_PASSWORD = "Kx7#mQ2vT9!zLw"\n')
    (one,) = sensitive.hits(doc)
    assert doc.text[one.span.start : one.span.end] == b"Kx7#mQ2vT9!zLw"
    assert one.kind == "password"
    assert "CWE-798" in one.message


def test_personal_data_in_a_text_is_no_secret():
    assert sensitive.hits(python('CARD = "6222021234567890128"\n')) == []


def test_a_manual_shows_a_password_and_keeps_none():
    text = 'def connect():\n    """Connect: `connect(password="Kx7#mQ2vT9!zLw")`."""\n'
    assert sensitive.hits(python(text)) == []


def test_a_part_of_a_policy_speaks_only_where_it_is_asked_for():
    doc = python("import hashlib\n\ndigest = hashlib.sha256(data).hexdigest()\n")
    assert names(doc) == set()
    assert names(doc, frozenset({"gm"})) == {"CRYPTO02"}


def test_what_is_written_by_hand_is_told_without_the_policy():
    assert names(python("SM4_FK = (0xA3B1BAC6, 0x56AA3350)\n")) == {"CRYPTO02"}


def test_each_place_of_a_mappers_text_is_told_on_its_own_line():
    text = "<mapper>\n<select id='a'>\nSELECT a\nFROM t\nWHERE b = ${b}\nAND c = ${c}\n</select>\n</mapper>\n"
    doc = document(Path("A.xml"), "xml", text)
    assert [doc.text[f.span.start : f.span.end] for f in rules.findings(doc)] == [b"${b}", b"${c}"]


def test_in_a_large_text_only_what_is_near_changed_lines_is_looked_at():
    secret = 'password = "Xk29!vLq88z"\n'
    text = "x = 1\n" * 30_000 + secret + "y = 2\n" * 2_000
    doc = document(Path("a.py"), "python", text)
    whole = sensitive.hits(doc)
    assert [doc.text[one.span.start : one.span.end] for one in whole] == [b"Xk29!vLq88z"]
    assert sensitive.hits(doc, {30_001}) == whole
    assert sensitive.hits(doc, {29_980, 30_020}) == whole
    assert sensitive.hits(doc, {5, 31_900}) == []


def test_a_small_text_is_looked_at_whole():
    doc = document(Path("a.py"), "python", 'x = 1\npassword = "Xk29!vLq88z"\n' + "y = 2\n" * 500)
    assert sensitive.hits(doc, {400}) == sensitive.hits(doc) != []
