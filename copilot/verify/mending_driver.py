"""Run by the project's interpreter inside the sandbox: gives the package `mending` beside it a name and starts it."""

from __future__ import annotations

import os
import sys
import types


def main() -> None:
    """Leave this folder out of the import path: its modules are not meant by `platform` or `tools`."""
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 -- Python 3.9, before anything is imported
    del sys.path[0]
    package = sys.modules["mending"] = types.ModuleType("mending")
    package.__path__ = [os.path.join(here, "mending")]  # noqa: PTH118
    from mending.main import main as start  # type: ignore[import-not-found]  # copilot/verify/mending

    start()


if __name__ == "__main__":
    main()
