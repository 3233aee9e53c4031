"""LoRA adapters: which exist, where their files lie, that those are the registered ones, and getting them into vLLM.

An adapter's folder lies below `adapters.root`, holds plain files only (no link, no pickle: loading one would run it),
and its digest is compared before every load, so what was registered is what answers. vLLM's own routes for loading are
open to any path and to every holder of its key; nobody but this module asks them. Engines elsewhere must see the same
root under the same path.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

from serving.engine_client import NoAnswer, ask, parsed
from serving.errors import Refused
from serving.state import State, store_of
from serving.store import AdapterRow, StoreError

NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
SUFFIXES: Final = frozenset({".safetensors", ".json", ".jinja", ".md", ".txt", ".model", ".jsonl"})
NEEDED: Final = ("adapter_config.json", "adapter_model.safetensors")
LOAD_S: Final = 120.0
MOST_FILES: Final = 200


def digest(folder: Path) -> str:
    """SHA-256 over the sorted names and contents of a folder's files. Raises Refused for what may not be in it."""
    files: list[tuple[str, Path]] = []
    for place, folders, names in os.walk(folder, followlinks=False):
        for name in (*folders, *names):
            path = Path(place, name)
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                raise _unfit(f"{name} is a link or no plain file")
        for name in names:
            path = Path(place, name)
            if path.suffix not in SUFFIXES:
                raise _unfit(f"{name} is not of a kind that is loaded ({', '.join(sorted(SUFFIXES))})")
            files.append((path.relative_to(folder).as_posix(), path))
    if len(files) > MOST_FILES:
        raise _unfit(f"it holds more than {MOST_FILES} files")
    missing = [name for name in NEEDED if name not in {inside for inside, _ in files}]
    if missing:
        raise _unfit(f"{missing[0]} is missing")
    whole = hashlib.sha256()
    for inside, path in sorted(files):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").digest()
        label = inside.encode()
        whole.update(len(label).to_bytes(4, "big") + label + content)
    return whole.hexdigest()


def located(state: State, path: str) -> Path:
    """The folder of a registered path. Raises Refused unless it is below the root with no link on the way."""
    root = state.config.adapters.root
    if root is None:
        raise Refused(422, "invalid_request", "No adapters are accepted here: adapters.root is not configured.")
    asked = PurePosixPath(path)
    if not path or "\0" in path or asked.is_absolute() or ".." in asked.parts or "\\" in path:
        raise Refused(422, "invalid_request", "path is relative to adapters.root and stays below it.", param="path")
    base = Path(os.path.realpath(root))
    folder = base / asked
    if folder == base or Path(os.path.realpath(folder)) != folder or not folder.is_dir():
        raise Refused(
            422, "invalid_request", "path names no folder below adapters.root (links do not count).", param="path"
        )
    return folder


def rank(folder: Path) -> int:
    """The adapter's rank. Raises Refused when its configuration does not say."""
    try:
        value = json.loads((folder / "adapter_config.json").read_text("utf-8"))
        return int(value["r"])
    except (OSError, ValueError, KeyError, TypeError):
        raise _unfit("adapter_config.json has no rank `r`") from None


def examined(state: State, path: str, base: str) -> tuple[Path, str]:
    """Folder and digest of an adapter that may be loaded over `base`. Blocks while it reads. Raises Refused."""
    folder = located(state, path)
    found, engine = digest(folder), state.config.vllm
    own = engine is not None and state.config.models[base].upstream == engine.upstream
    if engine is not None and own and not engine.lora:
        raise Refused(409, "conflict", "The engine runs without adapters: set vllm.lora = true and start again.")
    if engine is not None and own and rank(folder) > engine.max_lora_rank:
        raise _unfit(f"its rank {rank(folder)} is above vllm.max_lora_rank = {engine.max_lora_rank}")
    return folder, found


def verified(state: State, row: AdapterRow) -> Path:
    """The folder of a registered adapter whose files are the registered ones. Blocks. Raises Refused."""
    if row.base not in state.config.models:
        raise Refused(409, "conflict", f"Adapter {row.name}: its base {row.base} is no model of the configuration.")
    folder, found = examined(state, row.path, row.base)
    if found != row.digest:
        raise Refused(
            409, "conflict", f"Adapter {row.name}: its files changed since it was registered. Register it again."
        )
    return folder


async def register(state: State, row: AdapterRow) -> AdapterRow:
    """Store an adapter with the digest of its files; a digest given in `row` must be theirs. Raises Refused."""
    models = state.config.models
    if not NAME.fullmatch(row.name) or row.name in models or row.name in {m.served for m in models.values()}:
        raise Refused(422, "invalid_request", "name is taken by a model, or not of a-z, 0-9, . _ -", param="name")
    if row.base not in models:
        raise Refused(422, "invalid_request", "base is no model of the configuration.", param="base")
    _, found = await asyncio.to_thread(examined, state, row.path, row.base)
    if row.digest and row.digest != found:
        raise Refused(409, "conflict", "The files do not have this digest.", param="digest")
    known = await _row(state, row.name)
    if known is not None and known.loaded:
        raise Refused(409, "conflict", f"Adapter {row.name} is loaded: unload it first.")
    made = replace(row, digest=found, loaded=False)
    await asyncio.to_thread(store_of(state).put_adapter, made)
    await _refresh(state)
    return made


async def load(state: State, name: str) -> AdapterRow:
    """Check the files and load them into the engine; from then on the teams reach it. Raises Refused."""
    row = await _known(state, name)
    folder = await asyncio.to_thread(verified, state, row)
    await _put(state, row, folder)
    await asyncio.to_thread(store_of(state).set_loaded, name, True)
    state.faults.pop(part(name), None)
    await _refresh(state)
    return await _known(state, name)


async def unload(state: State, name: str) -> AdapterRow:
    """Close it to the teams, then take it out of the engine (an engine that is away has forgotten it anyway)."""
    row = await _known(state, name)
    await asyncio.to_thread(store_of(state).set_loaded, name, False)
    await _refresh(state)
    state.faults.pop(part(name), None)
    if row.base in state.config.models:
        status = await _engine(state, row, "/v1/unload_lora_adapter", {"lora_name": name}, absent=404)
        if status not in {200, 400, 404}:
            raise Refused(502, "upstream_error", f"The engine answered {status}; the adapter is closed to all teams.")
    return await _known(state, name)


async def permit(state: State, name: str, teams: tuple[str, ...]) -> AdapterRow:
    """Set the teams that may use it. Raises Refused."""
    row = await _known(state, name)
    changed = replace(row, teams=teams)
    await asyncio.to_thread(store_of(state).put_adapter, changed)
    await _refresh(state)
    return changed


async def drop(state: State, name: str) -> None:
    """Unload and forget it; its files stay. Raises Refused."""
    if (await _known(state, name)).loaded:
        await unload(state, name)
    await asyncio.to_thread(store_of(state).drop_adapter, name)
    await _refresh(state)


async def folders(state: State) -> Mapping[str, Path]:
    """What our own engine loads at its start: loaded adapters whose files are still the registered ones."""
    engine, found = state.config.vllm, {}
    for row in await _rows(state):
        model = state.config.models.get(row.base)
        if not row.loaded or engine is None or model is None or model.upstream != engine.upstream:
            continue
        try:
            found[row.name] = await asyncio.to_thread(verified, state, row)
        except Refused as refused:
            await _distrust(state, row, refused.message)
    return found


async def reconcile(state: State) -> None:
    """Make every engine hold what the registry says, for example after one was started again.

    Never raises: an engine or a store that is away is tried again by whoever finds it back.
    """
    for upstream in {model.upstream for model in state.config.models.values()}:
        try:
            rows = [r for r in await _rows(state) if _upstream(state, r) == upstream]
            held = await _held(state, upstream) if rows else frozenset()
            for row in rows:
                await _reconciled(state, row, held)
        except NoAnswer:
            continue
        except StoreError as error:
            state.faults["store"] = str(error)


async def _reconciled(state: State, row: AdapterRow, held: frozenset[str]) -> None:
    """Load or unload one adapter of an engine that holds `held`. Raises NoAnswer and StoreError."""
    try:
        if row.loaded and row.name not in held:
            await _put(state, row, await asyncio.to_thread(verified, state, row))
        elif not row.loaded and row.name in held:
            await _engine(state, row, "/v1/unload_lora_adapter", {"lora_name": row.name}, absent=404)
        state.faults.pop(part(row.name), None)
    except Refused as refused:
        if refused.status == 503:  # the engine went away meanwhile: that says nothing about the adapter
            raise NoAnswer(refused.code) from None
        await _distrust(state, row, refused.message)


async def _distrust(state: State, row: AdapterRow, why: str) -> None:
    """An adapter that is not the registered one answers nobody."""
    state.faults[part(row.name)] = why
    await asyncio.to_thread(store_of(state).set_loaded, row.name, False)
    await _refresh(state)


async def _put(state: State, row: AdapterRow, folder: Path) -> None:
    status = await _engine(
        state, row, "/v1/load_lora_adapter", {"lora_name": row.name, "lora_path": str(folder), "load_inplace": True}
    )
    if status == 404:
        raise Refused(
            409,
            "conflict",
            "The engine takes no adapters while it runs: it needs --enable-lora and "
            "VLLM_ALLOW_RUNTIME_LORA_UPDATING=True, and must see the same files.",
        )
    if status != 200:
        raise Refused(502, "upstream_error", f"The engine refused the adapter ({status}); its log says why.")


async def _engine(state: State, row: AdapterRow, path: str, body: dict[str, Any], *, absent: int | None = None) -> int:
    """The status of a request; `absent` is what an engine that is away counts as. Raises Refused."""
    upstream = state.config.upstreams[state.config.models[row.base].upstream]
    try:
        return (await ask(upstream, "POST", path, body, timeout_s=LOAD_S))[0]
    except NoAnswer:
        if absent is not None:
            return absent
        raise Refused(503, "upstream_unavailable", "The engine is away; try again.", retry_after_s=5) from None


async def _held(state: State, upstream: str) -> frozenset[str]:
    """Adapters in an engine. Raises NoAnswer."""
    status, body = await ask(state.config.upstreams[upstream], "GET", "/v1/models")
    rows = parsed(body).get("data")
    if status != 200 or not isinstance(rows, list):
        raise NoAnswer(str(status))
    return frozenset(str(row.get("id")) for row in rows if isinstance(row, dict) and row.get("parent"))


async def _rows(state: State) -> tuple[AdapterRow, ...]:
    return await asyncio.to_thread(store_of(state).adapters)


async def _row(state: State, name: str) -> AdapterRow | None:
    return next((row for row in await _rows(state) if row.name == name), None)


async def _known(state: State, name: str) -> AdapterRow:
    row = await _row(state, name)
    if row is None:
        raise Refused(404, "not_found", f"There is no adapter {name}.")
    return row


async def _refresh(state: State) -> None:
    await asyncio.to_thread(state.directory.refresh_now)


def _upstream(state: State, row: AdapterRow) -> str | None:
    model = state.config.models.get(row.base)
    return model.upstream if model is not None else None


def part(name: str) -> str:
    """The key of `state.faults` under which it is said what is wrong with an adapter."""
    return f"adapter {name}"


def _unfit(why: str) -> Refused:
    return Refused(422, "invalid_request", f"The adapter's folder cannot be used: {why}.", param="path")
