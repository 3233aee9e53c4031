"""The installation on a machine without a network: its whole life, and what can go wrong on the way.

Every step of `Machine` also asserts that nothing looked for a network.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, bundle, later
from offline import BROUGHT, HOME, Machine

from copilot import __version__
from copilot.context import store

FIRST = Path(__file__).with_name("first_suggestion.py").read_text("utf-8")

HERE, SCHEMA = __version__, store.SCHEMA
SHARE = f"{HOME}/.local/share/bank-copilot"
COMMAND = f"{HOME}/.local/bin/bank-copilot"
ANOTHER = "The index was of another version and is built anew."


def readme_commands() -> tuple[str, str]:
    """The commands by which the README installs, and the one that tries it."""
    text = (ROOT / "README.md").read_text("utf-8")
    rows = re.search(r"<!-- run: tests/bundle/test_install\.py -->\n```\n(.*?)\n```", text, re.DOTALL)[1].splitlines()
    return "\n".join(["set -e", *rows[:-1]]), rows[-1]


def first_suggestion(machine: Machine, name: str) -> dict:
    said = machine.must(name, f"{SHARE}/current/bin/python -I - {COMMAND} {HOME}/bank", text=FIRST)
    seen = json.loads(said.splitlines()[-1])
    assert seen["taken"]
    assert seen["taken"] in seen["text"]
    assert seen["code"] == 0
    assert seen["status"]["index"] == "ready"
    assert seen["status"]["files"] > 10
    return seen


def in_force(machine: Machine) -> str:
    return machine.must("version", f"{COMMAND} --version").split()[-1]


def install(archive: Path, *words: str) -> str:
    """The commands that unpack an archive and install it."""
    folder = archive.name.removesuffix(".tar.gz")
    return f"cd /tmp && tar -xzf {BROUGHT}/{archive.name} && sh {folder}/install.sh {' '.join(words)}"


def versions(machine: Machine) -> set[str]:
    return {path.name for path in (machine.home / ".local/share/bank-copilot/versions").iterdir()}


def index_files(machine: Machine) -> list[Path]:
    return sorted((machine.home / ".cache/bank-copilot/index").glob("*/index.sqlite"))


def test_the_counters_notice_who_looks_for_a_network(machine: Callable[..., Machine], tmp_path: Path):
    """Without this, none of the other tests would prove anything."""
    there = machine(tmp_path)
    looks = 'import socket\nsocket.socket().connect(("192.0.2.7", 443))'
    assert there.run(f"python3.{sys.version_info[1]} -c '{looks}'", network=True).attempts
    asks = 'import socket\nsocket.getaddrinfo("copilot.bank.example", 443)'
    assert there.run(f"python3.{sys.version_info[1]} -c '{asks}'", network=True).attempts
    assert there.run("true").attempts == {}


def test_the_life_of_an_installation(machine: Callable[..., Machine], archive: Path, tmp_path: Path):
    brought = tmp_path / "brought"
    brought.mkdir()
    shutil.copy(archive, brought)
    second = bundle(later(tmp_path / "b", "8.0.0"), brought)
    third = bundle(later(tmp_path / "c", "9.0.0", SCHEMA + 1), brought)
    there = machine(brought)

    # Following only the README, from the archive to the first suggestion.
    folder = archive.name.removesuffix(".tar.gz")
    commands, trial = readme_commands()
    said = there.must("unpack and install", commands.replace("bank-copilot-*", folder))
    assert f"in force: {HERE}" in said
    assert "none is set: the embedded engine answers alone" in said
    seen = first_suggestion(there, "first accepted suggestion")
    sys.stdout.write(
        f"\n    ... from the archive to it: {sum(took for _, took in there.steps):.0f} s; taken: {seen['taken']}"
    )
    (index,) = index_files(there)
    born = index.stat().st_ino
    assert in_force(there) == HERE
    assert "steps as expected" in there.must(trial, trial).splitlines()[-1]

    settings = there.home / ".config/bank-copilot/config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('[completion]\nprofile = "eager"\n')

    # Killed on the way, at three places: what was in force stays in force.
    new = f"{SHARE}/versions/8.0.0"
    for reached in (f"{new}/bin", f"{new}/lib/*/site-packages/numpy/__init__.py", f"{new}/.complete"):
        script = f"""cd /tmp && tar -xzf {BROUGHT}/{second.name}
        setsid sh {second.name.removesuffix(".tar.gz")}/install.sh >/tmp/said 2>&1 & pid=$!
        while ! ls -d {reached} >/dev/null 2>&1; do kill -0 $pid || exit 9; sleep 0.05; done
        kill -9 -$pid; wait $pid; test $? = 137"""
        there.must(f"kill -9 at {reached.rpartition('/')[2]}", script)
        force = in_force(there)
        assert force == HERE or (force == "8.0.0" and reached.endswith(".complete"))

    said = there.must("upgrade to 8.0.0", install(second))
    assert "an earlier run was interrupted" in said
    assert in_force(there) == "8.0.0"
    assert "completion.profile (user)" in said
    seen = first_suggestion(there, "session of 8.0.0")
    assert (seen["status"]["why"], index.stat().st_ino) == ("", born)  # the same index

    said = there.must("again", install(second))
    assert "is there already" in said
    assert "in force" not in said

    said = there.must("upgrade to 9.0.0", install(third))
    assert "in force: 9.0.0 (before: 8.0.0)" in said
    seen = first_suggestion(there, "session of 9.0.0: other tables")
    assert seen["status"]["why"] == ANOTHER
    assert versions(there) == {HERE, "8.0.0", "9.0.0"}

    # Back, without the archive: the older version meets an index from the future.
    settings.write_text('[completion]\nprofile = "eager"\n\n[telepathy]\nrange_m = 5\n')
    said = there.must("rollback", f"sh {SHARE}/current/install.sh --rollback")
    assert "in force: 8.0.0" in said
    assert (
        "Unknown setting telepathy.range_m" in said
    )  # a key of the newer one is named by doctor, and stops no session
    assert in_force(there) == "8.0.0"
    seen = first_suggestion(there, "session after the rollback")
    assert seen["status"]["why"] == ANOTHER
    settings.write_text('[completion]\nprofile = "eager"\n')
    assert there.must("forth again", f"sh {SHARE}/current/install.sh --rollback").count("in force: 9.0.0") == 1
    said = there.must("index says so too", f"{COMMAND} index {HOME}/bank/python")
    assert ANOTHER in said

    # Two older versions are kept: the one before, and one more.
    fourth = bundle(later(tmp_path / "d", "10.0.0", SCHEMA + 1), brought)
    there.must("upgrade to 10.0.0", install(fourth))
    assert versions(there) == {"8.0.0", "9.0.0", "10.0.0"}

    said = there.must("uninstall", f"sh {SHARE}/current/install.sh --uninstall")
    assert not (there.home / ".local/share/bank-copilot").exists()
    assert not (there.home / ".local/bin/bank-copilot").is_symlink()
    assert settings.read_text().count("eager") == 1
    assert index in index_files(there)
    assert there.run(f"sh {BROUGHT}/../x 2>/dev/null; {COMMAND} --version").code != 0


def test_a_gateway_where_ensurepip_is_missing_and_the_path_has_a_blank(machine: Callable[..., Machine], archive: Path):
    """Debian's Python without python3-venv has no ensurepip: pip comes with the bundle."""
    hidden = [f"{sys.base_prefix}/lib/python3.{sys.version_info[1]}/ensurepip"]
    there = machine(archive.parent, [place for place in hidden if Path(place).exists()])
    gone = there.run(f"python3.{sys.version_info[1]} -m venv /tmp/x")
    assert gone.code != 0, "the machine has ensurepip after all"
    said = there.must("install the gateway", install(archive, "--with-gateway", "--prefix", "'/home/dev/a b'"))
    assert f"in force: {HERE}-gateway" in said
    command = "'/home/dev/a b/bin/bank-copilot'"
    assert "[upstreams" in there.must("gateway", f"{command} serve --example")
    there.must("purge", "sh '/home/dev/a b/current/install.sh' --uninstall --purge")
    assert [path.name for path in there.home.iterdir() if path.name not in {".cache", ".config", ".local"}] == []
    assert not (there.home / ".cache/bank-copilot").exists()


def test_a_damaged_file_stops_everything(machine: Callable[..., Machine], unpacked: Path, tmp_path: Path):
    damaged = tmp_path / "damaged"
    shutil.copytree(unpacked, damaged)
    wheel = next((damaged / "wheels").glob("ruff-*.whl"))
    content = bytearray(wheel.read_bytes())
    content[5000] ^= 1
    wheel.write_bytes(content)
    there = machine(damaged)
    done = there.run(f"sh {BROUGHT}/install.sh")
    assert done.code == 3
    assert wheel.name in done.said
    assert list(there.home.iterdir()) == []


def test_sums_that_were_made_to_fit_do_not_get_another_wheel_in(
    machine: Callable[..., Machine], unpacked: Path, tmp_path: Path
):
    """The requirements pin the wheels a second time; a signature covers both (`test_contents`)."""
    changed = tmp_path / "changed"
    shutil.copytree(unpacked, changed)
    wheel = next((changed / "wheels").glob("smmap-*.whl"))
    wheel.write_bytes(wheel.read_bytes() + b"\0")
    there = machine(changed)
    done = there.run(
        f"cp -r {BROUGHT} /tmp/b && cd /tmp/b && find . -type f ! -name SHA256SUMS | sort | xargs sha256sum >SHA256SUMS; sh install.sh"
    )
    assert done.code == 5
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in done.said
    assert not (there.home / ".local/bin").exists()
    assert not (there.home / ".local/share/bank-copilot/current").is_symlink()


def test_without_a_python_that_fits_it_says_which(machine: Callable[..., Machine], unpacked: Path):
    there = machine(unpacked)
    none = there.run(
        f"mkdir -p /tmp/bin && for one in cat cut dirname env grep head ls mkdir mktemp printf readlink sed sha256sum sh sort tail; do ln -s /usr/bin/$one /tmp/bin/; done; PATH=/tmp/bin sh {BROUGHT}/install.sh"
    )
    assert none.code == 4, none.said
    assert "none is on PATH" in none.said
    assert "apt-get install python3" in none.said
    other = there.run(
        "mkdir /tmp/bin && printf '#!/bin/sh\\necho Python 3.9 >&2\\nexit 1\\n' >/tmp/bin/old && chmod +x /tmp/bin/old && "
        f"sh {BROUGHT}/install.sh --python /tmp/bin/old"
    )
    assert other.code == 4
    assert "/tmp/bin/old: Python 3.9" in other.said
    assert list(there.home.iterdir()) == []


def test_a_dry_run_changes_nothing(machine: Callable[..., Machine], unpacked: Path):
    there = machine(unpacked)
    said = there.must("dry run", f"sh {BROUGHT}/install.sh --dry-run")
    assert f"would install bank-copilot {HERE}" in said
    assert list(there.home.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        ("--prefix", 2, "needs a value"),
        ("--colour", 2, "unknown option --colour"),
        ("--purge", 2, "goes with --uninstall"),
        ("--user --prefix /tmp/x", 2, "either --user or --prefix"),
        ("--key /tmp/absent", 2, "there is no file"),
        ("--rollback", 1, "no other version is installed"),
        ("--uninstall", 1, "nothing is installed"),
        ("--prefix /usr/bank-copilot", 5, "cannot write to /usr/bank-copilot"),
        ("--help", 0, "exit codes"),
    ],
)
def test_a_wrong_word_is_answered_and_changes_nothing(
    machine: Callable[..., Machine], unpacked: Path, words: str, code: int, text: str
):
    there = machine(unpacked)
    done = there.run(f"sh {BROUGHT}/install.sh {words}")
    assert (done.code, text in done.said) == (code, True), done.said
    assert list(there.home.iterdir()) == []


def test_a_command_that_is_not_ours_is_left_alone(machine: Callable[..., Machine], unpacked: Path):
    there = machine(unpacked)
    theirs = there.home / ".local/bin/bank-copilot"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("#!/bin/sh\n")
    done = there.run(f"sh {BROUGHT}/install.sh")
    assert done.code == 5
    assert f"is not of {SHARE}" in done.said
    assert theirs.read_text() == "#!/bin/sh\n"


def test_a_second_run_waits_for_nobody(machine: Callable[..., Machine], unpacked: Path):
    there = machine(unpacked)
    done = there.run(f"mkdir -p {SHARE}/.lock && echo $$ >{SHARE}/.lock/pid && sh {BROUGHT}/install.sh")
    assert done.code == 6
    assert "another run is at work" in done.said
