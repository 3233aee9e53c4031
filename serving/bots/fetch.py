"""Fetches the two ends of a merge request into a clone of the bot's own, without running anything of the repository's.

Nothing is checked out, no hook, filter, submodule or configuration of the clone's origin takes part; the address is made of
the configuration's, never of what a webhook says. The token goes by the environment: a command line can be read by others.
Redirects are not followed. Bounded in seconds, in the size of one file and in all; what was fetched is packed, and what nobody
needs any more thrown away, while nothing waits (`tidied`). A clone that git cannot work with is begun anew.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import resource
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from serving.bots.config import Forge, Limits

_BRANCH: Final = re.compile(r"(?![-/.])(?!.*(?:\.\.|//|@\{|\.lock(?:/|$)))[^\x00-\x20\x7f~^:?*\[\\]{1,250}(?<![/.])")
_QUIET: Final = (
    "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false",
    "-c", "fetch.fsckObjects=false", "-c", "http.followRedirects=false", "-c", "credential.helper=",
    "-c", "protocol.version=2", "-c", "submodule.recurse=false", "-c", "pack.threads=1", "-c", "pack.windowMemory=256m",
)  # fmt: skip
_AWAY: Final = re.compile(
    rb"Could not resolve|[Ff]ailed to connect|Couldn't connect|Connection (?:refused|reset|timed out)|timed out|SSL|early EOF"
    rb"|returned error: (?:401|403|429|5\d\d)|Authentication failed|could not read Username"
)
"""What git says where nothing is wrong with the commits."""
_MB: Final = 1024 * 1024
_PACKS: Final = 20
_SINGLE: Final = 2_000
_GONE: Final = ".gone"
HEAD, TARGET = "refs/bot/head", "refs/bot/target"


class FetchFailed(Exception):
    """The commits could not be had; `str()` says why, without the token. `again`: later it may go better; `away`: it was not
    about these commits, the forge cannot be reached or does not take the token.
    """

    def __init__(self, message: str, *, again: bool = True, away: bool = False) -> None:
        super().__init__(message)
        self.again, self.away = again, away


def folder(root: Path, forge: str, project: str) -> Path:
    """The clone of a project: a name that tells nothing and leads nowhere."""
    return root / "clones" / hashlib.sha256(f"{forge}\0{project}".encode()).hexdigest()[:32]


def fetched(place: Path, settings: Forge, limits: Limits, token: str, project: str, ref: str, target: str) -> str:
    """Bring the head `ref` and the branch `target` of a project into the clone at `place`; the head's commit.

    They are HEAD and TARGET there. Raises FetchFailed.
    """
    if not _BRANCH.fullmatch(target):
        raise FetchFailed("the target branch has a name that git does not allow", again=False)
    if _size(place) > limits.repository_mb * _MB:  # heads that nobody reviews any more: begun anew
        removed(place)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (place / ".git" / "HEAD").is_file():
        _run(place, {}, limits, "init", "--quiet", "--template=", ".")
    os.utime(place)  # so that it counts as used
    for lock in (place / ".git").rglob("*.lock"):  # of a fetch that was killed; we are the only one here
        lock.unlink(missing_ok=True)
    address = f"{settings.address.rstrip('/')}/{project}.git"
    given = base64.b64encode(f"{_user(settings)}:{token}".encode()).decode()
    values = {f"http.{settings.address.rstrip('/')}/.extraHeader": f"Authorization: Basic {given}"}
    if settings.ca_bundle is not None:
        values["http.sslCAInfo"] = str(settings.ca_bundle)
    try:
        _run(
            place,
            values,
            limits,
            "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--force", "--end-of-options",
            address, f"+{ref}:{HEAD}", f"+refs/heads/{target}:{TARGET}",
        )  # fmt: skip
        return _run(place, {}, limits, "rev-parse", "--verify", "-q", f"{HEAD}^{{commit}}").decode().strip()
    except FetchFailed as failed:
        if not failed.away and "remote ref" not in str(failed):  # a file may be damaged: the next attempt begins anew
            removed(place)
        raise


def tidied(root: Path, limits: Limits, now: float) -> bool:
    """Throw away clones that nobody used for long, and the longest unused beyond `limits.clones_mb`; then pack one, where one needs
    it. Whether one was packed: there may be more. `now` in seconds of the epoch. For the only process that works with them.
    """
    clones = sorted((root / "clones").glob("*"), key=lambda one: one.stat().st_mtime, reverse=True)
    room = limits.clones_mb * _MB
    for place in clones:
        room -= _size(place)
        if room < 0 or place.suffix == _GONE or now - place.stat().st_mtime > limits.clone_days * 86_400:
            removed(place)
    for place in clones:
        if place.exists() and _is_scattered(place):
            used = place.stat().st_mtime
            try:
                _run(place, {}, limits, "repack", "-a", "-d", "-q")
                _run(place, {}, limits, "prune", "--expire=now")
            except FetchFailed:
                removed(place)
            else:
                os.utime(place, (used, used))
            return True
    return False


def _is_scattered(place: Path) -> bool:
    """Whether a clone has many packs or single objects, or what a fetch that was killed left behind."""
    objects = place / ".git" / "objects"
    packs = sum(1 for _ in objects.glob("pack/*.pack"))
    return packs > _PACKS or any(objects.glob("pack/tmp_*")) or sum(1 for _ in objects.glob("??/*")) > _SINGLE


def removed(place: Path) -> None:
    """Thrown away; one that was killed on the way leaves no clone without half of its files."""
    gone = place.with_suffix(_GONE)
    if place != gone:
        place.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def _size(place: Path) -> int:
    """Bytes of a clone; 0 where there is none."""
    return sum(one.stat().st_size for one in (place / ".git").rglob("*") if one.is_file() and not one.is_symlink())


def _user(settings: Forge) -> str:
    return {"github": "x-access-token", "gitlab": "oauth2"}.get(settings.kind, settings.account)


def _run(place: Path, values: Mapping[str, str], limits: Limits, *command: str) -> bytes:
    """One git command in a clone, with further settings that nobody else can read. Raises FetchFailed."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": "/nonexistent",
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "/bin/false",
        "GIT_DIR": str(place / ".git"),
        "GIT_ALLOW_PROTOCOL": "https:http",
        "GIT_HTTP_LOW_SPEED_LIMIT": "1000",
        "GIT_HTTP_LOW_SPEED_TIME": "60",
        "GIT_CONFIG_COUNT": str(len(values)),
    }
    for n, (name, value) in enumerate(values.items()):
        environment |= {f"GIT_CONFIG_KEY_{n}": name, f"GIT_CONFIG_VALUE_{n}": value}
    most = limits.repository_mb * _MB

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    try:
        running = subprocess.Popen(
            ["git", *_QUIET, *command], cwd=place, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True, preexec_fn=bounded,  # noqa: PLW1509 -- one thread here
        )  # fmt: skip
    except OSError as error:
        raise FetchFailed(f"git cannot be started: {error.strerror}") from None
    with running:
        try:
            out, told = running.communicate(timeout=limits.fetch_s)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            raise FetchFailed(f"git {command[0]} took longer than {limits.fetch_s:g} s") from None
    if running.returncode != 0:
        raise FetchFailed(f"git {command[0]} failed: {_said(told)}", away=_AWAY.search(told) is not None)
    return out


def _said(told: bytes) -> str:
    """The last word of git's, without addresses and folders: it may be shown at the merge request."""
    lines = [line for line in told.decode("utf-8", "replace").splitlines() if line.strip()]
    return re.sub(r"\S+://\S+|(?<![\w.])'?/[^\s':]+'?", "…", lines[-1])[:200] if lines else "no reason given"
