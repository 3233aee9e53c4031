"""Twenty ways in which a test, or the code under test, does harm or proves nothing, each with the reason to be given.

Every trap is a model's answer about `ledger.py`: a good test and a bad one (`test_trap`). The good one must be offered, the
bad one left out for the reason; `contained` says that the bad one is harmless as it stands. Used by `unit/test_traps.py`
and `bench/traps.py`.
"""

from __future__ import annotations

import hashlib
import re
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from copilot import files, pipeline
from copilot.config import Settings
from copilot.context.index import Index
from copilot.engines.base import Engine
from copilot.engines.replay import ReplayEngine
from copilot.types import Context, Declined, Project, Request, Span, Task, TestsOptions
from copilot.verify import evidence

GOOD = """def test_good():
    assert ledger.fee(Decimal("200")) == Decimal("1.00")
    assert ledger.fee(Decimal("20")) == Decimal("0.50")
"""

CODE = '''"""Fees, and code that a test must not run into."""

import ctypes
import os
import random
import socket
import sys
import time
import urllib.request
from datetime import date
from decimal import Decimal
from pathlib import Path

RATES = {"standard": Decimal("0.005")}


def fee(amount: Decimal) -> Decimal:
    """Half a percent, at least fifty cents."""
    value = (amount * RATES["standard"]).quantize(Decimal("0.01"))
    return max(value, Decimal("0.50"))


def rate_from_outside() -> str:
    return urllib.request.urlopen("http://192.0.2.1/rate", timeout=3).read().decode()


def dated() -> str:
    return date.today().isoformat()


def lottery() -> float:
    return random.random()


def clean() -> None:
    os.remove(__file__)


def endless() -> int:
    number = 0
    while True:
        number += 1


def bomb() -> int:
    children = []
    while True:
        child = os.fork()
        if child == 0:
            time.sleep(30)
            os._exit(0)
        children.append(child)


def huge() -> int:
    return len(bytearray(8 << 30))


def quit_it() -> None:
    sys.exit(0)


def cheaper() -> None:
    RATES["standard"] = Decimal("0.001")


def note() -> str:
    path = Path.home() / "ledger-note.txt"
    path.write_text("fee")
    return path.read_text()


def names() -> list[str]:
    return list({"amber", "birch", "cedar", "dogwood", "elm", "fir", "gorse", "hazel"})


def crash() -> int:
    return ctypes.string_at(0)[0]


def chatter() -> int:
    for number in range(100_000):
        print("line", number)
    return 100_000


def wait() -> int:
    time.sleep(2)
    return 2


def who() -> str:
    return os.environ["USER"]


def datagram() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        return one.sendto(b"x", ("192.0.2.1", 9))


SEEN = []


def seen() -> int:
    SEEN.append(1)
    return len(SEEN)
'''


@dataclass(frozen=True)
class Trap:
    """`body` are the lines of `test_trap`; `reason` is a regular expression over what is said of it."""

    name: str
    body: str
    reason: str
    contained: bool = False
    head: str = ""


TRAPS = (
    Trap("network", 'assert ledger.rate_from_outside() == "1.5"', r"network|unreachable|URLError"),
    Trap("clock", 'assert ledger.dated() == "{today}"', r"on another date"),
    Trap("random", "assert ledger.lottery() < 0.001", r"assert"),
    Trap("file removal", "assert ledger.clean() is None", r"Read-only|Permission|writes outside"),
    Trap("endless loop", "assert ledger.endless() == 1", r"takes too long"),
    Trap("fork bomb", "assert ledger.bomb() == 1", r"starts processes|temporarily unavailable|takes too long"),
    Trap("8 GiB", "assert ledger.huge() == 8 << 30", r"MemoryError"),
    Trap("sys.exit", "assert ledger.quit_it() is None", r"SystemExit"),
    Trap(
        "state pollution",
        'ledger.cheaper()\n    assert ledger.RATES["standard"] == Decimal("0.001")',
        r"leaves RATES changed",
    ),
    Trap("home file", 'assert ledger.note() == "fee"', r"writes outside"),
    Trap("hash order", 'assert ledger.names()[0] == "{first}"', r"run \d|assert"),
    Trap("tautology", "value = ledger.names()\n    assert value == value", r"cannot fail"),
    Trap(
        "self-mock",
        'monkeypatch.setattr(ledger, "fee", lambda amount: Decimal(9))\n    assert ledger.fee(Decimal(1)) == Decimal(9)',
        r"replaces what it tests",
    ),
    Trap("import side effect", "assert ledger.fee(Decimal(0)) == Decimal('0.50')", r"Read-only|Permission",
         head='open(ledger.__file__, "w").write("gone")\n'),
    Trap("segfault", "assert ledger.crash() == 0", r"died"),
    Trap("100k lines", "assert ledger.chatter() == 100_000", r"", contained=True),
    Trap("sleep", "assert ledger.wait() == 2", r"sleeps"),
    Trap("environment", 'assert ledger.who() == "sandbox"', r"run \d"),
    Trap("order", "assert ledger.seen() == 2", r"run \d|assert|leaves SEEN changed"),
    Trap("UDP", "assert ledger.datagram() == 1", r"network|unreachable|not permitted"),
)  # fmt: skip
assert len(TRAPS) == 20


def answer(trap: Trap) -> str:
    """The model's answer for a trap."""
    today = datetime.now(UTC).date().isoformat()
    body = trap.body.replace("{today}", today).replace("{first}", "amber")
    parameter = "monkeypatch" if "monkeypatch" in body else ""
    order = "def test_before():\n    assert ledger.seen() == 1\n\n\n" if trap.name == "order" else ""
    return f"from decimal import Decimal\n\nimport ledger\n\n{trap.head}\n\n{order}{GOOD}\n\ndef test_trap({parameter}):\n    {body}\n"


@dataclass
class Bench:
    """A workbench that replays one answer."""

    project: Project
    engine: Engine
    settings: Settings = field(default_factory=Settings)
    index: Index = field(default_factory=Index)

    def engines(self, _request: Request) -> list[Engine]:
        return [self.engine]

    async def gather(self, _request: Request) -> Context:
        return Context("", "")


def state(*folders: Path) -> str:
    """A hash of all that lies in some folders."""
    found = hashlib.sha256()
    for path in sorted(path for folder in folders for path in folder.rglob("*")):
        found.update(str(path).encode() + (path.read_bytes() if path.is_file() else b""))
    return found.hexdigest()


@dataclass(frozen=True)
class Sprung:
    """What became of a trap: the text that is offered, what is said of the rest, whether the host is as before."""

    offered: str
    said: str
    unchanged: bool

    def held(self, trap: Trap) -> str:
        """Empty when the trap was contained with the right reason; else what went wrong."""
        if not self.unchanged:
            return "the host was changed"
        if trap.contained:
            return "" if "def test_trap" in self.offered else f"left out: {self.said}"
        if "def test_trap" in self.offered:
            return "it was offered"
        if not trap.head and "def test_good" not in self.offered:
            return f"the good test is gone too: {self.said}"
        return "" if re.search(trap.reason, self.said) else f"another reason: {self.said}"


async def sprung(trap: Trap, folder: Path) -> Sprung:
    """Run one trap on a project in `folder` (empty)."""
    root, beside = folder / "project", folder / "beside"
    for each in (root, beside):
        each.mkdir()
    (root / "ledger.py").write_text(CODE, "utf-8")
    (root / "pyproject.toml").write_text("", "utf-8")
    (beside / "bait").write_text("host", "utf-8")
    document = files.read(root / "ledger.py", "python")
    request = Request(Task.TESTS, document, Span(0, len(document)), TestsOptions(budget_s=60))
    before = state(root, beside)
    bench = Bench(Project(root, Path(sys.executable)), ReplayEngine({Task.TESTS: [answer(trap)]}))
    found = await pipeline.suggest(request, bench)
    unchanged = state(root, beside) == before
    if isinstance(found, Declined):
        return Sprung("", evidence.why(found), unchanged)
    said = "; ".join(f.message for f in found.findings if "test_trap" in f.message)
    return Sprung(found.edits[0].new, said, unchanged)
