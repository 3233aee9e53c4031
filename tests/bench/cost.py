"""What a running process has cost so far, as the kernel counts it (Linux)."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path


def cpu_ms(pid: int) -> float:
    """CPU milliseconds of a process, all its threads (the kernel counts in nanoseconds)."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):  # it ended meanwhile
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e6


def rss_mb(pid: int) -> float:
    """Resident memory in megabytes."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024 / 1e6
