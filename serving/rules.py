"""The bank's rule packs at the gateway: read at the start, and again within a second when a file changes.

A changed pack is compiled in a thread; requests go on under the old one, each under one version from its start to its end.
A pack that cannot be used changes nothing: the old ones stay in force, and log, metrics and `/ready` say so.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from typing import Final

from copilot.guard.packs import Kept, Wanted
from serving.config import Guard
from serving.state import State

log: Final = logging.getLogger("bank-copilot.gateway")

LOOK_S: Final = 0.25
"""Between two looks at the files."""
FAULT: Final = "rules"
"""The fault of `State.faults`."""


def opened(settings: Guard) -> Kept:
    """The packs of the configuration. Raises ConfigError: a gateway without the rules it should have does not start."""
    files, keys = (tuple(map(str, row)) for row in (settings.packs, settings.pack_keys))
    kept = Kept(Wanted(files, keys, settings.unsigned_packs, settings.skip_bad_rules))
    for pack in kept.packs.packs:
        if not pack.signer:
            log.warning("the rule pack %s is not signed by a configured key (guard.unsigned_packs)", pack.label)
        for name, reason in pack.left_out:
            log.warning("the rule pack %s: rule %s is left out: %s", pack.label, name, reason)
    return kept


async def follow(state: State) -> None:
    """Look at the files as long as the gateway runs."""
    kept = state.packs
    while kept is not None and kept.wanted.files:
        await asyncio.sleep(LOOK_S)
        if await asyncio.to_thread(kept.refresh):
            _swapped(state, kept)


def _swapped(state: State, kept: Kept) -> None:
    state.metrics.ruled(kept.packs.packs, failures=kept.failures)
    if kept.fault:
        log.error("rule packs: %s The ones before stay in force.", kept.fault)
        state.faults[FAULT] = f"{kept.fault} The ones before stay in force: {kept.packs.label}"
        return
    state.faults.pop(FAULT, None)
    if state.policy.packs is not kept.packs:
        state.policy = dataclasses.replace(state.policy, packs=kept.packs)
        state.said_policy = dataclasses.replace(state.said_policy, packs=kept.packs)
        log.info("rule packs in force: %s", kept.packs.label)
