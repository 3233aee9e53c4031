"""Every exception bank-copilot raises on purpose.

CopilotError                    one clear sentence for a person; `cli.py` and `lsp/server.py` map it once
├── UsageError                  the caller asked for something that cannot be (exit 2)
│   └── ConfigError             a configuration key or value is wrong; names the nearest valid key
├── UnreadableFile              binary, too large, not decodable, or gone; the file is left untouched
├── SandboxUnavailable          no isolation that the configuration accepts; says what to install or set
├── GatewayUnavailable          the bank's gateway is away, slow, over limit or refuses; `reason` is a stable word
├── AuditUnavailable            a record cannot be made durable; nothing may be answered without it
├── ToolMissing                 an outside program (ruff, javac, the project's interpreter) is not there
│   └── ToolSilent              it is there and gave no answer: nothing may be taken for proven that it would have judged
└── WorkerDied                  a worker process ended; the server goes on and starts another

Broken user code is never an error, and silence is a value (`types.Declined`), not an exception.
"""

from __future__ import annotations


class CopilotError(Exception):
    """Base of the tree. `str(error)` is one sentence that says what to do."""


class UsageError(CopilotError):
    """The request itself cannot be carried out as asked."""


class ConfigError(UsageError):
    """A configuration source holds an unknown key, a wrong type or a value that is not allowed there."""


class UnreadableFile(CopilotError):
    """A file that is binary, larger than the limit, in no known encoding, or missing."""


class SandboxUnavailable(CopilotError):
    """Project code would have to run, and no accepted isolation works on this machine."""


class GatewayUnavailable(CopilotError):
    """The model cannot be asked now: the embedded engine answers. `reason`: away, slow, limited, denied, key, tls, error."""

    def __init__(self, reason: str, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.reason, self.retry_after_s = reason, retry_after_s


class AuditUnavailable(CopilotError):
    """An audit record could not be written: full disk, read-only folder, or a journal that another process holds."""


class ToolMissing(CopilotError):
    """An outside program that the task needs was not found."""


class ToolSilent(ToolMissing):
    """An outside program gave no answer, mostly for want of time; asked again it may."""


class WorkerDied(CopilotError):
    """A worker process ended before it answered."""
