"""`make bundle`: one archive from which bank-copilot is installed on a machine without a network.

It lives beside CI because it makes a release and is no part of one: what it puts in is our own wheel, the wheels of the
lock files, pip's wheel, the clients, the VS Code extension where it is built, a bill of materials, sums and `install.sh`.
Run on the same commit, with the same extension and key, it writes the same bytes.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from platform import machine
from typing import Final

import archive
import sbom
import source
import wheels

ROOT: Final = Path(__file__).resolve().parents[2]
SUPPORTED: Final = ((3, 11), (3, 12), (3, 13), (3, 14))
DOCUMENTS: Final = ("README.md", "CHANGELOG.md", "LICENSE", "requirements-vllm-gpu.txt")


def main(words: Sequence[str]) -> int:
    """0 when the archive is written (its path is the last line), else 1 with the reason."""
    parser = argparse.ArgumentParser(prog="make bundle", description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=ROOT, help="repository (default: this one)")
    parser.add_argument("--out", type=Path, help="folder of the archive (default: build)")
    parser.add_argument("--cache", type=Path, help="folder of fetched wheels (default: build/wheels)")
    parser.add_argument(
        "--pythons", default="", help="such as '3.11 3.12' (default: every supported Python found here)"
    )
    parser.add_argument("--platform", default=f"manylinux_2_28_{machine()}", help="oldest C library, and machine")
    parser.add_argument("--vsix", type=Path, help="VS Code extension (default: build/bank-copilot-<version>.vsix)")
    parser.add_argument("--sign-key", type=Path, help="private key: PEM (Ed25519), or OpenSSH's")
    options = parser.parse_args(words)
    root = options.root.resolve()
    if options.sign_key is not None and not options.sign_key.is_file():
        parser.error(f"SIGN_KEY: there is no file {options.sign_key}")
    try:
        targets = [wheels.Target(python, options.platform) for python in _pythons(options.pythons)]
        with tempfile.TemporaryDirectory(prefix="bank-copilot-bundle-") as work:
            copied = source.copied(root, Path(work) / "source")
            written = _bundle(copied, targets, Path(work), options, root / "build")
    except source.NotPossible as reason:
        print(f"make bundle: {reason}", file=sys.stderr)
        return 1
    print(written)
    return 0


def _bundle(
    copied: source.Source, targets: list[wheels.Target], work: Path, options: argparse.Namespace, build: Path
) -> Path:
    out, cache = options.out or build, options.cache or build / "wheels"
    name = "-".join(["bank-copilot", copied.version, options.platform, *(target.short for target in targets)])
    folder = work / name
    (folder / "wheels").mkdir(parents=True)
    (folder / "requirements").mkdir()
    if copied.modified:
        print("== what is not committed yet is in it: no bundle of a commit alone")
    print(
        f"== building our own wheel, dated {datetime.fromtimestamp(copied.epoch, UTC):%Y-%m-%d %H:%M} UTC", flush=True
    )
    own = wheels.own(copied, folder / "wheels")
    for target in targets:
        _wheelhouse(copied, target, folder, own, cache)
    pip = _pip(copied, targets[0], folder, cache)
    # The extension comes built, or not at all.
    shutil.copytree(copied.folder / "lsp/clients", folder / "clients", ignore=shutil.ignore_patterns("vscode"))
    shutil.copy(copied.folder / ".ci/bundle/install.sh", folder)
    for document in DOCUMENTS:
        shutil.copy(copied.folder / document, folder)
    manifest = {
        "version": copied.version,
        "commit": copied.commit,
        "modified": "yes" if copied.modified else "no",
        "epoch": str(copied.epoch),
        "platform": options.platform,
        "pythons": " ".join(target.dotted for target in targets),
        "pip": pip.name,
        **_extension(options.vsix or build / f"bank-copilot-{copied.version}.vsix", folder),
    }
    (folder / "MANIFEST").write_text("".join(f"{key}={value}\n" for key, value in manifest.items()), "utf-8")
    parts = sbom.write(folder, copied, targets)
    print(f"== {len(parts)} packages in {sbom.NAME} (CycloneDX 1.6, valid)")
    archive.sums(folder)
    if options.sign_key is not None:
        archive.sign(folder, options.sign_key)
        print(f"== {archive.SUMS} signed with {options.sign_key}")
    out.mkdir(parents=True, exist_ok=True)
    written = out / f"{name}.tar.gz"
    archive.pack(folder, written, copied.epoch)
    print(f"== {written.stat().st_size / 1e6:.1f} MB, SHA-256 {wheels.digest(written)}")
    return Path(written)


def _pythons(wanted: str) -> list[tuple[int, int]]:
    """The Pythons asked for, else those that start here. Raises NotPossible for one that is not supported."""
    if not wanted:
        return [python for python in SUPPORTED if python == sys.version_info[:2] or _starts(python)]
    asked = []
    for word in wanted.replace(",", " ").split():
        python = next((known for known in SUPPORTED if word == f"{known[0]}.{known[1]}"), None)
        if python is None:
            raise source.NotPossible(f"PYTHONS: {word} is none of {', '.join(f'{a}.{b}' for a, b in SUPPORTED)}.")
        asked.append(python)
    return sorted(set(asked))


def _starts(python: tuple[int, int]) -> bool:
    program = shutil.which(f"python{python[0]}.{python[1]}")
    return program is not None and not subprocess.run([program, "-c", ""], check=False, capture_output=True).returncode


def _wheelhouse(copied: source.Source, target: wheels.Target, folder: Path, own: Path, cache: Path) -> None:
    """The target's wheels in `wheels/`, and its two requirements files: the editor's side, and that with the gateway."""
    place = cache / f"{target.platform}-{target.short}"
    print(f"== {target}", flush=True)
    for part, lock in (("editor", "requirements.lock"), ("gateway", "requirements-serve.lock")):
        found = wheels.fetched(wheels.pins(copied.folder / lock), target, place)
        rows = [f"# bank-copilot and what its {part} side needs on {target}; every file lies in wheels/.\n"]
        for name, wheel in {"bank-copilot": own, **found}.items():
            rows.append(wheels.requirement(name, sbom.metadata(wheel)["Version"], [wheels.digest(wheel)]))
            if wheel is not own:
                shutil.copy(wheel, folder / "wheels")
        (folder / "requirements" / f"{target.short}-{part}.txt").write_text("".join(rows), "utf-8")
        print(f"   {part}: {len(found) + 1} wheels")


def _pip(copied: source.Source, target: wheels.Target, folder: Path, cache: Path) -> Path:
    """The wheel of pip, pinned by the developers' lock: a Python without ensurepip can install with it."""
    pinned = [pin for pin in wheels.pins(copied.folder / "requirements-dev.lock") if pin.name == "pip"]
    (wheel,) = wheels.fetched(pinned, target, cache / "pip").values()
    return Path(shutil.copy(wheel, folder / "wheels"))


def _extension(vsix: Path, folder: Path) -> dict[str, str]:
    if not vsix.is_file():
        print(f"== LEFT OUT: the VS Code extension ({vsix.name} is not built)")
        return {}
    (folder / "vscode").mkdir()
    shutil.copy(vsix, folder / "vscode")
    known = sbom.extension(vsix)
    return {"vsix": vsix.name, "vscode_extension": f"{known['publisher']}.{known['name']}"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
