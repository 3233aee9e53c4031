"""The wheelhouse: which wheel of the lock files suits which Python, fetched with their hashes, never built from source.

A wheel that was fetched once is not asked for again: a second bundle needs no network. pip evaluates markers for the
Python that it runs on, so they are evaluated here, and pip is told of one flat list.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from source import NotPossible, Source

LEGACY: Final = {(2, 17): "manylinux2014", (2, 12): "manylinux2010", (2, 5): "manylinux1"}


@dataclass(frozen=True, slots=True)
class Pin:
    """One row of a lock file; `hashes` are SHA-256 in hexadecimal, of every file of that release."""

    name: str
    version: str
    applies: Requirement
    hashes: frozenset[str]


@dataclass(frozen=True)
class Target:
    """A Python such as (3, 11) on a platform such as `manylinux_2_28_x86_64`: it has that C library or a newer one."""

    python: tuple[int, int]
    platform: str

    def __str__(self) -> str:
        return f"Python {self.dotted}, {self.platform}"

    @property
    def dotted(self) -> str:
        """`3.11`."""
        return ".".join(map(str, self.python))

    @property
    def short(self) -> str:
        """`py311`."""
        return "py" + "".join(map(str, self.python))

    @property
    def abi(self) -> str:
        """`cp311`."""
        return "cp" + "".join(map(str, self.python))

    @cached_property
    def platforms(self) -> list[str]:
        """The platform and the older ones whose wheels run on it, best first. Raises NotPossible for another system."""
        found = re.fullmatch(r"manylinux_(\d+)_(\d+)_(\w+)", self.platform)
        if found is None:
            raise NotPossible(f"{self.platform}: write it as manylinux_2_28_x86_64.")
        major, newest, machine = int(found[1]), int(found[2]), found[3]
        rows = []
        for minor in range(newest, 4, -1):
            rows.append(f"manylinux_{major}_{minor}_{machine}")
            if (major, minor) in LEGACY:
                rows.append(f"{LEGACY[major, minor]}_{machine}")
        return rows

    @cached_property
    def ranks(self) -> dict[Tag, int]:
        """Each tag that suits, with its place: 0 suits best."""
        own = cpython_tags(self.python, [self.abi], self.platforms)
        every = [*own, *compatible_tags(self.python, self.abi, self.platforms)]
        return {tag: place for place, tag in reversed(list(enumerate(every)))}

    def holds(self, wanted: Requirement, extra: str = "") -> bool:
        """Whether the marker of a requirement holds on this target, for one of the asker's optional groups."""
        machine = self.platform.split("_", 3)[3]
        environment = {key: str(value) for key, value in default_environment().items()} | {
            "python_version": self.dotted,
            "python_full_version": f"{self.dotted}.99",  # of a series its latest release
            "sys_platform": "linux",
            "platform_system": "Linux",
            "os_name": "posix",
            "platform_machine": machine,
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "extra": extra,
        }
        return wanted.marker is None or wanted.marker.evaluate(environment)


def pins(lock: Path) -> list[Pin]:
    """The rows of a hash-pinned lock file."""
    rows = lock.read_text("utf-8").replace("\\\n", " ").splitlines()
    found = []
    for row in rows:
        head, *hashes = re.split(r"\s+--hash=sha256:", row.strip())
        if head and not head.startswith("#"):
            wanted = Requirement(head)
            version = next(iter(wanted.specifier)).version
            found.append(Pin(canonicalize_name(wanted.name), version, wanted, frozenset(h.strip() for h in hashes)))
    return found


def own(source: Source, folder: Path) -> Path:
    """Build our wheel into `folder`; the same source gives the same bytes. Raises NotPossible."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        check=False,
        capture_output=True,
        encoding="utf-8",
        cwd=source.folder,
        env=os.environ | {"SOURCE_DATE_EPOCH": str(source.epoch), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    built = sorted(folder.glob("bank_copilot-*.whl"))
    if done.returncode or not built:
        raise NotPossible(f"our own wheel cannot be built:\n{done.stderr or done.stdout}")
    return built[0]


def fetched(wanted: Iterable[Pin], target: Target, folder: Path) -> dict[str, Path]:
    """The best wheel of each pin that applies to the target, by name; those that `folder` lacks are downloaded.

    Raises NotPossible where a release has no wheel for the target.
    """
    folder.mkdir(parents=True, exist_ok=True)
    asked = [pin for pin in wanted if target.holds(pin.applies)]
    held = {pin.name: best for pin in asked if (best := _best(pin, target, folder))}
    missing = [pin for pin in asked if pin.name not in held]
    if missing:
        print(f"== {target}: fetching {len(missing)} of {len(asked)} wheels", flush=True)
        _download(missing, target, folder)
    for pin in missing:
        best = _best(pin, target, folder)
        if best is None:
            raise NotPossible(f"{pin.name} {pin.version} has no wheel in the lock file for {target}.")
        held[pin.name] = best
    return dict(sorted(held.items()))


def digest(path: Path) -> str:
    """SHA-256 of a file in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _best(pin: Pin, target: Target, folder: Path) -> Path | None:
    """The wheel of the pin that suits best, if the lock knows its hash. A damaged file is deleted."""
    ranked: list[tuple[int, Path]] = []
    for path, name, version, tags in _named(folder):
        places = [target.ranks[tag] for tag in tags if tag in target.ranks]
        if (name, version) == (pin.name, pin.version) and places:
            if digest(path) in pin.hashes:
                ranked.append((min(places), path))
            else:
                path.unlink()
    return min(ranked)[1] if ranked else None


def _named(folder: Path) -> Iterator[tuple[Path, str, str, frozenset[Tag]]]:
    for path in sorted(folder.glob("*.whl")):
        try:
            name, version, _, tags = parse_wheel_filename(path.name)
        except InvalidWheelFilename:
            continue
        yield path, name, str(version), tags


def _download(missing: list[Pin], target: Target, folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="bank-copilot-bundle-") as work:
        listed = Path(work) / "requirements.txt"
        listed.write_text("".join(requirement(pin.name, pin.version, sorted(pin.hashes)) for pin in missing), "utf-8")
        command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--progress-bar", "off"]
        command += ["--require-hashes", "--only-binary=:all:", "--no-deps", "--dest", str(folder)]
        command += ["--implementation", "cp", "--python-version", target.dotted, "--abi", target.abi]
        command += [word for name in target.platforms for word in ("--platform", name)]
        process = subprocess.Popen(
            [*command, "-r", str(listed)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
        )
        assert process.stdout is not None
        said, done = [], 0
        for row in process.stdout:
            said.append(row)
            if found := re.match(r"Collecting (\S+)", row):
                done += 1
                print(f"   {done}/{len(missing)} {found[1]}", flush=True)
    if process.wait():
        errors = [row for row in said if "ERROR" in row] or said[-5:]
        raise NotPossible(
            f"pip cannot fetch the wheels for {target}:\n{''.join(errors)}"
            "Either this machine does not reach the package index that pip is configured for, or a release has no wheel "
            "for that Python and platform: leave it out of PYTHONS, or name another PLATFORM."
        )


def requirement(name: str, version: str, hashes: Iterable[str]) -> str:
    """A line of a requirements file, with its line end."""
    return " ".join([f"{name}=={version}", *(f"--hash=sha256:{value}" for value in hashes)]) + "\n"
