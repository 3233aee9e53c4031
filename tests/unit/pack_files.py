"""Rule packs of our own writing, as large as those that banks own, with every feature of the formats."""

from __future__ import annotations

import base64
import random
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat


def gitleaks(rules: int = 220, seed: int = 1) -> str:
    """A file in gitleaks' format with so many rules: `vendorN_` and a run of letters and digits, some behind a name."""
    rng = random.Random(seed)
    parts = ['title = "made"\nversion = "7"\n']
    for n in range(rules):
        size = rng.randint(24, 40)
        if n % 3:
            regex, keywords = rf"\b(vnd{n}x_[a-zA-Z0-9]{{{size}}})(?:['\"\s;]|$)", [f"vnd{n}x_"]
        else:
            regex = rf"(?i)[\w.-]{{0,50}}?(?:vendor{n}q)(?:[ \t\w.-]{{0,20}})[\s'\"]{{0,3}}(?:=|>|:{{1,3}}=|\|\||:|=>|\?=|,)[\x60'\"\s=]{{0,5}}([a-z0-9]{{{size}}})(?:[\x60'\"\s;]|\\[nr]|$)"
            keywords = [f"vendor{n}q"]
        parts.append(
            f"[[rules]]\nid = \"made-{n}\"\ndescription = \"made\"\nregex = '''{regex}'''\nkeywords = {keywords!r}\n"
            + ("entropy = 3\n" if n % 2 else "")
        )
    return "\n".join(parts)


def key(folder: Path, name: str = "bank") -> tuple[Path, Path]:
    """Files of a private and a public key."""
    private = Ed25519PrivateKey.generate()
    secret, public = folder / f"{name}.key", folder / f"{name}.pem"
    secret.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return secret, public


def broken(signature: bytes) -> bytes:
    """Another signature of the right length."""
    raw = bytearray(base64.b64decode(signature))
    raw[7] ^= 1
    return base64.b64encode(bytes(raw))
