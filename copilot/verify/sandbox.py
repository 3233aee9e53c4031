"""Running project code where it can do no harm: no network, nothing writable but a small scratch, limits, no secrets.

Isolation is bubblewrap's, proven once by a probe that really tries what must be denied. Without it execution is
refused, unless the administrator or user set `sandbox.mode = "weak"`: then limits and a copy of the project are all
there is, and every result says so. Absent on purpose: what to run and how to read it (`verify/runs.py`).
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from copilot.config import Settings
from copilot.errors import SandboxUnavailable
from copilot.messages import say
from copilot.verify import isolation, processes, snapshot
from copilot.verify.isolation import Level

SCRATCH: Final = "/tmp"  # noqa: S108 - a path inside the sandbox, where a tmpfs of its own lies
_FLOOD: Final = 64
"""A process that writes so many times the limit is ended."""


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

        `cwd` lies inside `root` (the default). Cancelling the awaiting task kills every process of the run.
        """
        limits = limits or Limits()
        environment = isolation.environment(self._home) | dict(env or {})
        command = [
            *isolation.limited(argv, limits.cpu_s, limits.memory_mb, limits.file_mb, limits.processes, self.level)
        ]
        if self.level is Level.BUBBLEWRAP:
            box = isolation.bubblewrap(
                [(self._snapshot, self.root)], readonly, cwd or self.root, limits.scratch_mb, SCRATCH
            )
            return await _execute([*box, *command], None, environment, stdin, limits, self.level)
        return await _execute(command, cwd or self.root, environment, stdin, limits, self.level)

    @property
    def _home(self) -> str:
        return SCRATCH if self.level is Level.BUBBLEWRAP else str(self._scratch)


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

    `base`: the project's files, where they are not those on the disk.
    Folders of `readonly` that lie below `root` (its `.venv`) can be bound in later runs only if named here.
    Raises SandboxUnavailable when no isolation works that the settings accept.
    """
    level = await accepted_level(settings)
    copying = snapshot.taken(root, files or {}, tuple(readonly), base)
    copy = await asyncio.to_thread(copying.__enter__)
    try:
        inside = root if level is Level.BUBBLEWRAP else copy.folder
        yield Box(inside, level, copy.complete, copy.folder, copy.scratch)
    finally:
        copying.__exit__(None, None, None)


_probed: dict[str, str] = {}
"""Path of bubblewrap to the reason why it does not isolate here (empty: it does). One probe a process."""


async def accepted_level(settings: Settings) -> Level:
    """The isolation that runs get now. Raises SandboxUnavailable naming what to install or set."""
    reason = await why_not()
    if not reason:
        return Level.BUBBLEWRAP
    if settings.sandbox.mode == "weak":
        return Level.WEAK
    raise SandboxUnavailable(
        say(
            'Project code is only run in a sandbox: {reason}. Install it with "apt-get install bubblewrap" '
            '(or "dnf install bubblewrap"), or accept limits without isolation with sandbox.mode = "weak".',
            reason=reason,
        )
    )


async def why_not() -> str:
    """Why bubblewrap does not isolate on this machine, one phrase; empty when the probe was denied everything."""
    program = shutil.which("bwrap")
    if program is None or not sys.platform.startswith("linux"):
        return say("bubblewrap is not there")
    if program not in _probed:
        _probed[program] = await _probe()
    return _probed[program]


async def _probe() -> str:
    """Try what must be denied, with real files of the host as bait; see `isolation.PROBE`."""
    limits = Limits(wall_s=20, cpu_s=5, memory_mb=1024, processes=48)
    with tempfile.TemporaryDirectory(prefix="bank-copilot-probe-") as folder:
        bait = Path(folder) / "bait"
        bait.write_bytes(b"host")
        home = next((str(p) for p in _home_files()), str(bait))
        argv = isolation.probe(str(bait), home)
        box = isolation.bubblewrap(
            [], isolation.prefixes(Path(sys.executable)), Path(SCRATCH), limits.scratch_mb, SCRATCH
        )
        command = isolation.limited(
            argv, limits.cpu_s, limits.memory_mb, limits.file_mb, limits.processes, Level.BUBBLEWRAP
        )
        done = await _execute([*box, *command], None, isolation.environment(SCRATCH), b"", limits, Level.BUBBLEWRAP)
    if done.returncode != 0:
        words = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
        return say("bubblewrap fails here ({reason})", reason=words[-1] if words else f"exit {done.returncode}")
    allowed = done.stdout.decode(errors="replace").split()
    return say("bubblewrap does not deny {what} here", what=", ".join(allowed)) if allowed else ""


def _home_files() -> Iterator[Path]:
    with suppress(OSError, RuntimeError):
        yield from (p for p in sorted(Path.home().iterdir()) if p.is_file())


async def _execute(
    argv: Sequence[str], cwd: Path | None, env: Mapping[str, str], stdin: bytes, limits: Limits, level: Level
) -> Run:
    ended = await processes.run(
        argv,
        cwd=cwd,
        env=env,
        stdin=stdin,
        wall_s=limits.wall_s,
        keep=limits.output_bytes,
        flood=_FLOOD * limits.output_bytes,
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
