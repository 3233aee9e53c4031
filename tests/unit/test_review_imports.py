"""Findings of other tools: read from what real tools write, told where a change is, once with ours; damaged files are errors."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from test_review_diff import git

from copilot.errors import UsageError
from copilot.review import change, foreign, reports
from copilot.review.looking import Asked
from copilot.review.remark import Review
from copilot.review.review import review
from copilot.rules import BANK
from copilot.types import Severity

BEFORE = "import yaml\n\n\ndef load(text):\n    return text\n\n\ndef old(l):\n    return eval(l)\n"
AFTER = BEFORE.replace("    return text\n", "    x = 1\n    return yaml.load(text, Loader=yaml.Loader)\n")
RULES = "S506,F841,S307,E741"  # yaml.load, x is not used; on unchanged lines: eval, l


@pytest.fixture
def top(tmp_path):
    folder = tmp_path / "账户 repo"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "sub dir").mkdir()
    (folder / "sub dir/a b.py").write_text(BEFORE)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "a")
    (folder / "sub dir/a b.py").write_text(AFTER)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "b")
    return folder


def ruff(top: Path, form: str) -> Path:
    command = [Path(sys.executable).with_name("ruff"), "check", "--isolated", "--no-cache", "--select", RULES]
    done = subprocess.run([*command, "--output-format", form, "."], cwd=top, check=False, capture_output=True)
    assert done.returncode == 1
    path = top.parent / f"ruff.{form}"
    path.write_bytes(done.stdout)
    return path


def reviewed(top: Path, *paths: Path) -> Review:
    made = change.between(top, "HEAD~1", "HEAD")
    assert made is not None
    return review(made, Asked((BANK,)), claims=[claim for path in paths for claim in foreign.read(path)])


@pytest.mark.parametrize("form", ["sarif", "rdjson"])
def test_what_ruff_finds_is_told_on_changed_lines_and_once_with_ours(top, form):
    found = reviewed(top, ruff(top, form))
    told = {one.rule: one for one in found.remarks}
    assert told.keys() == {"SEC02", "F841"}
    tool = {"sarif": "ruff", "rdjson": "ruff"}[form]
    assert told["SEC02"].also == (f"{tool} (S506)",)
    other = told["F841"]
    assert (other.path, other.line, other.side, other.origin) == ("sub dir/a b.py", 5, "new", f"tool:{tool}")
    assert (other.symbol, other.evidence, other.row > 0) == ("load", "x = 1", True)
    assert other.fingerprint
    assert found.elsewhere == 2


def test_two_tools_that_say_the_same_are_one_remark(top):
    lines = [
        {"message": "Local variable `x` is assigned to but never used", "location": at, "source": {"name": "other"}}
        | {"code": {"value": "W0612"}, "severity": severity}
        for at, severity in [({"path": "sub dir/a b.py", "range": {"start": {"line": 5}}}, 2)]
    ]
    path = top.parent / "lines.rdjsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in [*lines, *lines]))
    (one,) = (each for each in reviewed(top, ruff(top, "sarif"), path).remarks if each.line == 5)
    assert (one.rule, one.also) == ("F841", ("other (W0612)",))


CHECKSTYLE = """<?xml version="1.0" encoding="{encoding}"?>
<checkstyle version="10.3">
<file name="{path}">
  <error line="5" column="1" severity="warning" message="账户 &lt;x&gt; &#38; y" source="com.puppycrawl.tools.checkstyle.checks.FinalLocalCheck"/>
  <error line="6" severity="error" message="unsafe, CWE-502" source="security.YamlLoad"/>
  <error line="9" severity="info" message="unchanged"/>
</file>
</checkstyle>
"""


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16"])
def test_checkstyle_by_absolute_path_and_a_cwe_that_is_ours(top, encoding):
    path = top.parent / "c.xml"
    path.write_bytes(CHECKSTYLE.format(path=top / "sub dir/a b.py", encoding=encoding).encode(encoding))
    found = reviewed(top, path)
    told = {one.rule: one for one in found.remarks}
    assert told.keys() == {"SEC02", "FinalLocalCheck"}
    assert told["FinalLocalCheck"].message == "账户 <x> & y"
    assert (told["FinalLocalCheck"].origin, told["FinalLocalCheck"].severity) == ("tool:checkstyle", Severity.WARNING)
    assert told["SEC02"].also == ("security (YamlLoad)",)
    assert found.elsewhere == 1


@pytest.mark.parametrize(
    "path",
    ["/somewhere/else/checkout/sub dir/a b.py", "./sub dir/a b.py", "sub dir\\a b.py", "sub dir/../sub dir/a b.py"],
)
def test_paths_as_tools_write_them(top, path):
    (top.parent / "c.xml").write_text(CHECKSTYLE.format(path=path, encoding="UTF-8"))
    assert "FinalLocalCheck" in {one.rule for one in reviewed(top, top.parent / "c.xml").remarks}


@pytest.mark.parametrize("path", ["../a b.py", "a b.py", "/a b.py", "", "sub dir"])
def test_a_path_of_another_file_is_no_path_of_this_one(top, path):
    (top.parent / "c.xml").write_text(CHECKSTYLE.format(path=path, encoding="UTF-8"))
    found = reviewed(top, top.parent / "c.xml")
    assert (len(found.remarks), found.elsewhere, found.unplaced) == (1, 0, 3)


def sarif(**result: object) -> dict:
    region = {"startLine": 5, "snippet": {"text": "x = 1"}}
    place = {"physicalLocation": {"artifactLocation": {"uri": "sub%20dir/a%20b.py"}, "region": region}}
    row = {"ruleId": "R1", "message": {"text": "t"}, "locations": [place], **result}
    rules = [{"id": "R0"}, {"id": "R1", "defaultConfiguration": {"level": "error"}}]
    rules[1]["messageStrings"] = {"m": {"text": "use {1} not {0}"}}
    return {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t", "rules": rules}}, "results": [row]}]}


def told(top: Path, log: object) -> list:
    path = top.parent / "t.sarif"
    path.write_text(json.dumps(log))
    return [one for one in reviewed(top, path).remarks if one.origin == "tool:t"]


def test_sarif_of_any_tool(top):
    (one,) = told(top, sarif())
    assert (one.rule, one.severity, one.line) == ("R1", Severity.ERROR, 5)
    (one,) = told(top, sarif(level="note", message={"id": "m", "arguments": ["a", "b"]}, ruleId=None, ruleIndex=1))
    assert (one.severity, one.message, one.rule) == (Severity.INFORMATION, "use b not a", "R1")
    for fields in ({"suppressions": [{"kind": "inSource"}]}, {"kind": "pass"}, {"baselineState": "unchanged"}):
        assert told(top, sarif(**fields)) == []


@pytest.mark.parametrize(
    "path",
    [
        "C:\\ci\\checkout\\sub dir\\a b.py",
        "C:/ci/checkout/sub dir/a b.py",
        "sub dir/..\\sub dir\\a b.py",
        "../checkout/sub dir/a b.py",
        "file:///ci/checkout/sub%20dir/a%20b.py",
        "/sub dir/a b.py",
    ],
)
def test_paths_of_other_machines(top, path):
    """Beside a file of the same name at the top, which is no end of any."""
    (top / "a b.py").write_text(AFTER)
    git(top, "add", "-A")
    git(top, "commit", "-q", "--amend", "--no-edit")
    (top.parent / "c.xml").write_text(CHECKSTYLE.format(path=path, encoding="UTF-8"))
    found = reviewed(top, top.parent / "c.xml")
    assert {one.path for one in found.remarks if one.rule == "FinalLocalCheck"} == {"sub dir/a b.py"}
    assert (found.elsewhere, found.unplaced) == (1, 0)


def test_a_backslash_in_a_name_is_one_where_such_a_file_is(tmp_path):
    git(tmp_path, "init", "-q")
    (tmp_path / "a").mkdir()
    for name in ("a/b.py", "a\\b.py"):
        (tmp_path / name).write_text("x = 1\n")
    (tmp_path / "c.xml").write_text(
        '<checkstyle><file name="a\\b.py"><error line="1" message="m" source="t.R"/></file></checkstyle>'
    )
    made = change.of_files(tmp_path, ["a/b.py", "a\\b.py"])
    (one,) = review(made, Asked((BANK,)), claims=foreign.read(tmp_path / "c.xml")).remarks
    assert one.path == "a\\b.py"


@pytest.mark.parametrize(
    ("artifact", "bases"),
    [
        ({"uri": "file:///ci/checkout/sub%20dir/a%20b.py"}, {}),
        ({"uri": "file://host/share/sub%20dir/a%20b.py"}, {}),
        ({"uri": "file:///C:/ci/sub%20dir/a%20b.py"}, {}),
        ({"uri": "C:\\ci\\sub dir\\a b.py"}, {}),
        ({"uri": "./sub%20dir//a%20b.py"}, {}),
        ({"uri": "sub dir/a b.py"}, {}),  # not encoded, as some write it
        ({"uri": "sub%20dir/a%20b.py", "uriBaseId": "SRCROOT"}, {}),
        ({"uri": "sub%20dir/a%20b.py", "uriBaseId": "R"}, {"R": {"uri": "file:///ci/checkout/"}}),
        ({"uri": "a%20b.py", "uriBaseId": "S"}, {"S": {"uri": "sub%20dir/"}}),
        (
            {"uri": "a%20b.py", "uriBaseId": "S"},
            {"S": {"uri": "sub%20dir/", "uriBaseId": "R"}, "R": {"uri": "file:///ci/x/"}},
        ),
        ({"uri": "sub%20dir/a%20b.py", "uriBaseId": "R"}, {"R": {"uri": "./", "uriBaseId": "R"}}),  # round in circles
        ({"index": 1}, {"S": {"uri": "sub%20dir/"}}),
    ],
)
def test_places_of_sarif_on_any_machine(top, artifact, bases):
    log = sarif()
    (run,) = log["runs"]
    run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] = artifact
    run["originalUriBaseIds"] = bases
    run["artifacts"] = [{"location": {"uri": "x.py"}}, {"location": {"uri": "a%20b.py", "uriBaseId": "S"}}]
    assert [(one.path, one.line) for one in told(top, log)] == [("sub dir/a b.py", 5)]


@pytest.mark.parametrize(
    "locations",
    [
        [],
        [{}],
        [{"physicalLocation": {"artifactLocation": {"uri": "sub%20dir/a%20b.py"}}}],  # the whole file
        [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "https://h/sub%20dir/a%20b.py"},
                    "region": {"startLine": 5},
                }
            }
        ],
        [{"physicalLocation": {"artifactLocation": {"uri": "src/gone.py"}, "region": {"startLine": 5}}}],
        [{"physicalLocation": {"artifactLocation": {"uri": "a\\u0000b"}, "region": {"startLine": 5}}}],
        [{"physicalLocation": {"artifactLocation": {"index": 7}, "region": {"startLine": 5}}}],
    ],
)
def test_a_finding_without_a_place_is_counted(top, locations):
    path = top.parent / "t.sarif"
    path.write_text(json.dumps(sarif(locations=locations)))
    found = reviewed(top, path)
    assert (found.elsewhere, found.unplaced) == (0, 1)
    assert "1 findings of other tools name no line of a file that is here" in reports.written(found, "text")
    assert json.loads(reports.written(found, "json"))["unplaced"] == 1


def test_a_quote_that_has_moved_is_followed_and_one_that_is_gone_is_left_out(top):
    log = sarif()
    region = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
    region |= {"startLine": 2, "snippet": {"text": "return yaml.load(text, Loader=yaml.Loader)"}}
    (one,) = told(top, log)
    assert one.line == 6
    region["snippet"]["text"] = "return yaml.load(text, Loader=other)"
    assert told(top, log) == []


def damaged(value: object) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (b"", "empty"),
        (b"\xfa\xfb", "byte 0"),
        (b"\xff\xfe\xfa", "byte 2"),
        (b"{\n  nonsense", "2:3"),
        (b"[1, 2]", "neither SARIF"),
        (b"[" * 100_000, "nested"),
        ({"runs": {}}, r"\$\.runs"),
        ({"runs": [1]}, r"\$\.runs\[0\]"),
        ({"runs": [{"tool": {}}]}, r"\$\.runs\[0\]\.tool\.driver"),
        (sarif(message="t"), r"\$\.runs\[0\]\.results\[0\]\.message"),
        (sarif(locations=[5]), r"results\[0\]\.locations\[0\]"),
        (sarif(locations=[{"physicalLocation": {"region": {"startLine": "5"}}}]), r"region\.startLine"),
        (sarif(locations=[{"physicalLocation": {"region": {"startLine": True}}}]), r"region\.startLine"),
        (sarif(locations=[{"physicalLocation": {"region": {"startLine": -5}}}]), r"region\.startLine"),
        ({"diagnostics": [{"message": "m", "location": {"path": 5}}]}, r"\$\.diagnostics\[0\]\.path"),
        ({"diagnostics": [{"location": {"path": "a"}}]}, r"\$\.diagnostics\[0\]\.message"),
        (b'{"message": "m", "location": {"path": "a"}}\n{"message"\n', "line 2"),
        (b'{"message": "m", "location": {"path": "a"}}\n7\n', "line 2"),
        (b"<html></html>", "1:1"),
        (b"<checkstyle><file name='a'><error line='x'/></file></checkstyle>", "1:28: line"),
        (b"<checkstyle>\n<file name='a'>\n</checkstyle>", "3:3"),
        (b"<checkstyle>&bomb;</checkstyle>", "1:13"),
        (b"<!DOCTYPE checkstyle [<!ENTITY a 'x'>]><checkstyle>&a;</checkstyle>", "document type"),
        (b"<!DOCTYPE checkstyle SYSTEM 'file:///etc/passwd'><checkstyle/>", "document type"),
    ],
)
def test_a_damaged_file_is_an_error_that_names_it_and_the_place(tmp_path, text, place):
    path = tmp_path / "other tool.out"
    path.write_bytes(damaged(text))
    with pytest.raises(UsageError, match=r"other tool\.out cannot be imported: .*" + place):
        foreign.read(path)


def test_a_file_that_is_not_there_or_too_large_is_an_error(tmp_path, monkeypatch):
    with pytest.raises(UsageError, match="absent"):
        foreign.read(tmp_path / "absent")
    (tmp_path / "large").write_bytes(b" " * 2_000)
    monkeypatch.setattr(foreign, "LARGEST", 1_000)
    with pytest.raises(UsageError, match="large"):
        foreign.read(tmp_path / "large")
    monkeypatch.setattr(foreign, "MOST", 1)
    row = {"message": "m", "location": {"path": "a"}}
    (tmp_path / "many").write_text(json.dumps({"diagnostics": [row, row]}))
    with pytest.raises(UsageError, match="more than 1"):
        foreign.read(tmp_path / "many")


def mangled(dice: random.Random, value: object) -> object:
    """A value of JSON with one part of it put out of shape."""
    if isinstance(value, dict) and value and dice.random() < 0.8:
        name = dice.choice(sorted(value))
        return {**value, name: mangled(dice, value[name])}
    if isinstance(value, list) and value and dice.random() < 0.8:
        at = dice.randrange(len(value))
        return [*value[:at], mangled(dice, value[at]), *value[at + 1 :]]
    return dice.choice([None, 5, -1, "x", True, [], {}, [None], {"text": 5}, 1e400, "\ud800"])


@pytest.mark.parametrize("seed", range(300))
def test_whatever_a_file_holds_it_is_read_or_refused(top_once, seed):
    dice = random.Random(seed)
    fields = {"kind": "fail", "baselineState": "new", "ruleIndex": 1, "suppressions": [], "taxa": [{"id": "CWE-502"}]}
    log: object = sarif(level="note", message={"id": "m", "arguments": ["a"]}, **fields) if seed % 3 else RDJSON
    for _ in range(dice.randrange(1, 4)):
        log = mangled(dice, log)
    path = top_once.parent / f"{seed}.json"
    path.write_text(json.dumps(log))
    try:
        claims = foreign.read(path)
    except UsageError:
        return
    made = change.between(top_once, "HEAD~1", "HEAD")
    review(made, Asked((BANK,)), claims=claims)


RDJSON = {
    "source": {"name": "t"},
    "severity": "WARNING",
    "diagnostics": [
        {
            "message": "m",
            "location": {"path": "a.py", "range": {"start": {"line": 1}, "end": {"line": 2, "column": 1}}},
            "code": {"value": "X", "url": "https://t.example/cwe-89"},
            "severity": 1,
        }
    ],
}


@pytest.fixture(scope="module")
def top_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz") / "repo"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    for text in ("x = 1\n", "x = 2\n"):
        (folder / "a.py").write_text(text)
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "a")
    return folder
