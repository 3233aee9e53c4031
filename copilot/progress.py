"""Telling the person who waits how far long work is: a callback carried by the running task's context.

A face installs a listener with `listening`; engines and checks call `report`. Without a listener nothing happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[str, float | None], None]

_listener: ContextVar[Listener | None] = ContextVar("progress_listener", default=None)


def report(message: str, fraction: float | None = None) -> None:
    """Say what is going on; `fraction` in 0..1 when the length of the work is known."""
    if (listener := _listener.get()) is not None:
        listener(message, fraction)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Send the reports made inside this block (and in tasks started from it) to `listener`."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
