"""No test, and no process that one starts, counts or keeps anything in this user's own state folder."""

from __future__ import annotations

import os
import tempfile

os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="bank-copilot-state-")
