"""One module a kind of forge: what its webhooks say, and what it is told, by its own documentation."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from serving.bots.config import Kind
from serving.bots.forge import Forge


def named(kind: Kind) -> Forge:
    """The module of a kind of forge."""
    return cast("Forge", import_module(f"serving.bots.forges.{kind}"))
