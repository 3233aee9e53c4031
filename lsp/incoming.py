"""From a decoded JSON value to a typed request or notification, forgiving where editors are careless.

Absent on purpose: replies to our own requests, and what a message does (`protocol.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from cattrs import Converter
from lsprotocol import types
from pygls.protocol import JsonRPCNotification, JsonRPCRequestMessage

VERSION: Final = "2.0"

_NO_PARAMS: Final = frozenset({types.SHUTDOWN, types.EXIT})
_SOME_PARAMS: Final = frozenset({types.INITIALIZE, types.INITIALIZED})

logger: Final = logging.getLogger(__name__)


class Malformed(Exception):
    """A message that is no JSON-RPC or whose parameters do not fit the method; `text` quotes nothing but the method."""

    def __init__(self, code: types.ErrorCodes, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code.value, text


def structured(data: Any, converter: Converter, kind_of: Callable[[str], type[Any] | None]) -> Any:
    """The typed message; `kind_of` gives a method's type, None when it is unknown (its parameters stay plain values).

    Raises Malformed.
    """
    if not isinstance(data, dict) or data.get("jsonrpc") != VERSION:
        raise Malformed(types.ErrorCodes.InvalidRequest, "Invalid Request")
    method, is_request = data.get("method"), "id" in data
    identifier = data.get("id", 0)
    if not isinstance(method, str) or not isinstance(identifier, int | str) or isinstance(identifier, bool):
        raise Malformed(types.ErrorCodes.InvalidRequest, "Invalid Request")
    kind = kind_of(method)
    if kind is None:
        if is_request:
            return JsonRPCRequestMessage(identifier, method, VERSION, data.get("params"))
        return JsonRPCNotification(method, VERSION, data.get("params"))
    if is_request != hasattr(kind, "id"):  # a notification sent as a request, or the other way round
        raise Malformed(types.ErrorCodes.MethodNotFound, f"Method Not Found: {method}")
    try:
        return converter.structure(_tolerated(method, data), kind)
    except Exception:  # noqa: BLE001 -- cattrs raises many kinds, each quoting the value
        if method == types.INITIALIZE and isinstance(data.get("params"), dict):
            return _initialize(data, converter)
        raise Malformed(types.ErrorCodes.InvalidParams, f"Invalid Params: {method}") from None


def _tolerated(method: str, data: dict[str, Any]) -> dict[str, Any]:
    """The message with what some editors leave out or put in."""
    if method in _NO_PARAMS:
        return {**data, "params": None}
    if method in _SOME_PARAMS:
        params = data.get("params") or {}
        if method == types.INITIALIZE and isinstance(params, dict):
            params = {"capabilities": {}, **params}
        return {**data, "params": params}
    return data


def _initialize(data: dict[str, Any], converter: Converter) -> types.InitializeRequest:
    """The request with only those client capabilities (by area) that this version understands."""
    given = data["params"].get("capabilities")
    fitting: dict[str, Any] = {}
    for area, value in given.items() if isinstance(given, dict) else ():
        try:
            converter.structure({area: value}, types.ClientCapabilities)
        except Exception:  # noqa: BLE001 -- cattrs raises many kinds
            logger.warning("client capabilities of one area were not understood and are ignored")
        else:
            fitting[area] = value
    reduced = {**data, "params": {**data["params"], "capabilities": fitting}}
    try:
        return converter.structure(reduced, types.InitializeRequest)
    except Exception:  # noqa: BLE001 -- cattrs raises many kinds
        raise Malformed(types.ErrorCodes.InvalidParams, "Invalid Params: initialize") from None
