"""What lies in the archive: the same bytes each time, all of it listed, dated, licensed and hash-pinned."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import tarfile
from pathlib import Path

import pytest
from conftest import ROOT, bundle, later
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sums(folder: Path) -> dict[str, str]:
    rows = (folder / "SHA256SUMS").read_text("utf-8").splitlines()
    return {name: value for value, name in (row.split("  ", 1) for row in rows)}


def components(folder: Path) -> dict[str, dict]:
    bom = json.loads((folder / "sbom.cdx.json").read_text("utf-8"))
    return {part["bom-ref"]: part for part in bom["components"]}


def test_two_builds_of_a_commit_are_the_same_bytes_wherever_it_lies(tmp_path: Path):
    checkouts = [later(tmp_path / "here", "7.0"), tmp_path / "elsewhere" / "copy"]
    subprocess.run(["git", "clone", "-q", checkouts[0], checkouts[1]], check=True)
    for name in ("copilot/__init__.py", "lsp/server.py"):  # another umask, another day
        (checkouts[1] / name).chmod(0o600)
        os.utime(checkouts[1] / name, (1, 1))
    (checkouts[1] / "copilot/nobodys.py").write_text("untracked = True\n")
    one, other = (bundle(root, tmp_path / f"out{n}") for n, root in enumerate(checkouts))
    assert one.name == other.name
    assert sha256(one) == sha256(other)


def test_entries_are_sorted_dated_and_nobodys(archive: Path):
    with tarfile.open(archive) as tar:
        entries = tar.getmembers()
    assert [entry.name for entry in entries] == sorted(entry.name for entry in entries)
    assert {(entry.uid, entry.gid, entry.uname, entry.gname) for entry in entries} == {(0, 0, "", "")}
    with tarfile.open(archive) as tar:
        text = tar.extractfile(f"{entries[0].name}/MANIFEST").read().decode()
    commit = dict(row.split("=", 1) for row in text.splitlines())["commit"]
    asked = ["git", "-C", ROOT, "log", "-1", "--format=%ct", commit]
    date = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    assert {entry.mtime for entry in entries} == {int(os.environ.get("SOURCE_DATE_EPOCH", date))}
    assert not [entry.name for entry in entries if not (entry.isfile() or entry.isdir())]


def test_every_file_is_in_the_sums_and_in_the_bill(unpacked: Path):
    there = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    listed = sums(unpacked)
    assert there - {"SHA256SUMS"} == set(listed)
    assert [name for name, value in listed.items() if sha256(unpacked / name) != value] == []
    billed = components(unpacked)
    assert set(billed) == set(listed) - {"sbom.cdx.json"}
    for name, part in billed.items():
        assert part["hashes"] == [{"alg": "SHA-256", "content": listed[name]}], name


def test_the_bill_is_cyclonedx_and_says_licence_and_purl_of_every_wheel(unpacked: Path):
    text = (unpacked / "sbom.cdx.json").read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    wheels = {name: part for name, part in components(unpacked).items() if name.endswith(".whl")}
    assert len(wheels) > 40
    for name, part in wheels.items():
        assert part["purl"].startswith(f"pkg:pypi/{part['name']}@{part['version']}?"), name
        assert part["licenses"], name
        assert "not declared" not in str(part["licenses"]), name
    needs = {row["ref"]: row.get("dependsOn", []) for row in json.loads(text)["dependencies"]}
    (pygls,) = [name for name in wheels if name.startswith("wheels/pygls-")]
    assert any(ref.startswith("wheels/lsprotocol-") for ref in needs[pygls])


def test_requirements_pin_every_wheel_and_name_no_index(unpacked: Path):
    hashes = {sha256(path) for path in (unpacked / "wheels").iterdir() if not path.name.startswith("pip-")}
    pinned = set()
    for path in (unpacked / "requirements").iterdir():
        rows = [row for row in path.read_text("utf-8").splitlines() if not row.startswith("#")]
        for row in rows:
            found = re.fullmatch(r"[a-z0-9.-]+==\S+ --hash=sha256:([0-9a-f]{64})", row)
            assert found, row
            pinned.add(found[1])
    assert pinned == hashes


@pytest.mark.parametrize("kind", ["openssl", "ssh-keygen"])
def test_an_auditor_verifies_the_signature_with_standard_tools(kind: str, tmp_path: Path):
    key = tmp_path / "key"
    if kind == "openssl":
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True)
    else:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "release", "-f", key], check=True)
    written = bundle(ROOT, tmp_path / "out", "--sign-key", str(key))
    subprocess.run(["tar", "-xzf", written, "-C", tmp_path], check=True)
    folder = tmp_path / written.name.removesuffix(".tar.gz")
    if kind == "openssl":
        public = tmp_path / "release.pem"
        subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-out", public], check=True)
    else:
        public = tmp_path / "key.pub"

    def install(*words: str) -> subprocess.CompletedProcess[str]:
        command = ["sh", folder / "install.sh", "--dry-run", "--key", public, "--prefix", tmp_path / "p", *words]
        return subprocess.run(command, check=False, capture_output=True, text=True)

    good = install()
    assert good.returncode == 0, good.stderr
    assert "signed with" in good.stdout
    for row in readme_verification(kind):
        command = row.replace("release.pub", str(public)).replace("release.pem", str(public))
        done = subprocess.run(["bash", "-c", command], cwd=folder, check=False, capture_output=True, text=True)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    with (folder / "SHA256SUMS").open("a") as out:
        out.write("\n")
    bad = install()
    assert bad.returncode == 3
    assert "the signature is not of" in bad.stderr


def readme_verification(kind: str) -> list[str]:
    """The commands of the README's section, those of one kind of key."""
    text = (ROOT / "README.md").read_text("utf-8")
    block = re.search(r"<!-- verified: tests/bundle/test_contents\.py -->\n```\n(.*?)```", text, re.DOTALL)
    rows = [row.partition("  #")[0].strip() for row in block[1].splitlines()]
    other = {"openssl": "ssh-keygen", "ssh-keygen": "openssl"}[kind]
    found = [row for row in rows if row and other not in row]
    assert any(kind in row for row in found)
    return found
