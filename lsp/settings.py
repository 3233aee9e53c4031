"""The editor's configuration: asked for after `initialized`, taken when pushed, never waited for by a request.

Absent on purpose: what a setting means and who may set it (`copilot/config.py` refuses what a workspace may not set).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from copilot.messages import say
from lsp import convert

if TYPE_CHECKING:
    from lsp.server import Server

SECTION: Final = "bankCopilot"
_WAIT_S: Final = 10.0

logger: Final = logging.getLogger(__name__)


def table(value: Any) -> Mapping[str, Any]:
    """The settings in what an editor sends: our section, or an object that holds it; anything else is empty."""
    if not isinstance(value, Mapping):
        return {}
    inner = value.get(SECTION, value)
    return inner if isinstance(inner, Mapping) else {}


async def pull(server: Server) -> None:
    """Ask the editor for the settings of every root. When it does not answer, one message, and defaults hold."""
    roots = list(server.folders.roots)
    items = [types.ConfigurationItem(convert.uri_of(root), SECTION) for root in roots]
    items.append(types.ConfigurationItem(None, SECTION))
    try:
        asked = server.workspace_configuration_async(types.ConfigurationParams(items))
        answers = await asyncio.wait_for(asked, _WAIT_S)
        tables = [table(answer) for answer in answers]
        server.folders.own = dict(zip(roots, tables[:-1], strict=True))
        server.folders.general = tables[-1]
    except asyncio.CancelledError:
        raise
    except Exception as error:
        logger.warning("the editor did not answer the configuration request", exc_info=error)
        server.tell(say("The editor did not give its settings; defaults are used."), types.MessageType.Warning)
        return
    server.configured()
