"""`bank-copilot serve`: the gateway, from one configuration file. It writes nothing that the file does not name."""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from copilot.errors import UsageError
from copilot.messages import say

PARTS: Final = ("fastapi", "uvicorn", "sqlalchemy", "prometheus_client", "limits", "orjson", "httptools")
"""What the `serve` extra installs."""


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("--config", type=Path, metavar="FILE", help=say("the gateway's configuration (TOML)"))
    parser.add_argument("--check", action="store_true", help=say("check the configuration and say what would run"))
    parser.add_argument("--example", action="store_true", help=say("print a commented example configuration"))
    parser.add_argument("--json", action="store_true", help=say("one JSON object on stdout"))


def run(options: argparse.Namespace) -> int:
    """0 after a clean end; `--check`: 1 when there are warnings."""
    module = part("serving.example" if options.example else "serving.main")
    if options.example:
        sys.stdout.write(module.text())
        return 0
    file = wanted(options.config)
    if not options.check:
        return int(module.serve(file))
    told: dict[str, Any] = module.check(file)
    if options.json:
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        for name, value in told.items():
            if name != "warnings" and value is not None:
                shown = value if isinstance(value, str) else json.dumps(value)
                sys.stdout.write(f"{name}: {shown}\n")
        for text in told["warnings"]:
            sys.stdout.write(say("warning: {text}", text=text) + "\n")
    return 1 if told["warnings"] else 0


def part(name: str) -> Any:
    """A module of `serving`. Raises UsageError where the `serve` extra is not installed."""
    missing = [module for module in PARTS if find_spec(module) is None]
    if missing:
        raise UsageError(
            say(
                "The gateway needs more packages ({names} missing). In the clone, with this environment's pip: "
                "`pip install --require-hashes -r requirements-serve.lock`.",
                names=", ".join(missing),
            )
        )
    return import_module(name)


def wanted(file: Path | None) -> Path:
    """The configuration file that was named. Raises UsageError with the first steps where none is, or it is not there."""
    if file is None:
        raise UsageError(
            say(
                "Name a configuration. The first time:\n"
                "  bank-copilot serve --example > gateway.toml      # then set [upstreams] and [models] in it\n"
                "  bank-copilot serve --config gateway.toml --check\n"
                "  bank-copilot keys create --config gateway.toml --team platform --user $USER --admin\n"
                "  bank-copilot serve --config gateway.toml"
            )
        )
    if not file.is_file():
        raise UsageError(
            say("There is no file {name}. `bank-copilot serve --example > {name}` makes one to start from.", name=file)
        )
    return file
