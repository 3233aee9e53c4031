"""`bank-copilot review` in real repositories: the console script, real commits and patches, the hook under pre-commit."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
from pathlib import Path

import pytest
from test_staged import ROOT, SCRIPT, Repository

from copilot import samplebank

BAD = "from decimal import Decimal\n\nfee = Decimal(0.1)\n"
GOOD = 'from decimal import Decimal\n\nfee = Decimal("0.1")\n'
GUARDED = """\
def close(account, user):
    if not user.has_permission("close"):
        raise PermissionError(user)
    account.closed = True
    account.save()
"""
UNGUARDED = GUARDED.replace('    if not user.has_permission("close"):\n        raise PermissionError(user)\n', "")
NAMES = ["账户/余额.py", "two words.py", "quo\"te's.py", "tab\there.py", "- dash.py", "a\\b.py"]


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    made = Repository(tmp_path.resolve())
    made.write("README.md", "text\n")
    made.commit()
    made.git("checkout", "-qb", "work")
    return made


def run(repo: Repository, *words: str, folder: Path | None = None, stdin: bytes = b"", **environ: str):
    return subprocess.run(
        [SCRIPT, "review", *words],
        cwd=folder or repo.top,
        env=repo.environ | environ,
        input=stdin,
        capture_output=True,
        check=False,
        timeout=120,
    )


def told(repo: Repository, *words: str, code: int, **more) -> dict:
    done = run(repo, "--json", *words, **more)
    assert done.returncode == code, done.stdout.decode() + done.stderr.decode()
    return json.loads(done.stdout)


def places(found: dict) -> set[tuple[str, int, str, str]]:
    return {(one["file"], one["line"], one["side"], one["rule"]) for one in found["findings"]}


def test_the_branch_is_compared_with_where_it_left_and_the_exit_code_says_whether_there_is_anything(repo):
    repo.write("a.py", BAD)
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.write("other.py", BAD)  # what the target branch got meanwhile is not this branch's doing
    repo.commit()
    repo.git("checkout", "-q", "work")
    found = told(repo, code=1)
    assert places(found) == {("a.py", 3, "new", "MONEY02")}
    assert found == told(repo, "--base", "main", code=1)
    assert found == json.loads(run(repo, "--format", "json").stdout)
    repo.write("a.py", GOOD)
    repo.commit()
    found = told(repo, "--base", "main", code=0)
    assert (found["findings"], found["coverage"]["files"]) == ([], 1)
    assert told(repo, "--base", "main", "--head", "HEAD~1", code=1)["findings"]


@pytest.mark.parametrize("name", NAMES)
def test_a_path_may_hold_anything(repo, name):
    repo.write(name, "x = 1\n")
    repo.commit()
    repo.write(name, BAD)
    repo.git("add", "-A")
    for words in (("--staged",), ("--files", name)):
        assert places(told(repo, *words, code=1)) == {(name, 3, "new", "MONEY02")}
    patch = repo.top.parent / "p.diff"
    for quoted in ("true", "false"):
        patch.write_bytes(
            subprocess.run(
                ["git", "-c", f"core.quotePath={quoted}", "diff", "--cached"],
                cwd=repo.top,
                env=repo.environ,
                capture_output=True,
                check=True,
            ).stdout
        )
        assert places(told(repo, "--patch", str(patch), code=1)) == {(name, 3, "new", "MONEY02")}
    shown = name.replace("\t", "\\t")
    assert f"{shown}:3" in run(repo, "--staged").stdout.decode()


def test_a_path_that_is_no_utf8_is_shown_as_gb18030(repo):
    name = "账户.py".encode("gb18030")
    repo.write(os.fsdecode(name), BAD)
    repo.git("add", "-A")
    found = told(repo, "--staged", code=1)
    assert places(found) == {("账户.py", 3, "new", "MONEY02")}
    log = json.loads(run(repo, "--staged", "--format", "sarif").stdout)
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "%D5%CB%BB%A7.py"


def test_text_in_gb18030_and_line_ends_of_windows_and_no_last_end(repo):
    repo.write("gb.py", "# 账户余额\r\nx = 1\r\n".encode("gb18030"))
    repo.commit()
    text = "# 账户余额\r\nfrom decimal import Decimal\r\n手续费 = Decimal(0.1)".encode("gb18030")
    repo.write("gb.py", text)
    repo.git("add", "-A")
    (one,) = told(repo, "--staged", code=1)["findings"]
    assert (one["file"], one["line"], one["columns"]) == ("gb.py", 3, [7, 19])
    assert one["evidence"] == "手续费 = Decimal(0.1)"
    # Only line ends change: what was there before is not new.
    repo.commit()
    repo.write("gb.py", text.replace(b"\r\n", b"\n") + b"\n")
    repo.git("add", "-A")
    assert told(repo, "--staged", code=0)["coverage"]["lines"] == 6


def test_a_renamed_file_keeps_what_it_had_and_a_deleted_guard_is_found_in_it(repo):
    repo.write("old/service.py", GUARDED + "\n\n" + BAD)
    repo.commit()
    repo.git("mv", "old/service.py", "新 service.py")
    repo.write("新 service.py", UNGUARDED + "\n\n" + BAD)
    repo.git("add", "-A")
    found = told(repo, "--staged", code=1)
    assert places(found) == {("新 service.py", 2, "old", "DEL01")}
    assert found["findings"][0]["beside"] == 2


def test_a_deleted_file_and_a_binary_and_a_submodule_and_a_link_are_in_the_coverage(repo):
    repo.write("gone.py", BAD)
    repo.write("data.bin", b"\0" * 99)
    repo.commit()
    repo.git("rm", "-q", "gone.py")
    repo.write("data.bin", b"\0\1" * 99)
    (repo.top / "link.py").symlink_to("/etc/passwd")
    (repo.top.parent / "other").mkdir()
    other = Repository(repo.top.parent / "other")
    other.write("a.py", BAD)
    other.commit()
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.top), "module")
    repo.git("add", "-A")
    found = told(repo, "--staged", code=0)
    skipped = {one["file"]: one["why"] for one in found["coverage"]["skipped_files"]}
    assert skipped == {
        "data.bin": "not a text",
        "link.py": "a symbolic link",
        "module": "another repository's commit",
    }
    assert found["coverage"]["files"] == 5  # and gone.py and .gitmodules


def test_a_merge_is_looked_at_against_its_first_parent(repo):
    repo.write("a.py", GOOD)
    repo.commit()
    repo.git("checkout", "-qb", "side", "HEAD~1")
    repo.write("b.py", BAD)
    repo.commit()
    repo.git("checkout", "-q", "work")
    repo.git("merge", "-q", "--no-edit", "side")
    assert places(told(repo, "--base", "HEAD~1", code=1)) == {("b.py", 3, "new", "MONEY02")}
    patch = subprocess.run(
        ["git", "show", "--cc", "HEAD"], cwd=repo.top, env=repo.environ, capture_output=True, check=True
    )
    assert told(repo, "--patch", "-", code=0, stdin=patch.stdout)["coverage"]["files"] == 0


def test_attributes_of_the_branch_hide_nothing_and_start_nothing(repo):
    trace = repo.top.parent / "started"
    repo.git("config", "diff.x.textconv", f"touch {trace};")
    repo.git("config", "diff.x.command", f"touch {trace};")
    repo.git("config", "filter.x.clean", f"touch {trace}; cat")
    repo.git("config", "core.fsmonitor", f"touch {trace}")
    repo.write(".gitattributes", "*.py binary -diff linguist-generated\n*.java diff=x\n")
    repo.write("a.py", BAD)
    repo.write("B.java", "class B {\n    BigDecimal fee = new BigDecimal(0.1);\n}\n")
    repo.git("-c", "core.fsmonitor=false", "add", "-A")
    repo.git("-c", "core.fsmonitor=false", "commit", "-qm", "x", "--no-verify")
    trace.unlink(missing_ok=True)
    wanted = {("a.py", 3, "new", "MONEY02"), ("B.java", 2, "new", "MONEY02")}
    assert places(told(repo, "--base", "main", code=1)) == wanted
    assert not trace.exists()


def patch_of(repo: Repository, *words: str) -> bytes:
    return subprocess.run(
        ["git", "diff", *words], cwd=repo.top, env=repo.environ, capture_output=True, check=True
    ).stdout


def test_a_patch_without_a_repository_or_against_another_state_is_read_from_its_hunks(repo, tmp_path):
    text = "class A {\n" + "    int x = 1;\n" * 30 + "    BigDecimal fee;\n" + "    int y = 1;\n" * 30 + "}\n"
    repo.write("A.java", text)
    repo.commit()
    repo.write("A.java", text.replace("fee;", "fee = new BigDecimal(0.1);"))
    repo.write("new.py", BAD)
    repo.git("add", "-A")
    patch = patch_of(repo, "--cached")
    empty = tmp_path / "empty"
    empty.mkdir()
    for place in (empty, repo.top):
        if place == repo.top:
            repo.git("reset", "-q", "--hard")
            repo.write("A.java", "something else\n")
            patch = re.sub(rb"index \w+\.\.\w+", b"index 1111111..2222222", patch)  # ids that nobody knows
        found = told(repo, "--patch", "-", code=1, folder=place, stdin=patch)
        assert places(found) == {("A.java", 32, "new", "MONEY02"), ("new.py", 3, "new", "MONEY02")}
        assert {one["file"]: one["why"] for one in found["coverage"]["partly_files"]} == {
            "A.java": "only the lines of the patch are known"
        }
        assert all(not one["fix"] for one in found["findings"] if one["file"] == "A.java")


def test_a_patch_of_what_lies_on_the_disk_is_read_whole(repo):
    repo.write("a.py", GUARDED)
    repo.commit()
    repo.write("a.py", UNGUARDED)
    patch = patch_of(repo)
    for text in (UNGUARDED, GUARDED):  # applied, and not yet
        repo.write("a.py", text)
        found = told(repo, "--patch", "-", code=1, stdin=patch)
        assert places(found) == {("a.py", 2, "old", "DEL01")}
        assert found["coverage"]["reviewed"] == 1


def test_a_patch_of_diff_and_one_that_windows_has_turned_are_read(repo, tmp_path):
    for side, text in (("a", GOOD), ("b", BAD)):
        (tmp_path / side).mkdir()
        (tmp_path / side / "x.py").write_text(text)
    plain = subprocess.run(["diff", "-ru", "a", "b"], cwd=tmp_path, capture_output=True, check=False).stdout
    repo.write("x.py", GOOD)
    repo.commit()
    repo.write("x.py", BAD)
    for patch in (
        plain,
        patch_of(repo).decode().replace("\n", "\r\n").encode("utf-16"),
        b"\xef\xbb\xbf" + patch_of(repo),
    ):
        assert places(told(repo, "--patch", "-", code=1, stdin=patch)) == {("x.py", 3, "new", "MONEY02")}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--base", "nonsense"), "no such revision: nonsense or HEAD"),
        (("--base", "--upload-pack=x"), "expected one argument"),
        (("--base=--upload-pack=x",), "no such revision"),
        (("--patch", "absent.diff"), "absent.diff cannot be read"),
        (("--files", "absent.py"), "absent.py cannot be read"),
        (("--staged", "--base", "main"), "not allowed with"),
        (("--import", "README.md", "--staged"), "README.md cannot be imported: 1:1: no JSON"),
        (("--rules", "MONY02"), "Did you mean MONEY02?"),
        (("--format", "html"), "invalid choice"),
    ],
)
def test_what_cannot_be_done_is_said_with_exit_code_2(repo, words, says):
    done = run(repo, *words)
    assert (done.returncode, done.stdout) == (2, b"")
    assert says in done.stderr.decode()


def test_a_damaged_patch_and_a_folder_without_a_repository_are_said(repo, tmp_path):
    patch = b"diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -1,5 +1,5 @@\n x\n"
    for text, why in ((patch, "no unified diff: line 6"), (b"nonsense\n", "no file is named")):
        done = run(repo, "--patch", "-", stdin=text)
        assert (done.returncode, why in done.stderr.decode()) == (2, True), done.stderr
    (tmp_path / "bare").mkdir()
    done = run(repo, folder=tmp_path / "bare")
    assert (done.returncode, "in no git repository" in done.stderr.decode()) == (2, True)


def test_other_tools_are_imported_and_every_form_is_written(repo):
    repo.write("a.py", BAD + "import os\n")
    repo.git("add", "-A")
    ruff = subprocess.run(
        [SCRIPT.with_name("ruff"), "check", "--isolated", "--no-cache", "--output-format", "sarif", "."],
        cwd=repo.top,
        capture_output=True,
        check=False,
    )
    (repo.top.parent / "ruff.sarif").write_bytes(ruff.stdout)
    words = ("--staged", "--import", str(repo.top.parent / "ruff.sarif"))
    assert {one["origin"] for one in told(repo, *words, code=1)["findings"]} == {"rules", "tool:ruff"}
    for form, start in [("text", "a.py:3: error MONEY02"), ("checkstyle", "<?xml"), ("codequality", "[{")]:
        assert run(repo, *words, "--format", form).stdout.decode().startswith(start)
    assert len(json.loads(run(repo, *words, "--format", "rdjson").stdout)["diagnostics"]) >= 2


def test_the_output_is_utf8_for_machines_whatever_the_terminal_is(repo):
    repo.write("账户.py", BAD)
    repo.git("add", "-A")
    ascii_only = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert places(told(repo, "--staged", code=1, **ascii_only)) == {("账户.py", 3, "new", "MONEY02")}
    done = run(repo, "--staged", **ascii_only)
    assert (done.returncode, b"??.py:3: error MONEY02" in done.stdout) == (1, True)
    chinese = run(repo, "--staged", LANG="zh_CN.UTF-8").stdout.decode()
    assert "由二进制浮点数构造十进制数" in chinese
    assert "完整审查 1 个" in chinese


def test_the_rules_have_pages(repo):
    listed = run(repo, "--rules")
    assert listed.returncode == 0
    assert re.search(r"^MONEY02 +error +A decimal", listed.stdout.decode(), re.MULTILINE)
    page = run(repo, "--rules", "MONEY02").stdout.decode()
    assert "Decimal(0.1)" in page
    (one,) = told(repo, "--rules", "DEL01", code=0)["rules"]
    assert one["title"].keys() == {"en", "zh"}


def test_the_hook_refuses_what_breaks_a_rule_and_looks_at_the_index(repo: Repository, tmp_path: Path) -> None:
    ours = tmp_path / "ours"
    ours.mkdir()
    (ours / ".pre-commit-hooks.yaml").write_bytes((ROOT / ".pre-commit-hooks.yaml").read_bytes())
    for words in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=t", "-c", "user.email=t@e.org", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *words], cwd=ours, env=repo.environ, check=True, capture_output=True)
    rev = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ours, env=repo.environ, check=True, capture_output=True, text=True
    )
    repo.write(
        ".pre-commit-config.yaml",
        f"repos:\n- repo: {ours}\n  rev: {rev.stdout.strip()}\n  hooks:\n  - id: bank-copilot-review\n",
    )
    repo.commit()
    subprocess.run(
        [SCRIPT.with_name("pre-commit"), "install"], cwd=repo.top, env=repo.environ, check=True, capture_output=True
    )
    repo.write("a.py", BAD)
    repo.git("add", "-A")
    refused = repo.git("commit", "-qm", "change", ok=False)
    assert refused.returncode == 1
    assert "a.py:3: error MONEY02" in refused.stderr
    assert "looked at 1 of 1 files whole" in refused.stderr
    repo.write("a.py", GOOD)
    assert repo.git("commit", "-qm", "change", ok=False).returncode == 1  # the index still has it
    repo.git("add", "-A")
    repo.write("a.py", BAD)
    assert repo.git("commit", "-qm", "change").returncode == 0
    assert repo.git("commit", "-qam", "change", ok=False).returncode == 1  # an index of its own


def test_a_small_change_costs_little(repo):
    repo.write("a.py", BAD)
    repo.git("add", "-A")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert run(repo, "--staged").returncode == 1
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 5  # 1 s on a calm machine


README = ROOT / "README.md"
SHOWN = re.compile(r"(?<=<!-- review: tests/e2e/test_review.py -->\n)(?s:.*?)(?=<!-- /review -->)")
LIMIT = """\
        if payment.amount.amount > Decimal("50000.00"):
            raise ValueError("amount is above the limit of the batch channel")
"""


def test_the_readme_shows_what_is_printed(repo):
    """The sample bank with three slips; UPDATE_DOCS=1 writes the page."""
    samplebank.copy_to(repo.top)
    repo.git("checkout", "-q", "main")
    repo.commit()
    repo.git("checkout", "-qB", "work")
    for name, old, new in (
        ("python/bank/channels.py", LIMIT, ""),
        ("python/bank/fees.py", 'Decimal("0.0010")', "Decimal(0.0010)"),
        (
            "python/bank/fees.py",
            "from dataclasses import dataclass\n",
            "import yaml\nfrom dataclasses import dataclass\n",
        ),
        (
            "python/bank/fees.py",
            "def clamp(",
            "def rates(text: str) -> dict[str, str]:\n    return yaml.load(text, Loader=yaml.Loader)\n\n\ndef clamp(",
        ),
    ):
        text = (repo.top / name).read_text("utf-8")
        assert text.count(old) == 1
        repo.write(name, text.replace(old, new))
    repo.write("logo.bin", b"\0" * 9)
    repo.commit()
    done = run(repo, "--base", "main")
    page = f"```\n$ bank-copilot review --base main\n{done.stdout.decode()}```\n"
    if os.environ.get("UPDATE_DOCS"):
        README.write_text(SHOWN.sub(lambda _: page, README.read_text("utf-8")), "utf-8")
    assert SHOWN.search(README.read_text("utf-8"))[0] == page, "UPDATE_DOCS=1 writes it"


def test_a_branch_cannot_take_its_files_out_of_review_by_saying_that_a_program_made_them(repo):
    head = "# Code generated by protoc. DO NOT EDIT.\n"
    repo.write("known.py", head + "x = 1\n")
    repo.write("own.py", "x = 1\n")
    repo.commit()
    repo.write("known.py", head + BAD)
    repo.write("own.py", head + BAD)
    repo.write("new.py", head + BAD)
    repo.commit()
    found = told(repo, "--base", "HEAD~1", code=1)
    assert places(found) == {("own.py", 4, "new", "MONEY02"), ("new.py", 4, "new", "MONEY02")}
    assert [(one["file"], one["why"]) for one in found["coverage"]["skipped_files"]] == [
        ("known.py", "made by a program")
    ]


def lose(repo: Repository, name: str) -> None:
    """Take an object out of the repository."""
    found = repo.git("rev-parse", name).stdout.strip()
    (repo.top / ".git" / "objects" / found[:2] / found[2:]).unlink()


@pytest.mark.parametrize(
    ("lost", "words"),
    [
        ("HEAD:a.py", ("--base", "main")),
        ("HEAD^{tree}", ("--base", "main")),
        ("HEAD^{tree}", ("--staged",)),
        ("HEAD", ("--staged",)),  # a last commit that cannot be read is not the time before the first one
    ],
)
def test_a_change_that_git_cannot_tell_is_no_empty_one(repo, lost, words):
    repo.write("a.py", BAD)
    repo.commit()
    repo.write("a.py", GOOD)  # else git would take the lost text from the disk
    repo.write("b.py", BAD)
    repo.git("add", "b.py")
    lose(repo, lost)
    done = run(repo, "--json", *words)
    assert (done.returncode, done.stdout) == (2, b"")
    assert f"git cannot tell the change in {repo.top}" in done.stderr.decode()


def test_before_the_first_commit_everything_staged_is_new(tmp_path):
    repo = Repository(tmp_path.resolve())
    repo.write("a.py", BAD)
    repo.git("add", "-A")
    assert places(told(repo, "--staged", code=1)) == {("a.py", 3, "new", "MONEY02")}
    assert "nothing to review was found" in run(repo).stderr.decode()


def test_a_history_that_is_cut_off_is_not_compared_and_one_without_a_common_commit_is(repo, tmp_path):
    repo.write("a.py", BAD)
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.write("later.py", GUARDED)  # to the branch, this would look like a file that it deletes
    repo.commit()
    folder = tmp_path.resolve() / "clone"
    folder.mkdir()
    clone = Repository(folder)
    clone.git("fetch", "-q", "--depth=1", f"file://{repo.top}", "main:refs/heads/target", "work:refs/heads/branch")
    done = run(clone, "--base", "target", "--head", "branch")
    assert (done.returncode, "--unshallow" in done.stderr.decode()) == (2, True), done.stdout + done.stderr
    repo.git("checkout", "-q", "--orphan", "other")
    repo.git("rm", "-rqf", ".")
    repo.write("a.py", BAD)
    repo.commit()
    assert places(told(repo, "--base", "main", code=1)) >= {("a.py", 3, "new", "MONEY02")}


@pytest.mark.parametrize("how", ["LITERAL", "GLOB", "NOGLOB", "ICASE"])
def test_how_an_editor_has_git_read_patterns_takes_nothing_away(repo, how):
    repo.write("a.py", BAD)
    repo.write("large.txt", "x" * 2_100_000)  # left out by a pattern with magic
    repo.git("add", "-A")
    found = told(repo, "--staged", code=1, **{f"GIT_{how}_PATHSPECS": "1"})
    assert places(found) == {("a.py", 3, "new", "MONEY02")}
    assert found["coverage"]["files"] == 2


def test_a_folder_outside_of_a_repository_is_walked_without_what_git_keeps(repo):
    repo.write("a.py", BAD)
    repo.commit()
    found = told(repo, "--files", ".", code=1, folder=repo.top.parent)
    assert places(found) == {("repo/a.py", 3, "new", "MONEY02")}
    assert not [one for one in found["coverage"]["partly_files"] if ".git/" in one["file"]]


@pytest.mark.parametrize("beside", [True, False])
def test_a_file_with_conflicts_is_in_the_coverage(repo, beside):
    for branch, value in (("main", 1), ("work", 2)):
        repo.git("checkout", "-q", branch)
        repo.write("账 a.py", f"x = {value}\n")
        repo.commit()
    repo.git("merge", "-q", "main", ok=False)
    if beside:
        repo.write("b.py", BAD)
        repo.git("add", "b.py")
    found = told(repo, "--staged", code=int(beside))
    assert places(found) == ({("b.py", 3, "new", "MONEY02")} if beside else set())
    (one,) = found["coverage"]["skipped_files"]
    assert (one["file"], one["why"]) == ("账 a.py", "a merge of several parents")
