"""Sealing for the bank's tuning team: HPKE (RFC 9180) in base mode, as the `cryptography` package has it.

DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305: each record has an ephemeral key of its own, so the machine that
wrote it cannot read it again. The bank makes its pair with `openssl genpkey -algorithm X25519`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from copilot.errors import UsageError
from copilot.files import content
from copilot.messages import say

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

_INFO: Final = b"bank-copilot capture 1"
_MOST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Lock:
    """A public key. `name`: the first 16 hex digits of the SHA-256 of its 32 bytes."""

    name: str
    key: X25519PublicKey


@dataclass(frozen=True, slots=True)
class Opener:
    """A private key, and the name of the public one that belongs to it."""

    name: str
    key: X25519PrivateKey


def lock(path: Path) -> Lock:
    """The public key in a PEM file. Raises UsageError and UnreadableFile."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    key = _loaded(path, load_pem_public_key)
    if not isinstance(key, X25519PublicKey):
        raise UsageError(say("{name} holds no X25519 key in PEM.", name=str(path)))
    return Lock(_name(key), key)


def opener(path: Path) -> Opener:
    """The private key in a PEM file, without a password. Raises UsageError and UnreadableFile."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = _loaded(path, lambda data: load_pem_private_key(data, None))
    if not isinstance(key, X25519PrivateKey):
        raise UsageError(say("{name} holds no X25519 key in PEM.", name=str(path)))
    return Opener(_name(key.public_key()), key)


def seal(data: bytes, to: Lock) -> bytes:
    """`data` so that only the bearer of the private key reads it: 48 bytes longer."""
    sealed: bytes = _suite().encrypt(data, to.key, _INFO)
    return sealed


def unseal(sealed: bytes, by: Opener) -> bytes:
    """What was sealed. Raises ValueError for what was sealed otherwise, or was changed."""
    from cryptography.exceptions import InvalidTag

    try:
        data: bytes = _suite().decrypt(sealed, by.key, _INFO)
    except InvalidTag:
        raise ValueError("not sealed for this key, or changed") from None
    return data


def _suite() -> Any:
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


def _loaded(path: Path, load: Any) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        return load(content(path, limit=_MOST))
    except (ValueError, TypeError, UnsupportedAlgorithm):  # TypeError: it asks for a password
        raise UsageError(say("{name} holds no X25519 key in PEM.", name=str(path))) from None


def _name(key: X25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]
