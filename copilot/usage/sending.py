"""Counts to the gateway: one report after the other, over the same connection, key and certificates as every request.

A report that was not answered is sent again as it was, and its id keeps it from counting twice. Absent on purpose: when
(the editor's face has the timer) and anything but the rows of `ledger`.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Final

from copilot.engines.client import Client
from copilot.errors import GatewayUnavailable
from copilot.usage import ledger

PATH: Final = "/v1/copilot/usage"
MOST: Final = 20
"""Reports in a row."""

_REFUSED: Final = frozenset({400, 413, 422})

logger: Final = logging.getLogger(__name__)


async def send(client: Client) -> bool:
    """Send what waits; whether all of it is there now. Raises UsageError when the counts cannot be read."""
    for _ in range(MOST):
        body = await asyncio.to_thread(ledger.report)
        if body is None:
            return True
        try:
            reply = await client.post(PATH, body)
        except GatewayUnavailable as why:
            client.forget()  # so that a new key or certificate is read at the next try
            logger.info("counts wait for the gateway (%s)", why.reason)
            return False
        if reply.status in _REFUSED:  # the same report would be refused for ever, and keep those behind it
            logger.warning("the gateway refuses a report of counts (HTTP %d): it is dropped", reply.status)
        elif reply.status != 200 or not _counted(reply.body):
            client.forget()
            logger.info("counts wait for the gateway (HTTP %d)", reply.status)
            return False
        await asyncio.to_thread(ledger.answered, body["batch"])
    return False


def _counted(body: bytes) -> bool:
    """Whether it is our gateway that answers, and not a proxy's page."""
    try:
        return isinstance(json.loads(body)["counted"], bool)
    except (ValueError, KeyError, TypeError):
        return False
