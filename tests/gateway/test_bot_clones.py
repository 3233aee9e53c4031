"""The bot's clones: packed and thrown away while nothing waits, begun anew where they are damaged."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import forge_simulator
import pytest
from bot_case import SECRETS, Case, simulated

from copilot.errors import UsageError
from serving.bots import config, fetch, worker
from serving.bots.config import Forge, Limits

NOW = 1_790_000_000.0


@pytest.fixture
def forge(tmp_path):
    with simulated("github", tmp_path, {"a.py": "x = 1\n"}) as made:
        yield made


def fetched(forge, root: Path, name: str = "one") -> Path:
    settings = Forge(kind="github", address=forge.address, account="b", projects=("payments/*",))
    place = root / "clones" / name
    head = fetch.fetched(place, settings, Limits(), "r3ad-tok3n-abc", "payments/core", "refs/pull/7/head", "main")
    assert head == forge.head
    return place


def objects(place: Path) -> list[Path]:
    return [one for one in (place / ".git/objects").rglob("*") if one.is_file()]


def test_a_clone_is_packed_and_old_heads_go(forge, tmp_path, monkeypatch):
    monkeypatch.setattr(fetch, "_SINGLE", 10)
    for n in range(8):
        forge.git("checkout", "-q", "main")
        forge.git("branch", "-f", "change", "main")
        forge.push({"a.py": f"x = {n}\n"})
        place = fetched(forge, tmp_path)
    (place / ".git/objects/pack").mkdir(exist_ok=True)
    (place / ".git/objects/pack/tmp_pack_x").write_bytes(b"of a fetch that was killed")
    os.utime(place, (NOW, NOW))
    before = len(objects(place))
    assert before > 20
    assert fetch.tidied(tmp_path, Limits(), NOW)
    assert place.stat().st_mtime == NOW
    assert not fetch.tidied(tmp_path, Limits(), NOW)
    names = {one.suffix for one in objects(place)}
    assert ".pack" in names and not [
        one for one in objects(place) if one.parent.name not in {"pack", "info"} or "tmp_" in one.name
    ]
    count = subprocess.run(["git", "cat-file", "--batch-check", "--batch-all-objects"], cwd=place, capture_output=True, text=True, check=True)  # fmt: skip
    assert len(count.stdout.splitlines()) == 6  # two commits with a tree and a file each
    fetched(forge, tmp_path)


def test_clones_that_nobody_uses_go_and_all_together_are_bounded(tmp_path):
    for n in range(5):
        place = tmp_path / "clones" / f"c{n}"
        (place / ".git").mkdir(parents=True)
        (place / ".git/HEAD").write_bytes(b"x" * 400_000)
        os.utime(place, (NOW - 86_400 * n * 10, NOW - 86_400 * n * 10))
    (tmp_path / "clones/half.gone/.git").mkdir(parents=True)  # of a process that was killed
    fetch.tidied(tmp_path, Limits(clones_mb=1, clone_days=15), NOW)
    assert sorted(one.name for one in (tmp_path / "clones").iterdir()) == ["c0", "c1"]
    fetch.tidied(tmp_path, Limits(clone_days=5), NOW)
    assert [one.name for one in (tmp_path / "clones").iterdir()] == ["c0"]
    assert fetch.tidied(tmp_path / "absent", Limits(), NOW) is False


@pytest.mark.parametrize("damage", ["refs/bot/head", "HEAD", "config", "objects"])
def test_a_damaged_clone_is_begun_anew(forge, tmp_path, damage):
    forge.push({"a.py": "x = 2\n"})
    place = fetched(forge, tmp_path)
    broken = place / ".git" / damage
    if broken.is_dir():
        for one in objects(place):
            one.chmod(0o600)
            one.write_bytes(b"")
    else:
        broken.write_bytes(b"\0\0\0")
    forge.push({"a.py": "x = 3\n"})
    for _ in range(2):
        try:
            fetched(forge, tmp_path)
            break
        except fetch.FetchFailed as error:
            assert error.again and not error.away
    else:
        raise AssertionError("it stays damaged")
    settings = Forge(kind="github", address="http://127.0.0.1:1", account="b", projects=("payments/*",))
    with pytest.raises(fetch.FetchFailed) as error:
        fetch.fetched(place, settings, Limits(), "r3ad-tok3n-abc", "payments/core", "refs/pull/7/head", "main")
    assert error.value.away and place.exists()  # a forge that is away costs no clone


def test_the_reader_tidies_while_nothing_waits(tmp_path, monkeypatch):
    calls: list[float] = []
    monkeypatch.setattr(fetch, "tidied", lambda *_: calls.append(1.0) or len(calls) < 3)
    monkeypatch.setattr(worker, "IDLE_S", 0.0)
    rounds = iter(range(10))
    empty = config.Config(store={"folder": tmp_path})
    worker.read(empty, lambda: next(rounds, None) is None)
    assert len(calls) == 3  # until there is no more, then in an hour again


@pytest.mark.parametrize("answer", [None, UsageError("git cannot tell the change in /srv/bot/clones/x")])
async def test_a_change_that_git_cannot_tell_is_tried_anew_and_then_told(tmp_path, monkeypatch, answer):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "repository").mkdir()
    forge = forge_simulator.Forge("gitlab", tmp_path / "repository")
    forge.push({"a.py": "x = 1\n"}, "main")
    case = Case(tmp_path, forge)
    asked: list[list[Path]] = []

    def between(place: Path, *_: str) -> None:
        asked.append(objects(place))
        if answer:
            raise answer

    monkeypatch.setattr("serving.bots.reading.changes.between", between)
    head = forge.push({"a.py": "x = 2\n"})
    assert (await case.hook(head))[0] == 202
    case.work()
    assert len(asked) == case.config.limits.attempts and all(asked)
    assert not list((case.config.store.folder / "clones").iterdir())
    assert "not reviewed" in case.summary and "/srv" not in case.summary and "git cannot tell" in case.summary
    forge.close()


def test_what_git_says_names_no_folder_of_the_bots():
    said = fetch._said(b"warning: x\nfatal: not a git repository: '/srv/bot/clones/ab/.git'\n")
    assert said == "fatal: not a git repository: …"
    assert (
        fetch._said(b"fatal: couldn't find remote ref refs/pull/7/head")
        == "fatal: couldn't find remote ref refs/pull/7/head"
    )
    assert "/srv" not in fetch._said(
        b"fatal: loose object 6cdf (stored in /srv/x/6c/df) is corrupt"
    ) and "host" not in fetch._said(b"unable to access 'https://host/x': e")
