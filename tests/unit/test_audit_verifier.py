"""The verifier, also as a lone copied file: every change inside a journal is found and the first bad line named."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from copilot import cli
from copilot.audit import verifier
from copilot.audit.journal import Journal
from copilot.audit.record import Record
from copilot.audit.verifier import verify

SOURCE = Path(verifier.__file__)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(verifier, "_PATIENCE_S", 0.001)


async def fill(folder: Path, count: int, writer: str = "gateway", file_bytes: int = 6000) -> None:
    journal = Journal(folder, writer, file_bytes=file_bytes)
    for n in range(count):
        await journal.append(
            Record(
                time=f"2026-11-{n % 28 + 1:02}T08:00:00.000000Z",
                direction="out",
                request=f"req-{n}",
                team="payments" if n % 3 else "cards",
                verdict="redact",
                rules=("url-password", "bank-card-luhn"),
                outcome="ok",
                tokens_in=n,
            )
        )
    await journal.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    asyncio.run(fill(folder, 60))
    return folder


@pytest.fixture
def journal(made, tmp_path):
    return Path(shutil.copytree(made, tmp_path / "audit"))


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))


def place(chain) -> tuple[str, int]:
    return chain.file, chain.line


def test_an_intact_journal_verifies(made):
    (chain,) = verify(made)
    assert (chain.reason, chain.first, chain.last, chain.files) == ("", 0, 60, len(files(made)))
    assert chain.files >= 3


def test_every_flipped_bit_is_found_and_its_line_named(journal):
    rng = random.Random(11)
    paths = files(journal)
    for _ in range(500):
        path = rng.choice(paths)
        data = path.read_bytes()
        at = rng.randrange(len(data))
        changed = bytearray(data)
        changed[at] ^= 1 << rng.randrange(8)
        path.write_bytes(changed)
        try:
            (chain,) = verify(journal)
            line = data.count(b"\n", 0, at) + 1
            assert chain.reason, (path.name, at)
            # A flipped line end joins two lines (or tears the last); the first of them is named.
            assert place(chain) == (path.name, line), (path.name, at, chain)
        finally:
            path.write_bytes(data)
    assert verify(journal)[0].reason == ""


def test_every_flipped_bit_of_the_last_line_is_found(journal):
    path = files(journal)[-1]
    data = path.read_bytes()
    start = data.rstrip(b"\n").rfind(b"\n") + 1
    for at in range(start, len(data) - 1):
        changed = bytearray(data)
        changed[at] ^= 1 << (at % 8)
        path.write_bytes(changed)
        assert verify(journal)[0].reason, at


def test_removed_repeated_moved_and_added_lines_are_found(journal):
    rng = random.Random(12)
    paths = files(journal)
    for _ in range(200):
        path = rng.choice(paths)
        data = path.read_bytes()
        rows = data.splitlines(keepends=True)
        kind = rng.choice(["removed", "repeated", "moved", "forged"])
        at = rng.randrange(len(rows) - 1)
        changed, first = list(rows), at + 1
        if kind == "removed":
            del changed[at]
        elif kind == "repeated":
            changed.insert(at, rows[at])
            first += 1
        elif kind == "moved":
            changed[at], changed[at + 1] = changed[at + 1], changed[at]
        else:  # a line whose own hash fits, with another content
            import hashlib

            body = rows[at][: -verifier._TAIL_SIZE - 1].replace(b'"outcome":"ok"', b'"outcome":"no"')
            body = body.replace(b'"note":"journal-created"', b'"note":"journal-xreated"')
            changed[at] = body + b',"hash":"' + hashlib.sha256(body).hexdigest().encode() + b'"}\n'
            first += 1
        path.write_bytes(b"".join(changed))
        try:
            (chain,) = verify(journal)
            assert chain.reason, (kind, path.name, at)
            if kind != "forged" or at + 1 < len(rows):
                assert place(chain) == (path.name, first), (kind, chain)
        finally:
            path.write_bytes(data)


def test_a_missing_first_middle_or_renamed_file_is_found(journal):
    for path in files(journal)[:-1]:
        data = path.read_bytes()
        path.unlink()
        (chain,) = verify(journal)
        assert "removed" in chain.reason
        assert chain.line == 1
        path.write_bytes(data)
    one, two = files(journal)[:2]
    one.rename(journal / "x"), two.rename(one), (journal / "x").rename(two)
    assert verify(journal)[0].reason


def test_a_cut_inside_a_line_or_a_file_is_found(journal):
    rng = random.Random(13)
    for path in files(journal)[:-1]:
        data = path.read_bytes()
        for _ in range(20):
            path.write_bytes(data[: rng.randrange(len(data))])
            assert verify(journal)[0].reason
        path.write_bytes(data)
    last = files(journal)[-1]
    last.write_bytes(last.read_bytes()[:-3])
    (chain,) = verify(journal)
    assert "incomplete" in chain.reason
    assert place(chain) == (last.name, chain.line)


def test_a_cut_end_shows_only_against_a_head_that_was_kept(journal):
    (chain,) = verify(journal)
    kept = (chain.head, chain.last)
    assert verify(journal, kept)[0].reason == ""
    last = files(journal)[-1]
    rows = last.read_bytes().splitlines(keepends=True)
    last.write_bytes(b"".join(rows[:-1]))
    assert verify(journal)[0].reason == "", "no chain shows that by itself"
    (cut,) = verify(journal, kept)
    assert "cut off" in cut.reason


async def test_a_journal_that_grew_still_holds_an_earlier_head(tmp_path):
    await fill(tmp_path, 10)
    (chain,) = verify(tmp_path)
    await fill(tmp_path, 10)
    assert verify(tmp_path, (chain.head, chain.last))[0].reason == ""
    shutil.rmtree(tmp_path)
    await fill(tmp_path, 20)
    (anew,) = verify(tmp_path, ("0" * 63 + "1", chain.last))
    assert "anew" in anew.reason


def test_a_single_file_is_checked_from_its_own_first_line(journal):
    path = files(journal)[1]
    (chain,) = verify(path)
    assert chain.reason == ""
    assert chain.first > 0
    rows = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(rows[:2] + rows[3:]))
    assert place(verify(path)[0]) == (path.name, 3)


def test_garbage_is_named_and_never_a_traceback(tmp_path):
    rng = random.Random(14)
    path = tmp_path / "gateway-000001.jsonl"
    for size in (0, 1, 10, 75, 76, 77, 200, 5000):
        path.write_bytes(rng.randbytes(size))
        assert verify(tmp_path)[0].reason
    path.write_bytes(b'{"n":0}\n' * 3)
    assert place(verify(tmp_path)[0]) == (path.name, 1)
    path.write_bytes(b"x" * (3 << 20))
    assert verify(tmp_path)[0].reason


async def test_a_journal_that_is_being_written_verifies(tmp_path, monkeypatch):
    monkeypatch.setattr(verifier, "_PATIENCE_S", 0.3)
    journal = Journal(tmp_path, "gateway", file_bytes=50_000)
    one = Record(time="2026-11-22T08:00:00.000000Z", direction="in", request="r" * 300)

    async def write() -> None:
        for _ in range(60):
            await asyncio.gather(*(journal.append(one) for _ in range(20)))

    writing = asyncio.create_task(write())
    await asyncio.sleep(0.01)
    seen = []
    while not writing.done():
        chains = await asyncio.to_thread(verify, tmp_path)
        assert chains[0].reason == ""
        seen.append(chains[0].last)
    await writing
    assert seen == sorted(seen)
    await journal.close()
    assert verify(tmp_path)[0].last == 1200


def alone(tmp_path: Path, *words) -> subprocess.CompletedProcess[str]:
    """The verifier as an auditor runs it: one copied file, an isolated interpreter, nothing of ours importable."""
    copied = tmp_path / "elsewhere" / "verifier.py"
    copied.parent.mkdir(exist_ok=True)
    shutil.copy(SOURCE, copied)
    call = [sys.executable, "-I", "-S", str(copied), *map(str, words)]
    return subprocess.run(call, capture_output=True, text=True, cwd="/", check=False)


def test_the_verifier_runs_as_a_lone_file(journal, tmp_path):
    done = alone(tmp_path, journal)
    assert (done.returncode, done.stderr) == (0, "")
    head = done.stdout.split("head ")[1].strip()
    assert alone(tmp_path, journal, "--head", head).returncode == 0
    assert json.loads(alone(tmp_path, journal, "--json").stdout)["intact"] is True
    path = files(journal)[1]
    path.write_bytes(path.read_bytes().replace(b'"outcome":"ok"', b'"outcome":"no"', 1))
    broken = alone(tmp_path, journal)
    assert broken.returncode == 1
    assert path.name in broken.stdout
    assert "was changed" in broken.stdout
    assert alone(tmp_path, tmp_path / "nothing").returncode == 2
    assert alone(tmp_path, journal, "--head", "x").returncode == 2
    assert "Traceback" not in alone(tmp_path, "/dev/null").stderr


def test_the_verifier_imports_nothing_of_ours():
    code = f"import sys\nsys.path.insert(0, {str(SOURCE.parent)!r})\nimport verifier\nprint([m for m in sys.modules if 'copilot' in m])"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True, cwd="/")
    assert done.stdout.strip() == "[]"


def call(capsys, *words) -> tuple[int, str, str]:
    code = cli.main([str(word) for word in words])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_the_command_line_verifies(journal, capsys, tmp_path):
    code, out, _ = call(capsys, "audit", "verify", journal)
    assert code == 0
    head = out.split("head ")[1].strip()
    assert call(capsys, "audit", "verify", journal, "--head", head)[0] == 0
    code, out, _ = call(capsys, "audit", "verify", journal, "--json")
    answer = json.loads(out)
    assert (code, answer["intact"], f"{answer['chains'][0]['head']}:{answer['chains'][0]['last']}") == (0, True, head)
    path = files(journal)[0]
    path.write_bytes(path.read_bytes()[5:])
    code, out, _ = call(capsys, "audit", "verify", journal)
    assert code == 1
    assert f"{path.name} line 1" in out
    for words in (["--head", "abc"], []):
        code, _, err = call(capsys, "audit", "verify", tmp_path if not words else journal, *words)
        assert code == 2
        assert err.startswith("bank-copilot: ")
    assert call(capsys, "audit", "verify", tmp_path / "nowhere")[0] == 2


async def test_a_kept_head_is_looked_for_in_every_chain_of_a_folder(journal, tmp_path):
    await fill(journal, 5, writer="gateway-cli")
    gateway, console = verify(journal)
    for chain in (gateway, console):
        assert [found.reason for found in verify(journal, (chain.head, chain.last))] == ["", ""]
    last = files(journal)[-1]
    assert last.name.startswith("gateway-cli")
    last.write_bytes(b"".join(last.read_bytes().splitlines(keepends=True)[:-1]))
    assert [found.reason == "" for found in verify(journal, (gateway.head, gateway.last))] == [True, True]
    lost = verify(journal, (console.head, console.last))
    assert [(found.writer, found.reason == "") for found in lost] == [
        ("gateway", True),
        ("gateway-cli", True),
        ("--head", False),
    ]
    done = alone(tmp_path, journal, "--head", f"{console.head}:{console.last}")
    assert done.returncode == 1
    assert f"BROKEN --head: no journal here has line number {console.last} with that hash" in done.stdout


def test_the_command_line_exports_by_time_and_team(journal, capsys):
    code, out, _ = call(capsys, "audit", "export", journal)
    rows = [json.loads(line) for line in out.splitlines()]
    assert (code, len(rows), rows[7]["n"]) == (0, 61, 7)
    assert rows[7]["hash"] == rows[8]["prev"]
    _, out, _ = call(capsys, "audit", "export", journal, "--team", "cards")
    assert {json.loads(line)["record"]["team"] for line in out.splitlines()} == {"cards"}
    _, out, _ = call(capsys, "audit", "export", journal, "--since", "2026-11-03", "--until", "2026-11-05T08:00:00+08:00", "--team", "payments")  # fmt: skip
    assert {json.loads(line)["record"]["time"][:10] for line in out.splitlines()} == {"2026-11-03", "2026-11-04"}
    assert call(capsys, "audit", "export", journal, "--since", "yesterday")[0] == 2
    path = files(journal)[0]
    path.write_bytes(path.read_bytes().replace(b"req-1", b"req-2", 1))
    code, out, err = call(capsys, "audit", "export", journal)
    assert code == 1
    assert "BROKEN" in err
    assert len(out.splitlines()) == 61
