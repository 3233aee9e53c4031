"""CPU and wall time of a command and of all its descendants: `meter.py REPORT LIMIT_S COMMAND…`.

The sandbox's helper leaves its first process behind when the command ends, so the times of this process' children
alone would miss most of it. This process adopts such orphans and waits for every one; its own cost is not counted.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


def main(report: str, limit_s: str, *command: str) -> int:
    """Run the command, write what it took to `report`; its exit status, 124 when it ran out of time."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    began = time.perf_counter()
    first = subprocess.Popen(command, start_new_session=True)
    late = threading.Timer(float(limit_s), os.killpg, (first.pid, 9))
    late.daemon = True
    late.start()
    cpu, status, ended = 0.0, 0, began
    while True:
        try:
            pid, told, usage = os.wait4(-1, 0)
        except ChildProcessError:
            break
        cpu += usage.ru_utime + usage.ru_stime
        if pid == first.pid:
            status, ended = os.waitstatus_to_exitcode(told), time.perf_counter()
            late.cancel()
            with suppress(ProcessLookupError):
                os.killpg(first.pid, 15)
    rc = 124 if status == -9 else status
    Path(report).write_text(json.dumps({"rc": rc, "wall_s": ended - began, "cpu_s": cpu}), "utf-8")
    return max(rc, 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
