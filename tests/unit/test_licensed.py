"""Code that repeats somebody else's is told with file, lines and licence; what is short or merely alike is not."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from copilot.cli import main
from copilot.config import Output, Settings
from copilot.errors import ConfigError
from copilot.types import Edit, Span, document
from copilot.verify import licensed, winnowing

BODY = "\n".join(
    f"    balance_{n} = ledger.total(account_{n}, since=day_{n}) - fees.of(account_{n}, rate={n}.5)" for n in range(12)
)
SOURCE = f"# SPDX-License-Identifier: GPL-3.0-only\n\n\ndef settle(ledger, fees):\n{BODY}\n"


@pytest.fixture
def index(tmp_path):
    folder = tmp_path / "others"
    (folder / "plain").mkdir(parents=True)
    (folder / "settle.py").write_text(SOURCE, "utf-8")
    (folder / "plain" / "LICENSE").write_text("Permission is hereby granted, free of charge, to any person", "utf-8")
    (folder / "plain" / "Other.java").write_text(
        "class Other {\n"
        + "".join(f"  int value{n}(Thing thing) {{ return thing.of({n}).with(this).size(); }}\n" for n in range(30))
        + "}\n",
        "utf-8",
    )
    out = tmp_path / "licences.idx"
    licensed.build([folder], out)
    return out


def test_a_copy_is_told_with_its_place_and_licence(index):
    (match,) = licensed.opened(index).matches(BODY.encode(), "python")
    assert (match.path, match.licence) == ("others/settle.py", "GPL-3.0-only")
    assert 5 <= match.first <= 6
    assert 15 <= match.last <= 16
    assert match.lexemes >= licensed.LEAST


def test_layout_and_comments_do_not_hide_a_copy(index):
    changed = re.sub(r"\n +", "\n\n        ", BODY).replace(", rate", ",  # as agreed\n            rate")
    assert licensed.opened(index).matches(changed.encode(), "python")


def test_a_short_or_other_text_is_nobodys(index):
    opened = licensed.opened(index)
    assert opened.matches("\n".join(BODY.split("\n")[:2]).encode(), "python") == []
    assert opened.matches(BODY.replace("ledger", "book").replace("fees", "costs").encode(), "python") == []


def test_the_nearest_licence_file_counts(index, tmp_path):
    text = (tmp_path / "others" / "plain" / "Other.java").read_bytes()
    assert licensed.opened(index).matches(text, "java")[0].licence == "MIT"


@pytest.mark.parametrize(("verbatim", "passed"), [("warn", True), ("decline", False)])
def test_policy_offers_or_declines(index, verbatim, passed):
    doc = document(Path("a.py"), "python", "def f(ledger, fees):\n")
    edits = (Edit(doc.path, Span(len(doc), len(doc)), BODY + "\n"),)
    settings = replace(Settings(), output=Output(licences=str(index), verbatim=verbatim))
    (check,) = licensed.checks(doc, edits, settings)
    assert (check.name, check.passed) == ("licence", passed)
    assert "others/settle.py" in check.detail
    assert list(licensed.checks(doc, edits, Settings())) == []


def test_equal_text_shares_a_fingerprint_wherever_it_stands():
    shared = "".join(f"call{n}(x{n});" for n in range(12))
    one = winnowing.read(f"alpha(1); {shared} beta(2);".encode(), "java")
    other = winnowing.read(f"other_start(); more(); {shared}".encode(), "java")
    assert len(shared) >= winnowing.RUN + winnowing.WINDOW - 1
    assert set(winnowing.fingerprints(one)[0].tolist()) & set(winnowing.fingerprints(other)[0].tolist())


def test_a_damaged_index_is_told(index):
    data = index.read_bytes()
    for broken in (b"something else\n", data[:-8]):
        index.write_bytes(broken)
        licensed._open.cache_clear()
        with pytest.raises(ConfigError):
            licensed.opened(index)


def test_the_verb_builds_and_checks(tmp_path, capsys):
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "settle.py").write_text(SOURCE, "utf-8")
    (tmp_path / "copy.py").write_text(BODY, "utf-8")
    out = tmp_path / "new.idx"
    assert main(["licences", "build", str(tmp_path / "others"), "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["files"] == 1
    assert told["size"] == out.stat().st_size
    assert main(["licences", "check", str(tmp_path / "copy.py"), "--index", str(out)]) == 1
    assert "licence GPL-3.0-only" in capsys.readouterr().out
    assert main(["licences", "build", str(tmp_path / "nowhere"), "--out", str(out)]) == 2
