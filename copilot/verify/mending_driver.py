"""Run by the project's interpreter inside the sandbox: gives the packages `mending` and `recording` beside it a parent and
starts the first.
"""

from __future__ import annotations

import os
import sys
import types


def main() -> None:
    """Leave this folder out of the import path: its modules are not meant by `platform` or `tools`."""
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 -- Python 3.9, before anything is imported
    del sys.path[0]
    package = sys.modules["bank_copilot_verify"] = types.ModuleType("bank_copilot_verify")
    package.__path__ = [here]
    from bank_copilot_verify.mending.main import main as start  # type: ignore[import-not-found]  # copilot/verify

    start()


if __name__ == "__main__":
    main()
