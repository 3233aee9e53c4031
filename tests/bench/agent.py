"""The completion agent beside Tabby's, over one stub server and one script of keys: `python tests/bench/agent.py`.

What the agent itself costs: the stub answers at once, pauses before the model are off on both sides. Each place of a file
is asked anew (miss), asked again (hit), and typed into along what was suggested. Tabby's agent (npm, pinned) is asked
by the method it has, `textDocument/completion`; how many requests reach the model is counted at the stub. Wall time, since a
developer waits for it: compare the two columns, not the machine.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from agent_servers import TABBY, Agent, Editor, Stub, offered, ours, tabby
from report import Figure, publish

SIZES = (50, 1_000, 5_000, 20_000)
PLACES = 24
ANSWER = "value = first * second\n    if value > third:\n        value -= third\n    return value"
KEYS, GAP_S, LATENCY_S = 500, 0.2, 0.15


def source(lines: int) -> str:
    """Python of about so many lines: functions of seven."""
    block = (
        "def fee_{0}(amount, rate, days):\n    base = amount * rate + {0}\n    if days > {1}:\n        base += days * {2}\n"
        "    return base - {0}\n\n\n"
    )
    return "".join(block.format(n, n % 30, n % 7) for n in range(lines // 7 + 1))


@dataclass
class Session:
    """Milliseconds of waiting by kind, model calls while typing along, keys whose answer lost lines, CPU ms a miss, RSS."""

    miss: list[float] = field(default_factory=list)
    hit: list[float] = field(default_factory=list)
    typing: list[float] = field(default_factory=list)
    calls: int = 0
    lost: int = 0
    keys: int = 0
    cpu_ms: float = 0.0
    rss_mb: float = 0.0
    idle_mb: float = 0.0


def session(agent: Agent, root: Path, stub: Stub, lines: int) -> Session:
    """Open a file, ask at places that are all new, ask again, and type along."""
    found = Session()
    path = root / "fees.py"
    text = source(lines)
    time.sleep(2)
    found.idle_mb = agent.rss_mb()
    editor = Editor(agent, path, text)
    stub.answer = lambda _prefix: ANSWER
    starts = [n for n, row in enumerate(editor.rows) if row.startswith("def ")]
    step = max(len(starts) // PLACES, 1)
    time.sleep(3)
    agent.wait(editor.completion(0, 0))
    spent = agent.cpu_ms()
    for number, row in enumerate(reversed(starts[::step][:PLACES])):
        head = "    "
        editor.replace(row, 0, 0, f"def other_{number}(first, second, third):\n{head}\n\n\n")
        began = time.perf_counter()
        reply = agent.wait(editor.completion(row + 1, len(head)))
        found.miss.append((time.perf_counter() - began) * 1000)
        answer = offered(reply, head)
        began = time.perf_counter()
        agent.wait(editor.completion(row + 1, len(head)))
        found.hit.append((time.perf_counter() - began) * 1000)
        if number == PLACES // 2:
            found.cpu_ms = (agent.cpu_ms() - spent) / (number + 1)
            _along(editor, row + 1, head, answer, stub, found)
    found.rss_mb = agent.rss_mb()
    return found


def _along(editor: Editor, row: int, head: str, answer: str | None, stub: Stub, found: Session) -> None:
    """Type what was suggested, asking after each key."""
    before = stub.asked
    whole = answer or ""
    typed, at, column = "", row, len(head)
    for char in whole[:-1]:
        editor.replace(at, column, column, char)
        typed += char
        at, column = (at + 1, 0) if char == "\n" else (at, column + 1)
        began = time.perf_counter()
        reply = editor.agent.wait(editor.completion(at, column))
        found.typing.append((time.perf_counter() - began) * 1000)
        found.keys += 1
        rest = offered(reply, (head + typed).split("\n")[-1])
        found.lost += rest != whole[len(typed) :]
    found.calls = stub.asked - before


TEXT = '''class Account:
    """An account."""

    def __init__(self, number, owner, currency):
        self.number = number
        self.owner = owner
        self.currency = currency
        self.entries = []

    def deposit(self, amount, day):
        if amount <= 0:
            raise ValueError("a deposit is positive")
        self.entries.append((day, amount))
        return self.balance()

    def withdraw(self, amount, day):
        if amount > self.balance():
            raise ValueError("not enough money")
        self.entries.append((day, -amount))
        return self.balance()

    def balance(self):
        return sum(amount for _, amount in self.entries)
'''


@dataclass
class Typing:
    """What the model was asked while somebody typed, and how much of the wait was in vain."""

    keys: int = 0
    asked: int = 0
    shown: int = 0
    orphans: int = 0


def typing(agent: Agent, root: Path, stub: Stub) -> Typing:
    """Type a class at a steady pace, each key a request that takes back the one before, as an editor does.

    The model knows what comes in every other line, and in the others something else.
    """
    found = Typing()
    stub.latency_s = LATENCY_S

    def knows(prefix: str) -> str:
        last = prefix.split("<|fim_suffix|>", maxsplit=1)[0].removesuffix(" ").rstrip("\n")[-24:]
        at = TEXT.find(last) + len(last) if last and TEXT.count(last) == 1 else -1
        if at < 0 or TEXT.count("\n", 0, at) % 2:
            return "something_else = None"
        return TEXT[at : TEXT.find("\n", at)]

    stub.answer = knows
    editor = Editor(agent, root / "account.py", "")
    agent.wait(editor.completion(0, 0))
    stub.asked = 0
    row = column = 0
    last: int | None = None
    for char in TEXT[:KEYS]:
        if last is not None:
            if last in agent.answers:
                found.shown += offered(agent.answers[last], "") is not None
            else:
                agent.cancel(last)
        editor.replace(row, column, column, char)
        row, column = (row + 1, 0) if char == "\n" else (row, column + 1)
        last = editor.completion(row, column)
        found.keys += 1
        time.sleep(GAP_S)
    found.asked = stub.asked
    if last is not None:
        agent.cancel(last)
    time.sleep(1)
    found.orphans, stub.latency_s = stub.running, 0.0
    return found


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return sorted(values)[int(len(values) * 0.95)] if values else float("nan")


def main() -> None:
    """Measure both, print a table, write the figures."""
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("--without-peer", action="store_true", help="ours alone")
    asking.add_argument(
        "--without-typing", action="store_true", help="without the two minutes of typing at a steady pace"
    )
    options = asking.parse_args()
    stub = Stub()
    stub.start()
    kinds = {"ours": lambda root: ours(root, stub, "auto", BANK_COPILOT_COMPLETION_PAUSE_MS="0"),
             "model alone": lambda root: ours(root, stub, "model", BANK_COPILOT_COMPLETION_PAUSE_MS="0")}  # fmt: skip
    if not options.without_peer and TABBY.exists():
        kinds["tabby"] = lambda root: tabby(root, stub)
    table: dict[str, dict[int, Session]] = {name: {} for name in kinds}
    with tempfile.TemporaryDirectory(prefix="bench-agent-") as folder:
        for lines in SIZES:
            for name, opened in kinds.items():
                root = Path(folder) / f"{name.split()[0]}{lines}{len(name)}" / "repo"
                root.mkdir(parents=True)
                (root / "fees.py").write_text(source(lines))
                with opened(root) as agent:
                    one = table[name][lines] = session(agent, root, stub, lines)
                print(
                    f"{name:12} {lines:6} lines  miss {statistics.median(one.miss):7.1f} p95 {p95(one.miss):7.1f}  hit {statistics.median(one.hit):6.1f}"
                    f" p95 {p95(one.hit):6.1f}  typing p95 {p95(one.typing):6.1f} ms  lost {one.lost}/{one.keys}  calls {one.calls}"
                    f"  cpu {one.cpu_ms:6.1f} ms  rss {one.rss_mb:5.0f} (idle {one.idle_mb:.0f}) MB",
                    flush=True,
                )
        largest, mine = SIZES[-1], table["ours"]
        peer = table.get("tabby", {}).get(largest)
        figures = [
            _figure("agent.typing_p95_ms", p95(mine[largest].typing), "ms", 10, peer and p95(peer.typing)),
            Figure("agent.typing_lost", sum(s.lost for s in mine.values()), "keys", "<=", 0, peer and sum(s.lost for s in table["tabby"].values())),
            Figure("agent.typing_model_calls", sum(s.calls for s in mine.values()), "calls", "<=", 0),
            _figure("agent.miss_p95_ms", p95(mine[largest].miss), "ms", 25, peer and p95(peer.miss)),
            _figure("agent.miss_p50_ms", statistics.median(mine[largest].miss), "ms", None, peer and statistics.median(peer.miss)),
            _figure("agent.hit_p95_ms", p95(mine[largest].hit), "ms", 10, peer and p95(peer.hit)),
            _figure("agent.rss_growth_mb", mine[largest].rss_mb - mine[SIZES[0]].rss_mb, "MB", 30, peer and peer.rss_mb - table["tabby"][SIZES[0]].rss_mb),
            _figure("agent.miss_cpu_ms", mine[largest].cpu_ms, "ms CPU", None, peer and peer.cpu_ms),
        ]  # fmt: skip
        if not options.without_typing:
            root = Path(folder) / "typing" / "repo"
            root.mkdir(parents=True)
            with ours(root, stub, "auto") as agent:
                time.sleep(3)
                one = typing(agent, root, stub)
            saved = 100 * (1 - one.asked / one.keys)
            print(f"typing: {one.keys} keys, {one.asked} questions, {one.shown} answers in time", flush=True)
            figures += [
                Figure("agent.requests_saved_pct", saved, "%", ">=", 60),
                Figure("agent.orphans", one.orphans, "generations", "<=", 0),
                Figure("agent.keys_with_a_suggestion_pct", 100 * one.shown / one.keys, "%"),
            ]
    publish("agent", figures)


def _figure(name: str, value: float, unit: str, goal: float | None, peer: float | None) -> Figure:
    return Figure(
        name, value, unit, "" if goal is None else "<=", goal, peer, peer / value if peer and value > 0 else None
    )


if __name__ == "__main__":
    main()
