"""detect-secrets' CPU: JSON list of texts in, milliseconds of CPU of each out. Runs in the peer's environment."""

from __future__ import annotations

import json
import sys
import time

from detect_secrets.core.scan import scan_line
from detect_secrets.settings import default_settings

spent = []
with default_settings():
    for text in json.load(sys.stdin):
        started = time.thread_time_ns()
        for line in text.splitlines():
            list(scan_line(line))
        spent.append((time.thread_time_ns() - started) / 1e6)
json.dump(spent, sys.stdout)
