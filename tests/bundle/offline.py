"""A machine without a network: a developer's account in namespaces of its own, which sees no checkout and no cache.

What it has: the system's programs, a Python, an empty home and the folder in which the bundle was brought. Each command
runs in a fresh network namespace in which only the loopback exists; when it is over, the kernel's own counters of that
namespace say whether anything tried to reach somebody.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HOME = "/home/dev"
BROUGHT = "/media/brought"
DEVELOPER = 12_345
PYTHON = Path(sys.base_prefix)
FOREIGN = [
    place
    for place in (PYTHON / f"lib/python3.{sys.version_info[1]}/site-packages", Path("/usr/lib/python3/dist-packages"))
    if place.is_dir()
]
"""What was installed beside the machine's Python: a fresh one has nothing there."""


COUNTERS = {
    "snmp": {"Ip": ("OutRequests", "OutNoRoutes"), "Tcp": ("ActiveOpens",), "Udp": ("OutDatagrams",)},
    "snmp6": {"Ip6OutRequests": (), "Ip6OutNoRoutes": (), "Udp6OutDatagrams": ()},
}
"""What the kernel counts: packets sent (over the loopback too), packets that had no way out, connections opened."""

ENDING = "code=$?; { cat /proc/net/dev; echo ==; cat /proc/net/snmp; echo ==; cat /proc/net/snmp6; } >/counted/now; exit $code"


@dataclass(frozen=True)
class Done:
    """A command that ended. `attempts`: the counters that are not 0."""

    code: int
    said: str
    seconds: float
    interfaces: set[str]
    attempts: dict[str, int]


class Machine:
    """`home` and `brought` are the folders of the host that stand at HOME and BROUGHT; `hidden` are masked."""

    def __init__(self, home: Path, brought: Path, hidden: Sequence[str] = ()) -> None:
        self.home, self.brought, self.hidden = home, brought, hidden
        self.steps: list[tuple[str, float]] = []
        home.mkdir(exist_ok=True)
        self._counters = home.with_name(home.name + ".counted")
        self._counters.mkdir(exist_ok=True)
        brought.chmod(0o755)
        if os.geteuid() == 0:
            for folder in (home, self._counters):
                os.chown(folder, DEVELOPER, DEVELOPER)

    def run(self, script: str, *, text: str = "", network: bool = False) -> Done:
        """Run a POSIX script as the developer, in their home. Unless `network` says so, nothing may look for a network."""
        started = time.monotonic()
        done = subprocess.run(
            self._bubble(script),
            check=False,
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            env={"PATH": "/usr/bin:/bin"},
        )
        seconds = time.monotonic() - started
        seen = Done(done.returncode, done.stdout, seconds, *_counted((self._counters / "now").read_text("utf-8")))
        assert seen.interfaces == {"lo"}, seen
        assert network or not seen.attempts, f"something looked for a network: {seen.attempts}\n{seen.said}"
        return seen

    def must(self, name: str, script: str, *, text: str = "") -> str:
        """What a step prints that has to go well; it is told with the time it took."""
        done = self.run(script, text=text)
        assert done.code == 0, f"{name}: exit code {done.code}\n{done.said}"
        self.steps.append((name, done.seconds))
        sys.stdout.write(f"\n    {name}: {done.seconds:.1f} s")
        sys.stdout.flush()
        return done.said

    def _bubble(self, script: str) -> list[str]:
        words = ["bwrap", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--die-with-parent", "--new-session"]
        words += ["--ro-bind", "/usr", "/usr"]
        for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
            path = Path("/", name)
            if path.is_symlink():
                words += ["--symlink", str(path.readlink()), str(path)]
            elif path.is_dir():
                words += ["--ro-bind", str(path), str(path)]
        words += ["--dir", "/etc"]
        for name in ("ld.so.cache", "alternatives", "nsswitch.conf", "resolv.conf"):
            words += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
        # The host's /proc as a whole: a sandbox inside may mount its own only where the one that it sees is not covered.
        words += ["--bind", "/proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp"]
        binds = [
            ("--bind", self.home, HOME),
            ("--ro-bind", self.brought, BROUGHT),
            ("--bind", self._counters, "/counted"),
        ]
        if not PYTHON.is_relative_to("/usr"):
            binds.append(("--ro-bind", PYTHON, str(PYTHON)))
        for kind, place, inside in binds:
            for parent in list(reversed(Path(inside).parents))[1:]:  # else closed to the developer
                words += ["--dir", str(parent)]
            words += [kind, str(place), inside]
        for place in (*self.hidden, *map(str, FOREIGN)):
            words += ["--tmpfs", place]
        for name, value in {
            "HOME": HOME,
            "USER": "dev",
            "LANG": "C.UTF-8",
            "PATH": f"{HOME}/.local/bin:{PYTHON}/bin:/usr/bin:/bin",
            "PIP_INDEX_URL": "https://no.such.index.example/simple",  # what a developer's shell may hold
        }.items():
            words += ["--setenv", name, value]
        if os.geteuid() == 0:  # root becomes the developer, whom limits hold and who may not change the machine
            words += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--chdir", HOME]
            words += ["setpriv", "--reuid", str(DEVELOPER), "--regid", str(DEVELOPER), "--clear-groups"]
            words += ["--inh-caps=-all", "--no-new-privs"]
        else:
            words += ["--unshare-user", "--chdir", HOME]
        return [*words, "sh", "-c", f"({script}\n); {ENDING}"]


def _counted(text: str) -> tuple[set[str], dict[str, int]]:
    devices, four, six = text.split("==\n")
    interfaces = {row.partition(":")[0].strip() for row in devices.splitlines()[2:]}
    found = {}
    rows = four.splitlines()
    for names, values in zip(rows[::2], rows[1::2], strict=True):
        layer = names.partition(":")[0]
        pairs = dict(zip(names.split()[1:], values.split()[1:], strict=True))
        found |= {f"{layer}{name}": int(pairs[name]) for name in COUNTERS["snmp"].get(layer, ())}
    found |= {row.split()[0]: int(row.split()[1]) for row in six.splitlines() if row.split()[0] in COUNTERS["snmp6"]}
    return interfaces, {name: count for name, count in found.items() if count}
