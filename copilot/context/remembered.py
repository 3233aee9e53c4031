"""What was made of pieces of text, as long as there is room: the pieces used last stay. Any thread may ask.

Absent on purpose: what is made (`pieces`, `uses`).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Made = TypeVar("Made")
Language = TypeVar("Language", bound=str | None)


class Remembered(Generic[Made, Language]):
    """`make(text, language)`, remembered for at most `room` characters of text, the last one always."""

    def __init__(self, make: Callable[[str, Language], Made], room: int) -> None:
        self._make, self._room = make, room
        self._made: OrderedDict[tuple[Language, str], Made] = OrderedDict()
        self._held = 0
        self._lock = threading.Lock()

    def of(self, text: str, language: Language) -> Made:
        """What is made of a text, now or earlier. Two threads may make the same at a time; one of them is kept."""
        key = (language, text)
        with self._lock:
            found = self._made.get(key)
            if found is not None:
                self._made.move_to_end(key)
                return found
        found = self._make(text, language)
        with self._lock:
            if key in self._made:
                return self._made[key]
            self._made[key] = found
            self._held += len(text)
            while self._held > self._room and len(self._made) > 1:
                self._held -= len(self._made.popitem(last=False)[0][1])
        return found
