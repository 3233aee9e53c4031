"""A candidate for the context while it is looked at: a definition with what every source says of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from copilot.context.symbols import Unit


@dataclass(slots=True)
class Found:
    """A candidate: its definition, what each source says of it, and what they say of its members (by name).

    `called`: names that probably hold it (variables, fields), as which code speaks of it.
    """

    unit: Unit
    values: dict[str, float] = field(default_factory=dict)
    members: dict[str, dict[str, float]] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    rrf: float = 0.0

    def say(self, name: str, value: float) -> None:
        """Keep the highest value of a source."""
        if value > self.values.get(name, 0.0):
            self.values[name] = value
