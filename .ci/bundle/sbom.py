"""The bill of materials: CycloneDX 1.6 in JSON, of every file of the bundle, the same bytes for the same files.

Licences are the ones that a package declares. Where it declares none as an SPDX expression, the words it uses stand as
they are: nobody here decides what "BSD License" means. Raises NotPossible where the schema is not met.
"""

from __future__ import annotations

import email
import json
import re
import uuid
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from typing import Any, Final

from archive import files
from cyclonedx.factory.license import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License, LicenseAcknowledgement, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.spdx import is_supported_id
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from source import NotPossible, Source
from wheels import Target, digest

NAME: Final = "sbom.cdx.json"

_CLASSIFIERS: Final = {
    "Apache Software License": "Apache-2.0",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "ISC License (ISCL)": "ISC",
}
"""Classifiers that can mean one licence only."""

_LICENCES: Final = LicenseFactory()


def write(folder: Path, source: Source, targets: Iterable[Target]) -> list[str]:
    """Write `sbom.cdx.json` of all that lies in `folder`; returns one line a component, `name version: licence`."""
    parts = {path: _component(path, folder) for path in files(folder)}
    bom = Bom(components=parts.values())
    root = Component(
        name="bank-copilot-bundle", version=source.version, type=ComponentType.APPLICATION, bom_ref="bundle"
    )
    root.licenses.add(_licence("Apache-2.0"))
    bom.metadata.component = root
    bom.metadata.timestamp = datetime.fromtimestamp(source.epoch, UTC)
    bom.metadata.properties.add(Property(name="bank-copilot:commit", value=source.commit))
    bom.register_dependency(root, parts.values())
    _dependencies(bom, parts, list(targets))
    # Named after what it lists, so that the same files have the same number.
    listed = "\n".join(f"{path.relative_to(folder).as_posix()} {digest(path)}" for path in parts)
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_OID, f"{source.commit}\n{listed}")
    text = JsonV1Dot6(bom).output_as_string(indent=1)
    if (wrong := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)) is not None:
        raise NotPossible(f"the bill of materials does not meet CycloneDX 1.6: {wrong}")
    (folder / NAME).write_text(text + "\n", "utf-8")
    return sorted(f"{part.name} {part.version}: {_words(part)}" for part in parts.values() if part.version)


def _component(path: Path, folder: Path) -> Component:
    place = path.relative_to(folder).as_posix()
    if path.suffix == ".whl":
        part = _wheel(path, place)
    elif path.suffix == ".vsix":
        part = _extension(path, place)
    else:
        part = Component(name=place, type=ComponentType.FILE, bom_ref=place)
    part.hashes.add(HashType(alg=HashAlgorithm.SHA_256, content=digest(path)))
    part.properties.add(Property(name="bank-copilot:file", value=place))
    return part


def _wheel(path: Path, place: str) -> Component:
    known = metadata(path)
    name, version = canonicalize_name(known["Name"]), known["Version"]
    own = name == "bank-copilot"
    part = Component(
        name=name,
        version=version,
        description=known["Summary"],
        type=ComponentType.APPLICATION if own else ComponentType.LIBRARY,
        purl=PackageURL("pypi", None, name, version, {"file_name": path.name}),
        bom_ref=place,
    )
    for licence in _declared(known):
        part.licenses.add(licence)
    return part


def metadata(wheel: Path) -> Message:
    """The core metadata of a wheel."""
    with zipfile.ZipFile(wheel) as opened:
        name = next(name for name in opened.namelist() if name.count("/") == 1 and name.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(opened.read(name))


def _declared(known: Message) -> list[License]:
    classified = [row.rpartition(" :: ")[2] for row in known.get_all("Classifier", []) if row.startswith("License ::")]
    if known["License-Expression"]:
        return [_licence(known["License-Expression"])]
    if known["License"] and is_supported_id(known["License"]):
        return [_licence(known["License"])]
    named = [_CLASSIFIERS.get(row, row) for row in classified] or [(known["License"] or "not declared").splitlines()[0]]
    return [_licence(row) for row in named]


def _licence(text: str) -> License:
    return _LICENCES.make_from_string(text, license_acknowledgement=LicenseAcknowledgement.DECLARED)


def _words(part: Component) -> str:
    return ", ".join(
        one.value if isinstance(one, LicenseExpression) else one.id or one.name or "" for one in part.licenses
    )


def _dependencies(bom: Bom, parts: dict[Path, Component], targets: list[Target]) -> None:
    """Who needs whom, on any of the targets. Our own optional groups count: the gateway's wheels are theirs."""
    by_name: dict[str, list[Component]] = {}
    for part in parts.values():
        if part.purl is not None and part.purl.type == "pypi":
            by_name.setdefault(part.name, []).append(part)
    for path, part in parts.items():
        if path.suffix != ".whl":
            continue
        known = metadata(path)
        extras = ["", *(known.get_all("Provides-Extra", []) if part.name == "bank-copilot" else [])]
        needed = {
            canonicalize_name(wanted.name)
            for wanted in map(Requirement, known.get_all("Requires-Dist", []))
            if any(target.holds(wanted, extra) for target in targets for extra in extras)
        }
        bom.register_dependency(part, [other for name in sorted(needed) for other in by_name.get(name, [])])


def extension(vsix: Path) -> dict[str, Any]:
    """The `package.json` of a VS Code extension."""
    with zipfile.ZipFile(vsix) as opened:
        return dict(json.loads(opened.read("extension/package.json")))


def _extension(path: Path, place: str) -> Component:
    known = extension(path)
    part = Component(
        name=known["name"],
        group=known["publisher"],
        version=known["version"],
        type=ComponentType.APPLICATION,
        bom_ref=place,
        components=_npm(path, place),
    )
    if known.get("license"):
        part.licenses.add(_licence(known["license"]))
    return part


def _npm(vsix: Path, place: str) -> list[Component]:
    """The npm packages that went into the extension: headings `name version (licence)` of its THIRD-PARTY.txt."""
    with zipfile.ZipFile(vsix) as opened:
        if "extension/THIRD-PARTY.txt" not in opened.namelist():
            return []
        text = opened.read("extension/THIRD-PARTY.txt").decode("utf-8")
    parts = []
    for whole, version, licence in re.findall(r"^={20,}\n(\S+) (\S+) \((.+)\)$", text, re.MULTILINE):
        group, _, name = whole.rpartition("/")
        parts.append(
            Component(
                name=name,
                group=group or None,
                version=version,
                type=ComponentType.LIBRARY,
                licenses=[_licence(licence)],
                purl=PackageURL("npm", group or None, name, version),
                bom_ref=f"{place}#{whole}@{version}",
            )
        )
    return parts
