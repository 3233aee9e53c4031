"""The finished folder: its sums, its signature, and the archive. The same files give the same bytes."""

from __future__ import annotations

import gzip
import subprocess
import tarfile
from pathlib import Path

from source import NotPossible
from wheels import digest

SUMS = "SHA256SUMS"
SIGNATURE = "SHA256SUMS.sig"


def files(folder: Path) -> list[Path]:
    """Every file below `folder`, sorted by name."""
    return sorted((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.as_posix())


def sums(folder: Path) -> None:
    """Write SHA256SUMS over every other file, in the form that `sha256sum --check` reads."""
    rows = [f"{digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in files(folder)]
    (folder / SUMS).write_text("".join(rows), "utf-8")


def sign(folder: Path, key: Path) -> None:
    """Sign SHA256SUMS with a private key: OpenSSH's form by ssh-keygen, PEM (Ed25519) by openssl. Raises NotPossible."""
    target, signature = folder / SUMS, folder / SIGNATURE
    if b"OPENSSH" in key.read_bytes()[:60]:
        command = ["ssh-keygen", "-q", "-Y", "sign", "-n", "bank-copilot", "-f", str(key), str(target)]
    else:
        command = [
            "openssl",
            "pkeyutl",
            "-sign",
            "-rawin",
            "-inkey",
            str(key),
            "-in",
            str(target),
            "-out",
            str(signature),
        ]
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    if done.returncode or not signature.exists():
        raise NotPossible(f"{command[0]} cannot sign with {key}: {done.stderr.strip()}")


def pack(folder: Path, archive: Path, epoch: int) -> None:
    """`folder` as a tar.gz: entries sorted, owned by nobody, dated `epoch`; it appears under its name when complete."""
    half = archive.with_suffix(".part")
    with (
        half.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=epoch) as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in sorted([folder, *folder.rglob("*")], key=lambda path: path.as_posix()):
            entry = tar.gettarinfo(path, path.relative_to(folder.parent).as_posix())
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = ""
            entry.mtime = epoch
            entry.mode = 0o755 if path.is_dir() or path.suffix == ".sh" else 0o644
            if path.is_file():
                with path.open("rb") as content:
                    tar.addfile(entry, content)
            else:
                tar.addfile(entry)
    half.replace(archive)
