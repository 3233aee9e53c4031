"""Running project code where it can do no harm: no network, nothing writable but a small scratch, limits, no secrets.

Levels are tried from the best one down (`isolation.Level`); one is used when a probe, run in it once a process, really
was denied everything that must be denied. Without any, execution is refused, unless the administrator or user set
`sandbox.mode = "weak"`: then limits and a copy of the project are all there is. Every result names its level. Absent on
purpose: what to run and how to read it (`verify/runs.py`).
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from copilot.config import Settings
from copilot.errors import SandboxUnavailable
from copilot.messages import say
from copilot.verify import denials, isolation, processes, seccomp, snapshot
from copilot.verify.isolation import Level

SCRATCH: Final = "/tmp"  # noqa: S108 - a path inside the sandbox, where a tmpfs of its own lies
_FLOOD: Final = 64
"""A process that writes so many times the limit is ended."""

ORDER: tuple[Level, ...] = (Level.BUBBLEWRAP, Level.NAMESPACES, Level.LANDLOCK)
"""Tried in this order. `weak` is no isolation and has to be asked for."""

_LAUNCHED: Final = (Level.NAMESPACES, Level.LANDLOCK)
"""Levels whose last link is `confine.py`."""

_UNCONFINED: Final = 125
"""How `confine.py` ends when it started nothing."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use. Beyond `output_bytes` a stream is read and thrown away; at 64 times that the run ends."""

    wall_s: float = 30.0
    cpu_s: int = 20
    memory_mb: int = 2048
    file_mb: int = 8
    scratch_mb: int = 64
    processes: int = 48
    output_bytes: int = 4_000_000

    def named(self) -> dict[str, int]:
        """The limits that the kernel keeps for a process, as `resource` names them."""
        return {
            "as": self.memory_mb << 20,
            "cpu": self.cpu_s,
            "fsize": self.file_mb << 20,
            "nofile": 256,
            "core": 0,
            "nproc": self.processes,
        }


@dataclass(frozen=True, slots=True)
class Run:
    """What a process left behind. `returncode` is negative for a signal; `truncated`: a stream was cut."""

    returncode: int
    stdout: bytes
    stderr: bytes
    timed_out: bool
    truncated: bool
    level: Level
    wall_s: float


@dataclass(frozen=True, slots=True)
class Box:
    """A snapshot of one project, ready to run things. `root` is where the project lies for code inside."""

    root: Path
    level: Level
    complete: bool
    _snapshot: Path = field(repr=False)
    _scratch: Path = field(repr=False)

    async def run(
        self,
        argv: Sequence[str],
        *,
        readonly: Sequence[Path] = (),
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        limits: Limits | None = None,
    ) -> Run:
        """Run `argv`; `readonly` are host folders (a virtual environment, a JDK) visible at their own path.

        `cwd` lies inside `root` (the default). Cancelling the awaiting task kills every process of the run. Raises
        SandboxUnavailable when the box cannot be set up around these folders: as root without bubblewrap, an
        interpreter in a home that only root may enter.
        """
        limits = limits or Limits()
        cwd = cwd or self.root
        if self.level is Level.BUBBLEWRAP:
            return await self._wrapped(argv, readonly, cwd, env or {}, stdin, limits)
        if self.level is Level.WEAK:
            command = isolation.limited(
                argv, limits.cpu_s, limits.memory_mb, limits.file_mb, limits.processes, self.level
            )
            environment = isolation.environment(str(self._scratch)) | dict(env or {})
            return await _execute(command, cwd, environment, stdin, limits, self.level)
        return await self._confined(argv, readonly, cwd, env or {}, stdin, limits)

    async def _wrapped(
        self,
        argv: Sequence[str],
        readonly: Sequence[Path],
        cwd: Path,
        env: Mapping[str, str],
        stdin: bytes,
        limits: Limits,
    ) -> Run:
        command = isolation.limited(argv, limits.cpu_s, limits.memory_mb, limits.file_mb, limits.processes, self.level)
        box = isolation.bubblewrap([(self._snapshot, self.root)], readonly, cwd, limits.scratch_mb, SCRATCH)
        environment = isolation.environment(SCRATCH) | dict(env)
        with _file(seccomp.program(isolation.apart(self.level))) as filter_:
            box += ["--seccomp", str(filter_)] if filter_ is not None else []
            kept = [] if filter_ is None else [filter_]
            return await _execute([*box, *command], None, environment, stdin, limits, self.level, kept)

    async def _confined(
        self,
        argv: Sequence[str],
        readonly: Sequence[Path],
        cwd: Path,
        env: Mapping[str, str],
        stdin: bytes,
        limits: Limits,
    ) -> Run:
        scratch = Path(tempfile.mkdtemp(dir=self._scratch))  # a fresh one, as with bubblewrap
        try:
            user = isolation.stranger() if isolation.is_root() else 0
            if user:
                os.chown(scratch, user, isolation.strangers())
            shown = [self._snapshot, *readonly]
            command = isolation.confined(argv, self.level, shown, scratch, limits.scratch_mb, limits.named(), user)
            environment = isolation.environment(str(scratch)) | dict(env)
            done = await _execute(command, cwd, environment, stdin, limits, self.level)
        finally:
            await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)
        if done.returncode == _UNCONFINED and done.stderr.startswith(b"confine: "):
            reason = done.stderr.decode(errors="replace").strip().removeprefix("confine: ")
            raise SandboxUnavailable(
                say("the sandbox {level} could not be set up ({reason})", level=self.level.value, reason=reason)
            )
        return done


@asynccontextmanager
async def opened(
    root: Path,
    settings: Settings,
    *,
    files: Mapping[str, bytes] | None = None,
    readonly: Sequence[Path] = (),
    base: Mapping[str, bytes] | None = None,
) -> AsyncIterator[Box]:
    """A box around a copy of the project at `root`, with `files` (relative POSIX path to content) laid on top.

    With `base` the copy is made of these files (a commit, the index of git) and nothing is read of `root`. Folders of `readonly` that lie below `root` (its `.venv`) can be bound in later runs only if named here.
    Raises SandboxUnavailable when no isolation works that the settings accept.
    """
    level = await accepted_level(settings)
    copying = snapshot.taken(root, files or {}, tuple(readonly), base=base)
    copy = await asyncio.to_thread(copying.__enter__)
    try:
        yield _box(root, copy, level)
    finally:
        copying.__exit__(None, None, None)


def _box(root: Path, copy: snapshot.Snapshot, level: Level) -> Box:
    if level in _LAUNCHED and isolation.is_root():
        for folder in (
            copy.folder.parent,
            copy.scratch,
        ):  # the way opens for the users of our runs, and for nobody else
            os.chown(folder, -1, isolation.strangers())
            folder.chmod(0o710)
    return Box(root if level is Level.BUBBLEWRAP else copy.folder, level, copy.complete, copy.folder, copy.scratch)


def tried(settings: Settings) -> tuple[Level, ...]:
    """The levels of ORDER that the settings accept."""
    least = list(Level).index(Level(settings.sandbox.least))
    return tuple(level for level in ORDER if list(Level).index(level) <= least)


async def accepted_level(settings: Settings) -> Level:
    """The isolation that runs get now. Raises SandboxUnavailable naming what to install or set."""
    reasons = []
    for level in tried(settings):
        if not (reason := await why_not(level)):
            return level
        reasons.append(reason)
    if settings.sandbox.mode == "weak":
        return Level.WEAK
    raise SandboxUnavailable(
        say(
            'Project code is only run in a sandbox: {reason}. Install bubblewrap ("apt-get install bubblewrap" '
            'or "dnf install bubblewrap"), or accept limits without isolation with sandbox.mode = "weak".',
            reason="; ".join(reasons),
        )
    )


async def why_not(level: Level = Level.BUBBLEWRAP) -> str:
    """Why `level` does not isolate on this machine, one phrase; empty when the probe was denied everything."""
    if not sys.platform.startswith("linux"):
        return say("{level} needs Linux", level=level.value)
    if level is Level.BUBBLEWRAP and shutil.which("bwrap") is None:
        return say("bubblewrap is not there")
    key = (level, shutil.which("bwrap") if level is Level.BUBBLEWRAP else "")
    if key not in _probed:
        _probed[key] = await _probe(level)
    return _probed[key]


_probed: dict[tuple[Level, str | None], str] = {}
"""A level (and the path of its program) to the reason why it does not isolate here (empty: it does)."""


async def _probe(level: Level) -> str:
    """Try what must be denied, with real things of the host as bait; see `denials.PROBE`."""
    limits = Limits(wall_s=20, cpu_s=5, memory_mb=1024, processes=48)
    async with denials.bait() as argv:
        reason = ""
        for python in _interpreters(level):
            with snapshot.taken(Path(SCRATCH), {}, base={}) as copy:
                try:
                    box, shown = _box(copy.folder, copy, level), isolation.prefixes(python)
                    done = await box.run([str(python), *argv], readonly=shown, limits=limits)
                except SandboxUnavailable as refused:
                    reason = str(refused)
                    continue
                except OSError as error:
                    reason = say("{level} fails here ({reason})", level=level.value, reason=error)
                    continue
            if done.returncode == 0:
                allowed = ", ".join(done.stdout.decode(errors="replace").split())
                return say("{level} does not deny {what} here", level=level.value, what=allowed) if allowed else ""
            words = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
            last = words[-1] if words else f"exit {done.returncode}"
            reason = say("{level} fails here ({reason})", level=level.value, reason=last)
        return reason


def _interpreters(level: Level) -> list[Path]:
    """Ours, and the system's for when ours lies where root's stand-in may not go."""
    system = Path("/usr/bin/python3")
    lend = level in _LAUNCHED and isolation.is_root() and system.exists()
    return [Path(sys.executable), system] if lend else [Path(sys.executable)]


@contextmanager
def _file(content: bytes) -> Iterator[int | None]:
    """A descriptor from which `content` can be read, None for nothing."""
    if not content:
        yield None
        return
    descriptor = os.memfd_create("bank-copilot-filter")
    try:
        os.write(descriptor, content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


async def _execute(
    argv: Sequence[str],
    cwd: Path | None,
    env: Mapping[str, str],
    stdin: bytes,
    limits: Limits,
    level: Level,
    descriptors: Sequence[int] = (),
) -> Run:
    ended = await processes.run(
        argv,
        cwd=cwd,
        env=env,
        stdin=stdin,
        wall_s=limits.wall_s,
        keep=limits.output_bytes,
        flood=_FLOOD * limits.output_bytes,
        descriptors=descriptors,
    )
    return Run(
        returncode=ended.returncode,
        stdout=ended.stdout,
        stderr=ended.stderr,
        timed_out=ended.timed_out,
        truncated=ended.truncated,
        level=level,
        wall_s=ended.wall_s,
    )
