"""No test, and no process that one starts, counts or keeps anything in this user's own state folder."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="bank-copilot-state-")
atexit.register(shutil.rmtree, os.environ["XDG_STATE_HOME"], ignore_errors=True)
