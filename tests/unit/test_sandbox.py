"""Code that tries to do harm really runs here: the sandbox must contain each attempt and leave the host as it was."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from copilot.commands import doctor
from copilot.config import Settings
from copilot.errors import SandboxUnavailable
from copilot.verify import confine, denials, isolation, sandbox, snapshot
from copilot.verify.isolation import Level
from copilot.verify.sandbox import Limits, Run

pytestmark = pytest.mark.slow

PYTHON = Path(sys.executable)
SYSTEM = Path("/usr/bin/python3")
QUICK = Limits(wall_s=20, cpu_s=10, memory_mb=1024)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "package").mkdir(parents=True)
    (root / "package" / "module.py").write_text("VALUE = 1\n")
    (root / "data.txt").write_text("kept")
    (root / ".env").write_text("TOKEN=secret")
    (root / "deploy.pem").write_text("secret")
    (root / "credentials.json").write_text("secret")
    (root / "secrets.py").write_text("# a module, not a secret\n")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("[core]\n")
    return root


@pytest.fixture(params=[Level.BUBBLEWRAP, Level.NAMESPACES, Level.LANDLOCK])
def level(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Level:
    """Only this level is tried; it is still accepted by its probe alone."""
    monkeypatch.setattr(sandbox, "ORDER", (request.param,))
    return request.param


def interpreter() -> Path:
    """Ours, or the system's where root's stand-in cannot go to ours."""
    closed = isolation.is_root() and any(not p.stat().st_mode & 1 for p in PYTHON.resolve().parents)
    return SYSTEM if closed and sandbox.ORDER == (Level.LANDLOCK,) else PYTHON


def fingerprint(root: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        digest.update(str(path).encode() + (path.read_bytes() if path.is_file() else b""))
    return digest.hexdigest()


async def python(
    root: Path,
    code: str,
    *,
    limits: Limits = QUICK,
    settings: Settings | None = None,
    files: Mapping[str, bytes] | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
) -> Run:
    before = fingerprint(root)
    shown = isolation.prefixes(interpreter())
    async with sandbox.opened(root, settings or Settings(), files=files, readonly=shown) as box:
        command = [str(interpreter()), "-s", "-B", "-c", code]
        run = await box.run(command, readonly=shown, env=env, stdin=stdin, limits=limits)
    assert fingerprint(root) == before
    return run


def running(marker: str) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and marker.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


async def gone(marker: str) -> bool:
    for _ in range(100):
        if not running(marker):
            return True
        await asyncio.sleep(0.05)
    return False


async def test_the_probe_finds_nothing_that_is_not_denied(level: Level) -> None:
    assert await sandbox.why_not(level) == ""
    assert await sandbox.accepted_level(Settings()) is level


async def test_the_probe_finds_what_is_not_denied() -> None:
    async with denials.bait() as argv:
        done = subprocess.run([PYTHON, *argv], capture_output=True, text=True, timeout=240, cwd="/", check=False)
        assert not Path(argv[4]).exists()
    assert done.returncode == 0, done.stderr
    allowed = {"reading-temporary-files", "reading-home", "truncating", "truncating-on-opening", "removing", "signals"}
    assert done.stdout.split()[:2] == ["reading-temporary-files", "reading-home"]
    assert allowed | {"host-sockets", "netlink", "limits-of-others", "fork-bomb", "memory"} <= {*done.stdout.split()}


async def test_the_settings_say_how_far_down_it_may_go(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert await sandbox.accepted_level(Settings()) is Level.NAMESPACES
    pinned = replace(Settings(), sandbox=replace(Settings().sandbox, least="bubblewrap"))
    with pytest.raises(SandboxUnavailable, match="bubblewrap is not there"):
        await sandbox.accepted_level(pinned)
    assert sandbox.tried(replace(Settings(), sandbox=replace(Settings().sandbox, least="namespaces"))) == (
        Level.BUBBLEWRAP,
        Level.NAMESPACES,
    )


async def test_the_doctor_names_the_level_and_why_it_is_no_better(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert (await doctor._sandbox(Settings())).detail == "bubblewrap, proven by denial checks"
    monkeypatch.setenv("PATH", str(tmp_path))
    found = await doctor._sandbox(Settings())
    assert found.ok
    assert found.detail == "namespaces, proven by denial checks; not a better one: bubblewrap is not there"
    pinned = replace(Settings(), sandbox=replace(Settings().sandbox, least="bubblewrap"))
    found = await doctor._sandbox(pinned)
    assert not found.ok
    assert "bubblewrap is not there" in found.detail
    weak = replace(pinned, sandbox=replace(pinned.sandbox, mode="weak"))
    found = await doctor._sandbox(weak)
    assert not found.ok
    assert found.detail.startswith("weak: ")


async def test_a_box_that_cannot_be_set_up_is_no_result_of_the_code(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sandbox._UNCONFINED == confine.FAILED
    monkeypatch.setattr(sandbox, "ORDER", (Level.LANDLOCK,))
    async with sandbox.opened(project, Settings()) as box:
        with pytest.raises(SandboxUnavailable, match="gone: "):
            await box.run(["/bin/true"], readonly=[tmp_path / "gone"], limits=QUICK)


LEVELS = """
import asyncio
from copilot.verify import sandbox
async def reasons(): return [await sandbox.why_not(level) for level in sandbox.ORDER]
print(*asyncio.run(reasons()), sep="\\n")
"""
WITHOUT_NAMESPACES = """
from copilot.verify import confine, seccomp
confine._prctl(confine._NO_NEW_PRIVS, 1)
confine._filter(seccomp.program(seccomp.EVERYTHING))
"""


def reasons(code: str, *, become: bool) -> list[str]:
    """Of each level, in a process of its own that may be another user's."""
    home = Path(__file__).parents[2]
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(home), "HOME": "/nonexistent"}
    before = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", SYSTEM] if become else [PYTHON]
    done = subprocess.run([*before, "-c", code], capture_output=True, text=True, cwd="/", env=environ, check=False)
    if become and ("No module named" in done.stderr or "SyntaxError" in done.stderr or not SYSTEM.exists()):
        pytest.skip("the system's Python cannot import bank-copilot")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_levels_hold_for_root_and_for_others() -> None:
    assert reasons(LEVELS, become=False) == ["", "", ""]
    if isolation.is_root():
        assert reasons(LEVELS, become=True) == ["", "", ""]


def test_where_namespaces_are_forbidden_landlock_is_left() -> None:
    for become in (False, True) if isolation.is_root() else (False,):
        wrapped, spaces, landlock = reasons(WITHOUT_NAMESPACES + LEVELS, become=become)
        assert wrapped.startswith("bubblewrap fails here (bwrap: ")
        assert spaces == "the sandbox namespaces could not be set up (unshare: Operation not permitted)"
        assert landlock == ""


async def test_a_kernel_that_does_not_keep_signals_in_gets_a_filter_that_does(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolation, "_landlock", lambda: 4)
    monkeypatch.setattr(sandbox, "ORDER", (Level.LANDLOCK,))
    monkeypatch.setattr(sandbox, "_probed", {})
    assert await sandbox.why_not(Level.LANDLOCK) == ""
    marker = secrets.token_hex(8)
    code = f"'{marker}'\nimport os, time\nif os.fork() == 0: os.close(1); os.close(2); time.sleep(60)\nos.kill(os.getpid(), 0)"
    run = await python(project, code)
    assert b"PermissionError" in run.stderr
    assert await gone(marker)


async def test_nobody_leaves_the_group_that_is_ended(project: Path, level: Level) -> None:
    marker = secrets.token_hex(8)
    code = f"""
'{marker}'
import os, time
if os.fork() == 0:
    try: os.setsid()
    except OSError: pass
    for stream in (0, 1, 2): os.close(stream)
    time.sleep(60)
"""
    run = await python(project, code)
    assert (run.returncode, run.timed_out) == (0, False)
    assert await gone(marker)


async def test_root_shows_the_copy_to_the_user_of_the_run_only(
    project: Path, level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not isolation.is_root():
        pytest.skip("needs root")
    async with sandbox.opened(project, Settings()) as box:
        mode = box._snapshot.parent.stat()
    assert stat.S_IMODE(mode.st_mode) == (0o700 if level is Level.BUBBLEWRAP else 0o710)
    assert (mode.st_uid, mode.st_gid) == (0, 0 if level is Level.BUBBLEWRAP else isolation.strangers())
    hidden = Path.home() / f".bank-copilot-test-{secrets.token_hex(4)}"
    hidden.mkdir()
    (hidden / "note").write_text("private")
    try:
        async with sandbox.opened(project, Settings()) as box:
            argv = ["/bin/cat", str(hidden / "note")]
            run = await box.run(argv, limits=QUICK)
            assert run.returncode == 1
            if level is Level.LANDLOCK and Path.home().stat().st_mode & 0o001 == 0:
                with pytest.raises(SandboxUnavailable, match="Permission denied"):
                    await box.run(argv, readonly=[hidden], limits=QUICK)
            else:
                assert (await box.run(argv, readonly=[hidden], limits=QUICK)).stdout == b"private"
    finally:
        shutil.rmtree(hidden)


TRAPS = {
    "tcp": "import socket; socket.create_connection(('192.0.2.1', 80), 2)",
    "udp": "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b'x', ('192.0.2.1', 53))",
    "name lookup": "import socket; socket.getaddrinfo('example.org', 80)",
    "write to the project": "open('package/module.py', 'w')",
    "new file in the project": "open('new.txt', 'w')",
    "remove": "import os; os.remove('data.txt')",
    "remove a tree": "import shutil; shutil.rmtree('package')",
    "write to the system": "open('/usr/x', 'w')",
    "write to the root": "open('/x', 'w')",
    "write to devices": "open('/dev/x', 'w')",
    "read a secret file": "open('.env')",
    "read a key": "open('deploy.pem')",
    "read credentials": "open('credentials.json')",
    "read git": "open('.git/config')",
    "become root": "import os; os.setuid(0)",
    "vsock": "import socket; socket.socket(40, socket.SOCK_STREAM)",
    "netlink": "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "packets": "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "mode of the project's file": "import os; os.chmod('data.txt', 0o777)",
    "time of the project's file": "import os; os.utime('data.txt', (0, 0))",
    "attribute of the project's file": "import os; os.setxattr('data.txt', 'user.x', b'x')",
    "truncate": "import os; os.truncate('data.txt', 0)",
    "make a link to the project": "import os; os.link('data.txt', os.environ['HOME'] + '/x')",
    "read passwords": "open('/etc/shadow')",
    "read the host's name": "open('/etc/hostname')",
    "a namespace": "import ctypes; r = ctypes.CDLL(None).unshare(0x10000000); raise PermissionError if r else SystemExit(0)",
    "trace": "import ctypes; r = ctypes.CDLL(None).ptrace(0, 0, 0, 0); raise PermissionError if r else SystemExit(0)",
    "io_uring": "import ctypes; r = ctypes.CDLL(None).syscall(425, 1, 0); raise PermissionError if r < 0 else SystemExit(0)",
    "keys": "import ctypes; r = ctypes.CDLL(None).syscall(250, 0, -3, 1); raise PermissionError if r < 0 else SystemExit(0)",
    "signal the host": "import os; os.kill(HOST, 0)",
    "mount": "import ctypes, os; r = ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, None); "
    "raise PermissionError if r else SystemExit(0)",
}


@pytest.mark.parametrize("name", TRAPS)
async def test_a_trap_is_denied(project: Path, level: Level, name: str) -> None:
    run = await python(project, TRAPS[name].replace("HOST", str(os.getpid())))
    assert run.returncode == 1, run.stdout
    assert run.level is level
    assert run.stderr.decode().strip().splitlines()[-1].split(":")[0] in {
        "OSError", "PermissionError", "FileNotFoundError", "socket.gaierror", "ProcessLookupError",
    }  # fmt: skip


@pytest.mark.usefixtures("level")
async def test_the_home_and_the_environment_stay_outside(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", "/run/agent")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    home = Path.home() / f".bank-copilot-test-{secrets.token_hex(4)}"
    home.write_text("private")
    try:
        code = f"import os\ntry: print(open({str(home)!r}))\nexcept OSError: print(False, sorted(os.environ))"
        run = await python(project, code)
    finally:
        home.unlink()
    seen = run.stdout.decode()
    assert seen.startswith("False")
    assert "SSH" not in seen
    assert "AWS" not in seen


async def test_what_code_needs_is_there(project: Path, level: Level) -> None:
    code = (
        "import os, tempfile, package.module, secrets; print(open('data.txt').read(), package.module.VALUE, os.getcwd());"
        "open(os.path.expanduser('~/x'), 'w').write('scratch'); tempfile.mkdtemp()"
    )
    run = await python(project, code, env={"PYTHONPATH": "."})
    assert run.returncode == 0, run.stderr
    kept, value, place = run.stdout.decode().split()
    assert (kept, value) == ("kept", "1")
    assert (place == str(project)) == (level is Level.BUBBLEWRAP)


@pytest.mark.usefixtures("level")
async def test_the_scratch_of_one_run_is_not_that_of_the_next(project: Path) -> None:
    code = "import os; h = os.environ['HOME']; print(os.path.exists(h + '/x')); open(h + '/x', 'w')"
    async with sandbox.opened(project, Settings()) as box:
        for _ in range(2):
            run = await box.run([str(SYSTEM), "-c", code], limits=QUICK)
            assert run.stdout == b"False\n", run.stderr


@pytest.mark.usefixtures("level")
async def test_threads_pools_and_children_work(project: Path) -> None:
    code = (
        "import asyncio, subprocess, sys, concurrent.futures as f\n"
        "print(subprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True).stdout)\n"
        "print(list(f.ThreadPoolExecutor(2).map(abs, [-2])), asyncio.run(asyncio.sleep(0, 3)))\n"
        "child = subprocess.Popen(['sleep', '60']); child.kill(); print(child.wait())"
    )
    run = await python(project, code)
    assert run.stdout.split() == [b"b'1\\n'", b"[2]", b"3", b"-9"], run.stderr


async def test_a_server_of_its_own_can_be_spoken_to(project: Path) -> None:
    code = (
        "import socket; s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname()); print(1)"
    )
    assert (await python(project, code)).stdout == b"1\n"


@pytest.mark.usefixtures("level")
async def test_an_endless_loop_ends_by_the_clock(project: Path) -> None:
    marker = secrets.token_hex(8)
    began = time.monotonic()
    run = await python(project, f"'{marker}'\nwhile True: pass", limits=replace(QUICK, wall_s=1.0))
    assert run.timed_out
    assert time.monotonic() - began < 10
    assert await gone(marker)


@pytest.mark.usefixtures("level")
async def test_an_endless_loop_ends_by_cpu_time(project: Path) -> None:
    run = await python(project, "while True: pass", limits=replace(QUICK, cpu_s=1))
    assert not run.timed_out
    assert run.returncode != 0


@pytest.mark.usefixtures("level")
async def test_a_fork_bomb_is_contained(project: Path) -> None:
    marker = secrets.token_hex(8)
    code = f"""
'{marker}'
import os, time
made = 0
try:
    while made < 1000:
        if os.fork() == 0:
            time.sleep(60)
        made += 1
except OSError:
    print(made)
"""
    run = await python(project, code, limits=replace(QUICK, wall_s=10, processes=24))
    assert 0 < int(run.stdout) < 24
    assert await gone(marker)


@pytest.mark.usefixtures("level")
async def test_memory_is_bounded(project: Path) -> None:
    run = await python(project, "x = bytearray(8 << 30)")
    assert run.returncode == 1
    assert b"MemoryError" in run.stderr


async def test_files_and_scratch_are_bounded(project: Path, level: Level) -> None:
    big = "import os; f = open(os.environ['HOME'] + '/x', 'wb')\nfor _ in range(100): f.write(bytes(1 << 20))"
    assert (await python(project, big, limits=replace(QUICK, file_mb=4))).returncode != 0
    if level is Level.LANDLOCK:
        return  # files are bounded there, their number is not: the README says so
    many = "import os\nfor i in range(100): open(os.environ['HOME'] + f'/{i}', 'wb').write(bytes(1 << 20))"
    run = await python(project, many, limits=replace(QUICK, scratch_mb=8))
    assert b"No space left" in run.stderr


@pytest.mark.usefixtures("level")
async def test_output_is_bounded_and_read_to_its_end(project: Path) -> None:
    run = await python(project, "for i in range(100_000): print('x' * 60)", limits=replace(QUICK, output_bytes=200_000))
    assert run.returncode == 0
    assert len(run.stdout) == 200_000
    assert run.truncated


@pytest.mark.usefixtures("level")
async def test_a_flood_of_output_ends_the_run(project: Path) -> None:
    run = await python(project, "while True: print('x' * 6000)", limits=replace(QUICK, output_bytes=10_000))
    assert run.truncated
    assert not run.timed_out


@pytest.mark.usefixtures("level")
async def test_exit_codes_come_through(project: Path) -> None:
    assert (await python(project, "import sys; sys.exit(7)")).returncode == 7
    assert (await python(project, "import ctypes; ctypes.string_at(0)")).returncode != 0


@pytest.mark.usefixtures("level")
async def test_input_is_fed_and_files_lie_on_top(project: Path) -> None:
    code = "import sys; print(open('package/module.py').read(), sys.stdin.read())"
    run = await python(project, code, stdin=b"fed", files={"package/module.py": b"open buffer"})
    assert run.stdout.decode().split() == ["open", "buffer", "fed"]
    with pytest.raises(ValueError, match="not a path inside the project"):
        await python(project, "pass", files={"../x": b""})


@pytest.mark.usefixtures("level")
async def test_cancelling_kills_everything(project: Path) -> None:
    marker = secrets.token_hex(8)
    code = f"'{marker}'\nimport os, time\nos.fork()\ntime.sleep(60)"
    work = asyncio.create_task(python(project, code, limits=replace(QUICK, wall_s=60)))
    for _ in range(200):
        if running(marker):
            break
        await asyncio.sleep(0.05)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert await gone(marker)


async def test_without_bubblewrap_the_refusal_says_what_to_do(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(project))
    monkeypatch.setattr(sandbox, "ORDER", (Level.BUBBLEWRAP,))
    with pytest.raises(SandboxUnavailable) as caught:
        await python(project, "pass")
    assert "apt-get install bubblewrap" in str(caught.value)
    assert 'sandbox.mode = "weak"' in str(caught.value)


async def test_the_weak_mode_has_limits_a_copy_and_a_name(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = project / "bin"
    tools.mkdir()
    (tools / "prlimit").symlink_to("/usr/bin/prlimit")
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setattr(sandbox, "ORDER", ())
    settings = replace(Settings(), sandbox=replace(Settings().sandbox, mode="weak"))
    run = await python(project, "import os; os.remove('data.txt'); print(os.getcwd())", settings=settings)
    assert run.level is Level.WEAK
    assert run.returncode == 0
    assert run.stdout.decode().strip() != str(project)
    run = await python(project, "x = bytearray(4 << 30)", settings=settings)
    assert b"MemoryError" in run.stderr


def test_an_old_bubblewrap_is_not_asked_for_what_it_does_not_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bwrap").write_text("#!/bin/sh\n")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    isolation._options.cache_clear()
    try:
        argv = isolation.bubblewrap([], [], Path("/tmp"), 8, "/tmp")
    finally:
        isolation._options.cache_clear()
    assert "--size" not in argv
    assert "--perms" not in argv
    assert argv.index("--remount-ro") < argv.index("--unshare-net")


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("id_rsa", True), ("id_ed25519.pub", True), ("server.key", True), ("store.jks", True), ("prod.env", True),
        ("secrets.yaml", True), ("db-passwords.txt", True), ("service-account-prod.json", True), ("access_tokens", True),
        ("secrets.py", False), ("tokens.py", False), ("Credentials.java", False), ("tokeniser.cfg", False),
        ("environment.yml", False), ("keyboard.txt", False), ("data.csv", False),
    ],
)  # fmt: skip
def test_names_of_secrets(name: str, *, secret: bool) -> None:
    assert snapshot.is_secret(name) is secret


def test_a_snapshot_has_limits_and_follows_no_link(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "link").symlink_to("/etc/passwd")
    (project / "environment").mkdir()
    (project / "environment" / "pyvenv.cfg").write_text("home = x\n")
    with snapshot.taken(project, {"new/file.py": b"x"}, (project / ".venv",)) as copy:
        names = {p.relative_to(copy.folder).as_posix() for p in copy.folder.rglob("*")}
        assert names == {"package", "package/module.py", "data.txt", "secrets.py", "new", "new/file.py", ".venv"}
        assert copy.complete
    assert not copy.folder.exists()
    monkeypatch.setattr(snapshot, "MAX_FILES", 2)
    with snapshot.taken(project, {}) as copy:
        assert not copy.complete
        assert len([p for p in copy.folder.rglob("*") if p.is_file()]) == 2


def test_a_snapshot_of_given_files_reads_nothing_of_the_live_tree(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    class Commit(dict[str, bytes]):
        def __getitem__(self, name: str) -> bytes:
            asked.append(name)
            return super().__getitem__(name)

    base = Commit(
        dict.fromkeys(
            ["package/module.py", "a/.hidden/x.py", ".env", "a/server.key", "node_modules/x.js", "env/pyvenv.cfg",
             "env/lib/x.py", "b.py", "深/模块.py", "secrets.py", "a/credentials.json"],
            b"committed",
        )
    )  # fmt: skip
    with snapshot.taken(project, {"b.py": b"open"}, base=base) as copy:
        files = {p.relative_to(copy.folder).as_posix(): p.read_bytes() for p in copy.folder.rglob("*") if p.is_file()}
        assert copy.complete
    assert files == {
        "package/module.py": b"committed", "b.py": b"open", "深/模块.py": b"committed", "secrets.py": b"committed",
    }  # fmt: skip
    assert sorted(asked) == sorted(files)
    with snapshot.taken(project, {}, base={}) as copy:
        assert list(copy.folder.iterdir()) == []
    for name in ("../x.py", "/x.py", "a/../../x.py"):
        with pytest.raises(ValueError, match="not a path inside"), snapshot.taken(project, {}, base={name: b""}):
            pass
    monkeypatch.setattr(snapshot, "MAX_FILES", 2)
    with snapshot.taken(project, {}, base=base) as copy:
        assert not copy.complete
        assert (copy.folder / "b.py").is_file()


async def test_a_box_of_given_files_runs_them(project: Path, level: Level) -> None:
    base = {"package/module.py": b"VALUE = 7\n", "staged.py": b"import package.module as m; print(m.VALUE)\n"}
    async with sandbox.opened(project, Settings(), base=base) as box:
        run = await box.run([str(SYSTEM), "staged.py"], limits=QUICK)
        assert run.stdout == b"7\n", run.stderr
        assert (await box.run(["/bin/cat", "data.txt"], limits=QUICK)).returncode == 1


def test_an_interpreter_is_located_without_running_it(tmp_path: Path) -> None:
    base = tmp_path / "base"
    (base / "bin").mkdir(parents=True)
    (base / "bin" / "python3.12").write_text("")
    (base / "lib" / "python3.12").mkdir(parents=True)
    (base / "lib" / "python3.12" / "os.py").write_text("")
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "pyvenv.cfg").write_text(f"home = {base}/bin\nversion = 3.12.1\n")
    (venv / "bin" / "python").symlink_to(base / "bin" / "python3.12")
    assert isolation.prefixes(venv / "bin" / "python") == [venv, base]


@pytest.mark.parametrize("target", ["/", "/proc/self/root", "~"])
async def test_an_environment_of_the_repository_that_is_a_link_opens_nothing(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    home = tmp_path / "home"
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "python3").symlink_to(PYTHON.resolve())
    (home / "diary.txt").write_text("private")
    monkeypatch.setenv("HOME", str(home))
    place = home if target == "~" else Path(target)
    (project / ".venv").symlink_to(place)
    python = project / ".venv" / "bin" / "python3"
    shown = isolation.prefixes(python)
    bait = home / "diary.txt" if target == "~" else Path("/etc/hostname")
    code = f"import os; print([os.path.exists(p) for p in ({str(bait)!r}, {str(project / '.venv')!r} + '/diary.txt', {str(project / '.venv')!r} + '/etc')])"
    folders = [*isolation.prefixes(PYTHON), *shown]
    async with sandbox.opened(project, Settings(), readonly=folders) as box:
        run = await box.run([str(PYTHON), "-I", "-c", code], readonly=folders, limits=QUICK)
    assert run.stdout.decode().strip() == "[False, False, False]", run.stderr


def test_a_configuration_of_the_repository_names_only_installations_of_python(tmp_path: Path) -> None:
    private = tmp_path / "private"
    (private / "bin").mkdir(parents=True)
    (private / "python-notes.txt").write_text("private")
    venv = tmp_path / "repo" / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to("/usr/bin/python3")
    for home in (f"{private}/bin", "/etc/x", "/x", "../../private/bin", "/root/x", "/home/x"):
        (venv / "pyvenv.cfg").write_text(f"home = {home}\nversion = 3.11.1\n")
        assert isolation.prefixes(venv / "bin" / "python") == [venv]


def test_of_a_folder_with_a_link_to_python_only_that_folder_is_shown(tmp_path: Path) -> None:
    base, local = tmp_path / "base", tmp_path / "local"
    for folder in (base / "bin", base / "lib" / "python3.12", local / "bin", local / "share" / "keyrings"):
        folder.mkdir(parents=True)
    (base / "bin" / "python3.12").write_text("")
    (base / "lib" / "python3.12" / "os.py").write_text("")
    (local / "bin" / "python3").symlink_to(base / "bin" / "python3.12")
    assert isolation.prefixes(local / "bin" / "python3") == [local / "bin", base]


def test_a_copy_left_by_a_killed_process_is_deleted_by_the_next_run(project: Path, tmp_path: Path) -> None:
    code = (
        "import sys, os, signal; from pathlib import Path; from copilot.verify import snapshot\n"
        f"copying = snapshot.taken(Path({str(project)!r}), {{}}); print(copying.__enter__().folder, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    (tmp_path / "t").mkdir()
    environ = {"TMPDIR": str(tmp_path / "t"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, env=environ, check=False)
    left = Path(done.stdout.strip())
    assert (left / "data.txt").is_file(), done.stderr
    live = (
        f"{code.splitlines()[0]}\n"
        f"first = snapshot.taken(Path({str(project)!r}), {{}}); one = first.__enter__().folder.parent\n"
        f"os.utime(one, (0, 0)); os.utime({str(left.parent)!r}, (0, 0))\n"
        f"second = snapshot.taken(Path({str(project)!r}), {{}}); second.__enter__()\n"
        "print(one.exists()); second.__exit__(None, None, None); first.__exit__(None, None, None)"
    )
    done = subprocess.run([PYTHON, "-c", live], capture_output=True, text=True, env=environ, check=False)
    assert done.stdout.strip() == "True", done.stderr  # a living process keeps its own
    assert list((tmp_path / "t").iterdir()) == []


def test_a_snapshot_of_a_tree_that_is_not_on_the_disk_leaves_out_the_same(project: Path) -> None:
    base = {
        "package/module.py": b"VALUE = 2\n",
        "package/.hidden.py": b"",
        ".github/a.py": b"",
        "deploy.pem": b"secret",
        "node_modules/a.py": b"",
        "big.bin": b"0" * (snapshot.MAX_FILE_BYTES + 1),
    }
    with snapshot.taken(project, {"new.py": b"x = 1\n"}, (project / ".venv",), base=base) as copy:
        found = {p.relative_to(copy.folder).as_posix(): p for p in copy.folder.rglob("*")}
        assert sorted(found) == [".venv", "new.py", "package", "package/module.py"]
        assert found["package/module.py"].read_bytes() == b"VALUE = 2\n"
        assert copy.complete
