"""What is read of a project's dependencies: packages beside its interpreter, jars, neighbouring repositories."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from copilot.context import classfile, classpath, symbols
from copilot.context.building import Builder
from copilot.context.classes_java import Places
from copilot.context.dependencies import packages_of
from copilot.context.reader import StoredIndex

BOX = """package bank.lib;

import java.util.List;

public abstract class Box<T extends Comparable<T>> extends Base implements Runnable {
    public static final int LIMIT = 3;
    protected List<? super T> items;
    private int hidden;
    public Box(T first, long... rest) { super(first.hashCode()); }
    public <K> java.util.Map<K, T[]> sort(List<? extends K> keys, int[][] sizes) throws java.io.IOException { return null; }
    protected abstract T pick();
    private void secret() {}
    public enum Mode { OPEN, SHUT }
    public interface Visitor { default void visit(Box<?> box) {} }
}
"""
BASE = "package bank.lib;\npublic class Base { protected Base(int seed) {} public Money worth() { return null; } }\n"
MONEY = "package bank.lib;\npublic record Money(long cents, String currency) {}\n"


@pytest.fixture(scope="module")
def jar(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("jar")
    for name, text in (("Box", BOX), ("Base", BASE), ("Money", MONEY)):
        (home / f"{name}.java").write_text(text)
    javac = shutil.which("javac")
    assert javac is not None
    names = [str(home / f"{name}.java") for name in ("Box", "Base", "Money")]
    subprocess.run([javac, "-parameters", "-d", str(home / "out"), *names], check=True)
    made = home / "bank-lib-1.4.jar"
    with zipfile.ZipFile(made, "w") as archive:
        for path in sorted((home / "out").rglob("*.class")):
            archive.write(path, path.relative_to(home / "out").as_posix())
    return made


def built(root: Path, tmp_path: Path, places: Places) -> tuple[StoredIndex, int]:
    builder = Builder(root, tmp_path / "index", (), 400)
    builder.begin()
    for found in builder.stale()[0]:
        builder.put(found)
    builder.commit()
    builder.arrays()
    added = builder.depend(places)
    builder.database.close()
    return StoredIndex(root, tmp_path / "index"), added


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def test_a_class_file_reads_as_its_public_signatures(jar: Path) -> None:
    with zipfile.ZipFile(jar) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    shape = classfile.read(held["bank/lib/Box.class"])
    text = classfile.source(shape, lambda name: classfile.read(held[name.replace(".", "/") + ".class"]))
    assert "public abstract class Box<T extends Comparable<T>> extends Base implements Runnable {" in text
    assert "public Box(T first, long... rest);" in text
    assert "public <K> Map<K, T[]> sort(List<? extends K> keys, int[][] sizes) throws IOException;" in text
    assert "public static final int LIMIT;" in text
    assert "OPEN, SHUT;" in text
    assert "default void visit(Box<?> box);" in text
    assert "import java.util.List;" in text
    assert "hidden" not in text
    assert "secret" not in text
    money = classfile.source(classfile.read(held["bank/lib/Money.class"]), lambda _: None)
    assert "public record Money(long cents, String currency) {" in money


def test_a_broken_class_file_raises_one_error_and_no_other(jar: Path) -> None:
    with zipfile.ZipFile(jar) as archive:
        data = archive.read("bank/lib/Box.class")
    for cut in range(0, len(data), 7):
        for broken in (data[:cut], data[:cut] + b"\xff\xff" + data[cut + 2 :]):
            try:
                classfile.source(classfile.read(broken), lambda _: None)
            except ValueError:
                continue


def test_java_classes_that_the_project_imports_are_read_with_what_they_lead_to(jar: Path, tmp_path: Path) -> None:
    root = tmp_path / "repo"
    write(root, {"src/main/java/app/Use.java": "package app;\nimport bank.lib.Box;\nclass Use { Box<String> box; }\n"})
    index, added = built(root, tmp_path, Places(jars=(str(jar),)))
    assert added == 3, "Box, its base, and what the base gives"
    (box,) = symbols.in_module(index, "bank.lib", "Box", "java")
    assert box.package > 0
    assert {m.name for m in symbols.members(index, box)} >= {"sort", "pick", "LIMIT", "Mode"}
    assert index.definitions("Box") == [], "what the repository defines is asked elsewhere"
    assert index.select("SELECT name, version FROM packages") == [("bank-lib", "1.4")]
    index.close()


def test_jars_are_found_by_pom_gradle_and_lib_folders(jar: Path, tmp_path: Path) -> None:
    root, home = tmp_path / "repo", tmp_path / "home"
    store = home / ".m2/repository/com/bank"
    for name, version in (("ledger", "2.0"), ("money", "1.1"), ("money", "1.10"),
                          ("money", "1.10-RC2"), ("rates", "3")):  # fmt: skip
        (store / name / version).mkdir(parents=True)
        shutil.copy(jar, store / name / version / f"{name}-{version}.jar")
    need = "<dependency><groupId>com.bank</groupId><artifactId>{}</artifactId>{}</dependency>"
    ledger = "<project><dependencies>" + need.format("money", "") + "</dependencies></project>"
    (store / "ledger/2.0/ledger-2.0.pom").write_text(ledger)
    parent = "<project><artifactId>all</artifactId><properties><l.v>2.0</l.v></properties></project>"
    pom = (
        "<project><parent><artifactId>all</artifactId><relativePath>../parent</relativePath></parent>"
        "<dependencies>{}</dependencies></project>"
    )
    write(root, {
        "parent/pom.xml": parent,
        "core/pom.xml": pom.format(need.format("ledger", "<version>${l.v}</version>")),
        "app/build.gradle": "dependencies { implementation 'com.bank:rates:3' }\n",
    })  # fmt: skip
    (root / "lib").mkdir()
    shutil.copy(jar, root / "lib" / "own.jar")
    found = [path.name for path in classpath.jars(root, (), {"HOME": str(home)})]
    assert found == ["own.jar", "ledger-2.0.jar", "money-1.10.jar", "rates-3.jar"], "the newest where none is named"


def test_python_packages_are_read_through_re_exports_and_stubs_and_again_when_the_version_changes(
    tmp_path: Path,
) -> None:
    site = tmp_path / "venv/lib/python3.11/site-packages"
    (tmp_path / "venv/bin").mkdir(parents=True)
    write(site, {
        "ledgerlib/__init__.py": "from ._core import Ledger\nfrom .extra import *\nraise SystemExit('never run')\n",
        "ledgerlib/_core.py": "from .base import Base\nclass Ledger(Base):\n    def post(self, cents: int) -> None: ...\n",
        "ledgerlib/base.py": "class Base:\n    def close(self): ...\n",
        "ledgerlib/extra.py": "def fees(): ...\n",
        "ledgerlib/unused.py": "class Unused: ...\n",
        "ledgerlib-2.1.dist-info/top_level.txt": "ledgerlib\n",
        "fast.py": "x = 1\n",
        "fast.pyi": "def quick(n: int) -> int: ...\n",
    })  # fmt: skip
    root = tmp_path / "repo"
    text = "import fast\nfrom ledgerlib import Ledger, fees\nimport os\n\n\ndef go():\n    return fast.quick(1)\n"
    write(root, {"app.py": text})
    places = Places(packages_of(tmp_path / "venv/bin/python"))
    index, added = built(root, tmp_path, places)
    assert added == 5
    (ledger,) = symbols.in_module(index, "ledgerlib", "Ledger", "python")
    assert ledger.path.endswith("ledgerlib/_core.py")
    assert [u.name for u in symbols.in_module(index, "ledgerlib", "fees", "python")] == ["fees"]
    assert [u.path.rpartition("/")[2] for u in symbols.in_module(index, "fast", "quick", "python")] == ["fast.pyi"]
    assert index.select("SELECT 1 FROM definitions WHERE name='Unused'") == []
    index.close()
    assert built(root, tmp_path, places)[1] == 0, "nothing is read twice"
    (site / "ledgerlib-2.1.dist-info").rename(site / "ledgerlib-2.2.dist-info")
    (site / "ledgerlib/_core.py").write_text("class Ledger:\n    def book(self): ...\n")
    index, added = built(root, tmp_path, places)
    assert added >= 3
    (ledger,) = symbols.in_module(index, "ledgerlib", "Ledger", "python")
    assert [m.name for m in symbols.members(index, ledger)] == ["book"]
    index.close()


def test_a_neighbouring_repository_is_read_but_not_what_it_keeps_out(tmp_path: Path) -> None:
    sibling, root = tmp_path / "sibling", tmp_path / "repo"
    write(sibling, {
        "src/frame/work.py": "class Frame:\n    def run(self): ...\n",
        "src/frame/keys.py": "TOKEN = 'x'\n",
        "java/src/main/java/frame/Job.java": "package frame;\npublic class Job { public void start() {} }\n",
        ".copilotignore": "src/frame/keys.py\n",
    })  # fmt: skip
    write(root, {
        "app.py": "from frame.work import Frame\nfrom frame.keys import TOKEN\n",
        "App.java": "package app;\nimport frame.Job;\nclass App { Job job; }\n",
    })  # fmt: skip
    index, added = built(root, tmp_path, Places(siblings=(sibling,)))
    assert added == 2
    assert [u.name for u in symbols.in_module(index, "frame.work", "Frame", "python")] == ["Frame"]
    assert symbols.in_module(index, "frame.keys", "TOKEN", "python") == []
    assert [u.name for u in symbols.in_module(index, "frame", "Job", "java")] == ["Job"]
    index.close()
    (sibling / "src/frame/work.py").write_text("class Frame:\n    def walk(self): ...\n")
    index, _ = built(root, tmp_path, Places(siblings=(sibling,)))
    (frame,) = symbols.in_module(index, "frame.work", "Frame", "python")
    assert [m.name for m in symbols.members(index, frame)] == ["walk"]
    index.close()
