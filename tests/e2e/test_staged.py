"""`tests --staged` and the hook in fresh repositories: the real console script, real commits, the real sandbox."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SCRIPT = Path(sys.executable).with_name("bank-copilot")
ROOT = Path(__file__).parents[2]

FEES = '''"""Fees."""

from decimal import Decimal

RATE = Decimal("0.01")


def fee(amount: Decimal) -> Decimal:
    """The fee on a transfer."""
    if amount <= 0:
        raise ValueError("amount must be positive")
    return max(Decimal("1.00"), (amount * RATE).quantize(Decimal("0.01")))


def tier(balance: int) -> str:
    """The tier of a customer."""
    if balance >= 100_000:
        return "gold"
    if balance >= 10_000:
        return "silver"
    return "basic"
'''


class Repository:
    """A fresh repository with one commit, and the environment of a developer's shell."""

    def __init__(self, folder: Path) -> None:
        self.top = folder / "repo"
        self.top.mkdir()
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("BANK_COPILOT_", "XDG_", "LC_", "LANG", "GIT_"))
        }
        self.environ = kept | {
            "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "PRE_COMMIT_HOME": str(folder / "pre-commit"),
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "LANG": "C.UTF-8",
            "PATH": f"{SCRIPT.parent}{os.pathsep}{os.environ['PATH']}",
            "http_proxy": "http://127.0.0.1:9",  # whatever would go out, would fail
            "https_proxy": "http://127.0.0.1:9",
        }
        self.git("init", "-q", "-b", "main")
        for key, value in {"user.name": "t", "user.email": "t@example.org", "commit.gpgsign": "false"}.items():
            self.git("config", key, value)

    def write(self, name: str, text: str | bytes) -> None:
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)

    def git(self, *words: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", *words], cwd=self.top, env=self.environ, capture_output=True, text=True, check=ok, errors="replace"
        )

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-qm", "x", "--no-verify")

    def hook(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SCRIPT, "tests", "--staged", *words],
            cwd=self.top,
            env=self.environ | environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def told(self, *words: str, code: int, **environ: str) -> dict:
        done = self.hook("--json", *words, **environ)
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    made = Repository(tmp_path.resolve())
    made.write("bank/__init__.py", "")
    made.write("bank/fees.py", FEES)
    made.commit()
    return made


def labels(told: dict) -> dict[str, set[str]]:
    return {one["symbol"]: {test["label"] for test in one["tests"]} for one in told["tested"]}


def test_nothing_that_concerns_us_costs_next_to_nothing_and_says_nothing(repo: Repository) -> None:
    repo.write("README.md", "text\n")
    repo.write("bank/fees.py", FEES.replace("0.01", "0.02"))
    repo.git("add", "README.md")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = repo.hook()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.0  # 0.4 s on a calm machine
    assert repo.told(code=0)["tested"] == []


def test_the_staged_part_is_tested_and_caught_and_a_second_run_has_nothing_to_add(repo: Repository) -> None:
    repo.write("bank/fees.py", FEES.replace(">= 100_000", "> 100_000"))
    repo.git("add", "-A")
    repo.write("bank/fees.py", FEES.replace(">= 100_000", "> 100_000").replace('"basic"', '"none"') + "syntax error(\n")
    told = repo.told(code=1)
    assert (told["written"], labels(told)) == (["tests/test_fees__tier.py"], {"tier": {"proves"}})
    text = (repo.top / "tests/test_fees__tier.py").read_text()
    assert text.startswith("# bank-copilot tests --staged: bank.fees:tier code=")
    assert "# proves your change: fails on the parent commit\n" in text
    assert '"basic"' in text
    assert '"none"' not in text
    caught = [(one["call"], one["was"], one["now"]) for one in told["catching"]]
    assert ("tier(100000)", "'gold'", "'silver'") in caught
    assert repo.git("status", "--short").stdout.split() == ["MM", "bank/fees.py", "??", "tests/"]
    repo.git("add", "tests")
    again = repo.told(code=0)
    assert (again["written"], again["catching"]) == ([], [])
    assert again["known"] == [{"file": "bank/fees.py", "symbol": "tier", "path": "tests/test_fees__tier.py"}]
    assert (repo.top / "tests/test_fees__tier.py").read_text() == text


def test_a_renamed_file_is_compared_with_what_it_was(repo: Repository) -> None:
    repo.git("mv", "bank/fees.py", "bank/charges.py")
    assert repo.hook().returncode == 0
    repo.write("bank/charges.py", FEES.replace('"basic"', '"standard"'))
    repo.git("add", "-A")
    told = repo.told(code=1)
    assert labels(told) == {"tier": {"proves"}}
    assert {(one["was"], one["now"]) for one in told["catching"]} == {("'basic'", "'standard'")}
    assert "from bank.charges import tier" in (repo.top / "tests/test_charges__tier.py").read_text()


def test_the_first_commit_has_no_parent(tmp_path: Path) -> None:
    repo = Repository(tmp_path.resolve())
    repo.write("fees.py", FEES)
    repo.git("add", "-A")
    told = repo.told(code=1)
    assert labels(told) == {"fee": {"proves"}, "tier": {"proves"}}
    assert told["catching"] == []


def test_what_refactors_is_guarded_and_a_changed_call_or_a_deletion_is_said_and_is_no_catch(repo: Repository) -> None:
    changed = FEES.replace("    return max(", "    least = Decimal('1.00')\n    return max(")
    repo.write("bank/fees.py", changed[: changed.index("def tier")].rstrip() + "\n")
    repo.git("add", "-A")
    told = repo.told(code=1)
    assert labels(told) == {"fee": {"guards"}}
    assert told["catching"] == []
    assert told["calls"] == [{"file": "bank/fees.py", "was": "tier(balance)", "now": None}]
    repo.git("reset", "-q", "--hard")
    repo.git("clean", "-qfd")
    repo.write("bank/fees.py", FEES.replace("def tier(balance: int)", "def tier(balance: int, bonus: int)"))
    repo.git("add", "-A")
    told = repo.told(code=1)
    assert told["catching"] == []
    assert told["calls"] == [{"file": "bank/fees.py", "was": "tier(balance)", "now": "tier(balance, bonus)"}]
    repo.git("reset", "-q", "--hard")
    repo.git("rm", "-q", "bank/fees.py")
    assert {one["was"] for one in repo.told(code=0)["calls"]} == {"fee(amount)", "tier(balance)"}


def test_a_file_in_gb18030_is_read_and_tested(repo: Repository) -> None:
    text = '# -*- coding: gb18030 -*-\ndef grade(n: int) -> str:\n    return "高" if n > 10 else "低"\n'
    repo.write("bank/grades.py", text.encode("gb18030"))
    repo.git("add", "-A")
    told = repo.told(code=1)
    assert labels(told) == {"grade": {"proves"}}
    assert "高" in (repo.top / "tests/test_grades__grade.py").read_text("utf-8")


def test_earlier_tests_of_ours_are_kept_where_they_hold_and_a_developers_file_is_never_touched(
    repo: Repository,
) -> None:
    mine = "from bank.fees import tier\n\n\ndef test_mine():\n    assert tier(0) == 'basic'\n"
    repo.write("tests/test_fees__tier.py", mine)
    repo.commit()
    repo.write("bank/fees.py", FEES.replace("100_000", "200_000"))
    repo.git("add", "-A")
    told = repo.told(code=1)
    assert told["written"] == ["tests/test_fees__tier_generated.py"]
    repo.commit()
    repo.write("bank/fees.py", FEES.replace("100_000", "200_000").replace("10_000", "20_000"))
    repo.git("add", "-A")
    told = repo.told(code=1)
    assert told["written"] == ["tests/test_fees__tier_generated.py"]
    assert (repo.top / "tests/test_fees__tier.py").read_text() == mine
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=repo.top,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_a_behaviour_that_the_commit_speaks_of_is_shown_and_does_not_fail(repo: Repository) -> None:
    repo.write("bank/fees.py", FEES.replace('"basic"', '"standard"'))
    repo.write(
        "tests/test_mine.py", "from bank.fees import tier\n\n\ndef test_mine():\n    assert tier(0) == 'standard'\n"
    )
    repo.git("add", "-A")
    told = repo.told(code=1)
    assert {one["meant"] for one in told["catching"]} == {"tests/test_mine.py"}
    done = repo.hook()
    assert "behaviour changed" not in done.stderr  # it was said; the tests are there
    assert done.returncode == 0


def test_what_gets_no_tests_is_named(repo: Repository) -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----"
    repo.write("bank/keys.py", f'K = """{key}"""\n\n\ndef size() -> int:\n    return len(K)\n')
    repo.write("vendor/x.py", "def x() -> int:\n    return 1\n")
    repo.git("add", "-A")
    told = repo.told(code=0)
    assert {one["file"]: one["reason"] for one in told["skipped"]} == {
        "bank/keys.py": "it holds sensitive text (private-key)",
        "vendor/x.py": "it lies in a folder of foreign or generated code",
    }
    assert "PRIVATE" not in json.dumps(told)


def test_names_of_any_bytes_are_shown_and_harm_nothing(repo: Repository) -> None:
    repo.write(os.fsdecode("账户.py".encode("gb18030")), "def a() -> int:\n    return 1\n")
    repo.git("add", "-A")
    told = repo.told(code=0)
    assert told["skipped"][0]["file"].startswith("\\xd5")
    assert repo.hook().returncode == 0


def test_a_repository_cannot_send_its_tests_elsewhere(repo: Repository, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (repo.top / "tests").symlink_to(tmp_path / "elsewhere")
    repo.write("bank/fees.py", FEES.replace('"basic"', '"standard"'))
    repo.git("add", "-A")
    assert repo.told(code=0)["skipped"][0]["reason"] == "its tests would lie outside the repository"
    (repo.top / "tests").unlink()
    repo.write(".bank-copilot.toml", '[tests]\nout = "../elsewhere"\n')
    done = repo.hook("--json")
    assert done.returncode in (0, 2)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_what_does_not_fit_is_named_and_the_time_is_kept(repo: Repository) -> None:
    repo.write("bank/many.py", "\n\n".join(f"def f{n}(a: int) -> int:\n    return a + {n}\n" for n in range(7)))
    repo.git("add", "-A")
    done = repo.hook("--json", "--budget", "7")
    told = json.loads(done.stdout)
    assert done.returncode == bool(told["written"])
    assert told["seconds"] < 12
    tested = {one["symbol"] for one in told["tested"]}
    late = {one["symbol"] for one in told["skipped"]}
    assert late
    assert tested | late == {f"f{n}" for n in range(7)}


def test_an_absent_gateway_blocks_only_when_asked_to(repo: Repository) -> None:
    repo.write("bank/fees.py", FEES.replace("def tier", "def rank"))
    repo.git("add", "-A")
    away = {"BANK_COPILOT_GATEWAY_URL": "http://127.0.0.1:9", "COPILOT_GATEWAY_KEY": "k"}
    told = repo.told(code=1, **away)
    assert {one["origin"] for one in told["tested"]} == {"embedded"}
    assert told["strict"] == ""
    repo.git("add", "-A")
    assert repo.hook(**away).returncode == 0
    repo.git("rm", "-qf", "--cached", "tests/test_fees__rank.py")
    (repo.top / "tests/test_fees__rank.py").unlink()
    done = repo.hook("--strict", **away)
    assert done.returncode == 1
    assert "the model is not available, and --strict asks for it" in done.stderr


def test_wrong_words_are_usage_errors(repo: Repository, tmp_path: Path) -> None:
    for words in (["tests"], ["tests", "--staged", "a.py"], ["tests", "a.py", "--strict"]):
        done = subprocess.run(
            [SCRIPT, *words], cwd=repo.top, env=repo.environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 2, words
    done = subprocess.run(
        [SCRIPT, "tests", "--staged"], cwd=tmp_path, env=repo.environ, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "is in no git repository" in done.stderr) == (2, True)


def test_a_plain_git_hook_stops_commit_a_until_the_tests_are_there(repo: Repository) -> None:
    hook = repo.top / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\nexec bank-copilot tests --staged\n")
    hook.chmod(0o755)
    repo.write("bank/fees.py", FEES.replace('"basic"', '"standard"'))
    refused = repo.git("commit", "-qam", "change", ok=False)
    assert refused.returncode == 1
    assert "wrote tests/test_fees__tier.py" in refused.stderr
    assert repo.git("status", "--short").stdout.split() == ["M", "bank/fees.py", "??", "tests/"]
    repo.git("add", "tests")
    assert repo.git("commit", "-qam", "change").returncode == 0
    assert repo.git("show", "--stat", "--format=").stdout.count("|") == 2


def test_the_hook_runs_under_pre_commit_without_a_network(repo: Repository, tmp_path: Path) -> None:
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
        f"repos:\n- repo: {ours}\n  rev: {rev.stdout.strip()}\n  hooks:\n  - id: bank-copilot-tests\n",
    )
    repo.commit()
    tool = SCRIPT.with_name("pre-commit")
    subprocess.run([tool, "install"], cwd=repo.top, env=repo.environ, check=True, capture_output=True)
    repo.write("bank/fees.py", FEES.replace('"basic"', '"standard"'))
    repo.git("add", "-A")
    repo.write("bank/fees.py", FEES.replace('"basic"', '"standard"').replace("gold", "platinum"))
    refused = repo.git("commit", "-qm", "change", ok=False)
    assert refused.returncode == 1
    assert "wrote tests/test_fees__tier.py (proves your change: 1)" in refused.stderr
    assert "was 'basic', is 'standard'" in refused.stderr
    assert "platinum" in (repo.top / "bank/fees.py").read_text()
    assert "platinum" not in (repo.top / "tests/test_fees__tier.py").read_text()
    repo.git("add", "tests")
    assert repo.git("commit", "-qm", "change").returncode == 0
    repo.write("README.md", "x\n")
    repo.git("add", "README.md")
    assert "no files to check" in repo.git("commit", "-qm", "text").stderr


def test_a_project_of_unittest_gets_test_cases_whose_tests_are_labelled_and_kept(repo: Repository) -> None:
    repo.write("tests/__init__.py", "")
    repo.write(
        "tests/test_fees.py",
        "import unittest\n\nfrom bank.fees import tier\n\n\nclass TierTest(unittest.TestCase):\n"
        "    def test_basic(self):\n        self.assertEqual(tier(0), 'basic')\n",
    )
    repo.commit()
    repo.write("bank/fees.py", FEES.replace("100_000", "200_000"))
    repo.git("add", "-A")
    told = repo.told(code=1)
    path = repo.top / "tests/test_fees__tier.py"
    assert told["written"] == ["tests/test_fees__tier.py"]
    assert any(one["was"] == "'gold'" and one["now"] == "'silver'" for one in told["catching"])
    assert {test["name"].partition("::")[0] for one in told["tested"] for test in one["tests"]} == {"TierTest"}
    first = path.read_text()
    assert "class TierTest(unittest.TestCase):" in first
    assert "    # proves your change: fails on the parent commit\n    def test_" in first
    repo.commit()
    repo.write("bank/fees.py", FEES.replace("100_000", "200_000").replace('"basic"', '"plain"'))
    repo.write("tests/test_fees.py", (repo.top / "tests/test_fees.py").read_text().replace("basic", "plain"))
    repo.git("add", "-A")
    assert repo.told(code=1)["written"] == ["tests/test_fees__tier.py"]
    second = path.read_text()
    assert second.count("class TierTest") == 1
    assert "200000" in second
    done = subprocess.run(
        [sys.executable, "-B", "-m", "unittest", "-v"], cwd=repo.top, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
