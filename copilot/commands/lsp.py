"""`bank-copilot lsp`: start the language server (by name: the brain does not import the editor's face)."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path

from copilot.messages import say


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--stdio", action="store_true", help=say("speak over stdin and stdout (the default)"))
    how.add_argument("--tcp", type=int, metavar="PORT", help=say("listen on this port of 127.0.0.1"))
    parser.add_argument("--root", type=Path, help=say("root of the project (default: the repository of the file)"))
    parser.add_argument(
        "--engine",
        choices=("auto", "embedded", "model", "replay"),
        default="auto",
        help=say("who answers (default: auto)"),
    )


def run(options: argparse.Namespace) -> int:
    """The server's exit code (0 after shutdown and exit, 1 after exit alone)."""
    root = options.root.resolve() if options.root is not None else None
    return int(import_module("lsp.main").main(tcp=options.tcp, engine=options.engine, root=root))
