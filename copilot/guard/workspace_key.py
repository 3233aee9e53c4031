"""The key from which a workspace's surrogates are drawn: 32 random bytes in the user's state folder, readable by him alone.

One key a workspace: the same value has other surrogates in another repository, so that nobody can tell from two prompts
that two teams hold the same card. Lost or deleted, it is made anew, and surrogates change: nothing depends on the old ones.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Final

from copilot import config_sources

_SIZE: Final = 32


@lru_cache(maxsize=64)
def key(root: Path) -> bytes:
    """The key of the workspace at `root`; one for this process alone where the state folder cannot be used."""
    name = hashlib.sha256(os.fsencode(root)).hexdigest()[:32]
    path = config_sources.state_folder() / "surrogates" / name
    try:
        return _kept(path)
    except OSError:
        return secrets.token_bytes(_SIZE)


def _kept(path: Path) -> bytes:
    with contextlib.suppress(FileNotFoundError):
        if len(found := path.read_bytes()) == _SIZE:
            return found
        path.unlink()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    made.touch(mode=0o600)
    made.write_bytes(secrets.token_bytes(_SIZE))
    try:
        with contextlib.suppress(FileExistsError):
            os.link(made, path)  # another process may have been first: its key counts
    except OSError:  # a file system without links
        made.replace(path)
    made.unlink(missing_ok=True)
    return path.read_bytes()
