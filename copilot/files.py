"""Reading and writing source files: encoding, line ends, limits. A file that cannot be read is left untouched.

GB18030 is common in banks: a file that is not UTF-8 but decodes as GB18030 keeps that encoding when written back.
"""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from copilot.errors import UnreadableFile
from copilot.messages import say
from copilot.types import Document, document

MAX_BYTES: Final = 5_000_000
"""Larger files are declined: they are generated or data."""

_BOM: Final = b"\xef\xbb\xbf"


def decode(data: bytes, name: str) -> tuple[str, str]:
    """`(text, encoding)` of a file's bytes; the encoding is `utf-8`, `utf-8-sig`, `gb18030` or `utf-16`.

    Raises UnreadableFile for binary data (a NUL byte, or bytes that are in none of these encodings).
    """
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not wide and b"\0" in data[:65536]:
        raise UnreadableFile(say("{name} is not a text file.", name=name))
    for encoding in ("utf-16",) if wide else ("utf-8-sig" if data.startswith(_BOM) else "utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Some byte sequences decode but are written differently: such a file could not be kept byte for byte.
        if text.encode(encoding) == data:
            return text, encoding
    raise UnreadableFile(say("{name} is neither UTF-8 nor GB18030 text.", name=name))


def encode(text: str) -> bytes:
    """UTF-8 bytes of text from JSON. A surrogate without its other half (JSON can carry one) becomes U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def read(path: Path, language: str | None, *, limit: int = MAX_BYTES) -> Document:
    """The document at `path`, line ends as they stand. Raises UnreadableFile with one clear sentence."""
    data = content(path, limit=limit)
    text, encoding = decode(data, path.name)
    return replace(document(path, language, text), encoding=encoding)


def content(path: Path, *, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a regular file. Raises UnreadableFile, also for what never ends: a device, a pipe, a link to one."""
    try:
        # Opening a pipe waits for its other end unless told not to.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as stream:
            info = os.fstat(stream.fileno())
            if not stat.S_ISREG(info.st_mode):
                raise UnreadableFile(say("{name} is not a regular file.", name=path.name))
            if info.st_size > limit:
                raise UnreadableFile(
                    say(
                        "{name} has {size} bytes, more than the limit of {limit}.",
                        name=path.name,
                        size=info.st_size,
                        limit=limit,
                    )
                )
            return stream.read(limit)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnreadableFile(say("{name} cannot be read: {reason}.", name=path.name, reason=reason)) from None
    except ValueError:  # a NUL in the name
        raise UnreadableFile(say("There is no file of this name.")) from None


def text(path: Path, *, limit: int = 1_000_000) -> str:
    """A small foreign text (a marker, an ignore file), what is not UTF-8 replaced; empty when it cannot be read."""
    with suppress(UnreadableFile):
        return content(path, limit=limit).decode("utf-8", "replace")
    return ""


def write(doc: Document) -> None:
    """Write the document in its own encoding: a new file beside the old one, then an atomic rename.

    Raises UnreadableFile when the disk refuses.
    """
    put(doc.path, doc.text.decode().encode(doc.encoding))


def put(path: Path, data: bytes) -> None:
    """Write a whole file as `write` does. Raises UnreadableFile when the disk refuses."""
    target = path.resolve()
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        kept = target.stat() if target.exists() else None
        # Never readable by more people than the old file is, not for a moment.
        descriptor = os.open(
            fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600 if kept else 0o666
        )
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if kept is not None:
            if hasattr(os, "chown"):
                with suppress(PermissionError):  # someone else's file in a folder of ours
                    os.chown(fresh, kept.st_uid, kept.st_gid)
            fresh.chmod(kept.st_mode & 0o7777)
        fresh.replace(target)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        reason = error.strerror or str(error)
        raise UnreadableFile(say("{name} cannot be written: {reason}.", name=path.name, reason=reason)) from None
