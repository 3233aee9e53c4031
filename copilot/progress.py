"""Telling who waits how far the work is: callbacks carried by the running task's context.

A face installs a listener with `listening`; engines and checks call `report`. Who can do with a part of an answer
listens with `hearing`; an engine whose answer comes piece by piece calls `heard`. Without a listener nothing happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[str, float | None], None]

_listener: ContextVar[Listener | None] = ContextVar("progress_listener", default=None)
_hearer: ContextVar[Callable[[str], None] | None] = ContextVar("progress_hearer", default=None)


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


def heard(text: str) -> None:
    """Say what an answer holds so far: nothing at first, when the question goes out."""
    if (hearer := _hearer.get()) is not None:
        hearer(text)


@contextmanager
def hearing(hearer: Callable[[str], None]) -> Iterator[None]:
    """Send what is heard inside this block (and in tasks started from it) to `hearer`."""
    token = _hearer.set(hearer)
    try:
        yield
    finally:
        _hearer.reset(token)
