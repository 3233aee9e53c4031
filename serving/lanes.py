"""Who goes to the upstream next: slots, a bounded queue, classes, and fairness among teams. No I/O and no clock.

Three classes: completion before chat before batch. Inside a class the teams share by tokens (start-time fair queueing):
the team that was served least goes next, so a team with a thousand waiting requests delays the next request of another
by one slot at most. A lower class is passed over a bounded number of times, then has its turn. An eighth of the slots
is kept for completions, since a chat holds a slot for seconds. When the queue is full, the newest request of the
team that fills it gives way to a team that has less waiting.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

COMPLETION: Final = 0
CHAT: Final = 1
BATCH: Final = 2

PRIORITY: Final = (0, 10, 20)
"""vLLM's `priority` of each class; lower goes first."""

PATIENCE: Final = (0, 8, 32)
"""How many requests of higher classes may pass a waiting class before it has its turn."""


class Full(Exception):
    """The queue is full and nothing in it gives way."""


@dataclass(slots=True, eq=False)
class Ticket:
    """One request. `cost` is in tokens. `wake` is called once when its wait ends: True is a slot, False is pushed out."""

    level: int
    team: str
    cost: int
    wake: Callable[[bool], None]
    running: bool = False
    waiting: bool = False


@dataclass(slots=True)
class _Lane:
    """The waiting requests of one class. `start` is each team's virtual time: tokens served, as if it had been alone."""

    teams: dict[str, deque[Ticket]] = field(default_factory=dict)
    start: dict[str, float] = field(default_factory=dict)
    virtual: float = 0.0
    passed: int = 0

    def push(self, ticket: Ticket) -> None:
        queue = self.teams.get(ticket.team)
        if queue is None:
            queue = self.teams[ticket.team] = deque()
            self.start[ticket.team] = max(self.start.get(ticket.team, 0.0), self.virtual)
        queue.append(ticket)

    def pop(self) -> Ticket:
        team = min(self.teams, key=lambda name: (self.start[name], len(self.teams[name])))
        ticket = self.teams[team].popleft()
        self.virtual = self.start[team]
        self.start[team] += ticket.cost
        self.passed = 0
        self._tidy(team)
        return ticket

    def remove(self, ticket: Ticket) -> None:
        self.teams[ticket.team].remove(ticket)
        self._tidy(ticket.team)

    def _tidy(self, team: str) -> None:
        if not self.teams[team]:
            del self.teams[team]
        if not self.teams:
            self.start.clear()
            self.virtual, self.passed = 0.0, 0
        elif len(self.start) > 2 * len(self.teams) + 64:
            self.start = {t: v for t, v in self.start.items() if t in self.teams or v > self.virtual}


class Lanes:
    """The slots and the queue of one upstream."""

    def __init__(self, active: int, queued: int) -> None:
        self.active, self.queued = active, queued
        self.shared = active - active // 8
        """Slots that chat and batch may hold together."""
        self.running = [0, 0, 0]
        self.lanes = (_Lane(), _Lane(), _Lane())
        self.waiting = 0

    def enter(self, ticket: Ticket) -> None:
        """Take a slot (`ticket.running`) or a place in the queue (`ticket.waiting`). Raises Full."""
        if self._free(ticket.level):
            self._run(ticket)
            return
        if self.waiting >= self.queued:
            victim = self._victim(ticket)
            if victim is None:
                raise Full
            self._take(victim)
            victim.wake(False)
        self.lanes[ticket.level].push(ticket)
        ticket.waiting = True
        self.waiting += 1

    def leave(self, ticket: Ticket) -> None:
        """Give back a slot or a place in the queue, whichever it has; who is next is woken. Safe to call twice."""
        if ticket.waiting:
            self._take(ticket)
        elif ticket.running:
            ticket.running = False
            self.running[ticket.level] -= 1
            while self.waiting and (chosen := self._next()) is not None:
                following = self.lanes[chosen].pop()
                following.waiting = False
                self.waiting -= 1
                self._run(following)
                following.wake(True)

    def _run(self, ticket: Ticket) -> None:
        ticket.running = True
        self.running[ticket.level] += 1

    def _take(self, ticket: Ticket) -> None:
        self.lanes[ticket.level].remove(ticket)
        ticket.waiting = False
        self.waiting -= 1

    def _free(self, level: int) -> bool:
        first, chat, batch = self.running
        return first + chat + batch < self.active and (level == COMPLETION or chat + batch < self.shared)

    def _next(self) -> int | None:
        """The class whose turn it is, counting who is passed over."""
        able = [level for level in (COMPLETION, CHAT, BATCH) if self.lanes[level].teams and self._free(level)]
        if not able:
            return None
        due = [level for level in able[1:] if self.lanes[level].passed >= PATIENCE[level]]
        chosen = due[-1] if due else able[0]
        for level in able:
            if level > chosen:
                self.lanes[level].passed += 1
        return chosen

    def _victim(self, ticket: Ticket) -> Ticket | None:
        """Whose place in a full queue `ticket` may take: the newest of the team with the most waiting (batch before chat
        before completion) if that team has at least two more than its own, else the newest of a lower class.
        """
        counts: dict[str, int] = {}
        for lane in self.lanes:
            for team, queue in lane.teams.items():
                counts[team] = counts.get(team, 0) + len(queue)
        if not counts:
            return None
        most = max(counts, key=counts.__getitem__)
        if counts[most] > counts.get(ticket.team, 0) + 1:
            return next(lane.teams[most][-1] for lane in reversed(self.lanes) if most in lane.teams)
        for lower in range(BATCH, ticket.level, -1):
            teams = self.lanes[lower].teams
            if teams:
                return max(teams.values(), key=len)[-1]
        return None
