"""What the reader hands over: rows of remarks, fixes as lines that a forge can put in, nothing of another shape."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bot_case import simulated
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot.edits import apply
from copilot.review import change
from copilot.review.remark import Covered, Remark, Review, fingerprinted
from copilot.types import Edit, Severity, Span, document
from serving.bots import bodies, fetch, handed, reading
from serving.bots.config import Forge, Limits
from serving.bots.forge import Target

TARGET = Target("payments/core", 7, "a" * 40, "main")


@pytest.fixture
def forge(tmp_path):
    with simulated("github", tmp_path, {}) as made:
        yield made


def told(forge, remarks, files: int = 500) -> handed.Handed:
    found = change.between(forge.repository, "main", "change")
    review = Review(tuple(fingerprinted(remarks)), tuple(Covered(one.path, "reviewed") for one in found.files()))
    made = reading.told(found, review, "bank", TARGET, "a" * 40, "b" * 40, files)
    assert handed.read(handed.written(made)) == made  # as it arrives
    return made


def remark(path: str, line: int, end: int, row: int, fix: tuple[Edit, ...] = (), side: str = "new") -> Remark:
    return Remark("R1", Severity.WARNING, "high", path, side, line, end, "m", row=row, fix=fix, known=path)


LINE = st.text(st.characters(codec="utf-8", exclude_characters="\n\r\0"), max_size=8)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_suggestion_put_in_makes_the_fixed_text(data):
    """The lines of the suggestion in place of the rows of its comment, as a forge does it, give what the fix gives."""
    from copilot.review.diff import FileDiff, Row

    lines = data.draw(st.lists(LINE, min_size=1, max_size=12))
    text = "\n".join(lines) + "\n"
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    new = data.draw(st.sampled_from(["", "x", "a\nb", "\n", "x\n"]))
    span = Span(len(text[:start].encode()), len(text[:end].encode()))
    fix = (Edit(Path("a.py"), span, new),)
    rows = tuple(Row("added", None, n, (0, n), 0, n, line.encode()) for n, line in enumerate(lines, 1))
    diff = FileDiff("added", "", "a.py", rows=rows, sections=("",))
    after = apply(document(Path("a.py"), None, text), fix).text.decode()
    found = reading._instead(remark("a.py", 1, 1, 1, fix), diff, text.encode())
    if after == text:
        return
    if found is None:  # the end of the last line is what changes, or nothing is left
        assert not after.endswith("\n")
        return
    over, instead = found
    old = text.split("\n")
    whole = [*old[: over[0].new - 1], *instead, *old[over[-1].new :]]
    assert "\n".join(whole) == after
    block = bodies.suggestion(instead, over[-1].number - over[0].number, "gitlab")
    assert block[0].endswith(f"suggestion:-{len(over) - 1}+0") and block[1:-1] == list(instead)


def test_rows_of_a_remark_are_those_that_the_patch_shows(forge):
    text = "".join(f"line {n}\n" for n in range(1, 60))
    forge.push({"a.py": text}, "main")
    forge.push({"a.py": text.replace("line 30\n", "new 30\nnew 31\n").replace("line 10\n", "")})
    (diff,) = change.between(forge.repository, "main", "change").files()
    added = [row for row in diff.rows if row.kind == "added"]
    gone = next(row for row in diff.rows if row.kind == "deleted")
    first, second, hidden, old = told(
        forge,
        [
            remark("a.py", added[0].new, added[1].new, added[0].number),
            remark("a.py", added[1].new, added[1].new + 40, added[1].number),
            remark("a.py", 50, 50, 0),
            remark("a.py", gone.old, gone.old, gone.number, side="old"),
        ],
    ).remarks[:4]
    by = {(one.side, one.line): one for one in (first, second, hidden, old)}
    one = by["new", added[0].new]
    assert (one.where.first.new, one.where.last.new) == (added[0].new, added[1].new)
    long = by["new", added[1].new]
    assert long.where.last.number == diff.rows[-1].number  # as far as its hunk shows it
    assert by["new", 50].where is None
    lost = by["old", gone.old]
    assert (lost.where.first.kind, lost.where.first.old, lost.where.first.new) == ("deleted", gone.old, None)


def test_what_a_file_defines_is_asked_in_changes_of_bearable_size(forge):
    forge.push({"a.py": "def f():\n    pass\n", "gone.py": "x = 1\n"}, "main")
    forge.push({"a.py": "class A:\n    def g(self):\n        pass\n", "gone.py": None, "b.txt": "x\n"})
    files = {one.path: one for one in told(forge, []).files}
    assert files["a.py"].symbols == ("A", "A.g") and not files["a.py"].gone
    assert files["gone.py"].gone and files["b.txt"].symbols is None
    assert all(one.symbols is None for one in told(forge, [], files=2).files)


def test_a_name_that_is_no_utf8_gets_no_place(forge):
    forge.push({"README.md": "x\n"}, "main")
    (forge.repository / "payload").write_text("x\n")
    name = b"b\xd7d.py"
    forge.git("checkout", "-q", "-b", "change")
    import os

    Path(os.fsdecode(os.fsencode(forge.repository) + b"/" + name)).write_bytes(b"x = 1\n")
    forge.git("add", "-A")
    forge.git("commit", "-q", "-m", "c")
    path = os.fsdecode(name)
    (one,) = told(forge, [remark(path, 1, 1, 1)]).remarks
    assert one.where is None and one.path == "b\ufffdd.py"


@pytest.mark.parametrize(
    "change_",
    [
        {"extra": 1},
        {"head": "../../x"},
        {"number": 0},
        {"project": 5},
        {"forge": "Bank"},
        {"remarks": [{"fingerprint": "x"}]},
        {"files": "all"},
        {"number": "7"},
    ],
)
def test_what_is_of_another_shape_is_refused(forge, change_):
    forge.push({"a.py": "x = 1\n"}, "main")
    forge.push({"a.py": "x = 2\n"})
    good = json.loads(handed.written(told(forge, [])))
    with pytest.raises(ValueError):
        handed.read(json.dumps({**good, **change_}).encode())
    with pytest.raises(ValueError):
        handed.read(b"{")


def fetched(forge, tmp_path, target: str = "main", ref: str = "refs/pull/7/head", **limits) -> str:
    settings_ = Forge(kind="github", address=forge.address, account="b", projects=("payments/*",))
    return fetch.fetched(
        tmp_path / "clone", settings_, Limits(**limits), "r3ad-tok3n-abc", "payments/core", ref, target
    )


def test_a_fetch_is_bounded_and_starts_nothing_of_the_repositorys(forge, tmp_path):
    forge.push({"a.py": "x = 1\n"}, "main")
    head = forge.push(
        {
            "a.py": "x = 2\n",
            ".gitattributes": "* filter=evil\n",
            ".gitmodules": '[submodule "s"]\npath = s\nurl = ./s\n',
        }
    )
    assert fetched(forge, tmp_path) == head
    assert [one.name for one in (tmp_path / "clone").iterdir()] == [".git"]  # nothing is checked out
    assert not list((tmp_path / "clone/.git/hooks").glob("*")) if (tmp_path / "clone/.git/hooks").exists() else True
    assert "r3ad-tok3n" not in "".join(
        p.read_text("latin-1") for p in (tmp_path / "clone/.git").rglob("*") if p.is_file()
    )
    assert fetched(forge, tmp_path) == head
    (tmp_path / "clone/.git/shallow.lock").write_text("")  # of one that was killed
    assert fetched(forge, tmp_path) == head
    for branch in ("-x", "../x", "a b", "x:y", "a..b", "x.lock", "", "+main", "@{u}"):
        with pytest.raises(fetch.FetchFailed) as error:
            fetched(forge, tmp_path, target=branch)
        assert error.value.again is (branch == "+main")
    with pytest.raises(fetch.FetchFailed, match="git fetch failed"):
        fetched(forge, tmp_path, ref="refs/pull/8/head")
    forge.push({"big.bin": bytes(__import__("random").Random(1).randbytes(3_000_000))})
    with pytest.raises(fetch.FetchFailed):
        fetched(forge, tmp_path, repository_mb=1)
