"""Whether the gateway can answer: the store, the audit journal, and each upstream by what it really generates.

vLLM's `/health` says only that its process answers HTTP; one generated token proves the engine, at most every thirty
seconds. Looks are kept for two seconds, so that nobody makes work here by asking often.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from copilot.guard.packs import Kept
from serving.errors import Refused
from serving.state import State, store_of
from serving.store import StoreError

KEPT_S: Final = 2.0
GENERATED_S: Final = 30.0
"""A generation probe that went well counts for so long; one that failed is repeated at the next look."""
PROBE_TIMEOUT_S: Final = 5.0
ROOM_BYTES: Final = 64 * 1024 * 1024
"""Less room than this on the journal's disk is not ready: the journal must never stop in the middle."""

ADAPTER: Final = "adapter "
"""How the faults of adapters are named (`adapters.part`)."""

Status = Literal["ready", "degraded", "not-ready", "draining"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str
    advice: str = ""


def _rules(kept: Kept, fault: str) -> Check:
    """The bank's rule packs in force, and which of them nobody signed."""
    told = [pack.label if pack.signer else f"{pack.label} (not signed)" for pack in kept.packs.packs]
    advice = "`bank-copilot rules check FILE` names every rule at fault." if fault else ""
    return Check("rules", not fault, fault or ", ".join(told), advice)


class Readiness:
    """Keeps the last look."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._until = 0.0
        self._last: tuple[Check, ...] = ()
        self._generated: dict[str, float] = {}

    async def look(self, state: State) -> tuple[Status, tuple[Check, ...]]:
        """The status, and every check."""
        async with self._lock:
            if time.monotonic() >= self._until:
                self._last = await self._all(state)
                self._until = time.monotonic() + KEPT_S
        checks = self._last
        if state.draining:
            return "draining", (*checks, Check("drain", ok=False, detail="draining", advice="Send no new work here."))
        upstreams = [check for check in checks if check.name.startswith("upstream ")]
        needed = [check for check in checks if check.name in {"store", "audit"}]
        if not all(check.ok for check in needed) or not any(check.ok for check in upstreams):
            return "not-ready", checks
        return ("ready" if all(check.ok for check in checks) else "degraded"), checks

    async def _all(self, state: State) -> tuple[Check, ...]:
        looked = await asyncio.gather(
            self._store(state), self._audit(state), *(self._upstream(state, name) for name in state.upstreams)
        )
        named = {check.name for check in looked}
        if not state.upstreams:
            advice = "Add an [upstreams.NAME] and a [models.NAME] section to the configuration."
            looked.append(Check("upstream -", ok=False, detail="none is configured", advice=advice))
        if state.packs is not None and state.packs.packs.packs:
            looked.append(_rules(state.packs, state.faults.get("rules", "")))
            named.add("rules")
        faults = {name: why for name, why in state.faults.items() if name not in named}
        others = [Check(name, ok=False, detail=why) for name, why in faults.items() if not name.startswith(ADAPTER)]
        if len(others) < len(faults):  # whose adapters there are is no business of who has no key
            advice = "GET /admin/adapters says which and why."
            others.append(Check("adapters", ok=False, detail=f"{len(faults) - len(others)} closed", advice=advice))
        return (*looked, *others)

    async def _store(self, state: State) -> Check:
        advice = "Look after the database of store.url; known keys go on working meanwhile."
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_S):
                await asyncio.to_thread(store_of(state).revision)
        except StoreError as error:
            return Check("store", ok=False, detail=str(error), advice=advice)
        except TimeoutError:
            return Check("store", ok=False, detail="no answer in time", advice=advice)
        fault = state.faults.get("store", "")
        return Check("store", not fault, fault or "ok", advice if fault else "")

    async def _audit(self, state: State) -> Check:
        advice = "Free or mount the disk of audit.folder; nothing is answered without its record."
        fault = state.faults.get("audit") or await asyncio.to_thread(_unwritable, state.config.audit.folder)
        return Check("audit", not fault, fault or "ok", advice if fault else "")

    async def _upstream(self, state: State, name: str) -> Check:
        check = await self._probe(state, name)
        state.metrics.upstream(name, up=check.ok)
        return check

    async def _probe(self, state: State, name: str) -> Check:
        title, upstream = f"upstream {name}", state.upstreams[name]
        served = next((model.served for model in state.config.models.values() if model.upstream == name), None)
        try:
            status, _ = await upstream.ask("GET", "/health", timeout_s=PROBE_TIMEOUT_S)
            if status != 200:
                return Check(title, ok=False, detail=f"its /health says {status}", advice="Restart the engine.")
            if served is None:
                return Check(title, ok=True, detail="answers; no model uses it")
            if time.monotonic() - self._generated.get(name, -GENERATED_S) < GENERATED_S:
                return Check(title, ok=True, detail="generates")
            body = {"model": served, "prompt": "a", "max_tokens": 1, "temperature": 0}
            status, _ = await upstream.ask("POST", "/v1/completions", body, timeout_s=PROBE_TIMEOUT_S)
        except Refused as error:
            self._generated.pop(name, None)
            advice = "Start the engine, or look at its log and at the network between."
            if state.vllm is not None and state.vllm.state == "starting" and state.vllm.upstream is upstream.settings:
                advice = "Wait: loading a model takes from a minute to many. vllm.log says how far it is."
                return Check(title, ok=False, detail="vLLM is starting", advice=advice)
            return Check(title, ok=False, detail=error.code.replace("_", " "), advice=advice)
        if status == 200:
            self._generated[name] = time.monotonic()
            return Check(title, ok=True, detail="generates")
        if status == 429 or status == 503:  # noqa: PLR1714 -- busy is well
            return Check(title, ok=True, detail="busy")
        advice = {
            401: f"Set the key that the engine wants: upstreams.{name}.key_env.",
            404: f"The engine serves no model {served}: compare --served-model-name with models.*.served.",
        }.get(status, "Look at the engine's log.")
        return Check(title, ok=False, detail=f"a one-token generation was answered with {status}", advice=advice)


def _unwritable(folder: Path) -> str:
    try:
        if not os.access(folder, os.W_OK):
            return "the folder cannot be written"
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return error.strerror or "the folder cannot be read"
    return "" if free >= ROOM_BYTES else f"{free // 2**20} MiB are left on its disk"
