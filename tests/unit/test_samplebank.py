"""The sample bank works, and is broken exactly where DEFECTS.md says."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from copilot import samplebank
from copilot.samplebank import copy_to

ROW = re.compile(r"^\| ([a-z-]+) \| (\S+) \| (\d+) \| `(.+?)` \| ", re.MULTILINE)
DEFECTS = {
    name: (place, int(line), code)
    for name, place, line, code in ROW.findall(files(samplebank).joinpath("DEFECTS.md").read_text("utf-8"))
}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_to(tmp_path_factory.mktemp("sample") / "bank")


def run(code: str, bank: Path) -> str:
    """What a program prints that sees the sample's package."""
    environment = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8", "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        cwd=bank / "python",
        env=environment,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def compile_java(sources: list[Path], out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    javac = shutil.which("javac")
    assert javac, "a JDK (17 or newer) is needed to prove that the sample compiles"
    command = [javac, "-encoding", "UTF-8", "--release", "17", "-Xlint:all", "-d", str(out), *more, *map(str, sources)]
    return subprocess.run(command, check=False, capture_output=True, encoding="utf-8")


@pytest.fixture(scope="module")
def classes(bank: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("classes")
    done = compile_java(sorted((bank / "java/src/main/java").rglob("*.java")), out)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return out


def test_size_is_what_the_issue_asks(bank: Path) -> None:
    modules = [path for path in (bank / "python/bank").glob("*.py") if path.name != "__init__.py"]
    assert len(modules) >= 12
    assert len(list((bank / "java/src/main/java").rglob("*.java"))) >= 6
    assert (bank / "java/src/main/resources/mapper/AccountMapper.xml").is_file()


def test_copy_is_exact_and_never_overwrites(bank: Path, tmp_path: Path) -> None:
    source = Path(str(files(samplebank)))
    for copied in (path for path in bank.rglob("*") if path.is_file()):
        assert copied.read_bytes() == (source / copied.relative_to(bank)).read_bytes()
    mine = tmp_path / "python/pyproject.toml"
    mine.parent.mkdir()
    mine.write_text("mine")
    with pytest.raises(FileExistsError):
        copy_to(tmp_path)
    assert mine.read_text() == "mine"


def test_copy_leaves_an_interpreters_cache_behind(tmp_path: Path) -> None:
    installed = tmp_path / "site/samplebank"
    shutil.copytree(Path(str(files(samplebank))), installed)
    cache = installed / "python/bank/__pycache__"
    cache.mkdir(exist_ok=True)
    (cache / "iban.cpython-311.pyc").write_bytes(b"compiled by the installer")
    code = "import pathlib, samplebank; samplebank.copy_to(pathlib.Path('../copy'))"
    subprocess.run([sys.executable, "-B", "-c", code], check=True, cwd=installed.parent)
    assert (tmp_path / "copy/python/bank/iban.py").is_file()
    assert not list((tmp_path / "copy").rglob("*.pyc"))


def test_python_modules_pass_their_tests_and_doctests(bank: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio"]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, check=False, cwd=bank / "python", env=environment, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed and int(passed[1]) >= 40
    names = sorted(path.stem for path in (bank / "python/bank").glob("*.py"))
    assert run(f"import importlib\nfor n in {names}: importlib.import_module('bank.' + n)\nprint('ok')", bank) == "ok"


@pytest.mark.parametrize("name", sorted(DEFECTS))
def test_defect_stands_where_the_list_says(name: str, bank: Path) -> None:
    place, line, code = DEFECTS[name]
    assert code in (bank / place).read_text("utf-8").splitlines()[line - 1]


def test_list_of_defects_was_read() -> None:
    assert {"float-money", "off-by-one", "rounding", "syntax-python", "syntax-java", "sql-injection"} <= set(DEFECTS)


def test_unusual_files_keep_encoding_and_line_ends(bank: Path) -> None:
    legacy = (bank / "python/bank/legacy_codes.py").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        legacy.decode("utf-8")
    assert "手续费收入" in legacy.decode("gb18030")
    narratives = (bank / "python/bank/narratives.py").read_bytes()
    assert narratives.count(b"\r\n") == narratives.count(b"\n") > 20


def test_wrong_computations_are_really_wrong(bank: Path) -> None:
    fee = "from decimal import *; from bank.fees import wealth_management_fee as f"
    assert len(run(f"{fee}; print(f(Decimal('1000'), Decimal('0.0123'), 31))", bank)) > len("1.04")
    late = "from datetime import date as d; from bank.workdays import days_overdue as f"
    assert run(f"{late}; print(f(d(2026, 3, 1), d(2026, 3, 2)))", bank) == "2"
    penalty = "from decimal import *; from bank.money import *; from bank.interest import penalty_interest as f"
    exact = "Money.of('1000').times(Decimal('0.05') * Decimal('1.5') * 8 / 360)"
    got = run(f"{penalty}; print(f(Money.of('1000'), Decimal('0.05'), 8), {exact})", bank)
    assert got == "1.66 CNY 1.67 CNY"


def test_gaps_are_really_open(bank: Path) -> None:
    channel = "from bank.channels import BatchChannel as C; print(sorted(C.__abstractmethods__))"
    assert run(channel, bank) == "['cut_off', 'maximum']"
    assert run("from bank.mandates import Mandate; print('__init__' in vars(Mandate))", bank) == "False"
    assert run("from bank.limits import remaining_allowance as f; print(f.__doc__)", bank) == "None"
    swallowed = (
        "from datetime import date; from bank.money import Money; from bank.payments import *\n"
        "def send(text): raise OSError\n"
        "print(notify(Payment('P', '1', 'I', Money.of('1'), date(2026, 1, 1)), send))"
    )
    assert run(swallowed, bank) == "True"


def test_python_drafts_are_broken(bank: Path) -> None:
    place, line, _ = DEFECTS["syntax-python"]
    with pytest.raises(SyntaxError) as error:
        ast.parse((bank / place).read_text("utf-8"))
    assert error.value.lineno == line
    draft = "from datetime import date as d; from bank.money import Money; from drafts import overdraft as o"
    calls = ("o.overdraft_interest(Money.of('1'), d(2026, 1, 1), d(2026, 1, 2))", "o.grace_end(d(2026, 1, 1))")
    for call, name in zip(calls, ("simple_intrest", "add_workdays"), strict=True):
        assert run(f"{draft}\ntry: {call}\nexcept NameError as e: print(e.name)", bank) == name


def test_java_drafts_are_broken(bank: Path, classes: Path, tmp_path: Path) -> None:
    for name, message in (("syntax-java", "';' expected"), ("missing-override", "does not override abstract method")):
        place, line, _ = DEFECTS[name]
        done = compile_java([bank / place], tmp_path, "-cp", str(classes))
        assert done.returncode == 1
        assert f"{Path(place).name}:{line}: error:" in done.stderr
        assert message in done.stderr


def test_java_computes_what_the_sample_needs(bank: Path, classes: Path, tmp_path: Path) -> None:
    program = tmp_path / "Probe.java"
    program.write_text(
        """
        import com.example.bank.*;
        import java.math.BigDecimal;
        import java.time.LocalDate;

        public class Probe {
            public static void main(String[] arguments) {
                LocalDate day = LocalDate.of(2026, 5, 6);
                InMemoryAccountRepository accounts = new InMemoryAccountRepository();
                accounts.save(new Account("6001", "a", day, Money.of("100.00", "CNY")));
                accounts.save(new Account("6002", "b", day, Money.of("0.00", "CNY")));
                TransferService service = new TransferService(accounts, new Ledger(), text -> {});
                Transfer transfer = new Transfer("T1", "6001", "6002", Money.of("60.00", "CNY"), day);
                System.out.println(service.execute(transfer));
                System.out.println(service.execute(transfer));
                System.out.println(accounts.findByNumber("6002").orElseThrow().getBalance());
                System.out.println(IbanValidator.isValid("DE53 9999 9999 0000 0000 42"));
                InterestCalculator interest = new InterestCalculator(InterestCalculator.DayCount.ACT_360);
                Money principal = Money.of("1.00", "CNY");
                BigDecimal rate = new BigDecimal("0.06");
                System.out.println(interest.monthly(principal, rate));
                System.out.println(principal.times(rate.divide(new BigDecimal(12))));
            }
        }
        """,
        "utf-8",
    )
    command = ["java", "-cp", str(classes), str(program)]
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", cwd=bank)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:4] == ["SETTLED", "REJECTED", "60.00 CNY", "true"]
    assert done.stdout.split("\n")[4:6] == ["0.01 CNY", "0.00 CNY"]  # double arithmetic, then the exact half cent
