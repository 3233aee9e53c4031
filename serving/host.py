"""What the configuration expects of this host and does not find: sentences for `serve --check`.

Each would end the start, or show only minutes later, when the engine has loaded. Absent on purpose: starting, writing
or asking anything.
"""

from __future__ import annotations

import os
from pathlib import Path

from serving.config import Config, Vllm
from serving.vllm_command import PLATFORMS


def missing(config: Config) -> list[str]:
    """Sentences, in the order of the file; none where everything is there."""
    told = [
        f"{key}: {folder} cannot be made or written by this user."
        for key, folder in (("store.url", _database(config)), ("audit.folder", config.audit.folder))
        if folder is not None and not _writable(folder, make=key == "audit.folder")
    ]
    root = config.adapters.root
    if root is not None and not root.is_dir():
        told.append(f"adapters.root: there is no folder {root}.")
    return told if config.vllm is None else told + _engine(config, config.vllm)


def _engine(config: Config, vllm: Vllm) -> list[str]:
    told = []
    row = PLATFORMS[vllm.platform]
    program = Path(vllm.python) if row.module else Path(vllm.python).with_name("vllm")
    if not os.access(program, os.X_OK):
        told.append(f"vllm.python: there is no program {program}; it is that of vLLM's own environment.")
    model = Path(vllm.model)
    if not model.is_dir():
        told.append(f"vllm.model: there is no folder {model}; bring the model here, nothing is loaded from a hub.")
    elif not (model / "config.json").is_file():
        told.append(f"vllm.model: {model} holds no config.json, so it is no model's folder.")
    for name, asked in config.models.items():
        if asked.upstream != vllm.upstream:
            continue
        if asked.served not in vllm.served:
            told.append(f"models.{name}.served: {asked.served} is not among vllm.served ({', '.join(vllm.served)}).")
        if asked.context_tokens > vllm.max_model_len:
            told.append(
                f"models.{name}.context_tokens is {asked.context_tokens}, above vllm.max_model_len "
                f"({vllm.max_model_len}): the engine would refuse long prompts."
            )
    if config.adapters.root is not None and not vllm.lora:
        told.append("adapters.root is set and vllm.lora is not: no adapter can be loaded.")
    return told


def _database(config: Config) -> Path | None:
    """The folder of a database that is a file."""
    scheme, _, file = config.store.url.partition(":///")
    return Path(file).parent if scheme.startswith("sqlite") and not config.store.url_env else None


def _writable(folder: Path, *, make: bool) -> bool:
    """Whether files can be made in a folder; `make`: it may be made itself."""
    while make and not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
