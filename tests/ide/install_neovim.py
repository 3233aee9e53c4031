"""Unpack Neovim 0.12 or newer under `build/neovim`, without touching the system.

Neovim with inline completion is newer than the stable distributions, so the packages come from Debian's `sid` suite:
apt runs with a private state, sources list and cache, and `dpkg -x` unpacks what it downloads. The mirror is the one
this machine's own apt uses. Run again, it does nothing when the unpacked Neovim still starts.

The unpacked Neovim uses the C library that came with it through its own loader; programs it starts (the language
server) see the machine's.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

HOME: Final = Path(__file__).resolve().parents[2] / "build/neovim"
NEEDED: Final = (0, 12)
MIRROR_VARIABLE: Final = "DEBIAN_MIRROR"
"""Environment variable with the base address of a Debian mirror, for a machine whose apt has none (Ubuntu)."""

KEYRING: Final = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
"""Debian's own keys (package debian-archive-keyring); without it apt's trusted keys decide."""


class NotPossible(Exception):
    """Neovim cannot be unpacked here; the message says why in one sentence."""


def run(*command: str, environment: dict[str, str] | None = None) -> str:
    """Standard output of a command. Raises NotPossible with the end of its messages when it fails."""
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", env=environment)
    if done.returncode:
        tail = "\n".join((done.stderr or done.stdout).strip().splitlines()[-5:])
        raise NotPossible(f"`{command[0]} {command[-1]}` failed:\n{tail}")
    return done.stdout


def version(nvim: Path) -> tuple[int, ...]:
    """`(major, minor, patch)` of an executable; empty when it does not start."""
    if not nvim.exists():
        return ()
    done = subprocess.run([nvim, "--version"], check=False, capture_output=True, encoding="utf-8")
    found = re.match(r"NVIM v(\d+)\.(\d+)\.(\d+)", done.stdout)
    return tuple(map(int, found.groups())) if found else ()


def mirror() -> str:
    """Address of the Debian mirror that this machine's own apt uses. Raises NotPossible when it has none."""
    if os.environ.get(MIRROR_VARIABLE):
        return os.environ[MIRROR_VARIABLE]
    for row in run("apt-get", "indextargets", "--format", "$(REPO_URI) $(LABEL)").splitlines():
        address, _, label = row.partition(" ")
        # The label is known once the machine has read its package lists; a fresh container has not.
        if label == "Debian" or address.rstrip("/").endswith("/debian"):
            return address
    raise NotPossible(f"this machine's apt knows no Debian mirror; name one in {MIRROR_VARIABLE}")


def configure(state: Path, address: str) -> dict[str, str]:
    """Write a private apt configuration below `state`; returns the environment that makes apt use it.

    How the machine's own apt fetches (proxy, certificates, validity) is kept, its hooks and sources are not.
    """
    for folder in ("lists/partial", "cache/archives/partial", "none"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    (state / "status").touch()
    signed = f"Signed-By: {KEYRING}\n" if KEYRING.exists() else ""
    stanza = f"Types: deb\nURIs: {address}\nSuites: sid\nComponents: main\n{signed}"
    (state / "sid.sources").write_text(stanza, "utf-8")
    settings = {
        "Dir::Etc::sourcelist": state / "sid.sources",
        "Dir::Etc::sourceparts": state / "none",
        "Dir::Etc::parts": state / "none",
        "Dir::Etc::main": state / "none/apt.conf",
        "Dir::Etc::preferences": state / "none/preferences",
        "Dir::Etc::preferencesparts": state / "none",
        "Dir::State": state,
        "Dir::State::status": state / "status",
        "Dir::Cache": state / "cache",
        "Dir::Log": state / "none",
        "APT::Sandbox::User": "",
        "APT::Install-Recommends": "false",
        "Acquire::Languages": "none",
    }
    connection = [row for row in run("apt-config", "dump").splitlines() if row.startswith("Acquire::")]
    lines = [*connection, *(f'{name} "{value}";' for name, value in settings.items())]
    (state / "apt.conf").write_text("\n".join(lines) + "\n", "utf-8")
    return {**os.environ, "APT_CONFIG": str(state / "apt.conf"), "LC_ALL": "C.UTF-8"}


def unpack(home: Path) -> None:
    """Download Neovim and everything it needs, and unpack it into `home/root`."""
    missing = [tool for tool in ("apt-get", "dpkg") if shutil.which(tool) is None]
    if missing:
        raise NotPossible(f"{' and '.join(missing)} not found: unpacking Neovim needs the tools of Debian")
    address = mirror()
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home, prefix="apt-") as folder:
        state = Path(folder)
        environment = configure(state, address)
        say(f"reading Debian sid from {address}")
        run("apt-get", "-q", "update", environment=environment)
        say("downloading Neovim and the packages it needs")
        run("apt-get", "-q", "-y", "--download-only", "install", "neovim", environment=environment)
        packages = sorted((state / "cache/archives").glob("*.deb"))
        size = sum(package.stat().st_size for package in packages)
        say(f"unpacking {len(packages)} packages, {size / 1e6:.1f} MB")
        shutil.rmtree(home / "root", ignore_errors=True)
        for package in packages:
            run("dpkg", "-x", str(package), str(home / "root"))


def write_launcher(home: Path) -> Path:
    """A shell script `bin/nvim` that starts the unpacked Neovim with its own loader and C library."""
    root = home / "root"
    loaders = sorted(root.glob("usr/lib*/ld-linux-*.so.*")) or sorted(root.glob("usr/lib/*/ld-linux-*.so.*"))
    if not loaders:
        raise NotPossible("the unpacked C library has no loader (ld-linux)")
    libraries = sorted({str(found.parent) for found in root.glob("usr/lib/*-linux-*/**/*.so*")})
    launcher = home / "bin/nvim"
    launcher.parent.mkdir(exist_ok=True)
    command = [str(loaders[0]), "--library-path", ":".join(libraries), str(root / "usr/bin/nvim")]
    runtime = shlex.quote(str(root / "usr/share/nvim/runtime"))
    launcher.write_text(f'#!/bin/sh\nexport VIMRUNTIME={runtime}\nexec {shlex.join(command)} "$@"\n', "utf-8")
    launcher.chmod(0o755)
    return launcher


def say(text: str) -> None:
    """A line for the person who waits."""
    sys.stdout.write(f"neovim: {text}\n")
    sys.stdout.flush()


def install(home: Path) -> Path:
    """The launcher of a Neovim that starts, unpacked now or before. Raises NotPossible."""
    launcher = home / "bin/nvim"
    if version(launcher) < NEEDED:
        unpack(home)
        launcher = write_launcher(home)
    found = version(launcher)
    if found < NEEDED:
        raise NotPossible(f"the unpacked Neovim is {'.'.join(map(str, found)) or 'not able to start'}, 0.12 is needed")
    say(f"{'.'.join(map(str, found))} in {os.path.relpath(home)}")
    return launcher


def main() -> int:
    """Install below `--home`; 1 with one sentence when that is not possible here."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, default=HOME, help="where to unpack (default: build/neovim)")
    try:
        install(parser.parse_args().home.resolve())
    except NotPossible as error:
        sys.stderr.write(f"neovim: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
