"""The language server's figures beside stock pygls in the same run: `python tests/bench/lsp.py`.

A plain driver writes framed JSON-RPC to the real `bank-copilot lsp` over pipes. A change is timed together with a
trivial command after it, whose reply proves that the change was applied. CPU time is the server process's own, from
/proc. The 500-edit change of stock pygls takes most of a minute, so a twentieth of it is run and multiplied: each of
its edits splits the whole file, so that the cost is proportional.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cost
from report import Figure, publish

HERE = Path(__file__).parent
SCRIPT = Path(sys.executable).with_name("bank-copilot")
OURS = [str(SCRIPT), "lsp", "--engine", "replay"]
STOCK = [sys.executable, "-I", str(HERE / "stock.py")]
PROBE = [sys.executable, "-I", str(HERE.parent / "e2e" / "probe.py")]

LINES = 50_000
EDITS = 500
SCALE = 20
REPEATS = 300
STARTS = 7
FORBIDDEN = ("pygls", "lsprotocol", "fastapi", "aiohttp")

CAPABILITIES = {
    "workspace": {"configuration": False},
    "textDocument": {"inlineCompletion": {}, "diagnostic": {}, "codeAction": {"dataSupport": True}},
}


class Driver:
    """One server process, driven without an event loop, so that only the server is measured."""

    def __init__(self, command: list[str], root: Path) -> None:
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._in, self._out = self.process.stdin, self.process.stdout
        self._last = 0
        params = {"processId": os.getpid(), "rootUri": root.as_uri(), "capabilities": CAPABILITIES}
        self.wait(self.send("initialize", params))

    def cpu_ms(self) -> float:
        """CPU milliseconds of the process so far, all its threads (the kernel counts in nanoseconds)."""
        return cost.cpu_ms(self.process.pid)

    def rss_mb(self) -> float:
        """Resident memory in megabytes."""
        return cost.rss_mb(self.process.pid)

    def send(self, method: str, params: Any, *, request: bool = True) -> int:
        """Write one message; the id of a request."""
        self._last += 1
        message = {"jsonrpc": "2.0", "method": method, "params": params} | ({"id": self._last} if request else {})
        body = json.dumps(message).encode()
        self._in.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._in.flush()
        return self._last

    def notify(self, method: str, params: Any) -> None:
        """Write a notification."""
        self.send(method, params, request=False)

    def wait(self, identifier: int) -> dict[str, Any]:
        """Read until the reply with this id."""
        while True:
            length = 0
            while (line := self._out.readline()) != b"\r\n":
                if not line:
                    raise RuntimeError("the server ended")
                if line.startswith(b"Content-Length:"):
                    length = int(line.split(b":")[1])
            message: dict[str, Any] = json.loads(self._out.read(length))
            if message.get("id") == identifier and "method" not in message:
                return message

    def ping(self) -> None:
        """A round trip of a command that does nothing."""
        params = {"command": "bankCopilot.acceptCompletion", "arguments": ["0"]}
        assert "result" in self.wait(self.send("workspace/executeCommand", params))

    def open(self, uri: str, text: str) -> None:
        """Open a document and wait until it is there."""
        item = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        self.ping()

    def change(self, uri: str, version: int, edits: list[tuple[int, int, int, str]]) -> None:
        """One didChange with edits on single lines."""
        events = [
            {"range": {"start": {"line": line, "character": a}, "end": {"line": line, "character": b}}, "text": text}
            for line, a, b, text in edits
        ]
        identifier = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", {"textDocument": identifier, "contentChanges": events})

    def close(self) -> None:
        """Leave in order."""
        self.wait(self.send("shutdown", None))
        self.notify("exit", None)
        self.process.wait(30)
        self._in.close()
        self._out.close()


@contextmanager
def driving(command: list[str], root: Path) -> Iterator[Driver]:
    """A server past its handshake and settled (what it loads in the background is loaded)."""
    driver = Driver(command, root)
    driver.notify("initialized", {})
    try:
        yield driver
    finally:
        driver.close()


def source(lines: int) -> str:
    """Python that looks like code: functions of five lines."""
    block = "def step_{0}(amount, rate):\n    total = amount * rate\n    if total > {0}:\n        total -= {0}\n    return total\n"
    return "".join(block.format(i) for i in range(lines // 5))


def settle(driver: Driver) -> None:
    """Wait until the process has been idle for half a second."""
    before = -1.0
    while (now := driver.cpu_ms()) - before > 5:
        before = now
        time.sleep(0.5)


def timed(work: Callable[[int], None], repeats: int = REPEATS) -> tuple[float, float]:
    """p50 and p95 of the wall milliseconds of `work`."""
    times = []
    for number in range(repeats):
        begun = time.perf_counter()
        work(number)
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times), sorted(times)[int(len(times) * 0.95)]


def changes(command: list[str], root: Path) -> tuple[float, float]:
    """p50 and p95 of typing a character in the middle of a large file."""
    with driving(command, root) as driver:
        uri = (root / "large.py").as_uri()
        driver.open(uri, source(LINES))
        settle(driver)

        def stroke(number: int) -> None:
            driver.change(uri, number + 2, [(LINES // 2 + 1, 12 + number, 12 + number, "x")])
            driver.ping()

        return timed(stroke)


def bulk(command: list[str], root: Path, edits: int, repeats: int) -> float:
    """CPU milliseconds of one didChange with many edits, spread over a large file (median)."""
    with driving(command, root) as driver:
        uri = (root / "large.py").as_uri()
        driver.open(uri, source(LINES))
        settle(driver)
        spent = []
        for number in range(repeats):
            step = LINES // edits
            before = driver.cpu_ms()
            driver.change(uri, number + 2, [(i * step, 4, 4, "y") for i in range(edits)])
            driver.ping()
            spent.append(driver.cpu_ms() - before)
        return statistics.median(spent)


def silent_completions(command: list[str], root: Path) -> tuple[float, float]:
    """p50 and p95 of an inline completion that finds nothing."""
    with driving(command, root) as driver:
        uri = (root / "module.py").as_uri()
        driver.open(uri, source(500))
        settle(driver)

        def ask(number: int) -> None:
            params = {
                "textDocument": {"uri": uri},
                "position": {"line": 5 * (number % 90) + 1, "character": 12},
                "context": {"triggerKind": 2},
            }
            assert driver.wait(driver.send("textDocument/inlineCompletion", params))["result"] is None

        timed(ask, 20)
        return timed(ask)


def cancellations(command: list[str], root: Path) -> tuple[float, float]:
    """p50 and p95 from the cancel notification to the error reply."""
    with driving(command, root) as driver:
        settle(driver)
        times = []
        for _ in range(50):
            identifier = driver.send("probe/wait", {})
            time.sleep(0.005)
            begun = time.perf_counter()
            driver.notify("$/cancelRequest", {"id": identifier})
            assert driver.wait(identifier)["error"]["code"] == -32800
            times.append((time.perf_counter() - begun) * 1000)
        return statistics.median(times), sorted(times)[int(len(times) * 0.95)]


def starts(command: list[str], root: Path) -> tuple[float, float]:
    """Median CPU milliseconds and memory at the `initialize` reply of a cold start."""
    cpu, memory = [], []
    for _ in range(STARTS):
        driver = Driver(command, root)
        cpu.append(driver.cpu_ms())
        memory.append(driver.rss_mb())
        driver.close()
    return statistics.median(cpu), statistics.median(memory)


def help_cpu_ms() -> float:
    """Median CPU milliseconds of `bank-copilot --help`."""
    spent = []
    for _ in range(STARTS):
        process = subprocess.Popen([str(SCRIPT), "--help"], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        spent.append((usage.ru_utime + usage.ru_stime) * 1000)
    return statistics.median(spent)


def help_imports() -> int:
    """How many of the forbidden packages `--help` imports."""
    code = (
        "import sys\n"
        "from copilot.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"sys.stderr.write(str(sum(name in sys.modules for name in {FORBIDDEN})))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    return int(done.stderr)


def figures(root: Path) -> list[Figure]:
    """Every figure of the table."""
    ours_change, stock_change = changes(OURS, root), changes(STOCK, root)
    ours_bulk, stock_bulk = bulk(OURS, root, EDITS, 5), SCALE * bulk(STOCK, root, EDITS // SCALE, 1)
    ours_silent, stock_silent = silent_completions(OURS, root), silent_completions(STOCK, root)
    ours_cancel, stock_cancel = cancellations(PROBE, root), cancellations(STOCK, root)
    ours_start, stock_start = starts(OURS, root), starts(STOCK, root)
    ratio = stock_change[1] / ours_change[1]
    return [
        Figure("lsp.change_p95_ms", ours_change[1], "ms", "<=", 2, stock_change[1], ratio),
        Figure(
            "lsp.change_p95_ms_p50", ours_change[0], "ms", "", None, stock_change[0], stock_change[0] / ours_change[0]
        ),
        Figure("lsp.change_p95_ms_ratio", ratio, "x", ">=", 5),
        Figure("lsp.bulk_500_ms", ours_bulk, "ms CPU", "<=", 150, stock_bulk, stock_bulk / ours_bulk),
        Figure(
            "lsp.inline_noop_p95_ms", ours_silent[1], "ms", "<=", 1, stock_silent[1], stock_silent[1] / ours_silent[1]
        ),
        Figure(
            "lsp.inline_noop_p95_ms_p50",
            ours_silent[0],
            "ms",
            "",
            None,
            stock_silent[0],
            stock_silent[0] / ours_silent[0],
        ),
        Figure("lsp.cancel_ms", ours_cancel[1], "ms", "<=", 20, stock_cancel[1], stock_cancel[1] / ours_cancel[1]),
        Figure("lsp.cancel_ms_p50", ours_cancel[0], "ms", "", None, stock_cancel[0], stock_cancel[0] / ours_cancel[0]),
        Figure("lsp.start_cpu_ms", ours_start[0], "ms CPU", "<=", 800, stock_start[0], stock_start[0] / ours_start[0]),
        Figure("lsp.start_rss_mb", ours_start[1], "MB", "<=", 80, stock_start[1], stock_start[1] / ours_start[1]),
        Figure("cli.help_cpu_ms", help_cpu_ms(), "ms CPU", "<=", 80),
        Figure("cli.help_cpu_ms_forbidden_imports", help_imports(), "modules", "<=", 0),
    ]


def main() -> None:
    """Measure, print the table, write the file. A missed goal is said, and is no error."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        publish("lsp", figures(Path(folder)))


if __name__ == "__main__":
    main()
