"""Keeps an engine's processes from outliving the gateway: the small program between the two.

Started as `python -I -S keeper.py GRACE COMMAND…` by `serving/vllm.py`, stdlib only. It starts the command in a process
group of its own, writes the group's id to stdout, and ends the whole group when its stdin closes (the gateway is gone,
however it went) or when the command's first process has ended (vLLM's workers would go on holding the accelerator).
The command's output goes to the keeper's stderr. Absent on purpose: restarts and judgement.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress

PR_SET_PDEATHSIG = 1


def follow_parent() -> None:
    """In the child, before it becomes the engine: SIGTERM when the keeper dies. Linux only; elsewhere nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def signal_group(group: int, number: int) -> None:
    """Signal a group that may have ended."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def keep(grace_s: float, command: list[str]) -> int:
    """Run the command until it ends or is no longer wanted; its exit code, negative for a signal."""
    # preexec_fn is safe here: this process has one thread so far.
    engine = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr.fileno(),
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=follow_parent,  # noqa: PLW1509
    )
    sys.stdout.write(f"{engine.pid}\n")
    sys.stdout.flush()
    ended, unwanted = threading.Event(), threading.Event()

    def wait_for_gateway() -> None:
        with suppress(OSError):
            while os.read(0, 4096):
                pass
        unwanted.set()

    def end_group() -> None:
        unwanted.wait()
        signal_group(engine.pid, signal.SIGTERM)
        if not ended.wait(grace_s):
            signal_group(engine.pid, signal.SIGKILL)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: unwanted.set())
    threading.Thread(target=wait_for_gateway, daemon=True).start()
    threading.Thread(target=end_group, daemon=True).start()
    # The first process is left unreaped until its group is gone: its number cannot be given to a stranger meanwhile.
    os.waitid(os.P_PID, engine.pid, os.WEXITED | os.WNOWAIT)
    ended.set()
    signal_group(engine.pid, signal.SIGKILL)
    return engine.wait()


if __name__ == "__main__":
    code = keep(float(sys.argv[1]), sys.argv[2:])
    sys.exit(code if code >= 0 else 128 - code)
