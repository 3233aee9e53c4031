"""A merge request from its first push to its last, told to any forge, and what stood on the forge then: counts for tests and
for `make bench-review`. Whoever plays it brings a `Place`: a forge of the simulator, or a real server.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import forge_simulator
from bot_case import SAFE, UNSAFE, Case, payload, send

Files = dict[str, str | bytes | None]
FEES = 10
GUARDED = """\
import app


class Transfers:
    @permission_required("transfer.create")
    def transfer(self, source, target, amount):
        self.db.move(source, target, amount)
        return self.db.state(source)
"""
OPEN = GUARDED.replace('    @permission_required("transfer.create")\n', "")
BEFORE: Files = {"bank/transfers.py": GUARDED, "README.md": "core\n"}


@dataclass(frozen=True)
class Seen:
    """A comment of the bot: `thing` is whatever the place knows it by."""

    path: str
    state: Literal["open", "closed"]
    thing: Any


class Place(Protocol):
    """A forge with a bot. `push` comes back when the bot is done."""

    def push(self, files: Files) -> None: ...
    def seen(self) -> list[Seen]: ...
    def dismiss(self, one: Seen) -> None: ...
    def replay(self) -> int: ...


@dataclass
class Story:
    """What came of it. `duplicates`: comments beyond one a finding, at any time; `returned`: dismissed ones that were open again;
    `replayed`: writes after webhooks that came again.
    """

    found: int = 0
    duplicates: int = 0
    fixed: int = 0
    resolved: int = 0
    dismissed: int = 0
    returned: int = 0
    reopened: int = 0
    replayed: int = 0


def told(place: Place, seed: int = 7) -> Story:
    """Ten files with a finding each and a guard that is taken away: moved, sent again, fixed, dismissed, brought back."""
    chance = random.Random(seed)
    story = Story()
    files = {f"src/费 F{n}.java" if n % 2 else f"src/F{n}.java": _fee(n, UNSAFE) for n in range(FEES)}
    names = list(files)

    def pushed(files: Files) -> dict[str, Seen]:
        place.push(files)
        seen = place.seen()
        counts = Counter(one.path for one in seen)
        story.duplicates = max(story.duplicates, sum(counts.values()) - len(counts))
        return {one.path: one for one in seen}

    def moved(text: str) -> str:
        return "".join(f"// {chance.randrange(10**6)}\n" for _ in range(chance.randrange(1, 40))) + text

    first = pushed({**files, "bank/transfers.py": OPEN})
    story.found = len(first)
    pushed({**{name: moved(text) for name, text in files.items()}, "bank/transfers.py": "# shifted\n\n" + OPEN})
    story.replayed += place.replay()
    cured = {name: moved(_fee(n, SAFE)) for n, name in enumerate(names) if n < 4}
    now = pushed({**cured, "bank/transfers.py": "# shifted\n\n" + GUARDED})
    gone = [*cured, "bank/transfers.py"]
    story.fixed = len(gone)
    story.resolved = sum(now[name].state == "closed" for name in gone if name in now)
    quiet = names[4:7]
    for name in quiet:
        place.dismiss(now[name])
    story.dismissed = len(quiet)

    def back(now: dict[str, Seen]) -> None:
        story.returned = max(story.returned, sum(now[name].state == "open" for name in quiet))

    back(pushed({name: moved(files[name]) for name in names[4:]}))
    back(pushed({quiet[0]: _fee(4, SAFE)}))
    now = pushed({quiet[0]: files[quiet[0]], names[0]: moved(files[names[0]])})
    back(now)
    story.reopened = int(now[names[0]].state == "open")
    story.replayed += place.replay()
    counts = Counter(one.path for one in place.seen())
    story.duplicates = max(story.duplicates, sum(counts.values()) - len(counts))
    return story


def _fee(n: int, text: str) -> str:
    return text.replace("Fee", f"F{n}").replace("0.1", f"0.{n + 1}")


class Simulated:
    """A forge of the simulator and the bot's parts, run in order."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.sent: list[bytes] = []
        case.forge.push(BEFORE, "main")

    def push(self, files: Files) -> None:
        head = self.case.forge.push(files)
        self.sent.append(json.dumps(payload(self.case.forge, head)).encode())
        assert self._send(self.sent[-1]) in {"new", "newer"}
        self.case.work()

    def _send(self, body: bytes) -> str:
        return str(asyncio.run(send(self.case.config, self.case.forge.kind, body))[1]["status"])

    def seen(self) -> list[Seen]:
        return [
            Seen(
                one.place.get("path") or one.place.get("new_path") or one.place["old_path"],
                "closed" if one.closed or "**Fixed in" in one.body else "open",
                one,
            )
            for one in self.case.forge.threads
        ]

    def dismiss(self, one: Seen) -> None:
        one.thing.closed, one.thing.closed_by = True, "lead.zhang"

    def replay(self) -> int:
        before = len(self._writes())
        for body in self.sent:
            self._send(body)
        self.case.work()
        return len(self._writes()) - before

    def _writes(self) -> list[forge_simulator.Request]:
        return [one for one in self.case.forge.seen if one.method != "GET" and "query" not in _query(one)]


def _query(one: forge_simulator.Request) -> str:
    """The first word of a GraphQL request: `query` reads."""
    return str((one.body or {}).get("query", "")).split(" ", 1)[0].split("(")[0] if isinstance(one.body, dict) else ""
