"""What a save takes over from the version before: the rows and words must be those of reading everything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from copilot.context import carried
from copilot.context.building import Builder
from copilot.context.listing import look
from copilot.types import Document, document

HEAD = '"""Accounts."""\n\nimport os\nfrom decimal import Decimal as D, getcontext\n\nLIMIT: int = 3\n'
CLASS = '''

@final
class Account{n}(Base):
    """One account."""

    KIND = "c{n}"

    def __init__(self, owner: Owner, rate=None) -> None:
        self.owner = owner
        self.rate = rate or rate_of(owner, {n})

    def post(self, amount: D) -> D:
        # booked with the rate of the day
        total = round_half_even(amount * self.rate, LIMIT)
        for line in self.lines:
            total += line.booked(total)
        return total
'''
TEXT = HEAD + "".join(CLASS.replace("{n}", str(n)) for n in range(24)) + '\n\nif __name__ == "__main__":\n    run()\n'

EDITS = {
    "appended": (TEXT, TEXT + "\n\ndef late():\n    return early(1)\n"),
    "first line": (TEXT, "# a remark\n" + TEXT),
    "new import": (TEXT, TEXT.replace("import os\n", "import os\nfrom bank.money import Money\n")),
    "body": (TEXT, TEXT.replace("rate_of(owner, 12)", "rate_of(owner,\n            12).half(self)")),
    "renamed": (TEXT, TEXT.replace("class Account7(", "class Renamed(")),
    "statement gone": (TEXT, TEXT.replace(CLASS.replace("{n}", "5"), "")),
    "statement new": (TEXT, TEXT.replace("\n\n@final\nclass Account9(", "\n\ndef mid(x: D):\n    y = x.z\n\n\n@final\nclass Account9(")),
    "decorator gone": (TEXT, TEXT.replace("@final\nclass Account3(", "class Account3(")),
    "ends deeper": (TEXT, TEXT.replace("LIMIT: int = 3\n", "if os:\n    LIMIT = 3\n")),
    "moved": (TEXT, HEAD + "".join(CLASS.replace("{n}", str(n)) for n in (*range(12, 24), *range(12)))),
    "remark between": (TEXT, TEXT.replace("\n\n@final\nclass Account9(", '\n# why """ not\n\n@final\nclass Account9(')),
    "new names": (TEXT, TEXT.replace("self.rate = rate or rate_of(owner, 8)", "a, b, c, d, e = f(g, h, i, j, k, l)")),
    "broken": (TEXT, TEXT.replace("class Account7(Base):", "class Account7(Base")),
    "mended": (TEXT.replace("class Account7(Base):", "class Account7(Base"), TEXT),
    "open quotes": (TEXT, TEXT.replace('KIND = "c20"', 'KIND = """c20')),
    "other line ends": (TEXT, TEXT.replace("\n", "\r\n")),
    "small": (TEXT, HEAD),
}  # fmt: skip


@pytest.fixture
def builder(tmp_path: Path) -> Iterator[Builder]:
    root = tmp_path / "repo"
    root.mkdir()
    made = Builder(root, tmp_path / "index", (), 400)
    yield made
    made.database.close()


def write(builder: Builder, path: str, text: str) -> None:
    (builder.root / path).write_bytes(text.encode())
    found = look(builder.root, path)
    assert found is not None
    builder.begin()
    builder.put(found)
    builder.commit()


def rows(builder: Builder, path: str) -> dict[str, list[tuple[object, ...]]]:
    (version,) = builder.database.execute("SELECT id FROM files WHERE path=?", (path,)).fetchone()
    tables = ("definitions", "imports", "calls", "streams", "parts")
    return {t: [row[1:] for row in builder.database.execute(f"SELECT * FROM {t} WHERE file={version}")] for t in tables}


@pytest.mark.parametrize("name", EDITS)
def test_a_save_gives_the_rows_of_reading_the_whole_file(builder: Builder, name: str) -> None:
    before, after = EDITS[name]
    write(builder, "saved.py", before)
    write(builder, "saved.py", after)
    write(builder, "fresh.py", after)
    saved, fresh = rows(builder, "saved.py"), rows(builder, "fresh.py")
    assert saved == fresh
    assert saved["definitions"]
    assert builder.database.execute("SELECT count(*) FROM files").fetchone() == (2,), "the version before is dropped"
    kept = {file for (file,) in builder.database.execute("SELECT file FROM streams UNION SELECT file FROM parts")}
    assert kept <= {file for (file,) in builder.database.execute("SELECT id FROM files")}


def test_only_what_lies_between_the_first_and_the_last_difference_is_read(builder: Builder) -> None:
    def found(path: str) -> Document:
        return document(builder.root / path, "python", (builder.root / path).read_text())

    write(builder, "saved.py", TEXT)
    (version,) = builder.database.execute("SELECT id FROM files").fetchone()
    after = EDITS["body"][1]
    (builder.root / "other.py").write_text(after)
    same = carried.compared(builder.database, version, carried.parts(found("other.py")))
    assert same is not None
    part = after[same.low : same.high]
    assert part.startswith("@final\nclass Account12(")
    assert part.count("class ") == 1
    stream = carried.stream(builder.database, builder.ids, found("other.py"), same)
    assert stream is not None
    assert len({len(column) for column in stream}) == 1


def test_a_java_file_with_a_package_is_read_whole(builder: Builder) -> None:
    text = "package bank;\n\n" + "".join(
        f"class Fee{n} {{\n    int of(int cents) {{ return Rates.half(cents * {n}); }}\n}}\n\n" for n in range(150)
    )
    write(builder, "Saved.java", text)
    after = text.replace("package bank;", "package money;").replace("cents * 9)", "cents - 9)")
    write(builder, "Saved.java", after)
    write(builder, "Fresh.java", after)
    assert rows(builder, "Saved.java") == rows(builder, "Fresh.java")
    assert rows(builder, "Saved.java")["parts"] == []
    assert builder.database.execute("SELECT DISTINCT module FROM files").fetchall() == [("money",)]


def test_a_text_that_cannot_be_read_any_more_leaves_nothing_behind(builder: Builder) -> None:
    write(builder, "saved.py", TEXT)
    write(builder, "saved.py", "x = 1\n" * 200_000)  # beyond the limit
    assert not any(rows(builder, "saved.py").values())
    write(builder, "saved.py", TEXT)
    write(builder, "fresh.py", TEXT)
    assert rows(builder, "saved.py") == rows(builder, "fresh.py")
